"""What a provider publishes about itself: its endpoints and its keys."""

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, KeySet, RSAKey
from pydantic import BaseModel, ConfigDict, ValidationError

from portal.identity.refusal import LoginRefusal, LoginRefused
from portal.identity.settings import ProtectedUrl
from portal.identity.wire import ask

_SMALLEST_RSA_BITS = 2048
_OK = 200


class Metadata(BaseModel):
    """The parts of OpenID Connect Discovery 1.0, RFC 9126 and RP-Initiated Logout we use."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    issuer: str
    authorization_endpoint: ProtectedUrl
    token_endpoint: ProtectedUrl
    userinfo_endpoint: ProtectedUrl
    jwks_uri: ProtectedUrl
    pushed_authorization_request_endpoint: ProtectedUrl | None = None
    end_session_endpoint: ProtectedUrl | None = None


def fetch_metadata(http: httpx.Client, issuer: str) -> Metadata:
    """Read the discovery document. Raises LoginRefused; the issuer in it must be `issuer`."""
    reply = ask(http, "GET", issuer.rstrip("/") + "/.well-known/openid-configuration")
    if reply.status != _OK:
        raise LoginRefused(LoginRefusal.PROVIDER_UNREACHABLE)
    try:
        metadata = Metadata.model_validate(reply.json())
    except ValidationError:
        raise LoginRefused(LoginRefusal.MALFORMED) from None
    if metadata.issuer != issuer:
        raise LoginRefused(LoginRefusal.WRONG_ISSUER)
    return metadata


def fetch_keys(http: httpx.Client, jwks_uri: str) -> KeySet:
    """Read the keys a signature may be made with. Raises LoginRefused."""
    reply = ask(http, "GET", jwks_uri)
    if reply.status != _OK:
        raise LoginRefused(LoginRefusal.PROVIDER_UNREACHABLE)
    published = reply.json().get("keys")
    if not isinstance(published, list):
        raise LoginRefused(LoginRefusal.MALFORMED)
    return KeySet([key for jwk in published if (key := _signing_key(jwk)) is not None])


def _signing_key(jwk: object) -> Key | None:
    """One key that is no use to us (secret, for encryption, too short) spoils no other."""
    if not isinstance(jwk, dict) or jwk.get("use", "sig") != "sig":
        return None
    try:
        if jwk.get("kty") == "EC":
            return ECKey.import_key(jwk)
        if jwk.get("kty") == "RSA":
            key = RSAKey.import_key(jwk)
            return key if key.public_key.key_size >= _SMALLEST_RSA_BITS else None
    except (JoseError, ValueError, TypeError):
        return None
    return None
