"""A SAML provider of a test's own, and what can be done to its answers on their way.

The provider is pysaml2, which signs with the program xmlsec1. `Forge` takes an honest answer apart,
changes it, and signs it again with the provider's own key where the lie is the provider's.
"""

from __future__ import annotations

import shutil
from base64 import b64decode, b64encode
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
import xmlsec
from lxml import etree

from portal.identity.refusal import LoginRefused
from portal.identity.saml import Addresses, Proof, SamlBeginning, SamlProvider
from portal.identity.settings import SamlSettings
from sandbox.ca import Pair
from sandbox.people import load_people
from sandbox.people.employees import Employee, load_employees
from sandbox.siths.idp import HIGH, Answer, Asked, Idp, Shape
from sandbox.siths.keys import SamlKeys, saml_keys

BASE = "https://portalen.example/personal/saml/siths"
ADDRESSES = Addresses(f"{BASE}/svar", f"{BASE}/utloggning", f"{BASE}/metadata")
SITE = "http://idp.sithis.localhost:9406"
NS = {
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}
EMPLOYEES = {each.key: each for each in load_employees(load_people())}
AMINA: Employee = EMPLOYEES["amina"]

Edit = Callable[[etree._Element], None]


def need_xmlsec1() -> None:
    if shutil.which("xmlsec1") is None:
        pytest.skip("the program xmlsec1 is absent: the sandbox has no SITHS")


class Clock:
    def __init__(self) -> None:
        self.moved = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.moved


@dataclass
class World:
    """A provider, and how the portal sees it."""

    folder: Path
    keys: SamlKeys
    idp: Idp
    clock: Clock = field(default_factory=Clock)
    sp: SamlProvider = field(init=False)

    def settings(self, **changes: object) -> SamlSettings:
        published = self.folder / "idp.xml"
        if not published.exists():
            published.write_bytes(self.idp.metadata(self.keys.second.certificate))
        known = {
            "title": "test-SITHS",
            "entity_id": self.idp.entity_id,
            "metadata_file": published,
            "metadata_signers": (self.keys.federation.certificate,),
            "site": SITE,
            "certificate": self.keys.portal.certificate,
            "private_key": self.keys.portal.key,
            "next_certificate": self.keys.portal_next.certificate,
            "next_private_key": self.keys.portal_next.key,
        }
        return SamlSettings(**(known | changes))

    def portal(self, **changes: object) -> SamlProvider:
        with httpx.Client() as http:
            return SamlProvider(self.settings(**changes), http, self.clock, ADDRESSES)

    def ask(self, sp: SamlProvider | None = None) -> tuple[SamlBeginning, Asked]:
        beginning = (sp or self.sp).begin("/sv/personal/", "sv")
        return beginning, self.idp.asked(dict(parse_qsl(urlsplit(beginning.url).query)))

    def answer(self, asked: Asked, shape: Shape | None = None, level: str = HIGH) -> Answer:
        return self.idp.answer(asked, AMINA, level, shape or Shape())


def made_world(folder: Path) -> World:
    """A provider that knows the portal's metadata, and a portal that knows the provider's."""
    need_xmlsec1()
    keys = saml_keys(folder)
    idp = Idp(SITE, keys.first, keys.federation, folder)
    world = World(folder, keys, idp)
    world.sp = world.portal()
    local = world.sp.metadata().replace(b"portalen.example", b"localhost")
    assert idp.register(local)
    # The address is only one of this machine because the sandbox takes no other.
    idp._services = {world.sp.entity_id: world.sp.metadata().decode()}
    idp._server = idp._made()
    return world


def opened(message: str) -> etree._Element:
    return etree.fromstring(b64decode(message))


def closed(root: etree._Element) -> str:
    return b64encode(etree.tostring(root)).decode()


def edited(message: str, edit: Edit) -> str:
    """Changed on its way: what was signed stays signed as it was."""
    root = opened(message)
    edit(root)
    return closed(root)


def forged(message: str, edit: Edit, pair: Pair) -> str:
    """Changed by whoever has the key: every signature is made anew with `pair`, inside out."""
    root = opened(message)
    edit(root)
    for name in ("saml:Assertion", "."):
        element = root if name == "." else root.find(name, NS)
        signature = None if element is None else element.find("ds:Signature", NS)
        if signature is not None:
            _resign(element, signature, pair)
    return closed(root)


def _resign(element: etree._Element, signature: etree._Element, pair: Pair) -> None:
    context = xmlsec.SignatureContext()
    context.register_id(element, "ID")
    context.key = xmlsec.Key.from_file(str(pair.key), xmlsec.constants.KeyDataFormatPem)
    reference = signature.find("ds:SignedInfo/ds:Reference", NS)
    reference.set("URI", f"#{element.get('ID')}")
    for empty in ("ds:SignatureValue", "ds:SignedInfo/ds:Reference/ds:DigestValue"):
        signature.find(empty, NS).text = None
    context.sign(signature)


def the(root: etree._Element, path: str) -> etree._Element:
    found = root.find(path, NS)
    assert found is not None, path
    return found


def attribute(root: etree._Element, name: str) -> etree._Element:
    return next(
        each.find("saml:AttributeValue", NS)
        for each in root.iterfind(".//saml:Attribute", NS)
        if each.get("Name", "").endswith(name)
    )


def judged(sp: SamlProvider, beginning: SamlBeginning, message: str) -> Proof | str:
    """The proof, or the reason of the refusal."""
    try:
        return sp.finish(beginning.transaction, message, beginning.transaction.relay)
    except LoginRefused as refusal:
        return refusal.reason.value


def wrapped(root: etree._Element, how: str) -> None:
    """The known ways to show one assertion to the signature and another to the reader."""
    honest = the(root, "saml:Assertion")
    evil = deepcopy(honest)
    evil.remove(the(evil, "ds:Signature"))
    attribute(evil, "employeeHsaId").text = "TSTNMT2321000156-LEEK"
    evil.set("ID", honest.get("ID") if how == "same-id" else "_evil")
    if how in ("first", "same-id"):
        honest.addprevious(evil)
    elif how == "last":
        honest.addnext(evil)
    elif how == "object":
        signature = the(honest, "ds:Signature")
        honest.addprevious(evil)
        evil.insert(1, signature)
        etree.SubElement(signature, f"{{{NS['ds']}}}Object").append(honest)
    elif how == "extensions":
        extensions = etree.Element(f"{{{NS['samlp']}}}Extensions")
        the(root, "samlp:Status").addprevious(extensions)
        honest.addprevious(evil)
        extensions.append(honest)
    else:
        raise AssertionError(how)
