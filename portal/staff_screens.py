"""The addresses of the views of staff: each view that a role asks gets a page about a patient."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import MappingProxyType

from flask import Blueprint, Response, request

from portal import answers
from portal.gate import Refused, note_shown
from portal.patient_visit import PatientVisit, lacking, patient_page
from portal.screens import all_of, find, fragment, page_of
from portal.staff_visit import Answered
from portal.stream import Answers, Page, stream
from stodtjanster.access import Permit
from views.kit.view import Asked

log = logging.getLogger(__name__)
bp = Blueprint("staff_screens", __name__)


@patient_page(bp, "")
def overview(visit: PatientVisit) -> Answered:
    """What the employee's role asks first."""
    return _shown(visit, "")


@patient_page(bp, "<path:path>")
def view(visit: PatientVisit, path: str) -> Answered:
    """A whole view, or with `del/<slot>` after it one of its sections."""
    return _shown(visit, path)


def _shown(visit: PatientVisit, path: str) -> Answered:
    found = find(visit.views(), path)
    if found is None:
        return visit.refused("unknown-page")
    view, item, slot = found
    try:
        permit = visit.permit(view)
    except Refused:
        return lacking(visit)
    asked = Asked(item, MappingProxyType(request.args.to_dict()))
    page = page_of(visit, view, permit, visit.scene(asked), visit.screening())
    page = replace(page, disclosed=_logged(visit, permit))
    if slot is None and answers.wanted(request):
        said = all_of(page)
        page.disclosed(said)
        return answers.as_json(page, said)
    if slot is None:
        headers = {"X-Accel-Buffering": "no"}
        return Response(_chunks(page), mimetype="text/html", headers=headers)
    return Response(fragment(visit.house, page, slot), mimetype="text/html")


def _chunks(page: Page) -> Iterator[str]:
    yield from stream(page)


def _logged(visit: PatientVisit, permit: Permit) -> Callable[[Answers], None]:
    """What a section is about to show is in the log before it is shown (HSLF-FS 2016:40 4:9)."""

    def log_it(said: Answers) -> None:
        reports = [report for answer in said.values() for report in answer.reports]
        items = [item for answer in said.values() for item in answer.items]
        note_shown(visit.house, permit, reports, items, lifted=visit.lifted)

    return log_it
