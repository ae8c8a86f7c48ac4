"""The SAML of the identity provider: pysaml2, without any HTTP.

Everything here runs the program xmlsec1, and so takes a while: call it from a thread.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from lxml import etree
from pydantic import BaseModel, ConfigDict
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.config import IdPConfig
from saml2.metadata import entity_descriptor, sign_entity_descriptor
from saml2.saml import NAMEID_FORMAT_TRANSIENT, NameID
from saml2.samlp import STATUS_AUTHN_FAILED
from saml2.server import Server
from saml2.sigver import CryptoBackendXmlSec1, security_context

from sandbox.ca import Pair
from sandbox.people.employees import Employee

XMLSEC = "xmlsec1"
LOW, HIGH = (f"http://id.sambi.se/loa/loa{level}" for level in (2, 3))
_SAMBI = "http://sambi.se/attributes/1/"
_URI = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
_MD = "{urn:oasis:names:tc:SAML:2.0:metadata}"
_SIGN = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
_DIGEST = "http://www.w3.org/2001/04/xmlenc#sha256"
_TRIPLE_DES = "http://www.w3.org/2001/04/xmlenc#tripledes-cbc"
_AES_GCM = "http://www.w3.org/2009/xmlenc11#aes256-gcm"
_METADATA_HOURS = 24 * 7
_INDEX = re.compile(r'SessionIndex="([^"]+)"')
_ATTRIBUTES = {
    "employeeHsaId": f"{_SAMBI}employeeHsaId",
    "personalIdentityNumber": f"{_SAMBI}personalIdentityNumber",
    "givenName": f"{_SAMBI}givenName",
    "surname": f"{_SAMBI}surname",
    "systemRole": f"{_SAMBI}systemRole",
    "allCommissions": "urn:allCommissions",
}
_MAP = """MAP = {{
    "identifier": {format!r},
    "fro": {fro!r},
    "to": {to!r},
}}
"""


class Refused(Exception):  # noqa: N818 - an outcome
    """A message that is not from a registered service, or is not signed by it."""


class Shape(BaseModel):
    """How the next answer is made; the defaults are those of Inera's IdP."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sign_assertion: bool = True
    sign_response: bool = False
    encrypt: bool = False
    gcm: bool = True
    in_response_to: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A service wants somebody logged in, at one of `levels`."""

    request_id: str
    service: str
    answer_to: str
    levels: tuple[str, ...]
    relay: str


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """What the provider remembers of a login: `name_id` and `index` are its names for it."""

    service: str
    name_id: str
    index: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A form to post: `message` is the SAMLResponse in base64, and `login` what it proves."""

    url: str
    message: str
    relay: str
    login: LoggedIn | None = None


class _Gcm(CryptoBackendXmlSec1):  # type: ignore[misc]  # pysaml2 has no types
    """pysaml2 knows no other cipher than triple DES; the Swedish profile asks for AES-GCM."""

    def encrypt_assertion(
        self,
        statement: Any,
        enc_key: str,
        template: Any,
        key_type: str = "aes-256",  # noqa: ARG002 - pysaml2's signature
        node_xpath: str | None = None,
        node_id: str | None = None,
    ) -> str:
        changed = str(template).replace(_TRIPLE_DES, _AES_GCM)
        encrypted = super().encrypt_assertion(
            statement, enc_key, changed, "aes-256", node_xpath, node_id
        )
        return cast(str, encrypted)


class Idp:
    """One identity provider. `base` is the address that browsers have it at."""

    def __init__(self, base: str, pair: Pair, federation: Pair, folder: Path) -> None:
        self.entity_id = f"{base}/metadata"
        self._base = base
        self._pair = pair
        self._federation = federation
        self._services: dict[str, str] = {}
        self._maps = folder / "attributemaps"
        self._maps.mkdir(parents=True, exist_ok=True)
        fro = {name: key for key, name in _ATTRIBUTES.items()}
        written = _MAP.format(format=_URI, fro=fro, to=_ATTRIBUTES)
        (self._maps / "sambi.py").write_text(written, "utf-8")
        self._server = self._made()

    def register(self, metadata: bytes) -> str:
        """Let a service in; returns its name. Raises Refused for what is no metadata, and for a
        service that is elsewhere than on this machine."""
        try:
            root = etree.fromstring(metadata, etree.XMLParser(resolve_entities=False))
        except etree.XMLSyntaxError:
            raise Refused from None
        places = [each.get("Location", "") for each in root.iter(f"{_MD}AssertionConsumerService")]
        if not places or any(
            urlsplit(p).hostname not in ("localhost", "127.0.0.1") for p in places
        ):
            raise Refused
        service = root.get("entityID", "")
        self._services[service] = metadata.decode()
        self._server = self._made()
        return service

    def sign_with(self, pair: Pair) -> None:
        """Change the key that messages are signed with, which changes the metadata."""
        self._pair = pair
        self._server = self._made()

    def metadata(self, *certificates: Path) -> bytes:
        """Signed by the federation. `certificates` are further ones that may sign."""
        config = self._config()
        descriptor = entity_descriptor(config)
        key = descriptor.idpsso_descriptor.key_descriptor
        descriptor.idpsso_descriptor.key_descriptor = [
            *key,
            *(_descriptor(config, path) for path in certificates),
        ]
        end = dt.datetime.now(dt.UTC) + dt.timedelta(hours=_METADATA_HOURS)
        descriptor.valid_until = end.strftime("%Y-%m-%dT%H:%M:%SZ")
        signer = security_context(_signing(config, self._federation))
        _, text = sign_entity_descriptor(
            descriptor, None, signer, sign_alg=_SIGN, digest_alg=_DIGEST
        )
        return cast(str, text).encode()

    def asked(self, query: Mapping[str, str]) -> Asked:
        """Read an AuthnRequest (Redirect binding). Raises Refused."""
        try:
            request = self._server.parse_authn_request(
                query["SAMLRequest"],
                BINDING_HTTP_REDIRECT,
                **_signature(query),
            )
            message = request.message
            place = self._server.response_args(message, [BINDING_HTTP_POST])
        except Exception as error:
            raise Refused from error
        wanted = message.requested_authn_context
        classes = wanted.authn_context_class_ref if wanted else ()
        return Asked(
            request_id=message.id,
            service=message.issuer.text,
            answer_to=place["destination"],
            levels=tuple(each.text for each in classes),
            relay=query.get("RelayState", ""),
        )

    def answer(self, asked: Asked, employee: Employee, level: str, shape: Shape) -> Answer:
        """Say who it is. Only what the service has asked for in its metadata is said."""
        name_id = secrets.token_hex(16)
        backend = self._server.sec.crypto
        if shape.gcm:
            self._server.sec.crypto = _Gcm(backend.xmlsec)
        try:
            message = self._server.create_authn_response(
                _said_of(employee),
                in_response_to=shape.in_response_to or asked.request_id,
                destination=asked.answer_to,
                sp_entity_id=asked.service,
                name_id=NameID(format=NAMEID_FORMAT_TRANSIENT, text=name_id),
                authn={"class_ref": level, "authn_auth": self.entity_id},
                sign_response=shape.sign_response,
                sign_assertion=shape.sign_assertion,
                encrypt_assertion=shape.encrypt,
                sign_alg=_SIGN,
                digest_alg=_DIGEST,
            )
        finally:
            self._server.sec.crypto = backend
        found = _INDEX.search(str(message))
        login = LoggedIn(asked.service, name_id, found[1] if found else "")
        return self._posted(asked, message, login)

    def no(self, asked: Asked) -> Answer:
        """The person did not log in."""
        message = self._server.create_error_response(
            asked.request_id, asked.answer_to, (STATUS_AUTHN_FAILED, ""), sign=True
        )
        return self._posted(asked, message, None)

    def log_out(self, login: LoggedIn) -> str:
        """Where to send the browser, to ask the service to end a login."""
        (place,) = self._server.metadata.single_logout_service(
            login.service, BINDING_HTTP_REDIRECT, "spsso"
        )
        _, message = self._server.create_logout_request(
            place["location"],
            issuer_entity_id=login.service,
            name_id=NameID(format=NAMEID_FORMAT_TRANSIENT, text=login.name_id),
            # Not seen where the assertion went away encrypted: then all of the name_id is meant.
            session_indexes=[login.index] if login.index else None,
        )
        return self._redirected(message, place["location"], secrets.token_hex(8))

    def logout_asked(self, query: Mapping[str, str]) -> tuple[str, str]:
        """The name_id that a service logs out, and where to send the browser with the answer."""
        try:
            request = self._server.parse_logout_request(
                query["SAMLRequest"],
                BINDING_HTTP_REDIRECT,
                **_signature(query),
            )
            message = request.message
            answer = self._server.create_logout_response(message, [BINDING_HTTP_REDIRECT])
        except Exception as error:
            raise Refused from error
        url = self._redirected(
            answer, answer.destination, query.get("RelayState", ""), response=True
        )
        return message.name_id.text, url

    def _posted(self, asked: Asked, message: Any, login: LoggedIn | None) -> Answer:
        form = self._server.apply_binding(
            BINDING_HTTP_POST, str(message), asked.answer_to, asked.relay, response=True
        )
        found = etree.HTML(form["data"]).find(".//input[@name='SAMLResponse']")
        assert found is not None
        return Answer(asked.answer_to, str(found.get("value")), asked.relay, login)

    def _redirected(self, message: Any, place: str, relay: str, *, response: bool = False) -> str:
        made = self._server.apply_binding(
            BINDING_HTTP_REDIRECT,
            str(message),
            place,
            relay,
            response=response,
            sign=True,
            sigalg=_SIGN,
        )
        return str(dict(made["headers"])["Location"])

    def _made(self) -> Any:
        return Server(config=self._config())

    def _config(self) -> Any:
        place = f"{self._base}/sso", BINDING_HTTP_REDIRECT
        logout = f"{self._base}/slo", BINDING_HTTP_REDIRECT
        config = IdPConfig().load(
            {
                "entityid": self.entity_id,
                "xmlsec_binary": shutil.which(XMLSEC),
                "attribute_map_dir": str(self._maps),
                "key_file": str(self._pair.key),
                "cert_file": str(self._pair.certificate),
                "metadata": {"inline": list(self._services.values())},
                "valid_for": _METADATA_HOURS,
                "service": {
                    "idp": {
                        "endpoints": {
                            "single_sign_on_service": [place],
                            "single_logout_service": [logout],
                        },
                        "want_authn_requests_signed": True,
                        "name_id_format": [NAMEID_FORMAT_TRANSIENT],
                        "policy": {
                            "default": {
                                "lifetime": {"minutes": 60},
                                "name_form": _URI,
                                "fail_on_missing_requested": False,
                            }
                        },
                    }
                },
            }
        )
        # Where pysaml2 looks for them when it chooses what a service may be told.
        config.setattr("idp", "attribute_converters", config.attribute_converters)
        return config


def _signature(query: Mapping[str, str]) -> dict[str, str | None]:
    """What is signed besides the message, and with what. Raises KeyError when nothing is."""
    return {
        "relay_state": query.get("RelayState"),
        "sigalg": query["SigAlg"],
        "signature": query["Signature"],
    }


def _said_of(employee: Employee) -> dict[str, list[str]]:
    said = {
        "employeeHsaId": [employee.hsa_id],
        "personalIdentityNumber": [employee.person_id],
        "givenName": [employee.given_name],
        "surname": [employee.family_name],
        "systemRole": list(employee.system_roles),
        "allCommissions": list(employee.all_commissions),
    }
    return {name: values for name, values in said.items() if values}


def _signing(config: Any, pair: Pair) -> Any:
    config.key_file, config.cert_file = str(pair.key), str(pair.certificate)
    return config


def _descriptor(config: Any, certificate: Path) -> Any:
    config.cert_file = str(certificate)
    return entity_descriptor(config).idpsso_descriptor.key_descriptor[0]
