"""Avboka, boka om, boka öppen kallelse, jag är inte hemma: asked about, confirmed and sent once.

Each is a page that asks (GET), a form that sends (POST) and a receipt at an address of its own
(GET), so that neither a reload nor the way back sends anything. A button for what may not be done
is not there. A form carries an id of one use, and the moment of what it shows (`FetchService.act`).
"""

import re
from collections.abc import Callable, Mapping
from concurrent.futures import wait
from dataclasses import dataclass, replace
from datetime import date, timedelta
from secrets import token_urlsafe
from typing import Final

from flask import Blueprint, request

from portal.errands import (
    STOPPED,
    Errand,
    entered,
    on_a_time,
    on_sending,
    receipt_of,
    say,
)
from portal.forms import Mistake
from portal.gate import security_event
from portal.journal import Journal
from portal.visit import Answered, Visit
from stodtjanster.access import Permit
from stodtjanster.fetch import Overtaken
from stodtjanster.information import Appointment, FreeDay, FreeTime
from stodtjanster.information.booking import (
    MAX_MESSAGE,
    AskFreeDays,
    AskFreeTimes,
    BookingAct,
    CancelBooking,
    MakeBooking,
    MoveBooking,
    ReportAbsence,
    Visitor,
)
from stodtjanster.model import Answer, Period
from views.kit.actions import ASK, PATHS, may, offered, unsaid
from views.kit.cards import EventRow
from views.kit.receipts import question, receipt, silent
from views.kit.rows import Explainer, event_row
from views.kit.view import Asked
from views.kit.words import N_

bp = Blueprint("actions", __name__)

_WAYS: Final[Mapping[str, type[BookingAct]]] = {
    PATHS[act]: act for act in (MoveBooking, MakeBooking)
}
"""What leads to a time that is free."""
_TO_NEW_TIME: Final = f"<any({', '.join(repr(way) for way in _WAYS)}):way>"
_ONCE: Final = re.compile(r"[A-Za-z0-9_-]{22}")
_ONCE_BYTES: Final = 16
_DAYS_AT_A_TIME: Final = timedelta(days=28)
_FARTHEST: Final = timedelta(days=365)
_DAY: Final = timedelta(days=1)

_CHANGED: Final = N_("Tiden har ändrats")
_OVERTAKEN: Final = N_(
    "Tiden har ändrats sedan du öppnade sidan, eller så är en ändring på väg. "
    "Vi har inte skickat något nu. Se hur tiden ser ut, och börja om om du vill ändra den."
)
_TAKEN_TITLE: Final = N_("Tiden är inte ledig")
_TAKEN: Final = N_("Tiden har hunnit bli upptagen. Vi har inte skickat något. Välj en annan tid.")
_TIMES_NOT_KNOWN: Final = N_("Vi vet inte vilka tider som är lediga: mottagningen svarade inte.")
_NAMELESS: Final = N_(
    "Mottagningen behöver namnet ur folkbokföringen, och vi når inte folkbokföringen just nu. "
    "Försök igen om en stund, eller ring."
)
_TOO_LONG: Final = N_("Meddelandet får ha högst 1 000 tecken. Korta det och försök igen.")
_NO_MESSAGE: Final = N_(
    "Mottagningen kan inte ta emot meddelandet just nu. Tiden är inte avbokad. "
    "Du kan avboka utan meddelande."
)
_NO_RECEIPT_TITLE: Final = N_("Kvittot finns inte kvar")
_NO_RECEIPT: Final = N_("Se efter hur tiden ser ut nu, eller ring om du är osäker.")


@dataclass(frozen=True, slots=True)
class DayChoice:
    href: str
    day: date


@dataclass(frozen=True, slots=True)
class TimeChoice:
    href: str
    row: EventRow


@on_a_time(bp, ASK)
def choices(errand: Errand) -> Answered:
    """What can be done about the time, when its unit has said what the list left unsaid."""
    whole = errand.completed() if unsaid(errand.booking, errand.scene) else errand
    unknown = [act for act in PATHS if may(whole.booking, act, whole.scene) is None]
    if unknown:
        raise whole.stop(STOPPED, silent(unknown[0], whole.scene), 503)
    title = whole.scene.words.gettext(N_("Vad du kan göra med tiden"))
    return whole.show("actions/choices.html", title, actions=offered(whole.booking, whole.scene))


@on_a_time(bp, PATHS[CancelBooking])
def cancel(errand: Errand) -> Answered:
    """Avboka, with some words to the unit where it takes them."""
    whole = errand.allowed(CancelBooking, also_message=True)
    return _confirm(whole, CancelBooking, takes=whole.booking.message_allowed is True)


@on_sending(bp, PATHS[CancelBooking])
def send_cancellation(errand: Errand) -> Answered:
    whole = errand.allowed(CancelBooking, also_message=True)
    takes = whole.booking.message_allowed is True
    # Browsers end lines as the web does, and the unit counts each as one.
    message = "\n".join(request.form.get("message", "").splitlines()).strip() or None
    if message is not None and not takes:
        return _confirm(whole, CancelBooking, error=_NO_MESSAGE), 409
    if message is not None and len(message) > MAX_MESSAGE:
        return _confirm(whole, CancelBooking, takes=True, message=message, error=_TOO_LONG), 422
    return _send(whole, lambda: CancelBooking(booking=whole.booking, message=message))


@on_a_time(bp, PATHS[ReportAbsence])
def absence(errand: Errand) -> Answered:
    """Jag är inte hemma."""
    return _confirm(errand.allowed(ReportAbsence), ReportAbsence)


@on_sending(bp, PATHS[ReportAbsence])
def send_absence(errand: Errand) -> Answered:
    whole = errand.allowed(ReportAbsence)
    return _send(whole, lambda: ReportAbsence(booking=whole.booking))


@on_a_time(bp, _TO_NEW_TIME)
def free_days(errand: Errand, way: str) -> Answered:
    """The days with some time free, four weeks at a time."""
    act = _WAYS[way]
    whole = errand.allowed(act)
    today = whole.scene.situation.today
    first = min(max(_day(request.args.get("fran", "")) or today, today), today + _FARTHEST)
    last = first + _DAYS_AT_A_TIME - _DAY
    answer = whole.look(AskFreeDays(booking=whole.booking, period=Period(first, last)))
    days = sorted({item.day for item in answer.items if isinstance(item, FreeDay)})
    begin = f"{whole.page}/{way}"
    return whole.show(
        "actions/days.html",
        whole.scene.words.gettext(N_("Välj en dag")),
        days=[DayChoice(f"{begin}/{day.isoformat()}", day) for day in days],
        complete=answer.complete,
        silent=whole.scene.words.gettext(_TIMES_NOT_KNOWN),
        first=first,
        last=last,
        earlier=_from(begin, max(first - _DAYS_AT_A_TIME, today)) if first > today else None,
        later=_from(begin, last + _DAY) if last < today + _FARTHEST else None,
    )


@on_a_time(bp, f"{_TO_NEW_TIME}/<day>")
def free_times(errand: Errand, way: str, day: str) -> Answered:
    """The times that are free on a day."""
    whole, on = errand.allowed(_WAYS[way]), _day(day)
    if on is None:
        return errand.visit.refused("unknown-page")
    answer = _free_times(whole, on)
    begin = f"{whole.page}/{way}"
    return whole.show(
        "actions/times.html",
        whole.scene.words.gettext(N_("Välj en tid")),
        times=[
            TimeChoice(f"{begin}/{day}/{whole.scene.handle(time.origin)}", _as_row(whole, time))
            for time in sorted(answer.items, key=lambda time: time.when.start)
        ],
        complete=answer.complete,
        silent=whole.scene.words.gettext(_TIMES_NOT_KNOWN),
        day=on,
        days_url=begin,
    )


@on_a_time(bp, f"{_TO_NEW_TIME}/<day>/<time>")
def take(errand: Errand, way: str, day: str, time: str) -> Answered:
    """Boka om, or book an open invitation: take a time that is free."""
    act = _WAYS[way]
    whole = errand.allowed(act)
    if act is MakeBooking:
        _visitor(whole)
    return _confirm(whole, act, _free_time(whole, way, day, time))


@on_sending(bp, f"{_TO_NEW_TIME}/<day>/<time>")
def send_taking(errand: Errand, way: str, day: str, time: str) -> Answered:
    act = _WAYS[way]
    whole = errand.allowed(act)
    visitor = _visitor(whole) if act is MakeBooking else None
    to = _free_time(whole, way, day, time)
    if visitor is None:
        return _send(whole, lambda: MoveBooking(booking=whole.booking, to=to))
    return _send(whole, lambda: MakeBooking(booking=whole.booking, to=to, visitor=visitor))


@entered(bp, "kvitto/<once>")
def show_receipt(visit: Visit, permit: Permit, item: str, once: str) -> Answered:
    """What came of an act of this login. It survives a reload, and sends nothing."""
    acted = visit.house.fetch.acted(permit, once)
    if acted is None:
        security_event(visit.house, "unknown-receipt", visit.session)
        return say(visit, _NO_RECEIPT_TITLE, _NO_RECEIPT), 404
    scene = visit.scene(Asked(item))
    booking = permit.shown(acted.act.booking)
    if not isinstance(booking, Appointment) or scene.handle(booking.origin) != item:
        return visit.refused("foreign-receipt")
    wait([acted.outcome], visit.house.settings.hard_seconds)
    outcome = acted.outcome.result() if acted.outcome.done() else None
    errand = Errand(visit, permit, scene, Answer((booking,)), booking)
    to = getattr(acted.act, "to", None)
    told = receipt(acted.act, outcome, acted.at, errand.unit.name, scene)
    return errand.show(
        "actions/receipt.html",
        told.title,
        receipt=told,
        to=_as_row(errand, to) if to else None,
        again=f"{errand.page}/{PATHS[type(acted.act)]}",
    )


def _confirm(
    errand: Errand,
    act: type[BookingAct],
    to: FreeTime | None = None,
    *,
    takes: bool = False,
    message: str | None = None,
    error: str | None = None,
) -> str:
    """The page that asks, with a form of one use. `takes`: it has a field for a message."""
    asked = question(act, errand.scene)
    wrong = errand.scene.words.gettext(error) if error else None
    return errand.show(
        "actions/confirm.html",
        asked.title,
        question=asked,
        to=_as_row(errand, to) if to else None,
        takes=takes,
        message=message or "",
        longest=MAX_MESSAGE,
        mistakes=(Mistake("message", wrong),) if wrong and takes else (),
        warning=wrong,
        once=token_urlsafe(_ONCE_BYTES),
        seen=errand.seen,
    )


def _send(errand: Errand, prepare: Callable[[], BookingAct]) -> Answered:
    """Send it once, and lead to the receipt. The answer is waited for a while, so that the receipt
    mostly has it, but never by this request for as long as the source may take."""
    once, seen = request.form.get("once", ""), request.form.get("seen", "")
    if not _ONCE.fullmatch(once):
        return errand.visit.refused("foreign-form")
    house = errand.visit.house
    overtaken = errand.scene.words.gettext(_OVERTAKEN)
    try:
        act = prepare()
        journal = Journal(house, errand.permit, act)
        outcome = house.fetch.act(errand.permit, act, once=once, seen=seen, before=journal.begin)
    except (Overtaken, ValueError) as changed:
        raise errand.stop(_CHANGED, overtaken, 409) from changed
    wait([outcome], house.settings.hard_seconds)
    journal.end(outcome)
    return receipt_of(errand.page, once)


# Free times


def _free_time(errand: Errand, way: str, text: str, handle: str) -> FreeTime:
    """The chosen time, if it is free now. Raises Stopped when it is not, or nobody knows."""
    day = _day(text)
    begin = f"{errand.page}/{way}"
    answer = _free_times(errand, day) if day else Answer[FreeTime]()
    found = next((one for one in answer.items if errand.scene.handle(one.origin) == handle), None)
    if found is not None:
        return found
    words = errand.scene.words
    if answer.complete:
        raise errand.stop(_TAKEN_TITLE, words.gettext(_TAKEN), 409, begin)
    raise errand.stop(STOPPED, words.gettext(_TIMES_NOT_KNOWN), 503, begin)


def _free_times(errand: Errand, day: date) -> Answer[FreeTime]:
    """Those of a day that have not begun, each once."""
    answer = errand.look(AskFreeTimes(booking=errand.booking, period=Period(day, day)))
    found = {
        item.origin.identity: item
        for item in answer.items
        if isinstance(item, FreeTime) and item.when.start > errand.scene.situation.now
    }
    return Answer(tuple(found.values()), answer.reports)


def _visitor(errand: Errand) -> Visitor:
    """Who comes, by the names of the register. Raises Stopped when it does not say."""
    visit = errand.visit
    known = visit.house.people.known(
        visit.situation,
        reach=errand.permit.reach,
        audit=visit.house.audit,
        facts=visit.standing.facts,
    )
    name = known.full_name
    if name is None:
        raise errand.stop(STOPPED, errand.scene.words.gettext(_NAMELESS), 503)
    return Visitor(first_name=name.first, middle_name=name.middle, last_name=name.last)


def _as_row(errand: Errand, to: FreeTime) -> EventRow:
    """The booking as it would be at another time."""
    moved = replace(errand.booking, when=to.when, who=to.who, previous=None)
    return event_row(moved, Explainer.of(errand.scene, errand.booked))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _from(begin: str, day: date) -> str:
    return f"{begin}?fran={day.isoformat()}"
