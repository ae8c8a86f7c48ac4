"""One visit to a page where words of one's own are written."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeAlias
from urllib.parse import urlencode

from flask import Blueprint, request

from portal.gate import Refused
from portal.own.forms import NoteForm
from portal.own.reading import Own, Shelf, Ties
from portal.own.saving import Pen
from portal.own.tying import is_known
from portal.own.unsent import kept_for_the_reader
from portal.screens import denied
from portal.visit import Answered, Visit, about
from stodtjanster.information import OwnNote
from stodtjanster.model import ActorKind
from views.kit.own_ways import DONE, PATH, Done

bp = Blueprint("own", __name__)


class Desk:
    """`item` is what is changed or removed, None when something new is put in.

    Raises what `Shelf` does.
    """

    def __init__(self, visit: Visit, shelf: Shelf, pen: Pen, item: Own | None = None) -> None:
        self.visit = visit
        self.scene = visit.scene()
        self.shelf = shelf
        self.pen = pen
        self.item = item
        self._ties: Ties | None = None

    @property
    def note(self) -> OwnNote | None:
        """What is changed, when that is a note."""
        return self.item if isinstance(self.item, OwnNote) else None

    def about(self, item: Own) -> "Desk":
        """The same visit, to this record."""
        return Desk(self.visit, self.shelf, self.pen, item)

    def ties(self, form: NoteForm) -> Ties:
        """What a note may belong to. An open form shows what has come in time; one that was sent
        waits for what was chosen in it."""
        if self._ties is None:
            settings = self.visit.house.settings
            post = request.method == "POST"
            self._ties = Ties(
                self.visit,
                settings.hard_seconds if post else settings.soft_seconds,
                lambda ties: post and is_known(form, ties, self.scene, self.note),
            )
        return self._ties

    def handle(self) -> str:
        """The record's name in addresses."""
        assert self.item is not None
        return self.scene.handle(self.item.origin)

    def everything(self, done: Done | None = None) -> str:
        """The address of the page with all that the person has put in."""
        here = f"{self.visit.base}{PATH}"
        return f"{here}?{urlencode({DONE: done.value})}" if done else here


Handler: TypeAlias = Callable[..., Answered]


def written(path: str, *, post: bool = False) -> Callable[[Handler], Handler]:
    """Put a page below that of all that the person has put in. It is called with a `Desk`.

    Nobody writes for anybody else, and nobody where it is not kept: then it is not there.
    """

    def register(handler: Handler) -> Handler:
        @wraps(handler)
        def page(visit: Visit, **rest: Any) -> Answered:
            rows = visit.house.own_words
            mine = visit.situation.actor.kind is ActorKind.CITIZEN
            if rows is None or not mine or not visit.scene().keeps_own:
                return visit.refused("unknown-page")
            try:
                shelf = Shelf(visit)
            except Refused as refusal:
                return denied(visit, refusal.decision), 403
            return handler(Desk(visit, shelf, Pen(visit, shelf.permit, rows)), **rest)

        methods = ("POST",) if post else ("GET",)
        about(bp, f"{PATH}/{path}", methods=methods, unsent=kept_for_the_reader)(page)
        return handler

    return register
