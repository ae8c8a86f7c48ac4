"""What is planned for a patient, as those who work with it need it: plans, tasks, hand-over."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from stodtjanster.information import (
    Activity,
    ActivityState,
    Agreement,
    CarePlan,
    OwnNote,
    Party,
)
from stodtjanster.information.hierarchy import PlanTree, plan_trees
from stodtjanster.model import Answer, Told, local_day
from views.kit.notices import Mark, Why
from views.kit.own import KINDS
from views.kit.plan_cards import PlanNode, TaskRow
from views.kit.plans import missing_owner, node, plan_title, tasks_of
from views.kit.rows import Explainer
from views.kit.staff import is_hidden, is_ours, is_own_unit, pathway_href
from views.kit.view import Scene
from views.kit.words import N_

_IMPORTANT: Final = N_("Viktigt för patienten")
_PROMISED: Final = N_("Överenskommelse")


@dataclass(frozen=True, slots=True)
class Branch:
    """A plan with the plans under it. `plan` has no children of its own: they are here.

    `own`: the reader's own unit has written it. `href` leads to its steps, for whom they are.
    `hidden`: the patient is not shown it.
    """

    plan: PlanNode
    own: bool
    href: str | None
    children: tuple["Branch", ...] = ()
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class OpenTask:
    """What is not done. `own`: the reader's own unit is to do it. `holder` is the plan it stands
    in."""

    task: TaskRow
    own: bool
    holder: Told
    mark: Mark
    why: Why


@dataclass(frozen=True, slots=True)
class Handover:
    """Something that the patient reads too, or has written. `kind` says what it is, `by` who says
    it. `day` is when, None where that is not told. `hidden`: the patient is not shown it."""

    kind: str
    text: Told
    by: Told | None
    mark: Mark
    why: Why
    day: date | None = None
    about: Told | None = None
    hidden: bool = False


def branches(plans: Answer[CarePlan], scene: Scene) -> tuple[Branch, ...]:
    explain = Explainer.of(scene, plans)
    return tuple(_branch(tree, explain) for tree in plan_trees(plans.items))


def _branch(tree: PlanTree, explain: Explainer) -> Branch:
    scene = explain.scene
    return Branch(
        plan=node(PlanTree(tree.plan), explain),
        own=is_ours(tree.plan, scene),
        href=pathway_href(tree.plan, scene),
        children=tuple(_branch(child, explain) for child in tree.children),
        hidden=is_hidden(tree.plan),
    )


def open_tasks(plans: Answer[CarePlan], scene: Scene) -> tuple[OpenTask, ...]:
    """What nobody is to do first, then the reader's own, each by its last day."""
    explain = Explainer.of(scene, plans)
    # As the trees have them: a task that several plans point at stands in the lowest.
    parts = [plan for tree in plan_trees(plans.items) for plan in _all_of(tree)]
    rows = [
        _open(task, plan, explain)
        for task, plan in tasks_of(parts)
        if task.state is not ActivityState.DONE
    ]
    return tuple(sorted(rows, key=_urgency))


def _open(task: Activity, plan: CarePlan, explain: Explainer) -> OpenTask:
    scene = explain.scene
    row = TaskRow(
        text=task.text,
        mine=task.mine,
        for_other=True,
        owners=task.owners,
        missing=missing_owner(task),
        due=task.due,
    )
    return OpenTask(
        task=row,
        own=any(is_own_unit(unit, scene) for unit in task.units),
        holder=plan_title(plan, scene.words),
        mark=explain.mark(plan),
        why=explain.why(plan),
    )


def _urgency(row: OpenTask) -> tuple[bool, bool, date]:
    return row.task.missing != "nobody", not row.own, row.task.due or date.max


def _all_of(tree: PlanTree) -> Iterator[CarePlan]:
    yield tree.plan
    for child in tree.children:
        yield from _all_of(child)


def handed_over(
    notes: Answer[OwnNote],
    agreements: Answer[Agreement],
    plans: Answer[CarePlan],
    scene: Scene,
) -> tuple[Handover, ...]:
    """The patient's own words that are shared with the reader, and what has been agreed: the
    newest first, what has no day last."""
    explain = Explainer.of(scene, notes, agreements, plans)
    rows = (
        *_own_words(plans.items, explain),
        *(_note(note, explain) for note in notes.items),
        *(_agreed(item, explain) for item in agreements.items if not item.done),
    )
    return tuple(sorted(rows, key=lambda row: row.day or date.min, reverse=True))


def _own_words(plans: Iterable[CarePlan], explain: Explainer) -> Iterator[Handover]:
    for plan in plans:
        written = plan.changed or plan.authored
        for said in plan.own_words:
            yield Handover(
                kind=explain.scene.words.gettext(_IMPORTANT),
                text=said,
                by=_patient(explain.scene),
                mark=explain.mark(plan),
                why=explain.why(plan),
                day=local_day(written) if written else None,
                about=plan_title(plan, explain.scene.words),
                hidden=is_hidden(plan),
            )


def _note(note: OwnNote, explain: Explainer) -> Handover:
    return Handover(
        kind=explain.scene.words.gettext(KINDS[note.kind]),
        text=note.text,
        by=_patient(explain.scene),
        mark=Mark.OWN,
        why=explain.why(note),
        day=local_day(note.changed),
        about=note.belongs,
    )


def _agreed(item: Agreement, explain: Explainer) -> Handover:
    documented = item.origin.documented_at
    unit = item.origin.unit_name or Told(explain.scene.directory.of(item.origin).name)
    promised = _patient(explain.scene) if item.party is Party.PERSON else None
    return Handover(
        kind=explain.scene.words.gettext(_PROMISED),
        text=item.text,
        by=promised or item.owner or unit,
        mark=explain.mark(item),
        why=explain.why(item),
        day=local_day(documented) if documented else item.first,
        hidden=is_hidden(item),
    )


def _patient(scene: Scene) -> Told | None:
    return Told(scene.name) if scene.name else None
