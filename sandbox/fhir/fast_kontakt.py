"""Inera's Fast kontakt as FHIR R5: care teams, and who is in them.

Inera FHIR CareTeam 0.9 (RIVCareManager, RIVManagingTeam). REST and security are not written there
yet; here they are those of the other server, with a client certificate besides.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sandbox.fhir.record import (
    CARE_MANAGER_KIND,
    CARE_TEAM_KIND,
    HSA_ID,
    PERSONNUMMER,
    SAMORDNINGSNUMMER,
)
from sandbox.people import Person
from sandbox.people.units import Unit
from sandbox.people.when import day
from sandbox.producers.get_care_managers import KINDS
from sandbox.raw import patient_id_of

Resource = dict[str, Any]
Row = Mapping[str, Any]

_PROFILE = "https://fhir.inera.se/ig/careteam/StructureDefinition"
_ENDPOINT = "https://tjanstekatalogen.inera.se/Endpoint"
_VIA_TEAM = f"{_PROFILE}/riv-contact-via-team-extension"


def resources(
    people: Sequence[Person], units: Mapping[str, Unit], anchor: dt.datetime
) -> list[Resource]:
    """Everything the server holds, with relative dates made real."""
    found = [
        resource
        for person in people
        if person.rows("fast_kontakt")
        for resource in _of_person(person, units, anchor)
    ]
    # The same member of staff and the same unit serve several people.
    return list({(r["resourceType"], r["id"]): r for r in found}.values())


def _of_person(
    person: Person, units: Mapping[str, Unit], anchor: dt.datetime
) -> Iterator[Resource]:
    patient = patient_id_of(person.person_id)
    system = SAMORDNINGSNUMMER if person.kind == "samordningsnummer" else PERSONNUMMER
    yield {
        "resourceType": "Patient",
        "id": patient,
        "identifier": [{"system": system, "value": person.person_id}],
    }
    for row in person.rows("fast_kontakt"):
        unit = units[row["unit"]]
        yield from _staff(row, unit)
        yield _care_manager(row, {"system": system, "value": person.person_id}, anchor)
        if "team" in row:
            yield _managing_team(row["team"], row)


def _care_manager(row: Row, number: Resource, anchor: dt.datetime) -> Resource:
    coding = {"system": CARE_MANAGER_KIND, "code": row["code"], "display": KINDS[row["code"]]}
    # One concept, where R4 has a list of them.
    member: Resource = {"role": {"coding": [coding]}, "member": _role(row)}
    if "team" in row:
        team = row["team"]
        via = {"reference": f"CareTeam/{team['id']}", "display": team["name"]}
        member["extension"] = [{"url": _VIA_TEAM, "valueReference": via}]
    return {
        "resourceType": "CareTeam",
        "id": row["id"],
        "meta": {"profile": [f"{_PROFILE}/RIVCareManager-careteam"], **_source(row)},
        "status": row.get("status", "active"),
        "category": [_category("fast-kontakt")],
        # Both ways of saying whom it is about: sources are asked by either.
        "subject": {
            "reference": f"Patient/{patient_id_of(number['value'])}",
            "identifier": number,
        },
        "period": {"start": day(row["since"], anchor).isoformat()},
        "participant": [member],
        "note": [{"text": row["note"]}],
    }


def _source(row: Row) -> Resource:
    """The system that the contact was made in, where it is another's."""
    return {"source": f"{_ENDPOINT}/{row['source']}"} if "source" in row else {}


def _managing_team(team: Row, row: Row) -> Resource:
    """About nobody: it is found by the one who is reached through it."""
    return {
        "resourceType": "CareTeam",
        "id": team["id"],
        "meta": {"profile": [f"{_PROFILE}/RIVManagingTeam-careteam"]},
        "status": "active",
        "category": [_category("team")],
        "name": team["name"],
        "participant": [{"member": _role(row)}],
        "telecom": [{"system": "phone", "value": team["phone"]}],
    }


def _category(code: str) -> Resource:
    return {"coding": [{"system": CARE_TEAM_KIND, "code": code}]}


def _role(row: Row) -> Resource:
    return {"reference": f"PractitionerRole/{_local(row['hsa_id'])}-roll"}


def _staff(row: Row, unit: Unit) -> Iterator[Resource]:
    local = _local(row["hsa_id"])
    yield {
        "resourceType": "Practitioner",
        "id": local,
        "identifier": [{"system": HSA_ID, "value": row["hsa_id"]}],
        "name": [{"text": row["name"]}],
    }
    yield {
        "resourceType": "PractitionerRole",
        "id": f"{local}-roll",
        "practitioner": {"reference": f"Practitioner/{local}"},
        "organization": {"reference": f"Organization/{_local(unit.hsa_id)}"},
        "code": [{"text": row["title"]}],
    }
    yield {
        "resourceType": "Organization",
        "id": _local(unit.hsa_id),
        "identifier": [{"system": HSA_ID, "value": unit.hsa_id}],
        "name": unit.name,
    }


def _local(hsa_id: str) -> str:
    return hsa_id.rpartition("-")[2].lower()
