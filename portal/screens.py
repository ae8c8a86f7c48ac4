"""The addresses of the views: each found view gets a page, and each of its sections a fragment."""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Protocol

from flask import Blueprint, Response, request
from markupsafe import Markup

from portal import answers
from portal.gate import Refused, note_shown, security_event
from portal.house import House
from portal.i18n import at
from portal.inbox import noted_as_read
from portal.pages import Link
from portal.recollection import recall, remember
from portal.stream import (
    Answers,
    Limits,
    Page,
    answers_of,
    render_section,
    reports_of,
    stream,
    wait_for,
)
from portal.visit import Answered, Visit, about, slash
from stodtjanster.access import Decision, Permit, Reason
from stodtjanster.audit import AuditUnavailable
from stodtjanster.fetch.screening import Screening
from views.kit.view import ONE, Asked, Scene, Shown, View
from views.kit.words import N_

log = logging.getLogger(__name__)
bp = Blueprint("screens", __name__)


class Viewer(Protocol):
    """Whoever a view is shown to: a visit of a resident, or of an employee to a patient."""

    @property
    def house(self) -> House: ...
    @property
    def base(self) -> str: ...
    def shell(self, title: str, current: View | None = None) -> dict[str, Any]: ...


_WHY_NOT = {
    Reason.CHILD_UNDER_13: N_(
        "Du som är under 13 år kan inte se din planering här. Fråga en vårdnadshavare."
    ),
    Reason.CHILD_13_15_NO_ACCESS: N_(
        "Du som är 13–15 år kan inte se din planering här än. Det kan du när du har fyllt 16. "
        "Fråga din mottagning om du vill veta vad som är planerat."
    ),
    Reason.SUBJECT_DECEASED: N_(
        "Enligt folkbokföringen är personen avliden. Kontakta Skatteverket om det inte stämmer."
    ),
    Reason.SUBJECT_SEALED: N_(
        "Du har förseglat din planering. Därför kan ingen se den här. "
        "Du kan ta bort förseglingen när du har legitimerat dig."
    ),
    Reason.AUTHN_LOA_TOO_LOW: N_(
        "Du behöver logga in med en e-legitimation på en högre nivå, till exempel BankID."
    ),
}
_WHY_NOT_ABOUT_OTHERS = {
    Reason.OMBUD_NO_LEGAL_BASIS: N_(
        "Det här ingår inte i det som du får se. Lagen låter bara {name} själv läsa det."
    ),
    Reason.GRANT_SCOPE: N_("Det här ingår inte i det som {name} har låtit dig se."),
    Reason.GRANT_PROVIDER: N_("Det här ingår inte i det som {name} har låtit dig se."),
}
_WHY_NOT_ABOUT_ANOTHER = N_("Det här ingår inte i det som du får se.")
_WHY_NOT_OTHERWISE = N_("Du kan inte se din planering här. Ring din mottagning om du undrar något.")


@about(bp, "", "<path:path>")
def mine(visit: Visit, path: str = "") -> Answered:
    """A whole view, or with `del/<slot>` after it one of its sections."""
    found = find(visit.views(), path)
    if found is None:
        return visit.refused("unknown-page")
    view, item, slot = found
    try:
        permit = visit.permit(view)
    except Refused as refusal:
        return denied(visit, refusal.decision), 403
    asked = Asked(item, MappingProxyType(request.args.to_dict()))
    if slot is None and answers.wanted(request):
        page = _page(visit, view, permit, asked)
        said = all_of(page)
        _note(visit.house, page)
        return answers.as_json(page, said)
    if slot is None:
        return whole(visit, view, permit, asked)
    page = _page(visit, view, permit, asked)
    section = fragment(visit.house, page, slot)
    _note(visit.house, page)
    return Response(section, mimetype="text/html")


def whole(
    visit: Visit, view: View, permit: Permit, asked: Asked | None = None, *, beside: str = ""
) -> Response:
    """A view as a stream. `beside` is as in `Page`."""
    page = replace(_page(visit, view, permit, asked or Asked()), beside=beside)
    chunks = _chunks(visit.house, page)
    return Response(chunks, mimetype="text/html", headers={"X-Accel-Buffering": "no"})


def find(views: Iterable[View], path: str) -> tuple[View, str | None, str | None] | None:
    """The view of an address, the handle of the record it is about, and the one section."""
    whole, _, slot = path.rstrip("/").rpartition("del/")
    if not slot or not path.startswith(f"{whole}del/"):
        whole, slot = path, ""
    here = whole.rstrip("/")
    parent, _, last = here.rpartition("/")
    for view in views:
        item = last if parent and view.path == parent + ONE else None
        if view.path == here or item is not None:
            known = not slot or view.find(slot) is not None
            return (view, item, slot or None) if known else None
    return None


def _page(visit: Visit, view: View, permit: Permit, asked: Asked) -> Page:
    scene = visit.scene(asked)
    if view.recalls:
        scene = replace(scene, recalled=recall(visit.house, visit.situation, permit.reach))
    page = page_of(visit, view, permit, scene)
    return replace(page, printed=_noted(visit, view))


def page_of(
    visit: Viewer, view: View, permit: Permit, scene: Scene, screening: Screening | None = None
) -> Page:
    """A view as it is to be printed, with its answers on their way. `screening` is for staff."""
    h, asked = visit.house, scene.asked
    path = view.path.removesuffix(ONE) + (f"/{asked.item}" if asked.item else "")
    needs = view.needs_for(asked, scene.situation.today)
    return Page(
        view=view,
        scene=scene,
        harvest=h.fetch.begin(permit, needs, screening=screening),
        pages=h.pages,
        context=visit.shell(scene.say(view.question), view),
        base=visit.base + slash(path),
        query=request.query_string.decode("ascii", "ignore"),
        limits=Limits(h.settings.soft_seconds, h.settings.hard_seconds),
    )


def _noted(visit: Visit, view: View) -> Callable[[Shown], None]:
    """To be told of every section as it is printed. Never raises."""
    read = noted_as_read(visit.house, request)

    def note(shown: Shown) -> None:
        read(shown)
        # The section that has the view's name is the record. Whose a handle is that is not among
        # one's own, nobody can tell: one that is over and one of another's look the same.
        if view.path.endswith(ONE) and shown.slot == view.key and shown.state == "empty":
            security_event(visit.house, "unknown-record", visit.session)

    return note


def _chunks(h: House, page: Page) -> Iterator[str]:
    """The stream, and a note in the log of what it held, also when the reader has left. What the
    reader has seen is another thing: only who was sent the whole has."""
    try:
        yield from stream(page)
        remember(h, page)
    finally:
        _note(h, page)


def all_of(page: Page) -> Answers:
    """Everything that the view needs, when it has come or its time is out."""
    names = page.harvest.names
    wait_for(page, names, page.clock() + page.limits.hard)
    return answers_of(page, names)


def fragment(h: House, page: Page, slot: str) -> str:
    """One section of a view as a page of its own."""
    section = page.view.find(slot)
    assert section is not None
    wait_for(page, section.needs, page.clock() + page.limits.hard)
    inner = render_section(page, section, answers_of(page, section.needs))
    language = page.scene.situation.language
    with at(page.today):
        return h.pages.render(
            language,
            "fragment.html",
            **{**page.context, "title": page.scene.say(section.title)},
            section=Markup(inner),  # noqa: S704 - rendered by our own template just now
            page_url=page.url(),
        )


def _note(h: House, page: Page) -> None:
    """The disclosure itself is logged already; this adds which systems it came to be from."""
    try:
        items = (item for name in page.view.needs for item in page.harvest.answer(name).items)
        note_shown(h, page.harvest.permit, reports_of(page), items)
    except AuditUnavailable:
        log.exception("what was shown is not recorded", extra={"view": page.view.key})


def denied(visit: Visit, decision: Decision) -> str:
    """Why one may not see it, in plain words."""
    words = visit.house.pages.speaker(visit.language)
    tie = visit.standing.tie
    if tie is not None:
        why = _WHY_NOT_ABOUT_OTHERS.get(decision.reason, _WHY_NOT_ABOUT_ANOTHER)
        said = words.gettext(why).format(name=tie.given_name)
        return visit.render("denied.html", N_("Det ingår inte"), reason=said, way=None)
    reason = words.gettext(_WHY_NOT.get(decision.reason, _WHY_NOT_OTHERWISE))
    sealed = decision.reason is Reason.SUBJECT_SEALED
    way = Link(f"{visit.base}delning", words.gettext(N_("Vem kan se?"))) if sealed else None
    title = N_("Du kan inte se din planering här")
    return visit.render("denied.html", title, reason=reason, way=way)
