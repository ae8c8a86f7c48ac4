"""What the national catalogue has said of units: the same for everybody, and kept for long.

A unit that somebody meets is noted as wanted. Whoever looks it up does so beside the pages
(`stodtjanster.fetch`), so nobody waits for it: until then the unit is what configuration says.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Final

from cachetools import LRUCache

from stodtjanster.catalogue.entry import Entry
from stodtjanster.model import HsaId

MAX_UNITS: Final = 20_000
MAX_WANTED: Final = 2_000


@dataclass(frozen=True, slots=True)
class _Kept:
    """`entry` is None when the catalogue has no such unit, or has not said."""

    entry: Entry | None
    again: datetime


class Entries:
    """In process, thread-safe, and bounded: what is least used goes first.

    An entry is never too old to be told. It says itself when it was true.
    """

    def __init__(self) -> None:
        self._kept: LRUCache[HsaId, _Kept] = LRUCache(MAX_UNITS)
        self._wanted: OrderedDict[HsaId, None] = OrderedDict()
        self._lock = Lock()

    def get(self, unit: HsaId) -> Entry | None:
        """What is known, at once. Notes that somebody wants to know."""
        with self._lock:
            kept = self._kept.get(unit)
            if len(self._wanted) < MAX_WANTED:
                self._wanted[unit] = None
        return kept.entry if kept is not None else None

    def next_wanted(self, now: datetime) -> HsaId | None:
        """A unit that is wanted and that it is time to look up; it is not wanted any more."""
        with self._lock:
            while self._wanted:
                unit, _ = self._wanted.popitem(last=False)
                kept = self._kept.get(unit)
                if kept is None or kept.again <= now:
                    return unit
        return None

    def learn(self, unit: HsaId, entry: Entry | None, *, again: datetime) -> None:
        """The catalogue's word on a unit, None when it has none. `again` is when to ask anew."""
        with self._lock:
            self._kept[unit] = _Kept(entry, again)

    def put_off(self, unit: HsaId, *, again: datetime) -> None:
        """The catalogue did not say: what was known before still stands."""
        with self._lock:
            kept = self._kept.get(unit)
            self._kept[unit] = _Kept(kept.entry if kept is not None else None, again)
