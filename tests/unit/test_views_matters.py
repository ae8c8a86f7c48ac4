"""What somebody's own words are about, and what other services are called."""

from __future__ import annotations

import pytest

from portal.i18n import LANGUAGES, Speaker
from stodtjanster.model import Told
from tests.viewing import Swedish
from views.kit.links import DeepLink, LinkKind, led_to
from views.kit.matters import MATTERS, Matter, Way, meant_by, named_by, stems, title_of

SWEDISH = Swedish()
ENGLISH = Speaker(LANGUAGES["en"])


def keys(asked: str, words: Swedish | Speaker = SWEDISH) -> list[str]:
    return [matter.key for matter in meant_by(asked, MATTERS, words)]


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        ("såret", "saret"),
        ("Mitt SÅR, läker inte!", "saret"),
        ("omläggning", "saret"),
        ("recept", "lakemedel"),
        ("medicinlista", "lakemedel"),
        ("när kommer hemtjänsten?", "hemtjansten"),
        ("rullatorn", "hjalpmedel"),
        ("boka om återbesöket", "sjukhuset"),
        ("SIP-mötet", "planen"),
        ("fler insatser", "besluten"),
        ("larmknappen", "larmet"),
    ],
)
def test_it_is_found_by_its_words(asked: str, key: str) -> None:
    assert key in keys(asked)


@pytest.mark.parametrize("asked", ["", "   ", "en", "på", "xyz", "?!"])
def test_what_means_nothing_finds_nothing(asked: str) -> None:
    assert keys(asked) == []


def test_in_english_both_languages_are_known() -> None:
    assert keys("the wound", ENGLISH) == ["saret"]
    assert keys("såret", ENGLISH) == ["saret"]


def test_the_words_are_beginnings_of_words() -> None:
    wound = stems(MATTERS[0], SWEDISH)
    assert named_by("Såromläggning", wound)
    assert not named_by("Ansåring", wound)


@pytest.mark.parametrize("words", [SWEDISH, ENGLISH], ids=["sv", "en"])
def test_every_matter_has_ways_and_words_of_its_own(words: Swedish | Speaker) -> None:
    assert len({matter.key for matter in MATTERS}) == len(MATTERS)
    for matter in MATTERS:
        assert matter.ways
        assert "" not in stems(matter, words)
        assert matter in meant_by(title_of(matter, words).text, MATTERS, words)


def test_a_matter_that_an_installation_added_is_in_swedish() -> None:
    own = Matter("fot", "Fotvård", "fot", (Way.PLANNED,))
    assert title_of(own, ENGLISH) == Told("Fotvård", "sv")
    assert title_of(MATTERS[0], ENGLISH).lang == "en"


def test_other_services_have_our_names_or_the_installations() -> None:
    links = (
        DeepLink(LinkKind.JOURNAL, "https://journal.example/"),
        DeepLink(LinkKind.JOURNAL, "https://annan.example/", Told("Annan journal")),
    )
    ours, own = led_to(links, ENGLISH)
    assert (ours.name, own.name) == (Told("Health records", "en"), Told("Annan journal"))
