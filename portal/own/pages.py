"""What becomes of a form of the person's own: kept, or shown again with all that is in it."""

from collections.abc import Callable
from typing import Final

from flask import redirect, request
from werkzeug.exceptions import RequestEntityTooLarge

from portal.forms import Mistake
from portal.house import house
from portal.i18n import LANGUAGES
from portal.own import forms, showing, unsent
from portal.own.desk import Desk, bp, written
from portal.own.forms import NoteForm, TimeForm
from portal.own.reading import Own, Shelf, Unreadable
from portal.own.saving import TooOften
from portal.own.tying import read_note, says
from portal.own.unsent import ONCE, VERSION, kept_for_the_reader
from portal.store import Put
from portal.visit import Answered
from stodtjanster.information import OwnEntry
from stodtjanster.sources.own.kept import Note, Words
from views.kit.own_ways import ABOUT, CHANGE, KIND, REMOVE, TIME, Done
from views.kit.words import N_

_TOO_OFTEN: Final = N_(
    "Du har sparat många gånger på kort tid. Vänta några minuter och försök igen."
)
_FULL: Final = N_("Du har lagt in så mycket som får plats. Ta bort något och spara igen.")


@written("ny")
def new(desk: Desk) -> Answered:
    """An empty form for what the address says; without a word that we know, all that there is."""
    kind = request.args.get(KIND, "")
    if kind == TIME:
        return showing.page(desk, TimeForm())
    if forms.is_note(kind):
        about = request.args.get(ABOUT, forms.NOTHING)
        return showing.page(desk, NoteForm(kind, about=about))
    return redirect(desk.everything())


@written("ny", post=True)
def put_in(desk: Desk) -> Answered:
    once = request.form.get(ONCE, "")
    if not showing.is_once(once):
        return desk.visit.refused("foreign-form")
    return _take(desk, lambda form, words: _add(desk, once, form, words))


@written(f"<item>/{CHANGE}")
def change(desk: Desk, item: str) -> Answered:
    """The form with what is kept."""
    return _about(desk, item, lambda here, found: showing.page(here, showing.again(found)))


@written(f"<item>/{CHANGE}", post=True)
def rewrite(desk: Desk, item: str) -> Answered:
    try:
        found = desk.shelf.find(item)
    except Unreadable:
        return _not_now(desk)
    if found is None:
        return showing.gone(desk, _form()), 409
    if isinstance(found, OwnEntry) is not isinstance(_form(), TimeForm):
        return desk.visit.refused("foreign-form")
    here = desk.about(found)
    return _take(here, lambda form, words: _change(here, found, form, words))


@written(f"<item>/{REMOVE}")
def ask(desk: Desk, item: str) -> Answered:
    """Whether it is to be removed."""
    return _about(desk, item, lambda here, _found: showing.removal(here))


@written(f"<item>/{REMOVE}", post=True)
def remove(desk: Desk, item: str) -> Answered:
    """Only what the person saw when they said so."""
    try:
        found = desk.shelf.find(item)
    except Unreadable:
        return showing.unreadable(desk), 503
    if found is None:
        return redirect(desk.everything(Done.REMOVED), code=303)
    here = desk.about(found)
    if not _is_seen(found):
        return showing.removal(here, altered=True), 409
    try:
        removed = desk.pen.remove(found)
    except TooOften:
        return showing.removal(here, wrong=_TOO_OFTEN), 429
    # When it was changed in between, the reader is asked again about what it says now.
    return redirect(desk.everything(Done.REMOVED) if removed else request.path, code=303)


@bp.errorhandler(RequestEntityTooLarge)
def too_much(_error: Exception) -> Answered:
    first = request.path.split("/")[1]
    return unsent.too_much(house(), first if first in LANGUAGES else "sv")


def _about(desk: Desk, item: str, show: Callable[[Desk, Own], str]) -> Answered:
    """A page about one record."""
    try:
        found = desk.shelf.find(item)
    except Unreadable:
        return showing.unreadable(desk), 503
    if found is None:
        return desk.visit.refused("unknown-record")
    return show(desk.about(found), found)


def _take(desk: Desk, keep: Callable[[TimeForm | NoteForm, Words], Answered]) -> Answered:
    """Keep what the form says, or show it again with what is wrong."""
    form = _form()
    words = _read(desk, form)
    if isinstance(words, tuple):
        return showing.page(desk, form, words), 422
    try:
        return keep(form, words)
    except TooOften:
        return _wrong(desk, form, _TOO_OFTEN), 429


def _form() -> TimeForm | NoteForm:
    """What was posted."""
    if request.form.get(KIND) == TIME:
        return forms.time_written(request.form)
    return forms.note_written(request.form)


def _read(desk: Desk, form: TimeForm | NoteForm) -> Words | tuple[Mistake, ...]:
    if isinstance(form, NoteForm):
        return read_note(form, desk.ties(form), desk.scene, desk.note)
    before = desk.item if isinstance(desk.item, OwnEntry) else None
    return forms.read_time(form, desk.scene.words, desk.visit.situation.today, before)


def _add(desk: Desk, once: str, form: TimeForm | NoteForm, words: Words) -> Answered:
    key, put = desk.pen.add(once, words)
    if put is Put.FULL:
        return _wrong(desk, form, _FULL), 422
    if put is Put.ANOTHER:
        # The same form was sent before, with other words in it.
        return _stale(desk, key, form, words)
    return redirect(desk.everything(Done.SAVED), code=303)


def _change(desk: Desk, found: Own, form: TimeForm | NoteForm, words: Words) -> Answered:
    if _is_seen(found) and desk.pen.change(found, words):
        return redirect(desk.everything(Done.SAVED), code=303)
    return _stale(desk, found.origin.record, form, words)


def _stale(desk: Desk, key: str, form: TimeForm | NoteForm, words: Words) -> Answered:
    """What is kept is not what the form was made from."""
    try:
        found = Shelf(desk.visit).kept_as(key)
    except Unreadable:
        return _not_now(desk)
    if found is None:
        return showing.gone(desk, form), 409
    here = desk.about(found)
    if _says(here, found, words):
        # Sent twice.
        return redirect(desk.everything(Done.SAVED), code=303)
    return showing.altered(here, form, words), 409


def _says(desk: Desk, found: Own, words: Words) -> bool:
    """What is to be kept is kept already."""
    if isinstance(found, OwnEntry):
        return _read(desk, forms.time_again(found)) == words
    return isinstance(words, Note) and says(found, words)


def _wrong(desk: Desk, form: TimeForm | NoteForm, text: str) -> str:
    field = forms.TITLE if isinstance(form, TimeForm) else forms.TEXT
    mistake = Mistake(field, desk.scene.words.gettext(text))
    return showing.page(desk, form, (mistake,))


def _not_now(desk: Desk) -> Answered:
    """What is kept cannot be read, so nobody knows whether the form may be saved over it."""
    told = kept_for_the_reader(desk.visit.house, desk.visit.language, "down")
    return told or (showing.unreadable(desk), 503)


def _is_seen(item: Own) -> bool:
    """The form was made from the version that is kept."""
    return request.form.get(VERSION, "") == str(item.version)
