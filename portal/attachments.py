"""Documents of a plan, each at an address of its own: decided, logged and handed out one by one.

What a source calls a document is not believed: only kinds in which nothing can run are opened in
the browser, and only when they begin as they should. The rest is downloaded. A document that lies
elsewhere is never fetched for anybody: whoever wrote the plan chose the address, and not we.
"""

import logging
from time import monotonic
from typing import Final

from flask import Blueprint, Response

from portal.gate import Refused, note_shown, security_event
from portal.screens import denied
from portal.visit import Answered, Visit, about
from stodtjanster.access import Permit
from stodtjanster.audit import AuditUnavailable
from stodtjanster.information import Attachment, CarePlan
from stodtjanster.model import Answer
from views.kit.plans import PLANS
from views.kit.view import RESIDENTS, Asked, View
from views.kit.words import N_
from views.plan.page import OPENED, find_plan

log = logging.getLogger(__name__)
bp = Blueprint("attachments", __name__)

# Not in the menu and without sections: what the gate is asked about, and no more than that.
ASKED: Final = View(
    key="attachment",
    path="planer/*/bilaga",
    question=N_("Dokumentet"),
    audience=RESIDENTS,
    needs={"plans": PLANS},
)
_DETAIL: Final = "attachment"
_UNKNOWN: Final = "application/octet-stream"
_ENDINGS: Final = {
    "application/pdf": "pdf",
    "text/plain": "txt",
    "text/html": "html",
    "text/rtf": "rtf",
    "application/rtf": "rtf",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/tiff": "tif",
}
_BEGINNINGS: Final = {
    "application/pdf": b"%PDF-",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
}
_GONE: Final = N_("Dokumentet finns inte längre hos dem som svarade.")
_SILENT: Final = N_(
    "Vi vet inte om dokumentet finns kvar: alla har inte svarat. Försök igen om en stund."
)
_ELSEWHERE: Final = N_("Dokumentet finns hos {who}. Vi har det inte här. Fråga dem.")


@about(bp, "planer/<item>/bilaga/<int:nth>")
def document(visit: Visit, item: str, nth: int) -> Answered:
    """The document with that number, counted from one, of the plan with that handle."""
    if visit.situation.actor.kind not in ASKED.audience:
        return visit.refused("unknown-page")
    try:
        permit = visit.permit(ASKED, detail=_DETAIL)
    except Refused as refusal:
        return denied(visit, refusal.decision), 403
    scene = visit.scene(Asked(item))
    plans = _plans(visit, permit)
    plan = find_plan(plans.items, scene)
    if plan is None or not 0 < nth <= len(plan.attachments):
        if plans.complete:
            security_event(visit.house, "unknown-record", visit.session)
        reason = scene.words.gettext(_GONE if plans.complete else _SILENT)
        return _absent(visit, reason), 404 if plans.complete else 503
    found = plan.attachments[nth - 1]
    if found.content is None:
        owner = scene.directory.of(plan.origin).owner
        reason = scene.words.gettext(_ELSEWHERE).format(who=owner)
        return _absent(visit, reason), 404
    _note(visit, permit, plan, plans)
    return _handed_out(found, found.content, nth)


def _plans(visit: Visit, permit: Permit) -> Answer[CarePlan]:
    """All that is known of the person's plans when the page would have to be finished: each of
    them has been decided by the permit."""
    harvest = visit.house.fetch.begin(permit, ASKED.needs)
    until = monotonic() + visit.house.settings.hard_seconds
    while not harvest.settled(ASKED.needs):
        left = until - monotonic()
        if left <= 0 or not harvest.wait(left):
            break
    answer = harvest.answer("plans")
    found = tuple(item for item in answer.items if isinstance(item, CarePlan))
    return Answer(found, answer.reports)


def _note(visit: Visit, permit: Permit, plan: CarePlan, plans: Answer[CarePlan]) -> None:
    """The disclosure is logged already; this adds whose document it came to be."""
    reports = [report for report in plans.reports if report.source == plan.origin.source]
    try:
        note_shown(visit.house, permit, reports)
    except AuditUnavailable:
        log.exception("what was shown is not recorded", extra={"view": ASKED.key})


def _absent(visit: Visit, reason: str) -> str:
    title = N_("Vi kan inte visa dokumentet")
    back = f"{visit.base}planer/"
    return visit.render("attachment_absent.html", title, reason=reason, back_url=back)


def _handed_out(found: Attachment, content: bytes, nth: int) -> Response:
    """The browser is told what it is, never to guess, and whether it may open it."""
    kind = found.media_type if content.startswith(_beginning(found)) else _UNKNOWN
    placing = "inline" if kind in OPENED else "attachment"
    ending = _ENDINGS.get(kind, "bin")
    if kind == "text/plain":
        content, kind = _in_utf8(content), "text/plain; charset=utf-8"
    response = Response(content, content_type=kind)
    # The name says nothing of the person or the plan: it stays in the browser's list of downloads.
    response.headers["Content-Disposition"] = f'{placing}; filename="dokument-{nth}.{ending}"'
    return response


def _beginning(found: Attachment) -> bytes:
    return _BEGINNINGS.get(found.media_type, b"")


def _in_utf8(content: bytes) -> bytes:
    """Text has no charset in either contract; what is not UTF-8 is read as Windows writes it."""
    try:
        content.decode()
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace").encode()
    return content
