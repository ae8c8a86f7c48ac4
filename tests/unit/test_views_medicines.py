"""Which medicines are current: as they are written, and never none while one is silent."""

from __future__ import annotations

from typing import Any

import pytest

from stodtjanster.information import Medication
from stodtjanster.model import Cause, Outcome, Told
from tests.rendering import printed, words
from tests.viewing import BIRGITTA, FAILED, REGION, answer, day, origin, report, scene
from views.kit.links import DeepLink, LinkKind
from views.kit.view import show
from views.medicines import NONE, Medicine, view

CURRENT, MORE = view.find("current"), view.find("more")
assert CURRENT is not None
assert MORE is not None
REFUSED = report(Outcome.NOT_ASKED, Cause.NOT_PERMITTED, source="", information=Medication)
LINKS = (
    DeepLink(LinkKind.RENEW_PRESCRIPTION, "https://recept.example/"),
    DeepLink(LinkKind.JOURNAL, "https://journal.example/"),
)


def medicine(name: str = "Metformin", **more: Any) -> Medication:
    return Medication(subject=BIRGITTA, origin=origin(REGION, name), name=Told(name), **more)


def listed(*items: Medication) -> tuple[Medicine, ...]:
    shown = show(CURRENT, {"medicines": answer(*items)}, scene())
    assert shown.state == "full"
    body: tuple[Medicine, ...] = shown.body
    return body


def page(*items: Medication, lang: str = "sv", slot: str = "current", reports: Any = None) -> str:
    answers = {"medicines": answer(*items, reports=reports)}
    return printed(view, slot, answers, lang, links=LINKS)


def test_by_name_and_what_needs_no_prescription_last() -> None:
    found = listed(medicine("Omeprazol"), medicine("alvedon", self_medication=True), medicine())
    assert [each.name.text for each in found] == ["Metformin", "Omeprazol", "alvedon"]


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({}, "Metformin"),
        ({"strength": Told("500 mg")}, "Metformin 500 mg"),
        ({"form": Told("Tablett")}, "Metformin, tablett"),
        ({"strength": Told("500 mg"), "form": Told("Tablett")}, "Metformin 500 mg, tablett"),
    ],
)
def test_strength_and_form_are_said_with_the_name(more: dict[str, Told], name: str) -> None:
    assert listed(medicine(**more))[0].name.text == name


def test_what_the_name_says_already_is_not_said_again() -> None:
    (one,) = listed(
        medicine("Metformin 500 mg tablett", strength=Told("500 mg"), form=Told("Tablett"))
    )
    assert one.name.text == "Metformin 500 mg tablett"


def test_the_dose_is_printed_as_it_is_written() -> None:
    dose = Told("1 tablett till frukost\ndärefter 2 vid behov", "sv")
    html = page(medicine(dosage=dose))
    assert "1 tablett till frukost\ndärefter 2 vid behov" in html
    assert 'class="fler-rader"' in html


def test_in_english_the_dose_keeps_its_language() -> None:
    html = page(medicine(dosage=Told("1 tablett")), lang="en")
    assert '<span lang="sv" dir="ltr">1 tablett</span>' in html


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (day(-10), day(10), "10 november till 30 november"),
        (day(-10), None, "Från 10 november, utan slutdatum"),
        (None, day(10), "Till 30 november"),
        (None, None, "Gäller Framgår inte"),
    ],
)
def test_from_when_until_when(first: Any, last: Any, said: str) -> None:
    assert said in words(page(medicine(first=first, last=last)))


def test_what_has_not_begun_says_when_it_does() -> None:
    assert "Börjar 23 november" in words(page(medicine(first=day(3))))
    assert "Börjar" not in words(page(medicine(first=day(0))))


def test_who_has_prescribed_it_and_why_it_is_seen() -> None:
    said = words(page(medicine(prescriber=Told("Sara Nyström"))))
    assert "Ordinerat av Sara Nyström, Nordmarks sjukhus" in said
    assert "Kommer från Region Nordmark" in said


def test_a_dose_that_nobody_wrote_is_said_to_be_missing() -> None:
    assert "Dosering Framgår inte" in words(page(medicine()))


def test_none_only_when_everybody_answered() -> None:
    assert NONE in words(page())
    silent = words(page(reports=[report(), FAILED]))
    assert NONE not in silent
    assert "Vi vet inte: Region Sydkust svarade inte." in silent


def test_what_the_rules_refuse_is_said_and_nothing_else() -> None:
    said = words(page(reports=[REFUSED]))
    assert NONE not in said
    assert "Du ser inte uppgifter om läkemedel här" in said


def test_the_links_are_about_medicines_and_out_of_here() -> None:
    html = page(slot="more")
    assert 'href="https://recept.example/" rel="noreferrer"' in html
    assert "journal.example" not in html
    assert "andra webbplatser" in html


def test_without_links_there_is_no_word_of_other_websites() -> None:
    shown = show(MORE, {}, scene())
    assert shown.body == ()
