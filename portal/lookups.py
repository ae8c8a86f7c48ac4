"""Asking a register something that the rules need to know before they can decide."""

from collections.abc import Sequence
from datetime import datetime
from time import monotonic
from typing import Any

from stodtjanster.access import Permit
from stodtjanster.audit import AuditEvent, AuditLog, EventKind
from stodtjanster.fetch import FetchService
from stodtjanster.model import Answer, Need


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
