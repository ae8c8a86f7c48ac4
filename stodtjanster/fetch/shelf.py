"""What was fetched, kept for one login session and one subject, never across people."""

from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Protocol

from cachetools import LRUCache

from stodtjanster.fetch.plan import Order
from stodtjanster.fetch.revalidation import Tagged
from stodtjanster.information import Item
from stodtjanster.model import Answer, PersonId

KEEP = timedelta(hours=1)
_BYTES_OF_AN_ITEM = 2048


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer with data, or without when `fresh_until` only spares a failing source.

    `tagged` is what it was read from, by address, where the source can say that it still holds.
    """

    answer: Answer[Item]
    fresh_until: datetime
    tagged: Mapping[str, Tagged] = field(default_factory=dict)

    def fresh(self, now: datetime) -> Answer[Item] | None:
        """The answer, as long as it is one."""
        return self.answer if now < self.fresh_until else None


@dataclass(frozen=True, slots=True)
class Look:
    """What a shelf had of some orders at one moment.

    `marks` tell that moment apart from those after something was forgotten, where the shelf cannot
    tell the flights that were in the air then: what they bring is put with their mark.
    """

    kept: Mapping[Order, Kept] = field(default_factory=dict)
    marks: Mapping[Order, Hashable] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """What is not as it was: of one source or all, of some kinds of information or all."""

    subject: PersonId
    source: str | None = None
    kinds: frozenset[type[Item]] | None = None

    def touches(self, order: Order) -> bool:
        return (
            order.subject == self.subject
            and self.source in (None, order.source)
            and (self.kinds is None or order.information in self.kinds)
        )


class AnyShelf(Protocol):
    """Keeps answers by order. Never raises: what cannot be read is not there.

    An entry past `fresh_until` is not an answer, but it is the old copy that may be shown, marked
    as old, when the source does not answer. What a session has here is erased `KEEP` after it last
    put something: whoever leaves without logging out is forgotten too. Times are passed in.
    """

    def look(self, orders: Collection[Order]) -> Look:
        """What there is of these. May wait."""

    def landed(self, order: Order) -> Kept | None:
        """What there is of this, as far as is known without waiting."""

    def put(self, order: Order, kept: Kept, now: datetime, mark: Hashable = None) -> None:
        """Keep it, unless it was forgotten since `mark`. Does not wait."""

    def forget(self, reach: str) -> None:
        """Erase everything of one login session: called at logout. May wait."""

    def forget_about(self, change: Change) -> None:
        """Erase what has changed, in every session. May wait."""


class Shelf:
    """An `AnyShelf` in process; values are never copied out of it, and nothing waits.

    Size is bounded in items over all sessions; what is least used goes first.
    """

    def __init__(self, max_items: int = 500_000) -> None:
        self._kept = _Entries(max_items, self._evicted)
        self._orders: dict[str, set[Order]] = {}
        self._about: dict[PersonId, set[Order]] = {}
        self._used: OrderedDict[str, datetime] = OrderedDict()
        self._lock = Lock()

    def look(self, orders: Collection[Order]) -> Look:
        with self._lock:
            found = {order: self._kept.get(order) for order in orders}
        return Look({order: kept for order, kept in found.items() if kept is not None})

    def landed(self, order: Order) -> Kept | None:
        with self._lock:
            return self._kept.get(order)

    def put(
        self,
        order: Order,
        kept: Kept,
        now: datetime,
        mark: Hashable = None,  # noqa: ARG002 - the service knows the flights of this process
    ) -> None:
        with self._lock:
            self._sweep(now)
            if _size(kept) <= self._kept.maxsize:
                self._kept[order] = kept
                self._orders.setdefault(order.reach, set()).add(order)
                self._about.setdefault(order.subject, set()).add(order)
                self._used[order.reach] = now
                self._used.move_to_end(order.reach)

    def forget(self, reach: str) -> None:
        with self._lock:
            self._erase(reach)

    def forget_about(self, change: Change) -> None:
        with self._lock:
            for order in [o for o in self._about.get(change.subject, ()) if change.touches(o)]:
                self._kept.pop(order, None)
                self._evicted(order)

    def _sweep(self, now: datetime) -> None:
        while self._used and next(iter(self._used.values())) + KEEP <= now:
            self._erase(next(iter(self._used)))

    def _erase(self, reach: str) -> None:
        self._used.pop(reach, None)
        for order in tuple(self._orders.get(reach, ())):
            self._kept.pop(order, None)
            self._evicted(order)

    def _evicted(self, order: Order) -> None:
        """Runs under the lock: a session or a person of whom nothing is left leaves no trace."""
        about = self._about[order.subject]
        about.discard(order)
        if not about:
            del self._about[order.subject]
        orders = self._orders[order.reach]
        orders.discard(order)
        if not orders:
            del self._orders[order.reach]
            self._used.pop(order.reach, None)


class _Entries(LRUCache[Order, Kept]):
    """Says which entry had to go."""

    def __init__(self, maxsize: int, evicted: Callable[[Order], None]) -> None:
        super().__init__(maxsize, getsizeof=_size)
        self._evicted = evicted

    def popitem(self) -> tuple[Order, Kept]:
        order, kept = super().popitem()
        self._evicted(order)
        return order, kept


def _size(kept: Kept) -> int:
    """In items; about as many bytes of a body weigh as much as one."""
    bodies = sum(len(each.response.body) for each in kept.tagged.values())
    return len(kept.answer.items) + 1 + bodies // _BYTES_OF_AN_ITEM
