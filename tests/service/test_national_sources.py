"""From the sandbox's wire to what a page is given: listings, services and care contacts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portal.demo import portal_settings
from stodtjanster.fetch import AiohttpDriver, FetchService
from stodtjanster.information import (
    CareContact,
    CareContactStatus,
    CareService,
    CareServiceKind,
    Item,
    Listing,
    ListingKind,
)
from stodtjanster.model import Answer, Need, Outcome, PersonId
from stodtjanster.sources import kinds
from tests.fetching import landed, permit
from tests.service.conftest import Sandbox

BIRGITTA = PersonId.parse("190001019801")
SARA = PersonId.parse("199001012385")
NOBODY = PersonId.parse("199606292382")
KINDS = ("listings", "care_services", "care_contacts")
YEAR = 400

Ask = Callable[[type[Item], PersonId], Answer[Item]]


@pytest.fixture
def ask(sandbox: Sandbox, tmp_path: Path) -> Iterator[Ask]:
    """Ask the sources that the demo is set up with, all that the sandbox knows of a year."""
    rows = portal_settings(sandbox.info, 8000, tmp_path)["sources"]
    known = kinds()
    sources = [known[row["kind"]].build(row) for row in rows if row["kind"] in KINDS]
    now = datetime.now(UTC)
    service = FetchService(sources, AiohttpDriver(), clock=lambda: now)
    service.start()

    def asked(information: type[Item], person: PersonId) -> Answer[Item]:
        who = permit(person, information, reach=person.value, now=now)
        return landed(service.begin(who, {"booked": Need(information, YEAR, YEAR)}))

    yield asked
    service.stop()


def said(answer: Answer[Item]) -> str:
    return repr(answer.items)


def test_listings_come_from_each_region(ask: Ask) -> None:
    answer = ask(Listing, BIRGITTA)
    found = {(item.kind, item.unit.text, item.name and item.name.text) for item in answer.items}
    assert found == {
        (ListingKind.DOCTORS_OFFICE, "Björkbackens vårdcentral", None),
        (ListingKind.DOCTOR, "Björkbackens vårdcentral", "Sara Nyström, läkare"),
        (ListingKind.UNKNOWN, "Syncentralen", None),
    }
    assert {item.origin.system[-4:] for item in answer.items} == {"RNVG", "RSVG"}
    assert answer.complete


def test_a_region_that_does_not_answer_is_told_of_and_the_other_shown(
    ask: Ask, sandbox: Sandbox
) -> None:
    sandbox.fault("sydkust", "http500")
    answer = ask(Listing, BIRGITTA)
    assert len(answer.items) == 2
    failed = [report.system[-4:] for report in answer.reports if not report.answered]
    assert (failed, answer.complete) == (["rsvg"], False)


def test_services_are_decided_by_the_municipality(ask: Ask) -> None:
    answer = ask(CareService, BIRGITTA)
    assert {item.kind for item in answer.items} == {
        CareServiceKind.HOME_HEALTH_CARE,
        CareServiceKind.SPECIAL_HOUSING,
    }
    assert "FÅR EJ VISAS" not in said(answer)
    assert [item.law for item in ask(CareService, SARA).items] == ["LSS"]


def test_a_contact_that_both_majors_tell_of_is_shown_once(ask: Ask) -> None:
    answer = ask(CareContact, BIRGITTA)
    records = [item.origin.record for item in answer.items]
    assert sorted(records) == ["VK-118", "VK-5001", "VK-5002", "VK-5003"]
    assert "FÅR EJ VISAS" not in said(answer)
    asked = {report.source for report in answer.reports}
    assert asked == {"ntjp-care-contacts-2", "ntjp-care-contacts-3"}


def test_what_is_planned_and_what_goes_on_is_told_apart(ask: Ask) -> None:
    status = {item.origin.record: item.status for item in ask(CareContact, BIRGITTA).items}
    assert status["VK-5002"] is CareContactStatus.ONGOING
    assert status["VK-5003"] is CareContactStatus.PLANNED
    assert status["VK-118"] is CareContactStatus.CANCELLED


@pytest.mark.parametrize("information", [Listing, CareService, CareContact])
def test_nothing_known_is_an_answer(ask: Ask, information: type[Item]) -> None:
    answer = ask(information, NOBODY)
    assert answer.items == ()
    assert answer.complete


@pytest.mark.parametrize(
    ("information", "target"),
    [(Listing, "nordmark"), (CareService, "sjovik-omsorg"), (CareContact, "nordmark")],
)
def test_rows_about_somebody_else_are_left_out_and_told_of(
    ask: Ask, sandbox: Sandbox, information: type[Item], target: str
) -> None:
    sandbox.fault(target, "wrong-person")
    answer = ask(information, SARA)
    assert {item.subject for item in answer.items} <= {SARA}
    assert not answer.complete
    assert sum(report.rejected for report in answer.reports) > 0


@pytest.mark.parametrize("kind", ["garbage", "bomb", "deep", "wrong-namespace", "truncated"])
@pytest.mark.parametrize("information", [Listing, CareService, CareContact])
def test_a_bad_answer_is_a_report_and_no_exception(
    ask: Ask, sandbox: Sandbox, information: type[Item], kind: str
) -> None:
    sandbox.fault("plattformen", kind)
    answer = ask(information, SARA)
    assert answer.items == ()
    assert {report.outcome for report in answer.reports} == {Outcome.NO_DATA_SYNCH_FAILED}
