"""Finding and opening a patient, on the wire: who is let in, and what everybody else is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from portal.pace import MOST, Pace
from sandbox.people import load_people
from stodtjanster.audit import AuditUnavailable
from tests.markup import assert_is_a_page
from tests.security_messages import BIRGITTA
from tests.service.conftest import Sandbox
from tests.service.portal_client import Portal, csrf_token, running_portal
from tests.service.saml_forging import need_xmlsec1
from tests.service.test_staff_assignment import (
    BJORKBACKEN,
    CONTACT,
    HOME_CARE,
    HOME_HELP,
    SYNC,
    SYSTEMS,
    at_work,
    choose,
)
from tests.service.test_staff_login import METADATA, Staff

SEARCH = "/sv/personal/sok"
NOBODY = "198510219994"
PROTECTED, ALIVE = "200512312398", "199008252398"
CONSENTED = "196408233234"
LENAS_OWN = next(p.person_id for p in load_people() if p.key == "lena")


@pytest.fixture
def portal(sandbox: Sandbox, tmp_path: Path) -> Iterator[Portal]:
    need_xmlsec1()
    with running_portal(sandbox, tmp_path) as running:
        own = running.browser().get(METADATA)
        address = sandbox.info["siths"]["address"]
        httpx.put(f"{address}/_test/service", content=own.content).raise_for_status()
        yield running
    sandbox.panel.delete("/api/bookings").raise_for_status()


@pytest.fixture
def staff(portal: Portal) -> Staff:
    return Staff(portal)


@pytest.fixture
def amina(staff: Staff) -> Staff:
    at_work(staff, "amina", HOME_CARE)
    return staff


def look_for(staff: Staff, number: str) -> httpx.Response:
    token = csrf_token(staff.browser.get(SEARCH).text)
    return staff.browser.post(SEARCH, {"csrf_token": token, "nummer": number})


def opened(staff: Staff, number: str = BIRGITTA.value) -> httpx.Response:
    """The page of whoever has a number."""
    found = look_for(staff, number)
    assert found.status_code == 303, found.text
    return staff.browser.get(found.headers["location"])


def told(page: str) -> str:
    """What a page says, without the number that was asked for and what is made of it."""
    said = re.sub(r"\d{8}-xxxx</span>, \d+ år", "NUMBER", re.sub(r"\s+", " ", page))
    return re.sub(r"patient/[\w-]+/|value=\"[\w-]{30,}\"", "", said)


class TestTheSearch:
    def test_a_number_leads_to_an_address_that_does_not_hold_it(self, amina: Staff) -> None:
        found = look_for(amina, BIRGITTA.value)
        assert found.status_code == 303
        assert BIRGITTA.value[2:] not in found.headers["location"]
        (event,) = amina.portal.events("Searched")
        assert (event.subject, event.detail) == (BIRGITTA, "by-number")
        assert event.employee is not None
        assert event.place is not None

    @pytest.mark.parametrize("written", ["", "19000101-9802", "Birgitta", "1" * 400])
    def test_what_is_no_number_is_told_of_and_not_lost(self, amina: Staff, written: str) -> None:
        answer = look_for(amina, written)
        assert answer.status_code == 400
        assert_is_a_page(answer.text)
        assert f'value="{written}"' in answer.text
        assert amina.portal.events("Searched") == []

    def test_a_search_from_elsewhere_is_refused(self, amina: Staff) -> None:
        answer = amina.browser.post(SEARCH, {"csrf_token": "x", "nummer": BIRGITTA.value})
        assert answer.status_code == 403
        assert amina.portal.events("Searched") == []

    def test_nobody_searches_without_end(self, amina: Staff) -> None:
        amina.portal.change(search_pace=Pace())
        answers = [look_for(amina, BIRGITTA.value).status_code for _ in range(MOST + 1)]
        assert answers == [303] * MOST + [429]
        assert amina.portal.events("SecurityEvent")[-1].detail == "too-many-searches"

    def test_nobody_searches_without_an_assignment(self, staff: Staff) -> None:
        staff.log_in("amina")
        assert staff.browser.get(SEARCH).headers["location"] == "/sv/personal/"


class TestWhoIsLetIn:
    def test_who_takes_part_in_the_care_sees_and_it_is_logged_first(self, amina: Staff) -> None:
        page = opened(amina)
        assert page.status_code == 200
        assert_is_a_page(page.text)
        assert "Birgitta Lindqvist" in page.text
        assert "Såromläggning" in page.text
        disclosed, *shown = amina.portal.events("Disclosure", "Shown")
        assert disclosed.event == "Disclosure"
        assert {event.event for event in shown} == {"Shown"}
        assert {event.reference for event in shown} == {disclosed.reference}
        assert all(event.employee and event.place and event.activity for event in shown)
        assert any(event.owners for event in shown)

    def test_all_who_may_not_be_known_of_are_told_of_alike(self, amina: Staff) -> None:
        """Unknown, with no relation, protected and with no relation."""
        numbers = (NOBODY, ALIVE, PROTECTED)
        pages = [opened(amina, number) for number in numbers]
        assert {page.status_code for page in pages} == {403}
        assert len({told(page.text) for page in pages}) == 1
        assert amina.portal.events("Disclosure", "LookedUp") == []

    def test_a_consent_without_a_relation_is_not_told_of(self, staff: Staff) -> None:
        at_work(staff, "karin", SYNC)
        pages = [opened(staff, number) for number in (NOBODY, CONSENTED)]
        assert {page.status_code for page in pages} == {403}
        assert len({told(page.text) for page in pages}) == 1

    def test_nobody_is_asked_about_whom_the_rules_let_nobody_in(
        self, amina: Staff, sandbox: Sandbox
    ) -> None:
        before = amina.portal.landed()
        opened(amina, ALIVE)
        assert amina.portal.landed() == before

    def test_nobody_reads_about_themself(self, staff: Staff) -> None:
        at_work(staff, "lena", BJORKBACKEN)
        page = opened(staff, LENAS_OWN)
        assert page.status_code == 403
        assert "privatperson" in page.text
        refused = staff.portal.events("Refused")[-1]
        assert refused.ground == "STAFF_OWN_RECORD"

    def test_who_runs_the_systems_sees_nothing(self, staff: Staff) -> None:
        at_work(staff, "nils", SYSTEMS)
        page = opened(staff)
        assert page.status_code == 403
        assert "sköta system" in page.text
        assert "Birgitta" not in page.text
        assert staff.portal.events("Disclosure", "LookedUp") == []

    @pytest.mark.parametrize("assignment", [CONTACT, HOME_HELP])
    def test_omsorg_takes_part_by_its_insats(self, staff: Staff, assignment: str) -> None:
        at_work(staff, "omar", assignment)
        assert opened(staff, ALIVE).status_code == 403
        assert "care_service" in staff.portal.events("LookedUp")[0].information

    def test_another_region_without_consent_is_told_that_there_is_more(self, staff: Staff) -> None:
        at_work(staff, "karin", SYNC)
        page = opened(staff).text
        assert "samtycke" in page
        assert "Såromläggning" not in page
        assert "Hemsjukvård Sjövik" not in page


class TestSilence:
    @pytest.mark.parametrize("kind", ["http500", "error-result"])
    def test_no_word_on_the_relation_opens_nothing(
        self, amina: Staff, sandbox: Sandbox, kind: str
    ) -> None:
        sandbox.fault("patientrelation", kind)
        page = opened(amina)
        assert page.status_code == 503
        assert "svarar inte" in page.text
        assert "Birgitta" not in page.text
        assert amina.portal.events("Disclosure") == []

    def test_no_word_on_blocks_shows_the_own_unit_only(
        self, amina: Staff, sandbox: Sandbox
    ) -> None:
        sandbox.fault("sparr", "http500")
        page = opened(amina).text
        assert "Såromläggning" in page
        assert "Återbesök" not in page
        assert "kontrollera" in page

    def test_what_cannot_be_logged_is_not_shown(self, amina: Staff) -> None:
        address = look_for(amina, BIRGITTA.value).headers["location"]
        log = amina.portal.house.audit

        class Down:
            def record(self, event: object) -> str:
                raise AuditUnavailable("down")

        amina.portal.change(audit=Down())
        assert amina.browser.get(address).status_code == 503
        amina.portal.change(audit=log)
        assert "Såromläggning" in amina.browser.get(address).text

    def test_a_section_that_cannot_be_logged_is_not_printed(self, amina: Staff) -> None:
        address = look_for(amina, BIRGITTA.value).headers["location"]
        log = amina.portal.house.audit

        class NoMore:
            def record(self, event: object) -> str:
                if getattr(event, "event", None) == "Shown":
                    raise AuditUnavailable("down")
                return log.record(event)  # type: ignore[arg-type]

        amina.portal.change(audit=NoMore())
        page = amina.browser.get(address).text
        assert "Såromläggning" not in page
        assert "Felet ligger hos oss" in page


class TestTheHandle:
    def test_it_means_nothing_in_another_login(self, amina: Staff) -> None:
        address = look_for(amina, BIRGITTA.value).headers["location"]
        other = Staff(amina.portal)
        at_work(other, "amina", HOME_CARE)
        answer = other.browser.get(address)
        assert answer.status_code == 404
        assert amina.portal.events("SecurityEvent")[-1].detail == "unknown-handle"

    def test_it_means_nothing_in_another_assignment(self, staff: Staff) -> None:
        at_work(staff, "omar", CONTACT)
        address = look_for(staff, BIRGITTA.value).headers["location"]
        choose(staff, HOME_HELP)
        assert staff.browser.get(address).status_code == 404

    @pytest.mark.parametrize("handle", ["x", "A" * 30, "%C3%A5", BIRGITTA.value, "=" * 8])
    def test_what_was_not_made_here_is_refused(self, amina: Staff, handle: str) -> None:
        answer = amina.browser.get(f"/sv/personal/patient/{handle}/")
        assert answer.status_code == 404
        assert "Birgitta" not in answer.text

    def test_residents_have_no_such_pages(self, amina: Staff) -> None:
        address = look_for(amina, BIRGITTA.value).headers["location"]
        resident = amina.portal.logged_in()
        answer = resident.get(address)
        assert answer.status_code == 302
        assert "/personal/" in answer.headers["location"]

    def test_no_number_is_in_the_ordinary_log(self, amina: Staff) -> None:
        opened(amina)
        opened(amina, ALIVE)
        written = amina.portal.log.getvalue()
        assert BIRGITTA.value not in written
        assert ALIVE not in written
