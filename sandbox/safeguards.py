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
CONSENT = "Consent"
_A_YEAR = 365


_SOMEBODY = "TSTNMT2321000156-LEEK"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who wants to read: an employee, and the place of the assignment."""

    employee: str
    provider: str
    unit: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A consent, a certificate of emergency or a relation. `employee` "" is for the whole unit.

    Times are Swedish wall time without a zone, as the wire has them; `end` is exclusive. `by` is
    the employee who asked, `represented_by` the number of who answered in the person's place.
    """

    kind: str
    id: str
    unit: str
    employee: str
    start: dt.datetime
    end: dt.datetime
    by: str = _SOMEBODY
    represented_by: str = ""

    def holds(self, reader: Reader, now: dt.datetime) -> bool:
        mine = self.unit == reader.unit and self.employee in ("", reader.employee)
        return mine and self.start <= now < self.end


@dataclass(frozen=True, slots=True)
class Lifted:
    """An inner block is lifted for a unit, or one `employee` there, until a moment."""

    id: str
    unit: str
    employee: str
    until: dt.datetime

    def holds(self, reader: Reader, now: dt.datetime) -> bool:
        mine = self.unit == reader.unit and self.employee in ("", reader.employee)
        return mine and now < self.until


@dataclass(frozen=True, slots=True)
class Blocked:
    """What a provider, or with `inner` a unit of it, has written from `since` on is closed."""

    id: str
    inner: bool
    provider: str
    unit: str
    since: dt.datetime
    lifted: tuple[Lifted, ...]

    def closes(
        self, reader: Reader, unit: str, provider: str, end: dt.datetime, now: dt.datetime
    ) -> bool:
        if self.provider != provider or (self.inner and self.unit != unit):
            return False
        if end < self.since or (self.inner and reader.unit == self.unit):
            return False
        # Nobody lifts an outer block but the person, and an inner one is lifted in its own house.
        if reader.provider != self.provider:
            return True
        return self.inner and not any(each.holds(reader, now) for each in self.lifted)


class Safeguards:
    """By the number of the person."""

    def __init__(self, people: Iterable[Person], units: Mapping[str, Unit], clock: Clock) -> None:
        self._people = {person.person_id: person for person in people}
        self._units = units
        self._clock = clock
        self._papers: dict[str, list[Paper]] = {}
        self._ended: set[str] = set()
        self._lifted: dict[str, list[Lifted]] = {}
        self._log: dict[str, Mapping[str, Any]] = {}

    def restore(self) -> None:
        """Forget what has been registered and logged."""
        self._papers.clear()
        self._ended.clear()
        self._lifted.clear()
        self._log.clear()

    def now(self) -> dt.datetime:
        return self._clock.now().replace(tzinfo=None)

    def found(self, number: str, kinds: Iterable[str], reader: Reader) -> Paper | None:
        """The first paper of a person, of these kinds, that holds for a reader now."""
        held = (paper for paper in self._of(number) if paper.kind in kinds)
        return next((paper for paper in held if paper.holds(reader, self.now())), None)

    def register(self, number: str, paper: Paper) -> bool:
        """False when there is one with its id."""
        if paper.id in self._ended or any(paper.id == known.id for known in self._of(number)):
            return False
        self._papers.setdefault(number, []).append(paper)
        return True

    def cancel(self, paper_id: str) -> bool | None:
        """End a paper that has been registered; False when it has ended, None when there is none.
        Those of the people files cannot be ended."""
        if not any(each.id == paper_id for papers in self._papers.values() for each in papers):
            return None
        if paper_id in self._ended:
            return False
        self._ended.add(paper_id)
        return True

    def lift(self, block_id: str, lifted: Lifted) -> bool | None:
        """Lift an inner block; False when that was done before, None when there is no such."""
        people = self._people.values()
        blocks = (each for person in people for each in self.blocks_of(person.person_id))
        if not any(each.id == block_id and each.inner for each in blocks):
            return None
        done = self._lifted.setdefault(block_id, [])
        if any(each.id == lifted.id for each in done):
            return False
        done.append(lifted)
        return True

    def is_blocked(
        self, number: str, reader: Reader, unit: str, provider: str, end: dt.datetime
    ) -> bool:
        """Whether what a unit wrote, at the latest at `end`, is closed to a reader."""
        now = self.now()
        return any(each.closes(reader, unit, provider, end, now) for each in self.blocks_of(number))

    def blocks_of(self, number: str) -> Iterator[Blocked]:
        """Every block of a person."""
        anchor = self._clock.anchor()
        for place, row in enumerate(self._rows(number, "blocks"), 1):
            # What lifts a block names it and not whose it is.
            block_id = f"{self._people[number].key}-blocks-{place}"
            yield Blocked(
                id=block_id,
                inner=row["level"] == "inre",
                provider=self._units[row["unit"]].provider,
                unit=row["unit"],
                since=_midnight(row["since"], anchor),
                lifted=(
                    *(
                        Lifted(
                            f"{block_id}-{count}",
                            unit,
                            row.get("lifted_employee", ""),
                            _midnight(row["lifted_until"], anchor),
                        )
                        for count, unit in enumerate(row.get("lifted_for", ()), 1)
                    ),
                    *self._lifted.get(block_id, ()),
                ),
            )

    def consents_to(self, number: str, provider: str) -> Iterator[Paper]:
        """What lets units of a provider read, and is not over."""
        for paper in self._of(number):
            unit = self._units.get(paper.unit)
            theirs = unit is not None and unit.provider == provider
            if theirs and paper.kind != RELATION and self.now() < paper.end:
                yield paper

    def keep(self, log: Mapping[str, Any]) -> None:
        """Keep a row of the log. One that is told again is the same."""
        self._log.setdefault(log["id"], log)

    def logged(self) -> list[Mapping[str, Any]]:
        """The rows of the log, in the order in which they came."""
        return [*self._log.values()]

    def _of(self, number: str) -> Iterator[Paper]:
        anchor = self._clock.anchor()
        for kind, table in ((CONSENT, "consents"), (RELATION, "relations")):
            for place, row in enumerate(self._rows(number, table), 1):
                yield Paper(
                    row.get("kind", kind),
                    f"{table}-{place}",
                    row["unit"],
                    row.get("employee", ""),
                    _midnight(row.get("since", -_A_YEAR), anchor),
                    _midnight(row["until"], anchor),
                    represented_by=row.get("represented_by", ""),
                )
        papers = self._papers.get(number, ())
        yield from (paper for paper in papers if paper.id not in self._ended)

    def _rows(self, number: str, table: str) -> Iterable[Mapping[str, Any]]:
        person = self._people.get(number)
        return person.rows(table) if person else ()


def _midnight(offset: int, anchor: dt.datetime) -> dt.datetime:
    """When the day so many days from the anchor's begins."""
    return dt.datetime.combine(day(offset, anchor), dt.time())
