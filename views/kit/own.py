"""Goals, questions and notes that the person has put in, on the pages about what they belong to."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from textwrap import shorten
from typing import Final

from stodtjanster.information import Appointment, CarePlan, OwnNote, OwnNoteKind
from stodtjanster.model import Answer, Need, Told
from views.kit.cards import Action
from views.kit.notices import SourceNotice, Why, joined, notices_of
from views.kit.own_ways import change_or_remove, may_write, new_href, tie
from views.kit.plan_cards import PlanLink
from views.kit.rows import Explainer, anchor
from views.kit.view import Scene
from views.kit.words import N_

NOTES: Final = Need(OwnNote, days_ahead=0, optional=True)

IN_ADDRESSES: Final[Mapping[OwnNoteKind, str]] = {
    OwnNoteKind.TOPIC: "ta-upp",
    OwnNoteKind.QUESTION: "fraga",
    OwnNoteKind.GOAL: "mal",
}
"""What each kind is called in addresses and forms, in the order in which they are offered."""
KINDS: Final[Mapping[OwnNoteKind, str]] = {
    OwnNoteKind.TOPIC: N_("Det jag vill ta upp"),
    OwnNoteKind.QUESTION: N_("Fråga"),
    OwnNoteKind.GOAL: N_("Eget mål"),
}
ADD: Final[Mapping[OwnNoteKind, str]] = {
    OwnNoteKind.TOPIC: N_("Lägg till det jag vill ta upp"),
    OwnNoteKind.QUESTION: N_("Lägg till en fråga"),
    OwnNoteKind.GOAL: N_("Lägg till ett eget mål"),
}
_BEGINNING: Final = 60
_ONLY_ME: Final = N_("Bara du ser det här.")
_SHARED: Final = N_("Delas med {who}.")
_REPRESENTATIVE: Final = N_("den som är ombud för dina planer")


@dataclass(frozen=True, slots=True)
class OwnNoteRow:
    """`about` is how the text begins. `who_sees` is a sentence to the person, None to everybody
    else. `plan` or `meeting` leads to what it belongs to, by the name that it had then. `topic`: it
    is to be brought up."""

    anchor: str
    kind: str
    text: Told
    about: Told
    why: Why
    topic: bool = False
    who_sees: str | None = None
    plan: PlanLink | None = None
    meeting: PlanLink | None = None
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnBox:
    """What the person has put in about one thing. `add` leads to where more is put in, and `mine`
    says that the reader is the one who did. `gaps`: there may be more that we could not read."""

    rows: tuple[OwnNoteRow, ...]
    add: tuple[Action, ...]
    mine: bool
    gaps: tuple[SourceNotice, ...] = ()


def about_plan(plan: CarePlan, notes: Answer[OwnNote], scene: Scene) -> OwnBox | None:
    """None where nothing can be put in."""
    add = _ways(scene, tie("plan", plan.origin, scene), tuple(OwnNoteKind))
    known = names(plan)

    def belongs(note: OwnNote) -> bool:
        at_meeting = note.meeting is not None and "|".join(note.meeting) in plan.meetings
        return at_meeting or not note.plan.isdisjoint(known)

    return _box(notes, belongs, add, scene)


def to_bring_up(plan: CarePlan, scene: Scene) -> tuple[Action, ...]:
    """Where it is put in what is to be brought up when the plan is followed up."""
    if not may_write(scene):
        return ()
    return _ways(scene, tie("plan", plan.origin, scene), (OwnNoteKind.TOPIC,))


def about_time(item: Appointment, notes: Answer[OwnNote], scene: Scene) -> OwnBox | None:
    """None where nothing can be put in, and for times of the person's own."""
    if item.sharing is not None:
        return None
    asked = (OwnNoteKind.TOPIC, OwnNoteKind.QUESTION)
    add = _ways(scene, tie("tid", item.origin, scene), asked)
    return _box(notes, lambda note: note.meeting == item.origin.identity, add, scene)


def names(plan: CarePlan) -> frozenset[str]:
    """All names under which a note may belong to a plan, whoever tells of the plan next time."""
    return plan.keys | {"|".join(plan.origin.identity)}


def note_row(note: OwnNote, explain: Explainer) -> OwnNoteRow:
    scene = explain.scene
    return OwnNoteRow(
        anchor=anchor(note.origin),
        kind=scene.words.gettext(KINDS[note.kind]),
        text=note.text,
        about=Told(shorten(note.text.text, _BEGINNING, placeholder="…"), note.text.lang),
        why=explain.why(note),
        topic=note.kind is OwnNoteKind.TOPIC,
        who_sees=who_sees(note, scene) if scene.situation.about_self else None,
        plan=_link("planer", note.plan_at, note, scene),
        meeting=_link("handelse", note.meeting, note, scene),
        actions=change_or_remove(note.origin, scene),
    )


def who_sees(note: OwnNote, scene: Scene) -> str:
    """To the person: who was chosen, by name. A unit that nobody has named is not hidden behind
    the others."""
    words = scene.words
    if not note.sharing.shared:
        return words.gettext(_ONLY_ME)
    units = sorted(
        found.name if (found := scene.directory.find(unit.value)) else unit.value
        for unit in note.sharing.units
    )
    return words.gettext(_SHARED).format(
        who=joined([*units, words.gettext(_REPRESENTATIVE)], words)
    )


def _box(
    notes: Answer[OwnNote],
    belongs: Callable[[OwnNote], bool],
    add: tuple[Action, ...],
    scene: Scene,
) -> OwnBox | None:
    mine = scene.situation.about_self
    rows = tuple(
        note_row(note, Explainer.of(scene, notes)) for note in notes.items if belongs(note)
    )
    if not (rows or may_write(scene)):
        return None
    gaps = notices_of(notes.reports, scene.directory, scene.words)
    return OwnBox(rows, add if may_write(scene) else (), mine, gaps)


def _ways(scene: Scene, about: str, kinds: Iterable[OwnNoteKind]) -> tuple[Action, ...]:
    return tuple(
        Action(new_href(scene, name, about), scene.words.gettext(ADD[kind]))
        for kind, name in IN_ADDRESSES.items()
        if kind in kinds
    )


def _link(
    path: str, identity: tuple[str, str] | None, note: OwnNote, scene: Scene
) -> PlanLink | None:
    if identity is None or note.belongs is None:
        return None
    return PlanLink(f"{scene.base}{path}/{scene.handle_of(identity)}", note.belongs)
