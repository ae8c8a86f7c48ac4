"""The booked times as they are now: what the people files say, and what has been done since.

A time that is given up is gone from the schedule and free for anybody at once (TKB crm:scheduling).
Everything is kept in memory only, and forgotten at `restore`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.people import Person
from sandbox.people.when import day, span, times

Row = Mapping[str, Any]

Told = Callable[[Person, Row | None, Row | None], None]

# What a unit has free on each weekday, besides what people have given up.
_OFFERED = ("08.30-09.00", "10.30-11.00", "14.30-15.00")
_DAYS = 28
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class FreeSlot:
    """A time that nobody has, by the name that the unit's system has for it."""

    unit: str
    start: dt.datetime
    end: dt.datetime

    @property
    def resource(self) -> str:
        return f"RES-{self.unit[-4:]}-{self.start:%Y%m%d%H%M}"


def _to_nobody(_person: Person, _before: Row | None, _after: Row | None) -> None:
    """Nobody has asked to hear."""


@dataclass(slots=True)
class Bookings:
    """`people` are everybody whose bookings there may be.

    `told` hears of each change: whose it is, the row that was, and the row that is, None for none.
    """

    people: Sequence[Person]
    told: Told = _to_nobody
    _changed: dict[tuple[str, str], Row | None] = field(default_factory=dict)
    _made: dict[str, list[Row]] = field(default_factory=dict)
    _given_up: list[FreeSlot] = field(default_factory=list)
    _number: int = 0

    def restore(self) -> None:
        """As the people files say."""
        self._changed.clear()
        self._made.clear()
        self._given_up.clear()

    def rows(self, person: Person) -> Iterator[Row]:
        """The bookings and open invitations that a person has now.

        One that is `stale` only the engagement index still knows of.
        """
        for row in (*person.rows("bookings"), *self._made.get(person.person_id, ())):
            now = self._changed.get(_key(row), row)
            if now is not None and not now.get("stale"):
                yield now

    def find(self, unit: str, booking: str) -> tuple[Person, Row] | None:
        """Who has a booking at a unit, and the booking."""
        for person in self.people:
            for row in self.rows(person):
                if _key(row) == (unit, booking):
                    return person, row
        return None

    def free(self, unit: str, anchor: dt.datetime) -> list[FreeSlot]:
        """What is free at a unit from tomorrow on, in order."""
        taken = {
            span(row, anchor)[0]
            for person in self.people
            for row in self.rows(person)
            if row["unit"] == unit and is_timed(row)
        }
        found = {slot.start: slot for slot in (*_offered(unit, anchor), *self._given_up)}
        return [
            slot
            for start, slot in sorted(found.items())
            if slot.unit == unit and start not in taken and start > anchor
        ]

    def cancel(self, row: Row, anchor: dt.datetime) -> None:
        """Take a booking away; its time is free."""
        whose = self._whose(row)
        self._changed[_key(row)] = None
        self._give_up(row, anchor)
        self.told(whose, row, None)

    def move(self, row: Row, slot: FreeSlot, anchor: dt.datetime) -> None:
        """Give a booking another time; the one it had is free."""
        whose = self._whose(row)
        self._give_up(row, anchor)
        self._changed[_key(row)] = moved = {**row, "at": (slot.start, slot.end)}
        self.told(whose, row, moved)

    def make(self, person: Person, row: Row, slot: FreeSlot) -> str:
        """Take a time for an open invitation, which is then used up. Returns the booking's id."""
        self._number += 1
        made = {**row, "id": f"BOKAD-{self._number}", "at": (slot.start, slot.end), "open": False}
        self._changed[_key(row)] = None
        self._made.setdefault(person.person_id, []).append(made)
        self.told(person, row, made)
        return str(made["id"])

    def _whose(self, row: Row) -> Person:
        found = self.find(*_key(row))
        if found is None:
            raise KeyError("nobody has the booking")
        return found[0]

    def _give_up(self, row: Row, anchor: dt.datetime) -> None:
        if is_timed(row):
            self._given_up.append(FreeSlot(row["unit"], *span(row, anchor)))


def is_timed(row: Row) -> bool:
    """Whether a row has a time: an open invitation has none."""
    return not row.get("open", False)


def _key(row: Row) -> tuple[str, str]:
    return str(row["unit"]), str(row["id"])


def _offered(unit: str, anchor: dt.datetime) -> Iterator[FreeSlot]:
    for offset in range(1, _DAYS + 1):
        on = day(offset, anchor)
        if on.weekday() < _SATURDAY:
            for text in _OFFERED:
                yield FreeSlot(unit, *times(text, on))
