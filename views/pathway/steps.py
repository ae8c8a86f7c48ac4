"""The steps of one care pathway: tasks, booked times and referrals that point at its plan.

Only what records say of each other counts (basedOn, partOf, the activities of the plan). Two
things with the same title may be about two things.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from stodtjanster.information import (
    Activity,
    ActivityState,
    Appointment,
    CarePlan,
    Referral,
    ReferralStatus,
    ReferralStep,
    by_referral,
)
from stodtjanster.information.hierarchy import PlanTree, plan_trees
from stodtjanster.model import Answer, Told, local_day
from views.kit.notices import Mark, SourceNotice, Why, notices_of
from views.kit.plan_cards import TaskRow
from views.kit.plans import answers_for, missing_owner, plan_title, tasks_of
from views.kit.rows import Explainer, by_time, event_row, is_to_come
from views.kit.staff import CHOSEN, has_pathway, is_ours, is_own_unit, pathway_href
from views.kit.view import Scene
from views.kit.words import N_

State = Literal["booked", "planned", "referred", "done"]
_ORDER: Final[tuple[State, ...]] = ("booked", "planned", "referred", "done")
_OVER: Final = frozenset({ReferralStep.ANSWER_ACCEPTED, ReferralStep.CLOSED})
_REFERRAL: Final = N_("Remiss")


@dataclass(frozen=True, slots=True)
class Way:
    """A pathway to choose. `current`: it is the one that is shown."""

    title: Told
    href: str
    own: bool
    current: bool


@dataclass(frozen=True, slots=True)
class Step:
    """`when` is aware; `day` alone where no clock is told, and of a task its last day. `by` is who
    does it, `task` who is to, and `note` how far a referral has come. `own`: it is the reader's
    own unit's."""

    state: State
    text: Told
    own: bool
    mark: Mark
    why: Why
    when: datetime | None = None
    day: date | None = None
    by: tuple[Told, ...] = ()
    task: TaskRow | None = None
    note: Told | None = None


@dataclass(frozen=True, slots=True)
class Pathway:
    """Every plan that can be followed, and the one that is: who answers for it, and its steps.

    `missing`: what may be lacking of its booked times and referrals. `follow_up` is a day that is
    meant for it.
    """

    ways: tuple[Way, ...]
    title: Told
    owner: Told
    mark: Mark
    why: Why
    steps: tuple[Step, ...]
    missing: tuple[SourceNotice, ...] = ()
    follow_up: date | None = None


def follow(
    plans: Answer[CarePlan],
    booked: Answer[Appointment],
    referrals: Answer[ReferralStatus],
    scene: Scene,
) -> Pathway | None:
    """The plan that the address names; else one of the reader's own unit, else the first. None
    when there is no plan to follow."""
    trees = [tree for top in plan_trees(plans.items) for tree in _all_of(top)]
    known = [tree for tree in trees if has_pathway(tree.plan)]
    if not known:
        return None
    chosen = _chosen(known, scene)
    explain = Explainer.of(scene, plans, booked, referrals)
    thread = _Thread.of([tree.plan for tree in _all_of(chosen)], plans.items, referrals.items)
    steps = (
        *thread.booked(booked.items, explain),
        *thread.tasked(explain),
        *thread.referred(explain),
    )
    return Pathway(
        ways=tuple(_ways(known, chosen, scene)),
        title=plan_title(chosen.plan, scene.words),
        owner=answers_for(chosen.plan, scene),
        mark=explain.mark(chosen.plan),
        why=explain.why(chosen.plan),
        steps=tuple(sorted(steps, key=lambda step: _ORDER.index(step.state))),
        missing=notices_of((*booked.reports, *referrals.reports), scene.directory, scene.words),
        follow_up=chosen.plan.follow_up,
    )


def _all_of(tree: PlanTree) -> Iterator[PlanTree]:
    yield tree
    for child in tree.children:
        yield from _all_of(child)


def _chosen(known: list[PlanTree], scene: Scene) -> PlanTree:
    asked = scene.asked.choices.get(CHOSEN)
    named = (tree for tree in known if scene.handle(tree.plan.origin) == asked)
    ours = (tree for tree in known if is_ours(tree.plan, scene))
    return next(named, None) or next(ours, known[0])


def _ways(known: Iterable[PlanTree], chosen: PlanTree, scene: Scene) -> Iterator[Way]:
    for tree in known:
        href = pathway_href(tree.plan, scene)
        if href is not None:
            yield Way(
                plan_title(tree.plan, scene.words),
                href,
                is_ours(tree.plan, scene),
                current=tree is chosen,
            )


@dataclass(frozen=True, slots=True)
class _Thread:
    """What hangs together with a plan. `names` are those of the plan and those under it, of its
    tasks and of its referrals; `meetings` of the times that it points at itself."""

    tasks: tuple[tuple[Activity, CarePlan], ...]
    referrals: tuple[Referral, ...]
    names: frozenset[str]
    meetings: frozenset[str]

    @classmethod
    def of(
        cls,
        parts: list[CarePlan],
        plans: Iterable[CarePlan],
        steps: Iterable[ReferralStatus],
    ) -> "_Thread":
        mine = frozenset(name for plan in parts for name in plan.keys)
        inside = {plan.origin.identity for plan in parts}
        tasks = tuple(
            (task, plan)
            for task, plan in tasks_of((*parts, *_others(plans, inside)))
            if plan.origin.identity in inside or not mine.isdisjoint(task.plans)
        )
        named = mine | {name for task, _ in tasks for name in task.names}
        referrals = tuple(one for one in by_referral(steps) if _is_of(one, named))
        called = {name for one in referrals for step in one.steps for name in step.names}
        meetings = frozenset(name for plan in parts for name in plan.meetings)
        return cls(tasks, referrals, named | called, meetings)

    def booked(self, items: Iterable[Appointment], explain: Explainer) -> Iterator[Step]:
        now = explain.scene.situation.now
        for item in by_time(item for item in items if self._holds(item)):
            row = event_row(item, explain)
            yield Step(
                state="booked" if is_to_come(item, now) else "done",
                text=row.title,
                own=is_ours(item, explain.scene),
                mark=row.mark,
                why=row.why,
                when=row.start,
                day=row.day,
                by=tuple(said for said in (row.who, row.unit) if said is not None),
            )

    def tasked(self, explain: Explainer) -> Iterator[Step]:
        for task, plan in self.tasks:
            yield Step(
                state="done" if task.state is ActivityState.DONE else "planned",
                text=task.text,
                own=any(is_own_unit(unit, explain.scene) for unit in task.units),
                mark=explain.mark(plan),
                why=explain.why(plan),
                day=task.due,
                task=TaskRow(
                    text=task.text,
                    mine=task.mine,
                    for_other=True,
                    owners=task.owners,
                    missing=missing_owner(task),
                ),
            )

    def referred(self, explain: Explainer) -> Iterator[Step]:
        for referral in self.referrals:
            last = referral.latest
            words = explain.scene.words
            between = (last.sender or last.sent_by, last.receiver)
            yield Step(
                state="done" if last.step in _OVER else "referred",
                text=last.kind_text or Told(words.gettext(_REFERRAL), words.language),
                own=is_ours(last, explain.scene),
                mark=explain.mark(last),
                why=explain.why(last),
                day=local_day(last.at),
                by=tuple(unit for unit in between if unit is not None),
                note=last.text,
            )

    def _holds(self, item: Appointment) -> bool:
        origin = item.origin
        called = {f"{origin.system}|{origin.record}", "|".join(origin.identity)}
        return not (self.meetings.isdisjoint(called) and self.names.isdisjoint(item.requests))


def _others(plans: Iterable[CarePlan], inside: set[tuple[str, str]]) -> Iterator[CarePlan]:
    return (plan for plan in plans if plan.origin.identity not in inside)


def _is_of(referral: Referral, names: frozenset[str]) -> bool:
    return any(
        not (names.isdisjoint(step.plans) and names.isdisjoint(step.names))
        for step in referral.steps
    )
