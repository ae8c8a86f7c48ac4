"""When something happens, no more exactly than the source said."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Timed:
    """Aware start, and aware exclusive end when the source gave one."""

    start: datetime
    end: datetime | None = None

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or (self.end is not None and self.end.tzinfo is None):
            raise ValueError("a time without zone")


@dataclass(frozen=True, slots=True)
class Approximate:
    """Some time inside an aware window: a home visit "about half past seven"."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Dated:
    """A whole day, or whole days up to and including `last`. A date has no zone."""

    day: date
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Partial:
    """A year, or a month of a year."""

    year: int
    month: int | None = None


@dataclass(frozen=True, slots=True)
class Open:
    """The time is not set."""


When: TypeAlias = Timed | Approximate | Dated | Partial | Open


def local_day(moment: datetime) -> date:
    """The calendar day in Sweden of an aware time."""
    return moment.astimezone(STOCKHOLM).date()


def midnight(day: date) -> datetime:
    """The aware instant at which a Swedish day begins."""
    return datetime.combine(day, time(), STOCKHOLM)


def first_day(when: When) -> date | None:
    """The first Swedish day that `when` may touch; None when the time is not set."""
    match when:
        case Timed(start) | Approximate(start):
            return local_day(start)
        case Dated(day):
            return day
        case Partial(year, month):
            return date(year, month or 1, 1)
        case _:
            return None


def last_day(when: When) -> date | None:
    """The last Swedish day that `when` may touch; ends of timed things are exclusive."""
    match when:
        case Timed(start, end) | Approximate(start, end):
            return local_day(start if end is None else max(start, end - _SECOND))
        case Dated(day, last):
            return last or day
        case Partial(year, month):
            return date(year, month or 12, monthrange(year, month or 12)[1])
        case _:
            return None


@dataclass(frozen=True, slots=True)
class Period:
    """Whole Swedish days, `last` included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("a period ends before it begins")

    @property
    def start(self) -> datetime:
        return midnight(self.first)

    @property
    def end(self) -> datetime:
        """Exclusive."""
        return midnight(self.last + timedelta(days=1))

    def touches(self, when: When) -> bool:
        """True when some of `when` may lie in the period; an unset time always may."""
        first = first_day(when)
        if first is None:
            return True
        if first >= self.first:
            # When it ends need not be worked out.
            return first <= self.last
        last = last_day(when)
        return last is None or last >= self.first
