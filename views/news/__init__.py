"""Vad är ändrat sedan sist? What is new, moved, changed or gone, by the day that it is about."""

from dataclasses import dataclass
from datetime import datetime

from views.kit import news
from views.kit.view import RESIDENTS, Scene, View
from views.kit.words import N_

view = View(
    key="news",
    path="nytt",
    question=N_("Vad är ändrat sedan sist?"),
    audience=RESIDENTS,
    needs=news.NEEDS,
    recalls=True,
)


@dataclass(frozen=True, slots=True)
class Since:
    """Against what the page compares. `at` is None on the first visit. `base` is where the forms
    of the page are sent."""

    at: datetime | None
    kept: bool
    base: str


def since(scene: Scene) -> Since:
    memory = scene.recalled.memory
    return Since(memory.since.at if memory else None, scene.recalled.kept, f"{scene.base}nytt/")


view.section("since", title=N_("Sedan när"), none=news.NONE)(since)
view.section("news", title=N_("Ändringar"), none=news.NONE)(news.latest)
