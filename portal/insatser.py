"""What omsorg gives a person, for the rule that asks whether an employee takes part in it.

No national service knows of it. So the municipality's own decisions are asked for, and looked at by
nobody: a service that is given now by the employee's unit, or decided by their provider for those
who handle such matters, is a relation (SoL, LSS; SVOD 3 kap. 1 §). An utredning that has
not led to a decision is told of by no contract, and so is none.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from portal.lookups import Lookups
from stodtjanster.access import Facts, NotPermitted, OwnerOf, Policy, decide
from stodtjanster.access.ages import age_for_others
from stodtjanster.access.case import Relation
from stodtjanster.audit import AuditLog
from stodtjanster.fetch import FetchService
from stodtjanster.information import Appointment, CareService, CareServiceKind
from stodtjanster.model import Situation

DECIDES: Final = "bistandshandlaggare"
"""The role that takes part for every unit of its provider."""

_OLD: Final = 65
_ELDERLY: Final = "aldre"
_DISABILITY: Final = "funktionsnedsattning"
_HEALTHCARE: Final = frozenset({CareServiceKind.HOME_HEALTH_CARE, CareServiceKind.SPECIALIST_CARE})


@dataclass(frozen=True, slots=True)
class Taking:
    """`relation` is None when nothing says that there is one; `certain` is False when a source did
    not answer. It is not kept longer than `until`."""

    relation: Relation | None
    certain: bool
    until: datetime


NOTHING: Final = Taking(None, True, datetime.min.replace(tzinfo=UTC))


class Insatser(Lookups[Taking]):
    """Whether the employee of omsorg takes part in what is given to the subject."""

    kind = CareService

    def __init__(
        self,
        fetch: FetchService,
        clock: Callable[[], datetime],
        *,
        policy: Policy,
        owner_of: OwnerOf,
        patience: float,
    ) -> None:
        super().__init__(fetch, clock, policy=policy, patience=patience)
        self._owner_of = owner_of

    def _look_up(self, situation: Situation, reach: str, audit: AuditLog) -> Taking:
        # As if they took part: whom the rules stop even then is not looked up.
        taken = Facts(relation=Relation(active=True))
        try:
            asked = decide(situation, {Appointment}, reach=reach, policy=self._policy, facts=taken)
            permit = asked.to_look_up(CareService)
        except NotPermitted:
            return NOTHING
        said = self._trusted(permit, audit)
        relation = relation_of(situation, said.items, self._owner_of)
        return Taking(relation, said.certain or relation is not None, said.until)


def relation_of(
    situation: Situation, services: Iterable[CareService], owner_of: OwnerOf
) -> Relation | None:
    """What the services come to for the employee's unit, or provider: None when none is theirs."""
    taking = _is_handled if situation.actor.role == DECIDES else _is_given
    theirs = [
        service
        for service in services
        if service.kind not in _HEALTHCARE
        and (service.last is None or situation.today <= service.last)
        and taking(service, situation, owner_of)
    ]
    return Relation(active=True, category=_category(situation, theirs)) if theirs else None


def _is_handled(service: CareService, situation: Situation, owner_of: OwnerOf) -> bool:
    """Also what has not begun, or is paused: that it does is for whoever handles it to see to."""
    provider = situation.actor.provider
    return provider is not None and owner_of(service.origin).provider == provider


def _is_given(service: CareService, situation: Situation, _: OwnerOf) -> bool:
    unit = service.performer_unit or service.origin.care_unit
    begun = service.first is None or service.first <= situation.today
    return begun and not service.paused and unit is not None and unit == situation.actor.unit


def _category(situation: Situation, given: Iterable[CareService]) -> str:
    """Omsorg about older persons, or about persons with disabilities (SVOD 1 kap. 3 §)."""
    if any(service.law == "LSS" or service.kind is CareServiceKind.LSS for service in given):
        return _DISABILITY
    age = age_for_others(situation.subject.person, situation.today)
    return _ELDERLY if age is not None and age >= _OLD else _DISABILITY
