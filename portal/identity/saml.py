"""Logging staff in through a SAML 2.0 identity provider: the only module that knows python3-saml.

What that library checks (schema, signatures and what they cover, one assertion, status, times,
issuer, level) it is left to check. What it lets through is checked here besides: an answer without
InResponseTo, Destination, Recipient or Audience, or where ours is only a part of theirs; an old
authentication; comments and processing instructions; ciphers that can be asked what they hide; and
logout messages without a signature. Everything that a hostile message can make a parser or the
library raise is a refusal.

Knows nothing of the web framework: the portal keeps the `SamlTransaction` on the server, bound to
the browser, and pops it when the answer comes.
"""

import logging
import secrets
import zlib
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Any, Final
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

import httpx
import xmlsec
from lxml import etree
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.errors import OneLogin_Saml2_ValidationError as Invalid
from onelogin.saml2.logout_request import OneLogin_Saml2_Logout_Request
from onelogin.saml2.logout_response import OneLogin_Saml2_Logout_Response
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from portal.identity.federation import (
    SIGNATURES,
    IdpMetadata,
    is_plain,
    parse_time,
    parse_xml,
    read_metadata,
)
from portal.identity.paths import safe_next
from portal.identity.refusal import LoginRefusal, LoginRefused
from portal.identity.settings import SamlSettings
from portal.identity.staff import ProviderLogin, StaffIdentity, staff_identity
from portal.identity.wire import ask

log = logging.getLogger(__name__)

SKEW: Final = timedelta(seconds=60)
MOST_ANSWER: Final = 256 * 1024
"""Characters of a SAMLResponse that is posted."""

_METADATA_LIFETIME: Final = timedelta(hours=1)
_RETRY: Final = timedelta(minutes=1)
_OWN_METADATA_DAYS: Final = 14
_LONGEST_LOGIN: Final = timedelta(minutes=10)
_MOST_REDIRECTED: Final = 64 * 1024
_SECRET_BYTES: Final = 32
_OK: Final = 200
_TRANSIENT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
_URI: Final = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
_BEARER: Final = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
_RSA_SHA256: Final = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
_SHA256: Final = "http://www.w3.org/2001/04/xmlenc#sha256"
_ENCRYPTION: Final = frozenset(
    {
        "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
        "http://www.w3.org/2009/xmlenc11#rsa-oaep",
        *(f"http://www.w3.org/2009/xmlenc11#aes{bits}-gcm" for bits in (128, 192, 256)),
    }
)
"""Not CBC: whoever may send changed ciphertexts and see how they fail reads what they hide."""

_NS: Final = {
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "xenc": "http://www.w3.org/2001/04/xmlenc#",
}
_STATUS: Final = "urn:oasis:names:tc:SAML:2.0:status:"
_SUCCESS: Final = f"{_STATUS}Success"
# The last, most special code of the status decides.
_REASON_BY_STATUS: Final = {
    "http://id.elegnamnden.se/status/1.0/cancel": LoginRefusal.CANCELLED,
    f"{_STATUS}AuthnFailed": LoginRefusal.CANCELLED,
    f"{_STATUS}NoAuthnContext": LoginRefusal.LEVEL_TOO_LOW,
}
_REASON_BY_CODE: Final = {
    Invalid.WRONG_INRESPONSETO: LoginRefusal.UNKNOWN_LOGIN,
    Invalid.ASSERTION_TOO_EARLY: LoginRefusal.NOT_IN_FORCE,
    Invalid.ASSERTION_EXPIRED: LoginRefusal.NOT_IN_FORCE,
    Invalid.SESSION_EXPIRED: LoginRefusal.NOT_IN_FORCE,
    Invalid.RESPONSE_EXPIRED: LoginRefusal.NOT_IN_FORCE,
    Invalid.AUTHN_CONTEXT_MISMATCH: LoginRefusal.LEVEL_TOO_LOW,
    Invalid.WRONG_DESTINATION: LoginRefusal.WRONG_AUDIENCE,
    Invalid.EMPTY_DESTINATION: LoginRefusal.WRONG_AUDIENCE,
    Invalid.WRONG_AUDIENCE: LoginRefusal.WRONG_AUDIENCE,
    Invalid.WRONG_SUBJECTCONFIRMATION: LoginRefusal.WRONG_AUDIENCE,
    Invalid.WRONG_ISSUER: LoginRefusal.WRONG_ISSUER,
    Invalid.ISSUER_NOT_FOUND_IN_ASSERTION: LoginRefusal.WRONG_ISSUER,
    Invalid.ISSUER_MULTIPLE_IN_RESPONSE: LoginRefusal.WRONG_ISSUER,
    **dict.fromkeys(
        (
            Invalid.NO_SIGNED_ASSERTION,
            Invalid.NO_SIGNED_MESSAGE,
            Invalid.NO_SIGNATURE_FOUND,
            Invalid.INVALID_SIGNATURE,
            Invalid.WRONG_SIGNED_ELEMENT,
            Invalid.ID_NOT_FOUND_IN_SIGNED_ELEMENT,
            Invalid.DUPLICATED_ID_IN_SIGNED_ELEMENTS,
            Invalid.INVALID_SIGNED_ELEMENT,
            Invalid.DUPLICATED_REFERENCE_IN_SIGNED_ELEMENTS,
            Invalid.UNEXPECTED_SIGNED_ELEMENTS,
            Invalid.WRONG_NUMBER_OF_SIGNATURES_IN_RESPONSE,
            Invalid.WRONG_NUMBER_OF_SIGNATURES_IN_ASSERTION,
            Invalid.WRONG_NUMBER_OF_ASSERTIONS,
            Invalid.DEPRECATED_SIGNATURE_METHOD,
            Invalid.DEPRECATED_DIGEST_METHOD,
            Invalid.NO_ENCRYPTED_ASSERTION,
        ),
        LoginRefusal.BAD_SIGNATURE,
    ),
}


@dataclass(frozen=True, slots=True)
class Addresses:
    """Our own addresses for one provider, absolute: answers, logout, metadata."""

    answer: str
    logout: str
    metadata: str


@dataclass(frozen=True, slots=True)
class SamlTransaction:
    """A login that has begun, and is kept on the server.

    `relay` is all that the provider is given to bring back: an opaque name of this transaction.
    Where the person wanted to go stays here.
    """

    issuer: str
    request_id: str
    relay: str = field(repr=False)
    next_path: str
    language: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SamlBeginning:
    """Where to send the browser, and what to remember until it comes back."""

    url: str
    transaction: SamlTransaction


@dataclass(frozen=True, slots=True)
class Proof:
    """What a login proved. The assertion is good for one use: until `expires` whoever lets it in
    must remember `assertion`, a digest of its provider and id."""

    identity: StaffIdentity
    assertion: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class LogoutAsked:
    """A provider ends the sessions of a subject: those of `indexes`, or all when there are none.

    `answer_url` is where to send the browser when that is done; None where the provider takes no
    answer.
    """

    issuer: str
    name_id: str
    indexes: tuple[str, ...]
    answer_url: str | None


class _Response(OneLogin_Saml2_Response):  # type: ignore[misc]  # python3-saml has no types
    """The library's, which breaks the signature of an assertion that was signed and then encrypted:
    lxml gives an element that is moved the prefixes of its new place, and prefixes are signed. Here
    what was decrypted is put in its place as text.
    """

    def _decrypt_assertion(self, xml: etree._Element) -> etree._Element:
        wrapped = _the_one(xml, "saml:EncryptedAssertion")
        data = _the_one(wrapped, "xenc:EncryptedData")
        # The key may stand beside what it opens (SAML 2.0 Errata E43).
        for key in wrapped.findall("xenc:EncryptedKey", _NS):
            _the_one(data, "ds:KeyInfo").append(key)
        opened = OneLogin_Saml2_Utils.decrypt_element(
            data, self._settings.get_sp_key(), inplace=True
        )
        text = etree.tostring(opened, with_tail=False)
        place = etree.Comment(secrets.token_hex(_SECRET_BYTES))
        xml.replace(wrapped, place)
        return parse_xml(etree.tostring(xml).replace(etree.tostring(place, with_tail=False), text))


class SamlProvider:
    """One SAML provider, seen from the portal.

    Nothing is fetched until somebody logs in, so the portal starts while the provider is down.
    """

    def __init__(
        self,
        settings: SamlSettings,
        http: httpx.Client,
        clock: Callable[[], datetime],
        addresses: Addresses,
    ) -> None:
        """Raises OSError or ValueError when a key or a certificate of ours cannot be read."""
        self.settings = settings
        self._http = http
        self._clock = clock
        self._addresses = addresses
        self._certificate = settings.certificate.read_text("ascii")
        self._next_certificate = (
            settings.next_certificate.read_text("ascii") if settings.next_certificate else None
        )
        paths = (settings.private_key, settings.next_private_key)
        self._keys = tuple(path.read_text("ascii") for path in paths if path is not None)
        self._signers = tuple(path.read_bytes() for path in settings.metadata_signers)
        self._known: tuple[datetime, IdpMetadata] | None = None

    @property
    def entity_id(self) -> str:
        """Our own name."""
        return self.settings.own_entity_id or self._addresses.metadata

    def metadata(self) -> bytes:
        """What we publish about ourselves, signed: addresses, both certificates, the attributes."""
        own = OneLogin_Saml2_Settings(self._own(None, self._keys[0]), sp_validation_only=True)
        return bytes(own.get_sp_metadata())

    def begin(self, next_path: str, language: str) -> SamlBeginning:
        """Start a login that shall end at `next_path` (own paths only, otherwise "/").

        Raises LoginRefused when the provider's metadata cannot be had.
        """
        auth = self._auth(self._idp(), self._addresses.answer)
        relay = secrets.token_urlsafe(_SECRET_BYTES)
        url = auth.login(return_to=relay, force_authn=True)
        return SamlBeginning(
            url,
            SamlTransaction(
                issuer=self.settings.entity_id,
                request_id=auth.get_last_request_id(),
                relay=relay,
                next_path=safe_next(next_path),
                language=language,
                created_at=self._clock(),
            ),
        )

    def finish(self, transaction: SamlTransaction, answer: str, relay: str) -> Proof:
        """Check the answer to a login of this provider. Raises LoginRefused.

        `answer` is the SAMLResponse as it was posted, `relay` the RelayState.
        """
        now = self._clock()
        own = transaction.issuer == self.settings.entity_id
        if not own or not compare_digest(relay.encode(), transaction.relay.encode()):
            raise LoginRefused(LoginRefusal.UNKNOWN_LOGIN)
        if now - transaction.created_at > _LONGEST_LOGIN:
            raise LoginRefused(LoginRefusal.TOO_LATE)
        idp = self._idp()
        self._refuse_at_sight(_decoded(answer), transaction)
        with _refusing():
            response = self._opened(answer, idp)
            response.is_valid(
                self._request(self._addresses.answer), transaction.request_id, raise_exceptions=True
            )
            return self._proved(response, transaction, now)

    def logout_url(self, login: ProviderLogin, relay: str) -> tuple[str, str] | None:
        """Where to send the browser to be logged out there too, and the id of the request.

        None when the provider has no such place or is not there: our own session is over anyway.
        """
        try:
            idp = self._idp()
        except LoginRefused:
            return None
        if idp.slo is None:
            return None
        auth = self._auth(idp, self._addresses.logout)
        url = auth.logout(
            return_to=relay,
            name_id=login.name_id,
            # The library puts it into its template as it is.
            session_index=escape(login.index) if login.index else None,
            name_id_format=login.format,
            nq=login.qualifier,
        )
        return url, auth.get_last_request_id()

    def logout_asked(self, params: Mapping[str, str], query: str) -> LogoutAsked:
        """Read a provider's LogoutRequest (Redirect binding). Raises LoginRefused.

        `query` is the query string as it came: what is signed is its very characters.
        """
        idp = self._idp()
        root = _redirected(params.get("SAMLRequest", ""))
        auth = self._auth(idp, self._addresses.logout, params, query)
        self._require_query_signature(params, auth.validate_request_signature(dict(params)))
        with _refusing():
            request = OneLogin_Saml2_Logout_Request(auth.get_settings(), params["SAMLRequest"])
            request.is_valid(self._request(self._addresses.logout, params), raise_exceptions=True)
            self._require_ours(root)
            name_id = OneLogin_Saml2_Logout_Request.get_nameid(root, self._keys[0])
            indexes = OneLogin_Saml2_Logout_Request.get_session_indexes(root)
        return LogoutAsked(
            issuer=self.settings.entity_id,
            name_id=name_id,
            indexes=tuple(indexes),
            answer_url=self._logout_answer(idp, auth, request.id, params.get("RelayState")),
        )

    def logout_answered(self, params: Mapping[str, str], query: str, request_id: str) -> bool:
        """Whether the provider says that it has logged out whom we asked it to (LogoutResponse).

        Raises LoginRefused for what is not its answer to that request, and without a request.
        """
        if not request_id:
            raise LoginRefused(LoginRefusal.UNKNOWN_LOGIN)
        idp = self._idp()
        root = _redirected(params.get("SAMLResponse", ""))
        auth = self._auth(idp, self._addresses.logout, params, query)
        self._require_query_signature(params, auth.validate_response_signature(dict(params)))
        with _refusing():
            response = OneLogin_Saml2_Logout_Response(auth.get_settings(), params["SAMLResponse"])
            response.is_valid(
                self._request(self._addresses.logout, params), request_id, raise_exceptions=True
            )
            self._require_ours(root)
            if root.get("InResponseTo") != request_id:
                raise LoginRefused(LoginRefusal.UNKNOWN_LOGIN)
            return bool(response.get_status() == _SUCCESS)

    def _idp(self) -> IdpMetadata:
        """The provider's metadata: fetched every hour; what is known holds until its own end."""
        now = self._clock()
        if self._known is not None and now < self._known[0]:
            known = self._known[1]
        else:
            known = self._refreshed(now)
        if known.valid_until is not None and known.valid_until <= now:
            raise LoginRefused(LoginRefusal.UNTRUSTED_METADATA)
        return known

    def _refreshed(self, now: datetime) -> IdpMetadata:
        try:
            read = read_metadata(
                self._published(), self.settings.entity_id, signers=self._signers, now=now
            )
        except LoginRefused as refusal:
            if self._known is None:
                raise
            log.warning("metadata not refreshed", extra={"reason": refusal.reason.value})
            read = self._known[1]
            self._known = (now + _RETRY, read)
        else:
            self._known = (now + _METADATA_LIFETIME, read)
        return read

    def _published(self) -> bytes:
        if self.settings.metadata_file is not None:
            try:
                return self.settings.metadata_file.read_bytes()
            except OSError:
                raise LoginRefused(LoginRefusal.PROVIDER_UNREACHABLE) from None
        assert self.settings.metadata_url is not None
        reply = ask(self._http, "GET", self.settings.metadata_url)
        if reply.status != _OK:
            raise LoginRefused(LoginRefusal.PROVIDER_UNREACHABLE)
        return reply.body

    def _refuse_at_sight(self, root: etree._Element, transaction: SamlTransaction) -> None:
        """What needs no key to be refused."""
        if root.tag != f"{{{_NS['samlp']}}}Response":
            raise LoginRefused(LoginRefusal.MALFORMED)
        if root.get("InResponseTo") != transaction.request_id:
            raise LoginRefused(LoginRefusal.UNKNOWN_LOGIN)
        if root.get("Destination") != self._addresses.answer:
            raise LoginRefused(LoginRefusal.WRONG_AUDIENCE)
        codes = [each.get("Value") for each in root.iterfind("samlp:Status//samlp:StatusCode", _NS)]
        if codes != [_SUCCESS]:
            special = str(codes[-1]) if codes else ""
            raise LoginRefused(_REASON_BY_STATUS.get(special, LoginRefusal.PROVIDER_REFUSED))
        ways = {each.get("Algorithm") for each in root.iterfind(".//xenc:EncryptionMethod", _NS)}
        if not ways <= _ENCRYPTION:
            raise LoginRefused(LoginRefusal.BAD_SIGNATURE)

    def _opened(self, answer: str, idp: IdpMetadata) -> _Response:
        """The response, decrypted with the first of our keys that can."""
        for key in self._keys[:-1]:
            try:
                return _Response(self._library(idp, key), answer)
            except xmlsec.Error:
                log.info("not encrypted to the first key")
        return _Response(self._library(idp, self._keys[-1]), answer)

    def _proved(self, response: _Response, transaction: SamlTransaction, now: datetime) -> Proof:
        """What the library has found valid, checked for what it does not ask."""
        assertion = _the_one(response.get_xml_document(), "saml:Assertion")
        if not is_plain(assertion):
            raise LoginRefused(LoginRefusal.MALFORMED)
        expires = min(self._confirmed(assertion, transaction, now), self._in_force(assertion, now))
        statement = _the_one(assertion, "saml:AuthnStatement")
        # Any assertion of this login was made after it began: an older one is somebody's session.
        earliest = max(now - timedelta(seconds=self.settings.max_age), transaction.created_at)
        instant = parse_time(statement.get("AuthnInstant", ""))
        if not earliest - SKEW <= instant <= now + SKEW:
            raise LoginRefused(LoginRefusal.STALE_LOGIN)
        levels = response.get_authn_contexts()
        if len(levels) != 1 or levels[0] not in self.settings.levels:
            raise LoginRefused(LoginRefusal.LEVEL_TOO_LOW)
        until = statement.get("SessionNotOnOrAfter")
        name_id = response.get_nameid_data()
        identity = staff_identity(
            response.get_attributes(),
            self.settings.names,
            issuer=self.settings.entity_id,
            level=levels[0],
            login=ProviderLogin(
                name_id=name_id["Value"],
                format=name_id.get("Format"),
                qualifier=name_id.get("NameQualifier"),
                index=response.get_session_index(),
            ),
            until=parse_time(until) if until else None,
        )
        named = f"{self.settings.entity_id}\x1f{assertion.get('ID')}"
        return Proof(identity, sha256(named.encode()).hexdigest(), expires + SKEW)

    def _confirmed(
        self, assertion: etree._Element, transaction: SamlTransaction, now: datetime
    ) -> datetime:
        """It is for us, for this login, and now: the bearer confirmation says so (SAML 2.0 Profiles
        4.1.4.3). Returns the end of that."""
        for each in assertion.iterfind("saml:Subject/saml:SubjectConfirmation", _NS):
            data = each.find("saml:SubjectConfirmationData", _NS)
            if each.get("Method") != _BEARER or data is None:
                continue
            end = data.get("NotOnOrAfter")
            if (
                data.get("Recipient") == self._addresses.answer
                and data.get("InResponseTo") == transaction.request_id
                and end is not None
                and now < parse_time(end) + SKEW
            ):
                return parse_time(end)
        raise LoginRefused(LoginRefusal.WRONG_AUDIENCE)

    def _in_force(self, assertion: etree._Element, now: datetime) -> datetime:
        """The conditions hold now and name us. Returns their end; without one, of the login."""
        conditions = _the_one(assertion, "saml:Conditions")
        audiences = [
            (each.text or "").strip()
            for each in conditions.iterfind("saml:AudienceRestriction/saml:Audience", _NS)
        ]
        if self.entity_id not in audiences:
            raise LoginRefused(LoginRefusal.WRONG_AUDIENCE)
        start, end = conditions.get("NotBefore"), conditions.get("NotOnOrAfter")
        begun = start is None or parse_time(start) <= now + SKEW
        ends = parse_time(end) if end is not None else now + _LONGEST_LOGIN
        if not begun or now >= ends + SKEW:
            raise LoginRefused(LoginRefusal.NOT_IN_FORCE)
        return ends

    def _require_query_signature(self, params: Mapping[str, str], verified: object) -> None:
        if params.get("SigAlg") not in SIGNATURES or not params.get("Signature") or not verified:
            raise LoginRefused(LoginRefusal.BAD_SIGNATURE)

    def _require_ours(self, root: etree._Element) -> None:
        """A logout message is to us, from this provider, and new."""
        if root.get("Destination") != self._addresses.logout:
            raise LoginRefused(LoginRefusal.WRONG_AUDIENCE)
        issuers = [each.text for each in root.findall("saml:Issuer", _NS)]
        if issuers != [self.settings.entity_id]:
            raise LoginRefused(LoginRefusal.WRONG_ISSUER)
        age = self._clock() - parse_time(root.get("IssueInstant", ""))
        if not -SKEW <= age <= _LONGEST_LOGIN:
            raise LoginRefused(LoginRefusal.NOT_IN_FORCE)

    def _logout_answer(
        self, idp: IdpMetadata, auth: OneLogin_Saml2_Auth, request_id: str, relay: str | None
    ) -> str | None:
        address = idp.slo_response or idp.slo
        if address is None:
            return None
        response = OneLogin_Saml2_Logout_Response(auth.get_settings())
        response.build(request_id)
        message = {"SAMLResponse": response.get_response()}
        if relay is not None:
            message["RelayState"] = relay
        auth.add_response_signature(message, _RSA_SHA256)
        return str(OneLogin_Saml2_Utils.redirect(address, message))

    def _auth(
        self,
        idp: IdpMetadata,
        address: str,
        params: Mapping[str, str] | None = None,
        query: str = "",
    ) -> OneLogin_Saml2_Auth:
        request = self._request(address, params, query)
        return OneLogin_Saml2_Auth(request, self._library(idp, self._keys[0]))

    def _request(
        self, address: str, params: Mapping[str, str] | None = None, query: str = ""
    ) -> dict[str, Any]:
        """What the library wants to know of a request: our configured address, never its Host."""
        parts = urlsplit(address)
        return {
            "https": "on" if parts.scheme == "https" else "off",
            "http_host": parts.netloc,
            "script_name": parts.path,
            "get_data": dict(params or {}),
            "post_data": {},
            "query_string": query,
            "validate_signature_from_qs": True,
        }

    def _library(self, idp: IdpMetadata, key: str) -> OneLogin_Saml2_Settings:
        return OneLogin_Saml2_Settings(self._own(idp, key))

    def _own(self, idp: IdpMetadata | None, key: str) -> dict[str, Any]:
        """The library's settings. Without `idp`: as our metadata should tell them."""
        settings, names = self.settings, self.settings.names
        valid_until = self._clock() + timedelta(days=_OWN_METADATA_DAYS)
        said: dict[str, Any] = {
            "strict": True,
            "sp": {
                "entityId": self.entity_id,
                "assertionConsumerService": {"url": self._addresses.answer},
                "singleLogoutService": {"url": self._addresses.logout},
                "NameIDFormat": _TRANSIENT,
                "x509cert": self._certificate,
                "privateKey": key,
                "attributeConsumingService": {
                    "index": "1",
                    "serviceName": "Sammanhållen planering",
                    "serviceDescription": "",
                    "requestedAttributes": [
                        {
                            "name": name,
                            "isRequired": name in (names.hsa_id, names.person),
                            "nameFormat": _URI,
                        }
                        for name in names.model_dump().values()
                    ],
                },
            },
            "security": {
                "authnRequestsSigned": True,
                "logoutRequestSigned": True,
                "logoutResponseSigned": True,
                "signMetadata": True,
                "wantAssertionsSigned": settings.assertion_signed,
                "wantMessagesSigned": settings.response_signed,
                "wantAssertionsEncrypted": settings.encrypted or idp is None,
                "requestedAuthnContext": list(settings.levels),
                "requestedAuthnContextComparison": "exact",
                "failOnAuthnContextMismatch": True,
                "signatureAlgorithm": _RSA_SHA256,
                "digestAlgorithm": _SHA256,
                "rejectDeprecatedAlgorithm": True,
                "allowSingleLabelDomains": True,
                "metadataValidUntil": valid_until.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            },
        }
        if self._next_certificate:
            said["sp"]["x509certNew"] = self._next_certificate
        if idp is not None:
            said["idp"] = {
                "entityId": idp.entity_id,
                "singleSignOnService": {"url": idp.sso},
                "singleLogoutService": {
                    "url": idp.slo,
                    "responseUrl": idp.slo_response or idp.slo,
                },
                "x509certMulti": {"signing": list(idp.certificates)},
            }
        return said


@contextmanager
def _refusing() -> Iterator[None]:
    """Inside, whatever a message makes the library or its parsers raise is a refusal."""
    try:
        yield
    except LoginRefused:
        raise
    except Invalid as error:
        code = getattr(error, "code", None)
        reason = _REASON_BY_CODE.get(code, LoginRefusal.MALFORMED)
        raise LoginRefused(reason) from None
    except xmlsec.Error:
        raise LoginRefused(LoginRefusal.BAD_SIGNATURE) from None
    except Exception:  # noqa: BLE001 - nobody has listed what the library may raise
        raise LoginRefused(LoginRefusal.MALFORMED) from None


def _decoded(answer: str) -> etree._Element:
    if len(answer) > MOST_ANSWER:
        raise LoginRefused(LoginRefusal.MALFORMED)
    try:
        return parse_xml(b64decode(answer, validate=False))
    except ValueError:
        raise LoginRefused(LoginRefusal.MALFORMED) from None


def _redirected(message: str) -> etree._Element:
    """A message of the Redirect binding. What swells beyond all measure is never swollen."""
    try:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        text = inflater.decompress(b64decode(message, validate=True), _MOST_REDIRECTED)
    except (ValueError, zlib.error):
        raise LoginRefused(LoginRefusal.MALFORMED) from None
    if inflater.unconsumed_tail or not text:
        raise LoginRefused(LoginRefusal.MALFORMED)
    return parse_xml(text)


def _the_one(parent: etree._Element, path: str) -> etree._Element:
    found = parent.findall(path, _NS)
    if len(found) != 1:
        raise LoginRefused(LoginRefusal.MALFORMED)
    return found[0]
