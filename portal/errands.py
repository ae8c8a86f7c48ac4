"""What a page that does something about a booked time stands on: the permit, the time, its source.

What may be done is what the source says now, asked when the page is opened and again when its form
comes. What stops it is a page of its own, in plain words and with the number to ring.
"""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import wait
from dataclasses import dataclass, replace
from functools import wraps
from time import monotonic
from typing import Any, Final, TypeAlias

from flask import Blueprint, redirect, request

from portal.gate import Refused, note_shown, security_event
from portal.house import House
from portal.i18n import at
from portal.screens import denied
from portal.visit import Answered, Untaken, Visit, about
from stodtjanster.access import NotPermitted, Permit
from stodtjanster.audit import AuditUnavailable
from stodtjanster.catalogue import Unit
from stodtjanster.information import Appointment, FreeDay, FreeTime, Item
from stodtjanster.information.booking import AskDetails, BookingAct, BookingQuestion, completed
from stodtjanster.model import Answer, Need, Report
from views.event import view as event_view
from views.event.page import find_booked
from views.kit.actions import event_href, may
from views.kit.receipts import cannot, silent
from views.kit.rows import Explainer, event_row
from views.kit.view import RESIDENTS, Asked, Scene, View
from views.kit.words import N_

log = logging.getLogger(__name__)

# Not in the menu and without sections: what the gate is asked about, and no more than that.
ASKED: Final = View(
    key="action",
    path="handelse/*/andra",
    question=N_("Ändra tiden"),
    audience=RESIDENTS,
    needs={
        "booked": event_view.needs["booked"],
        "days": Need(FreeDay),
        "times": Need(FreeTime),
    },
)
_BOOKED: Final = {"booked": ASKED.needs["booked"]}
_DETAIL: Final = "action"

STOPPED: Final = N_("Det går inte just nu")
_CLOSED: Final = N_("Det går inte här")
_GONE_TITLE: Final = N_("Tiden finns inte längre")
_GONE: Final = N_(
    "Tiden finns inte längre hos dem som svarade. "
    "Den kan ha avbokats, bytts mot en annan eller redan varit."
)
_NOT_KNOWN: Final = N_(
    "Vi vet inte om tiden finns kvar: alla har inte svarat. Försök igen om en stund."
)
_TOLD_ALREADY: Final = N_("Det är redan sagt att ingen är hemma då.")
_UNSENT: Final = N_("Vi har inte skickat något nu")
_OVER: Final = N_(
    "Du har blivit utloggad, eller har loggat in på nytt, sedan du öppnade sidan. "
    "Logga in och se hur tiden ser ut innan du gör om det."
)
_NOT_TAKEN: Final[Mapping[Untaken, tuple[str, int]]] = {
    "logged-out": (_OVER, 401),
    "foreign": (_OVER, 403),
    "down": (
        N_(
            "Innan vi skickar något måste vi kunna skriva upp vem som gör det. "
            "Det går inte just nu. Försök igen om en stund, eller ring."
        ),
        503,
    ),
}


@dataclass(frozen=True, slots=True)
class Errand:
    """One visit to do something about one booking. `booked` is all that was known of bookings since
    the moment `seen`, which the form has to carry."""

    visit: Visit
    permit: Permit
    scene: Scene
    booked: Answer[Appointment]
    booking: Appointment
    seen: str = ""

    @property
    def page(self) -> str:
        """The address of the time, below which everything is done about it."""
        return event_href(self.scene, self.booking.origin)

    @property
    def unit(self) -> Unit:
        return self.scene.directory.of(self.booking.origin)

    def show(self, template: str, title: str, **context: Any) -> str:
        """A page about the time. `title` is in the language of the page."""
        row = event_row(self.booking, Explainer.of(self.scene, self.booked))
        return show(self.visit, template, title, row=row, page=self.page, unit=self.unit, **context)

    def stop(self, title: str, text: str, status: int, again: str | None = None) -> "Stopped":
        """To be raised. `title` is in Swedish, `text` in the language of the page, and `again`
        where there is something else to choose."""
        heading = self.scene.words.gettext(title)
        return Stopped((self.show("actions/stopped.html", heading, text=text, again=again), status))

    def look(self, question: BookingQuestion) -> Answer[Item]:
        """What the unit says. Without reports when it has not answered in time."""
        looking = self.visit.house.fetch.look(self.permit, question)
        wait([looking], self.visit.house.settings.hard_seconds)
        answered = looking.done() and not looking.cancelled()
        return looking.result() if answered else Answer()

    def completed(self) -> "Errand":
        """The same with what the unit says may be done; as it was, when the unit says nothing."""
        known = self.booking
        for details in self.look(AskDetails(booking=known)).items:
            same = details.origin.identity == known.origin.identity
            if isinstance(details, Appointment) and same and details.subject == known.subject:
                return replace(self, booking=completed(known, details))
        return self

    def allowed(self, act: type[BookingAct], *, also_message: bool = False) -> "Errand":
        """The same, when the source has said yes to the act. Raises Stopped when it says no, or
        nothing. `also_message`: what it says of messages is wanted too."""
        whole, said = self, may(self.booking, act, self.scene)
        unsaid = also_message and self.booking.message_allowed is None
        if said is None or (said and unsaid):
            whole = self.completed()
            said = may(whole.booking, act, whole.scene)
        if said is None:
            raise whole.stop(STOPPED, silent(act, self.scene), 503)
        if not said:
            told = self.scene.words.gettext(_TOLD_ALREADY)
            text = told if self.booking.absent else cannot(act, self.scene)
            raise whole.stop(_CLOSED, text, 409 if request.method == "POST" else 200)
        return whole


class Stopped(Exception):  # noqa: N818 - an outcome
    """It cannot be done, and this is shown instead."""

    def __init__(self, answered: Answered) -> None:
        super().__init__()
        self.answered = answered


Handler: TypeAlias = Callable[..., Answered]


def entered(blueprint: Blueprint, path: str, method: str = "GET") -> Callable[[Handler], Handler]:
    """Put a page below the page of a time. It is called with the visit, a logged permit and the
    handle in the address; whatever stops it is told in its place."""

    def register(handler: Handler) -> Handler:
        @wraps(handler)
        def page(visit: Visit, item: str, **rest: Any) -> Answered:
            if visit.situation.actor.kind not in ASKED.audience:
                return visit.refused("unknown-page")
            try:
                return handler(visit, visit.permit(ASKED, detail=_DETAIL), item, **rest)
            except Refused as refusal:
                return denied(visit, refusal.decision), 403
            except NotPermitted:
                return visit.refused("foreign-form")
            except Stopped as stopped:
                return stopped.answered

        about(blueprint, f"handelse/<item>/{path}", methods=(method,), unsent=_unsent)(page)
        return handler

    return register


def on_a_time(blueprint: Blueprint, path: str) -> Callable[[Handler], Handler]:
    """The same for a page that needs the time itself, and is called with an `Errand`."""

    def register(handler: Handler) -> Handler:
        @wraps(handler)
        def page(visit: Visit, permit: Permit, item: str, **rest: Any) -> Answered:
            return handler(_errand(visit, permit, item), **rest)

        entered(blueprint, path)(page)
        return handler

    return register


def on_sending(blueprint: Blueprint, path: str) -> Callable[[Handler], Handler]:
    """The same for a form that is sent from such a page. One that was used before leads to its
    receipt: the time may be gone by then."""

    def register(handler: Handler) -> Handler:
        @wraps(handler)
        def sent(visit: Visit, permit: Permit, item: str, **rest: Any) -> Answered:
            before = _sent_before(visit, permit, item)
            return before or handler(_errand(visit, permit, item), **rest)

        entered(blueprint, path, "POST")(sent)
        return handler

    return register


def say(visit: Visit, title: str, text: str) -> str:
    """A page where there is no time to tell of. Both texts are in Swedish."""
    words = visit.house.pages.speaker(visit.language)
    return show(visit, "actions/absent.html", words.gettext(title), text=words.gettext(text))


def _unsent(h: House, language: str, why: Untaken) -> Answered:
    """Whoever pressed is told that nothing was sent, and has their words back."""
    words = h.pages.speaker(language)
    reason, status = _NOT_TAKEN[why]
    page = h.pages.render(
        language,
        "actions/unsent.html",
        title=words.gettext(_UNSENT),
        reason=words.gettext(reason),
        message=request.form.get("message", ""),
    )
    return page, status


def show(visit: Visit, template: str, title: str, **context: Any) -> str:
    """`title` is in the language of the page."""
    with at(visit.situation.now):
        shell = visit.shell(title)
        return visit.house.pages.render(visit.language, template, **{**shell, **context})


def receipt_of(page: str, once: str) -> Answered:
    """To the receipt, by GET: to load it again sends nothing."""
    return redirect(f"{page}/kvitto/{once}", code=303)


def _sent_before(visit: Visit, permit: Permit, item: str) -> Answered | None:
    """The way to the receipt, when the form has been used: its time may be gone by now.

    Raises NotPermitted when it was used for somebody else.
    """
    once = request.form.get("once", "")
    acted = visit.house.fetch.acted(permit, once)
    if acted is None:
        return None
    scene = visit.scene(Asked(item))
    if find_booked((acted.act.booking,), scene) is None:
        raise NotPermitted("the form was used for another time")
    return receipt_of(event_href(scene, acted.act.booking.origin), once)


def _errand(visit: Visit, permit: Permit, item: str) -> Errand:
    """The time that the address is of, as it is known now. Raises Stopped when it is not there."""
    scene = visit.scene(Asked(item))
    seen = visit.house.fetch.moment()
    booked = _booked(visit, permit, scene)
    booking = find_booked(booked.items, scene)
    if booking is None and booked.complete:
        security_event(visit.house, "unknown-record", visit.session)
        raise Stopped((say(visit, _GONE_TITLE, _GONE), 404))
    if booking is None:
        raise Stopped((say(visit, STOPPED, _NOT_KNOWN), 503))
    reports = [report for report in booked.reports if report.source == booking.origin.source]
    _note(visit, permit, reports)
    return Errand(visit, permit, scene, booked, booking, seen)


def _note(visit: Visit, permit: Permit, reports: list[Report]) -> None:
    """The disclosure is logged already; this adds from where it came to be."""
    try:
        note_shown(visit.house, permit, reports)
    except AuditUnavailable:
        log.exception("what was shown is not recorded", extra={"view": ASKED.key})


def _booked(visit: Visit, permit: Permit, scene: Scene) -> Answer[Appointment]:
    """What is known of the person's times when the one that is asked for has come, or when a page
    would have to be finished."""
    harvest = visit.house.fetch.begin(permit, _BOOKED)
    until = monotonic() + visit.house.settings.hard_seconds
    while True:
        answer = harvest.answer("booked")
        found = tuple(item for item in answer.items if isinstance(item, Appointment))
        left = until - monotonic()
        if find_booked(found, scene) or left <= 0 or not harvest.wait(left):
            return Answer(found, answer.reports)
