"""Vad gäller för den här tiden? One booked time, with all that is known of it."""

from stodtjanster.information import Appointment, OwnEntry
from stodtjanster.model import Need
from views.event.page import event
from views.kit import agenda
from views.kit.own import NOTES
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
        "own": Need(OwnEntry, days_back=agenda.DAYS_BACK, days_ahead=365, optional=True),
        "notes": NOTES,
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
    # Of notes that cannot be shown it is said where they would have stood.
    aside=agenda.ASIDE | {"notes"},
    eager=True,
)(event)
