"""The capability that the fetch service asks for: made here, by the rules, and nowhere else."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import InitVar, dataclass, field
from types import MappingProxyType
from typing import Final, TypeAlias

from stodtjanster.access.case import Case, Facts, Resource, UnitAccess
from stodtjanster.access.decision import Decision, Verdict
from stodtjanster.access.engine import judge
from stodtjanster.access.policy import Policy
from stodtjanster.access.reasons import LAW, Reason
from stodtjanster.information import Guardianship, Item, PersonRecord
from stodtjanster.model import ActorKind, HsaId, Origin, PersonId, Protection, Sharing, Situation

_Alike: TypeAlias = tuple[str, HsaId | None, HsaId | None, bool | None, Sharing | None]

ProviderOf: TypeAlias = Callable[[Origin], HsaId | None]

_SEAL: Final = object()
_UNASKED: Final = Decision(
    Verdict.DENY,
    Reason.INVALID_CONTEXT,
    against=((Reason.INVALID_CONTEXT, LAW[Reason.INVALID_CONTEXT]),),
)


def _as_it_says(origin: Origin) -> HsaId | None:
    return origin.care_provider


class NotPermitted(Exception):  # noqa: N818 - a statement
    """Something was asked for without a permit that covers it and is logged."""


@dataclass(frozen=True, slots=True)
class Permit:
    """What this actor may learn of this subject, now.

    `decisions` holds every kind that was asked for, granted or not. `reach` names whose shelf may
    be used: one login session and one subject. `audit` is the reference of the committed log
    record; without it nothing may be fetched. `provider_of` says who answers for a record: several
    contracts leave that out. `no_more_than` are the fields of the decision rules that the page
    needs, where that is less than may be seen (GDPR article 5.1 c).

    It is read-only, and `dataclasses.replace` cannot make another one: the seal is not kept in it.
    """

    situation: Situation
    reach: str
    policy: Policy
    decisions: Mapping[type[Item], Decision]
    audit: str | None = None
    facts: Facts = field(default_factory=Facts)
    provider_of: ProviderOf = field(default=_as_it_says, repr=False, compare=False)
    no_more_than: tuple[str, ...] | None = None
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
        """The decision that names the whole: a granted one if there is any.

        Raises NotPermitted when nothing was asked for.
        """
        decisions = sorted(self.decisions.values(), key=lambda said: said.denied)
        if not decisions:
            raise NotPermitted("nothing was asked for")
        return decisions[0]

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
            self.provider_of,
            self.no_more_than,
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
            provider_of=self.provider_of,
            no_more_than=self.no_more_than,
            seal=_SEAL,
        )

    def admits(self, item: Item) -> Decision:
        """Decide one record: after fetch, and again when it comes from the shelf.

        A record of a kind that was not decided, or about another person, is refused here too:
        the rules speak of the situation's subject and of nobody else. Whoever shows the record
        has to follow `keep` and `drop`, as `shown` does.
        """
        kind = self.decisions.get(type(item), _UNASKED)
        if kind.denied:
            return kind
        if item.subject not in self.situation.subject.numbers:
            return _UNASKED
        if isinstance(item, PersonRecord | Guardianship):
            # A register names no unit and approves nothing: there is no more to decide on.
            return kind
        # All else that the rules know is the permit's own, so records that are alike in these
        # facts are decided alike: a list of two hundred is a handful of decisions.
        origin = item.origin
        alike = (
            item.info_type,
            self.provider_of(origin),
            origin.care_unit,
            origin.approved_for_patient,
            item.sharing,
        )
        said = self._said.get(alike)
        if said is None:
            info_type, provider, unit, approved, sharing = alike
            resource = Resource(
                info_type, provider, unit, approved_for_patient=approved, sharing=sharing
            )
            case = _case(self.situation, resource, self.facts)
            said = judge(case, self.policy)
            self._said[alike] = said
        return said

    def shown(self, item: Item) -> Item | None:
        """What may be shown of a record, as far as it may: None when nothing of it is.

        Of somebody whose identity is protected, or may be, no record tells where they can be found.
        """
        said = self.admits(item)
        if said.denied:
            return None
        shown = item if said.permitted else item.redacted(said.keep, said.drop)
        if shown is not None and self.no_more_than is not None:
            shown = shown.redacted(self.no_more_than)
        if shown is None:
            return None
        protected = self.situation.subject.protected is not Protection.NONE
        return shown.hidden() if protected else shown


def decide(
    situation: Situation,
    kinds: Iterable[type[Item]],
    *,
    reach: str,
    policy: Policy | None = None,
    facts: Facts | None = None,
    provider_of: ProviderOf | None = None,
    no_more_than: tuple[str, ...] | None = None,
) -> Permit:
    """Decide each kind of information before anything of it is asked for.

    `facts` are what registers say of actor and subject together. Without them nobody but the person
    themself is let in. `provider_of` says who answers for a record that may not say it itself.
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
        provider_of=provider_of or _as_it_says,
        no_more_than=no_more_than,
        seal=_SEAL,
    )


def _case(situation: Situation, resource: Resource, facts: Facts) -> Case:
    return Case(situation.now, situation.actor, situation.subject, resource, facts)


def _best_record(info_type: str, situation: Situation, facts: Facts) -> Resource:
    """The record of this kind that the actor is likeliest to be let see, if there is one."""
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
