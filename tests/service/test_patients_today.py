"""Patienter i dag on the wire: who is named, who is not, and what is said when nobody knows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sandbox.people import load_people
from stodtjanster.audit import AuditUnavailable
from stodtjanster.model import PersonId
from tests.markup import assert_is_a_page
from tests.service.conftest import Sandbox
from tests.service.portal_client import Portal, csrf_token, running_portal
from tests.service.saml_forging import need_xmlsec1
from tests.service.test_staff_assignment import (
    BJORKBACKEN,
    HOME_CARE,
    HOME_HELP,
    SYSTEMS,
    at_work,
)
from tests.service.test_staff_login import METADATA, Staff

TODAY = "/sv/personal/patienter"
NUMBERS = {person.name: person.person_id for person in load_people()}
GUNNAR, SIV, ROLF = (PersonId.parse(NUMBERS[n]) for n in ("Gunnar Ek", "Siv Åberg", "Rolf Nyman"))
ROW = re.compile(r'<tr role="row">\s*<th scope="row".*?</tr>', re.DOTALL)


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


def rows(page: str) -> list[str]:
    """What each row says, in one line."""
    return [
        " ".join(re.sub(r"<[^>]+>", " ", found).split()).replace(" ,", ",")
        for found in ROW.findall(page)
    ]


def about(page: str, words: str) -> str:
    (row,) = (row for row in rows(page) if words in row)
    return row


class TestTheList:
    def test_who_is_to_be_met_is_named_where_the_rules_let_it(self, amina: Staff) -> None:
        answer = amina.browser.get(TODAY)
        assert answer.status_code == 200
        assert_is_a_page(answer.text)
        assert about(answer.text, "Gunnar") == "09.30 Gunnar Ek, 1943 Insulin Samtycke: Finns"
        assert about(answer.text, "Rolf").endswith("Läkemedelsdelning Samtycke: Behöver inhämtas")
        # She has no relation to the third, who is a time and nothing else.
        hidden = "11.00 Du ser inte vem det är. Ingen vårdrelation eller insats är känd."
        assert about(answer.text, "11.00") == hidden
        for secret in ("Siv", "Åberg", "Provtagning", "FÅR EJ VISAS", "Ingen i dag"):
            assert secret not in answer.text
        times = [row[:5] for row in rows(answer.text)]
        assert times == sorted(times)

    def test_who_has_said_no_in_this_login_has(self, amina: Staff) -> None:
        (address,) = re.findall(r'href="([^"]+)">Gunnar', amina.browser.get(TODAY).text)
        form = csrf_token(amina.browser.get(f"{address}samtycke").text)
        said = {"csrf_token": form, "svar": "nej"}
        assert amina.browser.post(f"{address}samtycke", said).status_code == 303
        assert about(amina.browser.get(TODAY).text, "Gunnar").endswith("Samtycke: Nej")

    def test_nobodys_number_is_on_the_page(self, amina: Staff) -> None:
        page = amina.browser.get(TODAY).text
        assert not any(number in page for number in NUMBERS.values())

    def test_a_name_leads_to_the_patient(self, amina: Staff) -> None:
        page = amina.browser.get(TODAY).text
        (address,) = re.findall(r'href="([^"]+)">Gunnar', page)
        patient = amina.browser.get(address)
        assert patient.status_code == 200
        assert "Gunnar Ek" in patient.text

    def test_one_may_search_beside_it(self, amina: Staff) -> None:
        page = amina.browser.get(TODAY).text
        assert 'action="/sv/personal/sok"' in page
        form = {"csrf_token": csrf_token(page), "nummer": SIV.value}
        assert amina.browser.post("/sv/personal/sok", form).status_code == 303

    def test_home_help_is_told_of_those_to_whom_it_gives_help(self, staff: Staff) -> None:
        at_work(staff, "omar", HOME_HELP)
        page = staff.browser.get(TODAY).text
        assert "Birgitta Lindqvist" in page
        assert "Gunnar" not in page


class TestTheLog:
    def test_everybody_who_is_named_is_in_it_and_nobody_else(self, amina: Staff) -> None:
        amina.browser.get(TODAY)
        (asked,) = amina.portal.events("Searched")
        assert (asked.subject, asked.detail) == (None, "todays-patients")
        told = amina.portal.events("Disclosure")
        assert {event.subject for event in told} >= {GUNNAR, ROLF}
        (refused,) = (event for event in amina.portal.events("Refused") if event.subject == SIV)
        assert (refused.ground, refused.activity) == ("NO_CARE_RELATION", None)
        assert SIV not in {event.subject for event in told}
        for event in told:
            assert event.employee is not None
            assert event.place is not None
            assert event.assignment == "Hemsjukvård"
            assert (event.information, event.sources) == (("appointment",), ("sjovik",))
            assert (event.ground, event.activity) == ("OWN_UNIT", "Läsa")

    def test_nobody_is_named_when_it_cannot_be_logged(
        self, amina: Staff, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_events: object) -> None:
            raise AuditUnavailable

        monkeypatch.setattr(type(amina.portal.house.audit), "record_all", broken)
        answer = amina.browser.get(TODAY)
        assert answer.status_code == 503
        assert "Gunnar" not in answer.text


class TestWhoIsNotTold:
    def test_nobody_without_an_assignment(self, staff: Staff) -> None:
        staff.log_in("amina")
        assert staff.browser.get(TODAY).headers["location"] == "/sv/personal/"

    def test_who_runs_the_systems_is_told_nothing_and_nothing_is_asked(
        self, staff: Staff, sandbox: Sandbox
    ) -> None:
        at_work(staff, "nils", SYSTEMS)
        sandbox.clear()
        answer = staff.browser.get(TODAY)
        assert answer.status_code == 403
        assert_is_a_page(answer.text)
        assert rows(answer.text) == []
        assert sandbox.calls("sjovik") == []
        assert staff.portal.events("Refused")[-1].detail == "ADMIN_NO_CLINICAL"

    def test_a_region_has_no_such_list_and_that_is_said(
        self, staff: Staff, sandbox: Sandbox
    ) -> None:
        at_work(staff, "lena", BJORKBACKEN)
        sandbox.clear()
        answer = staff.browser.get(TODAY)
        assert answer.status_code == 200
        assert "Vi kan inte hämta vilka Björkbackens vårdcentral ska möta i dag." in answer.text
        assert "Sök på personnummer i stället." in answer.text
        assert "Ingen i dag" not in answer.text
        assert sandbox.calls("sjovik") == []


class TestWhenSomethingIsSilent:
    @pytest.mark.parametrize("kind", ["http500", "refuse", "garbage", "hang"])
    def test_a_municipality_that_does_not_answer_is_no_empty_day(
        self, amina: Staff, sandbox: Sandbox, kind: str
    ) -> None:
        sandbox.fault("sjovik", kind)
        answer = amina.browser.get(TODAY)
        assert answer.status_code == 200
        assert "Vi kunde inte hämta dagens tider från Sjöviks kommun." in answer.text
        assert "Ingen i dag" not in answer.text
        assert rows(answer.text) == []

    def test_a_list_that_is_not_whole_says_so(self, amina: Staff, sandbox: Sandbox) -> None:
        sandbox.fault("sjovik", "partial")
        page = amina.browser.get(TODAY).text
        assert "Listan är inte hel." in page
        assert "Gunnar" in page

    def test_another_units_times_are_not_shown(self, amina: Staff, sandbox: Sandbox) -> None:
        sandbox.fault("sjovik", "wrong-person")
        page = amina.browser.get(TODAY).text
        assert "Listan är inte hel." in page
        assert rows(page) == []
        assert "Ingen i dag" not in page

    @pytest.mark.parametrize("kind", ["http500", "hang", "error-result"])
    def test_nobody_is_named_while_the_relation_cannot_be_asked_about(
        self, amina: Staff, sandbox: Sandbox, kind: str
    ) -> None:
        sandbox.fault("patientrelation", kind)
        page = amina.browser.get(TODAY).text
        said = rows(page)
        assert len(said) >= 3
        assert all("Vi kan inte kontrollera det just nu." in row for row in said)
        assert "Gunnar" not in page

    def test_a_consent_that_cannot_be_asked_about_is_not_lacking(
        self, amina: Staff, sandbox: Sandbox
    ) -> None:
        sandbox.fault("samtycke", "http500")
        page = amina.browser.get(TODAY).text
        assert about(page, "Gunnar").endswith("Samtycke: Kan inte kontrolleras")
