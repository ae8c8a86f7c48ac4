"""SupplyRequest as our CareService: what the person is sent again and again (inkontinensskydd).

Sources: hl7.org/fhir/R4/supplyrequest.html, where `deliverTo` is all that says for whom it is;
R5 has `deliverFor`, and a CodeableReference for the item. It has no intent: it is an order.
"""

from stodtjanster.information import CareService
from stodtjanster.sources.kit.fhir.appointments import check
from stodtjanster.sources.kit.fhir.care_services import authority, during, quantity
from stodtjanster.sources.kit.fhir.devices import thing
from stodtjanster.sources.kit.fhir.scope import Labels, Scope, care_unit
from stodtjanster.sources.kit.fhir.values import (
    Json,
    Unreadable,
    as_list,
    concept_text,
    day,
    first_of,
    recorded,
)

STATUSES_ASKED = "active,suspended"
_SHOWN = frozenset(STATUSES_ASKED.split(","))
_OTHER = frozenset({"draft", "cancelled", "completed", "entered-in-error", "unknown"})


def supply_request(
    resource: Json, identity: str, labels: Labels, scope: Scope
) -> tuple[CareService]:
    check(resource.get("status"), _SHOWN, _OTHER)
    subject = scope.whose(resource.get("deliverFor") or resource.get("deliverTo"), resource)
    item = resource.get("itemCodeableConcept") or resource.get("item")
    title = concept_text(item) or thing(resource.get("itemReference") or item, resource, scope)
    name = scope.told(title, resource)
    if name is None:
        raise Unreadable("a supply without name")
    suppliers = as_list(resource.get("supplier"))
    requester = resource.get("requester")
    supplier = scope.told(first_of(scope.name(one, resource) for one in suppliers), resource)
    decider = scope.told(authority(requester, resource, scope), resource)
    ordered = resource.get("authoredOn")
    first, last = during(resource)
    return (
        CareService(
            subject=subject,
            origin=scope.origin(
                resource,
                identity,
                labels.approved,
                recorded(ordered),
                care_unit((*suppliers, requester), scope, resource),
                supplier or decider,
            ),
            name=name,
            extent=scope.told(quantity(resource.get("quantity")), resource),
            decided=day(ordered),
            first=first,
            last=last,
            authority=decider,
            performer=supplier,
        ),
    )
