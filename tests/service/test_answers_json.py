"""Views as JSON: the same answers under the same permit, and nothing that must not leave."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from portal.security import STAFF_COOKIE
from sandbox.people import load_people
from tests.security_messages import BIRGITTA
from tests.service.conftest import Sandbox
from tests.service.portal_client import Browser, Portal, running_portal
from tests.service.saml_forging import need_xmlsec1
from tests.service.test_patients import look_for
from tests.service.test_staff_assignment import (
    CONTACT,
    HOME_CARE,
    HOME_HELP,
    OFFICER,
    SYNC,
    at_work,
)
from tests.service.test_staff_login import METADATA, Staff

JSON = {"Accept": "application/json"}
NUMBERS = [person.person_id for person in load_people()]
HIDDEN = "FÅR EJ VISAS"


@pytest.fixture
def portal(sandbox: Sandbox, tmp_path: Path) -> Iterator[Portal]:
    with running_portal(sandbox, tmp_path) as running:
        yield running
    sandbox.panel.delete("/api/bookings").raise_for_status()


def asked(browser: Browser, path: str) -> dict[str, Any]:
    answer = browser.get(path, **JSON)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert "no-store" in answer.headers["cache-control"]
    assert "Accept" in answer.headers["vary"]
    assert [number for number in NUMBERS if number in answer.text] == []
    said: dict[str, Any] = answer.json()
    return said


def records(said: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    every = (row for need in said["needs"].values() for row in need["records"])
    return [row for row in every if row["kind"] == kind]


class TestResidents:
    def test_what_the_page_shows_is_there_with_its_sources(self, portal: Portal) -> None:
        said = asked(portal.logged_in(), "/sv/mig/")
        assert said["view"] == "overview"
        assert {row["title"]["text"] for row in records(said, "appointment")} >= {"Såromläggning"}
        assert all(need["reports"] for need in said["needs"].values() if need["records"])

    def test_a_page_is_still_a_page(self, portal: Portal) -> None:
        browser = portal.logged_in()
        for accept in ("text/html,application/xhtml+xml,*/*;q=0.8", "*/*", ""):
            assert "text/html" in browser.get("/sv/mig/", Accept=accept).headers["content-type"]

    def test_silence_is_told_and_is_not_complete(self, portal: Portal, sandbox: Sandbox) -> None:
        sandbox.fault("sydkust", "http500")
        need = asked(portal.logged_in(), "/sv/mig/veckan/")["needs"]["booked"]
        assert not need["complete"]
        assert "NoDataSynchFailed" in {report["outcome"] for report in need["reports"]}

    def test_it_is_logged_like_a_page(self, portal: Portal) -> None:
        asked(portal.logged_in(), "/sv/mig/kontakter/")
        disclosed, shown = portal.events("Disclosure", "Shown")[-2:]
        assert (disclosed.event, shown.event) == ("Disclosure", "Shown")
        assert shown.reference == disclosed.reference

    def test_who_is_not_logged_in_gets_nothing(self, portal: Portal) -> None:
        answer = portal.browser().get("/sv/mig/", **JSON)
        assert answer.status_code == 302
        assert portal.events("Disclosure") == []

    def test_the_notes_of_the_staff_never_leave(self, portal: Portal) -> None:
        browser = portal.logged_in()
        for path in ("", "kontakter/", "planer/"):
            assert HIDDEN not in browser.get(f"/sv/mig/{path}", **JSON).text

    def test_of_the_log_five_things_are_told(self, portal: Portal) -> None:
        rows = records(asked(portal.logged_in(), "/sv/mig/lasningar/?period=90"), "access_log")
        told = {name for row in rows for name in row}
        ours = {"kind", "id", "contract", "fetched_at", "care_provider", "care_unit", "unit_name"}
        time, who = {"when", "times"}, {"opener", "opener_name", "provider", "unit"}
        what = {"purpose", "emergency", "resource", "information", "changed"}
        assert told <= ours | time | who | what


class TestStaff:
    @pytest.fixture
    def staff(self, portal: Portal, sandbox: Sandbox) -> Staff:
        need_xmlsec1()
        own = portal.browser().get(METADATA)
        address = sandbox.info["siths"]["address"]
        httpx.put(f"{address}/_test/service", content=own.content).raise_for_status()
        return Staff(portal)

    def opened(self, staff: Staff, who: str, assignment: str) -> dict[str, Any]:
        at_work(staff, who, assignment)
        assert staff.browser.cookie(STAFF_COOKIE)
        return asked(staff.browser, look_for(staff, BIRGITTA.value).headers["location"])

    def test_home_care_is_told_when_and_where_from(self, staff: Staff) -> None:
        rows = records(self.opened(staff, "omar", HOME_HELP), "appointment")
        cross = [
            row for row in rows if row.get("unit", {}).get("text", "") != "Hemtjänsten Sjövik Norr"
        ]
        assert cross
        for row in cross:
            assert not {"title", "reason", "instruction", "who"} & row.keys()

    def test_of_a_plan_of_others_the_contact_is_told_its_headline(self, staff: Staff) -> None:
        rows = records(self.opened(staff, "omar", CONTACT), "care_plan")
        allowed = {"kind", "id", "contract", "fetched_at", "care_provider", "care_unit"}
        allowed |= {"unit_name", "title", "status"}
        others = [row for row in rows if row.get("care_provider") != "TSTNMT2321000156-SJVG"]
        assert others
        # That nothing is known of something says nothing of it.
        told = [{name for name in row if row[name] != "unknown"} for row in others]
        assert all(names <= allowed for names in told)

    def test_how_many_systems_said_the_same_is_not_told(self, staff: Staff) -> None:
        told = self.opened(staff, "karin", SYNC)["needs"].values()
        names = ("information", "source", "system", "outcome", "cause")
        for need in told:
            said = [tuple(report.get(name) for name in names) for report in need["reports"]]
            assert len(said) == len(set(said))
        assert any(need["reports"] for need in told)

    def test_what_a_role_is_not_for_is_not_asked_for(self, staff: Staff) -> None:
        said = self.opened(staff, "maria", OFFICER)
        assert records(said, "medication") == []

    def test_each_answer_is_logged_before_it_is_given(self, staff: Staff) -> None:
        self.opened(staff, "amina", HOME_CARE)
        disclosed, *shown = staff.portal.events("Disclosure", "Shown")
        assert disclosed.event == "Disclosure"
        assert {event.event for event in shown} == {"Shown"}
        assert {event.ground for event in shown} >= {"OWN_UNIT", "CONSENT"}
        assert all(event.owners for event in shown)
