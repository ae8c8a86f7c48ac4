"""Plans under plans: SIP over vårdplan over genomförandeplan, whoever keeps them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from stodtjanster.information.care_plan import CarePlan


@dataclass(frozen=True, slots=True)
class PlanTree:
    plan: CarePlan
    children: tuple["PlanTree", ...] = ()


def plan_trees(plans: Iterable[CarePlan]) -> tuple[PlanTree, ...]:
    """Every plan exactly once, under the first plan that it or the other says is above it.

    Order is kept. A circle is cut at the plan that came first, which then stands at the top.
    """
    plans = tuple(plans)
    names = {name: n for n, plan in enumerate(plans) for name in plan.keys}
    above: dict[int, int] = {}
    for n, plan in enumerate(plans):
        for name in plan.parents:
            _place(above, child=n, parent=names.get(name))
        for name in plan.children:
            _place(above, child=names.get(name), parent=n)
    return _under(None, plans, above)


def _place(above: dict[int, int], *, child: int | None, parent: int | None) -> None:
    """Note that `child` stands under `parent`, unless it is placed or that would make a circle."""
    if child is None or parent is None or child in above:
        return
    step: int | None = parent
    while step is not None:
        if step == child:
            return
        step = above.get(step)
    above[child] = parent


def _under(
    parent: int | None, plans: Sequence[CarePlan], above: dict[int, int]
) -> tuple[PlanTree, ...]:
    return tuple(
        PlanTree(plan, _under(n, plans, above))
        for n, plan in enumerate(plans)
        if above.get(n) == parent
    )
