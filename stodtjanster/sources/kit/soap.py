"""SOAP 1.1 as RIV-TA uses it: one envelope out, one envelope or a fault back (rivta.md 1-2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lxml import etree

from stodtjanster.model import Cause, HsaId, PersonId
from stodtjanster.sources.kit.platform_faults import platform_fault
from stodtjanster.sources.kit.source import Response, SourceFailed
from stodtjanster.sources.kit.xml import local_name, parse

_SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
_HEADERS: Final = "urn:riv:interoperability:headers:1"
_ENVELOPE: Final = f"{{{_SOAP}}}Envelope"
_HEADER: Final = f"{{{_SOAP}}}Header"
_BODY: Final = f"{{{_SOAP}}}Body"
_FAULT: Final = f"{{{_SOAP}}}Fault"
PROCESSING_STATUS: Final = f"{{{_HEADERS}}}ProcessingStatus"

_OK: Final = 200
_FAULTED: Final = 500
_BY_STATUS: Final = {
    401: Cause.DENIED,
    403: Cause.DENIED,
    408: Cause.TIMEOUT,
    413: Cause.TOO_LARGE,
    504: Cause.TIMEOUT,
}

_SOAP_CODES: Final = frozenset({"client", "server", "versionmismatch", "mustunderstand"})


class Addressing(StrEnum):
    """The header element that holds the logical address, by profile."""

    RIVTABP20 = "{http://www.w3.org/2005/08/addressing}To"
    RIVTABP21 = "{urn:riv:itintegration:registry:1}LogicalAddress"


class Faulted(SourceFailed):
    """A SOAP fault. `names` are the qualified names of what its detail holds."""

    def __init__(self, cause: Cause, detail: str, names: frozenset[str]) -> None:
        super().__init__(cause, detail)
        self.names = names


@dataclass(frozen=True, slots=True)
class Message:
    """The response element, and the ProcessingStatus headers that stood above it."""

    content: etree._Element
    statuses: tuple[etree._Element, ...] = ()


def envelope(
    content: etree._Element,
    *,
    logical_address: str,
    actor: PersonId | HsaId | None,
    agent: bool = False,
    addressing: Addressing = Addressing.RIVTABP21,
) -> bytes:
    """A request. `actor` is who asks; crm:scheduling 1.1 demands it (TKB).

    `agent` says that the actor asks for somebody else. The contract knows no employees: one is an
    agent there, under their HSA-id.
    """
    root = etree.Element(_ENVELOPE, nsmap={"soapenv": _SOAP})
    header = etree.SubElement(root, _HEADER)
    etree.SubElement(header, addressing).text = logical_address
    if actor is not None:
        block = etree.SubElement(header, f"{{{_HEADERS}}}Actor")
        etree.SubElement(block, f"{{{_HEADERS}}}actorId").text = actor.value
        kind = "subject_of_care_agent" if agent else "subject_of_care"
        etree.SubElement(block, f"{{{_HEADERS}}}actorType").text = kind
    etree.SubElement(root, _BODY).append(content)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def http_headers(*, action: str, consumer: str, correlation: str) -> dict[str, str]:
    """The HTTP headers that every call carries (rivta.md 1)."""
    return {
        "Content-Type": "text/xml; charset=UTF-8",
        "SOAPAction": f'"{action}"',
        "x-rivta-original-serviceconsumer-hsaid": consumer,
        "x-skltp-correlation-id": correlation,
    }


def body_of(response: Response) -> bytes:
    """The bytes of an answer that is worth reading.

    Faults come with status 500 (WS-I BP 1.1). Raises SourceFailed for them and for every other
    status than 200; the detail is the platform's code or the status, never the fault's own text.
    """
    if response.status == _OK:
        return response.body
    status = f"HTTP {response.status}"
    if response.status == _FAULTED:
        try:
            root = parse(response.body)
        except SourceFailed:
            raise SourceFailed(Cause.FAULT, status) from None
        fault = next(root.iter(_FAULT), None)
        raise SourceFailed(Cause.FAULT, status) if fault is None else failure(fault)
    raise SourceFailed(_BY_STATUS.get(response.status, Cause.FAULT), status)


def open_message(body: bytes, *expected: str) -> Message:
    """Read an envelope, or a response element without one.

    `expected` are the qualified names that the response may have. Raises SourceFailed: the fault's
    cause, or UNREADABLE.
    """
    root = parse(body)
    if root.tag in expected:
        return Message(root)
    if root.tag == _FAULT:
        raise failure(root)
    if root.tag != _ENVELOPE:
        raise SourceFailed(Cause.UNREADABLE, "not a SOAP 1.1 envelope")
    contents: list[etree._Element] = []
    statuses: list[etree._Element] = []
    for part in root:
        if part.tag == _BODY:
            contents += part
        elif part.tag == _HEADER:
            statuses += (block for block in part if block.tag == PROCESSING_STATUS)
    if len(contents) != 1:
        raise SourceFailed(Cause.UNREADABLE, f"{len(contents)} elements in Body")
    content = contents[0]
    if content.tag == _FAULT:
        raise failure(content)
    if content.tag not in expected:
        raise SourceFailed(Cause.UNREADABLE, "another element in Body than the response asked for")
    return Message(content, tuple(statuses))


def failure(fault: etree._Element) -> Faulted:
    """What a fault means: the platform's own by their codes, FAULT for a producer's.

    NOT_CONNECTED does not say that somebody does not share this: we only ask what configuration
    says is connected, so a missing route is a failure like others. Faults of producers may hold
    personal data against the rules, so their text is never passed on.
    """
    parts = {local_name(part).lower(): part for part in fault}
    cause, detail = _meaning(parts)
    names = frozenset(part.tag for part in parts.get("detail", ()))
    return Faulted(cause, detail, names)


def _meaning(parts: Mapping[str, etree._Element]) -> tuple[Cause, str]:
    known = platform_fault(_said(parts.get("faultstring")), "".join(map(_said, parts.values())))
    if known is not None:
        return known
    code = _said(parts.get("faultcode")).strip().rpartition(":")[2].lower()
    side = code if code in _SOAP_CODES else "without a known code"
    return Cause.FAULT, f"SOAP fault {side}"


def _said(element: etree._Element | None) -> str:
    return "" if element is None else " ".join(str(part) for part in element.itertext())
