"""What applies from one day to another, either of which may be missing."""

from datetime import date
from typing import Final

from stodtjanster.sources.kit.rivta import BadRow, Page
from stodtjanster.sources.kit.times import day

_END_OF_TIME: Final = "9999"


def days(
    start: str | None, end: str | None, where: tuple[str, str]
) -> tuple[date | None, date | None]:
    """First and last day of what applies from one to the other; None for a blank one.

    An end in year 9999 is how some systems write that there is none. Raises BadRow at `where` (the
    start, the end).
    """
    starts, ends = (start or "").strip(), (end or "").strip()
    first = day(starts) if starts else None
    if starts and first is None:
        raise BadRow(where[0], "not a date")
    last = day(ends) if ends else None
    if ends and last is None and not ends.startswith(_END_OF_TIME):
        raise BadRow(where[1], "not a date")
    if first and last and last < first:
        raise BadRow(where[1], "ends before it begins")
    return first, last


def in_force(page: Page, first: date | None, last: date | None) -> bool:
    """Whether something that applies from one day to the other does so in the period asked about.

    Without a first day it always has, without a last it always will.
    """
    period = page.reading.period
    if period is None:
        return True
    return (first is None or first <= period.last) and (last is None or last >= period.first)
