"""The log administrator's pages, through the SITHS and HSA of the sandbox."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from portal.log_review import LOOKS, CheckPeriod, periods
from portal.store import Judged, LogCheck, Wanted
from stodtjanster.audit import AuditEvent, AuditUnavailable, EventKind, to_check
from stodtjanster.model import HsaId, PersonId, local_day
from tests.markup import assert_is_a_page
from tests.security_messages import BIRGITTA, ELSEWHERE, EMPLOYEE, OWN, disclosure
from tests.service.conftest import Sandbox
from tests.service.portal_client import Portal, csrf_token, running_portal
from tests.service.saml_forging import need_xmlsec1
from tests.service.test_staff_assignment import BJORKBACKEN, at_work
from tests.service.test_staff_login import METADATA, Staff

LOG = "/sv/personal/loggar"
CHECKS = f"{LOG}/stickprov"
REVIEW = "TSTNMT2321000156-C005"
PETER = PersonId.parse("189001029819")
AMINA = HsaId("TSTNMT2321000156-AMYU")
ANNA = PersonId.parse("199001012385")
EMERGENCY = {"ground": "EMERGENCY_ACCESS", "activity": "Nödöppning"}


@pytest.fixture
def portal(sandbox: Sandbox, tmp_path: Path) -> Iterator[Portal]:
    need_xmlsec1()
    with running_portal(sandbox, tmp_path) as running:
        own = running.browser().get(METADATA)
        address = sandbox.info["siths"]["address"]
        httpx.put(f"{address}/_test/service", content=own.content).raise_for_status()
        yield running


@pytest.fixture
def peter(portal: Portal) -> Staff:
    """The log administrator of Region Nordmark, at work. What he has done so far is not counted."""
    staff = Staff(portal)
    at_work(staff, "peter", REVIEW)
    return staff


def logged(portal: Portal, *events: AuditEvent) -> None:
    """Entries as if they had been written just now, each a minute after the one before."""
    start = portal.clock() - timedelta(hours=1)
    portal.house.audit.record_all(
        replace(event, at=start + timedelta(minutes=number)) for number, event in enumerate(events)
    )


def search(staff: Staff, **form: str) -> httpx.Response:
    return staff.browser.post(LOG, {"csrf_token": csrf_token(staff.browser.get(LOG).text), **form})


def rows(page: str) -> list[str]:
    """The text of each row of the table, without tags."""
    bodies = re.findall(r"<tbody.*?</tbody>", page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", body).split()) for body in bodies]


def looks(portal: Portal) -> list[AuditEvent]:
    return [e for e in portal.events("Disclosure") if e.ground == "LOG_REVIEW"]


class TestTheLog:
    def test_it_says_who_read_of_whom_where_and_why(self, peter: Staff) -> None:
        logged(peter.portal, disclosure(assignment="Vård och behandling, Björkbacken"))
        page = peter.browser.get(LOG)
        assert page.status_code == 200
        assert_is_a_page(page.text)
        (row,) = rows(page.text)
        for told in (
            *(EMPLOYEE.value, "Björkbackens vårdcentral", "Vård och behandling, Björkbacken"),
            *("19000101-9801", "Tider och planer", "Egen enhet"),
        ):
            assert told in row

    def test_it_is_about_the_own_provider(self, peter: Staff) -> None:
        theirs = disclosure(place=ELSEWHERE, employee=HsaId("TSTNMT2321000156-KAST"))
        other = disclosure(place=ELSEWHERE, employee=AMINA)
        shown = replace(theirs, event=EventKind.SHOWN, owners=(OWN.provider, ELSEWHERE.provider))
        logged(peter.portal, theirs, shown, other)
        (row,) = rows(peter.browser.get(LOG).text)
        assert "TSTNMT2321000156-KAST" in row
        assert "Syncentralen" in row
        assert "Region Sydkust" in row

    def test_emergencies_come_first_and_are_marked(self, peter: Staff) -> None:
        logged(peter.portal, disclosure(**EMERGENCY), disclosure(), disclosure())
        page = peter.browser.get(LOG).text
        found = rows(page)
        assert len(found) == 3
        assert "Nödöppning" in found[0]
        assert page.count("tagg-warning") == 1

    def test_a_refusal_that_is_to_be_reviewed_is_there_and_others_are_not(
        self, peter: Staff
    ) -> None:
        refused = disclosure(event=EventKind.REFUSED, ground="NO_CARE_RELATION")
        logged(peter.portal, refused, replace(refused, ground="STAFF_OWN_RECORD"))
        (row,) = rows(peter.browser.get(LOG).text)
        assert "Egna uppgifter Nekades" in row

    def test_an_emergency_that_nothing_was_read_in_is_there(self, peter: Staff) -> None:
        begun = disclosure(event=EventKind.REGISTERED, detail="emergency", **EMERGENCY)
        logged(
            peter.portal,
            replace(begun, information=()),
            replace(begun, information=(), ground="BLOCK_LIFTED_EMERGENCY", detail="lifting"),
            replace(begun, information=(), ground=None, activity=None, detail="relation"),
        )
        found = rows(peter.browser.get(LOG).text)
        assert len(found) == 2
        assert "Begäran om att häva spärr" in found[0]
        assert "Begäran om nödöppning" in found[1]

    def test_an_empty_log_says_so(self, peter: Staff) -> None:
        page = peter.browser.get(LOG).text
        assert "Ingen har läst under perioden" in page
        assert looks(peter.portal) == []

    @pytest.mark.parametrize(
        "form",
        [
            {"medarbetare": AMINA.value.lower()},
            {"patient": "199001012385"},
            {"patient": "19900101-2385"},
        ],
    )
    def test_it_can_be_searched_by_employee_and_patient(
        self, peter: Staff, form: dict[str, str]
    ) -> None:
        logged(peter.portal, disclosure(), disclosure(employee=AMINA, subject=ANNA))
        answer = search(peter, **form)
        assert answer.status_code == 200
        assert_is_a_page(answer.text)
        (row,) = rows(answer.text)
        assert AMINA.value in row

    def test_it_can_be_searched_by_period(self, peter: Staff) -> None:
        logged(peter.portal, disclosure())
        today = local_day(peter.portal.clock())
        assert len(rows(search(peter, fran=today.isoformat(), till=today.isoformat()).text)) == 1
        before = (today - timedelta(days=3)).isoformat()
        assert rows(search(peter, fran=before, till=before).text) == []

    @pytest.mark.parametrize(
        ("form", "said"),
        [
            ({"fran": "24/11"}, "Skriv en dag"),
            ({"till": ""}, "Skriv en dag"),
            ({"till": "9999-12-31"}, "Skriv en dag"),
            ({"fran": "0001-01-01"}, "Skriv en dag"),
            ({"fran": "2026-11-20", "till": "2026-11-19"}, "Perioden ska sluta"),
            ({"fran": "2024-11-20", "till": "2026-11-19"}, "Perioden ska sluta"),
            ({"medarbetare": "<b>"}, "Skriv medarbetarens HSA-id"),
            ({"patient": "199001012386"}, "Skriv personnumret"),
        ],
    )
    def test_a_form_that_is_wrong_says_how_and_shows_nothing(
        self, peter: Staff, form: dict[str, str], said: str
    ) -> None:
        logged(peter.portal, disclosure())
        before = len(looks(peter.portal))
        answer = search(peter, **form)
        assert answer.status_code == 400
        assert_is_a_page(answer.text)
        assert said in answer.text
        assert rows(answer.text) == []
        # One look was at the page with the form.
        assert len(looks(peter.portal)) == before + 1

    def test_a_long_log_has_pages(self, peter: Staff) -> None:
        logged(peter.portal, *(disclosure() for _ in range(60)))
        first = peter.browser.get(LOG).text
        assert len(rows(first)) == 50
        assert 'name="sida" value="2"' in first
        second = search(peter, sida="2").text
        assert len(rows(second)) == 10
        assert 'name="sida" value="1"' in second
        assert rows(search(peter, sida="0").text) == rows(first)
        assert rows(search(peter, sida="9999").text) == []

    def test_the_own_number_is_for_somebody_else(self, peter: Staff) -> None:
        logged(peter.portal, disclosure(subject=PETER), disclosure())
        page = peter.browser.get(LOG).text
        assert len(rows(page)) == 1
        assert "En rad visas inte, eftersom den rör dig själv" in page
        assert {event.subject for event in looks(peter.portal)} == {BIRGITTA}


class TestEveryLookIsLogged:
    def test_first_and_for_each_patient(self, peter: Staff) -> None:
        logged(peter.portal, disclosure(), disclosure(), disclosure(subject=ANNA))
        peter.browser.get(LOG)
        *_, looked, first, second = peter.portal.audit()
        assert (looked.event, looked.detail) == (EventKind.CHECKED, "looked")
        assert {first.subject, second.subject} == {BIRGITTA, ANNA}
        for event in (first, second):
            assert event.event is EventKind.DISCLOSURE
            assert event.information == ("access_log",)
            assert (event.ground, event.purpose, event.activity) == (
                "LOG_REVIEW",
                "Administration",
                "Läsa",
            )
            assert event.employee is not None
            assert event.employee.value == "TSTNMT2321000156-PEAL"
            assert event.place is not None
            assert event.place.provider == OWN.provider
            assert event.reference == looked.reference

    def test_whom_was_sought_is_told_also_when_nothing_was_found(self, peter: Staff) -> None:
        search(peter, patient="199001012385")
        event = peter.portal.audit()[-1]
        assert (event.detail, event.subject) == ("looked", ANNA)

    def test_without_the_log_nothing_is_shown(self, peter: Staff) -> None:
        logged(peter.portal, disclosure())

        class Full:
            def record_all(self, _events: object) -> None:
                raise AuditUnavailable("full")

        peter.portal.change(audit=Full())
        answer = peter.browser.get(LOG)
        assert answer.status_code == 503
        assert "19000101" not in answer.text

    def test_looks_are_shown_when_they_are_asked_for(self, peter: Staff) -> None:
        logged(peter.portal, disclosure())
        peter.browser.get(LOG)
        assert len(rows(peter.browser.get(LOG).text)) == 1
        found = rows(search(peter, loggkontroller="ja").text)
        assert len(found) > 1
        assert any("Loggkontroll" in row and "Peter Alm" in row for row in found)

    def test_the_patient_sees_it_too(self, peter: Staff) -> None:
        logged(peter.portal, disclosure())
        peter.browser.get(LOG)
        resident = peter.portal.logged_in("birgitta")
        page = resident.get("/sv/mig/lasningar/del/rows").text
        assert "Administration" in page

    def test_no_number_is_in_an_address_or_the_ordinary_log(self, peter: Staff) -> None:
        logged(peter.portal, disclosure())
        page = search(peter, patient=BIRGITTA.value).text
        hrefs = re.findall(r'(?:href|action)="([^"]*)"', page)
        assert hrefs
        assert not any(BIRGITTA.value[:8] in href for href in hrefs)
        assert BIRGITTA.value not in peter.portal.log.getvalue()


class TestWhoMayNot:
    @pytest.mark.parametrize(
        ("person", "assignment"),
        [
            ("lena", BJORKBACKEN),
            ("amina", "TSTNMT2321000156-C002"),
            ("maria", "TSTNMT2321000156-R002"),
        ],
    )
    def test_others_are_refused_as_if_it_were_not_there(
        self, portal: Portal, person: str, assignment: str
    ) -> None:
        logged(portal, disclosure())
        staff = Staff(portal)
        at_work(staff, person, assignment)
        token = csrf_token(staff.browser.get("/sv/personal/mitt-uppdrag").text)
        answers = [staff.browser.get(path) for path in (LOG, CHECKS, f"{CHECKS}/x")]
        answers += [staff.browser.post(p, {"csrf_token": token}) for p in (LOG, CHECKS)]
        for answer in answers:
            assert answer.status_code == 404
            assert_is_a_page(answer.text)
            assert "Sidan kan inte visas" in answer.text
            assert BIRGITTA.value[:8] not in answer.text
        assert {e.detail for e in portal.events("SecurityEvent")} == {"log-of-provider"}
        assert looks(portal) == []

    def test_the_menu_leads_there_only_for_whoever_may(self, peter: Staff) -> None:
        assert f'href="{LOG}"' in peter.browser.get("/sv/personal/mitt-uppdrag").text
        nurse = Staff(peter.portal)
        at_work(nurse, "lena", BJORKBACKEN)
        assert f'href="{LOG}"' not in nurse.browser.get("/sv/personal/mitt-uppdrag").text

    def test_a_form_from_elsewhere_is_refused(self, peter: Staff) -> None:
        answer = peter.browser.post(LOG, {"csrf_token": "x", "patient": BIRGITTA.value})
        assert answer.status_code == 403


class TestRandomChecks:
    @pytest.fixture
    def week(self, portal: Portal) -> CheckPeriod:
        """The last whole one, with forty readings of which one is an emergency."""
        period = next(periods(local_day(portal.clock()), 7))
        readings = [disclosure(at=period.since + timedelta(hours=number)) for number in range(40)]
        readings[7] = replace(readings[7], **EMERGENCY)
        portal.house.audit.record_all(readings)
        return period

    def draw(self, staff: Staff, day: date) -> httpx.Response:
        token = csrf_token(staff.browser.get(CHECKS).text)
        return staff.browser.post(CHECKS, {"csrf_token": token, "period": day.isoformat()})

    def check(self, staff: Staff) -> LogCheck:
        rows = staff.portal.house.log_checks
        assert rows is not None
        (check,) = rows.of(OWN.provider)
        return check

    def entries(self, staff: Staff) -> Any:
        rows = staff.portal.house.log_checks
        assert rows is not None
        return rows.entries(self.check(staff))

    def save(self, staff: Staff, page: str, **said: str) -> httpx.Response:
        """What a browser sends when some rows are changed on this page."""
        text = staff.browser.get(page).text
        form = dict(re.findall(r'name="((?:version|var)-\d+)"\s+value="([^"]+)"', text))
        form |= {"csrf_token": csrf_token(text), **said}
        return staff.browser.post(page, form)

    def test_what_is_drawn_can_be_drawn_again_from_what_is_kept(
        self, peter: Staff, week: CheckPeriod
    ) -> None:
        answer = self.draw(peter, week.first)
        assert answer.status_code == 303
        check = self.check(peter)
        assert answer.headers["location"] == f"{CHECKS}/{check.id}"
        drawn = [entry.seq for entry in self.entries(peter)]
        assert len(drawn) in (10, 11)
        (event,) = [e for e in peter.portal.events("Checked") if e.detail == "drawn"]
        assert str(event.reference) == check.id
        wanted = Wanted(check.provider, check.since, check.until, without=LOOKS)
        readings = peter.portal.house.store.log_review.readings(wanted)
        again = to_check(
            readings, share=check.share, least=check.least, seed=check.id, always=check.always
        )
        assert list(again) == drawn
        assert {one.seq for one in readings if one.ground == "EMERGENCY_ACCESS"} <= {*drawn}
        assert (check.of, check.by.value) == (40, "TSTNMT2321000156-PEAL")

    def test_a_period_is_drawn_once(self, peter: Staff, week: CheckPeriod) -> None:
        self.draw(peter, week.first)
        first = self.check(peter)
        assert self.draw(peter, week.first).headers["location"] == CHECKS
        assert self.check(peter) == first
        page = peter.browser.get(CHECKS).text
        assert_is_a_page(page)
        assert f'value="{week.first.isoformat()}"' not in page
        assert f"{CHECKS}/{first.id}" in page

    @pytest.mark.parametrize("period", ["", "2026-11-11", "1990-01-01", "x"])
    def test_only_a_period_that_has_ended_is_drawn(self, peter: Staff, period: str) -> None:
        token = csrf_token(peter.browser.get(CHECKS).text)
        answer = peter.browser.post(CHECKS, {"csrf_token": token, "period": period})
        assert answer.status_code == 404
        assert not [e for e in peter.portal.events("Checked") if e.detail == "drawn"]

    def test_each_entry_is_judged_and_logged(self, peter: Staff, week: CheckPeriod) -> None:
        page = self.draw(peter, week.first).headers["location"]
        first, second, *rest = self.entries(peter)
        said = {f"rad-{first.seq}": "reviewed", f"rad-{second.seq}": "followed-up"}
        answer = self.save(peter, page, **said, **{f"rad-{rest[0].seq}": "not-yet"})
        assert answer.headers["location"] == f"{page}?sida=1"
        judged = self.entries(peter)
        assert [e.judged for e in judged[:3]] == [
            Judged.REVIEWED,
            Judged.FOLLOWED_UP,
            Judged.NOT_YET,
        ]
        assert str(judged[0].by) == "TSTNMT2321000156-PEAL"
        events = [e for e in peter.portal.events("Checked") if e.detail != "looked"]
        assert [e.detail for e in events] == ["drawn", "reviewed", "followed-up"]
        assert all(e.subject == BIRGITTA for e in events[1:])
        text = peter.browser.get(page).text
        assert_is_a_page(text)
        assert f"{len(judged) - 2} rader är inte granskade. En ska följas upp." in " ".join(
            re.sub(r"<[^>]+>", " ", text).split()
        )

    def test_a_look_at_a_sample_is_logged(self, peter: Staff, week: CheckPeriod) -> None:
        page = self.draw(peter, week.first).headers["location"]
        before = len(looks(peter.portal))
        assert BIRGITTA.value[8:] in peter.browser.get(page).text
        assert len(looks(peter.portal)) == before + 1

    def test_of_two_who_judge_at_once_the_second_is_told(
        self, peter: Staff, week: CheckPeriod
    ) -> None:
        page = self.draw(peter, week.first).headers["location"]
        first, second, *_ = (f"{entry.seq}" for entry in self.entries(peter))
        stale = {
            f"{name}-{seq}": value
            for seq in (first, second)
            for name, value in (("version", "1"), ("var", "not-yet"), ("rad", "not-yet"))
        }
        self.save(peter, page, **{f"rad-{first}": "reviewed"})
        stale["csrf_token"] = csrf_token(peter.browser.get(page).text)
        answer = peter.browser.post(page, {**stale, f"rad-{second}": "reviewed"})
        assert "krock" not in answer.headers["location"]
        answer = peter.browser.post(page, {**stale, f"rad-{first}": "followed-up"})
        assert answer.headers["location"].endswith("krock=ja")
        assert "Någon annan hann före" in peter.browser.get(answer.headers["location"]).text
        judged = [entry.judged for entry in self.entries(peter)]
        assert judged[:2] == [Judged.REVIEWED, Judged.REVIEWED]
        details = [event.detail for event in peter.portal.events("Checked")]
        assert "followed-up" not in details

    @pytest.mark.parametrize(
        "form",
        [
            {"rad-999": "reviewed", "version-999": "1"},
            {"rad-{seq}": "burnt", "version-{seq}": "1"},
            {"rad-{seq}": "reviewed"},
            {"rad-{seq}": "reviewed", "version-{seq}": "9" * 5_000},
        ],
    )
    def test_a_form_that_was_changed_changes_nothing(
        self, peter: Staff, week: CheckPeriod, form: dict[str, str]
    ) -> None:
        page = self.draw(peter, week.first).headers["location"]
        token = csrf_token(peter.browser.get(page).text)
        seq = self.entries(peter)[0].seq
        form = {name.format(seq=seq): value for name, value in form.items()}
        peter.browser.post(page, {"csrf_token": token, **form})
        assert {entry.judged for entry in self.entries(peter)} == {Judged.NOT_YET}

    def test_nobody_judges_what_they_read_themself_or_what_is_about_them(
        self, peter: Staff, portal: Portal
    ) -> None:
        period = next(periods(local_day(portal.clock()), 7))
        mine = disclosure(at=period.since, employee=HsaId("TSTNMT2321000156-PEAL"))
        about_me = disclosure(at=period.since, subject=PETER)
        portal.house.audit.record_all([mine, about_me])
        page = self.draw(peter, period.first).headers["location"]
        text = peter.browser.get(page).text
        assert_is_a_page(text)
        assert "Du har läst detta själv" in text
        assert "En rad visas inte" in text
        assert "<select" not in text
        said = {f"rad-{e.seq}": "reviewed" for e in self.entries(peter)}
        versions = {f"version-{e.seq}": "1" for e in self.entries(peter)}
        token = csrf_token(text)
        peter.browser.post(page, {"csrf_token": token, **said, **versions})
        assert {entry.judged for entry in self.entries(peter)} == {Judged.NOT_YET}

    @pytest.mark.parametrize("handle", ["x", "00000000-0000-4000-8000-000000000000"])
    def test_a_check_that_is_not_there_is_refused(self, peter: Staff, handle: str) -> None:
        assert peter.browser.get(f"{CHECKS}/{handle}").status_code == 404
        token = csrf_token(peter.browser.get(CHECKS).text)
        answer = peter.browser.post(f"{CHECKS}/{handle}", {"csrf_token": token})
        assert answer.status_code == 404

    def test_without_a_secret_it_says_that_nothing_can_be_kept(self, peter: Staff) -> None:
        peter.portal.change(log_checks=None)
        page = peter.browser.get(CHECKS).text
        assert "Stickprov kan inte sparas här" in page
        assert self.draw(peter, date(2026, 11, 9)).status_code == 404
