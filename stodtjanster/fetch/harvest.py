"""What one page is waiting for, and what has landed so far."""

from collections.abc import Collection, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from time import monotonic
from typing import Any

from stodtjanster.access import NOT_SCREENED, Permit, Screened
from stodtjanster.fetch.plan import Order, Plan
from stodtjanster.fetch.screening import Identity, ScreenedItems, Screening, screened
from stodtjanster.information import Item
from stodtjanster.model import Answer, Cause, Outcome, Period, Report


class Harvest:
    """Answers by the names of the needs. Reading it never blocks; `wait` does, for a bounded time.

    Every item is decided by the permit again here, also when it comes from the shelf, and for staff
    when it has been screened, but for what is open whatever that says. A record
    that two sources deliver, or one under two numbers of the person, is given once, as it was told
    first (`Item.with_twin`), and not at all when one of the copies may not be shown.
    """

    def __init__(
        self,
        permit: Permit,
        plan: Plan,
        answers: Mapping[Order, Future[Answer[Item]]],
        screening: Screening | None = None,
    ) -> None:
        self.permit = permit
        self._plan = plan
        self._answers = answers
        self._screens: Mapping[Order, Future[ScreenedItems]] = (
            {order: screened(answer, screening) for order, answer in answers.items()}
            if screening is not None
            else {}
        )
        # A screen is the last to come of an order.
        self._flights: Mapping[Order, Future[Any]] = self._screens or answers
        self._whole: dict[str, Answer[Item]] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The needs that were asked for."""
        return tuple(self._plan.kinds)

    def answer(self, name: str) -> Answer[Item]:
        """What is known now; sources that have not landed are Pending reports.

        Raises KeyError for a need that was not declared.
        """
        whole = self._whole.get(name)
        if whole is not None:
            return whole
        # Asked before the answer is made: what lands in between must not be missing for good.
        settled = self.settled([name])
        answer = self._answer(name)
        if settled:
            self._whole[name] = answer
        return answer

    def _answer(self, name: str) -> Answer[Item]:
        kind = self._plan.kinds[name]
        period = self._plan.periods[name]
        parts = [self._landed(order) for order in self._plan.orders[kind]]
        reports = tuple(report for part in parts for report in part.reports)
        first: dict[tuple[str, str], Item] = {}
        hidden: set[tuple[str, str]] = set()
        said = {} if not self._screens else self._said(self._plan.orders[kind])
        withheld: dict[Cause, Report] = {}
        for item in (item for part in parts for item in part.items):
            identity = item.origin.identity
            screen = said.get(identity, NOT_SCREENED)
            shown = self.permit.shown(item, screen)
            if shown is None:
                hidden.add(identity)
                cause = self.permit.withheld(item, screen)
                if cause is not None and _touches(item, period):
                    withheld[cause] = Report("", "", kind.key, Outcome.NOT_ASKED, cause=cause)
            else:
                known = first.get(identity)
                first[identity] = shown if known is None else known.with_twin(shown)
        items = tuple(
            item
            for identity, item in first.items()
            if identity not in hidden and _touches(item, period)
        )
        return Answer(items, (*self._plan.reports[kind], *reports, *withheld.values()))

    def _said(self, orders: Collection[Order]) -> ScreenedItems:
        """Of one record that several sources told, the stricter word counts."""
        said: dict[Identity, Screened] = {}
        for screen in (self._screens[o] for o in orders if self._screens[o].done()):
            for identity, one in screen.result().items():
                known = said.get(identity, one)
                said[identity] = Screened(known.blocks + one.blocks, known.up and one.up)
        return said

    def settled(self, names: Collection[str]) -> bool:
        """True when nothing that these needs wait for is still in the air."""
        return all(
            self._flights[order].done()
            for name in names
            for order in self._plan.orders[self._plan.kinds[name]]
        )

    def wait(self, seconds: float) -> bool:
        """Wait until one more flight lands. False when the time went, or nothing is in the air."""
        flying = [future for future in self._flights.values() if not future.done()]
        if not flying:
            return False
        return bool(wait(flying, max(0.0, seconds), FIRST_COMPLETED).done)

    def settle(self, names: Collection[str], seconds: float) -> bool:
        """Wait until nothing that these needs wait for is in the air. False when the time went."""
        until = monotonic() + seconds
        while not self.settled(names):
            left = until - monotonic()
            if left <= 0 or not self.wait(left):
                return self.settled(names)
        return True

    def _landed(self, order: Order) -> Answer[Item]:
        future = self._answers[order]
        if not future.done():
            return Answer(reports=(_report(order, Outcome.PENDING, None),))
        if future.cancelled() or future.exception() is not None:
            return Answer(reports=(_report(order, Outcome.NO_DATA_SYNCH_FAILED, Cause.FAILED),))
        if not self._flights[order].done():
            # What is open whatever the screening says, such as the own unit's, need not wait.
            items = (i for i in future.result().items if self.permit.shown(i) is not None)
            return Answer(tuple(items), (_report(order, Outcome.PENDING, None),))
        return future.result()


def _report(order: Order, outcome: Outcome, cause: Cause | None) -> Report:
    return Report(order.source, order.source, order.information.key, outcome, cause=cause)


def _touches(item: Item, period: Period) -> bool:
    return item.during is None or period.touches(item.during)
