"""SMART Backend Services: client_credentials with private_key_jwt, short opaque tokens."""

from __future__ import annotations

import json
import re
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

ALGORITHM = "ES384"
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LONGEST = 300
_SKEW = 30
_SCOPE = re.compile(r"system/(\*|[A-Z][A-Za-z]+)\.(rs|read|r|s|c|\*)")
_CREATES = frozenset({"c", "*"})


class RefusedError(Exception):
    """The token request is refused; `error` is the OAuth 2.0 code."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.error = error
        self.description = description


@dataclass(frozen=True, slots=True)
class _Token:
    expires: float
    scopes: tuple[str, ...]


class Tokens:
    """Issues tokens to the one registered client, and knows which are good.

    Time is the machine's: tokens and assertions are between machines, whatever
    day it is in the sandbox.
    """

    def __init__(self, client_id: str, key: Path, lifetime: float) -> None:
        private = ECKey.import_key(json.loads(key.read_text("utf-8")))
        self._client_id = client_id
        self._kid = private.kid
        self._key = ECKey.import_key(private.as_dict(private=False))
        self._lifetime = lifetime
        self._tokens: dict[str, _Token] = {}
        self._used: dict[str, float] = {}

    def issue(self, form: dict[str, str], token_url: str) -> dict[str, object]:
        """The token response for a token request. Raises RefusedError."""
        if form.get("grant_type") != "client_credentials":
            raise RefusedError("unsupported_grant_type", "only client_credentials")
        if form.get("client_assertion_type") != _ASSERTION:
            raise RefusedError("invalid_client", "client_assertion_type is wrong or absent")
        self._authenticate(form.get("client_assertion", ""), token_url)
        scopes = tuple(form.get("scope", "").split())
        if not scopes or not all(_SCOPE.fullmatch(scope) for scope in scopes):
            raise RefusedError("invalid_scope", "only system scopes: read, search, create")
        value = secrets.token_urlsafe(32)
        now = time.time()
        self._tokens = {k: t for k, t in self._tokens.items() if t.expires > now}
        self._tokens[value] = _Token(now + self._lifetime, scopes)
        return {
            "access_token": value,
            "token_type": "bearer",
            "expires_in": int(self._lifetime),
            "scope": " ".join(scopes),
        }

    def scopes(self, authorization: str | None) -> tuple[str, ...] | None:
        """What a request's token allows; None when there is no good token."""
        scheme, _, value = (authorization or "").partition(" ")
        token = self._tokens.get(value)
        if scheme.lower() != "bearer" or token is None or token.expires <= time.time():
            return None
        return token.scopes

    def forget(self) -> None:
        """Let every token be expired."""
        self._tokens.clear()

    def _authenticate(self, assertion: str, token_url: str) -> None:
        try:
            token = jwt.decode(assertion, self._key, algorithms=[ALGORITHM])
        except (JoseError, ValueError) as error:
            raise RefusedError("invalid_client", "the assertion cannot be verified") from error
        if token.header.get("kid") != self._kid:
            raise RefusedError("invalid_client", "the key is not registered")
        self._check(token.claims, token_url)

    def _check(self, claims: dict[str, Any], token_url: str) -> None:
        now = time.time()
        audience = claims.get("aud")
        if claims.get("iss") != self._client_id or claims.get("sub") != self._client_id:
            raise RefusedError("invalid_client", "iss and sub must be the client")
        if token_url not in (audience if isinstance(audience, list) else [audience]):
            raise RefusedError("invalid_client", "aud must be the token endpoint")
        expires = claims.get("exp")
        if (
            not isinstance(expires, int | float)
            or not now - _SKEW < expires < now + _LONGEST + _SKEW
        ):
            raise RefusedError("invalid_client", "exp must be within five minutes")
        jti = claims.get("jti")
        self._used = {old: until for old, until in self._used.items() if until > now}
        if not isinstance(jti, str) or not jti or jti in self._used:
            raise RefusedError("invalid_client", "jti must be new")
        self._used[jti] = expires + _SKEW


def covers(scopes: tuple[str, ...], resource_type: str, what: Literal["r", "c"] = "r") -> bool:
    """Whether granted scopes let a type be read, or created (`c`)."""
    types = {
        found[1]
        for scope in scopes
        if (found := _SCOPE.fullmatch(scope))
        and (found[2] in _CREATES if what == "c" else found[2] != "c")
    }
    return "*" in types or resource_type in types
