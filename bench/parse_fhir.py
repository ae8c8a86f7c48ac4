"""What a FHIR row costs: ours against orjson alone, in one run.

`python -m bench.parse_fhir` prints microseconds a row and the ratio.
"""

import timeit
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from stodtjanster.model import PersonId
from stodtjanster.sources.kit.fhir import bundle
from stodtjanster.sources.kit.fhir.gathering import Gathering
from stodtjanster.sources.kit.fhir.scope import Scope

ROWS = 100
ROUNDS = 20
REPEATS = 15
BASE = "https://kommun.example/fhir"
PERSON = PersonId.parse("190001019801")
START = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)
HSA = "urn:oid:1.2.752.29.4.19"
OWN = "https://kommun.example/fhir/CodeSystem"


def measure() -> list[tuple[str, float, float]]:
    """(what, microseconds a row of orjson alone, microseconds a row of ours)."""
    return [
        _compare("FHIR Appointment", "Appointment", _appointment),
        _compare("FHIR CarePlan", "CarePlan", _care_plan),
        _compare("FHIR ServiceRequest", "ServiceRequest", _service_request),
    ]


def _compare(what: str, kind: str, make: Any) -> tuple[str, float, float]:
    entries = [
        {"fullUrl": f"{BASE}/{kind}/{n}", "resource": make(n), "search": {"mode": "match"}}
        for n in range(ROWS)
    ]
    body = orjson.dumps({"resourceType": "Bundle", "type": "searchset", "entry": entries})
    scope = Scope("kommun", BASE, START, PERSON, frozenset({"Patient/1"}))
    wanted = frozenset({kind})

    def floor() -> None:
        orjson.loads(body)

    def ours() -> None:
        gathering = Gathering()
        gathering.add(bundle.read(bundle.loads(body, len(body)), body), wanted, scope)
        assert len(gathering.items) == ROWS

    # Interleaved, so that a busy machine slows both alike.
    rounds = [
        (timeit.timeit(floor, number=ROUNDS), timeit.timeit(ours, number=ROUNDS))
        for _ in range(REPEATS)
    ]
    per_row = 1e6 / (ROUNDS * ROWS)
    return what, min(f for f, _ in rounds) * per_row, min(o for _, o in rounds) * per_row


def _meta() -> dict[str, Any]:
    return {
        "versionId": "1",
        "lastUpdated": "2026-11-19T06:00:00+01:00",
        "source": "urn:oid:1.2.752.129.2.1.4.1#TSTNMT2321000156-SJVG",
        "profile": ["http://hl7.org/fhir/StructureDefinition/Appointment"],
    }


def _unit(kind: str) -> dict[str, Any]:
    return {
        "reference": f"{kind}/htjn",
        "display": "Hemtjänsten Norr",
        "identifier": {"system": HSA, "value": "TSTNMT2321000156-HTJN"},
    }


def _appointment(number: int) -> dict[str, Any]:
    start = START + timedelta(hours=number)
    return {
        "resourceType": "Appointment",
        "id": f"besok-{number}",
        "meta": _meta(),
        "identifier": [{"system": "urn:oid:1.2.752.129.2.1.2.1", "value": f"SJVG#{number}"}],
        "status": "booked",
        "serviceCategory": [{"coding": [{"system": f"{OWN}/omrade", "code": "hemtjanst"}]}],
        "serviceType": [
            {
                "coding": [{"system": f"{OWN}/insats", "code": "HTJ", "display": "Hemtjänst"}],
                "text": "Hemtjänst",
            }
        ],
        "description": "Hjälp med dusch, frukost och blodsocker",
        "start": start.isoformat(),
        "end": (start + timedelta(minutes=45)).isoformat(),
        "minutesDuration": 45,
        "created": "2026-11-01T10:00:00+01:00",
        "participant": [
            {"actor": {"reference": "Patient/1"}, "required": "required", "status": "accepted"},
            {"actor": _unit("HealthcareService"), "status": "accepted"},
            {
                "actor": {
                    "reference": f"Practitioner/{number % 7}",
                    "display": f"Omar Said {number % 7}, undersköterska",
                },
                "status": "accepted",
            },
            {
                "actor": {"reference": "Location/hemma", "display": "Hemma hos dig"},
                "status": "accepted",
            },
        ],
    }


def _care_plan(number: int) -> dict[str, Any]:
    return {
        "resourceType": "CarePlan",
        "id": f"plan-{number}",
        "meta": _meta(),
        "identifier": [{"system": "urn:oid:1.2.752.129.2.1.2.1", "value": f"SJVG#{number}"}],
        "status": "active",
        "intent": "plan",
        "category": [
            {
                "coding": [
                    {
                        "system": "https://fhir.inera.se/CodeSystem/typeofcareplan-cs",
                        "code": "GP",
                        "display": "Genomförandeplan",
                    }
                ]
            }
        ],
        "title": "Genomförandeplan hemtjänst",
        "subject": {"reference": "Patient/1"},
        "period": {"start": "2026-10-23", "end": "2027-02-28"},
        "created": "2026-10-23",
        "author": _unit("Organization"),
        "contributor": [_unit("Organization")],
        "goal": [{"display": "Gå inomhus utan rullator"}, {"display": "Jämnt blodsocker"}],
        "partOf": [{"identifier": {"system": "urn:oid:1.2.752.129.2.1.2.1", "value": "NORD#S"}}],
        "activity": [{"reference": {"reference": f"ServiceRequest/{i}"}} for i in range(3)],
    }


def _service_request(number: int) -> dict[str, Any]:
    return {
        "resourceType": "ServiceRequest",
        "id": f"insats-{number}",
        "meta": _meta(),
        "identifier": [{"system": "urn:oid:1.2.752.129.2.1.2.1", "value": f"SJVG#{number}"}],
        "status": "active",
        "intent": "order",
        "category": [{"coding": [{"system": f"{OWN}/lagrum", "code": "SoL"}]}],
        "code": {"coding": [{"system": f"{OWN}/insats", "code": "HTJ"}], "text": "Hemtjänst"},
        "orderDetail": [{"text": "14 timmar i veckan"}],
        "subject": {"reference": "Patient/1"},
        "occurrencePeriod": {"start": "2026-10-23", "end": "2027-02-28"},
        "authoredOn": "2026-10-16",
        "requester": _unit("Organization"),
        "performer": [_unit("Organization")],
    }


if __name__ == "__main__":
    for name, floor, ours in measure():
        print(f"{name:22} floor {floor:5.1f} µs/row  ours {ours:5.1f} µs/row  {ours / floor:.2f} x")
