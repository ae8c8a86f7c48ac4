"""What cannot both happen: two bookings at once, a home visit on the way to the hospital, and a
home visit while admitted.

A warning that is wrong teaches people not to read warnings. So nothing is certain here unless both
times are, and two visits that the same organisation gives at home are its own business.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Literal, TypeAlias

from stodtjanster.information import (
    Appointment,
    CareContact,
    CareContactKind,
    CareContactStatus,
    VisitForm,
)
from stodtjanster.model import (
    Approximate,
    Dated,
    Origin,
    Timed,
    When,
    first_day,
    last_day,
    midnight,
)

UNSAID: Final = timedelta(minutes=30)
"""How long a thing may last when nobody said."""
UNENDED_STAY: Final = timedelta(days=7)
"""How long ahead a stay without an end is reckoned with; after that nobody knows at all."""
_LEAST: Final = timedelta(minutes=1)
_DAY: Final = timedelta(days=1)


class Where(StrEnum):
    """Where the person has to be."""

    HOME = "home"
    AWAY = "away"
    ANYWHERE = "anywhere"
    UNKNOWN = "unknown"
    ADMITTED = "admitted"


Cause: TypeAlias = Literal["overlap", "travel", "admitted"]
_WHERE: Final[Mapping[VisitForm, Where]] = {
    VisitForm.HOME: Where.HOME,
    VisitForm.VISIT: Where.AWAY,
    VisitForm.PHONE: Where.ANYWHERE,
    VisitForm.VIDEO: Where.ANYWHERE,
    VisitForm.UNKNOWN: Where.UNKNOWN,
}
_STAYS: Final = frozenset({CareContactStatus.PLANNED, CareContactStatus.ONGOING})


@dataclass(frozen=True, slots=True)
class Window:
    """Aware times; the end is exclusive and later than the start."""

    start: datetime
    end: datetime

    def meets(self, other: "Window", margin: timedelta = timedelta()) -> bool:
        """True when less than `margin` lies between them."""
        return self.start - margin < other.end and other.start < self.end + margin


@dataclass(frozen=True, slots=True)
class Busy:
    """Something that takes the person's time, inside `possible`, and surely all of `sure`.

    `item` is the record behind it. Things of one `series` at one time are one thing told twice, or
    two who come together.
    """

    item: Appointment | CareContact
    where: Where
    possible: Window
    sure: Window | None
    series: tuple[str, str]

    @property
    def origin(self) -> Origin:
        return self.item.origin


@dataclass(frozen=True, slots=True)
class Clash:
    """Two things that meet. `one` is the easier to move: the visit at home where there is one."""

    one: Busy
    other: Busy
    cause: Cause
    certain: bool


def booking(item: Appointment) -> Busy | None:
    """A booked time; None when nobody has said even which day, or when word has been left that the
    person will not be there."""
    windows = _windows(item.when)
    if windows is None or item.absent:
        return None
    title = item.title.text if item.title else ""
    return Busy(item, _WHERE[item.form], *windows, (item.origin.system, title))


def stay(item: CareContact, now: datetime) -> Busy | None:
    """A stay at a hospital that goes on or is planned; None for every other contact.

    Who will leave when is not known before it is written: without an end nothing is sure.
    """
    if item.kind is not CareContactKind.STAY or item.status not in _STAYS:
        return None
    first = first_day(item.when)
    if first is None:
        return None
    windows = _windows(item.when)
    start = windows[0].start if windows else midnight(first)
    series = (item.origin.system, item.origin.record)
    if windows and item.ended:
        return Busy(item, Where.ADMITTED, *windows, series)
    last = last_day(item.when) if item.ended else None
    # What was only planned is not known to go on today.
    since = max(start, now) if item.status is CareContactStatus.ONGOING else start
    end = midnight(last + _DAY) if last else since + UNENDED_STAY
    return Busy(item, Where.ADMITTED, Window(start, end), None, series)


def find(things: Iterable[Busy], *, travel: timedelta, now: datetime) -> tuple[Clash, ...]:
    """Every pair that meets and is not over, by time. `travel` is the way there, and back.

    The same whatever order the things come in.
    """
    coming = sorted((one for one in things if one.possible.end > now), key=_place)
    return tuple(clash for pair in _near(coming, travel) if (clash := _meet(*pair, travel)))


def _near(coming: list[Busy], travel: timedelta) -> Iterator[tuple[Busy, Busy]]:
    for index, one in enumerate(coming):
        for other in coming[index + 1 :]:
            if other.possible.start >= one.possible.end + travel:
                break
            yield one, other


def _meet(first: Busy, second: Busy, travel: timedelta) -> Clash | None:
    one, other = (second, first) if _moves_easier(second, first) else (first, second)
    if not _may_clash(one, other):
        return None
    if one.possible.meets(other.possible):
        sure = one.sure is not None and other.sure is not None and one.sure.meets(other.sure)
        if other.where is Where.ADMITTED:
            return Clash(one, other, "admitted", sure)
        return Clash(one, other, "overlap", sure and not _may_go_together(one, other))
    leaves = one.where is Where.HOME and other.where in (Where.AWAY, Where.UNKNOWN)
    if leaves and one.possible.meets(other.possible, travel):
        # The way is reckoned, not known.
        return Clash(one, other, "travel", certain=False)
    return None


def _may_clash(one: Busy, other: Busy) -> bool:
    if other.where is Where.ADMITTED:
        return one.where is Where.HOME
    if one.series == other.series and one.possible.start == other.possible.start:
        return False
    planned_together = one.origin.system == other.origin.system
    return not (one.where is other.where is Where.HOME and planned_together)


def _may_go_together(one: Busy, other: Busy) -> bool:
    """At home one may take a call, and two may come at once. Elsewhere one clinic may mean it."""
    if one.where is Where.HOME:
        return other.where in (Where.HOME, Where.ANYWHERE)
    return one.origin.system == other.origin.system


def _moves_easier(one: Busy, other: Busy) -> bool:
    """The visit at home comes to the person; a stay is never what is moved."""
    ease = {Where.HOME: 0, Where.ADMITTED: 2}
    return ease.get(one.where, 1) < ease.get(other.where, 1)


def _place(one: Busy) -> tuple[datetime, tuple[str, str]]:
    return one.possible.start, one.origin.identity


def _windows(when: When) -> tuple[Window, Window | None] | None:
    """What it may take, and what it surely takes. Something on several days that says no time, or
    has no day, could meet everything: of that nothing is said."""
    match when:
        case Timed(start, None):
            return Window(start, start + UNSAID), Window(start, start + _LEAST)
        case Timed(start, end) if end is not None:
            whole = Window(start, max(end, start + _LEAST))
            return whole, whole
        case Approximate(start, end):
            return Window(start, max(end, start + _LEAST)), None
        case Dated(day, last) if last in (None, day):
            return Window(midnight(day), midnight(day + _DAY)), None
        case _:
            return None
