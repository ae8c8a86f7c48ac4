"""What the national security services know: blocks, consents, relations, and the log.

The tables `[[blocks]]`, `[[consents]]` and `[[relations]]` of the people files, and whatever has
been registered since. Everything is kept in memory only, and forgotten at `restore`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.clock import Clock
from sandbox.people import Person
from sandbox.people.units import Unit
from sandbox.people.when import day

RELATION = "relation"
"""What a paper is that is neither of the contracts' words Consent and Emergency."""
_A_YEAR = 365


@dataclass(frozen=True, slots=True)
class Reader:
    """Who wants to read: an employee, and the place of the assignment."""

    employee: str
    provider: str
    unit: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A consent, a certificate of emergency or a relation. `employee` "" is for the whole unit.

    Times are Swedish wall time without a zone, as the wire has them; `end` is exclusive.
    """

    kind: str
    id: str
    unit: str
    employee: str
    start: dt.datetime
    end: dt.datetime

    def holds(self, reader: Reader, now: dt.datetime) -> bool:
        mine = self.unit == reader.unit and self.employee in ("", reader.employee)
        return mine and self.start <= now < self.end


class Safeguards:
    """By the number of the person."""

    def __init__(self, people: Iterable[Person], units: Mapping[str, Unit], clock: Clock) -> None:
        self._people = {person.person_id: person for person in people}
        self._units = units
        self._clock = clock
        self._papers: dict[str, list[Paper]] = {}
        self._log: dict[str, Mapping[str, Any]] = {}

    def restore(self) -> None:
        """Forget what has been registered and logged."""
        self._papers.clear()
        self._log.clear()

    def now(self) -> dt.datetime:
        return self._clock.now().replace(tzinfo=None)

    def found(self, number: str, kinds: Iterable[str], reader: Reader) -> Paper | None:
        """The first paper of a person, of these kinds, that holds for a reader now."""
        held = (paper for paper in self._of(number) if paper.kind in kinds)
        return next((paper for paper in held if paper.holds(reader, self.now())), None)

    def register(self, number: str, paper: Paper) -> bool:
        """False when there is one with its id."""
        if any(paper.id == known.id for known in self._of(number)):
            return False
        self._papers.setdefault(number, []).append(paper)
        return True

    def is_blocked(
        self, number: str, reader: Reader, unit: str, provider: str, end: dt.datetime
    ) -> bool:
        """Whether what a unit wrote, at the latest at `end`, is closed to a reader."""
        return any(
            self._closes(row, reader, unit, provider, end) for row in self._rows(number, "blocks")
        )

    def _closes(
        self,
        row: Mapping[str, Any],
        reader: Reader,
        unit: str,
        provider: str,
        end: dt.datetime,
    ) -> bool:
        inner = row["level"] == "inre"
        holder = self._units[row["unit"]].provider
        if holder != provider or (inner and row["unit"] != unit):
            return False
        since = dt.datetime.combine(day(row["since"], self._clock.anchor()), dt.time())
        if end < since or (inner and reader.unit == row["unit"]):
            return False
        # Nobody lifts an outer block but the person, and an inner one is lifted in its own house.
        own = reader.provider == holder
        return not own or (inner and reader.unit not in row.get("lifted_for", ()))

    def keep(self, log: Mapping[str, Any]) -> None:
        """Keep a row of the log. One that is told again is the same."""
        self._log.setdefault(log["id"], log)

    def logged(self) -> list[Mapping[str, Any]]:
        """The rows of the log, in the order in which they came."""
        return [*self._log.values()]

    def _of(self, number: str) -> Iterator[Paper]:
        for kind, table in (("Consent", "consents"), (RELATION, "relations")):
            for place, row in enumerate(self._rows(number, table), 1):
                anchor = self._clock.anchor()
                yield Paper(
                    kind,
                    f"{table}-{place}",
                    row["unit"],
                    row.get("employee", ""),
                    dt.datetime.combine(day(-_A_YEAR, anchor), dt.time()),
                    dt.datetime.combine(day(row["until"], anchor), dt.time()),
                )
        yield from self._papers.get(number, ())

    def _rows(self, number: str, table: str) -> Iterable[Mapping[str, Any]]:
        person = self._people.get(number)
        return person.rows(table) if person else ()
