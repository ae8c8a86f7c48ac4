"""One suite over the wire for every source that is found: what it answers, and how it fails."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest

from portal.demo import portal_settings
from portal.readings import Readings
from portal.store import Sealing, Store
from sandbox.faults import TARGETS
from stodtjanster import sources
from stodtjanster.audit import AuditEvent, EventKind
from stodtjanster.fetch import AiohttpDriver, FetchService
from stodtjanster.information import Appointment, Item, OwnNoteKind
from stodtjanster.information.booking import AskDetails, AskFreeDays, AskFreeTimes
from stodtjanster.model import (
    ActorKind,
    Answer,
    Cause,
    Need,
    Open,
    Origin,
    Outcome,
    Period,
    PersonId,
)
from stodtjanster.sources import kinds
from stodtjanster.sources.inbox.kept import Letter
from stodtjanster.sources.own.kept import Entry, Note, encode
from tests.fetching import PATIENCE, landed, permit
from tests.service.conftest import Sandbox
from tests.service.every_source import (
    CAUSES,
    FHIR_TARGETS,
    NOTHING,
    OTHER,
    PLATFORM,
    ROWS,
    SPECIAL,
    UNKNOWN,
    WIRED,
    Row,
    faults,
)

YEAR = 400
QUESTIONS = (AskDetails, AskFreeDays, AskFreeTimes)
MANY_BYTES = 4 * 2**20
SOON = 0.4
"""Seconds that a test of a source that never answers waits for it."""


class Wire:
    """The sources of the demo, one asked at a time through a fetch service of its own."""

    def __init__(self, sandbox: Sandbox, state: Path) -> None:
        rows = portal_settings(sandbox.info, 8000, state)["sources"]
        self.settings: dict[str, dict[str, Any]] = {row["key"]: row for row in rows}
        self.store = Store(f"sqlite:///{state / 'portal.db'}")
        self.store.upgrade()
        messages = self.store.messages(Sealing(bytes(32)))
        for person in OTHER:
            letter = Letter(sender="TSTNMT2321000156-NMVG", record=person.value)
            name = (letter.sender, letter.record)
            messages.add(person, name, letter.encode(), received=datetime.now(UTC))
        own_words = self.store.own_words(Sealing(bytes(32)))
        entry = Entry(title="Tandläkare", day=datetime.now(UTC).date())
        note = Note(kind=OwnNoteKind.GOAL, text="Gå till brevlådan")
        for person in OTHER:
            for once, words in (("1", entry), ("2", note)):
                own_words.add(person, once, encode(words), datetime.now(UTC))
        for person in OTHER:
            self.store.audit.record(opened(person, datetime.now(UTC)))
        log = Readings(self.store.audit, None)
        self.kept = {"inbox": messages, "own": own_words, "portal_log": log}

    def build(self, key: str, **changes: Any) -> Any:
        settings = {**self.settings[key], **changes}
        return kinds()[settings["kind"]].build(settings, self.kept)

    def close(self) -> None:
        self.store.close()

    def ask(
        self,
        row: Row,
        person: PersonId | None = None,
        *,
        limits: Mapping[str, float] | None = None,
        later: int = 0,
        **changes: Any,
    ) -> Answer[Item]:
        """What the row's source says of a person, the row's own unless another is given.

        `later` is in how many days the free times asked for begin.
        """
        bounded = {"max_bytes": MANY_BYTES, **(limits or {})}
        return self.ask_all([row], person, limits=bounded, later=later, **changes)

    def ask_all(
        self, rows: list[Row], person: PersonId | None = None, *, later: int = 0, **changes: Any
    ) -> Answer[Item]:
        first = rows[0]
        about = person or first.person
        now = datetime.now(UTC)
        asked = [self.build(row.source, **changes) for row in rows]
        service = FetchService(asked, AiohttpDriver(), clock=lambda: now)
        service.start()
        try:
            who = permit(about, Appointment, first.information, reach="wire", now=now)
            if first.asked_about_a_booking:
                return service.look(who, question(first, about, now, later)).result(PATIENCE)
            need = Need(first.information, YEAR, YEAR)
            return landed(service.begin(who, {"booked": need}))
        finally:
            service.stop()


def opened(person: PersonId, at: datetime) -> AuditEvent:
    return AuditEvent(
        event=EventKind.DISCLOSURE,
        at=at,
        actor=person,
        actor_kind=ActorKind.CITIZEN,
        subject=person,
        information=("appointment",),
        ground="SELF",
        purpose="Vård och behandling",
    )


def question(row: Row, person: PersonId, now: datetime, later: int) -> Any:
    """About a booking of Birgitta's, which whoever it is says is theirs."""
    origin = Origin(
        "ntjp-subject-of-care-schedule",
        "TSTNMT2321000156-BJOR",
        "BJ-7712",
        "GetSubjectOfCareSchedule",
        now,
        approved_for_patient=True,
    )
    booking = Appointment(subject=person, origin=origin, when=Open())
    (ask,) = (each for each in QUESTIONS if each.information is row.information)
    if ask is AskDetails:
        return AskDetails(booking=booking)
    first = now.date() + timedelta(later)
    return ask(booking=booking, period=Period(first, first + timedelta(40)))


@pytest.fixture
def wire(sandbox: Sandbox, tmp_path: Path) -> Iterator[Wire]:
    with closing(Wire(sandbox, tmp_path)) as wire:
        yield wire


def records(answer: Answer[Item]) -> Counter[tuple[str, str]]:
    return Counter(item.origin.identity for item in answer.items)


def causes(answer: Answer[Item]) -> set[Cause | None]:
    return {report.cause for report in answer.reports}


def named(*rows: Row) -> list[Any]:
    return [pytest.param(row, id=row.name) for row in rows]


def every(rows: Any = ROWS) -> Any:
    return pytest.mark.parametrize("row", named(*rows))


# -- nothing is left out ---------------------------------------------------------------------------


def test_every_folder_of_sources_is_a_kind() -> None:
    """But the kit, and the national catalogues: nobody is asked about there, and no item comes."""
    folders = {found.name for found in iter_modules(sources.__path__) if found.ispkg}
    assert folders - kinds().keys() == {"kit", "units", "connections"}


def test_every_kind_is_configured_in_the_demo(wire: Wire) -> None:
    assert {row["kind"] for row in wire.settings.values()} == set(kinds())


def test_every_configured_source_has_its_rows_here(wire: Wire) -> None:
    found = set()
    for key, settings in wire.settings.items():
        source = wire.build(key)
        gives = getattr(source, "gives", None) or {each.information for each in QUESTIONS}
        found |= {(key, settings["kind"], information.key) for information in gives}
    here = {
        (row.source, wire.settings.get(row.source, {}).get("kind"), row.information.key)
        for row in ROWS
    }
    assert here == found


def test_every_fault_that_can_be_chosen_is_expected_here() -> None:
    chosen = {kind for row in WIRED for kind in TARGETS[row.target]}
    assert chosen == CAUSES.keys() | SPECIAL


# -- answers ---------------------------------------------------------------------------------------


@every()
def test_it_answers_about_who_was_asked_about(wire: Wire, row: Row) -> None:
    answer = wire.ask(row)
    assert answer.complete
    assert {item.subject for item in answer.items} == {row.person}
    assert {report.source for report in answer.reports} == {row.source}
    assert set(records(answer).values()) == {1}
    for item in answer.items:
        assert type(item) is row.information
        assert item.origin.source == row.source
        assert item.origin.system
        assert item.origin.record
        assert item.origin.contract
        assert item.origin.fetched_at.tzinfo is not None
    assert "FÅR EJ VISAS" not in repr(answer)


@pytest.mark.parametrize(
    ("row", "person"),
    [
        pytest.param(row, person, id=f"{row.name}-{how}")
        for row in ROWS
        for how, person in (("nothing", NOTHING), ("unknown", UNKNOWN))
        if not row.asked_about_a_booking and not (row.knows_everybody and person is NOTHING)
    ],
)
def test_nothing_known_is_a_whole_answer(wire: Wire, row: Row, person: PersonId) -> None:
    answer = wire.ask(row, person)
    assert answer.items == ()
    assert answer.complete


@every(row for row in ROWS if row.asked_about_a_booking and not row.names_the_person)
def test_no_free_time_is_a_whole_answer(wire: Wire, row: Row) -> None:
    # Beyond four weeks no unit of the sandbox has any time.
    answer = wire.ask(row, later=100)
    assert answer.items == ()
    assert answer.complete


@every(row for row in ROWS if row.asked_about_a_booking)
def test_a_booking_is_told_of_to_nobody_else(wire: Wire, row: Row) -> None:
    answer = wire.ask(row, NOTHING)
    assert {item.subject for item in answer.items} <= {NOTHING}
    assert bool(answer.items) is not row.names_the_person
    assert answer.complete is not row.names_the_person


@every(WIRED)
def test_a_slow_answer_is_worth_waiting_for(wire: Wire, sandbox: Sandbox, row: Row) -> None:
    whole = records(wire.ask(row))
    sandbox.fault(row.target, "slow", seconds=0.05)
    answer = wire.ask(row)
    assert records(answer) == whole
    assert answer.complete


@every(row for row in ROWS if row.target in FHIR_TARGETS)
def test_an_answer_without_rows_is_an_answer(wire: Wire, sandbox: Sandbox, row: Row) -> None:
    sandbox.fault(row.target, "empty")
    answer = wire.ask(row)
    assert answer.items == ()
    assert answer.complete


# -- failures between the portal and the source ----------------------------------------------------


def assert_told_of(answer: Answer[Item], row: Row, expected: frozenset[Cause]) -> None:
    """Nothing is shown, and every report says so with one of the causes."""
    assert answer.items == ()
    assert answer.reports
    assert causes(answer) <= expected
    for report in answer.reports:
        assert report.source == row.source
        assert report.information == row.information.key
        assert report.outcome is Outcome.NO_DATA_SYNCH_FAILED
    assert not answer.complete


@pytest.mark.parametrize(
    ("row", "kind"), [pytest.param(row, kind, id=f"{row.name}-{kind}") for row, kind in faults()]
)
def test_a_failure_is_told_of_and_never_an_empty_answer(
    wire: Wire, sandbox: Sandbox, row: Row, kind: str
) -> None:
    sandbox.fault(row.target, kind)
    limits = {"answer_seconds": SOON} if kind == "hang" else {}
    assert_told_of(wire.ask(row, limits=limits), row, CAUSES[kind])


@every(WIRED)
def test_a_source_that_is_not_there_is_refused(wire: Wire, row: Row) -> None:
    where = "base_url" if row.target in FHIR_TARGETS else "url"
    nobody = re.sub(r"//[^/]+", "//127.0.0.1:9", wire.settings[row.source][where])
    answer = wire.ask(row, **{where: nobody})
    assert_told_of(answer, row, frozenset({Cause.REFUSED}))


@pytest.mark.parametrize(
    ("code", "cause"),
    [("VP004", Cause.NOT_CONNECTED), ("VP007", Cause.DENIED), ("VP009", Cause.FAULT)],
)
@every(row for row in ROWS if row.target == PLATFORM)
def test_a_fault_of_the_platform_is_told_of_by_its_code(
    wire: Wire, sandbox: Sandbox, row: Row, code: str, cause: Cause
) -> None:
    sandbox.fault(row.target, "vpfault", code=code)
    assert_told_of(wire.ask(row), row, frozenset({cause}))


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        pytest.param(row, kind, id=f"{row.name}-{kind}")
        for row in ROWS
        if row.login
        for kind in TARGETS[row.login]
        if kind != "slow"
    ],
)
def test_a_login_that_fails_is_the_sources_failure(
    wire: Wire, sandbox: Sandbox, row: Row, kind: str
) -> None:
    sandbox.fault(row.login or "", kind)
    limits = {"answer_seconds": SOON} if kind == "hang" else {}
    assert_told_of(wire.ask(row, limits=limits), row, CAUSES[kind])


@every(row for row in ROWS if row not in WIRED)
def test_a_store_that_does_not_answer_is_told_of(wire: Wire, row: Row, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "portal.db")) as database, database:
        for table in ("messages", "own_words", "audit"):
            database.execute(f"DROP TABLE {table}")
    assert_told_of(wire.ask(row), row, frozenset({Cause.FAILED}))


# -- rows about somebody else ----------------------------------------------------------------------


@every(row for row in WIRED if row.names_the_person)
def test_rows_about_somebody_else_are_left_out_and_told_of(
    wire: Wire, sandbox: Sandbox, row: Row
) -> None:
    sandbox.fault(row.target, "wrong-person")
    # Of two that have something, one of whom may be asked about a booking that is the other's.
    person = row.person if row.asked_about_a_booking else OTHER[row.person]
    answer = wire.ask(row, person)
    assert {item.subject for item in answer.items} <= {person}
    assert Cause.FOREIGN in causes(answer)
    assert not answer.complete


# -- behind the platform ---------------------------------------------------------------------------

SEEN = ("refuse", "http500", "vpfault", "garbage", "truncated", "wrong-namespace", "bomb")


@pytest.mark.parametrize("kind", SEEN)
@every(row for row in ROWS if row.producers)
def test_one_producer_that_fails_is_told_of_and_the_others_shown(
    wire: Wire, sandbox: Sandbox, row: Row, kind: str
) -> None:
    whole = records(wire.ask(row))
    broken = row.producers[-1]
    sandbox.fault(broken, kind)
    answer = wire.ask(row)
    left = records(answer)
    assert not answer.complete
    assert left < whole
    assert bool(left) is (len(row.producers) > 1)
    failed = {report.system for report in answer.gaps}
    assert failed
    assert failed.isdisjoint(system for system, _ in left)


@every(row for row in ROWS if row.producers)
def test_a_producer_that_never_answers_is_told_of(wire: Wire, sandbox: Sandbox, row: Row) -> None:
    sandbox.fault(row.producers[-1], "hang")
    answer = wire.ask(row)
    assert not answer.complete
    assert bool(answer.items) is (len(row.producers) > 1)


# -- pages, parts, and twins -----------------------------------------------------------------------


@every(row for row in ROWS if row.paged)
def test_every_page_is_asked_for(wire: Wire, sandbox: Sandbox, row: Row) -> None:
    whole = records(wire.ask(row))
    fewest, small = 1, {}
    if row.target in FHIR_TARGETS:
        fewest = len(sandbox.requests(row.target))
        small = {"page_size": 1, "max_pages": 300}
    sandbox.clear()
    answer = wire.ask(row, **small)
    assert records(answer) == whole
    assert answer.complete
    assert len(sandbox.requests(row.target)) > fewest


@every(row for row in ROWS if row.target in FHIR_TARGETS)
def test_an_answer_that_says_it_lacks_something_is_partial(
    wire: Wire, sandbox: Sandbox, row: Row
) -> None:
    sandbox.fault(row.target, "partial")
    answer = wire.ask(row)
    assert answer.items
    assert causes(answer) == {Cause.PARTIAL}
    assert not answer.complete


@every(row for row in ROWS if row.target in FHIR_TARGETS)
def test_a_next_page_of_somebody_else_is_not_asked_for(
    wire: Wire, sandbox: Sandbox, row: Row
) -> None:
    sandbox.fault(row.target, "next-elsewhere")
    answer = wire.ask(row)
    assert causes(answer) == {Cause.PARTIAL}
    assert sandbox.calls("annan-server") == []


def _twins() -> list[Any]:
    """Rows whose sources differ in nothing but the major of the contract."""
    found: dict[str, list[Row]] = {}
    for row in ROWS:
        stem = re.fullmatch(r"(ntjp-.+)-\d+", row.source)
        if stem:
            found.setdefault(stem[1], []).append(row)
    return [pytest.param(rows, id=name) for name, rows in found.items()]


def test_every_kind_with_majors_is_among_the_twins(wire: Wire) -> None:
    majors = {row["key"] for row in wire.settings.values() if "major" in row}
    assert {row.source for param in _twins() for row in param.values[0]} == majors


@pytest.mark.parametrize("rows", _twins())
def test_a_record_that_several_majors_deliver_is_shown_once(wire: Wire, rows: list[Row]) -> None:
    alone = [set(records(wire.ask(row))) for row in rows]
    assert set.intersection(*alone)
    answer = wire.ask_all(rows)
    assert records(answer) == Counter(set.union(*alone))
    assert {report.source for report in answer.reports} == {row.source for row in rows}
    assert answer.complete
