"""The envelope: bytes -> Bundle page, and what a source says with an OperationOutcome.

Read by hand and not by a model, so that one bad entry costs one row (fhir.resources on a whole
Bundle gives nothing at all for an unknown resourceType).
"""

import re
from dataclasses import dataclass
from typing import Any, Final

import orjson

from stodtjanster.model import Cause
from stodtjanster.sources.kit.fhir.values import Json
from stodtjanster.sources.kit.source import Response, SourceFailed

_BOM = b"\xef\xbb\xbf"
# No set: what stands there may be anything, also what cannot be in one.
_SEARCH_TYPES = ("searchset", "collection")
_ISSUE_CODE = re.compile(r"[a-z-]{1,32}")
_HAZARDS = ("modifierExtension", "implicitRules")
_OK = 200
VERSIONS: Final = {"R4": "4.0", "R5": "5.0"}
"""The media type parameter fhirVersion (hl7.org/fhir/R4/http.html#version-parameter)."""
_VERSION = re.compile(r"fhirVersion\s*=\s*\"?(\d+\.\d+)", re.IGNORECASE)
_CAUSE_OF_STATUS: Final = {
    401: Cause.DENIED,
    403: Cause.DENIED,
    408: Cause.TIMEOUT,
    504: Cause.TIMEOUT,
}


@dataclass(frozen=True, slots=True)
class Page:
    """One Bundle. `following` is its opaque next link, `wary` that rows must be searched for
    elements that change their meaning."""

    entries: list[Any]
    following: str | None
    wary: bool


def loads(body: bytes, longest: int) -> Any:
    """JSON, or SourceFailed. orjson itself stops at 1024 levels."""
    if len(body) > longest:
        raise SourceFailed(Cause.TOO_LARGE)
    try:
        return orjson.loads(body.removeprefix(_BOM))
    except orjson.JSONDecodeError:
        raise SourceFailed(Cause.UNREADABLE, "not JSON") from None


def page(response: Response, longest: int, release: str) -> Page:
    """A search's answer. Raises SourceFailed for an error, an outcome, anything but a Bundle, or
    another release than the source was said to speak.

    The `diagnostics` of an outcome never go on: they may hold a person's number.
    """
    if response.status != _OK:
        raise failed(response, longest)
    said = _VERSION.search(response.headers.get("content-type", ""))
    if said is not None and said[1] != VERSIONS[release]:
        raise SourceFailed(Cause.UNREADABLE, f"FHIR {said[1]}, not {release}")
    whole = loads(response.body, longest)
    kind = whole.get("resourceType") if isinstance(whole, dict) else None
    if kind == "OperationOutcome":
        raise SourceFailed(Cause.FAULT, f"OperationOutcome {_issue(whole)}".strip())
    if kind != "Bundle" or whole.get("type") not in _SEARCH_TYPES:
        raise SourceFailed(Cause.UNREADABLE, "not a searchset Bundle")
    return read(whole, response.body)


def read(whole: Json, body: bytes) -> Page:
    """The page that a Bundle of any type is. `body` is what it was read from."""
    entries = whole.get("entry", [])
    links = whole.get("link", [])
    if not isinstance(entries, list) or not isinstance(links, list):
        raise SourceFailed(Cause.UNREADABLE, "Bundle.entry or Bundle.link is no list")
    return Page(entries, _following(links), is_wary(body))


def is_wary(body: bytes) -> bool:
    """False only when no row can hold a modifierExtension, which may stand at any depth.

    Looking in the bytes is far cheaper than walking every row. An escaped name would slip past
    it, so a body with escapes is walked.
    """
    # One byte is found a hundred times faster than two, and most bodies have no escape at all.
    escaped = b"\\" in body and b"\\u" in body
    return escaped or b"modifierExtension" in body


def hazard(resource: Any) -> str | None:
    """The name of an element that changes the row's meaning in a way that we do not know."""
    left = [resource]
    while left:
        node = left.pop()
        if isinstance(node, dict):
            for name in _HAZARDS:
                if node.get(name):
                    return name
            left.extend(node.values())
        elif isinstance(node, list):
            left.extend(node)
    return None


def _following(links: list[Any]) -> str | None:
    for link in links:
        if isinstance(link, dict) and link.get("relation") == "next":
            url = link.get("url")
            if not isinstance(url, str):
                raise SourceFailed(Cause.UNREADABLE, "a next link without address")
            return url
    return None


def failed(response: Response, longest: int) -> SourceFailed:
    """What an answer with an error status means.

    429 and 503 are FAULT: BUSY is kept for our own queue.
    """
    cause = _CAUSE_OF_STATUS.get(response.status, Cause.FAULT)
    try:
        whole = loads(response.body, longest)
    except SourceFailed:
        whole = None
    code = _issue(whole) if isinstance(whole, dict) else ""
    return SourceFailed(cause, f"HTTP {response.status} {code}".strip())


def _issue(outcome: Json) -> str:
    """The code of the first issue, if it looks like one of FHIR's own."""
    issues = outcome.get("issue")
    first = issues[0] if isinstance(issues, list) and issues else None
    code = first.get("code") if isinstance(first, dict) else None
    return code if isinstance(code, str) and _ISSUE_CODE.fullmatch(code) else ""


def warns(outcome: Json) -> bool:
    """An outcome among the entries says that something is missing, unless it only informs."""
    issues = outcome.get("issue")
    if not isinstance(issues, list) or not issues:
        return True
    return any(
        not isinstance(issue, dict) or issue.get("severity") != "information" for issue in issues
    )
