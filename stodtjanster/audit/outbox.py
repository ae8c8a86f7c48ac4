"""What the national log service is still to be told. The log itself is the outbox: whatever has
been committed and lies beyond where the delivery has come is waiting, whoever was killed when."""

from datetime import datetime, timedelta
from typing import Final, Protocol

from stodtjanster.audit.chain import Entry

_FIRST: Final = timedelta(seconds=1)
_LONGEST: Final = timedelta(minutes=5)


class Outbox(Protocol):
    """In order of the log, and at least once. `portal/store` keeps it; every method may raise its
    StoreUnavailable, and what was not said to be delivered is then still waiting."""

    def take_turn(self, holder: str, now: datetime, until: datetime) -> bool:
        """True when nobody else delivers until then: one at a time keeps the order."""

    def waiting(self, most: int) -> tuple[Entry, ...]:
        """The next entries of the log that have not been passed, at most so many."""

    def passed(self, seq: int) -> None:
        """All up to and with this entry is delivered, or is not for the national log."""

    def set_aside(self, seq: int, code: str, at: datetime) -> None:
        """The entry can never be taken as it is: someone has to look at it. It stays in the log.

        Whoever is behind it must not wait for it.
        """

    def aside(self) -> tuple[tuple[int, str], ...]:
        """What was set aside: the number of the entry, and the code."""


def pause(failures: int) -> timedelta:
    """How long to wait after so many failures in a row: twice as long each time, up to minutes."""
    doubled = _FIRST * (1 << min(failures, 16))
    return min(doubled, _LONGEST)
