"""Which searches answer which kind of information (core search parameters)."""

from datetime import timedelta
from typing import Final

from stodtjanster.information import (
    Agreement,
    Appointment,
    CareManager,
    CarePlan,
    CareService,
    Item,
)
from stodtjanster.model import Period
from stodtjanster.sources.fhir.settings import Settings
from stodtjanster.sources.kit.fhir.agreements import STATUSES_ASKED
from stodtjanster.sources.kit.fhir.appointments import APPOINTMENT_ASKED
from stodtjanster.sources.kit.fhir.care_services import INTENTS_ASKED
from stodtjanster.sources.kit.fhir.search import Query

_DAY: Final = timedelta(days=1)
_ALIVE: Final = ("status", "active,on-hold")

_INCLUDES: Final = {
    "Appointment": (("_include", "Appointment:location"),),
    "Encounter": (("_include", "Encounter:service-provider"),),
    "CareTeam": (
        ("_include", "CareTeam:participant"),
        ("_include:iterate", "PractitionerRole:practitioner"),
        ("_include:iterate", "PractitionerRole:organization"),
    ),
    "CarePlan": (("_include", "CarePlan:goal"),),
}


def searches(
    information: type[Item], period: Period, patient: tuple[str, str], settings: Settings
) -> tuple[Query, ...]:
    """`patient` is the parameter that says whom it is about."""
    return tuple(
        _query(kind, parameters, patient, settings)
        for kind, parameters in _asked(information, period, settings)
    )


def _asked(
    information: type[Item], period: Period, settings: Settings
) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    if information is Appointment:
        # A day wider at both ends: the source's own zone decides what a date means to it, and
        # what falls outside the period is left out when the answer is read.
        window = (
            ("date", f"ge{period.first - _DAY:%Y-%m-%d}"),
            ("date", f"lt{period.last + 2 * _DAY:%Y-%m-%d}"),
        )
        booked = ("Appointment", (("status", APPOINTMENT_ASKED), *window, ("_sort", "date")))
        # Without a date: a planned contact may lack a time, and a date would leave it out.
        planned = ("Encounter", (("status", "planned"),))
        return [booked, planned] if settings.planned_encounters else [booked]
    if information is CareManager:
        return [("CareTeam", (("status", "active"),))]
    if information is CarePlan:
        return [("CarePlan", (_ALIVE,))]
    if information is CareService:
        ordered = ("ServiceRequest", (_ALIVE, ("intent", INTENTS_ASKED)))
        return [ordered, ("CarePlan", (_ALIVE,))] if settings.services_in_care_plans else [ordered]
    if information is Agreement:
        return [("Task", (("status", STATUSES_ASKED),))]
    raise ValueError(f"not given: {information.__name__}")


def _query(
    kind: str,
    parameters: tuple[tuple[str, str], ...],
    patient: tuple[str, str],
    settings: Settings,
) -> Query:
    includes: tuple[tuple[str, str], ...] = ()
    if settings.includes:
        includes = _INCLUDES.get(kind, ())
        if settings.patient_key == "chained":
            # The rows then name the person by an id that only the Patient beside them explains.
            includes = (("_include", f"{kind}:patient"), *includes)
    count = ("_count", str(settings.page_size))
    return Query(kind, (patient, *parameters, *includes, count))
