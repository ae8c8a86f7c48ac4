"""What a view wants to know: a kind of information over a span of days."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, TypeVar

from stodtjanster.model.when import Period

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Need(Generic[T]):
    """`information` is a class of `stodtjanster.information`; days are counted from today.

    `optional`: where no source is set up to tell of it, nothing is missing.
    """

    information: type[T]
    days_back: int = 0
    days_ahead: int = 365
    optional: bool = False

    def period(self, today: date) -> Period:
        return Period(
            today - timedelta(days=self.days_back), today + timedelta(days=self.days_ahead)
        )
