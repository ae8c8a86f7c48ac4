"""Vem har läst? Every time that somebody has opened something, as far as the logs tell."""

from datetime import date

from stodtjanster.model import ActorKind
from views.kit.readings import PAGE, needs_for
from views.kit.view import Asked, View
from views.kit.words import N_
from views.readings.table import choose, rows

view = View(
    key="readings",
    path=PAGE,
    question=N_("Vem har läst?"),
    frame="readings/frame.html",
    audience=frozenset({ActorKind.CITIZEN, ActorKind.GUARDIAN}),
    needs=needs_for(Asked(), date.min),
    periods=needs_for,
)

view.section(
    "choose",
    title=N_("Välj period"),
    none=N_("Det finns ingen period att välja hos dem som svarade."),
)(choose)
view.section(
    "rows",
    title=N_("Läsningar"),
    none=N_("Ingen har läst under perioden enligt dem som svarade."),
    waiting=N_("Vi hämtar loggen."),
)(rows)
