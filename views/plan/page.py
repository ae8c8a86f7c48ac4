"""One plan as a page: goal, task, who, and in which plan it stands."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final, Literal

from stodtjanster.catalogue import OwnerKind
from stodtjanster.information import (
    Activity,
    ActivityState,
    Agreement,
    Appointment,
    Attachment,
    CareContact,
    CareManager,
    CareManagerKind,
    CarePlan,
    CarePlanStatus,
    Goal,
    GoalState,
    Party,
)
from stodtjanster.information.hierarchy import PlanTree, plan_trees
from stodtjanster.model import Answer, Told, local_day
from views.kit.care import contacts
from views.kit.clashes import clashes
from views.kit.notices import Mark, mark_of, notices_of
from views.kit.own import to_bring_up
from views.kit.plan_cards import (
    Change,
    DocumentRow,
    FollowUp,
    GoalRow,
    Holder,
    Member,
    PlanLink,
    PlanPage,
    Tag,
    TaskRow,
)
from views.kit.plans import (
    by_name,
    lacks_owner,
    missing_owner,
    node,
    plan_href,
    plan_kind,
    plan_link,
    plan_title,
    plans_link,
    tasks_of,
)
from views.kit.rows import Explainer, event_row, in_order
from views.kit.view import Scene
from views.kit.words import N_, Words

CHANGES_DAYS: Final = 30
MOST_CHANGES: Final = 6
_GOALS: Mapping[GoalState, tuple[str, Literal["good", "quiet", "warning"]]] = {
    GoalState.REACHED: (N_("Målet är nått"), "good"),
    GoalState.FORWARD: (N_("Går framåt"), "good"),
    GoalState.GOING_ON: (N_("Pågår"), "good"),
    GoalState.UNCHANGED: (N_("Oförändrat"), "quiet"),
    GoalState.BACKWARD: (N_("Går bakåt"), "warning"),
    GoalState.NOT_REACHED: (N_("Inte nått"), "quiet"),
    GoalState.NOT_BEGUN: (N_("Inte påbörjat"), "quiet"),
    GoalState.PAUSED: (N_("Pausat"), "quiet"),
}
_TASKS: Mapping[ActivityState, tuple[str, Literal["good", "quiet", "warning"]]] = {
    ActivityState.DONE: (N_("Klart"), "good"),
    ActivityState.PAUSED: (N_("Pausat"), "quiet"),
}
_COORDINATES = frozenset({CareManagerKind.SAMORDNANDE_VARDKONTAKT, CareManagerKind.VARDKONTAKT})
"""Whom the law gives the task of holding care together (patientlagen 6 kap. 2 §)."""
_DOCUMENTS: Mapping[str, str] = {
    "application/pdf": N_("PDF"),
    "text/plain": N_("Text"),
    "text/html": N_("Webbsida"),
    "text/rtf": N_("Textdokument"),
    "application/rtf": N_("Textdokument"),
    "image/png": N_("Bild"),
    "image/jpeg": N_("Bild"),
    "image/tiff": N_("Bild"),
}
OPENED: Final = frozenset({"application/pdf", "text/plain", "image/png", "image/jpeg"})
"""Kinds of document that a browser shows by itself without running anything in them."""


def make_page(
    plans: Answer[CarePlan],
    agreements: Answer[Agreement],
    managers: Answer[CareManager],
    booked: Answer[Appointment],
    stays: Answer[CareContact],
    scene: Scene,
) -> PlanPage | None:
    """None when no plan that is known has the handle that is asked for."""
    found = _find(plan_trees(plans.items), scene)
    if found is None:
        return None
    tree, above = found
    plan = tree.plan
    words = scene.words
    explain = Explainer.of(scene, plans, agreements)
    parts = tuple(_all_of(tree))
    content = _Content(plan, parts, plans.items, scene)
    for agreement in agreements.items:
        content.add_agreement(agreement)
    return PlanPage(
        title=plan_title(plan, words),
        kind=plan_kind(plan, words),
        marks=_marks(parts, scene),
        why=explain.why(plan),
        all_plans=plans_link(scene),
        holder=_holder(plan, managers, scene),
        follow_up=replace(
            _follow_up(parts, booked, stays, scene), actions=to_bring_up(plan, scene)
        ),
        tag=_tag(plan, scene),
        written=local_day(plan.authored) if plan.authored else None,
        start=plan.first,
        end=plan.last,
        above=plan_link(above, scene) if above else None,
        own_words=tuple(dict.fromkeys(said for part in parts for said in part.own_words)),
        goals=content.goals(),
        loose=tuple(content.loose),
        members=_members(parts, scene),
        documents=tuple(_documents(parts, scene)),
        below=tuple(node(child, explain) for child in tree.children),
        changes=_changes(parts, content.agreements, scene),
    )


def find_plan(plans: Iterable[CarePlan], scene: Scene) -> CarePlan | None:
    """The plan that the address names."""
    return next((plan for plan in plans if scene.handle(plan.origin) == scene.asked.item), None)


def _find(trees: Iterable[PlanTree], scene: Scene) -> tuple[PlanTree, CarePlan | None] | None:
    """The tree under the plan that is asked for, and the plan above it."""
    waiting: list[tuple[PlanTree, CarePlan | None]] = [(tree, None) for tree in trees]
    while waiting:
        tree, above = waiting.pop()
        if scene.handle(tree.plan.origin) == scene.asked.item:
            return tree, above
        waiting.extend((child, tree.plan) for child in tree.children)
    return None


def _all_of(tree: PlanTree) -> Iterator[CarePlan]:
    """The plan and all under it, each before those under it."""
    yield tree.plan
    for child in tree.children:
        yield from _all_of(child)


@dataclass(slots=True)
class _GoalSoFar:
    goal: Goal
    tasks: list[TaskRow] = field(default_factory=list)
    unowned: int = 0


class _Content:
    """The goals of several plans, once each, with what is to be done for them.

    `plan` is the one that the page is about, the first of `parts`. A goal is the same only by its
    name: two plans may put two goals in the same words.
    """

    def __init__(
        self, plan: CarePlan, parts: Sequence[CarePlan], known: Iterable[CarePlan], scene: Scene
    ) -> None:
        self._plan = plan
        self._scene = scene
        self._plans = by_name(known)
        self._own = {name for part in parts for name in part.keys}
        self._goals: list[_GoalSoFar] = []
        self._by_name: dict[str, _GoalSoFar] = {}
        self.loose: list[TaskRow] = []
        self.agreements: list[Agreement] = []
        for part in parts:
            for goal in part.goals:
                self._add_goal(goal)
        for task, holder in tasks_of(parts):
            self._add_task(task, holder)

    def goals(self) -> tuple[GoalRow, ...]:
        return tuple(
            GoalRow(
                number,
                one.goal.text,
                tuple(one.tasks),
                _said(_GOALS.get(one.goal.state), self._scene.words),
                one.goal.due,
                one.unowned,
                reached=one.goal.state is GoalState.REACHED,
            )
            for number, one in enumerate(self._goals, 1)
        )

    def add_agreement(self, item: Agreement) -> None:
        """One that belongs to any of the plans; the others stand on their own page."""
        if self._own.isdisjoint(item.plans):
            return
        self.agreements.append(item)
        row = TaskRow(
            text=item.text,
            mine=item.party is Party.PERSON,
            for_other=not self._scene.situation.about_self,
            owners=(item.owner,) if item.owner else (),
            missing=None if item.owner or item.party is Party.PERSON else "unknown",
            tag=_said(_TASKS[ActivityState.DONE] if item.done else None, self._scene.words),
            due=item.until,
            plan=self._elsewhere(item.plans, None),
            agreed=True,
        )
        self._place(row, item.goals, lacking=False)

    def _add_goal(self, goal: Goal) -> None:
        if goal.names and not goal.names.isdisjoint(self._by_name):
            return
        so_far = _GoalSoFar(goal)
        self._goals.append(so_far)
        self._by_name |= dict.fromkeys(goal.names, so_far)

    def _add_task(self, task: Activity, holder: CarePlan) -> None:
        row = TaskRow(
            text=task.text,
            mine=task.mine,
            for_other=not self._scene.situation.about_self,
            owners=task.owners,
            missing=missing_owner(task),
            tag=_said(_TASKS.get(task.state), self._scene.words),
            due=task.due,
            plan=self._elsewhere(task.plans, holder),
        )
        self._place(row, task.goals, lacking=lacks_owner(task))

    def _place(self, row: TaskRow, goals: Iterable[str], *, lacking: bool) -> None:
        """Under each goal that it is for."""
        found = {id(one): one for name in goals if (one := self._by_name.get(name))}
        for so_far in found.values():
            so_far.tasks.append(row)
            so_far.unowned += lacking
        if not found:
            self.loose.append(row)

    def _elsewhere(self, names: Iterable[str], holder: CarePlan | None) -> PlanLink | None:
        """The plan where it stands, unless that is the page's own."""
        named = (self._plans.get(name) for name in names)
        plan = next((one for one in named if one is not None), holder)
        if plan is None or plan.origin.identity == self._plan.origin.identity:
            return None
        return plan_link(plan, self._scene)


def _said(word: tuple[str, Literal["good", "quiet", "warning"]] | None, words: Words) -> Tag | None:
    return None if word is None else Tag(words.gettext(word[0]), word[1])


def _tag(plan: CarePlan, scene: Scene) -> Tag | None:
    """Whether it is in force, as far as its state or its days say."""
    today = scene.situation.today
    if plan.last is not None and plan.last < today:
        return _said((N_("Har gått ut"), "quiet"), scene.words)
    if plan.first is not None and plan.first > today:
        return _said((N_("Har inte börjat"), "quiet"), scene.words)
    if plan.status is CarePlanStatus.ON_HOLD:
        return _said((N_("Pausad"), "quiet"), scene.words)
    if plan.status is CarePlanStatus.ACTIVE or plan.first is not None:
        return _said((N_("Pågår"), "good"), scene.words)
    return None


def _marks(parts: Iterable[CarePlan], scene: Scene) -> tuple[Mark, ...]:
    kinds: set[OwnerKind] = set()
    for part in parts:
        kinds.add(scene.directory.of(part.origin).kind)
        for member in part.participants:
            unit = scene.directory.find(member.unit.value) if member.unit else None
            if unit is not None:
                kinds.add(unit.kind)
    marks = {mark_of(kind) for kind in kinds}
    return tuple(mark for mark in Mark if mark in marks)


def _holder(plan: CarePlan, managers: Answer[CareManager], scene: Scene) -> Holder:
    """Who answers for the plan; when it does not say, the contact who holds care together."""
    unit = scene.directory.of(plan.origin)
    place = plan.owner or Told(unit.name)
    if plan.responsible is not None:
        same = plan.responsible.text == place.text
        return Holder(plan.responsible, None if same else place, unit.phone)
    found = contacts(Answer(), managers.only(lambda one: one.kind in _COORDINATES), scene)
    if found is None:
        gaps = notices_of(managers.reports, scene.directory, scene.words)
        return Holder(None, place, unit.phone, gaps=gaps)
    return Holder(None, place, found.rows[0].phone, found.rows[0])


def _follow_up(
    parts: Sequence[CarePlan],
    booked: Answer[Appointment],
    stays: Answer[CareContact],
    scene: Scene,
) -> FollowUp:
    """The next meeting that one of the plans counts as its own, with what it meets."""
    names = {name for part in parts for name in part.meetings}
    mine = [item for item in booked.items if not names.isdisjoint(_names(item))]
    coming = in_order(tuple(mine), scene.situation.now)
    days = (part.follow_up for part in parts)
    ahead = [day for day in days if day is not None and day >= scene.situation.today]
    row = None
    if coming:
        found = clashes(booked, stays, scene)
        explain = Explainer.of(scene, booked)
        row = event_row(coming[0], explain, found.of(coming[0].origin))
    return FollowUp(
        meeting=row,
        day=min(ahead, default=None) if row is None else None,
        known=booked.complete,
        gaps=notices_of(booked.reports, scene.directory, scene.words),
    )


def _names(item: Appointment) -> tuple[str, ...]:
    """The names under which a plan may point at an appointment."""
    origin = item.origin
    return f"{origin.system}|{origin.record}", "|".join(origin.identity)


def _members(parts: Iterable[CarePlan], scene: Scene) -> tuple[Member, ...]:
    """Everybody once. A unit that nobody has named is not shown by its number."""
    found: dict[str, Member] = {}
    for one in (one for part in parts for one in part.participants):
        unit = scene.directory.find(one.unit.value) if one.unit else None
        name = one.name or (Told(unit.name) if unit else None)
        if name is not None:
            found.setdefault(name.text, Member(name, one.role))
    return tuple(found.values())


def _documents(parts: Sequence[CarePlan], scene: Scene) -> Iterator[DocumentRow]:
    for part in parts:
        for number, one in enumerate(part.attachments, 1):
            yield _document(one, number, part, scene)


def _document(one: Attachment, number: int, plan: CarePlan, scene: Scene) -> DocumentRow:
    word = _DOCUMENTS.get(one.media_type, N_("Dokument"))
    inside = one.content is not None
    return DocumentRow(
        plan=plan_title(plan, scene.words),
        number=number if len(plan.attachments) > 1 else None,
        kind=scene.words.gettext(word),
        held_by=scene.directory.of(plan.origin).owner,
        href=f"{plan_href(plan, scene)}/bilaga/{number}" if inside else None,
        size=len(one.content) if one.content is not None else None,
        download=one.media_type not in OPENED,
    )


def _changes(
    parts: Sequence[CarePlan], agreements: Iterable[Agreement], scene: Scene
) -> tuple[Change, ...]:
    """What the sources date to the last days: the latest, newest first."""
    words = scene.words
    today = scene.situation.today
    earliest = today - timedelta(days=CHANGES_DAYS)
    told = (*_changed_parts(parts, words), *_agreed(agreements, words))
    recent = {change for change in told if earliest <= change.day <= today}
    newest = sorted(recent, key=lambda one: (-one.day.toordinal(), one.what, one.about.text))
    return tuple(newest[:MOST_CHANGES])


def _changed_parts(parts: Iterable[CarePlan], words: Words) -> Iterator[Change]:
    for part in parts:
        title = plan_title(part, words)
        written = local_day(part.authored) if part.authored else None
        changed = local_day(part.changed) if part.changed else None
        if written is not None:
            yield Change(written, words.gettext(N_("Planen skrevs")), title)
        if changed is not None and changed != written:
            yield Change(changed, words.gettext(N_("Planen ändrades")), title)
        for task in part.activities:
            if task.added is not None:
                yield Change(task.added, words.gettext(N_("Ny uppgift")), task.text)
        for goal in part.goals:
            if goal.changed is not None:
                yield Change(goal.changed, words.gettext(N_("Nytt läge för målet")), goal.text)


def _agreed(agreements: Iterable[Agreement], words: Words) -> Iterator[Change]:
    for item in agreements:
        made: date | None = None
        if item.origin.documented_at is not None:
            made = local_day(item.origin.documented_at)
        if made is not None:
            yield Change(made, words.gettext(N_("Ny överenskommelse")), item.text)
