"""Vad har kommunen beslutat? Each decided service: what, how much, by whom, and how far it is."""

from datetime import date

from stodtjanster.information import CareService
from stodtjanster.model import Answer
from views.kit.plan_cards import ServiceRow
from views.kit.plans import NO_SERVICE, SERVICES, service_row
from views.kit.rows import Explainer
from views.kit.view import RESIDENTS, Scene, View
from views.kit.words import N_

view = View(
    key="care_services",
    path="insatser",
    question=N_("Vad har kommunen beslutat?"),
    audience=RESIDENTS,
    needs={"services": SERVICES},
)


@view.section(
    "decided", title=N_("Dina insatser"), none=NO_SERVICE, waiting=N_("Vi hämtar besluten.")
)
def decided(services: Answer[CareService], scene: Scene) -> tuple[ServiceRow, ...] | None:
    """Those that end first stand first; those without end last."""
    explain = Explainer.of(scene, services)
    found = sorted(services.items, key=lambda item: item.last or date.max)
    return tuple(service_row(item, explain) for item in found) or None
