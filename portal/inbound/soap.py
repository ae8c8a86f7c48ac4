"""SOAP 1.1 from the serving side: one message in, one answer or fault out."""

from dataclasses import dataclass
from typing import Final

from lxml import etree

from stodtjanster.model import Cause
from stodtjanster.sources.kit.soap import Addressing
from stodtjanster.sources.kit.source import SourceFailed
from stodtjanster.sources.kit.xml import parse

_SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
_ENVELOPE: Final = f"{{{_SOAP}}}Envelope"
_HEADER: Final = f"{{{_SOAP}}}Header"
_BODY: Final = f"{{{_SOAP}}}Body"
_MUST: Final = f"{{{_SOAP}}}mustUnderstand"
_ACTOR: Final = f"{{{_SOAP}}}actor"
_UNDERSTOOD: Final = frozenset({*map(str, Addressing), "{urn:riv:interoperability:headers:1}Actor"})
_OK: Final = 200
_FAULTED: Final = 500


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP status and the bytes of an envelope."""

    status: int
    body: bytes


class Fault(Exception):  # noqa: N818 - SOAP's word
    """What went wrong, without a value from the message.

    `side` is Client when the same message will be refused again, Server when it may be sent again,
    or another of the four codes of SOAP 1.1. `detail` is the contract's own element, if it has one.
    """

    def __init__(self, side: str, told: str, detail: etree._Element | None = None) -> None:
        super().__init__(told)
        self.side = side
        self.told = told
        self.detail = detail


def content_of(body: bytes) -> etree._Element:
    """The one element in Body. Raises Fault."""
    try:
        root = parse(body)
    except SourceFailed as failed:
        too_large = failed.cause is Cause.TOO_LARGE
        raise Fault("Client", "too large" if too_large else failed.detail) from None
    if root.tag != _ENVELOPE:
        known = etree.QName(root).localname == "Envelope"
        raise Fault("VersionMismatch" if known else "Client", "not a SOAP 1.1 envelope")
    headers = root.findall(_HEADER)
    bodies = root.findall(_BODY)
    if len(headers) > 1 or len(bodies) != 1 or [*headers, *bodies] != list(root):
        raise Fault("Client", "an envelope has at most one Header and then one Body")
    for block in (block for header in headers for block in header):
        _understand(block)
    if len(bodies[0]) != 1:
        raise Fault("Client", "one element is needed in Body")
    return bodies[0][0]


def _understand(block: etree._Element) -> None:
    for_us = _ACTOR not in block.attrib
    if block.get(_MUST) in ("1", "true") and for_us and block.tag not in _UNDERSTOOD:
        raise Fault("MustUnderstand", "a header that is not known here must be understood")


def answer(content: etree._Element) -> Reply:
    return Reply(_OK, _enveloped(content))


def refusal(fault: Fault) -> Reply:
    """WS-I BP 1.1: HTTP 500 for every fault. The parts are those of the tjänsteplattform."""
    element = etree.Element(f"{{{_SOAP}}}Fault", nsmap={"soap": _SOAP})
    etree.SubElement(element, "faultcode").text = f"soap:{fault.side}"
    etree.SubElement(element, "faultstring").text = fault.told
    if fault.detail is not None:
        etree.SubElement(element, "detail").append(fault.detail)
    return Reply(_FAULTED, _enveloped(element))


def _enveloped(content: etree._Element) -> bytes:
    root = etree.Element(_ENVELOPE, nsmap={"soap": _SOAP})
    etree.SubElement(root, _BODY).append(content)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
