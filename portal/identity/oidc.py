"""Logging in through an OpenID provider (Swedish OpenID Connect Profile 1.0).

Code flow with PKCE, private_key_jwt, pushed requests where the provider has them, and every
check that must hold before there is a session. Knows nothing of the web framework: the portal
keeps the `Transaction` on the server, bound to the browser, and pops it when the answer comes,
which is what makes a `state` good for one use.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from typing import Any, TypeVar

import httpx
from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc7523 import private_key_jwt_sign
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import JWKRegistry, Key, KeySet
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from portal.i18n import KNOWN
from portal.identity.claims import (
    Expected,
    check_id_token,
    check_userinfo,
    person_of,
    verify,
)
from portal.identity.metadata import Metadata, fetch_keys, fetch_metadata
from portal.identity.paths import safe_next
from portal.identity.refusal import LoginRefusal, LoginRefused
from portal.identity.remembered import Remembered
from portal.identity.settings import ProviderSettings
from portal.identity.wire import Reply, ask
from stodtjanster.model import PersonId

_METADATA_LIFETIME = timedelta(hours=1)
_KEYS_LIFETIME = timedelta(minutes=10)
_LONGEST_LOGIN = timedelta(minutes=10)
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_SECONDS = 60
_SECRET_BYTES = 32
_OK, _CREATED = 200, 201

_REASON_BY_ERROR = {
    "access_denied": LoginRefusal.CANCELLED,
    "unmet_authentication_requirements": LoginRefusal.LEVEL_TOO_LOW,
    "server_error": LoginRefusal.PROVIDER_UNREACHABLE,
    "temporarily_unavailable": LoginRefusal.PROVIDER_UNREACHABLE,
}


@dataclass(frozen=True, slots=True)
class Transaction:
    """A login that has begun. Its secrets stay on the server: never in a cookie or a log."""

    issuer: str
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    next_path: str
    language: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where to send the browser, and what to remember until it comes back."""

    url: str
    transaction: Transaction


@dataclass(frozen=True, slots=True)
class Identity:
    """Who has proved who they are, how well and when.

    `acr` is the level's URI and `loa` its last part ("loa3"). A person is known by issuer and
    number together: another provider that states the same number is another login
    (OWASP ASVS 5.0, 6.8.1).
    """

    person: PersonId
    issuer: str
    acr: str
    auth_time: datetime
    given_name: str = field(repr=False)
    family_name: str = field(repr=False)

    @property
    def loa(self) -> str:
        return self.acr.rpartition("/")[2]


class _Pushed(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)
    request_uri: str


class _Tokens(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)
    access_token: str = Field(pattern=r"^[\x21-\x7e]+$")
    id_token: str
    token_type: str


class OpenIdProvider:
    """One OpenID provider, seen from the portal; what it proves of whom, its kinds say.

    Nothing is fetched until somebody logs in, so the portal starts while the provider is down.
    `redirect_uri` is our own registered address for the answer; `clock` gives aware times.
    """

    def __init__(
        self,
        settings: ProviderSettings,
        http: httpx.Client,
        clock: Callable[[], datetime],
        *,
        redirect_uri: str,
    ) -> None:
        """Raises OSError or ValueError when our own key cannot be read."""
        self.settings = settings
        self._http = http
        self._clock = clock
        self._redirect_uri = redirect_uri
        self._key: Key = JWKRegistry.import_key(json.loads(settings.client_key.read_bytes()))
        self._metadata = Remembered(self._fetch_metadata, _METADATA_LIFETIME, clock)
        self._keys = Remembered(self._fetch_keys, _KEYS_LIFETIME, clock)

    def begin(self, next_path: str, language: str) -> Beginning:
        """Start a login that shall end at `next_path` (own paths only, otherwise "/").

        `language`, a code of ours, is passed on to the provider's pages as BCP 47. Raises
        LoginRefused when the provider is not there or refuses the request.
        """
        transaction = Transaction(
            issuer=self.settings.issuer,
            state=secrets.token_urlsafe(_SECRET_BYTES),
            nonce=secrets.token_urlsafe(_SECRET_BYTES),
            verifier=secrets.token_urlsafe(_SECRET_BYTES),
            next_path=safe_next(next_path),
            language=language,
            created_at=self._clock(),
        )
        metadata = self._metadata.get()
        request = self._request(transaction)
        if metadata.pushed_authorization_request_endpoint:
            request = self._push(metadata.pushed_authorization_request_endpoint, request)
        url = add_params_to_uri(metadata.authorization_endpoint, list(request.items()))
        return Beginning(url, transaction)

    def _answered(
        self, transaction: Transaction, params: Mapping[str, str]
    ) -> tuple[Metadata, _Tokens, Expected]:
        """Redeem the provider's answer, `params`, to the login `transaction` began, and say what
        its tokens must fulfil. Raises LoginRefused."""
        code = self._code(transaction, params)
        metadata = self._metadata.get()
        return metadata, self._redeem(metadata, code, transaction), self._expected(transaction)

    def logout_url(self, post_logout: str) -> str | None:
        """Where to send the browser to be logged out at the provider too, if that can be done.

        The ID token holds the person number, and no such number may stand in a URL: the
        provider knows us by `client_id` instead of `id_token_hint` (RP-Initiated Logout 1.0, 2).
        """
        try:
            endpoint = self._metadata.get().end_session_endpoint
        except LoginRefused:
            return None
        if endpoint is None:
            return None
        request = [
            ("client_id", self.settings.client_id),
            ("post_logout_redirect_uri", post_logout),
        ]
        return str(add_params_to_uri(endpoint, request))

    def _request(self, transaction: Transaction) -> dict[str, str]:
        levels = {"essential": True, "values": list(self.settings.acr_values)}
        id_token = {"acr": levels, "auth_time": {"essential": True}, **self._claims_besides()}
        return {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": self._redirect_uri,
            "scope": " ".join(self.settings.scopes),
            "state": transaction.state,
            "nonce": transaction.nonce,
            "code_challenge": create_s256_code_challenge(transaction.verifier),
            "code_challenge_method": "S256",
            "prompt": "login",
            "max_age": str(self.settings.max_age),
            # A provider that lacks the reader's language is asked for the country's.
            "ui_locales": " ".join(dict.fromkeys((KNOWN[transaction.language].tag, "sv"))),
            "claims": json.dumps({"id_token": id_token}, separators=(",", ":")),
        }

    def _claims_besides(self) -> Mapping[str, object]:
        """What the ID token should hold that no scope asks for (OpenID Connect Core 5.5.1)."""
        return {}

    def _is_from_here(self, params: Mapping[str, str]) -> bool:
        """Whether the answer names this provider as the one that it comes from (RFC 9207)."""
        return params.get("iss") == self.settings.issuer

    def _push(self, endpoint: str, request: dict[str, str]) -> dict[str, str]:
        """Send the request past the browser (RFC 9126) and get a handle to it."""
        reply = ask(self._http, "POST", endpoint, form=request | self._client_proof())
        if reply.status != _CREATED:
            raise LoginRefused(LoginRefusal.PROVIDER_REFUSED)
        pushed = _read(_Pushed, reply.json())
        return {"client_id": self.settings.client_id, "request_uri": pushed.request_uri}

    def _client_proof(self) -> dict[str, str]:
        """A new assertion for each call. Its audience is the issuer, which every endpoint of the
        provider must accept and no other provider can reuse."""
        assertion = private_key_jwt_sign(
            self._key,
            client_id=self.settings.client_id,
            token_endpoint=self.settings.issuer,
            alg=self.settings.client_alg,
            header={"kid": self._key.kid} if self._key.kid else {},
            issued_at=int(self._clock().timestamp()),
            expires_in=_ASSERTION_SECONDS,
        )
        return {"client_assertion_type": _ASSERTION_TYPE, "client_assertion": assertion}

    def _code(self, transaction: Transaction, params: Mapping[str, str]) -> str:
        """Check that the answer is to our question (state), from the one we asked (RFC 9207)."""
        state = params.get("state", "").encode()
        own = transaction.issuer == self.settings.issuer
        if not own or not compare_digest(state, transaction.state.encode()):
            raise LoginRefused(LoginRefusal.UNKNOWN_LOGIN)
        if self._clock() - transaction.created_at > _LONGEST_LOGIN:
            raise LoginRefused(LoginRefusal.TOO_LATE)
        if not self._is_from_here(params):
            raise LoginRefused(LoginRefusal.WRONG_ISSUER)
        if "error" in params:
            raise LoginRefused(_REASON_BY_ERROR.get(params["error"], LoginRefusal.PROVIDER_REFUSED))
        if not params.get("code"):
            raise LoginRefused(LoginRefusal.MALFORMED)
        return params["code"]

    def _redeem(self, metadata: Metadata, code: str, transaction: Transaction) -> _Tokens:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "client_id": self.settings.client_id,
            "code_verifier": transaction.verifier,
        }
        reply = ask(self._http, "POST", metadata.token_endpoint, form=form | self._client_proof())
        if reply.status != _OK:
            raise LoginRefused(LoginRefusal.PROVIDER_REFUSED)
        tokens = _read(_Tokens, reply.json())
        if tokens.token_type.lower() != "bearer":
            raise LoginRefused(LoginRefusal.MALFORMED)
        return tokens

    def _userinfo(self, metadata: Metadata, access_token: str, accept: str) -> Reply:
        headers = {"Authorization": f"Bearer {access_token}", "Accept": accept}
        reply = ask(self._http, "GET", metadata.userinfo_endpoint, headers=headers)
        if reply.status != _OK:
            raise LoginRefused(LoginRefusal.PROVIDER_REFUSED)
        return reply

    def _signed_userinfo(self, metadata: Metadata, access_token: str) -> jwt.Token:
        reply = self._userinfo(metadata, access_token, "application/jwt")
        if reply.media_type != "application/jwt":
            raise LoginRefused(LoginRefusal.BAD_SIGNATURE)
        return self._verify(reply.body)

    def _verify(self, token: str | bytes) -> jwt.Token:
        """Verify with the keys we have; an unknown key id fetches them anew, once."""
        verified = verify(token, self._keys.get()) or verify(token, self._keys.get(fresh=True))
        if verified is None:
            raise LoginRefused(LoginRefusal.BAD_SIGNATURE)
        return verified

    def _expected(self, transaction: Transaction) -> Expected:
        return Expected(
            issuer=self.settings.issuer,
            client_id=self.settings.client_id,
            nonce=transaction.nonce,
            acr_values=self.settings.acr_values,
            begun_at=transaction.created_at,
            max_age=timedelta(seconds=self.settings.max_age),
            now=self._clock(),
        )

    def _fetch_metadata(self) -> Metadata:
        return fetch_metadata(self._http, self.settings.issuer)

    def _fetch_keys(self) -> KeySet:
        return fetch_keys(self._http, self._metadata.get().jwks_uri)


class Provider(OpenIdProvider):
    """A provider of residents' logins."""

    def finish(self, transaction: Transaction, params: Mapping[str, str]) -> Identity:
        """Judge the provider's answer, `params`, to the login `transaction` began.

        Raises LoginRefused with the first reason found; then there is no session.
        """
        metadata, tokens, expected = self._answered(transaction, params)
        id_token = check_id_token(self._verify(tokens.id_token), tokens.access_token, expected)
        signed = self._signed_userinfo(metadata, tokens.access_token)
        userinfo = check_userinfo(signed, id_token.sub, expected)
        return Identity(
            person=person_of(id_token, userinfo),
            issuer=id_token.iss,
            acr=id_token.acr,
            auth_time=datetime.fromtimestamp(id_token.auth_time, UTC),
            given_name=userinfo.given_name,
            family_name=userinfo.family_name,
        )


M = TypeVar("M", bound=BaseModel)


def _read(shape: type[M], message: dict[str, Any]) -> M:
    try:
        return shape.model_validate(message)
    except ValidationError:
        raise LoginRefused(LoginRefusal.MALFORMED) from None
