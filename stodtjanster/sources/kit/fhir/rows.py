"""Which reader reads which resource type, and which of several where one type means many things."""

from collections.abc import Callable
from typing import Final, TypeAlias

from stodtjanster.information import Agreement, CareService, Item, ReferralStatus
from stodtjanster.sources.kit.fhir.agreements import agreement
from stodtjanster.sources.kit.fhir.appointments import appointment
from stodtjanster.sources.kit.fhir.care_plans import care_plan
from stodtjanster.sources.kit.fhir.care_services import care_service
from stodtjanster.sources.kit.fhir.care_teams import care_team
from stodtjanster.sources.kit.fhir.communications import communication
from stodtjanster.sources.kit.fhir.devices import device_request, device_use
from stodtjanster.sources.kit.fhir.documents import plan_document
from stodtjanster.sources.kit.fhir.encounters import encounter
from stodtjanster.sources.kit.fhir.listings import chosen
from stodtjanster.sources.kit.fhir.medications import request, statement
from stodtjanster.sources.kit.fhir.plan_parts import is_agreement
from stodtjanster.sources.kit.fhir.referrals import activity, is_referral, referral
from stodtjanster.sources.kit.fhir.scope import Labels, Scope
from stodtjanster.sources.kit.fhir.supplies import supply_request
from stodtjanster.sources.kit.fhir.values import Json
from stodtjanster.sources.kit.fhir.visits import visits

Reader: TypeAlias = Callable[[Json, str, Labels, Scope], tuple[Item, ...]]


def _task(resource: Json, identity: str, labels: Labels, scope: Scope) -> tuple[Item, ...]:
    """An agreement or a referral: FHIR has one type for whatever somebody is to do. Where every
    Task is an agreement only the codes of a referral tell it apart."""
    agreed = bool(scope.agreements) and is_agreement(resource, scope)
    coded = bool(scope.agreements or scope.referrals)
    if coded and not agreed and is_referral(resource, scope):
        scope.require(ReferralStatus, "not an agreement")
        return activity(resource, identity, labels, scope)
    scope.require(Agreement, "not a referral")
    return agreement(resource, identity, labels, scope)


def _service_request(
    resource: Json, identity: str, labels: Labels, scope: Scope
) -> tuple[Item, ...]:
    """A referral, or a decided service and, where they are asked for, its visits."""
    if scope.referrals and is_referral(resource, scope):
        scope.require(ReferralStatus, "a referral")
        return referral(resource, identity, labels, scope)
    if scope.visits is None:
        scope.require(CareService, "not a referral")
    (service,) = care_service(resource, identity, labels, scope)
    return service, *visits(service, resource.get("occurrenceTiming"), scope)


def _care_plan(resource: Json, identity: str, labels: Labels, scope: Scope) -> tuple[Item, ...]:
    """A plan; or the one service that it is, in Denmark, and its visits where asked for."""
    (told,) = care_plan(resource, identity, labels, scope)
    if not isinstance(told, CareService):
        return (told,)
    (only,) = resource["activity"]
    return told, *visits(told, only["detail"].get("scheduledTiming"), scope)


READERS: Final[dict[str, Reader]] = {
    "Appointment": appointment,
    "Encounter": encounter,
    "CareTeam": care_team,
    "CarePlan": _care_plan,
    "ServiceRequest": _service_request,
    "Task": _task,
    "MedicationStatement": statement,
    "MedicationRequest": request,
    "DeviceUseStatement": device_use,
    "DeviceUsage": device_use,
    "DeviceRequest": device_request,
    "SupplyRequest": supply_request,
    "DocumentReference": plan_document,
    "Communication": communication,
    "Patient": chosen,
}
