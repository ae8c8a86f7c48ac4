"""Vem ska jag kontakta? Everybody that is known, and for a matter those that it is for."""

from views.contacts.find import search, urgent, who
from views.kit import agenda, care, plans
from views.kit.view import RESIDENTS, View
from views.kit.words import N_

NOBODY = N_(
    "Vi vet inte vem. Hos dem som svarade finns ingen att kontakta om det här. Ring 1177 för råd."
)

view = View(
    key="contacts",
    path="kontakter",
    question=N_("Vem ska jag kontakta?"),
    menu=N_("Kontakter"),
    rank=30,
    frame="contacts/frame.html",
    audience=RESIDENTS,
    needs={
        "booked": agenda.BOOKED,
        "visits": agenda.STAYS,
        "listings": care.LISTINGS,
        "managers": care.MANAGERS,
        "services": plans.SERVICES,
    },
)

view.section("search", title=N_("Vad gäller det?"), none=NOBODY)(search)
view.section("who", title=N_("Kontakter"), none=NOBODY, waiting=N_("Vi hämtar kontakterna."))(who)
view.section("urgent", title=N_("Akut"), none=NOBODY)(urgent)
