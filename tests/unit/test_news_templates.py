"""What the pages of news and of paper say, from their sections to their words."""

from __future__ import annotations

from typing import Any

import pytest

from stodtjanster.information import ListingKind, VisitForm
from stodtjanster.model import Answer, Open, Told
from tests.rendering import printed_in, words
from tests.unit.test_views_news import after, given
from tests.viewing import TOWN, agreement, answer, asked, booking, day, listing, scene
from tests.viewing import at as when
from views.kit.memory import Recalled
from views.kit.view import Scene, View
from views.news import view as news_view
from views.overview import view as overview
from views.print import view as paper

REASON = "Såret vill inte läka"


def news(of: Scene, lang: str = "sv", *, view: View = news_view, **now: Answer[Any]) -> str:
    return printed_in(view, "news", given(**now), of, lang)


def test_each_change_stands_on_its_day_with_what_was() -> None:
    was = after(booked=answer(booking(when(3), "1"), booking(when(9), "2")))
    said = words(
        news(
            was,
            booked=answer(booking(when(4, "10.00"), "1", title="Återbesök"), booking(Open(), "3")),
            agreements=answer(agreement("Träna i trappan")),
        )
    )
    assert "Ändringar (4)" in said
    moved = said.partition("Tisdag 24 november")[2]
    assert moved.startswith(" Flyttad tid Återbesök Nordmarks sjukhus kl.")
    assert "Tidigare: måndag 23 november kl.\xa009.00" in said.replace("kl. 0", "kl.\xa00")
    assert "En tid står inte kvar Region Nordmark" in said
    assert "Den kan vara avbokad" in said
    assert "Ny överenskommelse Träna i trappan" in said
    assert said.count("Varför ser jag detta?") == 4


def test_many_of_a_sort_are_told_by_the_first() -> None:
    visits = [booking(when(n), str(n), title="Hemtjänst", system=TOWN) for n in range(1, 6)]
    said = words(news(after(), booked=answer(*visits)))
    assert "5 nya tider Hemtjänst" in said
    assert "Den första: i morgon kl." in said


def test_the_overview_has_few_words_and_the_way_to_the_rest() -> None:
    said = words(
        news(after(), view=overview, booked=answer(booking(when(4)), booking(Open(), "2")))
    )
    assert said.startswith("Nytt sedan i tisdags Ny tid Besök tisdag 24 november kl.")
    assert said.endswith("Allt som är nytt (2)")
    one = words(news(after(), "en", view=overview, booked=answer(booking(when(4)))))
    assert one.startswith("New since Tuesday")
    assert one.endswith("More about what is new")


@pytest.mark.parametrize("view", [news_view, overview])
def test_without_a_memory_nothing_is_said_to_be_new_or_not(view: View) -> None:
    for of, sentence in (
        (scene(recalled=Recalled()), "Nästa gång du loggar in står det här"),
        (scene(), "Vi kan inte säga vad som är ändrat"),
    ):
        said = words(news(of, view=view, booked=answer(booking(when(4)))))
        assert sentence in said
        assert "Ny tid" not in said
        assert "Inget har ändrats" not in said


def test_since_when_and_what_is_kept() -> None:
    page = printed_in(news_view, "since", {}, after())
    said = words(page)
    assert "sedan du var här senast: tisdag 17 november kl." in said
    assert "Markera som sett" in said
    assert "Glöm vad jag har sett" in said
    assert page.count('action="/sv/mig/nytt/sett"') == 1
    first = words(printed_in(news_view, "since", {}, scene(recalled=Recalled())))
    assert "Det är första gången" in first
    assert "Markera" not in first
    assert words(printed_in(news_view, "since", {}, scene())) == "Sedan när"


def on_paper(slot: str, *items: Any, lang: str = "sv", **choices: str) -> str:
    answers = {
        "booked": answer(*items),
        "own": Answer(),
        "listings": answer(listing(ListingKind.DOCTORS_OFFICE, "Björkbacken")),
        "managers": answer(),
    }
    return printed_in(paper, slot, answers, scene(asked=asked(**choices)), lang)


def test_paper_has_letters_whole_dates_and_no_reason() -> None:
    item = booking(
        when(0, "15.00"),
        title="Sår",
        reason=Told(REASON),
        instruction=Told(REASON),
        place=Told("Hus B"),
        who=(Told("Erik Holm"),),
    )
    said = words(on_paper("times", item))
    assert said.startswith(
        "Tider Fredag 20 november 2026 15.00 till 15.30 R Nordmarks sjukhus Erik Holm · Hus B"
    )
    assert "Sår" not in said
    told = words(on_paper("times", item, vad="ja"))
    assert "R Sår Nordmarks sjukhus" in told
    assert REASON not in told


def test_the_head_of_the_paper_says_whose_it_is_and_when_it_was_made() -> None:
    said = words(on_paper("heading"))
    assert "Birgitta Lindqvist" in said
    assert "Fredag 20 november 2026 till torsdag 3 december 2026" in said
    assert "Utskrivet fredag 20 november 2026 kl." in said
    assert "R Regionen K Kommunen" in said
    english = words(on_paper("heading", lang="en"))
    assert "Friday 20 November 2026" in english
    assert "M " in english


def test_daily_visits_and_numbers_have_their_own_side() -> None:
    visit = booking(when(1, "18.30"), system=TOWN, recurring=True, form=VisitForm.HOME)
    said = words(on_paper("daily", visit))
    assert "K Hemtjänsten Lördag 21 november 2026 18.30 Namn kommer" in said
    assert 'class="avsnitt papper-del papper-ny-sida"' in on_paper("daily", visit)
    numbers = words(on_paper("contacts", booking(when(1))))
    assert "R Björkbacken Vårdval 0980-319 201" in numbers


@pytest.mark.parametrize("slot", ["times", "daily"])
def test_an_empty_side_says_of_whom_it_holds(slot: str) -> None:
    assert "hos dem som svarade" in words(on_paper(slot))
    assert day(0).isoformat() not in on_paper(slot)
