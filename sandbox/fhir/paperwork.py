"""What stands beside visits and plans: documents, supplies, messages, referrals, provenance.

DocumentReference as Inera Core 0.2.0 has plans; Task and Provenance as Inera EHDS-TK 0.3.3 has
referrals and who answers for a record; SupplyRequest and Communication as in R4 itself.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping

from sandbox.fhir.plans import elsewhere
from sandbox.fhir.record import (
    DOCUMENT,
    HSA_ID,
    MUNICIPALITY,
    OWN,
    PLAN_TYPE,
    PLAN_TYPES,
    Record,
    Resource,
    Row,
    identifier,
    instant,
    local,
    ref,
)
from sandbox.people.when import day, times
from sandbox.producers.get_request_activities import KIND_CODES, STEP_CODES, STEPS

_PARTICIPANT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"


def _document(record: Record, row: Row) -> Resource:
    kind = {"system": PLAN_TYPE, "code": row["type"], "display": PLAN_TYPES[row["type"]]}
    author = row["author"]
    data = b64encode(row["content"].strip().encode()).decode()
    return {
        "resourceType": "DocumentReference",
        "id": row["id"],
        "identifier": [identifier(row["id"])],
        "status": row.get("status", "current"),
        "docStatus": row.get("doc_status", "final"),
        "type": {"coding": [kind]},
        "description": row["title"],
        "subject": record.patient,
        "date": instant(times("12.00-12.00", day(row["from"], record.anchor))[0]),
        "author": [ref("PractitionerRole", f"{local(author['hsa_id'])}-roll", author["name"])],
        "custodian": record.unit(row["unit"]),
        "content": [{"attachment": {"contentType": "text/plain", "data": data}}],
        "context": {"period": record.period(row)},
    }


def _supply(record: Record, row: Row) -> Resource:
    return {
        "resourceType": "SupplyRequest",
        "id": row["id"],
        "identifier": [identifier(row["id"])],
        "status": row.get("status", "active"),
        "itemCodeableConcept": {"text": row["title"]},
        "quantity": {"value": row["count"], "unit": row["measure"]},
        "occurrencePeriod": record.period(row),
        "authoredOn": day(row["from"], record.anchor).isoformat(),
        "requester": record.unit(row["unit"]),
        "supplier": [record.unit(row["unit"])],
        "deliverTo": record.patient,
    }


def _message(record: Record, row: Row) -> Resource:
    sent = instant(times(f"{row['time']}-{row['time']}", day(row["day"], record.anchor))[0])
    return {
        "resourceType": "Communication",
        "id": row["id"],
        "identifier": [identifier(row["id"])],
        "status": row.get("status", "completed"),
        "subject": record.patient,
        "topic": {"text": row["title"]},
        "sent": sent,
        "recipient": [record.patient],
        "sender": record.unit(row["unit"]),
        "payload": [{"contentString": row["text"].strip()}],
    }


def _referral(record: Record, row: Row) -> Resource:
    at = instant(times(f"{row['time']}-{row['time']}", day(row["day"], record.anchor))[0])
    step = {"system": f"urn:oid:{STEP_CODES}", "code": row["step"], "display": STEPS[row["step"]]}
    kind = {"system": f"urn:oid:{KIND_CODES}", "code": row["type"]}
    resource: Resource = {
        "resourceType": "Task",
        "id": row["id"],
        # The sender has given the number, and it is the same wherever the referral goes.
        "identifier": [{"system": DOCUMENT, "value": row["number"]}],
        "status": row.get("status", "in-progress"),
        "businessStatus": {"coding": [step]},
        "intent": "order",
        "code": {"coding": [{"system": f"{OWN}/uppgift", "code": "remiss"}, kind]},
        "for": record.patient,
        "authoredOn": at,
        "lastModified": at,
        "requester": record.unit(row["sender"]),
        "owner": record.unit(row["receiver"]),
    }
    return resource | ({"basedOn": [elsewhere(row["part_of"])]} if "part_of" in row else {})


MAKERS: Mapping[str, Callable[[Record, Row], Resource]] = {
    "documents": _document,
    "supplies": _supply,
    "messages": _message,
    "referrals": _referral,
}


def provenance(record: Record, resource: Resource, row: Row) -> Resource:
    """Who answers for a record: what a block (spärr) is about."""
    unit = row.get("unit") or row.get("performer") or row.get("receiver") or MUNICIPALITY
    provider = record.units[unit].provider if "same_as" in row else MUNICIPALITY
    agents = {"custodian": provider, "author": unit}
    made: Resource = {
        "resourceType": "Provenance",
        "id": f"{resource['resourceType'].lower()}-{resource['id']}",
        "target": [{"reference": f"{resource['resourceType']}/{resource['id']}"}],
        "recorded": resource["meta"]["lastUpdated"],
        "agent": [
            {
                "type": {"coding": [{"system": _PARTICIPANT, "code": role}]},
                "who": {
                    "type": "Organization",
                    "identifier": {"system": HSA_ID, "value": hsa_id},
                    "display": record.units[hsa_id].name,
                },
            }
            for role, hsa_id in agents.items()
        ],
    }
    return made
