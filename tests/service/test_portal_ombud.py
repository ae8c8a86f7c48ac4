"""Giving access, accepting it and ending it: on the pages, in the log and in what it opens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from portal.store import StoreUnavailable
from stodtjanster.audit import AuditUnavailable
from stodtjanster.grants import Stage
from stodtjanster.model import local_day
from tests.markup import assert_is_a_page
from tests.service.conftest import Sandbox
from tests.service.portal_client import Browser, Portal, csrf_token, running_portal
from tests.service.test_portal_acting import granted, number, page_of
from tests.service.test_portal_people import logged_in_as

LIST = "/sv/mig/ombud"
NEW = f"{LIST}/nytt"


@pytest.fixture
def portal(sandbox: Sandbox, tmp_path: Path) -> Iterator[Portal]:
    with running_portal(sandbox, tmp_path, register_seconds=20) as running:
        yield running


def form(portal: Portal, **changes) -> dict:
    today = local_day(portal.clock())
    return {
        "fornamn": "Anders",
        "efternamn": "Lindqvist",
        "personnummer": number("anders").value,
        "omrade": ["booking", "plan", "contact"],
        "vilka": "alla",
        "fran": today.isoformat(),
        "till": (today + timedelta(days=100)).isoformat(),
    } | changes


def send(browser: Browser, path: str, page: str | None = None, **data) -> httpx.Response:
    """Post a form of the page (of the path itself when none is named)."""
    token = csrf_token(browser.get(page or path).text)
    return browser.post(path, {"csrf_token": token, **data})


def prove(browser: Browser, here: str, person: str = "birgitta", **more: str) -> httpx.Response:
    """By way of the login provider; the portal's answer to what it said."""
    away = send(browser, f"{here}/legitimera", here)
    assert away.status_code == 303, away.text
    at_provider = browser.client.get(away.headers["location"])
    page = str(at_provider.url.join(at_provider.headers["location"]))
    return browser.client.get(browser.choose(page, person=person, **more))


def offered(portal: Portal, browser: Browser, **changes) -> str:
    """Give, all the way; the address of what was given."""
    written = send(browser, NEW, **form(portal, **changes))
    assert written.status_code == 303, written.text
    here = written.headers["location"]
    back = prove(browser, here)
    assert (back.status_code, back.headers["location"]) == (302, here)
    assert send(browser, f"{here}/ge", here).status_code == 303
    return here


class TestGiving:
    def test_all_the_way_to_the_first_reading(self, portal: Portal) -> None:
        birgitta, anders = portal.logged_in("birgitta"), portal.logged_in("anders")
        here = offered(portal, birgitta)
        assert "Väntar på svar" in birgitta.get(here).text
        question = anders.get(here)
        assert_is_a_page(question.text)
        assert "Birgitta Lindqvist vill att du ska vara ombud." in question.text
        (mandate,) = portal.house.grants.given_to(number("anders"))
        assert send(anders, f"{here}/svara", here, svar="ja").status_code == 303
        page = anders.get(page_of(portal, anders, mandate)).text
        assert "Återbesök efter operation" in page
        for browser in (birgitta, anders):
            shown = browser.get(here).text
            assert "Gäller nu" in shown
            assert "tider" in shown.partition("När ombudet har läst")[2]
            assert number("anders").value not in shown
            assert number("birgitta").value not in shown

    def test_everything_is_in_the_log_before_it_is_so(self, portal: Portal) -> None:
        birgitta, anders = portal.logged_in("birgitta"), portal.logged_in("anders")
        here = offered(portal, birgitta)
        send(anders, f"{here}/svara", here, svar="ja")
        send(birgitta, f"{here}/avsluta", here)
        told = portal.events("GrantOffered", "GrantAccepted", "GrantEnded")
        assert [(e.event, e.actor) for e in told] == [
            ("GrantOffered", number("birgitta")),
            ("GrantAccepted", number("anders")),
            ("GrantEnded", number("birgitta")),
        ]
        assert {(e.subject, e.ombud) for e in told} == {(number("birgitta"), number("anders"))}
        assert len({e.reference for e in told}) == 1

    @pytest.mark.parametrize("step", ["ge", "svara", "avsluta"])
    def test_nothing_happens_that_cannot_be_logged(self, portal: Portal, step: str) -> None:
        birgitta, anders = portal.logged_in("birgitta"), portal.logged_in("anders")
        if step == "ge":
            here = send(birgitta, NEW, **form(portal)).headers["location"]
            prove(birgitta, here)
        else:
            here = offered(portal, birgitta)
        who = anders if step == "svara" else birgitta
        page = who.get(here).text
        before = portal.house.grants.given_by(number("birgitta"))

        class Full:
            def record(self, _event):
                raise AuditUnavailable("full")

        kept = portal.house.audit
        portal.change(audit=Full())
        answer = who.post(f"{here}/{step}", {"csrf_token": csrf_token(page), "svar": "ja"})
        portal.change(audit=kept)
        assert answer.status_code == 503
        assert portal.house.grants.given_by(number("birgitta")) == before

    def test_the_ombud_sees_nothing_before_they_have_said_yes(self, portal: Portal) -> None:
        anders = portal.logged_in("anders")
        offered(portal, portal.logged_in("birgitta"))
        (mandate,) = portal.house.grants.given_to(number("anders"))
        with pytest.raises(StopIteration):
            page_of(portal, anders, mandate)

    def test_saying_no(self, portal: Portal) -> None:
        birgitta, anders = portal.logged_in("birgitta"), portal.logged_in("anders")
        here = offered(portal, birgitta)
        send(anders, f"{here}/svara", here, svar="nej")
        assert "Avslutat" in birgitta.get(here).text
        send(anders, f"{here}/svara", LIST, svar="ja")
        (mandate,) = portal.house.grants.given_to(number("anders"))
        assert mandate.stage(portal.clock()) is Stage.ENDED
        assert mandate.accepted is None

    @pytest.mark.parametrize("who", ["birgitta", "anders"])
    def test_either_ends_it_at_once(self, portal: Portal, who: str) -> None:
        mandate = granted(portal)
        anders = portal.logged_in("anders")
        path = page_of(portal, anders, mandate)
        assert anders.get(path).status_code == 200
        browser = anders if who == "anders" else portal.logged_in(who)
        here = f"{LIST}/{mandate.id.hex}"
        assert send(browser, f"{here}/avsluta", here).status_code == 303
        assert anders.get(path).status_code == 404
        assert "Avslutat" in browser.get(here).text

    def test_the_same_form_sent_by_many_at_once_does_it_once(self, portal: Portal) -> None:
        birgitta = portal.logged_in("birgitta")
        here = send(birgitta, NEW, **form(portal)).headers["location"]
        prove(birgitta, here)
        token = csrf_token(birgitta.get(here).text)
        cookie = birgitta.cookie() or ""

        def again(_number: int) -> int:
            browser = portal.browser()
            browser.plant("__Host-session", cookie)
            return browser.post(f"{here}/ge", {"csrf_token": token}).status_code

        with ThreadPoolExecutor(8) as threads:
            assert set(threads.map(again, range(8))) == {303}
        (mandate,) = portal.house.grants.given_by(number("birgitta"))
        assert mandate.version == 2


class TestProving:
    def test_nothing_is_given_without_a_new_proof(self, portal: Portal) -> None:
        birgitta = portal.logged_in("birgitta")
        here = send(birgitta, NEW, **form(portal)).headers["location"]
        page = birgitta.get(here).text
        assert f'action="{here}/ge"' not in page
        assert "legitimera dig" in page.lower()
        assert send(birgitta, f"{here}/ge", here).status_code == 303
        assert portal.events("GrantOffered") == []
        assert "Inte klar" in birgitta.get(here).text

    def test_a_proof_gives_the_session_a_new_token_and_lasts_for_minutes(
        self, portal: Portal
    ) -> None:
        birgitta = portal.logged_in("birgitta")
        here = send(birgitta, NEW, **form(portal)).headers["location"]
        before = birgitta.cookie()
        prove(birgitta, here)
        assert birgitta.cookie() != before
        assert f'action="{here}/ge"' in birgitta.get(here).text
        portal.clock.forward(minutes=6)
        assert f'action="{here}/ge"' not in birgitta.get(here).text
        send(birgitta, f"{here}/ge", here)
        assert portal.events("GrantOffered") == []
        stranger = portal.browser()
        stranger.plant("__Host-session", before or "")
        assert stranger.get(LIST).status_code == 401

    def test_somebody_else_proves_nothing(self, portal: Portal) -> None:
        birgitta = portal.logged_in("birgitta")
        here = send(birgitta, NEW, **form(portal)).headers["location"]
        answer = prove(birgitta, here, person="sara")
        assert answer.status_code == 403
        assert here in answer.text, "the way back"
        assert f'action="{here}/ge"' not in birgitta.get(here).text
        assert portal.events("SecurityEvent")[-1].detail == "wrong-subject"
        assert portal.events("SecurityEvent")[-1].actor == number("birgitta")

    def test_whoever_changes_their_mind_loses_nothing(self, portal: Portal) -> None:
        birgitta = portal.logged_in("birgitta")
        here = send(birgitta, NEW, **form(portal)).headers["location"]
        away = send(birgitta, f"{here}/legitimera", here)
        at_provider = birgitta.client.get(away.headers["location"])
        page = str(at_provider.url.join(at_provider.headers["location"]))
        back = birgitta.client.post(page, data={"cancel": "1"})
        answer = birgitta.client.get(back.headers["location"])
        assert answer.status_code == 403
        assert "Du avbröt" in answer.text
        again = birgitta.get(f"{here}/andra").text
        assert 'value="Anders"' in again
        assert 'value="Lindqvist"' in again
        assert number("anders").value not in again


class TestTheForm:
    @pytest.mark.parametrize(
        ("field", "value", "said"),
        [
            ("fornamn", " ", "Skriv ombudets förnamn."),
            ("efternamn", "x" * 61, "Skriv ombudets efternamn."),
            ("personnummer", "199001012386", "Kontrollera personnumret."),
            ("personnummer", "9001012385", "med århundradet först"),
            ("personnummer", "190001019801", "ditt eget personnummer"),
            ("personnummer", "201803092384", "måste ha fyllt 18 år"),
            ("omrade", [], "Välj vad ombudet ska få se."),
            ("omrade", ["journal"], "Välj vad ombudet ska få se."),
            ("omrade", ["booking", "message"], "Välj vad ombudet ska få se."),
            ("fran", "2020-01-01", "Välj i dag eller en senare dag."),
            ("fran", "i morgon", "Skriv en dag, till exempel"),
            ("till", "2020-01-01", "Sista dagen kan inte komma före"),
            ("till", "2999-01-01", "Ett ombud kan ha tillgång i två år."),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_is_lost(
        self, portal: Portal, field: str, value: str | list[str], said: str
    ) -> None:
        birgitta = portal.logged_in("birgitta")
        answer = send(birgitta, NEW, **form(portal, **{field: value}))
        assert answer.status_code == 422
        assert_is_a_page(answer.text)
        assert f'<a href="#{field}">' in answer.text
        assert answer.text.count(said) == 2, "in the summary and at the field"
        kept = form(portal, **{field: value})
        for name in ("fornamn", "efternamn", "fran", "till"):
            assert f'value="{kept[name]}"' in answer.text
        assert portal.house.grants.given_by(number("birgitta")) == ()

    def test_only_known_providers_can_be_chosen(self, portal: Portal) -> None:
        birgitta = portal.logged_in("birgitta")
        for chosen in ([], ["TSTNMT2321000156-ORTO"]):
            answer = send(birgitta, NEW, **form(portal, vilka="valda", vardgivare=chosen))
            assert answer.status_code == 422
        page = birgitta.get(NEW).text
        chosen = re.search(r'value="(TSTNMT\S+?)"[^<]*<label[^>]*>\s*Region Nordmark', page)
        assert chosen is not None
        here = send(birgitta, NEW, **form(portal, vilka="valda", vardgivare=[chosen[1]])).headers[
            "location"
        ]
        assert "Region Nordmark" in birgitta.get(here).text

    def test_two_years_are_the_most(self, portal: Portal) -> None:
        birgitta = portal.logged_in("birgitta")
        here = offered(portal, birgitta)
        assert "till och med" in birgitta.get(here).text


class TestWhoMayWhat:
    def test_a_wrong_surname_tells_nobody_anything(self, portal: Portal) -> None:
        birgitta, anders = portal.logged_in("birgitta"), portal.logged_in("anders")
        here = offered(portal, birgitta, efternamn="Lindkvist")
        assert anders.get(here).status_code == 404
        assert "Birgitta" not in anders.get(LIST).text
        send(anders, f"{here}/svara", LIST, svar="ja")
        (mandate,) = portal.house.grants.given_to(number("anders"))
        assert mandate.accepted is None

    @pytest.mark.parametrize("step", ["", "/andra", "/ge", "/svara", "/avsluta", "/legitimera"])
    def test_a_foreign_grant_is_refused_like_an_unknown_one(
        self, portal: Portal, step: str
    ) -> None:
        mandate = granted(portal)
        sara = portal.logged_in("sara")
        before = portal.house.grants.get(mandate.id)
        answers = set()
        for key in (mandate.id.hex, "0" * 32, "x", "190001019801"):
            path = f"{LIST}/{key}{step}"
            answer = sara.get(path) if step in ("", "/andra") else send(sara, path, LIST, svar="ja")
            assert answer.status_code == 404
            answers.add(answer.text.replace(f"/{key}{step}", ""))
        assert len(answers) == 1
        assert portal.events("SecurityEvent")[-1].actor == number("sara")
        assert portal.house.grants.get(mandate.id) == before

    def test_an_ombud_gives_nothing_on_behalf_of_another(self, portal: Portal) -> None:
        mandate = granted(portal)
        anders = portal.logged_in("anders")
        base = page_of(portal, anders, mandate)
        for path in ("ombud", "ombud/nytt", f"ombud/{mandate.id.hex}"):
            assert anders.get(base + path).status_code == 404

    @pytest.mark.parametrize("key", ["skyddad", "tuva"])
    def test_whose_access_would_never_hold_is_not_offered_to_give_it(
        self, portal: Portal, key: str
    ) -> None:
        browser = portal.logged_in(key)
        assert browser.get(NEW).status_code == 404
        assert NEW not in browser.get(LIST).text

    def test_nobody_fills_the_store_with_drafts(self, portal: Portal) -> None:
        birgitta = portal.logged_in("birgitta")
        token = csrf_token(birgitta.get(NEW).text)
        for _ in range(25):
            birgitta.post(NEW, {"csrf_token": token, **form(portal)})
        assert len(portal.house.grants.given_by(number("birgitta"))) == 20
        portal.clock.forward(days=2)
        again = logged_in_as(portal, number("birgitta").value)
        send(again, NEW, **form(portal))
        assert len(portal.house.grants.given_by(number("birgitta"))) == 1

    def test_a_store_that_does_not_answer_lets_nobody_in(self, portal: Portal) -> None:
        mandate = granted(portal)
        anders = portal.logged_in("anders")
        path = page_of(portal, anders, mandate)

        class Gone:
            def given_to(self, _person):
                raise StoreUnavailable("gone")

        portal.change(grants=Gone())
        assert anders.get(path).status_code == 503


class TestSeveralNumbers:
    """Birgitta had another number before: what was given to it, or by it, is still hers."""

    def test_what_was_given_to_a_former_number_is_found_and_opens(self, portal: Portal) -> None:
        mandate = granted(
            portal,
            grantor="sara",
            grantee="birgitta-forr",
            grantor_name="Sara Holm",
            grantee_name="Birgitta Lindqvist",
        )
        birgitta = portal.logged_in("birgitta")
        assert "Sara Holm" in birgitta.get(LIST).text
        assert birgitta.get(f"{LIST}/{mandate.id.hex}").status_code == 200
        assert "Sara Holm" in birgitta.get("/sv/mig/person").text
        path = page_of(portal, birgitta, mandate)
        assert "Du ser uppgifter för Sara Holm." in birgitta.get(path).text
        read = [e for e in portal.events("Disclosure") if e.ground == "OMBUD" and not e.detail]
        assert {(e.actor, e.subject, e.ombud) for e in read} == {
            (number("birgitta"), number("sara"), number("birgitta-forr"))
        }
        sara = portal.logged_in("sara")
        used = sara.get(f"{LIST}/{mandate.id.hex}").text.partition("När ombudet har läst")[2]
        assert "tider" in used
        assert "Birgitta Lindqvist för dig" in sara.get("/sv/mig/lasningar/").text
        here = f"{LIST}/{mandate.id.hex}"
        send(sara, f"{here}/avsluta", here)
        assert birgitta.get(path).status_code == 404

    def test_what_a_former_number_gave_can_be_seen_and_ended(self, portal: Portal) -> None:
        mandate = granted(portal, grantor="birgitta-forr")
        birgitta, anders = portal.logged_in("birgitta"), portal.logged_in("anders")
        path = page_of(portal, anders, mandate)
        assert anders.get(path).status_code == 200
        for page in (LIST, "/sv/mig/delning"):
            assert "Anders Lindqvist" in birgitta.get(page).text
        here = f"{LIST}/{mandate.id.hex}"
        assert send(birgitta, f"{here}/avsluta", here).status_code == 303
        assert anders.get(path).status_code == 404

    def test_nobody_is_their_own_ombud_under_another_number(self, portal: Portal) -> None:
        birgitta = portal.logged_in("birgitta")
        former = number("birgitta-forr").value
        answer = send(birgitta, NEW, **form(portal, personnummer=former))
        assert answer.status_code == 422
        assert "ditt eget personnummer" in answer.text

    def test_a_silent_register_links_nobody(self, portal: Portal) -> None:
        mandate = granted(portal, grantor="sara", grantee="birgitta-forr")
        birgitta = portal.logged_in("birgitta")
        path = page_of(portal, birgitta, mandate)
        portal.house.people.forget(portal.audit()[-1].session or "")
        portal.sandbox.fault("plattformen", "http500")
        assert birgitta.get(path).status_code == 404


class TestTheReminder:
    def test_both_are_reminded_before_it_ends(self, portal: Portal) -> None:
        mandate = granted(portal, valid_to=portal.clock() + timedelta(days=20))
        for key in ("birgitta", "anders"):
            page = portal.logged_in(key).get(f"{LIST}/{mandate.id.hex}").text
            assert re.search(r"Tillgången tar slut om (19|20) dagar\.", page)

    def test_nobody_is_reminded_long_before(self, portal: Portal) -> None:
        granted(portal, valid_to=portal.clock() + timedelta(days=60))
        assert "Tillgången tar slut" not in portal.logged_in("birgitta").get(LIST).text
