"""Whatever happens on the wire, an act is sent once, and is done only when the unit said so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandbox.faults import TARGETS
from stodtjanster.information import Appointment, FreeTime
from stodtjanster.information.booking import (
    BookingAct,
    CancelBooking,
    Done,
    MakeBooking,
    MoveBooking,
    ReportAbsence,
    Unknown,
    Unsent,
)
from stodtjanster.model import Cause
from stodtjanster.sources import kinds
from tests.service.conftest import Sandbox
from tests.service.every_source import CAUSES, PLATFORM, SPECIAL
from tests.service.test_booking_wire import VISITOR, Resident, invitation

LIMITS = {"max_bytes": 4 * 2**20}
SOON = {"answer_seconds": 0.4}
# To write about somebody else is nothing that a source can do: the request says who it is about.
HARMLESS = frozenset({"slow", "wrong-person"})

Make = Callable[[Appointment, FreeTime], BookingAct]
ACTS: dict[type[BookingAct], Make] = {
    CancelBooking: lambda booking, _: CancelBooking(booking=booking),
    MoveBooking: lambda booking, time: MoveBooking(booking=booking, to=time),
    MakeBooking: lambda _, time: MakeBooking(booking=invitation(), to=time, visitor=VISITOR),
}
BROKEN = [kind for kind in TARGETS[PLATFORM] if kind not in SPECIAL]


@pytest.fixture
def act(sandbox: Sandbox, tmp_path: Path, what: type[BookingAct]) -> Iterator[BookingAct]:
    """Ready to be sent, made of what the unit said while everything was whole."""
    resident = Resident(sandbox, tmp_path)
    booking = resident.booked()["BJ-7712"]
    yield ACTS[what](booking, resident.free(booking)[0])
    resident.service.stop()
    sandbox.panel.delete("/api/bookings").raise_for_status()


def every() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("what", ACTS, ids=lambda what: what.key)


def test_every_act_that_a_source_performs_is_here() -> None:
    performed = {act for kind in kinds().values() for act in getattr(kind.adapter, "does", ())}
    # Over another wire: test_absence_wire.py.
    assert performed == ACTS.keys() | {ReportAbsence}


def outcome(sandbox: Sandbox, state: Path, act: BookingAct, kind: str, **details: object) -> object:
    limits = LIMITS | SOON if kind == "hang" else LIMITS
    resident = Resident(sandbox, state, limits=limits)
    sandbox.clear()
    sandbox.fault(PLATFORM, kind, **details)
    try:
        return resident.act(act)
    finally:
        resident.service.stop()


@every()
@pytest.mark.parametrize("kind", BROKEN)
def test_an_answer_that_says_nothing_leaves_the_outcome_unknown(
    sandbox: Sandbox, tmp_path: Path, what: type[BookingAct], act: BookingAct, kind: str
) -> None:
    found = outcome(sandbox, tmp_path, act, kind)
    assert isinstance(found, Unknown)
    assert found.cause in CAUSES[kind]
    assert len(sandbox.requests(PLATFORM)) == 1


@every()
@pytest.mark.parametrize("code", ["VP004", "VP007"])
def test_what_the_platform_stopped_never_reached_the_unit(
    sandbox: Sandbox, tmp_path: Path, what: type[BookingAct], act: BookingAct, code: str
) -> None:
    found = outcome(sandbox, tmp_path, act, "vpfault", code=code)
    assert isinstance(found, Unsent)
    assert found.cause is (Cause.DENIED if code == "VP007" else Cause.NOT_CONNECTED)
    assert len(sandbox.requests(PLATFORM)) == 1


@every()
@pytest.mark.parametrize("kind", sorted(HARMLESS))
def test_a_yes_is_done_however_long_it_took(
    sandbox: Sandbox, tmp_path: Path, what: type[BookingAct], act: BookingAct, kind: str
) -> None:
    assert isinstance(outcome(sandbox, tmp_path, act, kind, seconds=0.05), Done)
    assert len(sandbox.requests(PLATFORM)) == 1
