"""What somebody is about to change, in the log before it is sent; and what came of it, after."""

import logging
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Thread
from uuid import UUID, uuid4

from portal.house import House
from stodtjanster.access import Permit
from stodtjanster.audit import AuditEvent, AuditUnavailable, EventKind
from stodtjanster.information.booking import ActOutcome, BookingAct

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Journal:
    """One act under one permit. Only the call that sends it begins, and so only that one ends."""

    house: House
    permit: Permit
    act: BookingAct
    _reference: UUID = field(default_factory=uuid4)
    _source: str | None = None

    def begin(self, source: str) -> None:
        """It is about to be sent to that source. Raises AuditUnavailable: then it must not be."""
        self._record(EventKind.ACT, source, self.act.key)
        self._source = source

    def end(self, outcome: Future[ActOutcome]) -> None:
        """Note what comes of it, at once when that is known, else when it is."""
        if self._source is None:
            return
        if outcome.done():
            self._note(outcome)
        else:
            Thread(target=self._note, args=(outcome,), name="journal").start()

    def _note(self, outcome: Future[ActOutcome]) -> None:
        """The act itself is logged already, and cannot be undone for the sake of this."""
        ended = type(outcome.result()).__name__.lower()
        try:
            self._record(EventKind.ACT_ENDED, self._source or "", ended)
        except AuditUnavailable:
            log.exception("what came of an act is not recorded", extra={"act": self.act.key})

    def _record(self, event: EventKind, source: str, detail: str) -> None:
        permit, booking = self.permit, self.act.booking
        situation = permit.situation
        self.house.audit.record(
            AuditEvent(
                event=event,
                at=self.house.clock(),
                actor=situation.actor.person,
                actor_kind=situation.actor.kind,
                loa=situation.actor.loa,
                subject=situation.subject.person,
                others=situation.subject.others,
                information=(booking.key,),
                sources=(source,),
                systems=(booking.origin.system,),
                ground=permit.ground.reason.value,
                law=permit.ground.law.value,
                purpose=situation.purpose,
                detail=detail,
                session=permit.reach,
                reference=self._reference,
                ombud=permit.granted_to,
            )
        )
