"""What must be known about an OpenID provider before anyone can log in through it."""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

LOA3 = "http://id.elegnamnden.se/loa/1.0/loa3"
LOA4 = "http://id.elegnamnden.se/loa/1.0/loa4"
PERSON_NUMBER_SCOPE = "https://id.oidc.se/scope/naturalPersonNumber"
PERSON_INFO_SCOPE = "https://id.oidc.se/scope/naturalPersonInfo"

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def protected_url(url: str) -> str:
    """Return `url` when nobody on the way can read or change what is sent there.

    Raises ValueError unless it is https, or http on this very machine.
    """
    parts = urlsplit(url)
    if not parts.hostname or parts.username is not None or parts.fragment:
        raise ValueError("an absolute URL without user and fragment is needed")
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return url
    raise ValueError("https is needed, except on loopback")


def _issuer(url: str) -> str:
    if urlsplit(url).query:
        raise ValueError("an issuer has no query (OpenID Connect Discovery 1.0, 3)")
    return protected_url(url)


ProtectedUrl = Annotated[str, AfterValidator(protected_url)]


class ProviderSettings(BaseModel):
    """One OpenID provider, as it is agreed with whoever runs it.

    `client_key` is a file with our private JWK; `acr_values` are the levels that are let in,
    compared exactly; `max_age` is how many seconds old the authentication may be when the
    person comes back to us. Scopes and levels: Swedish OpenID Connect Profile 1.0 and the
    Sweden Connect registry.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    issuer: Annotated[str, AfterValidator(_issuer)]
    client_id: str = Field(min_length=1)
    client_key: Path
    client_alg: Literal["ES256", "ES384", "PS256", "RS256"] = "ES256"
    acr_values: tuple[str, ...] = Field(default=(LOA3, LOA4), min_length=1)
    max_age: int = Field(default=300, gt=0)
    scopes: tuple[str, ...] = ("openid", PERSON_NUMBER_SCOPE, PERSON_INFO_SCOPE)
