"""Whose guardian somebody is: asked for when it matters, and believed only while it is new.

No answer is no guardianship. Nothing of it is shown but the names of children who may be chosen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Final

from portal.lookups import look_up
from portal.remembered import Remembered
from stodtjanster.access import Facts, NotPermitted, Policy, decide
from stodtjanster.access.case import Guardian, UnitAccess
from stodtjanster.audit import AuditLog
from stodtjanster.fetch import FetchService
from stodtjanster.information import Guardianship, PersonRecord
from stodtjanster.model import Outcome, PersonId, Situation

FRESH: Final = timedelta(minutes=5)
"""A guardian who is blocked is to be stopped within minutes."""

REST: Final = timedelta(seconds=10)
"""How long a service that did not answer is left alone by one session."""

_FRESHLY: Final = frozenset({Outcome.DATA_FROM_SOURCE, Outcome.DATA_FROM_CACHE})


@dataclass(frozen=True, slots=True)
class Custody:
    """One child, and what the rules are to know of the two."""

    child: PersonId
    facts: Facts


@dataclass(frozen=True, slots=True)
class Custodies:
    """`certain` is False when somebody did not answer: then there may be more. It is not kept
    longer than `until`."""

    children: tuple[Custody, ...]
    certain: bool
    until: datetime


NOBODY: Final = Custodies((), True, datetime.min.replace(tzinfo=UTC))


class Guardians:
    """What is known is kept for minutes, for one login session. Thread-safe.

    Nobody waits longer than `patience` seconds.
    """

    def __init__(
        self,
        fetch: FetchService,
        clock: Callable[[], datetime],
        *,
        policy: Policy,
        patience: float,
    ) -> None:
        self._fetch = fetch
        self._sources = tuple(s.settings.key for s in fetch.sources if Guardianship in s.gives)
        self._clock = clock
        self._policy = policy
        self._patience = patience
        self._kept: Remembered[Custodies] = Remembered(clock)

    def of(self, me: Situation, *, reach: str, audit: AuditLog) -> Custodies:
        """The children of the one who is logged in. `me` is them about themself.

        Raises AuditUnavailable when the question cannot be logged: then it is not asked.
        """
        kept = self._kept.get(reach, me.actor.person)
        if kept is not None:
            return kept
        found = self._look_up(me, reach, audit)
        self._kept.keep(reach, me.actor.person, found)
        return found

    def forget(self, reach: str) -> None:
        """Erase what one login session knows: called at logout."""
        self._kept.forget(reach)

    def _look_up(self, me: Situation, reach: str, audit: AuditLog) -> Custodies:
        if not self._sources:
            return NOBODY
        try:
            asked = decide(me, {PersonRecord}, reach=reach, policy=self._policy)
            permit = asked.to_look_up(Guardianship)
        except NotPermitted:
            return NOBODY
        now = self._clock()
        deadline = monotonic() + self._patience
        answer = look_up(
            self._fetch, permit, audit, sources=self._sources, at=now, deadline=deadline
        )
        # A copy from before says who was a guardian then, which lets nobody in now.
        fresh = [r for r in answer.reports if r.outcome in _FRESHLY and r.cause is None]
        trusted = {report.source for report in fresh}
        children = tuple(
            Custody(item.child, _facts(item))
            for item in answer.items
            if isinstance(item, Guardianship) and item.origin.source in trusted
        )
        since = min((report.as_of or now for report in fresh), default=now)
        certain = answer.complete
        return Custodies(children, certain, since + FRESH if certain else now + REST)


def _facts(item: Guardianship) -> Facts:
    extended = None
    if item.units and item.units_until is not None:
        extended = UnitAccess(item.units, item.units_until)
    return Facts(guardian=Guardian(True, item.blocked, extended))
