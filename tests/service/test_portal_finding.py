"""What anybody may do before they log in: find whom to ring, and choose what they came to ask."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from portal.finding import LONGEST
from tests.service.conftest import Sandbox
from tests.service.portal_client import Portal, running_portal


@pytest.fixture(scope="module")
def standing(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with running_portal(sandbox, tmp_path_factory.mktemp("portal")) as running:
        yield running


@pytest.fixture
def portal(sandbox: Sandbox, tmp_path: Path) -> Iterator[Portal]:
    with running_portal(sandbox, tmp_path) as running:
        yield running


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).replace("\u00ad", "").split())


class TestFinding:
    def test_a_part_of_the_name_is_enough_and_there_is_a_number_to_ring(
        self, standing: Portal
    ) -> None:
        page = standing.browser().get("/sv/hitta?sok=björkbacken")
        assert "Björkbackens vårdcentral" in text_of(page.text)
        assert "Region Nordmark" in text_of(page.text)
        assert 'href="tel:0980319200"' in page.text

    def test_every_word_must_be_there_also_in_the_name_of_who_answers_for_it(
        self, standing: Portal
    ) -> None:
        browser = standing.browser()
        assert "Hemsjukvård Sjövik" in browser.get("/sv/hitta?sok=hemsjukvård+kommun").text
        assert "Hemsjukvård Sjövik" not in browser.get("/sv/hitta?sok=hemsjukvård+region").text

    def test_an_unknown_name_is_said_to_be_unknown_to_us(self, standing: Portal) -> None:
        page = standing.browser().get("/sv/hitta?sok=finns+inte")
        assert "Vi känner inte till någon mottagning" in page.text

    @pytest.mark.parametrize("query", ["", "   ", "%00", "%E5"])
    def test_without_words_there_is_the_form_and_nobody(self, standing: Portal, query: str) -> None:
        page = standing.browser().get(f"/sv/hitta?sok={query}")
        assert page.status_code == 200
        assert "tel:0980" not in page.text

    def test_what_was_written_comes_back_escaped_and_no_longer_than_it_may_be(
        self, standing: Portal
    ) -> None:
        page = standing.browser().get(f"/sv/hitta?sok=%3Cb%3E{'x' * 500}")
        assert "<b>" not in page.text
        assert "x" * LONGEST not in page.text

    def test_nobody_is_asked_and_nothing_is_noted(self, portal: Portal) -> None:
        before = portal.landed()
        portal.browser().get("/sv/hitta?sok=vårdcentral")
        assert portal.audit() == []
        assert portal.landed() == before


class TestChoosing:
    def test_each_question_leads_to_the_login_with_itself_in_mind(self, standing: Portal) -> None:
        browser = standing.browser()
        page = browser.get("/sv/").text
        (href,) = re.findall(r'href="([^"]*)"\s*>Vilka läkemedel är aktuella\?', page)
        chosen = browser.get(unescape(href)).text
        assert "får du svar på: Vilka läkemedel är aktuella?" in text_of(chosen)
        assert "/sv/logga-in/test?till=/sv/mig/lakemedel/" in chosen

    def test_the_way_in_comes_back_to_the_page_with_its_choices(self, portal: Portal) -> None:
        browser = portal.browser()
        asked = browser.get("/sv/mig/veckan/?fran=2026-12-07")
        assert asked.status_code == 302
        start = browser.get(asked.headers["location"]).text
        (way_in,) = re.findall(r'href="(/sv/logga-in/test\?till=[^"]*)"', start)
        till = browser.client.build_request("GET", unescape(way_in)).url.params["till"]
        assert browser.log_in(till=till) == "/sv/mig/veckan/?fran=2026-12-07"
