"""From each fault of the platform, over the wire, to the cause of a report and the operator's log.

What holds for every source alike stands in `test_every_source.py`.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from portal.demo import CONSUMER
from stodtjanster.information import Appointment, CareContact, Item, Listing
from stodtjanster.model import (
    Answer,
    Cause,
    Dated,
    Open,
    Outcome,
    PersonId,
    Timed,
)
from tests.platform_causes import CAUSES
from tests.service.conftest import Sandbox
from tests.service.every_source import ROWS, SARA, Row
from tests.service.test_every_source import Wire, causes, records


def row_of(source: str) -> Row:
    (row,) = (row for row in ROWS if row.source == source)
    return row


BOOKED = row_of("ntjp-subject-of-care-schedule")


@pytest.fixture
def wire(sandbox: Sandbox, tmp_path: Path) -> Wire:
    return Wire(sandbox, tmp_path)


@pytest.fixture
def people(sandbox: Sandbox) -> dict[str, PersonId]:
    return {p["key"]: PersonId.parse(p["person_id"]) for p in sandbox.info["people"]}


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture, sandbox: Sandbox) -> Iterator[pytest.LogCaptureFixture]:
    """What the fetch service tells the operator, which is never whom it was about."""
    caplog.set_level(logging.DEBUG)
    yield caplog
    told = [*caplog.messages, *(repr(vars(record)) for record in caplog.records)]
    for person in sandbox.info["people"]:
        assert not any(person["person_id"] in text for text in told)


def logged(log: pytest.LogCaptureFixture, event: str) -> list[tuple[str, str]]:
    return [(r.cause, r.detail) for r in log.records if r.getMessage() == event]


def assert_failed(answer: Answer[Item], cause: Cause) -> None:
    (report,) = answer.reports
    assert (report.outcome, report.cause) == (Outcome.NO_DATA_SYNCH_FAILED, cause)
    assert (answer.items, answer.complete) == ((), False)


@pytest.mark.parametrize("code", CAUSES)
def test_a_unit_that_cannot_be_reached_is_told_of_by_why(
    wire: Wire, people: dict[str, PersonId], log: pytest.LogCaptureFixture, code: str
) -> None:
    address = f"TSTNMT2321000156-VP{code[3:]}"
    answer = wire.ask(BOOKED, people["vp_alla"], logical_address=address)
    # Where nobody listens the platform says so.
    cause = Cause.REFUSED if code == "VP009" else CAUSES[code]
    assert_failed(answer, cause)
    assert logged(log, "source failed") == [(str(cause), code)]


def test_behind_the_aggregating_service_each_is_told_of_by_itself(
    wire: Wire, people: dict[str, PersonId], log: pytest.LogCaptureFixture
) -> None:
    answer = wire.ask(BOOKED, people["vp_alla"])
    assert [item.origin.record for item in answer.items] == ["BJ-2001"]
    told = {report.system[-4:]: (report.cause, report.detail) for report in answer.gaps}
    # What was wrong with a message is then the aggregating service's, and it tells no details.
    assert told == {
        f"VP{code[3:]}": (Cause.FAULT if cause is Cause.FAILED else cause, f"500 {code}")
        for code, cause in CAUSES.items()
        # The one that may not be called leaves no trace.
        if code != "VP007"
    }
    assert sorted(logged(log, "system failed")) == sorted(
        (str(cause), detail) for cause, detail in told.values()
    )


def _outside_tls(sandbox: Sandbox) -> dict[str, Any]:
    return {"url": f"{sandbox.info['platform_http']}/vp/GetSubjectOfCareSchedule/1/rivtabp21"}


def _nameless(sandbox: Sandbox) -> dict[str, Any]:
    names = {"ca": "ca", "certificate": "nameless_cert", "key": "nameless_key"}
    return {"tls": {name: sandbox.info[told] for name, told in names.items()}}


def _unauthorised(sandbox: Sandbox) -> dict[str, Any]:
    names = {"ca": "ca", "certificate": "unauthorised_cert", "key": "unauthorised_key"}
    tls = {name: sandbox.info[told] for name, told in names.items()}
    return {"tls": tls, "consumer_hsa_id": "TSTNMT2321000156-OBEH"}


def _in_anothers_name(_sandbox: Sandbox) -> dict[str, Any]:
    return {"consumer_hsa_id": f"{CONSUMER[:-4]}OBEH"}


def _wrong_version(sandbox: Sandbox) -> dict[str, Any]:
    return {"url": f"{sandbox.info['platform']}/vp/GetSubjectOfCareSchedule/1/rivtabp99"}


@pytest.mark.parametrize(
    ("mistake", "code"),
    [
        (_wrong_version, "VP001"),
        (_nameless, "VP002"),
        (_unauthorised, "VP007"),
        (_outside_tls, "VP011"),
        (_in_anothers_name, "VP013"),
    ],
)
def test_a_mistake_in_our_own_configuration_is_told_of_by_why(
    wire: Wire, sandbox: Sandbox, log: pytest.LogCaptureFixture, mistake: Any, code: str
) -> None:
    assert_failed(wire.ask(BOOKED, SARA, **mistake(sandbox)), CAUSES[code])
    assert logged(log, "source failed") == [(str(CAUSES[code]), code)]


def test_without_a_certificate_the_connection_only_ends(
    wire: Wire, sandbox: Sandbox, log: pytest.LogCaptureFixture
) -> None:
    """TLS 1.3 refuses it after the handshake: no more can be seen from here."""
    assert_failed(wire.ask(BOOKED, SARA, tls={"ca": sandbox.info["ca"]}), Cause.FAULT)
    assert len(logged(log, "source failed")) == 1


@pytest.mark.parametrize(
    ("target", "kind", "cause", "detail"),
    [
        ("tak", "refuse", Cause.FAULT, "VP008"),
        ("nordmark", "refuse", Cause.REFUSED, "VP009"),
        ("nordmark", "lost-answer", Cause.FAULT, "VP009"),
        ("nordmark", "hang", Cause.TIMEOUT, "VP009"),
        ("nordmark", "drip", Cause.TIMEOUT, "VP009"),
        ("nordmark", "http500", Cause.FAULT, "VP009"),
        ("engagemangsindex", "hang", Cause.FAULT, "EI000"),
    ],
)
def test_what_is_broken_behind_the_platform_is_told_of_by_why(
    wire: Wire,
    sandbox: Sandbox,
    log: pytest.LogCaptureFixture,
    target: str,
    kind: str,
    cause: Cause,
    detail: str,
) -> None:
    sandbox.fault(target, kind)
    direct = {"logical_address": "TSTNMT2321000156-BJOR"} if target == "nordmark" else {}
    assert_failed(wire.ask(BOOKED, SARA, **direct), cause)
    assert logged(log, "source failed") == [(str(cause), detail)]


# People who always provoke something.


@pytest.mark.parametrize(
    ("key", "shown", "failed"),
    [
        ("trad", 2, {}),
        ("gomd", 0, {}),
        ("inaktuell", 1, {}),
        ("tyst", 2, {"SYNC": Cause.TIMEOUT}),
        ("dropp", 1, {"BJOR": Cause.FAULT}),
        ("fel", 1, {"SYNC": Cause.FAULT}),
        ("vaxlad", 1, {"BJOR": Cause.FOREIGN, "4230": Cause.FOREIGN}),
        ("tusen", 1000, {}),
        ("format", 4, {}),
        ("sommartid", 4, {}),
    ],
)
def test_what_they_provoke_is_borne(
    wire: Wire, people: dict[str, PersonId], key: str, shown: int, failed: dict[str, Cause]
) -> None:
    answer = wire.ask(BOOKED, people[key])
    assert len(answer.items) == shown
    assert {item.subject for item in answer.items} <= {people[key]}
    assert {report.system[-4:]: report.cause for report in answer.gaps} == failed
    assert "FÅR EJ VISAS" not in repr(answer)


def test_times_in_8_12_and_14_digits_and_none(wire: Wire, people: dict[str, PersonId]) -> None:
    items = wire.ask(BOOKED, people["format"]).items
    found = {item.origin.record: item.when for item in items if isinstance(item, Appointment)}
    whole, minutes, day, none = (found[f"BJ-280{number}"] for number in (1, 2, 3, 4))
    assert isinstance(whole, Timed)
    assert isinstance(minutes, Timed)
    assert (whole.start.hour, minutes.start.minute) == (7, 10)
    assert isinstance(day, Dated)
    assert isinstance(none, Open)


def test_an_empty_date_is_no_date(wire: Wire, people: dict[str, PersonId]) -> None:
    answer = wire.ask(row_of("listing-tstnmt2321000156-rnvg"), people["format"])
    (listing,) = answer.items
    assert isinstance(listing, Listing)
    assert answer.complete


def test_wall_time_that_does_not_exist_and_that_comes_twice(
    wire: Wire, people: dict[str, PersonId]
) -> None:
    items = wire.ask(BOOKED, people["sommartid"]).items
    when = {item.origin.record: item.when for item in items if isinstance(item, Appointment)}
    spring, autumn = when["BJ-2902"], when["BJ-2903"]
    assert isinstance(spring, Timed)
    assert isinstance(autumn, Timed)
    # 02:30 in March is an hour later by the clock; 02:30 in October is the first of two.
    assert (spring.start.hour, spring.start.utcoffset()) == (3, timedelta(hours=2))
    assert (autumn.start.hour, autumn.start.utcoffset()) == (2, timedelta(hours=2))


def test_one_record_in_both_majors_and_twice_in_each_is_shown_once(
    wire: Wire, people: dict[str, PersonId]
) -> None:
    majors = [row for row in ROWS if row.information is CareContact]
    answer = wire.ask_all(majors, people["dubbel"])
    assert records(answer) == Counter({("TSTNMT2321000156-NORD", "VK-3001"): 1})
    assert len(wire.ask(BOOKED, people["dubbel"]).items) == 1


def test_the_index_that_never_answers_leaves_nothing_to_say(
    wire: Wire, people: dict[str, PersonId]
) -> None:
    answer = wire.ask(BOOKED, people["index"])
    assert causes(answer) == {Cause.FAULT}
    assert not answer.complete
