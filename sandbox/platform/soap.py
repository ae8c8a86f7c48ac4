"""SOAP 1.1 envelopes as RIV-TA Basic Profile 2.1 uses them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from lxml import etree

from sandbox.producers.kit import builder

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
REGISTRY = "urn:riv:itintegration:registry:1"
HEADERS = "urn:riv:interoperability:headers:1"

ADDRESSING = "http://www.w3.org/2005/08/addressing"
MEDIA_TYPE = "text/xml"

# The header that the logical address stands in, by RIV-TA profile.
RIVTABP20, RIVTABP21 = "RIVTABP20", "RIVTABP21"
_ADDRESS = {
    RIVTABP21: ("LogicalAddress", f"{{{REGISTRY}}}LogicalAddress"),
    RIVTABP20: ("To", f"{{{ADDRESSING}}}To"),
}

_FAULT = f"{{{ENVELOPE}}}Fault"


class UnreadableError(Exception):
    """Not a SOAP envelope that may be read."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer with an envelope, or with something that should have been one.

    `valid` is whether it follows the schema of its contract.
    """

    status: int
    body: bytes
    valid: bool = True


@dataclass(frozen=True, slots=True)
class Envelope:
    """A parsed envelope: header elements by local name, and the first Body child."""

    headers: Mapping[str, etree._Element]
    body: etree._Element

    @property
    def namespace(self) -> str:
        return etree.QName(self.body).namespace or ""

    @property
    def is_fault(self) -> bool:
        return self.body.tag == _FAULT

    @property
    def address(self) -> str:
        """The logical address in either profile's header, "" without one. It is not trimmed."""
        return self._text("LogicalAddress") or self._text("To")

    @property
    def profile(self) -> str:
        """The RIV-TA profile whose header the address stands in. Local names decide, as in VP."""
        return RIVTABP21 if self._text("LogicalAddress") else RIVTABP20

    def addressed(self, address: str, profile: str) -> Envelope:
        """The same message to another address, or in the other profile."""
        name, tag = _ADDRESS[profile]
        made = etree.Element(tag)
        made.text = address
        others = {k: v for k, v in self.headers.items() if k not in ("LogicalAddress", "To")}
        return replace(self, headers={**others, name: made})

    def actor(self, name: str) -> str:
        """What the Actor header says as actorId or actorType, "" when it does not."""
        header = self.headers.get("Actor")
        return "" if header is None else header.findtext(f"{{{HEADERS}}}{name}") or ""

    def _text(self, name: str) -> str:
        found = self.headers.get(name)
        return "" if found is None else found.text or ""


def parse(data: bytes) -> Envelope:
    """Read an envelope. DTDs, entities and the network are refused. Raises UnreadableError."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableError("not well-formed XML") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableError("a document type is not allowed")
    if root.tag != f"{{{ENVELOPE}}}Envelope":
        raise UnreadableError("not a SOAP 1.1 envelope")
    body = root.find(f"{{{ENVELOPE}}}Body")
    if body is None or len(body) == 0:
        raise UnreadableError("the body is absent or empty")
    header = root.find(f"{{{ENVELOPE}}}Header")
    headers = {} if header is None else {etree.QName(child).localname: child for child in header}
    return Envelope(headers, body[0])


def envelope(body: etree._Element, *headers: etree._Element) -> bytes:
    """An envelope in UTF-8."""
    made = etree.Element(f"{{{ENVELOPE}}}Envelope", None, {"soapenv": ENVELOPE})
    if headers:
        etree.SubElement(made, f"{{{ENVELOPE}}}Header").extend(headers)
    etree.SubElement(made, f"{{{ENVELOPE}}}Body").append(body)
    return etree.tostring(made, xml_declaration=True, encoding="UTF-8")


def fault(code: str, text: str, detail: str | etree._Element | None = None) -> Reply:
    """A SOAP fault; `code` is Client or Server. RIV-TA always sends them with HTTP 500.

    `detail` is a text, as the platform has it, or an element of the contract's own.
    """
    made = etree.Element(_FAULT, None, {"soapenv": ENVELOPE})
    # The children of a SOAP 1.1 fault have no namespace.
    etree.SubElement(made, "faultcode").text = f"soapenv:{code}"
    etree.SubElement(made, "faultstring").text = text
    if detail is not None:
        holder = etree.SubElement(made, "detail")
        if isinstance(detail, str):
            etree.SubElement(holder, "detailString").text = detail
        else:
            holder.append(detail)
    return Reply(500, envelope(made))


header = builder(HEADERS)
