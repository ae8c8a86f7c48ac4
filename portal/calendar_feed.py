"""Times in the person's own calendar: a file, and an address that a calendar reads (ADR 17)."""

import logging
import re
from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, Response, redirect, request

from portal.acting import about_me
from portal.calendar_file import MIME, Saying, calendar_file
from portal.calendars import SPAN, Calendars, Order
from portal.gate import Refused, note_shown, open_gate, security_event
from portal.house import House, house
from portal.i18n import LANGUAGES, SOURCE_LANGUAGE, at
from portal.screens import denied
from portal.sealed import hash_of, new_token
from portal.store import CalendarRow
from portal.visit import Answered, Visit, about
from stodtjanster.access import Permit, Reason, decide
from stodtjanster.audit import AuditEvent, AuditUnavailable, EventKind
from stodtjanster.information import Appointment
from stodtjanster.model import ActorKind, Answer, Protection, Situation
from views.kit import agenda
from views.kit.memory import Asked, Snapshot, note, silent
from views.kit.news import pen_of
from views.kit.traces import Trace
from views.kit.view import Scene, View
from views.kit.words import N_

log = logging.getLogger(__name__)
bp = Blueprint("calendar_feed", __name__)

# Neither in the menu nor with sections: what the gate is asked about.
ASKED: Final = View(
    key="calendar",
    path="kalender",
    question=N_("Hur får jag tiderna i min kalender?"),
    audience=frozenset({ActorKind.CITIZEN}),
    needs={"booked": agenda.BOOKED, "own": agenda.OWN},
)
YES: Final = "ja"

_FILE: Final = "calendar-file"
_FEED: Final = "calendar-feed"
_ONCE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_GONE: Final = 404
_SECONDS: Final = str(int(SPAN.total_seconds()))
_ENDED_BY_RULE: Final = {Reason.SUBJECT_DECEASED: "deceased"}
_NEW: Final = N_("Adressen till din kalender")


@about(bp, "kalender/")
def ways(visit: Visit) -> Answered:
    """The two ways, and what of the second one there is already."""
    if not _is_theirs(visit):
        return visit.refused("unknown-page")
    calendars, me = visit.house.calendars, visit.situation
    return _page(visit, given=calendars.of(me.actor.person, me.now) if calendars else None)


@about(bp, "kalender/vardtider.ics")
def file(visit: Visit) -> Answered:
    """What is known now, to keep."""
    if not _is_theirs(visit):
        return visit.refused("unknown-page")
    try:
        permit = visit.permit(ASKED, detail=_FILE)
    except Refused as refusal:
        return denied(visit, refusal.decision), 403
    said, _ = _written(visit.house, permit, visit.scene(), _saying(visit.house, request.args), None)
    response = Response(said, content_type=MIME)
    response.headers["Content-Disposition"] = 'attachment; filename="vardtider.ics"'
    return response


@about(bp, "kalender/adress", methods=("POST",))
def give(visit: Visit) -> Answered:
    """A new address, shown this once. The older one ends."""
    calendars, h = visit.house.calendars, visit.house
    if calendars is None or not _may_give(visit):
        return visit.refused("unknown-page")
    once = request.form.get("once", "")
    if not _ONCE.fullmatch(once):
        return redirect(f"{visit.base}kalender/", code=303)
    secret = calendars.secret(visit.session, once)
    saying = _saying(h, request.form)
    if calendars.open(secret, visit.situation.now) is None:
        try:
            _record_given(visit, saying, hash_of(secret))
        except Refused as refusal:
            return denied(visit, refusal.decision), 403
        calendars.give(
            secret,
            visit.session,
            language=visit.language,
            detailed=saying.detailed,
            daily=saying.daily,
            now=visit.situation.now,
        )
    address = f"{h.settings.base_url.rstrip('/')}/kalender/{secret}.ics"
    return visit.render(
        "calendar/given.html",
        _NEW,
        address=address,
        calendar_url="webcal://" + address.partition("://")[2],
        saying=saying,
        back_url=f"{visit.base}kalender/",
    )


@about(bp, "kalender/avsluta", methods=("POST",))
def end(visit: Visit) -> Answered:
    calendars, me = visit.house.calendars, visit.situation
    if calendars is None or not _is_theirs(visit):
        return visit.refused("unknown-page")
    given = calendars.of(me.actor.person, me.now)
    if given is not None:
        _end(visit.house, calendars, given.id_hash, "ended-by-owner", me)
    return redirect(f"{visit.base}kalender/", code=303)


@bp.get("/kalender/<secret>.ics")
def subscription(secret: str) -> Response:
    """What a calendar reads. Unknown, ended and refused look the same."""
    h = house()
    now = h.clock()
    calendars = h.calendars
    order = calendars.open(secret, now) if calendars else None
    if calendars is None or order is None or not h.settings.calendar.addresses:
        security_event(h, "unknown-calendar")
        return _nothing(_GONE)
    if not calendars.may_be_read(order, now):
        return _nothing(429)
    language = order.language if order.language in LANGUAGES else SOURCE_LANGUAGE
    situation = about_me(h, order, language)
    protected = situation.subject.protected
    if protected is Protection.UNKNOWN and _opened(h, situation, order.id_hash).granted:
        # The register is silent, and she may be protected: nothing is given, and nothing ends.
        return _nothing(503)
    if protected not in (Protection.NONE, Protection.UNKNOWN):
        _end(h, calendars, order.id_hash, "protected")
        return _nothing(_GONE)
    try:
        permit = open_gate(h, situation, ASKED, order, detail=_FEED)
    except Refused as refusal:
        reason = _ENDED_BY_RULE.get(refusal.decision.reason)
        if reason is not None:
            _end(h, calendars, order.id_hash, reason)
        return _nothing(_GONE)
    return _fed(h, calendars, secret, order, permit)


def _fed(h: House, calendars: Calendars, secret: str, order: Order, permit: Permit) -> Response:
    situation = permit.situation
    words = h.pages.speaker(situation.language)
    base = f"/{situation.language}/mig/"
    scene = Scene(situation, words, h.directory, base, secret=h.handle_secret)
    details = order.detailed and h.settings.calendar.details
    said, shown = _written(h, permit, scene, Saying(details, order.daily), order.shown)
    if shown is None:
        # Nobody at all has answered: the calendar is to keep what it has.
        return _nothing(503)
    calendars.remember(secret, order, shown, situation.now)
    return Response(said, content_type=MIME)


def _written(
    h: House, permit: Permit, scene: Scene, saying: Saying, before: Snapshot | None
) -> tuple[bytes, Snapshot | None]:
    """The calendar, and what is to be remembered of it: None when nobody has answered."""
    harvest = h.fetch.begin(permit, ASKED.needs)
    harvest.settle(ASKED.needs, h.settings.hard_seconds)
    today = scene.situation.today
    asked = [
        Asked(need.information, need.period(today), _shown(harvest.answer(name), saying))
        for name, need in ASKED.needs.items()
    ]
    whole: Answer[Appointment] = asked[0].answer + asked[1].answer
    pen, now = pen_of(scene), scene.situation.now
    believed: tuple[Trace, ...] = tuple(
        trace for each in asked for trace in silent(before, each, pen, now)
    )
    url = h.settings.base_url.rstrip("/") + "/"
    said = calendar_file(whole, believed, scene, pen, saying, url)
    try:
        note_shown(h, permit, whole.reports)
    except AuditUnavailable:
        log.exception("what was shown is not recorded", extra={"view": ASKED.key})
    heard = any(report.answered for report in asked[0].answer.reports)
    return said, note(before, asked, pen, now) if heard else None


def _shown(answer: Answer[Any], saying: Saying) -> Answer[Appointment]:
    """What the calendar is to have: nothing else of it is remembered either."""
    found = (item for item in answer.items if isinstance(item, Appointment))
    return Answer(tuple(item for item in found if saying.includes(item)), answer.reports)


def _page(visit: Visit, given: CalendarRow | None) -> str:
    h = visit.house
    with at(visit.situation.now):
        return visit.render(
            "calendar/ways.html",
            ASKED.question,
            given=given,
            may_give=h.calendars is not None and _may_give(visit),
            details=h.settings.calendar.details,
            days=h.settings.calendar.days,
            once=new_token(),
            base=f"{visit.base}kalender/",
        )


def _is_theirs(visit: Visit) -> bool:
    return visit.situation.actor.kind in ASKED.audience


def _may_give(visit: Visit) -> bool:
    """Nobody whose identity is protected, or may be, leaves an address that others can read."""
    unprotected = visit.situation.subject.protected is Protection.NONE
    return _is_theirs(visit) and unprotected and visit.house.settings.calendar.addresses


def _saying(h: House, chosen: Mapping[str, str]) -> Saying:
    return Saying(
        detailed=chosen.get("detaljer") == YES and h.settings.calendar.details,
        daily=chosen.get("dagliga") == YES,
    )


def _opened(h: House, situation: Situation, id_hash: str) -> Permit:
    """What the rules would open at an address: only to know, since it is not logged."""
    return decide(situation, ASKED.kinds, reach=id_hash, policy=h.settings.access.policy())


def _record_given(visit: Visit, saying: Saying, id_hash: str) -> None:
    """Raises Refused when the rules would open nothing at the address, and AuditUnavailable."""
    h, situation = visit.house, visit.situation
    permit = _opened(h, situation, id_hash)
    if not permit.granted:
        raise Refused(permit.ground)
    h.audit.record(
        AuditEvent(
            event=EventKind.CALENDAR_GIVEN,
            at=situation.now,
            actor=situation.actor.person,
            actor_kind=situation.actor.kind,
            loa=situation.actor.loa,
            subject=situation.subject.person,
            information=tuple(sorted(kind.key for kind in permit.granted)),
            ground=permit.ground.reason.value,
            law=permit.ground.law.value,
            purpose=situation.purpose,
            detail="detailed" if saying.detailed else "times-only",
            session=visit.session.id_hash,
        )
    )


def _end(
    h: House, calendars: Calendars, id_hash: str, why: str, by: Situation | None = None
) -> None:
    """End it first: the log that cannot be written must not keep it open."""
    if not calendars.end(id_hash):
        return
    h.fetch.forget(id_hash)
    h.people.forget(id_hash)
    h.audit.record(
        AuditEvent(
            event=EventKind.CALENDAR_ENDED,
            at=h.clock(),
            actor=by.actor.person if by else None,
            actor_kind=by.actor.kind if by else None,
            detail=why,
            session=id_hash,
        )
    )


def _nothing(code: int) -> Response:
    """Calendars read no pages, and nobody else is told anything."""
    response = Response("", status=code, content_type="text/plain; charset=utf-8")
    if code != _GONE:
        response.headers["Retry-After"] = _SECONDS
    return response
