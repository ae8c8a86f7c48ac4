"""The forms as pages: empty, with what is kept, with what is wrong, and beside another version."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any, Final

from flask import request

from portal.forms import Mistake
from portal.i18n import at
from portal.own import forms
from portal.own.desk import Desk
from portal.own.forms import NoteForm, TimeForm
from portal.own.reading import Own
from portal.own.tying import choices
from portal.own.unsent import ONCE
from stodtjanster.information import OwnEntry
from stodtjanster.sources.own.kept import Entry, Words
from views.kit.notices import notices_of
from views.kit.own_ways import CHANGE, PATH, REMOVE
from views.kit.words import N_

_ONCE: Final = re.compile(r"[\w-]{16,64}")

_NEW_TIME: Final = N_("Lägg till en egen tid")
_CHANGE_TIME: Final = N_("Ändra din egen tid")
_NEW_NOTE: Final = N_("Lägg till en egen anteckning")
_CHANGE_NOTE: Final = N_("Ändra din anteckning")
_ALTERED: Final = N_("Uppgiften har ändrats sedan du öppnade den")
_GONE: Final = N_("Uppgiften har tagits bort sedan du öppnade den")
_REMOVE: Final = N_("Vill du ta bort uppgiften?")
_UNREAD_TITLE: Final = N_("Vi kan inte visa det du har lagt in")
_UNREAD: Final = N_(
    "Vi kan inte läsa det du har lagt in just nu. Felet ligger hos oss. Försök igen om en stund."
)


@dataclass(frozen=True, slots=True)
class Line:
    """One field of what is kept. `differs`: the reader wrote something else there."""

    label: str
    text: str
    differs: bool = False


def again(item: Own) -> TimeForm | NoteForm:
    """What is kept, as it would be written."""
    return forms.time_again(item) if isinstance(item, OwnEntry) else forms.note_again(item)


def page(
    desk: Desk,
    form: TimeForm | NoteForm,
    mistakes: tuple[Mistake, ...] = (),
    *,
    title: str | None = None,
    theirs: tuple[Line, ...] = (),
) -> str:
    """The form. `title` is in Swedish, and said when it is not as it was when it was opened;
    `theirs` is then what stands there now."""
    visit, item = desk.visit, desk.item
    template, usual, context = _of_kind(desk, form)
    here = f"{visit.base}{PATH}/" + (f"{desk.handle()}/{CHANGE}" if item else "ny")
    return _render(
        desk,
        template,
        title or usual,
        action=here,
        form=form,
        once=_once() if item is None else None,
        version=item.version if item else None,
        changed=item.changed if item else None,
        stale=title is not None,
        theirs=theirs,
        mistakes=mistakes,
        wrong={mistake.field: mistake.text for mistake in mistakes},
        back_url=desk.everything(),
        **context,
    )


def altered(desk: Desk, form: TimeForm | NoteForm, words: Words) -> str:
    """Both: what stands there now, and what the reader wrote, to be saved over it or not."""
    assert desk.item is not None
    mine = forms.time_said(words) if isinstance(words, Entry) else form
    both = zip(_lines(desk, again(desk.item)), _lines(desk, mine), strict=True)
    theirs = (Line(label, text, text != written) for (label, text), (_, written) in both)
    return page(desk, form, title=_ALTERED, theirs=tuple(theirs))


def gone(desk: Desk, form: TimeForm | NoteForm) -> str:
    """What was changed is not there any more. What the reader wrote can be put in anew."""
    return page(desk, form, title=_GONE)


def removal(desk: Desk, *, altered: bool = False, wrong: str | None = None) -> str:
    """Whether it is to be removed, with all that it says. `altered`: it said something else when
    the reader was asked before. `wrong` is in Swedish."""
    assert desk.item is not None
    lines = _lines(desk, again(desk.item))
    return _render(
        desk,
        "own/remove.html",
        _REMOVE,
        action=f"{desk.visit.base}{PATH}/{desk.handle()}/{REMOVE}",
        version=desk.item.version,
        altered=altered,
        wrong=desk.scene.words.gettext(wrong) if wrong else None,
        lines=[Line(label, text) for label, text in lines if text],
        back_url=desk.everything(),
    )


def unreadable(desk: Desk) -> str:
    reason = desk.scene.words.gettext(_UNREAD)
    return _render(desk, "own/unread.html", _UNREAD_TITLE, reason=reason)


def is_once(text: str) -> bool:
    """Whether a form of ours may have had this id."""
    return bool(_ONCE.fullmatch(text))


def _once() -> str:
    """A form that is shown again is the same form: it has not been used."""
    had = request.form.get(ONCE, "")
    return had if is_once(had) else token_urlsafe(24)


def _of_kind(desk: Desk, form: TimeForm | NoteForm) -> tuple[str, str, dict[str, Any]]:
    words = desk.scene.words
    if isinstance(form, TimeForm):
        usual = _CHANGE_TIME if desk.item else _NEW_TIME
        return "own/time.html", usual, {"ways": form.ways(words)}
    ties = desk.ties(form)
    return (
        "own/note.html",
        _CHANGE_NOTE if desk.item else _NEW_NOTE,
        {
            "kinds": form.kinds(words),
            "about": choices(form, ties, desk.scene, desk.note),
            "sharing": form.sharing(words),
            "gaps": notices_of(ties.plans.reports, desk.scene.directory, words),
        },
    )


def _lines(desk: Desk, form: TimeForm | NoteForm) -> Iterable[tuple[str, str]]:
    words = desk.scene.words
    if isinstance(form, TimeForm):
        return form.lines(words)
    return form.lines(words, choices(form, desk.ties(form), desk.scene, desk.note))


def _render(desk: Desk, template: str, title: str, **context: Any) -> str:
    with at(desk.visit.situation.now):
        return desk.visit.render(template, title, **context)
