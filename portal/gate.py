"""The only way to data: a rule permits it, the log has it, then it may be fetched and shown."""

import logging
from collections.abc import Iterable
from uuid import UUID

from portal.house import House
from portal.sessions import Reader, Session
from stodtjanster.access import Decision, Facts, Permit, Reason, Screened, decide
from stodtjanster.access.case import Block
from stodtjanster.audit import AuditEvent, AuditUnavailable, EventKind
from stodtjanster.information import Item
from stodtjanster.model import ActorKind, Outcome, Report, Situation
from views.kit.view import View

log = logging.getLogger(__name__)


class Refused(Exception):  # noqa: N818 - an outcome
    """The rules say no to all that was asked for."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.reason.value)
        self.decision = decision


def open_gate(
    house: House,
    situation: Situation,
    view: View,
    session: Reader,
    *,
    facts: Facts | None = None,
    detail: str | None = None,
) -> Permit:
    """What of a view may be fetched: see `open_for`."""
    return open_for(house, situation, view.kinds, session, facts=facts, detail=detail)


def open_for(
    house: House,
    situation: Situation,
    kinds: Iterable[type[Item]],
    session: Reader,
    *,
    facts: Facts | None = None,
    detail: str | None = None,
    no_more_than: tuple[str, ...] | None = None,
    lifted: tuple[Block, ...] = (),
) -> Permit:
    """Decide, log, and hand out the permit. Without `facts` nobody reads for another.
    `no_more_than` is as in `Permit`. What an emergency could open is logged as that from the
    beginning; `lifted` are blocks that have been lifted for an employee.

    Raises Refused when nothing of the view is granted, and AuditUnavailable when the log cannot be
    written: then nothing may be fetched.
    """
    permit = decide(
        situation,
        kinds,
        reach=session.id_hash,
        policy=house.settings.access.policy(),
        facts=facts,
        owner_of=house.directory.owner,
        no_more_than=no_more_than,
    )
    granted = bool(permit.granted)
    asked = permit.granted or permit.decisions.keys()
    sources = (s.settings.key for s in house.fetch.sources if s.gives & permit.granted)
    ground = permit.in_emergency(lifted) or permit.ground
    reference = house.audit.record(
        AuditEvent(
            event=EventKind.DISCLOSURE if granted else EventKind.REFUSED,
            at=situation.now,
            actor=situation.actor.person,
            actor_kind=situation.actor.kind,
            loa=situation.actor.loa,
            subject=situation.subject.person,
            others=situation.subject.others,
            information=tuple(sorted(kind.key for kind in asked)),
            sources=tuple(sources),
            ground=ground.reason.value,
            law=ground.law.value,
            purpose=situation.purpose,
            detail=detail,
            session=session.id_hash,
            ombud=permit.granted_to,
            employee=situation.actor.hsa_id,
            place=situation.actor.place,
            activity=ground.log.activity,
        )
    )
    if not granted:
        raise Refused(permit.ground)
    return permit.logged(reference)


def note_shown(
    house: House,
    permit: Permit,
    reports: Iterable[Report],
    items: Iterable[Item] = (),
    *,
    lifted: tuple[Block, ...] = (),
) -> None:
    """Add to the log which systems the shown data came from, and who answers for `items`: to staff,
    what was opened on each ground by itself. `lifted` is as in `open_for`."""
    silent = (Outcome.NOT_ASKED, Outcome.PENDING, Outcome.NO_DATA_SYNCH_FAILED)
    shown = [report for report in reports if report.outcome not in silent]
    if not shown:
        return
    opened: dict[Reason, tuple[Decision, list[Item]]] = {}
    for item in items:
        ground = _ground_of(permit, item, lifted)
        opened.setdefault(ground.reason, (ground, []))[1].append(item)
    for ground, those in opened.values() or [(permit.ground, [])]:
        _note_shown(house, permit, ground, shown, those)


def _ground_of(permit: Permit, item: Item, lifted: tuple[Block, ...]) -> Decision:
    """On what ground an employee was shown a record. What was left out of it may have been what the
    rules went by: then it is that of the whole."""
    if permit.situation.actor.kind is not ActorKind.STAFF:
        return permit.ground
    # It is shown, so no other block than these can stand before it.
    said = permit.admits(item, Screened(lifted, up=True))
    return permit.ground if said.denied else said


def _note_shown(
    house: House, permit: Permit, ground: Decision, shown: list[Report], items: list[Item]
) -> None:
    situation = permit.situation
    owners = (permit.owner_of(item.origin).provider for item in items)
    house.audit.record(
        AuditEvent(
            event=EventKind.SHOWN,
            at=house.clock(),
            actor=situation.actor.person,
            actor_kind=situation.actor.kind,
            loa=situation.actor.loa,
            subject=situation.subject.person,
            others=situation.subject.others,
            information=tuple(sorted({report.information for report in shown})),
            sources=tuple(sorted({report.source for report in shown})),
            systems=tuple(sorted({report.system for report in shown if report.system})),
            ground=ground.reason.value,
            law=ground.law.value,
            purpose=situation.purpose,
            session=permit.reach,
            reference=UUID(permit.audit),
            employee=situation.actor.hsa_id,
            place=situation.actor.place,
            activity=ground.log.activity,
            owners=tuple(sorted({owner for owner in owners if owner is not None})),
            ombud=permit.granted_to,
        )
    )


def note_event(house: House, kind: EventKind, detail: str, session: Session | None = None) -> None:
    """Note an attempt. It stands in no one's way if the log is down: nothing was shown."""
    now = house.clock()
    if session is None and not house.strangers.may_write(now):
        log.warning("too many events of strangers", extra={"detail": detail})
        return
    try:
        house.audit.record(
            AuditEvent(
                event=kind,
                at=now,
                actor=session.person if session else None,
                detail=detail,
                session=session.id_hash if session else None,
            )
        )
    except AuditUnavailable:
        log.exception("event not recorded", extra={"detail": detail})


def security_event(house: House, detail: str, session: Session | None = None) -> None:
    note_event(house, EventKind.SECURITY_EVENT, detail, session)
