"""Asking a register something that the rules need to know before they can decide."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, ClassVar, Final, Generic, TypeVar

from portal.remembered import Fleeting, Remembered
from stodtjanster.access import Permit, Policy
from stodtjanster.audit import AuditEvent, AuditLog, EventKind
from stodtjanster.fetch import FetchService
from stodtjanster.information import Item
from stodtjanster.model import Answer, Need, Outcome, Situation

FRESH: Final = timedelta(minutes=5)
"""What has come to an end is to be obeyed within minutes."""

REST: Final = timedelta(seconds=10)
"""How long a service that did not answer is left alone by one session."""

_FRESHLY: Final = frozenset({Outcome.DATA_FROM_SOURCE, Outcome.DATA_FROM_CACHE})

F = TypeVar("F", bound=Fleeting)


@dataclass(frozen=True, slots=True)
class Trusted:
    """What those say who answered now: a copy from before says what was, and lets nobody in.
    `certain` is False when somebody did not answer. It is not kept longer than `until`."""

    items: tuple[Any, ...]
    certain: bool
    until: datetime


class Lookups(ABC, Generic[F]):
    """What rests on one `kind` of record is kept for minutes, for one login session and one person.
    Thread-safe. Nobody waits longer than `patience` seconds."""

    kind: ClassVar[type[Item]]

    def __init__(
        self,
        fetch: FetchService,
        clock: Callable[[], datetime],
        *,
        policy: Policy,
        patience: float,
    ) -> None:
        self._fetch = fetch
        self._sources = tuple(s.settings.key for s in fetch.sources if self.kind in s.gives)
        self._clock = clock
        self._policy = policy
        self._patience = patience
        self._kept: Remembered[F] = Remembered(clock)

    def of(self, situation: Situation, *, reach: str, audit: AuditLog) -> F:
        """What is known about the subject now. Raises AuditUnavailable when the question cannot be
        logged: then it is not asked."""
        kept = self._kept.get(reach, situation.subject.person)
        if kept is not None:
            return kept
        mark = self._kept.mark(reach)
        found = self._look_up(situation, reach, audit)
        self._kept.keep(reach, situation.subject.person, found, mark)
        return found

    def forget(self, reach: str) -> None:
        """Erase what one login session knows: called at logout."""
        self._kept.forget(reach)

    @abstractmethod
    def _look_up(self, situation: Situation, reach: str, audit: AuditLog) -> F:
        """Raises AuditUnavailable."""

    def _trusted(self, permit: Permit, audit: AuditLog) -> Trusted:
        """Raises AuditUnavailable."""
        now = self._clock()
        answer = look_up(
            self._fetch,
            permit,
            audit,
            sources=self._sources,
            at=now,
            deadline=monotonic() + self._patience,
        )
        fresh = [r for r in answer.reports if r.outcome in _FRESHLY and r.cause is None]
        sources = {report.source for report in fresh}
        since = min((report.as_of or now for report in fresh), default=now)
        return Trusted(
            tuple(item for item in answer.items if item.origin.source in sources),
            answer.complete,
            since + FRESH if answer.complete else now + REST,
        )


def look_up(
    fetch: FetchService,
    permit: Permit,
    audit: AuditLog,
    *,
    sources: Sequence[str],
    at: datetime,
    deadline: float,
) -> Answer[Any]:
    """What is known of the one kind of a permit to look up, at the latest when the monotonic clock
    says `deadline`. `sources` are the keys of those that will be asked.

    Raises AuditUnavailable when it cannot be logged first: then it is not asked.
    """
    (kind,) = permit.granted
    needs = {"asked": Need(kind)}
    situation = permit.situation
    reference = audit.record(
        AuditEvent(
            event=EventKind.LOOKED_UP,
            at=at,
            actor=situation.actor.person,
            actor_kind=situation.actor.kind,
            loa=situation.actor.loa,
            subject=situation.subject.person,
            others=situation.subject.others,
            information=(kind.key,),
            sources=tuple(sources),
            ground=permit.ground.reason.value,
            law=permit.ground.law.value,
            purpose=situation.purpose,
            session=permit.reach,
            employee=situation.actor.hsa_id,
            place=situation.actor.place,
        )
    )
    harvest = fetch.begin(permit.logged(reference), needs)
    while not harvest.settled(needs) and harvest.wait(deadline - monotonic()):
        pass
    return harvest.answer("asked")
