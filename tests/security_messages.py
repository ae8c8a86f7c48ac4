"""Answers of the security services for tests, and the situation of somebody who asks them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from stodtjanster.audit import AuditEvent, EventKind
from stodtjanster.model import (
    Actor,
    ActorKind,
    Commission,
    HsaId,
    PersonId,
    Place,
    Side,
    Situation,
    Subject,
)
from stodtjanster.security import blocks, consents, log, relations
from stodtjanster.security.kit import Accessing, Settings
from stodtjanster.sources.kit.rivta import Contract
from stodtjanster.sources.kit.source import Request, Response

NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
BIRGITTA = PersonId.parse("190001019801")
NURSE = PersonId.parse("199001012385")
EMPLOYEE = HsaId("TSTNMT2321000156-LEEK")
SYSTEM = HsaId("TSTNMT2321000156-PORT")
OWN = Place(HsaId("TSTNMT2321000156-RNVG"), HsaId("TSTNMT2321000156-BJOR"))
CLINIC = Place(OWN.provider, HsaId("TSTNMT2321000156-PSYK"))
ELSEWHERE = Place(HsaId("TSTNMT2321000156-RSVG"), HsaId("TSTNMT2321000156-SYNC"))
READER = Accessing(EMPLOYEE, OWN)
SETTINGS = Settings(
    key="sparr",
    name="Spärr",
    url="https://127.0.0.1:9/vp/{operation}/4",
    consumer_hsa_id=SYSTEM.value,
)

CHECKS: Mapping[str, Contract] = {
    "relation": relations.CHECK,
    "consent": consents.CHECK,
    "blocks": blocks.CHECK,
}


def situation(**changes: Any) -> Situation:
    """A nurse at Björkbacken who wants to read about Birgitta."""
    commission = Commission(
        "VARD_OCH_BEHANDLING", ("Läsa;alla;SJF",), OWN, date(2026, 1, 1), date(2026, 12, 31)
    )
    actor = {
        "kind": ActorKind.STAFF,
        "person": NURSE,
        "loa": "loa3",
        "hsa_id": EMPLOYEE,
        "role": "sjukskoterska",
        "side": Side.VARD,
        "place": OWN,
        "commission": commission,
    }
    subject = changes.pop("subject", Subject(BIRGITTA))
    return Situation(Actor(**{**actor, **changes}), subject, "sv", NOW)


def disclosure(**changes: Any) -> AuditEvent:
    """What the log says when the nurse has been let in."""
    return AuditEvent(
        **{
            "event": EventKind.DISCLOSURE,
            "at": NOW,
            "actor": NURSE,
            "actor_kind": ActorKind.STAFF,
            "subject": BIRGITTA,
            "information": ("appointment", "care_plan"),
            "ground": "OWN_UNIT",
            "purpose": "Vård och behandling",
            "employee": EMPLOYEE,
            "place": OWN,
            "activity": "Läsa",
            **changes,
        }
    )


def ended(talk: Any, body: bytes, status: int = 200) -> Any:
    """What a conversation of one request ends with."""
    assert isinstance(next(talk), Request)
    try:
        talk.send(Response(status, {"content-type": "text/xml"}, body))
    except StopIteration as done:
        return done.value
    raise AssertionError("it asked again")


def answer(contract: Contract, inner: str) -> bytes:
    """A response; `c:` is the types of the contract and `r:` its own elements."""
    name = contract.response.rpartition("}")[2]
    return (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<r:{name} xmlns:r="{contract.namespace}" xmlns:c="{contract.types}">{inner}</r:{name}>'
        "</s:Body></s:Envelope>"
    ).encode()


def related(said: str = "true", code: str = "OK") -> bytes:
    result = f"<c:Result><c:ResultCode>{code}</c:ResultCode><c:ResultText/></c:Result>"
    flag = f"<c:HasPatientrelation>{said}</c:HasPatientrelation>" if said else ""
    return answer(relations.CHECK, f"<r:CheckResultType>{result}{flag}</r:CheckResultType>")


def consented(said: str = "true", kind: str = "Consent", code: str = "OK") -> bytes:
    result = f"<c:result><c:resultCode>{code}</c:resultCode></c:result>"
    flag = f"<c:hasConsent>{said}</c:hasConsent>" if said else ""
    kinds = f"<c:assertionType>{kind}</c:assertionType>" if kind else ""
    return answer(consents.CHECK, f"<r:checkResult>{result}{flag}{kinds}</r:checkResult>")


def checked(*rows: tuple[str, str], code: str = "OK") -> bytes:
    result = f"<c:result><c:resultCode>{code}</c:resultCode></c:result>"
    said = "".join(
        f"<c:checkResults><c:status>{status}</c:status><c:rowNumber>{number}</c:rowNumber>"
        "</c:checkResults>"
        for number, status in rows
    )
    return answer(blocks.CHECK, f"<r:checkBlocksResult>{result}{said}</r:checkBlocksResult>")


def stored(code: str = "OK") -> bytes:
    return answer(log.STORE, f"<r:result><c:resultCode>{code}</c:resultCode></r:result>")
