"""What the rules may know: one question, and the facts that registers and session say of it.

The members are those of the decision rules. None is a fact that does not exist or that nobody
told; no rule takes it as favourable.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from stodtjanster.model import Actor, HsaId, PersonId, Sharing, Side, Subject, local_day

__all__ = [
    "Block",
    "Case",
    "Consent",
    "ConsentStatus",
    "Dependencies",
    "Emergency",
    "Facts",
    "Grant",
    "Guardian",
    "Level",
    "Lifted",
    "LiftedBy",
    "Relation",
    "Resource",
    "Secrecy",
    "UnitAccess",
]


class Secrecy(StrEnum):
    AGAINST_PATIENT = "against_patient"
    AGAINST_GUARDIAN = "against_guardian"


class Level(StrEnum):
    INNER = "inre"
    OUTER = "yttre"


class LiftedBy(StrEnum):
    CONSENT = "consent"
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class Lifted:
    """A lifting (hävning) for one unit, until `valid_to` (exclusive)."""

    kind: LiftedBy
    unit: HsaId
    valid_to: datetime


@dataclass(frozen=True, slots=True)
class Block:
    """A spärr on what was documented from `valid_from` until `valid_to` (exclusive), or since."""

    level: Level
    provider: HsaId
    unit: HsaId | None
    valid_from: datetime
    valid_to: datetime | None = None
    lifted: Lifted | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """A record, or a kind of record before any was fetched. The place is the owner's.

    `start` is when a booked visit begins. `documented_at` is what blocks are compared with; None
    may lie in any interval. `approved_for_patient` is None when the source did not say. `sharing`
    is None for all but what the person has written themself.
    """

    info_type: str
    provider: HsaId | None = None
    unit: HsaId | None = None
    side: Side | None = None
    documented_at: datetime | None = None
    start: datetime | None = None
    approved_for_patient: bool | None = None
    available_svod: bool = False
    made_available_under: str | None = None
    secrecy: frozenset[Secrecy] = frozenset()
    sensitive_unit: bool = True
    has_internal_notes: bool = False
    blocks: tuple[Block, ...] = ()
    sharing: Sharing | None = None

    def matching_blocks(self) -> tuple[Block, ...]:
        """The blocks that hold this very record."""
        return tuple(block for block in self.blocks if self._is_under(block))

    def _is_under(self, block: Block) -> bool:
        if self.provider is not None and block.provider != self.provider:
            return False
        if block.level is Level.INNER and self.unit is not None and block.unit != self.unit:
            return False
        if self.documented_at is None:
            return True
        begun = block.valid_from <= self.documented_at
        return begun and (block.valid_to is None or self.documented_at < block.valid_to)


@dataclass(frozen=True, slots=True)
class Relation:
    """Patientrelation, insats or utredning. `category` is the kind of omsorg."""

    active: bool
    category: str | None = None


class ConsentStatus(StrEnum):
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Consent:
    """For a unit or for all of them, for one employee or for all; until `valid_to` (exclusive)."""

    status: ConsentStatus
    unit: HsaId | None = None
    person_hsa_id: HsaId | None = None
    valid_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class Emergency:
    """What the reader says of an emergency."""

    declared: bool
    danger: bool
    consent_obtainable: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Grant:
    """From a person to an ombud. `valid_to` is exclusive; no `providers` means all of them."""

    grantor: PersonId
    grantee: PersonId
    scopes: frozenset[str]
    valid_from: datetime
    valid_to: datetime
    revoked_at: datetime | None = None
    providers: frozenset[HsaId] = frozenset()


@dataclass(frozen=True, slots=True)
class UnitAccess:
    """An exception that units have made for a person of 13-15, until the day `valid_to`."""

    units: frozenset[HsaId]
    valid_to: date

    def covers(self, unit: HsaId | None, day: date) -> bool:
        return unit in self.units and day < self.valid_to


@dataclass(frozen=True, slots=True)
class Guardian:
    """What folkbokföringen and the regions say of a guardian."""

    registered: bool
    blocked: bool
    extended_access: UnitAccess | None = None


@dataclass(frozen=True, slots=True)
class Dependencies:
    """Whether the services for blocks and consents answer. Not asked is not up."""

    blocking_up: bool = False
    consent_up: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What registers say of actor and subject together.

    `incapacity_attested`: the attitude of a person who lacks capacity has been clarified, and there
    is no reason to believe that they would be against it.
    """

    relation: Relation | None = None
    consent: Consent | None = None
    emergency: Emergency | None = None
    grant: Grant | None = None
    guardian: Guardian | None = None
    early_access: UnitAccess | None = None
    incapacity_attested: bool = False
    dependencies: Dependencies = Dependencies()


@dataclass(frozen=True, slots=True)
class Case:
    """One question to the rules. `now` is aware."""

    now: datetime
    actor: Actor
    subject: Subject
    resource: Resource
    facts: Facts = field(default_factory=Facts)

    @property
    def today(self) -> date:
        """The day in Sweden."""
        return local_day(self.now)
