"""Krockar mitt besök? What home care needs to know of others' visits: when, and who comes.

What each visit is about has been left out before it comes here (hemtjänst in rule 12). What the
page needs of the unit's own visits is when they are, to see what meets them.
"""

from stodtjanster.information import Appointment
from stodtjanster.model import ActorKind, Answer, Need
from views.kit.view import Scene, View
from views.kit.words import N_
from views.visits.others import Others, others

DAYS_AHEAD = 13
"""Today and thirteen days more: as far as the rules let home care see."""

view = View(
    key="visits",
    path="",
    question=N_("Andra besök hos {name}"),
    menu=N_("Andra besök"),
    rank=0,
    frame="visits/frame.html",
    audience=frozenset({ActorKind.STAFF}),
    roles=frozenset({"hemtjanst"}),
    needs={"booked": Need(Appointment, days_ahead=DAYS_AHEAD)},
)


@view.section(
    "coming",
    title=N_("Kommande 14 dagar"),
    none=N_("Inga andra besök som du får se i ditt uppdrag, hos dem som svarade."),
    waiting=N_("Vi hämtar tiderna."),
    merged=True,
)
def coming(booked: Answer[Appointment], scene: Scene) -> Others | None:
    return others(booked, scene)
