"""Vad händer härnäst, och närmaste veckan? Who to turn to, and what is planned."""

from stodtjanster.information import CareManager, Listing
from stodtjanster.model import Need
from views.kit import agenda, care, plans
from views.kit.view import RESIDENTS, View
from views.kit.words import N_

view = View(
    key="overview",
    path="",
    question=N_("Översikt"),
    menu=N_("Översikt"),
    rank=0,
    frame="overview/frame.html",
    late_slot="events",
    audience=RESIDENTS,
    needs={
        "booked": agenda.BOOKED,
        "stays": agenda.STAYS,
        "listings": Need(Listing, days_ahead=0),
        "managers": Need(CareManager, days_ahead=0),
        "plans": plans.PLANS,
        "agreements": plans.AGREEMENTS,
        "services": plans.SERVICES,
    },
)

NONE_THIS_WEEK = N_("Inget är inbokat de närmaste sju dagarna hos dem som svarade.")
NONE_BOOKED = N_("Du har inga tider de närmaste sex veckorna hos dem som svarade.")

view.section("next", title=N_("Härnäst"), none=NONE_BOOKED, merged=True, aside=agenda.ASIDE)(
    agenda.next_up
)
view.section(
    "week",
    title=N_("Vad händer närmaste veckan?"),
    none=NONE_THIS_WEEK,
    merged=True,
    aside=agenda.ASIDE,
)(agenda.week)
view.section(
    "events", title=N_("Kommande händelser"), none=NONE_BOOKED, merged=True, aside=agenda.ASIDE
)(agenda.events)
view.section(
    "plans",
    title=N_("Planering och uppföljning"),
    none=N_("Du har inga planer, överenskommelser eller insatser hos dem som svarade."),
)(plans.planning)
view.section(
    "contacts",
    title=N_("Mottagningar och kontakter"),
    none=N_(
        "Du har varken vårdval eller fast kontakt hos dem som svarade. Ring 1177 om du vill ha råd."
    ),
)(care.contacts)
