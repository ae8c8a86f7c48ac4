"""Varifrån kommer uppgifterna, och vad saknas? Every source, what it told, and how old that is."""

from stodtjanster.information import ReferralStatus
from stodtjanster.model import ActorKind, Need
from views.kit import agenda, care, plans
from views.kit.medicines import MEDICINES
from views.kit.messages import MESSAGES
from views.kit.view import CARE, OMSORG, RESIDENTS, View
from views.kit.words import N_
from views.sources.table import asked

view = View(
    key="sources",
    path="kallor",
    question=N_("Varifrån kommer uppgifterna, och vad saknas?"),
    audience=RESIDENTS | {ActorKind.STAFF},
    roles=CARE | OMSORG,
    needs={
        "booked": agenda.BOOKED,
        "visits": agenda.STAYS,
        "managers": care.MANAGERS,
        "listings": care.LISTINGS,
        "plans": plans.PLANS,
        "agreements": plans.AGREEMENTS,
        "services": plans.SERVICES,
        "medicines": MEDICINES,
        "referrals": Need(ReferralStatus, days_back=365),
        "messages": MESSAGES,
    },
)

view.section(
    "asked",
    title=N_("Källor"),
    none=N_("Ingen som svarade har några uppgifter att visa."),
    waiting=N_("Vi frågar alla källor om allt."),
)(asked)
