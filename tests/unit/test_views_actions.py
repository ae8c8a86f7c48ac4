"""What may be done about a time is offered where the source has said so, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from stodtjanster.information import VisitForm
from stodtjanster.information.booking import (
    BookingAct,
    CancelBooking,
    MakeBooking,
    MoveBooking,
    ReportAbsence,
)
from stodtjanster.model import Dated, Open, Partial
from tests.viewing import TOWN, Swedish, answer, asked, at, booking, day, scene
from views.event.page import event
from views.kit.about import whose
from views.kit.actions import label, may, offer, offered
from views.kit.cards import Action
from views.kit.clashes import UNASKED, clashes
from views.kit.rows import Explainer, event_row
from views.kit.view import Scene

REGION = frozenset({CancelBooking, MoveBooking, MakeBooking})
SAID = {"cancel_allowed": True, "rebook_allowed": True}


class English(Swedish):
    language = "en"

    def gettext(self, message: str) -> str:
        return "{name}'s" if message == "{name}s" else message


def here(*acts: type[BookingAct], **more: Any) -> Scene:
    """Where these can be done, or all that a region's booking desk does."""
    return scene(acts={"test": frozenset(acts) or REGION}, secret=b"s", **more)


def ways(item: Any, where: Scene | None = None) -> list[str]:
    return [action.label for action in offered(item, where or here())]


def test_what_the_source_has_allowed_leads_to_where_it_begins() -> None:
    item = booking(at(1), **SAID)
    where = here()
    page = f"/sv/mig/handelse/{where.handle(item.origin)}"
    assert offered(item, where) == (
        Action(f"{page}/avboka", "Avboka"),
        Action(f"{page}/boka-om", "Boka om"),
    )


@pytest.mark.parametrize(
    ("cancel", "rebook", "words"),
    [
        (True, False, ["Avboka"]),
        (False, True, ["Boka om"]),
        (True, None, ["Avboka"]),
        (None, None, []),
        (False, False, []),
    ],
)
def test_nothing_else_is_offered(
    cancel: bool | None, rebook: bool | None, words: list[str]
) -> None:
    assert ways(booking(at(1), cancel_allowed=cancel, rebook_allowed=rebook)) == words


def test_an_open_invitation_is_booked() -> None:
    item = booking(Open(), invitation=True, cancel_allowed=True)
    assert ways(item) == ["Boka tid"]
    assert ways(booking(Open())) == []


def test_a_visit_at_home_can_be_declined_once() -> None:
    where = here(ReportAbsence)
    assert ways(booking(at(1), absence_allowed=True), where) == ["Jag är inte hemma"]
    assert ways(booking(at(1), absence_allowed=True, absent=True), where) == []
    assert ways(booking(at(1), absence_allowed=True)) == []


@pytest.mark.parametrize(
    "item",
    [
        booking(at(0, "14.09"), **SAID),
        booking(at(0, "14.10"), **SAID),
        booking(at(1), done=True, **SAID),
        booking(Dated(day(-1)), **SAID),
        booking(Partial(2026, 10), **SAID),
    ],
)
def test_what_has_begun_cannot_be_changed(item: Any) -> None:
    assert ways(item) == []
    assert offer(item, here()).note is None


@pytest.mark.parametrize("item", [booking(at(0, "14.11"), **SAID), booking(Dated(day(0)), **SAID)])
def test_what_is_ahead_can(item: Any) -> None:
    assert ways(item) == ["Avboka", "Boka om"]


def test_where_nobody_acts_on_a_source_nothing_is_offered() -> None:
    item = booking(at(1), absence_allowed=True, **SAID)
    assert offered(item, scene()) == ()
    assert offer(item, scene()).note == "Tiden går inte att avboka eller boka om här."
    assert may(item, CancelBooking, scene()) is False


@pytest.mark.parametrize("known", [True, False, None])
def test_what_the_source_left_unsaid_can_be_asked_for(known: bool | None) -> None:
    item = booking(at(1), cancel_allowed=None, rebook_allowed=known)
    labels = [action.label for action in offer(item, here()).actions]
    assert labels == (["Boka om"] if known else []) + ["Se om tiden kan ändras"]
    assert may(item, CancelBooking, here()) is None


def test_what_cannot_be_done_is_said_only_where_it_is_known() -> None:
    no = booking(at(1), cancel_allowed=False, rebook_allowed=False)
    assert offer(no, here()).note
    assert not offer(booking(at(1), cancel_allowed=True, rebook_allowed=False), here()).note
    declined = booking(at(1), absent=True)
    assert not offer(declined, here(ReportAbsence)).note


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (CancelBooking, "Avboka Birgittas tid"),
        (MoveBooking, "Boka om Birgittas tid"),
        (MakeBooking, "Boka tid åt Birgitta"),
        (ReportAbsence, "Birgitta är inte hemma"),
    ],
)
def test_who_acts_for_another_sees_whose_time_it_is(act: type[BookingAct], words: str) -> None:
    assert label(act, here(name="Birgitta")) == words


@pytest.mark.parametrize(
    ("name", "owner"), [("Birgitta", "Birgittas"), ("Lars", "Lars"), ("Max", "Max"), ("Liz", "Liz")]
)
def test_the_owner_in_swedish(name: str, owner: str) -> None:
    assert whose(name, Swedish()) == owner


def test_the_owner_in_another_language() -> None:
    assert whose("Lars", English()) == "Lars's"


def test_the_row_and_the_page_of_a_time_carry_what_can_be_done() -> None:
    item = booking(at(1), **SAID)
    where = here()
    row = event_row(item, Explainer.of(where))
    assert [action.label for action in row.actions] == ["Avboka", "Boka om"]
    page = event(answer(item), UNASKED, here(asked=asked(where.handle(item.origin))))
    assert page is not None
    assert (page.row.actions, page.cannot) == (row.actions, None)


def test_the_page_of_a_time_says_what_cannot_be_done() -> None:
    item = booking(at(1))
    where = scene(secret=b"s")
    page = event(answer(item), UNASKED, scene(secret=b"s", asked=asked(where.handle(item.origin))))
    assert page is not None
    assert page.cannot == "Tiden går inte att avboka eller boka om här."


def test_a_declined_visit_is_marked_and_meets_nothing() -> None:
    home = {"record": "hem", "system": TOWN, "title": "Hemtjänst", "form": VisitForm.HOME}
    clinic = booking(at(1), form=VisitForm.VISIT)
    both = answer(booking(at(1), **home), clinic)
    assert len(clashes(both, UNASKED, here()).all) == 1
    declined = booking(at(1), absent=True, **home)
    assert event_row(declined, Explainer.of(here())).absent
    assert clashes(answer(declined, clinic), UNASKED, here()).all == ()
