"""Vem kommer när? Seven days, region and municipality, day by day."""

from views.kit import agenda
from views.kit.view import RESIDENTS, View
from views.kit.words import N_
from views.week.choose import choose, needs_for
from views.week.days import days

view = View(
    key="week",
    path="veckan",
    question=N_("Vem kommer när?"),
    menu=N_("Veckan"),
    rank=10,
    frame="week/frame.html",
    late_slot="days",
    audience=RESIDENTS,
    needs={"booked": agenda.BOOKED, "own": agenda.OWN, "stays": agenda.STAYS},
    periods=needs_for,
)

NONE = N_("Inget är inbokat de här sju dagarna hos dem som svarade.")

view.section("choose", title=N_("Välj vecka"), none=NONE)(choose)
view.section(
    "days",
    title=N_("Dagarna"),
    none=NONE,
    merged=True,
    waiting=N_("Vi hämtar veckan."),
    aside=agenda.ASIDE,
)(days)
