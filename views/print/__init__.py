"""Vad kan jag sätta på kylskåpet? Two weeks on paper: when, who and where, and whom to ring."""

from views.kit import agenda, care
from views.kit.view import RESIDENTS, View
from views.kit.words import N_
from views.print.paper import contacts, daily, heading, times

view = View(
    key="print",
    path="utskrift",
    question=N_("Vad kan jag sätta på kylskåpet?"),
    frame="print/frame.html",
    audience=RESIDENTS,
    needs={
        "booked": agenda.BOOKED,
        "own": agenda.OWN,
        "listings": care.LISTINGS,
        "managers": care.MANAGERS,
    },
    lasting=True,
)

NONE_BOOKED = N_("Inget är inbokat de här två veckorna hos dem som svarade.")

view.section("heading", title=N_("Om papperet"), none=NONE_BOOKED)(heading)
view.section("times", title=N_("Tider"), none=NONE_BOOKED)(times)
view.section(
    "daily",
    title=N_("Dagliga besök"),
    none=N_("Inga dagliga besök är inbokade hos dem som svarade."),
)(daily)
view.section(
    "contacts",
    title=N_("Vem jag kan ringa"),
    none=N_("Det finns inget telefonnummer hos dem som svarade. Ring 1177 om du vill ha råd."),
)(contacts)
