"""Under what an answer is read, in a conversation or from a file."""

from dataclasses import dataclass
from datetime import datetime

from stodtjanster.model import Period, PersonId


@dataclass(frozen=True, slots=True)
class Reading:
    """`source` is the key that reports and origins carry; `asked_at` is aware.

    `subject` None means that nobody in particular was asked about: no row is then foreign.
    `period` None keeps rows of all times. `address` is whom the question was sent to, "" the
    source's usual one.
    """

    source: str
    asked_at: datetime
    subject: PersonId | None = None
    period: Period | None = None
    address: str = ""
