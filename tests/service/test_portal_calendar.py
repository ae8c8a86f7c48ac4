"""Times in the person's own calendar: what leaves, to whom, for how long, and who is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path

import httpx
import pytest
from icalendar import Calendar, Component

from stodtjanster.audit import AuditUnavailable
from stodtjanster.model import STOCKHOLM, Protection
from tests.service.conftest import Sandbox
from tests.service.portal_client import (
    MY_PAGE,
    Browser,
    Portal,
    csrf_token,
    path_of,
    running_portal,
)
from tests.viewing import BIRGITTA

PAGE = f"{MY_PAGE}kalender/"
PATIENT = {"limits": {"breaker_failures": 1_000_000}}
VISIT = "Återbesök efter operation"


@pytest.fixture(scope="module")
def patient(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict, ...]:
    with running_portal(sandbox, tmp_path_factory.mktemp("portal")) as first:
        return tuple(source | PATIENT for source in first.settings.sources)


@pytest.fixture
def portal(sandbox: Sandbox, patient: tuple[dict, ...], tmp_path) -> Iterator[Portal]:
    with running_portal(sandbox, tmp_path, sources=patient, hard_seconds=20.0) as running:
        yield running


def give(browser: Browser, **chosen: str) -> httpx.Response:
    page = browser.get(PAGE).text
    once = re.search(r'name="once" value="([^"]+)"', page)
    assert once, "no form for an address"
    return browser.post(f"{PAGE}adress", {"csrf_token": csrf_token(page), "once": once[1]} | chosen)


def address_in(answer: httpx.Response) -> str:
    assert answer.status_code == 200
    found = re.search(r"<code[^>]*>(https://[^<]+\.ics)</code>", answer.text)
    assert found, "no address on the page"
    return path_of(found[1])


def read(portal: Portal, address: str) -> httpx.Response:
    """As a calendar does: without cookies."""
    return portal.browser().get(address)


def events(answer: httpx.Response) -> list[Component]:
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


def summaries(answer: httpx.Response) -> set[str]:
    return {str(event["summary"]) for event in events(answer)}


class TestAFile:
    def test_it_says_little(self, portal: Portal) -> None:
        answer = portal.logged_in().get(f"{PAGE}vardtider.ics")
        assert summaries(answer) == {"Vårdtid"}
        text = answer.text
        for word in (VISIT, "Ortoped", "Erik", "0980", "Anmäl", "höft"):
            assert word not in text
        assert answer.headers["content-disposition"] == 'attachment; filename="vardtider.ics"'

    def test_it_says_more_to_who_asks_for_it_but_never_why(self, portal: Portal) -> None:
        answer = portal.logged_in().get(f"{PAGE}vardtider.ics?detaljer=ja")
        (visit,) = (one for one in events(answer) if one["summary"] == VISIT)
        assert "Ortopedmottagningen" in visit["description"]
        assert "Erik Holm, läkare" in visit["description"]
        text = answer.text.replace("\r\n ", "")
        for word in ("Anmäl dig", "Kontroll efter", "070-174"):
            assert word not in text

    def test_the_daily_visits_are_there_for_who_asks_for_them(self, portal: Portal) -> None:
        browser = portal.logged_in()
        few = events(browser.get(f"{PAGE}vardtider.ics"))
        many = events(browser.get(f"{PAGE}vardtider.ics?dagliga=ja"))
        assert len(few) < 20 < len(many)

    def test_it_is_logged_as_every_disclosure(self, portal: Portal) -> None:
        portal.logged_in().get(f"{PAGE}vardtider.ics")
        given = [event for event in portal.events("Disclosure") if event.detail == "calendar-file"]
        assert len(given) == 1
        assert "appointment" in given[0].information
        assert [event.reference for event in portal.events("Shown")].count(given[0].reference) == 1

    def test_it_says_itself_that_something_may_be_missing(self, portal: Portal) -> None:
        portal.sandbox.fault("sjovik", "http500")
        answer = portal.logged_in().get(f"{PAGE}vardtider.ics?detaljer=ja")
        (gap,) = (e for e in events(answer) if "kanske" in e["summary"])
        assert "Sjöviks kommun" in gap["description"]
        assert gap["transp"] == "TRANSPARENT"
        few = portal.logged_in().get(f"{PAGE}vardtider.ics")
        assert "Sjövik" not in few.text


class TestAnAddress:
    def test_a_calendar_reads_it_without_a_login(self, portal: Portal) -> None:
        address = address_in(give(portal.logged_in()))
        assert re.fullmatch(r"/kalender/[A-Za-z0-9_-]{43}\.ics", address)
        assert summaries(read(portal, address)) == {"Vårdtid"}
        assert VISIT not in read(portal, address).text

    def test_it_says_what_the_person_chose(self, portal: Portal) -> None:
        address = address_in(give(portal.logged_in(), detaljer="ja"))
        assert VISIT in summaries(read(portal, address))

    def test_the_same_time_has_the_same_name_each_time(self, portal: Portal) -> None:
        address = address_in(give(portal.logged_in()))
        first, second = ({str(e["uid"]) for e in events(read(portal, address))} for _ in range(2))
        assert first == second

    def test_the_store_does_not_know_it(self, portal: Portal) -> None:
        address = address_in(give(portal.logged_in()))
        read(portal, address)
        secret = address.removeprefix("/kalender/").removesuffix(".ics")
        path = Path(portal.settings.database_url.removeprefix("sqlite:///"))
        written = b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))
        assert secret.encode() not in written
        assert secret not in portal.log.getvalue()

    def test_giving_reading_and_ending_are_in_the_log(self, portal: Portal) -> None:
        browser = portal.logged_in()
        address = address_in(give(browser))
        read(portal, address)
        end(browser)
        (given,) = portal.events("CalendarGiven")
        assert (given.detail, given.ground) == ("times-only", "SELF")
        (disclosed,) = (e for e in portal.events("Disclosure") if e.detail == "calendar-feed")
        assert disclosed.actor == disclosed.subject == given.subject
        assert disclosed.loa == given.loa
        assert disclosed.session not in (None, given.session)
        (ended,) = portal.events("CalendarEnded")
        assert (ended.detail, ended.session) == ("ended-by-owner", disclosed.session)

    def test_nothing_is_read_when_it_cannot_be_logged(
        self, portal: Portal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        address = address_in(give(portal.logged_in()))

        def down(_event: object) -> str:
            raise AuditUnavailable

        portal.wait_for_landings()
        before = len(portal.sandbox.calls())
        monkeypatch.setattr(type(portal.house.audit), "record", lambda _self, e: down(e))
        assert read(portal, address).status_code == 503
        assert len(portal.sandbox.calls()) == before

    def test_the_page_says_what_there_is_and_never_the_address(self, portal: Portal) -> None:
        browser = portal.logged_in()
        address = address_in(give(browser))
        page = browser.get(PAGE).text
        assert "Ingen kalender har läst den än." in page
        read(portal, address)
        page = browser.get(PAGE).text
        assert "En kalender läste den senast i dag" in page
        assert address not in page

    def test_a_form_that_is_sent_twice_gives_one_address(self, portal: Portal) -> None:
        browser = portal.logged_in()
        page = browser.get(PAGE).text
        form = {"csrf_token": csrf_token(page), "once": "form-1"}
        first, second = (address_in(browser.post(f"{PAGE}adress", form)) for _ in range(2))
        assert first == second
        assert len(portal.events("CalendarGiven")) == 1

    @pytest.mark.parametrize("once", ["", "å", "x" * 65])
    def test_a_form_of_nobodys_is_shown_anew(self, portal: Portal, once: str) -> None:
        browser = portal.logged_in()
        token = csrf_token(browser.get(PAGE).text)
        answer = browser.post(f"{PAGE}adress", {"csrf_token": token, "once": once})
        assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
        assert portal.events("CalendarGiven") == []


def end(browser: Browser) -> None:
    token = csrf_token(browser.get(PAGE).text)
    assert browser.post(f"{PAGE}avsluta", {"csrf_token": token}).status_code == 303


class TestItsEnd:
    def test_the_person_ends_it_at_once(self, portal: Portal) -> None:
        browser = portal.logged_in()
        address = address_in(give(browser))
        end(browser)
        assert read(portal, address).status_code == 404
        assert "Gör en adress" in browser.get(PAGE).text

    def test_no_form_from_before_opens_it_again(self, portal: Portal) -> None:
        browser = portal.logged_in()
        form = {"csrf_token": csrf_token(browser.get(PAGE).text), "once": "form-1"}
        address = address_in(browser.post(f"{PAGE}adress", form))
        end(browser)
        other = address_in(browser.post(f"{PAGE}adress", form))
        assert other != address
        assert read(portal, address).status_code == 404

    def test_a_new_one_ends_the_old(self, portal: Portal) -> None:
        browser = portal.logged_in()
        old, new = address_in(give(browser)), address_in(give(browser))
        assert read(portal, old).status_code == 404
        assert read(portal, new).status_code == 200

    def test_it_ends_by_itself(self, portal: Portal) -> None:
        address = address_in(give(portal.logged_in()))
        portal.clock.forward(days=181)
        assert read(portal, address).status_code == 404

    def test_logging_out_does_not_end_it(self, portal: Portal) -> None:
        browser = portal.logged_in()
        address = address_in(give(browser))
        browser.log_out()
        assert read(portal, address).status_code == 200

    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"deceased": True}, "deceased"),
            ({"protected": Protection.SEKRETESSMARKERING}, "protected"),
            ({"protected": Protection.SKYDDAD_FOLKBOKFORING}, "protected"),
        ],
    )
    def test_it_ends_for_good_with_what_the_register_says(
        self, portal: Portal, monkeypatch: pytest.MonkeyPatch, changes: dict, why: str
    ) -> None:
        browser = portal.logged_in()
        address = address_in(give(browser))
        with monkeypatch.context() as said:
            register_says(portal, said, **changes)
            assert read(portal, address).status_code == 404
        assert read(portal, address).status_code == 404
        (ended,) = portal.events("CalendarEnded")
        assert (ended.detail, ended.actor) == (why, None)

    def test_it_rests_while_the_register_is_silent(
        self, portal: Portal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        address = address_in(give(portal.logged_in()))
        with monkeypatch.context() as said:
            register_says(portal, said, protected=Protection.UNKNOWN)
            answer = read(portal, address)
            assert (answer.status_code, answer.content) == (503, b"")
            assert "retry-after" in answer.headers
        assert read(portal, address).status_code == 200

    @pytest.mark.parametrize("door", ["seal", "lock"])
    def test_it_rests_while_the_person_has_shut_the_door(self, portal: Portal, door: str) -> None:
        address = address_in(give(portal.logged_in()))
        shut = getattr(portal.house.seals, door)
        shut(BIRGITTA, portal.clock())
        assert read(portal, address).status_code == 404
        assert portal.events("Refused")[-1].detail == "calendar-feed"
        shut(BIRGITTA, None)
        assert read(portal, address).status_code == 200


def register_says(portal: Portal, monkeypatch: pytest.MonkeyPatch, **changes: object) -> None:
    people = type(portal.house.people)
    real = people.recognised

    def recognised(self, situation, **more):
        known = real(self, situation, **more)
        return replace(known, subject=replace(known.subject, **changes))

    monkeypatch.setattr(people, "recognised", recognised)


def hours_until_morning(now: datetime) -> float:
    local = now.astimezone(STOCKHOLM)
    morning = datetime.combine(local.date() + timedelta(days=1), time(9), STOCKHOLM)
    return (morning - local) / timedelta(hours=1)


class TestASilentSource:
    @pytest.mark.parametrize(("hours", "called"), [(0.5, VISIT), (3, "Vårdtid")])
    def test_its_times_stay_and_say_that_they_may_have_changed(
        self, portal: Portal, hours: float, called: str
    ) -> None:
        """What was fetched lies on the shelf for an hour; after that only when it is is known."""
        address = address_in(give(portal.logged_in(), detaljer="ja"))
        # Another day asks for other days, of which nothing lies there.
        portal.clock.forward(hours=hours_until_morning(portal.clock()))
        before = {str(e["uid"]): e for e in events(read(portal, address))}
        portal.clock.forward(hours=hours)
        portal.sandbox.fault("nordmark", "http500")
        after = {str(e["uid"]): e for e in events(read(portal, address))}
        (visit,) = (uid for uid, e in before.items() if e["summary"] == VISIT)
        assert after[visit]["dtstart"].dt == before[visit]["dtstart"].dt
        assert after[visit]["summary"] == called
        assert "kan ha ändrats" in after[visit]["description"]
        (gap,) = (e for uid, e in after.items() if uid not in before)
        assert "kanske" in gap["summary"]

    def test_nobody_at_all_is_no_empty_calendar(self, portal: Portal) -> None:
        address = address_in(give(portal.logged_in()))
        assert events(read(portal, address))
        portal.clock.forward(minutes=10)
        portal.sandbox.fault("plattformen", "http500")
        portal.sandbox.fault("sjovik", "http500")
        assert read(portal, address).status_code in (404, 503)
        portal.sandbox.clear()
        portal.clock.forward(minutes=10)
        assert read(portal, address).status_code == 200


class TestWhoMayNot:
    @pytest.mark.parametrize("secret", ["x", "x" * 43, "../x", "%00"])
    def test_an_address_that_nobody_has_is_nothing(self, portal: Portal, secret: str) -> None:
        answer = read(portal, f"/kalender/{secret}.ics")
        assert answer.status_code == 404
        assert portal.events("Disclosure") == []

    def test_who_reads_too_often_has_to_wait(self, portal: Portal) -> None:
        address = address_in(give(portal.logged_in()))
        portal.clock.pin()
        codes = [read(portal, address).status_code for _ in range(32)]
        assert codes == [200] * 30 + [429] * 2
        portal.clock.forward(hours=2)
        assert read(portal, address).status_code == 200

    def test_whose_identity_is_protected_may_have_the_file_alone(self, portal: Portal) -> None:
        browser = portal.logged_in("skyddad")
        page = browser.get(PAGE).text
        assert "Du kan inte göra en adress här just nu." in page
        form = {"csrf_token": csrf_token(page), "once": "form-1"}
        assert browser.post(f"{PAGE}adress", form).status_code == 404
        answer = browser.get(f"{PAGE}vardtider.ics?detaljer=ja")
        assert not any("location" in event for event in events(answer))

    def test_a_post_from_elsewhere_makes_nothing(self, portal: Portal) -> None:
        browser = portal.logged_in()
        answer = browser.post(f"{PAGE}adress", {"csrf_token": "x", "once": "form-1"})
        assert answer.status_code == 403
        assert portal.events("CalendarGiven") == []

    def test_an_installation_may_say_no(
        self, sandbox: Sandbox, patient: tuple[dict, ...], tmp_path
    ) -> None:
        only_files = {"addresses": False, "details": False}
        with running_portal(sandbox, tmp_path, sources=patient, calendar=only_files) as portal:
            browser = portal.logged_in()
            page = browser.get(PAGE).text
            assert "Vad tiden gäller" not in page
            assert 'name="once"' not in page
            form = {"csrf_token": csrf_token(page), "once": "form-1"}
            assert browser.post(f"{PAGE}adress", form).status_code == 404
            assert summaries(browser.get(f"{PAGE}vardtider.ics?detaljer=ja")) == {"Vårdtid"}


def test_what_it_gives_ends_with_the_time(portal: Portal) -> None:
    """What is remembered for the silent is forgotten when it is over."""
    address = address_in(give(portal.logged_in()))
    read(portal, address)
    portal.clock.forward(days=60)
    read(portal, address)
    secret = address.removeprefix("/kalender/").removesuffix(".ics")
    order = portal.house.calendars.open(secret, portal.clock())
    assert order is not None
    now = portal.clock()
    assert not any(trace.is_over(now - timedelta(minutes=1)) for trace in order.shown.traces)
