"""The capability that the fetch service asks for: made here, by the rules, and nowhere else."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import InitVar, dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

from stodtjanster.access.case import Block, Case, Dependencies, Facts, Resource, UnitAccess
from stodtjanster.access.decision import Decision, Verdict
from stodtjanster.access.engine import judge
from stodtjanster.access.policy import Policy
from stodtjanster.access.reasons import EMERGENCY_OPENINGS, LAW, Reason
from stodtjanster.information import Item, PersonRecord
from stodtjanster.model import (
    ActorKind,
    Approximate,
    Cause,
    HsaId,
    Origin,
    Owner,
    PersonId,
    Protection,
    Sharing,
    Side,
    Situation,
    Timed,
    When,
    first_day,
    midnight,
)

OwnerOf: TypeAlias = Callable[[Origin], Owner]

_SEAL: Final = object()
_UNASKED: Final = Decision(
    Verdict.DENY,
    Reason.INVALID_CONTEXT,
    against=((Reason.INVALID_CONTEXT, LAW[Reason.INVALID_CONTEXT]),),
)


_WITHHELD: Final[Mapping[Reason, Cause]] = MappingProxyType(
    {
        Reason.DEPENDENCY_UNAVAILABLE: Cause.UNCHECKED,
        Reason.BLOCKED_INNER: Cause.BLOCKED,
        Reason.BLOCKED_OUTER: Cause.BLOCKED,
        **dict.fromkeys(
            (
                *(Reason.CONSENT_MISSING, Reason.CONSENT_EXPIRED, Reason.CONSENT_REFUSED),
                *(Reason.CONSENT_SCOPE, Reason.CONSENT_WITHDRAWN, Reason.DECEASED_NO_CONSENT),
                *(Reason.INCAPACITY_NOT_ATTESTED, Reason.INCAPACITY_OMSORG_ONLY),
                Reason.EMERGENCY_NOT_FOR_OMSORG,
            ),
            Cause.NO_CONSENT,
        ),
    }
)
"""What stands between staff and a record, when that there is such a record may be said."""
_TOLD_AS: Final[Mapping[Cause, str]] = MappingProxyType(
    {Cause.NO_CONSENT: "existence", Cause.BLOCKED: "block_info"}
)
"""The meta type by which the rules decide on saying it, for another provider's record."""


def _as_it_says(origin: Origin) -> Owner:
    return Owner(origin.care_provider)


@dataclass(frozen=True, slots=True)
class Screened:
    """What the service for blocks said of one record. Not asked is not up."""

    blocks: tuple[Block, ...] = ()
    up: bool = False


NOT_SCREENED: Final = Screened()


class _Alike(NamedTuple):
    """What of a record the rules decide on."""

    info_type: str
    owner: Owner
    unit: HsaId | None
    approved_for_patient: bool | None
    sharing: Sharing | None
    start: datetime | None = None
    documented_at: datetime | None = None
    screened: Screened = NOT_SCREENED

    def resource(self) -> Resource:
        return Resource(
            self.info_type,
            self.owner.provider,
            self.unit,
            side=self.owner.side,
            documented_at=self.documented_at,
            start=self.start,
            approved_for_patient=self.approved_for_patient,
            available_svod=self.owner.available_svod,
            sensitive_unit=self.owner.sensitive,
            blocks=self.screened.blocks,
            sharing=self.sharing,
        )


class NotPermitted(Exception):  # noqa: N818 - a statement
    """Something was asked for without a permit that covers it and is logged."""


@dataclass(frozen=True, slots=True)
class Permit:
    """What this actor may learn of this subject, now.

    `decisions` holds every kind that was asked for, granted or not. `reach` names whose shelf may
    be used: one login session and one subject. `audit` is the reference of the committed log
    record; without it nothing may be fetched. `owner_of` says who answers for a record: several
    contracts leave that out. `no_more_than` are the fields of the decision rules that the page
    needs, where that is less than may be seen (GDPR article 5.1 c). One that only `looks_up` what
    the rules need to know shows nobody anything, and takes every record of its kind.

    It is read-only, and `dataclasses.replace` cannot make another one: the seal is not kept in it.
    """

    situation: Situation
    reach: str
    policy: Policy
    decisions: Mapping[type[Item], Decision]
    audit: str | None = None
    facts: Facts = field(default_factory=Facts)
    owner_of: OwnerOf = field(default=_as_it_says, repr=False, compare=False)
    no_more_than: tuple[str, ...] | None = None
    looks_up: bool = False
    seal: InitVar[object] = None
    _said: dict[_Alike, Decision] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise NotPermitted("a permit is made by access.decide()")

    @property
    def granted(self) -> frozenset[type[Item]]:
        """Kinds that may be asked for, also those of which only a part may be shown."""
        return frozenset(kind for kind, said in self.decisions.items() if not said.denied)

    @property
    def refused(self) -> Mapping[type[Item], Decision]:
        return {kind: said for kind, said in self.decisions.items() if said.denied}

    @property
    def ground(self) -> Decision:
        """The decision that names the whole: a granted one if there is any, and one of all that the
        kind holds before one of a part. It is the same in every process.

        Raises NotPermitted when nothing was asked for.
        """
        if not self.decisions:
            raise NotPermitted("nothing was asked for")
        said = self.decisions.items()
        return min(said, key=lambda one: (one[1].denied, not one[1].permitted, one[0].key))[1]

    @property
    def granted_to(self) -> PersonId | None:
        """The ombud's number in the grant that it rests on, None where there is no grant."""
        return self.facts.grant.grantee if self.facts.grant else None

    def logged(self, reference: str) -> "Permit":
        """The same permit, now that its log record `reference` is committed.

        Raises NotPermitted for an empty reference: it names no record.
        """
        if not reference:
            raise NotPermitted("a log record has a reference")
        return Permit(
            self.situation,
            self.reach,
            self.policy,
            self.decisions,
            reference,
            self.facts,
            self.owner_of,
            self.no_more_than,
            self.looks_up,
            seal=_SEAL,
        )

    def to_look_up(self, kind: type[Item] = PersonRecord) -> "Permit":
        """A permit to ask a register who the subject is, or whose guardian, so that this can be
        decided anew.

        Asked for before the register has said whether the person lives and is protected, this
        permit took both as favourable. Whom it opens nothing for would not be let in whatever the
        register says, so then nobody is looked up: raises NotPermitted.
        """
        if not self.granted:
            raise NotPermitted("nothing rests on who the person is")
        return Permit(
            self.situation,
            self.reach,
            self.policy,
            MappingProxyType({kind: self.ground}),
            facts=self.facts,
            owner_of=self.owner_of,
            looks_up=True,
            seal=_SEAL,
        )

    def admits(self, item: Item, screened: Screened = NOT_SCREENED) -> Decision:
        """Decide one record: after fetch, and again when it comes from the shelf.

        A record of a kind that was not decided, or about another person, is refused here too:
        the rules speak of the situation's subject and of nobody else. Whoever shows the record
        has to follow `keep` and `drop`, as `shown` does. `screened` is for staff: without it
        nothing that may be blocked is opened.
        """
        kind = self.decisions.get(type(item), _UNASKED)
        if kind.denied:
            return kind
        if item.subject not in self.situation.subject.numbers:
            return _UNASKED
        if self.looks_up:
            return kind
        return self._judged(self._alike(item, screened))

    def withheld(self, item: Item, screened: Screened = NOT_SCREENED) -> Cause | None:
        """Why a record is kept from staff, when the rules let them know that there is one.

        SVOD 2 kap. 4-5 §§: that it exists, or that something is blocked, and nothing more of it.
        """
        if self.situation.actor.kind is not ActorKind.STAFF:
            return None
        said = self.admits(item, screened)
        cause = _WITHHELD.get(said.reason) if said.denied else None
        if said.reason is Reason.BLOCKED_INNER:
            # PDL 4 kap. 4 §, which speaks of healthcare only.
            return cause if self.situation.actor.side is Side.VARD else None
        meta = None if cause is None else _TOLD_AS.get(cause)
        if meta is None:
            return cause
        asked = self._alike(item, screened)._replace(info_type=meta)
        return None if self._judged(asked).denied else cause

    def shown(self, item: Item, screened: Screened = NOT_SCREENED) -> Item | None:
        """What may be shown of a record, as far as it may: None when nothing of it is.

        Of somebody whose identity is protected, or may be, no record tells where they can be found.
        """
        said = self.admits(item, screened)
        if said.denied:
            return None
        shown: Item | None = item
        # What is looked up is for the rules, who need the whole of it.
        if not (said.permitted or self.looks_up or self._only_hides(said)):
            shown = item.redacted(said.keep, said.drop)
        if shown is not None and self.no_more_than is not None:
            shown = shown.redacted(self.no_more_than)
        if shown is None:
            return None
        protected = self.situation.subject.protected is not Protection.NONE
        return shown.hidden() if protected else shown

    def in_emergency(self, lifted: Iterable[Block] = ()) -> Decision | None:
        """By what an emergency opens more than else would be, for staff: the decision on the best
        record that it could open. None when it opens nothing. `lifted` are blocks that have been
        lifted for the reader.
        """
        actor = self.situation.actor
        if actor.kind is not ActorKind.STAFF:
            return None
        facts = replace(self.facts, dependencies=replace(self.facts.dependencies, blocking_up=True))
        now = self.situation.now
        for kind in sorted(self.granted, key=lambda each: each.key):
            across = Resource(kind.info_type, start=now, available_svod=True)
            under = (
                Resource(
                    kind.info_type,
                    block.provider,
                    block.unit,
                    actor.side,
                    documented_at=block.valid_from,
                    start=now,
                    blocks=(block,),
                )
                for block in lifted
            )
            for resource in (across, *under):
                said = judge(_case(self.situation, resource, facts), self.policy)
                if said.reason in EMERGENCY_OPENINGS:
                    return said
        return None

    def _alike(self, item: Item, screened: Screened) -> _Alike:
        """Records that are alike in this are decided alike: a list of two hundred is a handful of
        decisions. What the rules do not ask about for this actor is left out."""
        origin = item.origin
        common = (
            item.ruled_as,
            self.owner_of(origin),
            origin.care_unit,
            origin.approved_for_patient,
            item.sharing,
        )
        if self.situation.actor.kind is not ActorKind.STAFF:
            return _Alike(*common)
        documented = origin.documented_at if screened.blocks else None
        return _Alike(*common, _begins(item.during), documented, screened)

    def _judged(self, alike: _Alike) -> Decision:
        said = self._said.get(alike)
        if said is None:
            services = Dependencies(alike.screened.up, self.facts.dependencies.consent_up)
            facts = replace(self.facts, dependencies=services)
            said = judge(_case(self.situation, alike.resource(), facts), self.policy)
            self._said[alike] = said
        return said

    def _only_hides(self, said: Decision) -> bool:
        """What protected identity takes away is what `Item.hidden` does."""
        return said.drop is not None and set(said.drop) <= set(self.policy.whereabouts_fields)


def decide(
    situation: Situation,
    kinds: Iterable[type[Item]],
    *,
    reach: str,
    policy: Policy | None = None,
    facts: Facts | None = None,
    owner_of: OwnerOf | None = None,
    no_more_than: tuple[str, ...] | None = None,
) -> Permit:
    """Decide each kind of information before anything of it is asked for.

    `facts` are what registers say of actor and subject together. Without them nobody but the person
    themself is let in. `owner_of` says who answers for a record that may not say it itself.
    `no_more_than` is as in `Permit`.

    Item-level facts are not known yet and are taken as favourable here; `Permit.admits` decides
    every record.
    """
    policy, facts = policy or Policy(), facts or Facts()
    decisions = {
        kind: judge(
            _case(situation, _best_record(kind.info_type, situation, facts), facts),
            policy,
        )
        for kind in set(kinds)
    }
    return Permit(
        situation,
        reach,
        policy,
        MappingProxyType(decisions),
        facts=facts,
        owner_of=owner_of or _as_it_says,
        no_more_than=no_more_than,
        seal=_SEAL,
    )


def _case(situation: Situation, resource: Resource, facts: Facts) -> Case:
    return Case(situation.now, situation.actor, situation.subject, resource, facts)


def _best_record(info_type: str, situation: Situation, facts: Facts) -> Resource:
    """The record of this kind that the actor is likeliest to be let see, if there is one: for
    staff one of their own unit, today."""
    if situation.actor.kind is ActorKind.STAFF:
        own = situation.actor
        return Resource(info_type, own.provider, own.unit, own.side, start=situation.now)
    units = _units(situation, facts)
    providers = facts.grant.providers if facts.grant else frozenset()
    return Resource(
        info_type,
        provider=min(providers, default=None),
        unit=min(units.units, default=None) if units else None,
        approved_for_patient=True,
    )


def _units(situation: Situation, facts: Facts) -> UnitAccess | None:
    if situation.actor.kind is ActorKind.GUARDIAN:
        return facts.guardian.extended_access if facts.guardian else None
    return facts.early_access


def _begins(when: When | None) -> datetime | None:
    match when:
        case Timed(start) | Approximate(start):
            return start
        case None:
            return None
        case _:
            day = first_day(when)
            return None if day is None else midnight(day)
