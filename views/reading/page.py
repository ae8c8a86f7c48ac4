"""The page of one row: the unit's contact, and a text that the person can copy.

Nothing is sent from here: no contract takes such a question.
"""

from dataclasses import dataclass, replace

from stodtjanster.information import AccessLog
from stodtjanster.model import Answer, Told
from views.kit.cards import Contact
from views.kit.care import unit_contact
from views.kit.readings import PAGE, ReadingRow, period_of, reading_row
from views.kit.rows import Explainer
from views.kit.view import Scene
from views.kit.words import N_


@dataclass(frozen=True, slots=True)
class ReadingPage:
    """`about` is whose information the question is about, None for the reader's own."""

    row: ReadingRow
    unit: Contact
    about: str | None
    all_href: str


def reading(log: Answer[AccessLog], scene: Scene) -> ReadingPage | None:
    """The row that the handle in the address is of; None when nobody tells of it, or when nobody in
    care answers for it."""
    item = next((one for one in log.items if scene.handle(one.origin) == scene.asked.item), None)
    if item is None or item.origin.care_provider is None:
        return None
    row = reading_row(item, scene)
    mine = scene.situation.about_self
    unit = unit_contact(item, Explainer.of(scene, log), name=row.who)
    kind = Told(scene.words.gettext(N_("Enheten som läste")), scene.words.language)
    return ReadingPage(
        row=row,
        unit=replace(unit, kind=kind),
        about=None if mine else scene.name or scene.words.gettext(N_("mitt barn")),
        all_href=f"{scene.base}{PAGE}/?period={period_of(scene.asked)}",
    )
