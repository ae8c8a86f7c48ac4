"""What must be known about an identity provider before anyone can log in through it."""

from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

LOA3 = "http://id.elegnamnden.se/loa/1.0/loa3"
LOA4 = "http://id.elegnamnden.se/loa/1.0/loa4"
SAMBI_LOA3 = "http://id.sambi.se/loa/loa3"
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


def browser_url(url: str) -> str:
    """Like `protected_url`, for addresses that only a browser opens: it takes every name under
    localhost for this very machine (RFC 6761, 6.3), which a resolver of names need not."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host.endswith(".localhost"):
        protected_url(url.replace(host, "localhost", 1))
        return url
    return protected_url(url)


ProtectedUrl = Annotated[str, AfterValidator(protected_url)]
BrowserUrl = Annotated[str, AfterValidator(browser_url)]


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


class StaffNames(BaseModel):
    """What a provider calls what it says of an employee: claims (OpenID), attributes (SAML)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hsa_id: str = "employeeHsaId"
    person: str = "personalIdentityNumber"
    given_name: str = "given_name"
    family_name: str = "family_name"
    commissions: str = "allCommissions"
    system_roles: str = "systemRole"


_SAMBI = "http://sambi.se/attributes/1/"
SAMBI_NAMES = StaffNames(
    hsa_id=f"{_SAMBI}employeeHsaId",
    person=f"{_SAMBI}personalIdentityNumber",
    given_name=f"{_SAMBI}givenName",
    family_name=f"{_SAMBI}surname",
    commissions="urn:allCommissions",
    system_roles=f"{_SAMBI}systemRole",
)


class StaffProviderSettings(ProviderSettings):
    """An OpenID provider of staff, which need not follow the Swedish profile: see
    `portal.identity.staff_oidc`.

    `userinfo` is how claims are had besides from the ID token; `states_issuer` whether the answer
    carries `iss` (RFC 9207).
    """

    acr_values: tuple[str, ...] = Field(default=(SAMBI_LOA3,), min_length=1)
    scopes: tuple[str, ...] = ("openid",)
    names: StaffNames = StaffNames()
    userinfo: Literal["none", "plain", "signed"] = "none"
    states_issuer: bool = True


class SamlSettings(BaseModel):
    """A SAML identity provider of staff, as it is agreed with whoever runs it.

    `entity_id` is the provider's, `own_entity_id` ours (the address of our metadata page unless
    said). Its metadata is a file, which is trusted because it was put there, or fetched from
    `metadata_url` and then signed by one of `metadata_signers` (PEM certificates) and dated.
    `site` is where its pages are: a form of ours may end there (logout). `certificate` and
    `private_key` are ours (PEM, RSA), and `next_` the ones to come: both are in our metadata, both
    decrypt, the first signs. `levels` are the levels of assurance that are let in, compared
    exactly; `max_age` is how many seconds old the authentication may be.

    At least one of assertion and response must be signed; what is required here is not optional.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    entity_id: str = Field(min_length=1)
    own_entity_id: str | None = None
    metadata_url: ProtectedUrl | None = None
    metadata_file: Path | None = None
    metadata_signers: tuple[Path, ...] = ()
    site: BrowserUrl
    certificate: Path
    private_key: Path
    next_certificate: Path | None = None
    next_private_key: Path | None = None
    levels: tuple[str, ...] = Field(default=(SAMBI_LOA3,), min_length=1)
    max_age: int = Field(default=300, gt=0)
    names: StaffNames = SAMBI_NAMES
    assertion_signed: bool = True
    response_signed: bool = False
    encrypted: bool = False

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.metadata_url is None) == (self.metadata_file is None):
            raise ValueError("metadata_url or metadata_file is needed, and not both")
        if self.metadata_url is not None and not self.metadata_signers:
            raise ValueError("metadata that is fetched must be signed: metadata_signers is needed")
        if (self.next_certificate is None) != (self.next_private_key is None):
            raise ValueError("next_certificate and next_private_key belong together")
        if not (self.assertion_signed or self.response_signed):
            raise ValueError("assertion_signed or response_signed is needed")
        return self
