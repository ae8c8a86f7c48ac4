"""What the logins of staff use, joined once, apart from the logins of residents."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx

from portal.identity.saml import Addresses, SamlProvider
from portal.identity.settings import SamlSettings, StaffProviderSettings
from portal.identity.staff_oidc import StaffProvider
from portal.security import origin
from portal.sessions import LoginAttempts
from portal.settings import Settings
from portal.staff_sessions import StaffSessions
from portal.store import Store, UsedAssertions


@dataclass(frozen=True, slots=True)
class StaffDoor:
    """`saml` and `oidc` are the providers, by their keys in addresses; no key is in both."""

    sessions: StaffSessions
    attempts: LoginAttempts
    used: UsedAssertions
    saml: Mapping[str, SamlProvider]
    oidc: Mapping[str, StaffProvider]

    @property
    def titles(self) -> Iterator[tuple[str, str]]:
        """Key and title of every provider, SAML first."""
        for key, saml in self.saml.items():
            yield key, saml.settings.title
        for key, oidc in self.oidc.items():
            yield key, oidc.settings.title

    @property
    def sites(self) -> Iterator[str]:
        """Where a logout may lead."""
        for saml in self.saml.values():
            yield origin(saml.settings.site)
        for oidc in self.oidc.values():
            yield origin(oidc.settings.issuer)


def build_staff_door(
    settings: Settings,
    store: Store,
    http: httpx.Client,
    clock: Callable[[], datetime],
    *,
    keep_attempts: timedelta,
) -> StaffDoor:
    """Raises OSError or ValueError when a key or a certificate cannot be read."""
    base = settings.base_url.rstrip("/")
    return StaffDoor(
        sessions=StaffSessions(
            store.staff_sessions,
            key=settings.key("logouts of staff"),
            idle=timedelta(minutes=settings.staff_idle_minutes),
            absolute=timedelta(hours=settings.session_hours),
        ),
        attempts=LoginAttempts(
            store.logins, purpose=b"portal staff login seal 1", lifetime=keep_attempts
        ),
        used=store.used_assertions,
        saml={
            one.key: SamlProvider(
                SamlSettings(**one.model_dump(exclude={"key"})),
                http,
                clock,
                saml_addresses(base, one.key),
            )
            for one in settings.staff_saml
        },
        oidc={
            one.key: StaffProvider(
                StaffProviderSettings(**one.model_dump(exclude={"key"})),
                http,
                clock,
                redirect_uri=f"{base}/personal/oidc/{one.key}/klar",
            )
            for one in settings.staff_logins
        },
    )


def saml_addresses(base: str, key: str) -> Addresses:
    own = f"{base}/personal/saml/{key}"
    return Addresses(answer=f"{own}/svar", logout=f"{own}/utloggning", metadata=f"{own}/metadata")
