"""Jag är inte hemma: an AppointmentResponse with which the person declines a visit.

hl7.org/fhir/R4/appointmentresponse.html, the same in R5. No Swedish profile says how a municipality
takes such word (ADR 15), so only the core resource is used. The visit itself is not changed: that
is for the one who booked it.
"""

from typing import Any, Final

import orjson

from stodtjanster.information.booking import (
    ActOutcome,
    Done,
    Refused,
    ReportAbsence,
    Unknown,
    Unsent,
)
from stodtjanster.model import Cause, Told
from stodtjanster.sources.kit.act import Doing
from stodtjanster.sources.kit.fhir import bundle
from stodtjanster.sources.kit.fhir.values import SHAPE_ERRORS, Json, Unreadable, as_list, told
from stodtjanster.sources.kit.source import Request, Response, SourceFailed

RESOURCE: Final = "AppointmentResponse"
DECLINED: Final = "declined"

_SELF: Final = "Jag är inte hemma."
_AGENT: Final = "Den som besöket gäller är inte hemma. Sagt av någon som företräder personen."
_UUID: Final = "urn:ietf:rfc:3986"
_TAKEN: Final = frozenset({200, 201, 202})
_REFUSED: Final = frozenset({400, 404, 405, 409, 410, 412, 415, 422})
_NOT_LET_IN: Final = frozenset({401, 403})
_GRAVE: Final = frozenset({"error", "fatal"})


def absence(base: str, act: ReportAbsence, doing: Doing, system: str, version: str) -> Request:
    """What is sent. `system` is that of the person's number, `version` the FHIR release's.

    The person is named by number and not by the source's own id: the number is in the body, as it
    is when the source is searched. The identifier is new, so that the source knows a double.
    """
    media = f"application/fhir+json; fhirVersion={version}"
    response = {
        "resourceType": RESOURCE,
        "identifier": [{"system": _UUID, "value": f"urn:uuid:{doing.correlation}"}],
        "appointment": {"reference": act.booking.origin.record},
        "actor": {
            "type": "Patient",
            "identifier": {"system": system, "value": doing.subject.value},
        },
        "participantStatus": DECLINED,
        "comment": _AGENT if doing.agent else _SELF,
    }
    # What the source says of it is for the person to read: ask for that, and not for our own words.
    headers = {"Accept": media, "Content-Type": media, "Prefer": "return=OperationOutcome"}
    return Request("POST", f"{base}/{RESOURCE}", headers, orjson.dumps(response))


def read_answer(response: Response, longest: int, language: str) -> ActOutcome:
    """What came of it. Raises SourceFailed when that cannot be told.

    An error that is the asker's (4xx) says that nothing was done; any other may have come after it
    was. Of an outcome, `details.text` is for people; `diagnostics` never goes on.
    """
    status = response.status
    if status in _NOT_LET_IN:
        return Unsent(Cause.DENIED)
    if status in _REFUSED:
        return Refused(_said(_readable(response.body, longest), language))
    if status not in _TAKEN:
        return Unknown(bundle.failed(response, longest).cause)
    if not response.body:
        return Done()
    said = bundle.loads(response.body, longest)
    kind = said.get("resourceType") if isinstance(said, dict) else None
    if kind == RESOURCE:
        return Done()
    if kind != "OperationOutcome":
        raise SourceFailed(Cause.UNREADABLE, "neither the response nor an outcome")
    if _is_grave(said):
        return Unknown(Cause.FAULT)
    text = _said(said, language)
    return Done(text, info=text is not None)


def _readable(body: bytes, longest: int) -> Any:
    try:
        return bundle.loads(body, longest)
    except SourceFailed:
        return None


def _is_grave(outcome: Json) -> bool:
    try:
        issues = as_list(outcome.get("issue"))
        return any(issue.get("severity") in _GRAVE for issue in issues)
    except SHAPE_ERRORS:
        return True


def _said(outcome: Any, language: str) -> Told | None:
    """The words of the first issue that has any."""
    if not isinstance(outcome, dict) or outcome.get("resourceType") != "OperationOutcome":
        return None
    try:
        for issue in as_list(outcome.get("issue")):
            text = (issue.get("details") or {}).get("text")
            if text is not None:
                return told(text, language)
    except (Unreadable, *SHAPE_ERRORS):
        return None
    return None
