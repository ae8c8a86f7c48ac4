"""Which searches answer which kind of information (core search parameters of R4 and R5)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final, TypeAlias

from stodtjanster.information import (
    Agreement,
    Appointment,
    CareContact,
    CareManager,
    CarePlan,
    CareService,
    Item,
    Listing,
    Medication,
    Message,
    ReferralStatus,
)
from stodtjanster.model import Period
from stodtjanster.sources.fhir.settings import Settings
from stodtjanster.sources.kit.fhir.agreements import STATUSES_ASKED
from stodtjanster.sources.kit.fhir.appointments import APPOINTMENT_ASKED
from stodtjanster.sources.kit.fhir.care_services import INTENTS_ASKED
from stodtjanster.sources.kit.fhir.communications import STATUSES_ASKED as MESSAGES_ASKED
from stodtjanster.sources.kit.fhir.encounters import ONGOING, PLANNED
from stodtjanster.sources.kit.fhir.medications import STATEMENTS_ASKED
from stodtjanster.sources.kit.fhir.search import Query
from stodtjanster.sources.kit.fhir.supplies import STATUSES_ASKED as SUPPLIES_ASKED

Parameters: TypeAlias = tuple[tuple[str, str], ...]
Asked: TypeAlias = list[tuple[str, Parameters]]

_DAY: Final = timedelta(days=1)
_ALIVE: Final = ("status", "active,on-hold")
_ORDERED: Final = ("intent", INTENTS_ASKED)
_REQUESTS: Final = ("ServiceRequest",)
_DECIDED: Final[dict[str, Parameters]] = {
    "ServiceRequest": (_ALIVE, _ORDERED),
    "CarePlan": (_ALIVE,),
}

_INCLUDES: Final = {
    "Appointment": (("_include", "Appointment:location"),),
    "Encounter": (("_include", "Encounter:service-provider"),),
    "CareTeam": (
        ("_include", "CareTeam:participant"),
        ("_include:iterate", "PractitionerRole:practitioner"),
        ("_include:iterate", "PractitionerRole:organization"),
    ),
    "CarePlan": (
        ("_include", "CarePlan:goal"),
        ("_include", "CarePlan:care-team"),
        ("_include", "CarePlan:activity-reference"),
    ),
    "ServiceRequest": (
        ("_include", "ServiceRequest:requester"),
        ("_include:iterate", "PractitionerRole:organization"),
    ),
    "Communication": (("_include", "Communication:sender"),),
    "MedicationStatement": (("_include", "MedicationStatement:medication"),),
    "MedicationRequest": (("_include", "MedicationRequest:medication"),),
    "DeviceUseStatement": (("_include", "DeviceUseStatement:device"),),
    "DeviceUsage": (("_include", "DeviceUsage:device"),),
    "DeviceRequest": (("_include", "DeviceRequest:device"),),
    "Patient": (
        ("_include", "Patient:general-practitioner"),
        ("_include:iterate", "PractitionerRole:practitioner"),
        ("_include:iterate", "PractitionerRole:organization"),
    ),
}
# R5 has another name for what R4 calls a DeviceUseStatement.
_R5_NAMES: Final = {"DeviceUseStatement": "DeviceUsage"}


def searches(
    information: type[Item], period: Period, patient: tuple[str, str], settings: Settings
) -> tuple[Query, ...]:
    """`patient` is the parameter that says whom it is about."""
    return tuple(
        _query(kind, parameters, patient, settings)
        for kind, parameters in _ASKED[information](period, settings)
    )


def _appointments(period: Period, settings: Settings) -> Asked:
    # A day wider at both ends: the source's own zone decides what a date means to it, and what
    # falls outside the period is left out when the answer is read.
    window = (
        ("date", f"ge{period.first - _DAY:%Y-%m-%d}"),
        ("date", f"lt{period.last + 2 * _DAY:%Y-%m-%d}"),
    )
    booked = ("Appointment", (("status", APPOINTMENT_ASKED), *window, ("_sort", "date")))
    # Without a date: a planned contact may lack a time, and a date would leave it out.
    planned = ("Encounter", (("status", PLANNED),))
    asked: Asked = [booked, planned] if settings.planned_encounters else [booked]
    return [*asked, *((kind, _DECIDED[kind]) for kind in settings.visits_from)]


def _care_contacts(_period: Period, settings: Settings) -> Asked:
    planned = () if settings.planned_encounters else (PLANNED,)
    return [("Encounter", (("status", ",".join((*planned, *ONGOING[settings.release]))),))]


def _care_managers(_period: Period, _settings: Settings) -> Asked:
    return [("CareTeam", (("status", "active"),))]


def _care_plans(_period: Period, settings: Settings) -> Asked:
    documents = (("status", "current"), ("type", ",".join(settings.plan_documents)))
    asked = {"CarePlan": (_ALIVE,), "DocumentReference": documents}
    return [(kind, asked[kind]) for kind in settings.plans_from]


def _care_services(_period: Period, settings: Settings) -> Asked:
    kinds = ("ServiceRequest", "CarePlan") if settings.services_in_care_plans else _REQUESTS
    asked: Asked = [(kind, _DECIDED[kind]) for kind in kinds]
    # A DeviceUseStatement cannot be searched by status in R4: it is read and left out.
    devices: dict[str, Parameters] = {
        "DeviceUseStatement": (),
        "DeviceRequest": (("status", "active,on-hold"), _ORDERED),
        "SupplyRequest": (("status", SUPPLIES_ASKED),),
    }
    return [*asked, *((kind, devices[kind]) for kind in settings.devices_from)]


def _agreements(_period: Period, settings: Settings) -> Asked:
    codes = ",".join(settings.agreement_codes)
    return [("Task", (("status", STATUSES_ASKED), *((("code", codes),) if codes else ())))]


def _medications(_period: Period, settings: Settings) -> Asked:
    asked = {
        "MedicationStatement": (("status", STATEMENTS_ASKED[settings.release]),),
        "MedicationRequest": (("status", "active"), _ORDERED),
    }
    return [(kind, asked[kind]) for kind in settings.medications_from]


def _referrals(period: Period, settings: Settings) -> Asked:
    first = period.first.year - settings.referral_years_back
    since = f"ge{first:04}-{period.first:%m-%d}"
    # Every state is a step that has been taken, so none is asked for by name.
    asked = {
        "Task": (("modified", since),),
        "ServiceRequest": (_ORDERED, ("authored", since)),
    }
    return [(kind, asked[kind]) for kind in settings.referrals_from]


def _messages(_period: Period, _settings: Settings) -> Asked:
    # Without a date: a message may say only when it came.
    return [("Communication", (("status", MESSAGES_ASKED), ("_sort", "-sent")))]


def _listings(_period: Period, _settings: Settings) -> Asked:
    return [("Patient", ())]


_ASKED: Final[dict[type[Item], Callable[[Period, Settings], Asked]]] = {
    Appointment: _appointments,
    CareContact: _care_contacts,
    CareManager: _care_managers,
    CarePlan: _care_plans,
    CareService: _care_services,
    Agreement: _agreements,
    Medication: _medications,
    ReferralStatus: _referrals,
    Listing: _listings,
    Message: _messages,
}


def _query(
    kind: str, parameters: Parameters, patient: tuple[str, str], settings: Settings
) -> Query:
    if settings.release == "R5":
        kind = _R5_NAMES.get(kind, kind)
    includes: Parameters = ()
    if settings.includes:
        includes = _INCLUDES.get(kind, ())
        if settings.patient_key == "chained" and kind != "Patient":
            # The rows then name the person by an id that only the Patient beside them explains.
            includes = (("_include", f"{kind}:{_by(kind, settings)}"), *includes)
    if settings.provenance:
        includes = (*includes, ("_revinclude", "Provenance:target"))
    count = ("_count", str(settings.page_size))
    whom = _whom(kind, patient, settings)
    return Query(kind, (whom, *parameters, *includes, count))


def _by(kind: str, settings: Settings) -> str:
    """By which parameter a type is about a person. R4 has `deliverTo` of a SupplyRequest under
    another name than all others, since it may be a place."""
    return "subject" if kind == "SupplyRequest" and settings.release == "R4" else "patient"


def _whom(kind: str, patient: tuple[str, str], settings: Settings) -> tuple[str, str]:
    name, value = patient
    if kind == "Patient":
        return "identifier", value
    if _by(kind, settings) == "patient":
        return patient
    return name.replace("patient.", "subject:Patient.").replace("patient", "subject", 1), value
