"""Contacts, medicines, sources and messages over the sandbox's real wire, whatever is broken."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest

from portal.store import Added, StoreUnavailable
from stodtjanster.audit import EventKind
from stodtjanster.model import PersonId
from stodtjanster.sources.inbox.kept import Letter
from tests.service.conftest import Sandbox
from tests.service.portal_client import MY_PAGE, Browser, Portal, running_portal

PATIENT = {"limits": {"breaker_failures": 1_000_000}}
CONTACTS, MEDICINES = f"{MY_PAGE}kontakter", f"{MY_PAGE}lakemedel"
SOURCES, MESSAGES = f"{MY_PAGE}kallor", f"{MY_PAGE}meddelanden"
NOBODY = "Hos dem som svarade finns ingen att kontakta"
NO_MEDICINE = "Det finns inga aktuella läkemedel"
NO_MESSAGE = "Det finns inga meddelanden"
GONE = "Meddelandet finns inte längre"
# Not those that answer late or without rows, which is an answer.
KINDS = ("http500", "garbage", "truncated", "cut", "refuse", "deep")
ORTO = "TSTNMT2321000156-ORTO"


@pytest.fixture(scope="module")
def portal(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with running_portal(sandbox, tmp_path_factory.mktemp("portal")) as first:
        sources = tuple(source | PATIENT for source in first.settings.sources)
    state = tmp_path_factory.mktemp("portal")
    with running_portal(sandbox, state, sources=sources, hard_seconds=20.0) as running:
        yield running


def words(browser: Browser, path: str, **headers: str) -> str:
    answer = browser.get(path, **headers)
    assert answer.status_code == 200
    assert answer.text.rstrip().endswith("</html>")
    text = re.sub(r"<[^>]+>", " ", answer.text).replace("\u00ad", "").replace("\u00a0", " ")
    return " ".join(html.unescape(text).split())


class TestContacts:
    def test_for_the_wound_the_one_who_dresses_it_stands_first(self, portal: Portal) -> None:
        said = words(portal.logged_in(), f"{CONTACTS}?galler=saret")
        part = said.partition("Kontakter för ”Såret”")[2]
        order = [part.index(name) for name in ("Hemsjukvård Sjövik", "Lena Ek", "Björkbackens")]
        assert order == sorted(order)
        assert "Ring 0980-319 225" in part

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("hemtjänst", "Omar Said, undersköterska"),
            ("Beslut", "Maria Lund"),
            ("återbesök", "Ortopedmottagningen"),
            ("larmet", "Trygghetslarmet Sjövik"),
        ],
    )
    def test_in_ones_own_words(self, portal: Portal, query: str, found: str) -> None:
        said = words(portal.logged_in(), f"{CONTACTS}?sok={query}")
        assert found in said.partition("Kontakter för")[2]

    def test_everybody_with_the_next_time_there(self, portal: Portal) -> None:
        said = words(portal.logged_in(), CONTACTS)
        for part in ("Fast läkarkontakt", "Vårdval", "Handläggare", "Nästa tid:"):
            assert part in said
        assert said.count("Ring 0980-319 210") == 1, "one clinic stands there once"

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("path", ["", "?galler=saret", "?sok=recept"])
    def test_nobody_is_never_said_while_one_is_silent(
        self, portal: Portal, kind: str, path: str
    ) -> None:
        portal.sandbox.fault("sjovik", kind)
        said = words(portal.logged_in("tom"), CONTACTS + path)
        assert NOBODY not in said
        assert "Vi vet inte: Sjöviks kommun svarade inte." in said
        assert "Råd om vård: ring 1177" in said

    def test_who_has_nobody_is_told_so_and_whom_to_ring(self, portal: Portal) -> None:
        assert NOBODY in words(portal.logged_in("tom"), CONTACTS)

    def test_a_protected_person_is_told_no_whereabouts(self, portal: Portal) -> None:
        said = words(portal.logged_in("skyddad"), CONTACTS)
        assert "FÅR EJ VISAS" not in said
        assert "Enligt HSA-katalogen" not in said

    def test_what_was_searched_for_is_in_no_log(self, portal: Portal) -> None:
        words(portal.logged_in(), f"{CONTACTS}?sok=hemlighetsmakeri")
        assert "hemlighetsmakeri" not in portal.log.getvalue()
        assert not any("hemlighet" in repr(event) for event in portal.audit())


class TestMedicines:
    def test_as_they_are_written_and_nothing_that_is_not_to_be_shown(self, portal: Portal) -> None:
        said = words(portal.logged_in(), MEDICINES)
        for part in (
            "1 tablett till frukost och 1 tablett till kvällsmat",
            "Ges av hemsjukvården morgon och kväll",
            "Ordinerat av Erik Holm, Ortopedmottagningen",
            "Utan recept",
            "Förnya recept",
        ):
            assert part in said
        assert "FÅR EJ VISAS" not in said

    @pytest.mark.parametrize("target", ["sjovik", "plattformen"])
    @pytest.mark.parametrize("kind", ["http500", "garbage"])
    def test_none_is_never_said_while_one_is_silent(
        self, portal: Portal, target: str, kind: str
    ) -> None:
        portal.sandbox.fault(target, kind)
        said = words(portal.logged_in("tom"), MEDICINES)
        assert NO_MEDICINE not in said
        assert "Vi vet inte" in said

    def test_who_has_none_is_told_so(self, portal: Portal) -> None:
        assert NO_MEDICINE in words(portal.logged_in("tom"), MEDICINES)


class TestSources:
    def test_all_is_told_and_has_its_age(self, portal: Portal) -> None:
        said = words(portal.logged_in(), SOURCES)
        for part in ("Region Nordmark", "Region Sydkust", "Sjöviks kommun", "Portalen"):
            assert part in said
        assert "Svarar inte" not in said
        assert re.search(r"Uppgifter om läkemedel \(1\)|uppgifter om läkemedel \(1\)", said)

    @pytest.mark.parametrize("kind", KINDS)
    def test_who_is_silent_stands_first_with_a_number(self, portal: Portal, kind: str) -> None:
        portal.sandbox.fault("sjovik", kind)
        table = words(portal.logged_in(), SOURCES).partition("Senaste svar")[2]
        first = table[: table.index("Region Nordmark")]
        assert "Sjöviks kommun" in first
        assert "Ring 0980-319 220" in first
        assert "Svarar inte" in first
        assert "Försök igen om en stund. Ring dem om det inte kan vänta." in first

    def test_not_connected_is_not_silent(self, portal: Portal) -> None:
        said = words(portal.logged_in("tom"), SOURCES)
        assert "Svarade: inget att visa härifrån" in said
        assert "Svarar inte" not in said

    @pytest.mark.parametrize("path", ["", "veckan", "planer", "kontakter", "lakemedel"])
    def test_every_page_leads_there(self, portal: Portal, path: str) -> None:
        browser = portal.logged_in()
        assert f'href="{MY_PAGE}kallor/"' in browser.get(MY_PAGE + path).text
        portal.sandbox.fault("sydkust", "http500")
        assert f'href="{MY_PAGE}kallor/"' in portal.logged_in().get(MY_PAGE + path).text


class TestMessages:
    @pytest.fixture
    def inbox(self, portal: Portal, request: pytest.FixtureRequest) -> str:
        """A letter of its own to Birgitta; its title."""
        title = f"Kallelse {request.node.name}"
        letter = Letter(
            sender="TSTNMT2321000156-NORD",
            record=title,
            date="2026-11-19",
            time="10:00:00",
            title=title,
            body=("Välkommen till återbesök.",),
            unit=ORTO,
            unit_name="Ortopedmottagningen",
            booking="NM-20431",
            invitation=True,
        )
        assert self._put(portal, letter) is Added.NEW
        return title

    @staticmethod
    def _put(portal: Portal, letter: Letter) -> Added:
        person = PersonId.parse("190001019801")
        house = portal.house
        assert house.messages is not None
        name = (letter.sender, letter.record)
        return house.messages.add(person, name, letter.encode(), received=house.clock())

    def address(self, browser: Browser, title: str) -> str:
        found = re.search(rf'<a href="([^"]+)">{re.escape(title)}</a>', browser.get(MESSAGES).text)
        assert found
        return found[1]

    def unread(self, browser: Browser, title: str) -> bool:
        row = browser.get(MESSAGES).text.partition(f">{title}</a>")[2].partition("</li>")[0]
        assert row
        return "Oläst" in row

    def test_it_is_read_when_it_has_been_opened(self, portal: Portal, inbox: str) -> None:
        browser = portal.logged_in()
        assert "Oläst" in words(browser, MY_PAGE).partition("Meddelanden (")[2]
        assert self.unread(browser, inbox)
        assert "Välkommen till återbesök." in words(browser, self.address(browser, inbox))
        assert not self.unread(browser, inbox)
        assert "Välkommen" in words(browser, self.address(browser, inbox))

    def test_also_when_its_section_is_opened_alone(self, portal: Portal, inbox: str) -> None:
        browser = portal.logged_in()
        assert "Välkommen" in words(browser, f"{self.address(browser, inbox)}/del/message")
        assert not self.unread(browser, inbox)

    def test_what_is_fetched_ahead_or_only_asked_about_is_still_unread(
        self, portal: Portal, inbox: str
    ) -> None:
        browser = portal.logged_in()
        address = self.address(browser, inbox)
        words(browser, address, **{"Sec-Purpose": "prefetch"})
        browser.client.head(address)
        assert self.unread(browser, inbox)

    def test_an_appointment_letter_leads_to_its_time(self, portal: Portal, inbox: str) -> None:
        browser = portal.logged_in()
        page = browser.get(self.address(browser, inbox)).text
        assert "Återbesök efter operation" in page
        found = re.search(rf'href="({MY_PAGE}handelse/[0-9a-f]+)"', page)
        assert found
        assert "Återbesök efter operation" in words(browser, found[1])

    def test_when_the_region_is_silent_the_time_is_not_said_to_be_gone(
        self, portal: Portal, inbox: str
    ) -> None:
        address = self.address(portal.logged_in(), inbox)
        portal.sandbox.fault("plattformen", "http500")
        said = words(portal.logged_in(), address)
        assert "Välkommen till återbesök." in said
        assert "Vi vet inte när den är" in said
        assert "Tiden finns inte" not in said

    def test_anothers_message_is_nobodys(self, portal: Portal, inbox: str) -> None:
        address = self.address(portal.logged_in(), inbox)
        assert GONE in words(portal.logged_in("tom"), address)
        assert self.unread(portal.logged_in(), inbox)

    def test_an_inbox_that_cannot_be_read_is_not_an_empty_one(
        self, portal: Portal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        browser = portal.logged_in("tom")
        assert NO_MESSAGE in words(browser, MESSAGES)

        def broken(*_asked: object) -> None:
            raise StoreUnavailable("down")

        monkeypatch.setattr(portal.house.messages, "of", broken)
        said = words(browser, MESSAGES)
        assert NO_MESSAGE not in said
        assert "Vi vet inte: vi kunde inte hämta meddelanden från Portalen" in said

    def test_every_opening_is_in_the_log(self, portal: Portal, inbox: str) -> None:
        browser = portal.logged_in()
        before = len(portal.events(EventKind.DISCLOSURE))
        words(browser, self.address(browser, inbox))
        after = portal.events(EventKind.DISCLOSURE)
        assert len(after) > before
        assert "message" in after[-1].information
        assert inbox not in repr(after)
