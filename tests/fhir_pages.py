"""A small FHIR server in the head: rows, pages and a script of answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import orjson

from stodtjanster.information import Item
from stodtjanster.model import Period, PersonId
from stodtjanster.sources.fhir.adapter import Adapter
from stodtjanster.sources.fhir.settings import Settings
from stodtjanster.sources.kit.source import Ask, Heard, Request, Response, SourceFailed

BASE = "https://kommun.example/fhir"
PERSON = PersonId.parse("190001019801")
OTHER = PersonId.parse("199001012385")
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
PERIOD = Period(date(2026, 11, 20), date(2027, 11, 20))
PERSONNUMMER = "http://electronichealth.se/identifier/personnummer"
SUBJECT = {"reference": "Patient/p1"}

Json = dict[str, Any]
Server = Callable[[Request], "Response | SourceFailed"]


def bundle(*resources: Json, following: str | None = None, beside: Iterable[Json] = ()) -> Json:
    entries = [{"resource": one, "search": {"mode": "match"}} for one in resources]
    entries += [{"resource": one, "search": {"mode": "include"}} for one in beside]
    links = [{"relation": "next", "url": following}] if following else []
    return {"resourceType": "Bundle", "type": "searchset", "link": links, "entry": entries}


def answer(body: Json | bytes, status: int = 200) -> Response:
    return Response(status, {}, body if isinstance(body, bytes) else orjson.dumps(body))


def outcome(severity: str = "error", code: str = "exception") -> Json:
    issue = {"severity": severity, "code": code, "diagnostics": f"{PERSON.value} in line 3"}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def patient(logical: str = "p1", number: PersonId = PERSON, **more: Any) -> Json:
    identifier = {"system": PERSONNUMMER, "value": number.value}
    return {"resourceType": "Patient", "id": logical, "identifier": [identifier], **more}


def appointment(logical: str = "a1", **more: Any) -> Json:
    return {
        "resourceType": "Appointment",
        "id": logical,
        "status": "booked",
        "serviceType": [{"text": "Såromläggning"}],
        "start": "2026-12-01T09:15:00+01:00",
        "end": "2026-12-01T09:45:00+01:00",
        "participant": [{"actor": SUBJECT, "status": "accepted"}],
        **more,
    }


def encounter(logical: str = "e1", **more: Any) -> Json:
    return {
        "resourceType": "Encounter",
        "id": logical,
        "status": "planned",
        "class": {"code": "HH"},
        "type": [{"text": "Uppföljning"}],
        "subject": SUBJECT,
        **more,
    }


def care_team(logical: str = "t1", **more: Any) -> Json:
    role = {
        "system": "https://terminologitjansten.inera.se/inera-kodverksforvaltning/kodverk/"
        "kv_typ_av_fast_kontakt",
        "code": "3",
        "display": "fast omsorgskontakt i hemtjänsten",
    }
    return {
        "resourceType": "CareTeam",
        "id": logical,
        "status": "active",
        "category": [{"coding": [{"code": "fast-kontakt"}]}],
        "subject": SUBJECT,
        "participant": [
            {
                "role": [{"coding": [role]}],
                "member": {"reference": "PractitionerRole/r1", "display": "Omar Said"},
            }
        ],
        "telecom": [{"system": "phone", "value": "0980-319 230"}],
        **more,
    }


def care_plan(logical: str = "c1", **more: Any) -> Json:
    system = "https://fhir.inera.se/CodeSystem/typeofcareplan-cs"
    return {
        "resourceType": "CarePlan",
        "id": logical,
        "status": "active",
        "intent": "plan",
        "category": [{"coding": [{"system": system, "code": "GP"}]}],
        "title": "Genomförandeplan",
        "subject": SUBJECT,
        "period": {"start": "2026-10-23", "end": "2027-02-28"},
        **more,
    }


def service_request(logical: str = "s1", **more: Any) -> Json:
    return {
        "resourceType": "ServiceRequest",
        "id": logical,
        "status": "active",
        "intent": "order",
        "category": [{"coding": [{"code": "SoL"}]}],
        "code": {"text": "Hemtjänst"},
        "subject": SUBJECT,
        "authoredOn": "2026-10-16",
        "requester": {"reference": "Organization/namn", "display": "Vård- och omsorgsnämnden"},
        "performer": [{"reference": "Organization/htjn", "display": "Hemtjänsten Norr"}],
        **more,
    }


def task(logical: str = "k1", **more: Any) -> Json:
    return {
        "resourceType": "Task",
        "id": logical,
        "status": "in-progress",
        "intent": "plan",
        "code": {"coding": [{"code": "overenskommelse"}]},
        "description": "Du tränar i trappan tre gånger i veckan",
        "for": SUBJECT,
        "owner": SUBJECT,
        **more,
    }


def referral_task(logical: str = "k9", **more: Any) -> Json:
    step = {"system": "urn:oid:1.2.752.129.2.2.2.43", "code": "110"}
    return {
        "resourceType": "Task",
        "id": logical,
        "status": "in-progress",
        "intent": "order",
        "code": {"text": "Remiss", "coding": [{"code": "remiss"}]},
        "businessStatus": {"coding": [step]},
        "for": SUBJECT,
        "lastModified": "2026-10-30T09:40:00+01:00",
        "owner": {"reference": "Organization/sync", "display": "Syncentralen"},
        **more,
    }


def referral_request(logical: str = "s9", **more: Any) -> Json:
    return {
        "resourceType": "ServiceRequest",
        "id": logical,
        "status": "active",
        "intent": "order",
        "category": [{"coding": [{"system": "http://snomed.info/sct", "code": "3457005"}]}],
        "subject": SUBJECT,
        "authoredOn": "2026-10-05T10:12:00+02:00",
        "requester": {"reference": "Organization/vc", "display": "Björkbackens vårdcentral"},
        "performer": [{"reference": "Organization/sync", "display": "Syncentralen"}],
        **more,
    }


def medication_statement(logical: str = "m1", **more: Any) -> Json:
    return {
        "resourceType": "MedicationStatement",
        "id": logical,
        "status": "active",
        "medicationCodeableConcept": {"text": "Metformin 500 mg"},
        "subject": SUBJECT,
        "dosage": [{"text": "1 tablett morgon och kväll"}],
        **more,
    }


def communication(logical: str = "k1", **more: Any) -> Json:
    return {
        "resourceType": "Communication",
        "id": logical,
        "status": "completed",
        "subject": SUBJECT,
        "recipient": [SUBJECT],
        "topic": {"text": "Din nya tid"},
        "sent": "2026-11-20T08:15:00+01:00",
        "received": "2026-11-20T08:16:00+01:00",
        "payload": [{"contentString": "Vi ses på tisdag."}],
        **more,
    }


def medication_request(logical: str = "r1", **more: Any) -> Json:
    return {
        "resourceType": "MedicationRequest",
        "id": logical,
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"text": "Alvedon"},
        "subject": SUBJECT,
        **more,
    }


def device_use(logical: str = "d1", **more: Any) -> Json:
    return {
        "resourceType": "DeviceUseStatement",
        "id": logical,
        "status": "active",
        "subject": SUBJECT,
        "device": {"display": "Trygghetslarm"},
        **more,
    }


def device_request(logical: str = "b1", **more: Any) -> Json:
    return {
        "resourceType": "DeviceRequest",
        "id": logical,
        "status": "active",
        "intent": "order",
        "codeCodeableConcept": {"text": "Rullator"},
        "subject": SUBJECT,
        **more,
    }


def supply_request(logical: str = "u1", **more: Any) -> Json:
    return {
        "resourceType": "SupplyRequest",
        "id": logical,
        "status": "active",
        "itemCodeableConcept": {"text": "Inkontinensskydd"},
        "quantity": {"value": 120, "unit": "stycken"},
        "authoredOn": "2026-10-16",
        "deliverTo": SUBJECT,
        **more,
    }


def document(logical: str = "f1", **more: Any) -> Json:
    system = "https://fhir.inera.se/CodeSystem/typeofcareplan-cs"
    return {
        "resourceType": "DocumentReference",
        "id": logical,
        "status": "current",
        "type": {"coding": [{"system": system, "code": "VP"}]},
        "description": "Vårdplan diabetes",
        "subject": SUBJECT,
        "content": [{"attachment": {"contentType": "text/plain", "data": "SGVq"}}],
        **more,
    }


def adapter(**more: Any) -> Adapter:
    raw = {"key": "kommun", "kind": "fhir", "name": "Kommunen", "base_url": BASE, **more}
    return Adapter(Settings.model_validate(raw), clock=lambda: NOW)


def ask(information: type[Item], subject: PersonId = PERSON) -> Ask:
    return Ask(information, subject, PERIOD, NOW, "c0ffee")


def converse(source: Adapter, question: Ask, server: Server) -> tuple[Heard, list[Request]]:
    """Drive a conversation; a SourceFailed that the server returns is thrown, as the wire does."""
    sent: list[Request] = []
    conversation = source.ask(question)
    try:
        request = next(conversation)
        while True:
            sent.append(request)
            said = server(request)
            thrown = isinstance(said, SourceFailed)
            request = conversation.throw(said) if thrown else conversation.send(said)
    except StopIteration as end:
        return end.value, sent


def script(*answers: Response | SourceFailed) -> Server:
    """The answers in turn, whatever is asked."""
    left: Iterator[Response | SourceFailed] = iter(answers)
    return lambda _request: next(left)
