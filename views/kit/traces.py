"""What is left of a record when what it said is taken away: a keyed name, keyed digests, a time.

Digests of what pages show tell that something has changed, and not what it was (ADR 16).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import blake2s
from typing import Any, Final

from stodtjanster.information import (
    Agreement,
    Appointment,
    CareManager,
    CarePlan,
    CareService,
    Item,
    Listing,
    Participant,
)
from stodtjanster.model import (
    Approximate,
    Dated,
    Origin,
    Partial,
    PersonId,
    Timed,
    Told,
    When,
    last_day,
    local_day,
)

FACTS_VERSION: Final = "1"
"""To be raised with `_SHOWN`: what is digested in another way is not said to have changed."""

_NAME_BYTES: Final = 12
_FACTS_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Place:
    """Where something of a kind comes from. No `system` stands for the whole source."""

    kind: str
    source: str
    system: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """What is left of one record: when it takes place, or the last day on which it holds.

    `where` is apart from the other `facts`, and empty where no place is told: whether it is told
    depends on more than the record (`Item.hidden`). `facts` are empty where they are not known.
    """

    place: Place
    name: str
    facts: str
    where: str = ""
    when: When | None = None
    until: date | None = None

    def is_over(self, now: datetime) -> bool:
        """Then nobody needs to be told that it is gone."""
        if isinstance(self.when, Timed | Approximate):
            return (self.when.end or self.when.start) <= now
        last = self.until if self.when is None else last_day(self.when)
        return last is not None and last < local_day(now)

    @property
    def begins(self) -> object:
        """What differs when it has been moved."""
        match self.when:
            case Timed(start) | Approximate(start):
                return start
            case when:
                return when

    def says_other_than(self, was: "Trace") -> bool:
        if self.facts[:1] != was.facts[:1] or not self.facts:
            return False
        elsewhere = bool(self.where and was.where) and self.where != was.where
        return self.facts != was.facts or elsewhere


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes the names and digests of one person's records. Without `secret` nobody can tell what
    they were made of, nor whether two people have the same."""

    secret: bytes = field(repr=False)
    person: PersonId

    def name(self, origin: Origin) -> str:
        return self._digest(_NAME_BYTES, "name", *origin.identity)

    def trace(self, item: Item) -> Trace:
        """Of what pages show of a record, apart from where it comes from and when it was told."""
        shown = _SHOWN.get(type(item), _nothing)
        where = item.place if isinstance(item, Appointment) else None
        return Trace(
            place=Place(item.key, item.origin.source, item.origin.system),
            name=self.name(item.origin),
            facts=FACTS_VERSION + self._digest(_FACTS_BYTES, "facts", *map(_text, shown(item))),
            where=self._digest(_FACTS_BYTES, "where", where.text) if where else "",
            when=item.when if isinstance(item, Appointment) else None,
            until=_until(item),
        )

    def _digest(self, size: int, *parts: str) -> str:
        said = "\x1f".join((self.person.value, *parts)).encode()
        return blake2s(said, key=self.secret, digest_size=size).hexdigest()


def _until(item: Item) -> date | None:
    match item:
        case Agreement():
            return item.until
        case CarePlan() | CareService() | CareManager() | Listing():
            return item.last
        case _:
            return None


def _nothing(_item: Item) -> tuple[object, ...]:
    return ()


def _appointment(item: Appointment) -> tuple[object, ...]:
    if item.recurring:
        # Who comes is set from day to day: that would be news of every visit.
        return (item.title, item.when)
    return (item.title, item.when, item.who, item.unit, item.form, item.invitation)


def _plan(item: CarePlan) -> tuple[object, ...]:
    goals = tuple((goal.text, goal.state) for goal in item.goals)
    tasks = tuple((task.text, task.owners, task.mine, task.state) for task in item.activities)
    people = (item.owner, item.responsible, item.participants)
    return (item.kind, item.title, item.status, item.follow_up, *people, goals, tasks)


def _agreement(item: Agreement) -> tuple[object, ...]:
    return (item.text, item.party, item.owner, item.first, item.until, item.done)


def _service(item: CareService) -> tuple[object, ...]:
    dates = (item.decided, item.first, item.last, item.started, item.paused)
    return (item.name, item.extent, item.performer, item.handler, *dates)


def _manager(item: CareManager) -> tuple[object, ...]:
    return (item.kind, item.name, item.qualification, item.unit)


def _listing(item: Listing) -> tuple[object, ...]:
    return (item.kind, item.name, item.unit)


_SHOWN: Final[Mapping[type[Item], Callable[[Any], tuple[object, ...]]]] = {
    Appointment: _appointment,
    CarePlan: _plan,
    Agreement: _agreement,
    CareService: _service,
    CareManager: _manager,
    Listing: _listing,
}


def _text(part: object) -> str:
    """The same for equal parts, whatever Python calls them."""
    match part:
        case None:
            return ""
        case tuple():
            return "(" + "\x1e".join(map(_text, part)) + ")"
        case Told():
            return part.text
        case Participant():
            return _text((part.name, part.role, part.unit.value if part.unit else None))
        case date():
            return _moment(part)
        case Timed() | Approximate() | Dated() | Partial():
            return _time(part)
        case _:
            return str(part)


def _time(when: Timed | Approximate | Dated | Partial) -> str:
    match when:
        case Timed(start, end):
            return f"{_moment(start)}/{_moment(end)}"
        case Approximate(start, end):
            return f"~{_moment(start)}/{_moment(end)}"
        case Dated(day, last):
            return f"{_moment(day)}/{_moment(last)}"
        case Partial(year, month):
            return f"{year}-{month}"


def _moment(when: date | None) -> str:
    if isinstance(when, datetime):
        return when.astimezone(UTC).isoformat()
    return when.isoformat() if when else ""
