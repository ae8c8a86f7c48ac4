"""Reading an authorization request as strictly as a real provider does."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

REDIRECT_PATH = "/logga-in/klar"
REDIRECT_RULE = tuple(
    f"{scheme}://{host}:*{REDIRECT_PATH}"
    for scheme in ("http", "https")
    for host in ("127.0.0.1", "localhost")
)
SCOPES = (
    "openid",
    "https://id.oidc.se/scope/naturalPersonNumber",
    "https://id.oidc.se/scope/naturalPersonInfo",
)
PROVIDER_PARAMETER = "https://id.oidc.se/param/authnProvider"
MESSAGE_PARAMETER = "https://id.oidc.se/param/userMessage"

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_LOOPBACK = ("127.0.0.1", "localhost")


class UntrustedRequest(Exception):  # noqa: N818 - says what it is
    """Nobody known asked, or the answer would go astray: shown to the person, never sent on."""


class RefusedRequest(Exception):  # noqa: N818
    """An error of the standard (`error`) that goes back to the one who asked."""

    def __init__(self, error: str, redirect_uri: str, state: str | None) -> None:
        super().__init__(error)
        self.error = error
        self.redirect_uri = redirect_uri
        self.state = state


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """What was asked for. `levels` are the acr values of which one is essential, if any."""

    redirect_uri: str
    state: str
    nonce: str | None
    code_challenge: str
    scopes: frozenset[str]
    levels: tuple[str, ...]
    id_token_claims: frozenset[str]
    userinfo_claims: frozenset[str]
    provider: str | None
    message: str


def is_registered(redirect_uri: str) -> bool:
    """Any port of this machine, since the portal's is not known beforehand; one fixed path."""
    try:
        parts = urlsplit(redirect_uri)
        port = parts.port
    except ValueError:
        return False
    host = f"{parts.hostname}:{port}" if port else f"{parts.hostname}"
    rebuilt = f"{parts.scheme}://{host}{REDIRECT_PATH}"
    return (
        parts.scheme in ("http", "https")
        and parts.hostname in _LOOPBACK
        and redirect_uri == rebuilt
    )


def read(params: Mapping[str, str], client_id: str) -> AuthorizationRequest:
    """Read the parameters. Raises UntrustedRequest or RefusedRequest."""
    if params.get("client_id") != client_id:
        raise UntrustedRequest("Tjänsten som skickade dig hit är inte känd här.")
    redirect_uri = params.get("redirect_uri", "")
    if not is_registered(redirect_uri):
        raise UntrustedRequest("Tjänsten vill få svaret till en adress som inte är registrerad.")
    try:
        return _read(params, redirect_uri)
    except _Invalid as invalid:
        raise RefusedRequest(str(invalid), redirect_uri, params.get("state")) from None


class _Invalid(Exception):  # noqa: N818
    """The argument is an error code of OAuth 2.0 or OpenID Connect."""


def _read(params: Mapping[str, str], redirect_uri: str) -> AuthorizationRequest:
    scopes = frozenset(params.get("scope", "").split())
    _check_flow(params)
    if "openid" not in scopes:
        raise _Invalid("invalid_scope")
    if "none" in params.get("prompt", "").split():
        # There is no session to find: everybody logs in each time.
        raise _Invalid("login_required")
    claims = _json_object(params.get("claims", "{}"))
    id_token, userinfo = _member(claims, "id_token"), _member(claims, "userinfo")
    return AuthorizationRequest(
        redirect_uri=redirect_uri,
        state=params["state"],
        nonce=params.get("nonce"),
        code_challenge=params["code_challenge"],
        scopes=scopes & frozenset(SCOPES),
        levels=_essential_levels(id_token),
        id_token_claims=frozenset(id_token),
        userinfo_claims=frozenset(userinfo),
        provider=params.get(PROVIDER_PARAMETER),
        message=_message(params.get(MESSAGE_PARAMETER)),
    )


def _check_flow(params: Mapping[str, str]) -> None:
    if "request" in params:
        raise _Invalid("request_not_supported")
    if params.get("response_type") != "code":
        raise _Invalid("unsupported_response_type")
    well_formed = (
        bool(params.get("state"))
        and params.get("response_mode", "query") == "query"
        and params.get("code_challenge_method") == "S256"
        and _CHALLENGE.fullmatch(params.get("code_challenge", ""))
        and params.get("max_age", "0").isdecimal()
    )
    if not well_formed:
        raise _Invalid("invalid_request")


def _essential_levels(id_token: dict[str, Any]) -> tuple[str, ...]:
    acr = id_token.get("acr")
    if not isinstance(acr, dict) or acr.get("essential") is not True:
        return ()
    values = acr.get("values", [acr["value"]] if "value" in acr else [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise _Invalid("invalid_request")
    return tuple(values)


def _message(parameter: str | None) -> str:
    """The text to show the person (Request Parameter Extensions 1.1, 2.1), Swedish only."""
    if parameter is None:
        return ""
    message = _json_object(parameter)
    if message.get("mime_type", "text/plain") != "text/plain":
        raise _Invalid("invalid_request")
    encoded = message.get("message#sv", message.get("message", ""))
    try:
        return base64.b64decode(str(encoded), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise _Invalid("invalid_request") from None


def _json_object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise _Invalid("invalid_request")
    return value


def _member(claims: dict[str, Any], name: str) -> dict[str, Any]:
    member = claims.get(name, {})
    if not isinstance(member, dict):
        raise _Invalid("invalid_request")
    return member
