"""What it costs to read a FHIR Bundle, against the floor: orjson and no more."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

import orjson

from bench import parse_fhir_rows as rows
from bench.parse_peers import fhir_resources
from bench.parse_race import FLOOR, OURS, Raced, Read, race
from stodtjanster.sources.kit.fhir import bundle
from stodtjanster.sources.kit.fhir.agreements import CODES
from stodtjanster.sources.kit.fhir.documents import TYPES
from stodtjanster.sources.kit.fhir.gathering import Gathering
from stodtjanster.sources.kit.fhir.scope import Scope

MANY: Final = 100
BASE: Final = "https://kommun.example/fhir"
KINDS: Final[dict[str, Callable[[int], dict[str, Any]]]] = {
    "Appointment": rows.appointment,
    "Encounter": rows.encounter,
    "CareTeam": rows.care_team,
    "CarePlan": rows.care_plan,
    "ServiceRequest": rows.service_request,
    "Task": rows.task,
    "MedicationStatement": rows.medication_statement,
    "MedicationRequest": rows.medication_request,
    "DeviceUseStatement": rows.device_use,
    "DeviceRequest": rows.device_request,
    "SupplyRequest": rows.supply_request,
    "DocumentReference": rows.document,
    "Communication": rows.communication,
    "Patient": rows.patient,
}


def races() -> Iterator[Callable[[], Raced]]:
    """A race for each kind of resource, to be run as often as one wants."""
    for kind, row in KINDS.items():
        body = body_of(kind, row)
        readers: dict[str, Read] = {
            FLOOR: orjson.loads,
            OURS: partial(read, kind),
            "fhir.resources": fhir_resources,
        }
        yield partial(race, f"FHIR {kind}", body, read(kind, body), readers)


def body_of(kind: str, row: Callable[[int], dict[str, Any]]) -> bytes:
    """A searchset of many rows; a person has one Patient."""
    entries = [
        {"fullUrl": f"{BASE}/{kind}/{n}", "resource": row(n), "search": {"mode": "match"}}
        for n in range(1 if kind == "Patient" else MANY)
    ]
    return orjson.dumps({"resourceType": "Bundle", "type": "searchset", "entry": entries})


def read(kind: str, body: bytes) -> int:
    """How many values of ours a Bundle makes."""
    scope = Scope(
        "kommun",
        BASE,
        rows.START,
        rows.PERSON,
        frozenset({"Patient/1"}),
        agreements=CODES,
        plan_documents=TYPES,
    )
    gathering = Gathering()
    page = bundle.read(bundle.loads(body, len(body)), body)
    gathering.add(page, frozenset({kind}), scope)
    assert not gathering.lost
    return len(gathering.items)
