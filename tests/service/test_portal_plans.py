"""Plans, agreements, services and documents through the portal, over the sandbox's real wire."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest

from stodtjanster.audit import AuditUnavailable
from tests.markup import assert_is_a_page
from tests.service.conftest import Sandbox
from tests.service.portal_client import Browser, Portal, running_portal

PLANS = "/sv/mig/planer/"
SIP = "Trygg hemma efter höftoperationen"
PATIENT = {"limits": {"breaker_failures": 1_000_000}}


@pytest.fixture(scope="module")
def portal(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """One portal for all: it waits long, and no breaker of it opens."""
    with running_portal(sandbox, tmp_path_factory.mktemp("portal")) as first:
        sources = tuple(source | PATIENT for source in first.settings.sources)
    state = tmp_path_factory.mktemp("portal")
    with running_portal(sandbox, state, sources=sources, hard_seconds=20.0) as running:
        yield running


@pytest.fixture
def browser(portal: Portal) -> Browser:
    return portal.logged_in("birgitta")


def words_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def plan_url(browser: Browser, title: str) -> str:
    """The address of the plan with that title, from the list of plans."""
    page = browser.get(PLANS).text
    found = re.search(rf'href="(/sv/mig/planer/[0-9a-f]{{24}})">{re.escape(title)}', page)
    assert found, f"{title} is not on the page"
    return found[1]


def documents(browser: Browser, title: str) -> list[str]:
    page = browser.get(plan_url(browser, title)).text
    return re.findall(r'href="([^"]+/bilaga/\d+)"', page)


def test_the_whole_plan_is_put_together_from_everybody(browser: Browser) -> None:
    page = browser.get(plan_url(browser, SIP))
    assert page.status_code == 200
    assert_is_a_page(page.text)
    said = words_of(page.text)
    for text in (
        "Jag vill kunna gå till brevlådan själv innan jul och sova i min egen säng.",
        "Mål 1. Gå till brevlådan själv",
        "gång i veckan Jonas Berg, fysioterapeut Står i: Rehabiliteringsplan",
        "torsdag Hemtjänsten Sjövik Norr Står i: Genomförandeplan hemtjänst",
        "Ta bort de sista stygnen Ingen är ansvarig",
        "En uppgift saknar ansvarig",
        "Se över läkemedlen Sara Nyström, läkare Står i: Läkemedelsplan",
        "Lena Ek, sjuksköterska Björkbackens vårdcentral Ring 0980-319 200",
        "Möte om din samordnade plan (SIP)",
        "Anders Lindqvist, son , närstående",
        "Finns hos Region Nordmark.",
    ):
        assert text in said, text
    assert "FÅR EJ VISAS" not in said
    assert "Felet ligger hos oss" not in said


@pytest.mark.parametrize(
    ("target", "lost", "kept"),
    [
        ("sjovik", "Jag vill kunna gå till brevlådan", "Planens dokument"),
        ("nordmark", "Finns hos Region Nordmark", "Mål 1. Gå till brevlådan själv"),
    ],
)
def test_what_one_of_two_tells_is_shown_and_said_not_to_be_all(
    portal: Portal, target: str, lost: str, kept: str
) -> None:
    url = plan_url(portal.logged_in("birgitta"), SIP)
    portal.sandbox.fault(target, "http500")
    said = words_of(portal.logged_in("birgitta").get(url).text)
    assert kept in said
    assert lost not in said
    assert "Det kan saknas något här" in said


def test_a_plan_that_cannot_be_asked_for_is_not_said_to_be_gone(portal: Portal) -> None:
    url = plan_url(portal.logged_in("birgitta"), SIP)
    portal.sandbox.fault("plattformen", "http500")
    portal.sandbox.fault("sjovik", "http500")
    said = words_of(portal.logged_in("birgitta").get(url).text)
    assert "Vi vet inte" in said
    assert "finns inte längre" not in said
    assert "Felet ligger hos oss" not in said


def test_a_handle_that_is_nobodys_is_gone(browser: Browser) -> None:
    said = words_of(browser.get(f"{PLANS}{'0' * 24}").text)
    assert "Planen finns inte längre hos dem som svarade." in said


def test_the_plan_of_another_is_nobodys(portal: Portal, browser: Browser) -> None:
    url = plan_url(browser, SIP)
    (text, *_) = documents(browser, SIP)
    other = portal.logged_in("sara")
    assert SIP not in other.get(url).text
    assert other.get(text).status_code == 404


class TestPages:
    @pytest.mark.parametrize("path", ["planer/", "overenskommelser/", "insatser/"])
    @pytest.mark.parametrize(
        ("target", "kind"),
        [("sjovik", "http500"), ("sjovik", "garbage"), ("plattformen", "http500")],
    )
    def test_nothing_is_never_said_while_somebody_is_silent(
        self, portal: Portal, path: str, target: str, kind: str
    ) -> None:
        portal.sandbox.fault(target, kind)
        page = portal.logged_in("tom").get(f"/sv/mig/{path}")
        assert_is_a_page(page.text)
        said = words_of(page.text)
        assert "Vi vet inte" in said
        for none in ("Du har ingen plan", "har inte lovat", "Du har inga beslut"):
            assert none not in said

    @pytest.mark.parametrize(
        ("path", "none"),
        [
            ("planer/", "Du har ingen plan hos dem som svarade. Du kan be om en."),
            ("overenskommelser/", "Du har inte lovat något, enligt dem som svarade."),
            ("insatser/", "Du har inga beslut om insatser från de kommuner som svarade."),
        ],
    )
    def test_nothing_is_said_when_all_have_answered(
        self, portal: Portal, path: str, none: str
    ) -> None:
        assert none in words_of(portal.logged_in("tom").get(f"/sv/mig/{path}").text)

    def test_agreements_stand_by_who_has_promised(self, browser: Browser) -> None:
        page = words_of(browser.get("/sv/mig/overenskommelser/").text)
        mine, theirs = page.index("Vad har jag lovat?"), page.index("Vad har vården och omsorgen")
        unsaid = page.index("Vem som har lovat framgår inte")
        assert mine < page.index("Du tränar i trappan tre gånger i veckan Du ansvarar.") < theirs
        assert theirs < page.index("Hemtjänsten påminner om blodsocker") < unsaid
        assert unsaid < page.index("Lena ringer dig varannan vecka")
        assert "Birgitta Lindqvist ansvarar" not in page

    def test_a_decision_says_what_is_told_of_it_and_that_the_rest_is_not(
        self, browser: Browser
    ) -> None:
        page = words_of(browser.get("/sv/mig/insatser/").text)
        assert (
            "Beslutat av Vård- och omsorgsnämnden Lag socialtjänstlagen (SoL) "
            "Utförs av Hemtjänsten Sjövik Norr Vem kan svara på frågor? "
            "Maria Lund, biståndshandläggare Ring 0980-319 222"
        ) in page
        assert "Handläggaren framgår inte" in page
        assert "Det framgår inte om insatsen har börjat." in page
        assert "FÅR EJ VISAS" not in page


class TestDocuments:
    def test_a_text_and_a_pdf_are_opened_and_a_web_page_is_downloaded(
        self, browser: Browser
    ) -> None:
        (pdf,) = documents(browser, "Rehabiliteringsplan")
        text, web = documents(browser, "Läkemedelsplan")
        opened = browser.get(pdf)
        assert opened.content.startswith(b"%PDF-")
        assert opened.headers["Content-Type"] == "application/pdf"
        assert opened.headers["Content-Disposition"] == 'inline; filename="dokument-1.pdf"'
        plain = browser.get(text)
        assert plain.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert "Läkemedelsplan" in plain.text
        saved = browser.get(web)
        assert saved.headers["Content-Disposition"] == 'attachment; filename="dokument-2.html"'
        for answer in (opened, plain, saved):
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")

    def test_a_document_elsewhere_is_never_fetched(self, portal: Portal, browser: Browser) -> None:
        text, _ = documents(browser, "Läkemedelsplan")
        portal.sandbox.clear()
        answer = browser.get(text.removesuffix("1") + "3")
        assert answer.status_code == 404
        assert_is_a_page(answer.text)
        assert "Dokumentet finns hos Region Nordmark." in answer.text
        assert not [call for call in portal.sandbox.calls() if "dokument" in str(call)]

    @pytest.mark.parametrize("nth", ["0", "99", "-1", "x", "1/2"])
    def test_another_number_is_no_document(self, browser: Browser, nth: str) -> None:
        text, _ = documents(browser, "Läkemedelsplan")
        answer = browser.get(text.removesuffix("1") + nth)
        assert answer.status_code == 404
        assert_is_a_page(answer.text)

    def test_each_reading_is_logged_before_and_after(self, portal: Portal) -> None:
        browser = portal.logged_in("birgitta")
        (pdf,) = documents(browser, "Rehabiliteringsplan")
        before = len(portal.audit())
        browser.get(pdf)
        disclosed, shown = portal.audit()[before:]
        assert (disclosed.event, disclosed.detail) == ("Disclosure", "attachment")
        assert disclosed.information == ("care_plan",)
        assert (shown.event, shown.reference) == ("Shown", disclosed.reference)
        assert shown.sources == ("ntjp-care-plans",)

    def test_one_that_is_not_there_is_logged_as_asked_for_and_not_as_shown(
        self, portal: Portal
    ) -> None:
        browser = portal.logged_in("birgitta")
        before = len(portal.audit())
        assert browser.get(f"{PLANS}{'0' * 24}/bilaga/1").status_code == 404
        told = [event.event for event in portal.audit()[before:]]
        assert told == ["Disclosure", "SecurityEvent"]

    def test_nobody_is_told_that_it_is_gone_while_somebody_is_silent(self, portal: Portal) -> None:
        (pdf,) = documents(portal.logged_in("birgitta"), "Rehabiliteringsplan")
        portal.sandbox.fault("nordmark", "http500")
        answer = portal.logged_in("birgitta").get(pdf)
        assert answer.status_code == 503
        assert "Vi vet inte om dokumentet finns kvar" in answer.text

    def test_without_a_log_there_is_no_document(
        self, portal: Portal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        browser = portal.logged_in("birgitta")
        (pdf,) = documents(browser, "Rehabiliteringsplan")

        def refuse(_log: object, _event: object) -> None:
            raise AuditUnavailable

        monkeypatch.setattr(type(portal.house.audit), "record", refuse)
        answer = browser.get(pdf)
        assert answer.status_code == 503
        assert b"%PDF" not in answer.content

    def test_without_a_session_one_is_asked_to_log_in(
        self, portal: Portal, browser: Browser
    ) -> None:
        (pdf,) = documents(browser, "Rehabiliteringsplan")
        answer = portal.browser().get(pdf)
        assert answer.status_code == 302
        assert answer.headers["location"].startswith("/sv/?till=")

    def test_one_who_may_not_see_is_told_why(self, portal: Portal) -> None:
        answer = portal.logged_in("tuva").get(f"{PLANS}{'0' * 24}/bilaga/1")
        assert answer.status_code == 403
        assert "under 13 år" in answer.text or "13–15 år" in answer.text
