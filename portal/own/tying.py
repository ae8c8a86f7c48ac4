"""What a note belongs to, and with whom it is shared: chosen in a form, found in what is known."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from portal.forms import Mistake, Option
from portal.i18n import Speaker, at
from portal.own.forms import (
    NOTHING,
    SAME,
    SHARE,
    YES,
    NoteForm,
    kind_of,
    read_text,
)
from portal.own.reading import Ties
from stodtjanster.information import Appointment, CarePlan, OwnNote
from stodtjanster.model import PRIVATE, HsaId, Sharing, first_day
from stodtjanster.sources.own.kept import Note
from views.kit.own import names
from views.kit.own_ways import ABOUT, tie
from views.kit.plans import plan_title
from views.kit.rows import in_order
from views.kit.view import Scene
from views.kit.words import N_

_GONE = N_("Det finns inte längre hos dem som svarade. Välj något annat.")
_SILENT = N_("Vi kan inte se det just nu. Försök igen om en stund, eller välj något annat.")
_UNTIED = N_("Du kan bara dela det som hör till en plan. Välj en plan, eller välj Nej.")
_WHO = N_("Vi ser inte vilka som är med i planen just nu. Försök igen om en stund, eller välj Nej.")


@dataclass(frozen=True, slots=True)
class Tied:
    """What was chosen. `plan` is the plan itself, where it is known now."""

    names: frozenset[str] = frozenset()
    plan_at: tuple[str, str] | None = None
    meeting: tuple[str, str] | None = None
    title: str | None = None
    plan: CarePlan | None = None


def read_note(
    form: NoteForm, ties: Ties, scene: Scene, before: OwnNote | None = None
) -> Note | tuple[Mistake, ...]:
    """A note to be kept, or everything that is wrong, in the order of the form."""
    words = scene.words
    text = read_text(form, words)
    mistakes = [] if isinstance(text, str) else list(text)
    tied = _tied(form, ties, scene, before)
    sharing: Sharing | None = PRIVATE
    if tied is None:
        known = ties.plans.complete and ties.booked.complete
        mistakes.append(Mistake(ABOUT, words.gettext(_GONE if known else _SILENT)))
    elif form.share == YES:
        sharing = _sharing(form, tied, before)
        if sharing is None:
            mistakes.append(Mistake(SHARE, words.gettext(_WHO if tied.names else _UNTIED)))
    if mistakes or tied is None or sharing is None or not isinstance(text, str):
        return tuple(mistakes)
    return Note(
        kind=kind_of(form),
        text=text,
        plan=tied.names,
        plan_at=tied.plan_at,
        meeting=tied.meeting,
        belongs=tied.title,
        sharing=sharing,
        lang=words.language,
    )


def says(note: OwnNote, words: Note) -> bool:
    """What is to be kept is kept already, whoever tells of the plan."""
    same_plan = not note.plan.isdisjoint(words.plan) or note.plan == words.plan
    told = (words.kind, words.text, words.meeting, words.sharing.shared)
    kept = (note.kind, note.text.text, note.meeting, note.sharing.shared)
    return same_plan and told == kept


def is_known(form: NoteForm, ties: Ties, scene: Scene, before: OwnNote | None) -> bool:
    """Nothing more has to be waited for to read the form."""
    tied = _tied(form, ties, scene, before)
    return tied is not None and (form.share != YES or _sharing(form, tied, before) is not None)


def choices(
    form: NoteForm, ties: Ties, scene: Scene, before: OwnNote | None = None
) -> tuple[Option, ...]:
    """What the note may belong to. Of times only what it belongs to already, or the page that one
    came from is about: a list of all would be long, and each has a way here."""
    found = (*_same(before), *_plans(ties, before, scene), *_time(form, ties, scene))
    none = scene.words.gettext(N_("Inget särskilt"))
    return tuple(
        Option(value, name, value == form.about) for value, name in ((NOTHING, none), *found)
    )


def _tied(form: NoteForm, ties: Ties, scene: Scene, before: OwnNote | None) -> Tied | None:
    """None when what was chosen is not known."""
    if form.about == NOTHING:
        return Tied()
    if form.about == SAME and before is not None:
        title = before.belongs.text if before.belongs else None
        plan = _plan_of(before, ties)
        return Tied(before.plan, before.plan_at, before.meeting, title, plan)
    for plan in ties.plans.items:
        if tie("plan", plan.origin, scene) == form.about:
            named = _plan_name(plan, scene)
            return Tied(names(plan), plan.origin.identity, None, named, plan)
    for item in ties.booked.items:
        if tie("tid", item.origin, scene) == form.about:
            return Tied(meeting=item.origin.identity, title=_time_name(item, scene))
    return None


def _sharing(form: NoteForm, tied: Tied, before: OwnNote | None) -> Sharing | None:
    """Those who took part when the person first said yes; None when nobody knows who they are."""
    if not tied.names:
        return None
    if form.about == SAME and before is not None and before.sharing.shared:
        return before.sharing
    return None if tied.plan is None else Sharing(True, _units(tied.plan))


def _units(plan: CarePlan) -> frozenset[HsaId]:
    units = {one.unit for one in plan.participants if one.unit is not None}
    keeper = plan.origin.care_unit
    return frozenset(units | {keeper} if keeper else units)


def _plan_of(note: OwnNote, ties: Ties) -> CarePlan | None:
    return next((p for p in ties.plans.items if not note.plan.isdisjoint(names(p))), None)


def _same(before: OwnNote | None) -> Iterator[tuple[str, str]]:
    if before is not None and before.belongs is not None:
        yield SAME, before.belongs.text


def _plans(ties: Ties, before: OwnNote | None, scene: Scene) -> Iterator[tuple[str, str]]:
    held = before.plan if before else frozenset()
    for plan in ties.plans.items:
        if held.isdisjoint(names(plan)):
            yield tie("plan", plan.origin, scene), _plan_name(plan, scene)


def _time(form: NoteForm, ties: Ties, scene: Scene) -> Iterable[tuple[str, str]]:
    coming = in_order(ties.booked.items, scene.situation.now)
    return (
        (form.about, _time_name(item, scene))
        for item in coming
        if tie("tid", item.origin, scene) == form.about
    )


def _plan_name(plan: CarePlan, scene: Scene) -> str:
    owner = scene.directory.of(plan.origin).owner
    return f"{plan_title(plan, scene.words).text}, {owner}"


def _time_name(item: Appointment, scene: Scene) -> str:
    words = scene.words
    title = item.title.text if item.title else words.gettext(N_("Bokad tid"))
    day = first_day(item.when)
    if day is None:
        return title
    # The words of a page that the portal renders are a Speaker's.
    assert isinstance(words, Speaker)
    with at(scene.situation.now):
        return f"{title}, {words.dateword(day, weekday=True)}"
