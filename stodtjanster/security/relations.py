"""Patientrelation: CheckPatientRelation 1.0 and RegisterExtendedPatientRelation 1.0
(ehr:patientrelationship). PDL 4 kap. 1 §, SVOD 3 kap. 1-2 §§."""

from typing import Final

from lxml import etree

from stodtjanster.model import PersonId
from stodtjanster.security.kit import (
    Accessing,
    Inquiry,
    Registered,
    Registration,
    Settings,
    accept,
    exchange,
    flag,
    only,
    put,
    registered,
    wall,
)
from stodtjanster.sources.kit.rivta import Contract

_DOMAIN: Final = "ehr:patientrelationship"
_TYPES: Final = f"urn:riv:{_DOMAIN}:1"
CHECK: Final = Contract(f"{_DOMAIN}:accesscontrol", "CheckPatientRelation", 1, _TYPES)
REGISTER: Final = Contract(
    f"{_DOMAIN}:administration", "RegisterExtendedPatientRelation", 1, _TYPES
)
_T: Final = f"{{{_TYPES}}}"


def check_relation(
    settings: Settings, who: Accessing, subject: PersonId, *, correlation: str
) -> Inquiry[bool]:
    """Whether a patientrelation is registered for the employee. Raises SourceFailed."""
    own = f"{{{CHECK.namespace}}}"
    content = _request(CHECK)
    reader = put(content, f"{own}AccessingActor")
    put(reader, f"{_T}EmployeeId", who.employee.value)
    put(reader, f"{_T}CareProviderId", who.place.provider.value)
    put(reader, f"{_T}CareUnitId", who.place.unit.value)
    put(content, f"{own}PatientId", subject.value)
    answer = yield from exchange(settings, CHECK, content, correlation)
    said = only(answer, f"{own}CheckResultType")
    accept(only(said, f"{_T}Result"), f"{_T}ResultCode")
    return flag(said, f"{_T}HasPatientrelation")


def register_relation(
    settings: Settings,
    who: Accessing,
    subject: PersonId,
    registration: Registration,
    *,
    correlation: str,
) -> Inquiry[Registered]:
    """Register one, which is always the employee's own. Raises SourceFailed."""
    own = f"{{{REGISTER.namespace}}}"
    at = wall(registration.at)
    content = _request(REGISTER)
    put(content, f"{own}PatientRelationId", registration.id)
    put(content, f"{own}PatientId", subject.value)
    put(content, f"{own}CareProviderId", who.place.provider.value)
    put(content, f"{own}CareUnitId", who.place.unit.value)
    put(content, f"{own}EmployeeId", who.employee.value)
    put(content, f"{own}StartDate", at)
    put(content, f"{own}EndDate", wall(registration.valid_to))
    action = put(content, f"{own}RegistrationAction")
    for date, by in (("RequestDate", "RequestedBy"), ("RegistrationDate", "RegisteredBy")):
        put(action, f"{_T}{date}", at)
        put(put(action, f"{_T}{by}"), f"{_T}EmployeeId", who.employee.value)
    answer = yield from exchange(settings, REGISTER, content, correlation)
    return registered(only(answer, f"{own}ResultType"), f"{_T}ResultCode")


def _request(contract: Contract) -> etree._Element:
    """The request has a name of its own here, which the soapAction and the response have not."""
    namespaces = {"m": contract.namespace, "core": contract.types}
    return etree.Element(f"{contract.request}Request", nsmap=namespaces)
