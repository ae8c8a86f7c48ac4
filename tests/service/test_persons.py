"""The population register: what the sandbox says of everybody, and what is made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from portal.demo import portal_settings
from stodtjanster.fetch import AiohttpDriver, FetchService
from stodtjanster.information import PersonRecord
from stodtjanster.model import Answer, Need, Outcome, PersonId, Protection
from stodtjanster.sources import kinds
from tests.fetching import landed, permit
from tests.service.conftest import Sandbox
from tests.service.sandbox_wire import PERSONS, XSD, Platform, question, schema

REGISTER = "TSTNMT2321000156-PERS"
BIRGITTA = PersonId.parse("190001019801")
SARA = PersonId.parse("199001012385")
JOHAN = PersonId.parse("200512312398")
SVEA = PersonId.parse("190005259809")
SAMIRA = PersonId.parse("194001612383")
UNKNOWN = PersonId.parse("189001019802")

Ask = Callable[[PersonId], Answer[PersonRecord]]


@pytest.fixture
def platform(sandbox: Sandbox) -> Iterator[Platform]:
    with Platform(sandbox.info) as consumer:
        yield consumer


@pytest.fixture
def ask(sandbox: Sandbox, tmp_path: Path) -> Iterator[Ask]:
    rows = portal_settings(sandbox.info, 8000, tmp_path)["sources"]
    sources = [kinds()["persons"].build(row) for row in rows if row["kind"] == "persons"]
    now = datetime.now(UTC)
    service = FetchService(sources, AiohttpDriver(), clock=lambda: now)
    service.start()

    def asked(person: PersonId) -> Answer[PersonRecord]:
        who = permit(person, PersonRecord, reach=person.value, now=now)
        return landed(service.begin(who, {"booked": Need(PersonRecord, 1, 1)}))

    yield asked
    service.stop()


def test_every_answer_follows_the_national_schema(
    sandbox: Sandbox, platform: Platform, shared: Path
) -> None:
    national = schema(shared / "rivta" / XSD[PERSONS])
    everybody = [person["person_id"] for person in sandbox.info["people"]]
    for number in (*everybody, UNKNOWN.value):
        answer = platform.ask(PERSONS, number, REGISTER)
        assert national.validate(answer.body), national.error_log
        assert answer.texts("extension")[0] == number
    asked = etree.fromstring(question(PERSONS, SARA.value)).find(".//{*}Body")[0]
    assert national.validate(asked), national.error_log


def test_the_basic_profile_says_neither_where_nor_whether_somebody_lives(
    platform: Platform,
) -> None:
    basic = question(PERSONS, SVEA.value, REGISTER).replace(">P2<", ">P1<")
    said = platform.send(basic).text
    assert "Norberg" in said
    assert "deregistration" not in said
    assert "FÅR EJ VISAS" not in said


@pytest.mark.parametrize("address", ["5565594230", "TSTNMT2321000156-NORD"])
def test_the_register_has_one_address(platform: Platform, address: str) -> None:
    fault = platform.ask(PERSONS, SARA.value, address).fault
    assert (fault or "").startswith("VP004 [")


def test_the_register_holds_nothing_of_the_care(platform: Platform) -> None:
    plans = "urn:riv:clinicalprocess:logistics:logistics:GetCarePlansResponder:2"
    assert (platform.ask(plans, SARA.value, REGISTER).fault or "").startswith("VP004 [")


@pytest.mark.parametrize(
    ("person", "name", "protected", "deceased", "linked"),
    [
        (
            BIRGITTA,
            "Birgitta Lindqvist",
            Protection.NONE,
            False,
            (PersonId.parse("189912309805"),),
        ),
        (SARA, "Sara Holm", Protection.NONE, False, ()),
        (SAMIRA, "Samira Haddad", Protection.NONE, False, ()),
        (JOHAN, "Johan Alm", Protection.SKYDDAD_FOLKBOKFORING, False, ()),
        (SVEA, "Svea Norberg", Protection.NONE, True, ()),
    ],
)
def test_what_the_rules_need_of_a_person_is_known(
    ask: Ask,
    person: PersonId,
    name: str,
    protected: Protection,
    deceased: bool,
    linked: tuple[PersonId, ...],
) -> None:
    answer = ask(person)
    (item,) = answer.items
    assert (item.subject, item.name.text) == (person, name)
    assert (item.protected, item.deceased, item.linked) == (protected, deceased, linked)
    assert "FÅR EJ VISAS" not in repr(answer)
    assert answer.complete


def test_a_number_that_nobody_has_is_an_answer_without_a_record(ask: Ask) -> None:
    answer = ask(UNKNOWN)
    assert (answer.items, answer.complete) == ((), True)


def test_the_record_of_somebody_else_is_left_out_and_told_of(ask: Ask, sandbox: Sandbox) -> None:
    sandbox.fault("plattformen", "wrong-person")
    answer = ask(SARA)
    assert (answer.items, answer.complete) == ((), False)


@pytest.mark.parametrize("kind", ["garbage", "truncated", "refuse", "http500", "empty"])
def test_a_register_that_does_not_answer_leaves_a_report(
    ask: Ask, sandbox: Sandbox, kind: str
) -> None:
    sandbox.fault("plattformen", kind)
    answer = ask(SARA)
    assert answer.items == ()
    assert [report.outcome for report in answer.reports] == [Outcome.NO_DATA_SYNCH_FAILED]
