"""The capability that the fetch service asks for: made here, by the rules, and nowhere else."""

from collections.abc import Iterable, Mapping
from dataclasses import InitVar, dataclass, field
from types import MappingProxyType
from typing import Final

from stodtjanster.access.decision import Decision, Law, Policy, Reason, Resource
from stodtjanster.access.rules import Case, judge
from stodtjanster.information import Item
from stodtjanster.model import Situation

_SEAL: Final = object()
_UNASKED: Final = Decision(
    False,
    Reason.INVALID_CONTEXT,
    Law.POLICY,
    ((Reason.INVALID_CONTEXT, Law.POLICY),),
)


class NotPermitted(Exception):  # noqa: N818 - a statement
    """Something was asked for without a permit that covers it and is logged."""


@dataclass(frozen=True, slots=True)
class Permit:
    """What this actor may learn of this subject, now.

    `decisions` holds every kind that was asked for, granted or not. `reach` names whose shelf may
    be used: one login session and one subject. `audit` is the reference of the committed log
    record; without it nothing may be fetched.

    It is read-only, and `dataclasses.replace` cannot make another one: the seal is not kept in it.
    """

    situation: Situation
    reach: str
    policy: Policy
    decisions: Mapping[type[Item], Decision]
    audit: str | None = None
    seal: InitVar[object] = None
    _said: dict[tuple[str, bool | None], Decision] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise NotPermitted("a permit is made by access.decide()")

    @property
    def granted(self) -> frozenset[type[Item]]:
        return frozenset(kind for kind, said in self.decisions.items() if said.permitted)

    @property
    def refused(self) -> Mapping[type[Item], Decision]:
        return {kind: said for kind, said in self.decisions.items() if not said.permitted}

    @property
    def ground(self) -> Decision:
        """The decision that names the whole: a granted one if there is any.

        Raises NotPermitted when nothing was asked for.
        """
        decisions = sorted(self.decisions.values(), key=lambda said: not said.permitted)
        if not decisions:
            raise NotPermitted("nothing was asked for")
        return decisions[0]

    def logged(self, reference: str) -> "Permit":
        """The same permit, now that its log record `reference` is committed.

        Raises NotPermitted for an empty reference: it names no record.
        """
        if not reference:
            raise NotPermitted("a log record has a reference")
        return Permit(
            self.situation, self.reach, self.policy, self.decisions, reference, seal=_SEAL
        )

    def admits(self, item: Item) -> Decision:
        """Decide one record: after fetch, and again when it comes from the shelf.

        A record of a kind that was not decided, or about another person, is refused here too:
        the rules speak of the situation's subject and of nobody else.
        """
        kind = self.decisions.get(type(item), _UNASKED)
        if not kind.permitted:
            return kind
        if item.subject != self.situation.subject.person:
            return _UNASKED
        # All else that the rules know is the permit's own, so records that are alike in these
        # facts are decided alike: a list of two hundred is a handful of decisions.
        facts = (item.info_type, item.origin.approved_for_patient)
        said = self._said.get(facts)
        if said is None:
            said = judge(Case(self.situation, Resource(*facts), self.policy))
            self._said[facts] = said
        return said


def decide(
    situation: Situation,
    kinds: Iterable[type[Item]],
    *,
    reach: str,
    policy: Policy | None = None,
) -> Permit:
    """Decide each kind of information before anything of it is asked for.

    Item-level facts are not known yet and are taken as favourable here; `Permit.admits` decides
    every record.
    """
    policy = policy or Policy()
    decisions = {
        kind: judge(Case(situation, Resource(kind.info_type), policy)) for kind in set(kinds)
    }
    return Permit(situation, reach, policy, MappingProxyType(decisions), seal=_SEAL)
