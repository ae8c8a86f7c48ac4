"""Plans under plans, however the sources point at each other."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from stodtjanster.information.hierarchy import DEEPEST, PlanTree, plan_trees
from tests.viewing import plan


def drawn(trees: Iterable[PlanTree]) -> str:
    """ "a(b(c) d) e"."""
    return " ".join(
        tree.plan.origin.record + (f"({drawn(tree.children)})" if tree.children else "")
        for tree in trees
    )


def everyone(trees: Iterable[PlanTree]) -> list[str]:
    names = []
    left = list(trees)
    while left:
        tree = left.pop()
        names.append(tree.plan.origin.record)
        left.extend(tree.children)
    return names


def depth(trees: Iterable[PlanTree]) -> int:
    return 1 + max((depth(tree.children) for tree in trees if tree.children), default=0)


def test_nothing() -> None:
    assert plan_trees([]) == ()


def test_order_is_kept() -> None:
    assert drawn(plan_trees([plan("b"), plan("a"), plan("c")])) == "b a c"


def test_a_child_says_who_is_above_it_before_or_after() -> None:
    assert drawn(plan_trees([plan("gp", parents=["sip"]), plan("sip")])) == "sip(gp)"
    assert drawn(plan_trees([plan("sip"), plan("gp", parents=["sip"])])) == "sip(gp)"


def test_a_parent_says_who_is_under_it() -> None:
    assert drawn(plan_trees([plan("gp"), plan("sip", children=["gp"])])) == "sip(gp)"


def test_both_say_the_same() -> None:
    trees = plan_trees([plan("sip", children=["gp"]), plan("gp", parents=["sip"])])
    assert drawn(trees) == "sip(gp)"


def test_three_levels() -> None:
    trees = plan_trees([plan("c", parents=["b"]), plan("a"), plan("b", parents=["a"])])
    assert drawn(trees) == "a(b(c))"


def test_a_plan_that_points_at_nobody_stands_at_the_top() -> None:
    assert drawn(plan_trees([plan("gp", parents=["finns-inte"])])) == "gp"


def test_two_parents_the_first_that_is_named_counts() -> None:
    trees = plan_trees([plan("gp", parents=["vp", "sip"]), plan("sip"), plan("vp")])
    assert drawn(trees) == "sip vp(gp)"


def test_the_first_parent_is_not_there_the_second_is() -> None:
    assert drawn(plan_trees([plan("gp", parents=["borta", "sip"]), plan("sip")])) == "sip(gp)"


def test_a_plan_under_itself() -> None:
    assert drawn(plan_trees([plan("a", parents=["a"], children=["a"])])) == "a"


def test_a_circle_is_cut() -> None:
    trees = plan_trees([plan("a", parents=["b"]), plan("b", parents=["a"])])
    assert sorted(everyone(trees)) == ["a", "b"]
    ring = [plan(str(n), parents=[str((n + 1) % 5)]) for n in range(5)]
    assert sorted(everyone(plan_trees(ring))) == ["0", "1", "2", "3", "4"]


def test_ten_thousand_plans_in_a_chain() -> None:
    """A source decides how long its chains are: no plan is lost, and nothing overflows."""
    chain = [plan(str(n), parents=[str(n - 1)]) for n in range(10_000)]
    for order in (chain, chain[::-1]):
        trees = plan_trees(order)
        assert depth(trees) == DEEPEST
        assert len(everyone(trees)) == len(set(everyone(trees))) == 10_000


def test_ten_thousand_plans_in_a_ring() -> None:
    ring = [plan(str(n), parents=[str((n + 1) % 10_000)]) for n in range(10_000)]
    assert len(everyone(plan_trees(ring))) == 10_000


def test_what_is_too_deep_stands_side_by_side_in_order() -> None:
    chain = [plan("0"), *(plan(str(n), parents=[str(n - 1)]) for n in range(1, DEEPEST + 2))]
    last = plan_trees(chain)
    for _ in range(DEEPEST - 1):
        last = last[0].children
    assert [tree.plan.origin.record for tree in last] == [str(n) for n in range(7, 10)]


names = st.integers(0, 9).map(str)


@given(st.lists(st.tuples(st.lists(names, max_size=3), st.lists(names, max_size=3)), max_size=10))
def test_every_plan_exactly_once(pointers: list[tuple[list[str], list[str]]]) -> None:
    plans = [
        plan(str(n), parents=parents, children=children)
        for n, (parents, children) in enumerate(pointers)
    ]
    found = everyone(plan_trees(plans))
    assert sorted(found) == sorted(each.origin.record for each in plans)
