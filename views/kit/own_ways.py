"""Where the person puts in words of their own, changes them and removes them."""

from enum import StrEnum
from typing import Final, Literal, TypeAlias
from urllib.parse import urlencode

from stodtjanster.model import Origin
from views.kit.cards import Action
from views.kit.view import Scene
from views.kit.words import N_

PATH: Final = "eget"
CHANGE: Final = "andra"
REMOVE: Final = "ta-bort"
KIND: Final = "slag"
TIME: Final = "tid"
"""Kinds of notes are called by their own names, in the address too: see `views.kit.own`."""
ABOUT: Final = "hor-till"

DONE: Final = "klart"

Tied: TypeAlias = Literal["plan", "tid"]


class Done(StrEnum):
    """What was done just before the page with all of it is shown, as its address says."""

    SAVED = "sparat"
    REMOVED = "borttaget"


def all_href(scene: Scene) -> str:
    """The page with all that the person has put in."""
    return f"{scene.base}{PATH}"


def new_href(scene: Scene, kind: str, about: str | None = None) -> str:
    """Where something new is put in. `about` is what it belongs to (`tie`)."""
    chosen = {KIND: kind} | ({ABOUT: about} if about else {})
    return f"{scene.base}{PATH}/ny?{urlencode(chosen)}"


def tie(what: Tied, origin: Origin, scene: Scene) -> str:
    """The name, in a form or an address, of a plan or a time that a note belongs to."""
    return f"{what}-{scene.handle(origin)}"


def may_write(scene: Scene) -> bool:
    """The person themself, where it is kept. Nobody else writes for them."""
    return scene.keeps_own and scene.situation.about_self


def change_or_remove(origin: Origin, scene: Scene) -> tuple[Action, ...]:
    if not may_write(scene):
        return ()
    here = f"{scene.base}{PATH}/{scene.handle(origin)}"
    return (
        Action(f"{here}/{CHANGE}", scene.words.gettext(N_("Ändra"))),
        Action(f"{here}/{REMOVE}", scene.words.gettext(N_("Ta bort"))),
    )


def add_time(scene: Scene) -> tuple[Action, ...]:
    """Nothing where nothing can be put in."""
    if not may_write(scene):
        return ()
    return (Action(new_href(scene, TIME), scene.words.gettext(N_("Lägg till en egen tid"))),)
