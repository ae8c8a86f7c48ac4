"""Vad har jag lagt in själv? Times, goals, questions and notes of the person's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

from stodtjanster.information import OwnEntry, OwnNote, OwnNoteKind
from stodtjanster.model import ActorKind, Answer, Need
from views.kit.cards import Action, Day, EventRow
from views.kit.own import ADD, IN_ADDRESSES, NOTES, OwnNoteRow, note_row
from views.kit.own_ways import DONE, PATH, Done, add_time, may_write, new_href
from views.kit.rows import Explainer, by_time, event_row, is_to_come
from views.kit.view import Scene, View
from views.kit.words import N_

EVER: Final = 40 * 365
"""Days: what somebody has put in must be found by them, however old it is."""

_SAID: Final[Mapping[str, str]] = {
    Done.SAVED: N_("Det är sparat."),
    Done.REMOVED: N_("Det är borttaget för gott."),
}
_NOTHING: Final = N_("Du har inte lagt in något själv, enligt dem som svarade.")

view = View(
    key="own",
    path=PATH,
    question=N_("Det du har lagt in själv"),
    audience=frozenset({ActorKind.CITIZEN}),
    needs={
        "times": Need(OwnEntry, days_back=EVER, days_ahead=EVER),
        "notes": Need(OwnNote, days_ahead=NOTES.days_ahead),
    },
)


@dataclass(frozen=True, slots=True)
class Ways:
    """`said` is what has just been done, in a sentence; `add` leads to what can be put in."""

    said: str | None
    add: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Times:
    """`over` stand folded: they are kept until they are removed."""

    coming: tuple[Day, ...]
    over: tuple[Day, ...]


@view.section("ways", title=N_("Lägg in något"), none=_NOTHING)
def ways(scene: Scene) -> Ways:
    said = _SAID.get(scene.asked.choices.get(DONE, ""))
    words = scene.words
    notes = (
        Action(new_href(scene, name), words.gettext(ADD[kind]))
        for kind, name in IN_ADDRESSES.items()
        if may_write(scene)
    )
    return Ways(words.gettext(said) if said else None, (*add_time(scene), *notes))


@view.section(
    "times",
    title=N_("Dina egna tider"),
    none=N_("Du har inte lagt in några tider, enligt dem som svarade."),
    waiting=N_("Vi hämtar dina egna tider."),
)
def times(times: Answer[OwnEntry], scene: Scene) -> Times | None:
    if not times.items:
        return None
    now = scene.situation.now
    explain = Explainer.of(scene, times)
    found = by_time(times.items)
    coming = [event_row(item, explain) for item in found if is_to_come(item, now)]
    over = [event_row(item, explain) for item in found if not is_to_come(item, now)]
    return Times(_days(coming), _days(over[::-1]))


@view.section(
    "notes",
    title=N_("Dina mål, frågor och det du vill ta upp"),
    none=N_("Du har inte lagt in några anteckningar, enligt dem som svarade."),
    waiting=N_("Vi hämtar dina anteckningar."),
)
def notes(notes: Answer[OwnNote], scene: Scene) -> tuple[OwnNoteRow, ...] | None:
    explain = Explainer.of(scene, notes)
    order = list(OwnNoteKind)
    found = sorted(notes.items, key=lambda note: order.index(note.kind))
    return tuple(note_row(note, explain) for note in found) or None


def _days(rows: list[EventRow]) -> tuple[Day, ...]:
    return tuple(
        Day(day, tuple(of_day), _anchor(day))
        for day, of_day in groupby(rows, lambda row: row.day)
        if day is not None
    )


def _anchor(day: date) -> str:
    return f"dag-{day.isoformat()}"
