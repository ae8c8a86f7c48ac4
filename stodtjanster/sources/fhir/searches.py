"""Which searches answer which kind of information (core search parameters of R4 and R5)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final, TypeAlias

from stodtjanster.information import (
    Agreement,
    Appointment,
    CareManager,
    CarePlan,
    CareService,
    Item,
    Medication,
)
from stodtjanster.model import Period
from stodtjanster.sources.fhir.settings import Settings
from stodtjanster.sources.kit.fhir.agreements import STATUSES_ASKED
from stodtjanster.sources.kit.fhir.appointments import APPOINTMENT_ASKED
from stodtjanster.sources.kit.fhir.care_services import INTENTS_ASKED
from stodtjanster.sources.kit.fhir.medications import STATEMENTS_ASKED
from stodtjanster.sources.kit.fhir.search import Query

Parameters: TypeAlias = tuple[tuple[str, str], ...]
Asked: TypeAlias = list[tuple[str, Parameters]]

_DAY: Final = timedelta(days=1)
_ALIVE: Final = ("status", "active,on-hold")
_ORDERED: Final = ("intent", INTENTS_ASKED)

_INCLUDES: Final = {
    "Appointment": (("_include", "Appointment:location"),),
    "Encounter": (("_include", "Encounter:service-provider"),),
    "CareTeam": (
        ("_include", "CareTeam:participant"),
        ("_include:iterate", "PractitionerRole:practitioner"),
        ("_include:iterate", "PractitionerRole:organization"),
    ),
    "CarePlan": (("_include", "CarePlan:goal"),),
    "MedicationStatement": (("_include", "MedicationStatement:medication"),),
    "MedicationRequest": (("_include", "MedicationRequest:medication"),),
    "DeviceUseStatement": (("_include", "DeviceUseStatement:device"),),
    "DeviceUsage": (("_include", "DeviceUsage:device"),),
    "DeviceRequest": (("_include", "DeviceRequest:device"),),
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
    planned = ("Encounter", (("status", "planned"),))
    return [booked, planned] if settings.planned_encounters else [booked]


def _care_managers(_period: Period, _settings: Settings) -> Asked:
    return [("CareTeam", (("status", "active"),))]


def _care_plans(_period: Period, settings: Settings) -> Asked:
    documents = (("status", "current"), ("type", ",".join(settings.plan_documents)))
    asked = {"CarePlan": (_ALIVE,), "DocumentReference": documents}
    return [(kind, asked[kind]) for kind in settings.plans_from]


def _care_services(_period: Period, settings: Settings) -> Asked:
    asked: Asked = [("ServiceRequest", (_ALIVE, _ORDERED))]
    if settings.services_in_care_plans:
        asked.append(("CarePlan", (_ALIVE,)))
    # A DeviceUseStatement cannot be searched by status in R4: it is read and left out.
    devices: dict[str, Parameters] = {
        "DeviceUseStatement": (),
        "DeviceRequest": (("status", "active,on-hold"), _ORDERED),
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


_ASKED: Final[dict[type[Item], Callable[[Period, Settings], Asked]]] = {
    Appointment: _appointments,
    CareManager: _care_managers,
    CarePlan: _care_plans,
    CareService: _care_services,
    Agreement: _agreements,
    Medication: _medications,
}


def _query(
    kind: str, parameters: Parameters, patient: tuple[str, str], settings: Settings
) -> Query:
    if settings.release == "R5":
        kind = _R5_NAMES.get(kind, kind)
    includes: Parameters = ()
    if settings.includes:
        includes = _INCLUDES.get(kind, ())
        if settings.patient_key == "chained":
            # The rows then name the person by an id that only the Patient beside them explains.
            includes = (("_include", f"{kind}:patient"), *includes)
    if settings.provenance:
        includes = (*includes, ("_revinclude", "Provenance:target"))
    count = ("_count", str(settings.page_size))
    return Query(kind, (patient, *parameters, *includes, count))
