"""What was learnt, and from whom: items never travel without their reports."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")
U = TypeVar("U")


class Outcome(StrEnum):
    """The four names of RIV-TA's ProcessingStatus, and the two that it lacks."""

    DATA_FROM_SOURCE = "DataFromSource"
    DATA_FROM_CACHE = "DataFromCache"
    DATA_FROM_CACHE_SYNCH_FAILED = "DataFromCacheSynchFailed"
    NO_DATA_SYNCH_FAILED = "NoDataSynchFailed"
    NOT_ASKED = "NotAsked"
    PENDING = "Pending"


class Cause(StrEnum):
    """Why an outcome is less than full. Words for the screen: `views/kit/notices.py`."""

    TIMEOUT = "timeout"  # the source did not answer in time
    REFUSED = "refused"  # no connection
    FAULT = "fault"  # the source or the platform answered with an error
    UNREADABLE = "unreadable"  # an answer came that could not be read
    TOO_LARGE = "too_large"
    PARTIAL = "partial"  # the source said that more exists, or a page was lost
    FOREIGN = "foreign"  # rows about another person were in the answer
    DENIED = "denied"  # the source will not answer us: certificate, token, behörighet
    ORDERED = "ordered"  # the source is making the answer, and gives it when it is asked again
    BUSY = "busy"  # our own queue was full; never the source's fault
    BROKEN = "broken"  # the breaker is open: the source failed just now
    FAILED = "failed"  # our own adapter failed
    # NotAsked: the source does not share this information; else the platform knows no way to it
    NOT_CONNECTED = "not_connected"
    NOT_PERMITTED = "not_permitted"  # NotAsked: a rule said no
    SWITCHED_OFF = "switched_off"  # NotAsked: by configuration
    # NotAsked, of nobody in particular: there are records that staff may know of and not see
    NO_CONSENT = "no_consent"
    BLOCKED = "blocked"
    UNCHECKED = "unchecked"  # whether they are blocked, or consented to, could not be asked


@dataclass(frozen=True, slots=True)
class Report:
    """What one source system did for one kind of information.

    `system` is the logical address or the base that holds the records, `source` the key of the
    configured source that we asked. `rejected` counts rows that could not be read.
    `as_of` is when the data left the system, `tried_at` when we last tried. `detail` is for
    operators: a code of the platform's, never the words of a source.
    """

    source: str
    system: str
    information: str
    outcome: Outcome
    tried_at: datetime | None = None
    as_of: datetime | None = None
    cause: Cause | None = None
    rejected: int = 0
    detail: str = ""

    @property
    def answered(self) -> bool:
        """Nothing is missing from this system: it answered in full, now or very lately."""
        fresh = self.outcome in (Outcome.DATA_FROM_SOURCE, Outcome.DATA_FROM_CACHE)
        return fresh and self.cause is None and self.rejected == 0

    @property
    def pending(self) -> bool:
        return self.outcome is Outcome.PENDING


@dataclass(frozen=True, slots=True)
class Answer(Generic[T_co]):
    """Items with the reports of every source that was to be asked. A monoid under +."""

    items: tuple[T_co, ...] = ()
    reports: tuple[Report, ...] = ()

    def __add__(self, other: "Answer[U]") -> "Answer[T_co | U]":
        return Answer(self.items + other.items, self.reports + other.reports)

    @property
    def complete(self) -> bool:
        """Only then may anyone say that there is nothing.

        False for an answer without reports: nobody was asked, so nobody knows.
        """
        return bool(self.reports) and all(report.answered for report in self.reports)

    @property
    def pending(self) -> bool:
        return any(report.pending for report in self.reports)

    @property
    def gaps(self) -> tuple[Report, ...]:
        """Reports that keep this answer from being complete."""
        return tuple(report for report in self.reports if not report.answered)

    @property
    def rejected(self) -> int:
        return sum(report.rejected for report in self.reports)

    def only(self, keep: Callable[[T_co], bool]) -> "Answer[T_co]":
        """The same reports, fewer items."""
        return Answer(tuple(item for item in self.items if keep(item)), self.reports)


def gather(answers: Iterable[Answer[T]]) -> Answer[T]:
    """All answers as one, in order."""
    parts = tuple(answers)
    return Answer(
        tuple(item for part in parts for item in part.items),
        tuple(report for part in parts for report in part.reports),
    )
