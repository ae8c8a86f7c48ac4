"""The engagemangsindex as it is now: what the people files say, and what has been told it since.

Everything is kept in memory only, and forgotten at `restore`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.clock import Clock
from sandbox.people import Person
from sandbox.people.units import Unit
from sandbox.producers.get_subject_of_care_schedule import engagement
from sandbox.producers.kit import Contract, Engagement, stamp

OWNER = "5565594230"
"""Whose index it is: the logical address of Inera."""
_CONTROLLER = "2321000156"
_BOOKED_DOMAIN = "riv:crm:scheduling"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row, as EngagementType has it. Times are TimeStampType."""

    resident: str
    domain: str
    category: str
    logical_address: str
    record: str
    source_system: str
    process: str = "NA"
    controller: str = _CONTROLLER
    owner: str | None = OWNER
    most_recent: str | None = None
    created: str | None = None
    updated: str | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """What makes two rows the same one (TKB)."""
        return (
            *(self.resident, self.domain, self.category, self.logical_address),
            *(self.record, self.process, self.source_system, self.controller),
        )


@dataclass(frozen=True, slots=True)
class Transaction:
    """A row that is gone, or one that is new or changed."""

    delete: bool
    entry: Entry


@dataclass(slots=True)
class Index:
    """`told` hears of every change, whoever made it."""

    contracts: Iterable[Contract]
    people: Sequence[Person]
    units: Mapping[str, Unit]
    clock: Clock
    told: Callable[[Sequence[Transaction]], None] = lambda _transactions: None
    _changed: dict[tuple[str, ...], Entry | None] = field(default_factory=dict)

    def find(self, resident: str, domain: str, category: str | None = None) -> list[Entry]:
        """The rows of a person in a service domain, all categories of it unless one is given."""
        rows = {entry.key: entry for entry in self._of_files(resident)}
        changed = {key: entry for key, entry in self._changed.items() if key[0] == resident}
        return [
            entry
            for entry in (rows | changed).values()
            if entry is not None and entry.domain == domain and category in (None, entry.category)
        ]

    def update(self, transactions: Sequence[Transaction]) -> None:
        """Make changes, all of them, and tell of them."""
        now = stamp(self.clock.now())
        noted = [
            replace(each, entry=replace(each.entry, created=each.entry.created or now, updated=now))
            for each in transactions
        ]
        for each in noted:
            self._changed[each.entry.key] = None if each.delete else each.entry
        self.told(noted)

    def booking_changed(
        self, person: Person, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
    ) -> None:
        """What the unit's system tells the index when a booking is made, moved or cancelled."""
        old, new = (self._booked(person, row) for row in (before, after))
        transactions = [Transaction(True, old)] if old and (not new or old.key != new.key) else []
        self.update([*transactions, Transaction(False, new)] if new else transactions)

    def restore(self) -> None:
        """As the people files say."""
        self._changed.clear()

    def _booked(self, person: Person, row: Mapping[str, Any] | None) -> Entry | None:
        if row is None:
            return None
        found = engagement(row, self.units, self.clock.anchor())
        return _entry(person, _BOOKED_DOMAIN, found)

    def _of_files(self, resident: str) -> Iterator[Entry]:
        anchor = self.clock.anchor()
        for person in self.people:
            if person.person_id == resident:
                for contract in self.contracts:
                    for found in contract.engagements(person, self.units, anchor):
                        yield _entry(person, contract.service_domain, found)


def _entry(person: Person, domain: str, found: Engagement) -> Entry:
    return Entry(
        person.person_id,
        domain,
        found.category,
        found.logical_address,
        found.record,
        found.source_system,
        most_recent=_stamped(found.start),
    )


def _stamped(moment: dt.datetime | None) -> str | None:
    return None if moment is None else stamp(moment)
