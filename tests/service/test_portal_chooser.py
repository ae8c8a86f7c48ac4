"""Whose planning: oneself and those whom one may read for, each with what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.markup import assert_is_a_page
from tests.service.conftest import Sandbox
from tests.service.portal_client import Portal, running_portal
from tests.service.test_portal_acting import granted, number, page_of

PERSON = "/sv/mig/person"


@pytest.fixture
def portal(sandbox: Sandbox, tmp_path: Path) -> Iterator[Portal]:
    with running_portal(sandbox, tmp_path, register_seconds=20, soft_seconds=10) as running:
        yield running


def test_everybody_is_there_with_scope_and_what_comes_next(portal: Portal) -> None:
    mandate = granted(portal)
    anders = portal.logged_in("anders")
    page = anders.get(PERSON)
    assert page.status_code == 200
    assert_is_a_page(page.text)
    for words in (
        "Anders Lindqvist",
        "Du själv",
        "Birgitta Lindqvist",
        "född 1900",
        "Du är ombud till och med",
        "Du ser tider, planer och kontakter.",
        "Elsa Lindqvist",
        "Du är vårdnadshavare.",
        "Kontroll av allergi",
        "Blodtryckskontroll",
    ):
        assert words in page.text
    assert page_of(portal, anders, mandate) in page.text
    for hidden in ("Nova", "Love", "Samtal på egen begäran", "FÅR EJ VISAS"):
        assert hidden not in page.text


def test_what_is_read_to_say_what_comes_next_is_in_the_log(portal: Portal) -> None:
    granted(portal)
    portal.logged_in("anders").get(PERSON)
    opened = [e for e in portal.events("Disclosure") if e.detail == "chooser"]
    assert {(e.subject, e.actor_kind) for e in opened} >= {
        (number("anders"), "citizen"),
        (number("birgitta"), "ombud"),
        (number("elsa"), "guardian"),
    }
    assert {kind for e in opened for kind in e.information} == {"appointment"}


def test_the_chosen_one_is_marked_also_on_pages_of_another(portal: Portal) -> None:
    mandate = granted(portal)
    anders = portal.logged_in("anders")
    page = anders.get(page_of(portal, anders, mandate) + "person").text
    assert "Du ser uppgifter för Birgitta Lindqvist." in page
    chosen = page.partition("personkort-vald")[2].partition("</li>")[0]
    assert "Birgitta Lindqvist" in chosen
    assert "Anders Lindqvist" in page


def test_a_grant_without_times_tells_none(portal: Portal) -> None:
    granted(portal, scopes=frozenset({"contact"}))
    page = portal.logged_in("anders").get(PERSON).text
    assert "Birgitta Lindqvist" in page
    assert "Såromläggning" not in page


def test_who_acts_for_nobody_is_told_so(portal: Portal) -> None:
    page = portal.logged_in("elias").get(PERSON).text
    assert "Du är inte ombud för någon." in page


@pytest.mark.parametrize(
    ("target", "kind"), [("plattformen", "http500"), ("vardnadshavare", "http500")]
)
def test_a_register_that_is_silent_is_told_of(portal: Portal, target: str, kind: str) -> None:
    granted(portal)
    portal.sandbox.fault(target, kind)
    page = portal.logged_in("anders").get(PERSON).text
    assert "Därför kan någon saknas här." in page


def test_what_waits_for_an_answer_is_told_of_without_a_name(portal: Portal) -> None:
    granted(portal, accepted=None)
    page = portal.logged_in("anders").get(PERSON).text
    assert "Någon har gett dig tillgång som väntar." in page
    assert "Birgitta" not in page
