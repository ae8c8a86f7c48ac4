"""Who asks, about whom, on what ground and why. Made anew for every request."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from stodtjanster.model.hsa import HsaId
from stodtjanster.model.person import PersonId
from stodtjanster.model.when import local_day


class ActorKind(StrEnum):
    CITIZEN = "citizen"
    GUARDIAN = "guardian"
    OMBUD = "ombud"
    LEGAL_REPRESENTATIVE = "legal_representative"
    STAFF = "staff"


class Protection(StrEnum):
    """Skyddade personuppgifter. UNKNOWN is when the register has not said: it is obeyed as
    protection is."""

    NONE = "none"
    SEKRETESSMARKERING = "sekretessmarkering"
    SKYDDAD_FOLKBOKFORING = "skyddad_folkbokforing"
    UNKNOWN = "unknown"


class Side(StrEnum):
    """The two sides of SVOD (2022:913). One municipality may be both."""

    VARD = "vardgivare"
    OMSORG = "omsorgsgivare"


@dataclass(frozen=True, slots=True)
class Place:
    """A provider (vårdgivare, omsorgsgivare) and a unit of it."""

    provider: HsaId
    unit: HsaId


@dataclass(frozen=True, slots=True)
class Commission:
    """A chosen medarbetaruppdrag. `rights` are HSA's strings; both days are included."""

    purpose: str
    rights: tuple[str, ...]
    place: Place
    valid_from: date
    valid_to: date


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who is logged in. `loa` is normalised to loa1..loa4.

    `kind` is None for a word that nobody knows; `role` may be such a word. `acting_for` is the
    person in the acting state of the session, None for one's own. `others` are other numbers of
    theirs by the register, as far as it has been asked. The rest is said of staff only: `place` is
    what the session holds, `commission` what HSA said.
    """

    kind: ActorKind | None
    person: PersonId
    loa: str
    acting_for: PersonId | None = None
    hsa_id: HsaId | None = None
    role: str = ""
    side: Side | None = None
    place: Place | None = None
    commission: Commission | None = None
    others: tuple[PersonId, ...] = ()

    @property
    def numbers(self) -> tuple[PersonId, ...]:
        return (self.person, *self.others)

    @property
    def unit(self) -> HsaId | None:
        return self.place.unit if self.place else None

    @property
    def provider(self) -> HsaId | None:
        return self.place.provider if self.place else None


@dataclass(frozen=True, slots=True)
class Subject:
    """The one whom it is about, with what decides access.

    `others` are the person's other numbers, which the register has linked with `person`.
    """

    person: PersonId
    deceased: bool = False
    protected: Protection = Protection.NONE
    sealed: bool = False
    login_locked: bool = False
    lacks_capacity: bool = False
    consent_capable: bool = True
    others: tuple[PersonId, ...] = ()

    @property
    def numbers(self) -> tuple[PersonId, ...]:
        """All numbers of the person, the one that was asked about first."""
        return (self.person, *self.others)


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

    @property
    def agent(self) -> PersonId | HsaId | None:
        """Who a source is told asks in the subject's place; None when it is the subject. What
        number an employee has outside work is nothing that other organisations are told."""
        if self.about_self:
            return None
        return self.actor.hsa_id if self.actor.kind is ActorKind.STAFF else self.actor.person
