"""What differs between installations. Unknown keys are errors, secrets stand in files."""

import os
from collections.abc import Iterator
from pathlib import Path
from secrets import token_urlsafe
from typing import Annotated, Any, Final, Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings.sources import EnvSettingsSource

from portal.identity.settings import (
    ProtectedUrl,
    ProviderSettings,
    SamlSettings,
    StaffProviderSettings,
)
from portal.inbound.settings import InboundSettings
from stodtjanster.access.policy import Policy
from stodtjanster.access.settings import PolicySettings, is_role
from stodtjanster.catalogue import OwnerKind
from stodtjanster.model import Side, Told
from stodtjanster.security.kit import Settings as ServiceSettings
from stodtjanster.worklists import Settings as WorklistSettings
from views.kit.links import DeepLink, LinkKind
from views.kit.matters import MATTERS, Matter, Way

FILE_VARIABLE = "PORTAL_CONFIG"


class LoginSettings(ProviderSettings):
    """An OpenID provider and its place in our addresses (`/sv/logga-in/<key>`)."""

    key: str = Field(pattern=r"^[a-z0-9-]+$")


class StaffLoginSettings(StaffProviderSettings):
    """An OpenID provider of staff and its place in our addresses."""

    key: str = Field(pattern=r"^[a-z0-9-]+$")


class StaffSamlSettings(SamlSettings):
    """A SAML provider of staff and its place in our addresses (`/personal/saml/<key>/…`)."""

    key: str = Field(pattern=r"^[a-z0-9-]+$")


class CalendarSettings(BaseModel):
    """What people may take with them to calendars of their own. `addresses`: they may make one that
    a calendar reads without login, for `days`. `details`: a calendar may say what a time is about,
    where and with whom, for whoever asks for that.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    addresses: bool = True
    details: bool = True
    days: int = Field(default=180, ge=1, le=366)


class SecuritySettings(BaseModel):
    """The national security services (ADR 25). One that is left out says nothing, and then nothing
    is opened that rests on it. `system` is the portal's HSA-id in the national log. `deliver`: this
    process tells the national log; else `portal deliver` does.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    relations: ServiceSettings | None = None
    consents: ServiceSettings | None = None
    blocks: ServiceSettings | None = None
    log: ServiceSettings | None = None
    system: str | None = Field(default=None, pattern=r"^[A-Z0-9-]{1,32}$")
    deliver: bool = True

    @model_validator(mode="after")
    def _says_who_logs(self) -> Self:
        if self.log is not None and self.system is None:
            raise ValueError("the national log wants to know the HSA-id of the system")
        return self


_SystemRole = Annotated[str, Field(pattern=r"^[^;]+;[^;]+$")]


class DutySettings(BaseModel):
    """What a role in a system makes of HSA's own assignments: whoever has `role` in HSA, as
    `System;Roll`, may choose those with this `purpose`, and works in them in the role `works_as` of
    the decision rules, whatever licences they have."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: _SystemRole
    purpose: str = Field(min_length=1, max_length=200)
    works_as: str


class RoleAssignmentSettings(BaseModel):
    """An assignment under SoL or LSS, which HSA has no purpose for: whoever has `role` in HSA, as
    `System;Roll`, may work at this unit, in the role `works_as` of the decision rules. `id` is what
    it is called in the session and its forms."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: _SystemRole
    works_as: str
    side: Side = Side.OMSORG
    id: str = Field(pattern=r"^[A-Z0-9-]{1,64}$")
    name: str = Field(min_length=1, max_length=200)
    purpose: str = Field(min_length=1, max_length=200)
    unit: str = Field(pattern=r"^[A-Z0-9-]{1,64}$")
    unit_name: str = Field(min_length=1)
    provider: str = Field(pattern=r"^[A-Z0-9-]{1,64}$")
    provider_name: str = Field(min_length=1)


_LICENCES: Final = {
    "Läkare": "lakare",
    "Sjuksköterska": "sjukskoterska",
    "Fysioterapeut": "rehab",
    "Sjukgymnast": "rehab",
    "Arbetsterapeut": "rehab",
    "Logoped": "rehab",
    "Dietist": "rehab",
}


class AssignmentSettings(BaseModel):
    """What staff may work in. Without `hsa` nobody can choose, and then staff are shown nothing.

    `purposes` are those of HSA's that anybody may choose. `omsorg_purposes` are words for purposes
    under SoL and LSS, which HSA does not have. `licences` say in which role of the decision rules
    somebody with a licence works; of several licences the one that stands first here counts. All
    are compared in any case of letters.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    hsa: ServiceSettings | None = None
    purposes: tuple[str, ...] = ("Vård och behandling",)
    omsorg_purposes: tuple[str, ...] = ()
    licences: dict[str, str] = Field(default_factory=lambda: dict(_LICENCES))
    duties: tuple[DutySettings, ...] = ()
    by_role: tuple[RoleAssignmentSettings, ...] = ()

    @model_validator(mode="after")
    def _tell_assignments_apart(self) -> Self:
        if len({each.id for each in self.by_role}) != len(self.by_role):
            raise ValueError("two assignments by role have the same id")
        return self

    def roles(self) -> Iterator[str]:
        """Every role of the decision rules that anything here gives."""
        yield from self.licences.values()
        yield from (each.works_as for each in self.duties)
        yield from (each.works_as for each in self.by_role)


class LogReviewSettings(BaseModel):
    """The systematic random checks of the log (HSLF-FS 2016:40 4 kap. 9 §). `days` is the length of
    a period; of what was opened in one, `share` (0 to 1) is drawn by lot, and at least `least`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: int = Field(default=7, ge=1, le=92)
    share: float = Field(default=0.05, gt=0, le=1)
    least: int = Field(default=10, ge=1, le=500)


class UnitSettings(BaseModel):
    """A unit or system that may stand behind an answer; see `stodtjanster.catalogue.Unit`. `side`
    is which side of SVOD (2022:913) it is; `plain`: its name tells nothing of what anybody is
    treated for, so that home care may be told it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hsa_id: str
    name: str
    owner: str
    kind: OwnerKind = OwnerKind.OTHER
    phone: str | None = None
    opening: str | None = None
    side: Side | None = None
    plain: bool = False


class AccessibilitySettings(BaseModel):
    """Who answers for the service, on the accessibility statement."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1)
    phone: str = Field(min_length=1)
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")


class LinkSettings(BaseModel):
    """Another service that pages lead to; see `views.kit.links`. `name` is in Swedish, and in place
    of our own word for the kind."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: LinkKind
    url: str = Field(pattern=r"^https://[^\s]+$")
    name: str | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _is_named(self) -> Self:
        if self.kind is LinkKind.OTHER and self.name is None:
            raise ValueError("a link of kind other needs a name")
        return self

    def link(self) -> DeepLink:
        return DeepLink(self.kind, self.url, Told.maybe(self.name))


class MatterSettings(BaseModel):
    """Something to ask about; see `views.kit.matters`. `name` and `words` are in Swedish."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str = Field(pattern=r"^[a-z0-9-]+$")
    name: str = Field(min_length=1)
    words: str = Field(min_length=1)
    ways: tuple[Way, ...] = Field(min_length=1)

    def matter(self) -> Matter:
        return Matter(self.key, self.name, self.words, self.ways)


class Settings(BaseSettings):
    """Defaults < portal.toml < environment.

    The file is named by PORTAL_CONFIG. `PORTAL_X_FILE` names a file with the value of `X`. Seconds
    and minutes are said in the names. `sources` are read by the kind of source that they name,
    and `connections`, the catalogue of addresses, as `stodtjanster.sources.connections` says;
    `unit_catalogue`, which knows where units are and how they are reached, as
    `stodtjanster.sources.units` does.
    `log_years` is how long the log is kept: at least five by law (HSLF-FS 2016:40 4 kap. 9 §).
    `secret` is what all keys that the portal itself needs are derived from: processes that serve
    the same people need the same one, and without one each process makes its own. `sessions_url`
    and `shelf_url` are Redis: sessions of residents, and what has been fetched, for several
    processes; without them the first are in the database and the second in each process.
    """

    model_config = SettingsConfigDict(
        env_prefix="PORTAL_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    base_url: ProtectedUrl = "http://localhost:8000"
    database_url: str = "sqlite:///portal.db"
    sessions_url: SecretStr | None = None
    shelf_url: SecretStr | None = None
    secret: SecretStr = Field(default_factory=lambda: SecretStr(token_urlsafe()), min_length=32)
    logins: tuple[LoginSettings, ...] = ()
    staff_saml: tuple[StaffSamlSettings, ...] = ()
    staff_logins: tuple[StaffLoginSettings, ...] = ()
    sources: tuple[dict[str, Any], ...] = ()
    connections: dict[str, Any] | None = None
    unit_catalogue: dict[str, Any] | None = None
    worklists: tuple[WorklistSettings, ...] = ()
    units: tuple[UnitSettings, ...] = ()
    access: PolicySettings = PolicySettings()
    security: SecuritySettings = SecuritySettings()
    assignments: AssignmentSettings = AssignmentSettings()
    log_years: int = Field(default=10, ge=5)
    log_review: LogReviewSettings = LogReviewSettings()
    inbound: InboundSettings | None = None
    soft_seconds: float = Field(default=1.2, gt=0)
    hard_seconds: float = Field(default=4.0, gt=0)
    register_seconds: float = Field(default=2.0, gt=0)
    travel_minutes: int = Field(default=30, ge=0, le=240)
    calendar: CalendarSettings = CalendarSettings()
    next_visit_hours: float = Field(default=4, ge=0, le=168)
    map_url: str | None = Field(default=None, pattern=r"^https://[^{}]*\{place\}[^{}]*$")
    links: tuple[LinkSettings, ...] = ()
    matters: tuple[MatterSettings, ...] | None = None
    accessibility: AccessibilitySettings | None = None
    ombud_reminder_days: int = Field(default=30, ge=0, le=366)
    session_idle_minutes: int = Field(default=30, ge=1)
    staff_idle_minutes: int = Field(default=15, ge=1)
    session_hours: int = Field(default=8, ge=1)
    log_level: str = "INFO"

    @model_validator(mode="after")
    def _share_the_secret(self) -> Self:
        """Several processes with a key each would not find what the others have put there."""
        if self.shelf_url is not None and "secret" not in self.model_fields_set:
            raise ValueError("a shelf that is shared needs a secret")
        return self

    @model_validator(mode="after")
    def _name_roles_of_the_rules(self) -> Self:
        """A misspelt role reads nothing, and nobody would know why. One that the installation has
        taken from the rules reads nothing either, and that was meant."""
        policies = (Policy(), self.access.policy())
        for role in self.assignments.roles():
            if not any(is_role(role, policy) for policy in policies):
                raise ValueError(f"no rule knows the role {role!r}")
        return self

    @model_validator(mode="after")
    def _keep_staff_apart(self) -> Self:
        """Who is trusted to say which residents log in says nothing of staff, nor the reverse."""
        residents = {one.issuer for one in self.logins}
        staff = [one.entity_id for one in self.staff_saml]
        staff += [one.issuer for one in self.staff_logins]
        keys = [one.key for one in self.staff_saml] + [one.key for one in self.staff_logins]
        if len({*residents, *staff}) != len(residents) + len(staff):
            raise ValueError("a provider logs in residents or staff, in one way")
        if len(set(keys)) != len(keys):
            raise ValueError("two providers of staff have the same key")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        path = os.environ.get(FILE_VARIABLE)
        files = (TomlConfigSettingsSource(settings_cls, Path(path)),) if path else ()
        return init_settings, _Environment(settings_cls), *files

    def turned_to(self) -> tuple[Matter, ...]:
        """What one may want to ask about: the installation's own list, else the curated one."""
        return MATTERS if self.matters is None else tuple(one.matter() for one in self.matters)

    def key(self, purpose: str) -> bytes:
        """A key of 32 bytes for one purpose, derived from the secret."""
        derivation = HKDF(SHA256(), length=32, salt=None, info=purpose.encode("ascii"))
        return derivation.derive(self.secret.get_secret_value().encode())


class _Environment(EnvSettingsSource):
    """The environment, with the content of the files that PORTAL_X_FILE names."""

    def __init__(self, settings_cls: type[BaseSettings]) -> None:
        super().__init__(settings_cls)
        prefix = self.env_prefix.lower()
        named = {
            name.lower().removesuffix("_file"): Path(value).read_text(encoding="utf-8").strip()
            for name, value in os.environ.items()
            if name.lower().startswith(prefix) and name.lower().endswith("_file") and value
        }
        self.env_vars = {**self.env_vars, **named}
        self._refuse_unknown(prefix)

    def _refuse_unknown(self, prefix: str) -> None:
        """A misspelt limit would otherwise be no limit, and nobody would know."""
        known = {*self.settings_cls.model_fields, FILE_VARIABLE.lower().removeprefix(prefix)}
        said = (name.lower().removesuffix("_file") for name in os.environ)
        for name in said:
            if name.startswith(prefix) and name.removeprefix(prefix).split("__")[0] not in known:
                raise ValueError(f"unknown setting: {name.upper()}")
