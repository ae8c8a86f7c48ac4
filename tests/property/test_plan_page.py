"""However plans, goals and tasks point at each other, nothing that is to be done is lost."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from stodtjanster.information import (
    Activity,
    ActivityState,
    Agreement,
    Assigned,
    CarePlan,
    Goal,
    Party,
)
from stodtjanster.information.hierarchy import plan_trees
from stodtjanster.model import Told
from tests.viewing import agreement, answer, plan, scene
from views.kit.plan_cards import PlanPage
from views.kit.view import Asked
from views.plan.page import make_page

PLAN_NAMES = [f"p{n}" for n in range(5)]
GOAL_NAMES = [f"g{n}" for n in range(4)]
TASK_NAMES = [f"t{n}" for n in range(4)]

texts = st.integers(0, 5).map(lambda n: Told(f"Text {n}"))
some = st.lists


@st.composite
def tasks(draw: st.DrawFn) -> Activity:
    assigned = draw(st.sampled_from(Assigned))
    names = frozenset(draw(some(st.sampled_from(TASK_NAMES), max_size=1)))
    return Activity(
        # What has the same name is the same task, wherever it is told.
        Told(f"Uppgift {min(names)}") if names else draw(texts),
        assigned,
        mine=assigned is Assigned.SOMEBODY and draw(st.booleans()),
        state=draw(st.sampled_from(ActivityState)),
        goals=tuple(draw(some(st.sampled_from([*GOAL_NAMES, "okänt"]), max_size=3))),
        plans=tuple(draw(some(st.sampled_from([*PLAN_NAMES, "okänd"]), max_size=2))),
        names=names,
    )


@st.composite
def goals(draw: st.DrawFn) -> Goal:
    names = frozenset(draw(some(st.sampled_from(GOAL_NAMES), max_size=2)))
    return Goal(draw(texts), names=names)


@st.composite
def plans(draw: st.DrawFn, name: str) -> CarePlan:
    return plan(
        name,
        parents=draw(some(st.sampled_from(PLAN_NAMES), max_size=2)),
        children=draw(some(st.sampled_from(PLAN_NAMES), max_size=2)),
        goals=tuple(draw(some(goals(), max_size=3))),
        activities=tuple(draw(some(tasks(), max_size=3))),
    )


whole = st.tuples(*(plans(name) for name in PLAN_NAMES))
promises = some(
    st.builds(
        lambda n, party, plan_name, goal: replace(
            agreement(f"Löfte {n}", party), plans=(plan_name,), goals=(goal,)
        ),
        st.integers(0, 9),
        st.sampled_from(Party),
        st.sampled_from([*PLAN_NAMES, "okänd"]),
        st.sampled_from(GOAL_NAMES),
    ),
    max_size=3,
)


def page(known: tuple[CarePlan, ...], about: CarePlan, agreed: list[Agreement]) -> PlanPage | None:
    made = scene()
    asked = replace(made, asked=Asked(made.handle(about.origin)))
    return make_page(answer(*known), answer(*agreed), answer(), answer(), answer(), asked)


def below(known: tuple[CarePlan, ...], about: CarePlan) -> list[CarePlan]:
    """The plan and all under it."""
    waiting = list(plan_trees(known))
    while waiting:
        tree = waiting.pop()
        if tree.plan == about:
            found, left = [], [tree]
            while left:
                each = left.pop()
                found.append(each.plan)
                left.extend(each.children)
            return found
        waiting.extend(tree.children)
    raise AssertionError("every plan stands somewhere")


@settings(deadline=None)
@given(whole, st.sampled_from(range(len(PLAN_NAMES))), promises)
def test_every_task_and_goal_of_every_plan_below_is_on_the_page(
    known: tuple[CarePlan, ...], number: int, agreed: list[Agreement]
) -> None:
    about = known[number]
    made = page(known, about, agreed)
    assert made is not None
    parts = below(known, about)
    shown = [row for goal in made.goals for row in goal.tasks] + list(made.loose)
    wanted = {task.text for part in parts for task in part.activities}
    names = {name for part in parts for name in part.keys}
    wanted |= {item.text for item in agreed if not names.isdisjoint(item.plans)}
    assert {row.text for row in shown} == wanted
    assert {goal.text for goal in made.goals} <= {g.text for part in parts for g in part.goals}
    told = {name for part in parts for goal in part.goals for name in goal.names}
    # A goal without a name is one of its own; those that share a name are one.
    assert len(made.goals) <= len([g for part in parts for g in part.goals])
    assert bool(made.goals) is bool(told or any(part.goals for part in parts))


@settings(deadline=None)
@given(whole, st.sampled_from(range(len(PLAN_NAMES))))
def test_a_task_is_flagged_exactly_when_nobody_is_to_do_it(
    known: tuple[CarePlan, ...], number: int
) -> None:
    made = page(known, known[number], [])
    assert made is not None
    for goal in made.goals:
        assert goal.unowned == sum(row.missing == "nobody" for row in goal.tasks)
    for row in [row for goal in made.goals for row in goal.tasks] + list(made.loose):
        assert not (row.missing and (row.mine or row.owners))


@settings(deadline=None)
@given(whole)
def test_plans_have_pages_of_their_own_and_a_way_up(known: tuple[CarePlan, ...]) -> None:
    addresses = set()
    for about in known:
        made = page(known, about, [])
        assert made is not None
        assert made.title == about.title
        addresses |= {node.href for node in made.below}
        if made.above is not None:
            assert made.above.title != made.title
    assert None not in addresses
