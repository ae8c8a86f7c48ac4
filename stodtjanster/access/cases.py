"""Cases as they are written in a file: JSON, read strictly, into what the rules know.

`{schema_version, policy, cases: [case]}`. A word that a rule itself refuses when it is unknown
(kind, loa, role, type of information, purpose, scope) may be any text; every other word has to be
one of the documented ones. Members that decide have to be there, also when they are null. Others
are documentation and are not read.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from stodtjanster.access import case as facts
from stodtjanster.access.case import ConsentStatus, Level, LiftedBy, Secrecy
from stodtjanster.access.policy import Policy
from stodtjanster.access.settings import PolicySettings
from stodtjanster.model import (
    Actor,
    ActorKind,
    Commission,
    HsaId,
    PersonId,
    Place,
    Protection,
    Sharing,
    Side,
    Subject,
    local_day,
    midnight,
)

__all__ = ["Expected", "UnreadableCases", "WrittenCase", "WrittenCases", "read_cases"]

_DAY_LENGTH = len("2026-11-20")
_KINDS = {kind.value: kind for kind in ActorKind}


class UnreadableCases(Exception):  # noqa: N818 - a statement
    """`complaints` say which case and which member, never what stood there."""

    def __init__(self, complaints: Iterable[str]) -> None:
        self.complaints = tuple(complaints)
        super().__init__("; ".join(self.complaints))


def _moment(said: object) -> datetime:
    """A whole day begins at Swedish midnight."""
    if not isinstance(said, str):
        raise ValueError("a time in ISO 8601 is needed")  # noqa: TRY004 - pydantic's protocol
    try:
        if len(said) == _DAY_LENGTH:
            return midnight(date.fromisoformat(said))
        moment = datetime.fromisoformat(said)
    except ValueError:
        raise ValueError("a time in ISO 8601 is needed") from None
    if moment.tzinfo is None:
        raise ValueError("a time needs an offset")
    return moment


def _has_a_swedish_day(moment: datetime) -> datetime:
    try:
        local_day(moment)
    except OverflowError:
        raise ValueError("a time within the calendar is needed") from None
    return moment


def _person(said: object) -> PersonId:
    if not isinstance(said, str):
        raise ValueError("person number: text is needed")  # noqa: TRY004 - pydantic's protocol
    return PersonId.parse(said)


def _hsa_id(said: object) -> HsaId:
    if not isinstance(said, str):
        raise ValueError("not an HSA-id")  # noqa: TRY004 - pydantic's protocol
    return HsaId.parse(said)


Moment = Annotated[datetime, BeforeValidator(_moment)]
Hour = Annotated[Moment, AfterValidator(_has_a_swedish_day)]
Person = Annotated[PersonId, BeforeValidator(_person)]
Hsa = Annotated[HsaId, BeforeValidator(_hsa_id)]


class _Written(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, arbitrary_types_allowed=True)


class WrittenPlace(_Written):
    provider: Hsa
    unit: Hsa

    def read(self) -> Place:
        return Place(self.provider, self.unit)


class WrittenCommission(WrittenPlace):
    purpose: str
    rights: tuple[str, ...]
    valid_from: date
    valid_to: date

    def read_commission(self) -> Commission:
        return Commission(self.purpose, self.rights, self.read(), self.valid_from, self.valid_to)


class WrittenActor(_Written):
    kind: str
    person_id: Person
    loa: str
    acting_for: Person | None = None
    hsa_id: Hsa | None = None
    role: str | None = None
    source_type: Side | None = None
    context: WrittenPlace | None = None
    commission: WrittenCommission | None = None

    def read(self) -> Actor:
        return Actor(
            kind=_KINDS.get(self.kind),
            person=self.person_id,
            loa=self.loa,
            acting_for=self.acting_for,
            hsa_id=self.hsa_id,
            role=self.role or "",
            side=self.source_type,
            place=self.context.read() if self.context else None,
            commission=self.commission.read_commission() if self.commission else None,
        )


class WrittenSubject(_Written):
    person_id: Person
    deceased: bool
    protected: Literal["none", "sekretessmarkering", "skyddad_folkbokforing"]
    sealed: bool
    login_locked: bool
    capacity: Literal["full", "lacking"]
    consent_capable: bool

    def read(self) -> Subject:
        return Subject(
            person=self.person_id,
            deceased=self.deceased,
            protected=Protection(self.protected),
            sealed=self.sealed,
            login_locked=self.login_locked,
            lacks_capacity=self.capacity == "lacking",
            consent_capable=self.consent_capable,
        )


class WrittenLifted(_Written):
    kind: LiftedBy
    unit: Hsa
    valid_to: Moment


class WrittenBlock(_Written):
    level: Level
    provider: Hsa
    unit: Hsa | None
    valid_from: Moment
    valid_to: Moment | None
    lifted: WrittenLifted | None

    def read(self) -> facts.Block:
        lifted = self.lifted
        return facts.Block(
            self.level,
            self.provider,
            self.unit,
            self.valid_from,
            self.valid_to,
            facts.Lifted(lifted.kind, lifted.unit, lifted.valid_to) if lifted else None,
        )


class WrittenSharing(_Written):
    shared: bool
    units: tuple[Hsa, ...]

    def read(self) -> Sharing:
        return Sharing(self.shared, frozenset(self.units))


class WrittenResource(_Written):
    info_type: str
    source_type: Side
    provider: Hsa
    unit: Hsa
    documented_at: Moment | None
    start: Hour | None = None
    approved_for_patient: bool | None
    available_svod: bool
    made_available_under: Literal["2:4", "2:6"] | None
    secrecy: tuple[Secrecy, ...]
    sensitive_unit: bool
    has_internal_notes: bool = False
    blocks: tuple[WrittenBlock, ...]
    sharing: WrittenSharing | None = None

    def read(self) -> facts.Resource:
        return facts.Resource(
            info_type=self.info_type,
            provider=self.provider,
            unit=self.unit,
            side=self.source_type,
            documented_at=self.documented_at,
            start=self.start,
            approved_for_patient=self.approved_for_patient,
            available_svod=self.available_svod,
            made_available_under=self.made_available_under,
            secrecy=frozenset(self.secrecy),
            sensitive_unit=self.sensitive_unit,
            has_internal_notes=self.has_internal_notes,
            blocks=tuple(block.read() for block in self.blocks),
            sharing=self.sharing.read() if self.sharing else None,
        )


class WrittenRelation(_Written):
    active: bool
    category: str | None


class WrittenConsent(_Written):
    status: ConsentStatus
    unit: Hsa | None
    person_hsa_id: Hsa | None
    valid_to: Moment | None


class WrittenEmergency(_Written):
    declared: bool
    danger: bool
    consent_obtainable: bool
    reason: str | None


class WrittenGrant(_Written):
    grantor: Person
    grantee: Person
    scopes: tuple[str, ...]
    valid_from: Moment
    valid_to: Moment
    revoked_at: Moment | None
    providers: tuple[Hsa, ...]

    def read(self) -> facts.Grant:
        return facts.Grant(
            self.grantor,
            self.grantee,
            frozenset(self.scopes),
            self.valid_from,
            self.valid_to,
            self.revoked_at,
            frozenset(self.providers),
        )


class WrittenUnitAccess(_Written):
    units: tuple[Hsa, ...]
    valid_to: date

    def read(self) -> facts.UnitAccess:
        return facts.UnitAccess(frozenset(self.units), self.valid_to)


class WrittenGuardian(_Written):
    registered: bool
    blocked: bool
    extended_access: WrittenUnitAccess | None

    def read(self) -> facts.Guardian:
        extended = self.extended_access
        return facts.Guardian(self.registered, self.blocked, extended.read() if extended else None)


class WrittenIncapacity(_Written):
    attested: bool


class WrittenDependencies(_Written):
    blocking: Literal["up", "down"]
    consent: Literal["up", "down"]

    def read(self) -> facts.Dependencies:
        return facts.Dependencies(self.blocking == "up", self.consent == "up")


class ExpectedLog(_Written):
    access_log: bool
    activity: str | None
    review: bool


class Expected(_Written):
    """What a case says of its own decision."""

    decision: Literal["permit", "deny", "redact"]
    reason: str
    keep: tuple[str, ...] | None = None
    drop: tuple[str, ...] | None = None
    log: ExpectedLog


class WrittenCase(_Written):
    id: str = Field(min_length=1)
    now: Hour
    actor: WrittenActor
    subject: WrittenSubject
    resource: WrittenResource
    relation: WrittenRelation | None
    consent: WrittenConsent | None
    emergency: WrittenEmergency | None
    grant: WrittenGrant | None
    guardian: WrittenGuardian | None
    early_access: WrittenUnitAccess | None
    incapacity: WrittenIncapacity | None
    dependencies: WrittenDependencies
    expect: Expected | None = None

    def read(self) -> facts.Case:
        return facts.Case(
            self.now, self.actor.read(), self.subject.read(), self.resource.read(), self._facts()
        )

    def _facts(self) -> facts.Facts:
        relation, consent, emergency = self.relation, self.consent, self.emergency
        return facts.Facts(
            relation=facts.Relation(relation.active, relation.category) if relation else None,
            consent=facts.Consent(
                consent.status, consent.unit, consent.person_hsa_id, consent.valid_to
            )
            if consent
            else None,
            emergency=facts.Emergency(
                emergency.declared,
                emergency.danger,
                emergency.consent_obtainable,
                emergency.reason or "",
            )
            if emergency
            else None,
            grant=self.grant.read() if self.grant else None,
            guardian=self.guardian.read() if self.guardian else None,
            early_access=self.early_access.read() if self.early_access else None,
            incapacity_attested=self.incapacity is not None and self.incapacity.attested,
            dependencies=self.dependencies.read(),
        )


class _File(_Written):
    schema_version: Literal[1]
    policy: PolicySettings | None = None
    cases: tuple[WrittenCase, ...]


@dataclass(frozen=True, slots=True)
class WrittenCases:
    """The cases of a file, and the policy that it was written for if it says one."""

    cases: tuple[WrittenCase, ...]
    policy: Policy | None


def read_cases(body: bytes) -> WrittenCases:
    """Read a file of cases. Raises UnreadableCases when any of it cannot be read."""
    try:
        file = _File.model_validate_json(body)
    except ValidationError as invalid:
        raise UnreadableCases(_complaints(invalid, body)) from None
    return WrittenCases(file.cases, file.policy.policy() if file.policy else None)


def _complaints(invalid: ValidationError, body: bytes) -> Iterable[str]:
    for error in invalid.errors(include_url=False, include_context=False, include_input=False):
        if error["type"] == "json_invalid":
            yield "not JSON"
            continue
        match error["loc"]:
            case ("cases", int(number), *rest):
                where = f"case {_name(body, number)}: {_path(rest) or 'the case'}"
            case rest:
                where = _path(rest) or "the file"
        yield f"{where}: {error['msg']}"


def _path(parts: Iterable[int | str]) -> str:
    return ".".join(str(part) for part in parts)


def _name(body: bytes, number: int) -> str:
    """The id of a case that could not be read, or its place in the file."""
    case: Any = json.loads(body)["cases"][number]
    name = case.get("id") if isinstance(case, dict) else None
    return name if isinstance(name, str) and name.isprintable() and name else f"no {number + 1}"
