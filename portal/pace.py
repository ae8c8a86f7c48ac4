"""How often one person may write: nobody has that much to say, but a script has."""

from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from cachetools import LRUCache

from portal.strangers import Strangers
from stodtjanster.model import PersonId

MOST: Final = 60
SPAN: Final = timedelta(minutes=10)


class Pace:
    """At most MOST times in SPAN for each person; in process, thread-safe and bounded."""

    def __init__(self, people: int = 10_000) -> None:
        self._each: LRUCache[PersonId, Strangers] = LRUCache(people)
        self._lock = Lock()

    def may_write(self, person: PersonId, now: datetime) -> bool:
        with self._lock:
            own = self._each.setdefault(person, Strangers(MOST, SPAN))
        return own.may_write(now)
