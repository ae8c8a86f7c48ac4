"""A parent reads for a child: while folkbokföringen says so, and while the child is young."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from portal.acting import handle_of, ties
from stodtjanster.model import PersonId, midnight
from tests.markup import assert_is_a_page
from tests.service.conftest import Sandbox
from tests.service.portal_client import MY_PAGE, Browser, Portal, running_portal
from tests.service.test_portal_acting import assert_refused, number
from tests.service.test_portal_people import logged_in_as, markers


@pytest.fixture
def portal(sandbox: Sandbox, tmp_path: Path) -> Iterator[Portal]:
    with running_portal(sandbox, tmp_path, register_seconds=20) as running:
        yield running


def page_of(portal: Portal, browser: Browser, child: str) -> str:
    """The address of a child's pages in this login, whether or not it opens anything."""
    session = portal.house.sessions.load(browser.cookie() or "", portal.clock())
    assert session is not None
    found = (tie for tie in ties(portal.house, session, "sv") if tie.subject == number(child))
    return f"/sv/for/{handle_of(session, next(found))}/"


def birthday(child: str, age: int) -> datetime:
    born = number(child).birth_date
    return midnight(born.replace(year=born.year + age))


def move_to(portal: Portal, moment: datetime) -> None:
    portal.clock.forward(seconds=(moment - portal.clock()).total_seconds())


def test_a_parent_sees_a_young_child_under_its_name(portal: Portal) -> None:
    anders = portal.logged_in("anders")
    answer = anders.get(page_of(portal, anders, "elsa"))
    assert answer.status_code == 200
    assert_is_a_page(answer.text)
    assert "Du ser uppgifter för Elsa Lindqvist." in answer.text
    assert "Du är vårdnadshavare." in answer.text
    assert "Kontroll av allergi" in answer.text
    assert not {marker for marker in markers("anders") if marker in answer.text} - {
        "Anders Lindqvist"
    }
    opened = [e for e in portal.events("Disclosure") if e.subject == number("elsa")]
    assert {(e.actor, e.actor_kind, e.ground) for e in opened} == {
        (number("anders"), "guardian", "GUARDIAN")
    }


def test_it_is_logged_that_one_was_asked_whose_guardian_one_is(portal: Portal) -> None:
    anders = portal.logged_in("anders")
    anders.get(page_of(portal, anders, "elsa"))
    asked = [e for e in portal.events("LookedUp") if "guardianship" in e.information]
    assert {(e.actor, e.subject) for e in asked} == {(number("anders"), number("anders"))}
    assert len(asked) == 1, "kept for minutes"


def test_access_ends_at_midnight_when_the_child_turns_13(portal: Portal) -> None:
    move_to(portal, birthday("ture", 13) - timedelta(minutes=5))
    anders = logged_in_as(portal, number("anders").value)
    path = page_of(portal, anders, "ture")
    open_page = anders.get(path)
    assert open_page.status_code == 200
    left = int(open_page.headers["refresh"])
    assert 0 < left <= 5 * 60
    portal.clock.forward(seconds=left)
    assert_refused(portal, anders, path)


@pytest.mark.parametrize("child", ["nova", "gomt-barn", "ture"])
def test_whom_nobody_sees_for(portal: Portal, child: str) -> None:
    """17 years old, protected, or 13: refused alike, and nothing is told of why."""
    if child == "ture":
        move_to(portal, birthday("ture", 13) + timedelta(hours=9))
    anders = logged_in_as(portal, number("anders").value)
    assert_refused(portal, anders, page_of(portal, anders, child))


def test_units_that_have_let_a_parent_go_on_are_seen_and_no_others(portal: Portal) -> None:
    move_to(portal, birthday("maja", 13) + timedelta(days=36, hours=9))
    sara = logged_in_as(portal, number("sara").value)
    page = sara.get(page_of(portal, sara, "maja"))
    assert page.status_code == 200
    assert "Du ser bara det som en mottagning har låtit dig se." in page.text
    assert "Eget samtal med kurator" not in page.text


def test_another_childs_parent_has_no_handle(portal: Portal) -> None:
    anders, sara = portal.logged_in("anders"), portal.logged_in("sara")
    path = page_of(portal, anders, "elsa")
    assert_refused(portal, sara, path)
    with pytest.raises(StopIteration):
        page_of(portal, sara, "elsa")


@pytest.mark.parametrize("kind", ["http500", "garbage", "refuse", "wrong-person", "empty"])
def test_no_answer_is_no_guardianship(portal: Portal, kind: str) -> None:
    anders = portal.logged_in("anders")
    path = page_of(portal, anders, "elsa")
    portal.clock.forward(minutes=6)
    portal.sandbox.fault("vardnadshavare", kind)
    assert anders.get(path).status_code == 404
    assert anders.get(MY_PAGE).status_code == 200, "one's own pages do not need it"
    portal.sandbox.clear()
    portal.clock.forward(minutes=1)
    assert anders.get(path).status_code == 200


def test_it_is_asked_again_within_minutes(portal: Portal) -> None:
    anders = portal.logged_in("anders")
    path = page_of(portal, anders, "elsa")
    for minutes, asked in ((0, 1), (4, 1), (2, 2)):
        portal.clock.forward(minutes=minutes)
        assert anders.get(path).status_code == 200
        assert len(portal.sandbox.calls("vardnadshavare")) == asked


def test_the_number_stands_in_no_address(portal: Portal) -> None:
    anders = portal.logged_in("anders")
    path = page_of(portal, anders, "elsa")
    (request,) = portal.sandbox.requests("vardnadshavare")
    for secret in (number("anders").value, number("elsa").value):
        assert secret not in path
        assert secret not in request["path"]
    assert number("anders").value in request["body"]


def test_nothing_is_kept_after_logout(portal: Portal) -> None:
    anders = portal.logged_in("anders")
    page_of(portal, anders, "elsa")
    assert portal.house.guardians._kept
    anders.log_out()
    assert not portal.house.guardians._kept.all_kept()


def test_a_child_that_logs_in_has_nobody(portal: Portal) -> None:
    browser = logged_in_as(portal, number("elsa").value)
    session = portal.house.sessions.load(browser.cookie() or "", portal.clock())
    assert session is not None
    assert list(ties(portal.house, session, "sv")) == []
    assert portal.sandbox.calls("vardnadshavare") == []


def test_the_marker_of_a_protected_child_is_on_no_page(portal: Portal) -> None:
    anders = portal.logged_in("anders")
    for path in (MY_PAGE, page_of(portal, anders, "elsa"), "/sv/mig/ombud"):
        page = anders.get(path).text
        assert "FÅR EJ VISAS" not in page
        assert "Love" not in page
        assert PersonId.parse("202201612393").value not in page
