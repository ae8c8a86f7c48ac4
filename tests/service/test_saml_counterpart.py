"""Another pysaml2 than the sandbox's, set up as Sweden Connect's profile says.

Response signed, the whole assertion encrypted and not signed itself, the attribute names of the
registry, the level of Sweden Connect (Deployment Profile for the Swedish eID Framework, 6.1, 6.2).
It is configured here from pysaml2's own manual and shares nothing with the sandbox's provider but
the library; its metadata is a file that was put there.
"""

from __future__ import annotations

import shutil
from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from lxml import etree

import sandbox.siths  # noqa: F401 - stills a warning of pysaml2's imports
from portal.identity.refusal import LoginRefused
from portal.identity.saml import Addresses, SamlProvider
from portal.identity.settings import LOA3, SamlSettings, StaffNames
from sandbox.ca import Pair
from sandbox.siths.idp import _Gcm
from sandbox.siths.keys import make_pair
from tests.service.saml_forging import edited, need_xmlsec1, opened

IDP = "https://idp.sweden.example/saml2"
OWN = "https://portalen.example/personal/saml/sc"
OID = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
NAMES = StaffNames(
    hsa_id="urn:oid:1.2.752.29.6.2.1",
    person="urn:oid:1.2.752.29.4.13",
    given_name="urn:oid:2.5.4.42",
    family_name="urn:oid:2.5.4.4",
    commissions="urn:allCommissions",
    system_roles="http://sambi.se/attributes/1/systemRole",
)
LOCAL = {
    "employeeHsaId": NAMES.hsa_id,
    "personalIdentityNumber": NAMES.person,
    "givenName": NAMES.given_name,
    "sn": NAMES.family_name,
}
SAID = {
    "employeeHsaId": ["TSTNMT2321000156-KAST"],
    "personalIdentityNumber": ["189001039800"],
    "givenName": ["Karin"],
    "sn": ["Ståhl"],
}


class Counterpart:
    def __init__(self, folder: Path) -> None:
        from saml2.config import IdPConfig
        from saml2.metadata import entity_descriptor

        self.folder = folder
        self.pair = Pair(folder / "idp.pem", folder / "idp.key")
        self.own = Pair(folder / "sp.pem", folder / "sp.key")
        make_pair(self.pair, "counterpart")
        make_pair(self.own, "portal")
        maps = folder / "maps"
        maps.mkdir()
        fro = {name: key for key, name in LOCAL.items()}
        (maps / "sc.py").write_text(f"MAP = {{'identifier': {OID!r}, 'fro': {fro}, 'to': {LOCAL}}}")
        self.config: dict[str, Any] = {
            "entityid": IDP,
            "xmlsec_binary": shutil.which("xmlsec1"),
            "key_file": str(self.pair.key),
            "cert_file": str(self.pair.certificate),
            "attribute_map_dir": str(maps),
            "service": {
                "idp": {
                    "endpoints": {
                        "single_sign_on_service": [
                            (f"{IDP}/sso", "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect")
                        ]
                    },
                    "sign_response": True,
                    "sign_assertion": False,
                    "encrypt_assertion": True,
                    "want_authn_requests_signed": True,
                    "policy": {"default": {"name_form": OID, "lifetime": {"minutes": 5}}},
                }
            },
        }
        metadata = entity_descriptor(IdPConfig().load(dict(self.config)))
        self.metadata = folder / "idp.xml"
        self.metadata.write_text(str(metadata), "utf-8")

    def knows(self, metadata: bytes) -> None:
        from saml2.config import IdPConfig
        from saml2.server import Server

        config = IdPConfig().load(self.config | {"metadata": {"inline": [metadata.decode()]}})
        config.setattr("idp", "attribute_converters", config.attribute_converters)
        self.server = Server(config=config)
        self.server.sec.crypto = _Gcm(self.server.sec.crypto.xmlsec)

    def answers(self, url: str, level: str = LOA3) -> str:
        query = dict(parse_qsl(urlsplit(url).query))
        request = self.server.parse_authn_request(
            query["SAMLRequest"],
            "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect",
            relay_state=query["RelayState"],
            sigalg=query["SigAlg"],
            signature=query["Signature"],
        )
        place = self.server.response_args(
            request.message, ["urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"]
        )
        response = self.server.create_authn_response(
            SAID,
            userid="karin",
            authn={"class_ref": level, "authn_auth": IDP},
            sign_alg="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            digest_alg="http://www.w3.org/2001/04/xmlenc#sha256",
            **place,
        )
        form = self.server.apply_binding(
            "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
            str(response),
            place["destination"],
            query["RelayState"],
            response=True,
        )
        found = etree.HTML(form["data"]).find(".//input[@name='SAMLResponse']")
        return str(found.get("value"))


@pytest.fixture(scope="module")
def counterpart(tmp_path_factory: pytest.TempPathFactory) -> Counterpart:
    need_xmlsec1()
    return Counterpart(tmp_path_factory.mktemp("counterpart"))


@pytest.fixture
def sp(counterpart: Counterpart) -> Iterator[SamlProvider]:
    settings = SamlSettings(
        title="Sweden Connect",
        entity_id=IDP,
        metadata_file=counterpart.metadata,
        site="https://idp.sweden.example",
        certificate=counterpart.own.certificate,
        private_key=counterpart.own.key,
        levels=(LOA3,),
        names=NAMES,
        assertion_signed=False,
        response_signed=True,
        encrypted=True,
    )
    own = Addresses(f"{OWN}/svar", f"{OWN}/utloggning", f"{OWN}/metadata")
    with httpx.Client() as http:
        made = SamlProvider(settings, http, lambda: datetime.now(UTC), own)
        counterpart.knows(made.metadata())
        yield made


def test_somebody_logs_in_by_the_profile(counterpart: Counterpart, sp: SamlProvider) -> None:
    beginning = sp.begin("/sv/personal/", "sv")
    message = counterpart.answers(beginning.url)
    root = opened(message)
    assert root.find("{*}EncryptedAssertion") is not None
    assert root.find("{*}Assertion") is None
    assert b"Karin" not in b64decode(message)
    proof = sp.finish(beginning.transaction, message, beginning.transaction.relay)
    identity = proof.identity
    assert identity.hsa_id.value == "TSTNMT2321000156-KAST"
    assert identity.person.value == "189001039800"
    assert identity.name == "Karin Ståhl"
    assert identity.loa == "loa3"
    assert identity.commissions == ()


def test_a_changed_ciphertext_is_refused(counterpart: Counterpart, sp: SamlProvider) -> None:
    beginning = sp.begin("/sv/personal/", "sv")

    def change(root: Any) -> None:
        found = list(root.iter("{*}CipherValue"))[-1]
        text = "".join(found.text.split())
        found.text = text[:40] + ("A" if text[40] != "A" else "B") + text[41:]

    message = edited(counterpart.answers(beginning.url), change)
    with pytest.raises(LoginRefused, match="bad-signature"):
        sp.finish(beginning.transaction, message, beginning.transaction.relay)


@pytest.mark.parametrize(
    "level",
    [
        "http://id.elegnamnden.se/loa/1.0/loa2",
        "http://id.swedenconnect.se/loa/1.0/uncertified-loa3",
        "http://id.sambi.se/loa/loa3",
    ],
)
def test_another_level_than_those_agreed_is_refused(
    counterpart: Counterpart, sp: SamlProvider, level: str
) -> None:
    beginning = sp.begin("/sv/personal/", "sv")
    message = counterpart.answers(beginning.url, level)
    with pytest.raises(LoginRefused, match="level-too-low"):
        sp.finish(beginning.transaction, message, beginning.transaction.relay)


def test_what_another_provider_says_is_refused(
    counterpart: Counterpart, sp: SamlProvider, tmp_path: Path
) -> None:
    """The other's own key, and our provider's name."""
    beginning = sp.begin("/sv/personal/", "sv")
    other = Counterpart(tmp_path)
    other.knows(sp.metadata())
    with pytest.raises(LoginRefused, match="bad-signature"):
        sp.finish(beginning.transaction, other.answers(beginning.url), beginning.transaction.relay)
