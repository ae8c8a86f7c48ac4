"""Who asks, about whom, on what ground and why. Made anew for every request."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from stodtjanster.model.person import PersonId
from stodtjanster.model.when import local_day


class ActorKind(StrEnum):
    CITIZEN = "citizen"
    GUARDIAN = "guardian"
    OMBUD = "ombud"
    LEGAL_REPRESENTATIVE = "legal_representative"
    STAFF = "staff"


class Protection(StrEnum):
    NONE = "none"
    SEKRETESSMARKERING = "sekretessmarkering"
    SKYDDAD_FOLKBOKFORING = "skyddad_folkbokforing"


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who is logged in. `loa` is normalised to loa1..loa4."""

    kind: ActorKind
    person: PersonId
    loa: str


@dataclass(frozen=True, slots=True)
class Subject:
    """The one whom it is about, with what decides access."""

    person: PersonId
    deceased: bool = False
    protected: Protection = Protection.NONE
    sealed: bool = False
    login_locked: bool = False


@dataclass(frozen=True, slots=True)
class Situation:
    """`now` is aware; `language` is a BCP 47 tag; `purpose` is a word of the log contract."""

    actor: Actor
    subject: Subject
    language: str
    now: datetime
    purpose: str = "Vård och behandling"

    @property
    def today(self) -> date:
        """The day in Sweden."""
        return local_day(self.now)

    @property
    def about_self(self) -> bool:
        return self.actor.person == self.subject.person
