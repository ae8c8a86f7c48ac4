"""Times to take along: on paper, and in a calendar of the person's own."""

from typing import Final

from views.kit.cards import Action
from views.kit.view import Scene
from views.kit.words import N_

_PRINT: Final = N_("Skriv ut två veckor")
_CALENDAR: Final = N_("Få tiderna i din kalender")


def take_along(scene: Scene) -> tuple[Action, ...]:
    """A calendar is for one's own times only."""
    words = scene.words
    paper = Action(f"{scene.base}utskrift/", words.gettext(_PRINT))
    if not scene.situation.about_self:
        return (paper,)
    return paper, Action(f"{scene.base}kalender/", words.gettext(_CALENDAR))
