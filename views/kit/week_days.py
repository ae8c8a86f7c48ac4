"""The days of a week: the same for one person's and for a family's."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal

from stodtjanster.information import Appointment
from stodtjanster.model import Dated
from views.kit.cards import EventRow, Meeting
from views.kit.rows import span

DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class Column:
    """One day. `hidden` is how many daily visits the reader has chosen not to see. Only when
    `known` may a day without rows be called empty."""

    day: date
    today: bool
    rows: tuple[EventRow, ...]
    known: bool
    hidden: int = 0


@dataclass(frozen=True, slots=True)
class Collision:
    """One thing and all that it meets in the same way, in order. `day` is that of the first."""

    day: date
    other: Meeting
    ones: tuple[Meeting, ...]
    certain: bool
    why: Literal["overlap", "travel", "admitted"] = "overlap"
    phone: str | None = None
    phone_name: str | None = None


def column(
    day: date, today: date, rows: Iterable[EventRow], *, complete: bool, hidden: int = 0
) -> Column:
    """What lasts for days stands on each of them, and has an id of its own there.

    `complete`: nobody is missing. Of days that are over the sources need not tell anything.
    """
    return Column(
        day=day,
        today=day == today,
        rows=tuple(
            row if day == row.day else replace(row, anchor=f"{row.anchor}-{day.isoformat()}")
            for row in rows
        ),
        known=complete and day >= today,
        hidden=hidden,
    )


def is_on(day: date, item: Appointment) -> bool:
    """False for what has no day at all."""
    when = span(item)
    if when is None:
        return False
    last = item.when.last if isinstance(item.when, Dated) else None
    return when[0] <= day <= (last or when[0])
