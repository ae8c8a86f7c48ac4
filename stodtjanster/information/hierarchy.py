"""Plans under plans: SIP over vårdplan over genomförandeplan, whoever keeps them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from stodtjanster.information.care_plan import CarePlan

DEEPEST: Final = 8
"""Levels that are told apart. Deeper plans stand side by side at the last one: a source decides how
long its chains are, and nobody can follow a page that goes deeper."""


@dataclass(frozen=True, slots=True)
class PlanTree:
    plan: CarePlan
    children: tuple["PlanTree", ...] = ()


def plan_trees(plans: Iterable[CarePlan]) -> tuple[PlanTree, ...]:
    """Every plan exactly once, under the first plan that it or the other says is above it.

    Order is kept. A circle is cut at the plan that came first, which then stands at the top. No
    tree has more than DEEPEST levels.
    """
    plans = tuple(plans)
    names = {name: n for n, plan in enumerate(plans) for name in plan.keys}
    above = _Above()
    for n, plan in enumerate(plans):
        for name in plan.parents:
            above.place(names.get(name), child=n)
        for name in plan.children:
            above.place(n, child=names.get(name))
    below: dict[int | None, list[int]] = {}
    for n in range(len(plans)):
        below.setdefault(above.of.get(n), []).append(n)
    return tuple(_tree(n, plans, below, 1) for n in below.get(None, ()))


class _Above:
    """Who stands under whom. `of` is the plan above; `_top` leads, by jumps, to the top of it all,
    so that long chains cost no more than short ones."""

    def __init__(self) -> None:
        self.of: dict[int, int] = {}
        self._top: dict[int, int] = {}

    def place(self, parent: int | None, *, child: int | None) -> None:
        """Note that `child` stands under `parent`, unless it is placed or it makes a circle."""
        if child is None or parent is None or child in self.of:
            return
        if self._top_of(parent) == child:
            return
        self.of[child] = self._top[child] = parent

    def _top_of(self, n: int) -> int:
        passed = []
        while n in self._top:
            passed.append(n)
            n = self._top[n]
        for each in passed:
            self._top[each] = n
        return n


def _tree(
    n: int, plans: Sequence[CarePlan], below: Mapping[int | None, list[int]], level: int
) -> PlanTree:
    if level + 1 < DEEPEST:
        under = tuple(_tree(child, plans, below, level + 1) for child in below.get(n, ()))
    else:
        under = tuple(PlanTree(plans[each]) for each in _all_below(n, below))
    return PlanTree(plans[n], under)


def _all_below(n: int, below: Mapping[int | None, list[int]]) -> Iterator[int]:
    """Everyone under `n`, each before those under it."""
    waiting = list(reversed(below.get(n, ())))
    while waiting:
        each = waiting.pop()
        yield each
        waiting.extend(reversed(below.get(each, ())))
