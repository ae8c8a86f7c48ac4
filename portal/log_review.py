"""Who may look in the log of a care provider, and the periods in which it is checked.

Pure: the rules decide (rule 5), and nothing here knows the name of a role.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Self

from stodtjanster.access import Case, Decision, Policy, Reason, Resource, judge
from stodtjanster.access.reasons import EMERGENCY_OPENINGS, TO_REVIEW
from stodtjanster.audit import AuditEvent
from stodtjanster.model import Actor, HsaId, PersonId, Subject, local_day, midnight

EMERGENCIES: Final = frozenset(reason.value for reason in EMERGENCY_OPENINGS)
MARKED: Final = frozenset(reason.value for reason in TO_REVIEW)
"""Grounds that somebody is always to look at."""
LOOKS: Final = frozenset({Reason.LOG_REVIEW.value})
"""Grounds on which the log itself was read."""

_A_MONDAY: Final = date(2024, 1, 1)
_KEPT_OPEN: Final = 8


@dataclass(frozen=True, slots=True)
class CheckPeriod:
    """Whole Swedish days: `last` is included."""

    first: date
    last: date

    @classmethod
    def between(cls, since: datetime, until: datetime) -> Self:
        """The one that `since` and `until` were of."""
        return cls(local_day(since), local_day(until) - timedelta(days=1))

    @property
    def since(self) -> datetime:
        return midnight(self.first)

    @property
    def until(self) -> datetime:
        """Exclusive."""
        return midnight(self.last + timedelta(days=1))


def may_look(actor: Actor, now: datetime, policy: Policy) -> bool:
    """Whether the log of the actor's own provider is open to them, of anybody at all.

    The rules speak of one patient at a time, and here there is none yet. So they are asked about
    the one person whom this employee can never look at: that must be their only objection.
    """
    if actor.provider is None:
        return False
    said = _judged(actor, actor.provider, actor.person, now, policy)
    return {reason for reason, _ in said.against} <= {Reason.STAFF_OWN_RECORD}


def decision_on(
    actor: Actor, provider: HsaId, event: AuditEvent, now: datetime, policy: Policy
) -> Decision:
    """Whether an entry that this provider is to check may be shown: under every number of the
    patient. One about nobody is taken for the reader's own, which they may not see."""
    numbers = [each for each in (event.subject, *event.others) if each is not None]
    said = [_judged(actor, provider, each, now, policy) for each in numbers or [actor.person]]
    return next((each for each in said if not each.permitted), said[0])


def periods(today: date, days: int) -> Iterator[CheckPeriod]:
    """The last whole ones that have ended, the newest first. They follow on each other without a
    gap as long as `days` is the same."""
    ended = (today - _A_MONDAY).days // days
    for number in range(ended - 1, ended - 1 - _KEPT_OPEN, -1):
        first = _A_MONDAY + timedelta(days=number * days)
        yield CheckPeriod(first, first + timedelta(days=days - 1))


def _judged(
    actor: Actor, provider: HsaId, person: PersonId, now: datetime, policy: Policy
) -> Decision:
    resource = Resource("access_log", provider=provider)
    return judge(Case(now, actor, Subject(person), resource), policy)
