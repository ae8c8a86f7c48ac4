"""What a SAML identity provider publishes about itself, and when that may be believed.

The keys that an assertion is signed with are taken from here and from nowhere else: never from the
message. So what is read here is signed by somebody whom we have been told to trust, is in force,
and says itself until when (SAML 2.0 Metadata 2.3, 4.3; Sweden Connect Deployment Profile 2.1).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import xmlsec
from lxml import etree

from portal.identity.refusal import LoginRefusal, LoginRefused
from portal.identity.settings import browser_url

MD: Final = "urn:oasis:names:tc:SAML:2.0:metadata"
DS: Final = "http://www.w3.org/2000/09/xmldsig#"
REDIRECT: Final = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
_SAML_2: Final = "urn:oasis:names:tc:SAML:2.0:protocol"
_LONGEST_BELIEF: Final = timedelta(days=30)
_TRANSFORMS: Final = frozenset(
    {f"{DS}enveloped-signature", "http://www.w3.org/2001/10/xml-exc-c14n#"}
)
_DIGESTS: Final = frozenset(
    {f"http://www.w3.org/2001/04/xmlenc#sha{bits}" for bits in (256, 512)}
    | {"http://www.w3.org/2001/04/xmldsig-more#sha384"}
)
SIGNATURES: Final = frozenset(
    f"http://www.w3.org/2001/04/xmldsig-more#{kind}-sha{bits}"
    for kind in ("rsa", "ecdsa")
    for bits in (256, 384, 512)
)
_NS: Final = {"md": MD, "ds": DS}


@dataclass(frozen=True, slots=True)
class IdpMetadata:
    """A provider as its metadata has it: addresses for the Redirect binding, and the certificates
    (base64 DER) that its signatures may be made with. `valid_until` is None for a file without."""

    entity_id: str
    sso: str
    slo: str | None
    slo_response: str | None
    certificates: tuple[str, ...]
    valid_until: datetime | None


def parse_xml(text: bytes) -> etree._Element:
    """Parse a message that may be hostile: nothing is fetched or expanded, and what no message of
    ours needs (a DTD, comments, processing instructions) is not let through.

    A comment does not change a signature, and may cut a value in two. Raises LoginRefused.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise LoginRefused(LoginRefusal.MALFORMED) from None
    doctype = root.getroottree().docinfo.doctype  # type: ignore[union-attr]  # stubs
    alone = root.getprevious() is None and root.getnext() is None
    if doctype or not alone or not is_plain(root):
        raise LoginRefused(LoginRefusal.MALFORMED)
    return root


def is_plain(element: etree._Element) -> bool:
    """Elements and text only."""
    return all(isinstance(each.tag, str) for each in element.iter())


def read_metadata(
    text: bytes, entity_id: str, *, signers: Sequence[bytes], now: datetime
) -> IdpMetadata:
    """Find a provider in its own metadata or in a federation's.

    With `signers` (PEM certificates) the whole must be signed by one of them, and say until when
    it holds: signed words without an end could be put back for ever. Raises LoginRefused.
    """
    root = parse_xml(text)
    if signers:
        _require_signature(root, signers)
    found = [
        entity
        for entity in root.iter(f"{{{MD}}}EntityDescriptor")
        if entity.get("entityID") == entity_id
    ]
    if len(found) != 1:
        raise LoginRefused(LoginRefusal.WRONG_ISSUER)
    role = _role(found[0])
    limits = [*found[0].iterancestors(), found[0], role]
    valid_until = _earliest(limits)
    if signers and (valid_until is None or valid_until > now + _LONGEST_BELIEF):
        raise LoginRefused(LoginRefusal.UNTRUSTED_METADATA)
    if valid_until is not None and valid_until <= now:
        raise LoginRefused(LoginRefusal.UNTRUSTED_METADATA)
    sso = _address(role, "SingleSignOnService")
    certificates = tuple(_certificates(role))
    if sso is None or not certificates:
        raise LoginRefused(LoginRefusal.MALFORMED)
    return IdpMetadata(
        entity_id=entity_id,
        sso=sso,
        slo=_address(role, "SingleLogoutService"),
        slo_response=_address(role, "SingleLogoutService", "ResponseLocation"),
        certificates=certificates,
        valid_until=valid_until,
    )


def _require_signature(root: etree._Element, signers: Iterable[bytes]) -> None:
    """The root itself must be signed, all of it, once, and by one of `signers`."""
    signatures = root.findall("ds:Signature", _NS)
    if len(signatures) != 1 or not _covers(signatures[0], root):
        raise LoginRefused(LoginRefusal.UNTRUSTED_METADATA)
    if not any(_verifies(signatures[0], certificate) for certificate in signers):
        raise LoginRefused(LoginRefusal.UNTRUSTED_METADATA)


def _covers(signature: etree._Element, root: etree._Element) -> bool:
    """One reference, to the root and nothing else, by algorithms that hold."""
    references = signature.findall("ds:SignedInfo/ds:Reference", _NS)
    if len(references) != 1 or references[0].get("URI") not in ("", f"#{root.get('ID')}"):
        return False
    ids = [each.get("ID") for each in root.iter() if each.get("ID") is not None]
    if len(ids) != len(set(ids)):
        return False
    used = {
        name: {each.get("Algorithm", "") for each in signature.iterfind(f".//ds:{name}", _NS)}
        for name in ("Transform", "DigestMethod", "SignatureMethod")
    }
    return (
        used["Transform"] <= _TRANSFORMS
        and used["DigestMethod"] <= _DIGESTS
        and used["SignatureMethod"] <= SIGNATURES
    )


def _verifies(signature: etree._Element, certificate: bytes) -> bool:
    context = xmlsec.SignatureContext()
    root = signature.getparent()
    assert root is not None
    try:
        context.register_id(root, "ID")
        context.key = xmlsec.Key.from_memory(certificate, xmlsec.constants.KeyDataFormatCertPem)
        context.verify(signature)
    except xmlsec.Error:
        return False
    return True


def _role(entity: etree._Element) -> etree._Element:
    roles = [
        role
        for role in entity.findall("md:IDPSSODescriptor", _NS)
        if _SAML_2 in role.get("protocolSupportEnumeration", "").split()
    ]
    if len(roles) != 1:
        raise LoginRefused(LoginRefusal.MALFORMED)
    return roles[0]


def _earliest(elements: Iterable[etree._Element]) -> datetime | None:
    said = (each.get("validUntil") for each in elements)
    return min((parse_time(text) for text in said if text is not None), default=None)


def parse_time(text: str) -> datetime:
    """An xs:dateTime of SAML, which is in UTC (SAML 2.0 Core 1.3.3). Raises LoginRefused."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise LoginRefused(LoginRefusal.MALFORMED) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _address(role: etree._Element, service: str, attribute: str = "Location") -> str | None:
    """Where the provider takes messages by redirect; None where it says nothing of it."""
    for each in role.findall(f"md:{service}", _NS):
        if each.get("Binding") == REDIRECT and (said := each.get(attribute)) is not None:
            try:
                return browser_url(said)
            except ValueError:
                raise LoginRefused(LoginRefusal.MALFORMED) from None
    return None


def _certificates(role: etree._Element) -> Iterable[str]:
    for descriptor in role.findall("md:KeyDescriptor", _NS):
        if descriptor.get("use", "signing") == "signing":
            for each in descriptor.iterfind(".//ds:X509Certificate", _NS):
                yield "".join((each.text or "").split())
