"""Varför läste de? One row of the log, whom to ask about it, and words to ask with."""

from datetime import date

from stodtjanster.model import ActorKind
from views.kit.readings import PAGE, needs_for
from views.kit.view import ONE, Asked, View
from views.kit.words import N_
from views.reading.page import reading

view = View(
    key="reading",
    path=PAGE + ONE,
    question=N_("Fråga om en läsning"),
    audience=frozenset({ActorKind.CITIZEN, ActorKind.GUARDIAN}),
    needs=needs_for(Asked(), date.min),
    periods=needs_for,
)

view.section(
    "reading",
    title=N_("Läsningen"),
    none=N_("Läsningen finns inte i loggen för perioden hos dem som svarade."),
    waiting=N_("Vi hämtar loggen."),
    eager=True,
)(reading)
