"""Vad gäller för den här tiden? One booked time, with all that is known of it."""

from stodtjanster.information import Appointment
from stodtjanster.model import Need
from views.event.page import event
from views.kit import agenda
from views.kit.view import RESIDENTS, View
from views.kit.words import N_

view = View(
    key="event",
    path="handelse/*",
    question=N_("Vad gäller för den här tiden?"),
    audience=RESIDENTS,
    # As far as any week leads: a time that was moved must not be said to be gone.
    needs={
        "booked": Need(Appointment, days_back=agenda.DAYS_BACK, days_ahead=365),
        "stays": agenda.STAYS,
    },
)

view.section(
    "event",
    title=N_("Tiden"),
    none=N_(
        "Tiden finns inte längre hos dem som svarade. "
        "Den kan ha avbokats, bytts mot en annan eller redan varit."
    ),
    waiting=N_("Vi hämtar tiden."),
    aside=agenda.ASIDE,
    eager=True,
)(event)
