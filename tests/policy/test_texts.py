"""Every text of the screen exists in every language, with the same places to fill."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog, Message

from portal.i18n import KNOWN, LANGUAGES, SOURCE_LANGUAGE, is_complete, is_translated
from tools import translations
from tools.translations import CATALOGUES, collect, missing, read

OTHERS = [code for code in KNOWN if code != SOURCE_LANGUAGE]
PLACE = re.compile(r"%\((\w+)\)s|\{(\w+)\}")


def ids(catalog: Catalog) -> set[object]:
    return {message.id for message in catalog if message.id}


def forms(text: object) -> tuple[str, ...]:
    """A message or its translation: one text, or one for each number."""
    return tuple(text) if isinstance(text, list | tuple) else (str(text),)


def places(text: str) -> set[str]:
    return {named or braced for named, braced in PLACE.findall(text)}


def messages(code: str) -> Iterator[Message]:
    return (message for message in read(code) if message.id)


def test_there_is_a_catalogue_for_each_language_and_no_other() -> None:
    found = {path.parent.parent.name for path in CATALOGUES.glob("*/LC_MESSAGES/messages.po")}
    assert found - {SOURCE_LANGUAGE} == set(OTHERS)


@pytest.mark.parametrize("code", OTHERS)
def test_it_has_exactly_the_texts_of_today(code: str) -> None:
    """Otherwise: `make translations`, and translate what is new."""
    wanted, known = ids(collect()), ids(read(code))
    assert not wanted - known, "texts that the catalogue lacks"
    assert not known - wanted, "texts that are not on any screen"


def test_english_is_written_with_the_code() -> None:
    assert [message.id for message in missing(read("en"))] == []


@pytest.mark.parametrize("code", OTHERS)
def test_the_language_is_complete_enough_to_be_offered(code: str) -> None:
    """Otherwise: `python tools/translations.py --missing CODE`, and translate."""
    assert is_complete(read(code)), [message.id for message in missing(read(code))]
    assert code in LANGUAGES


@pytest.mark.parametrize(("code", "header"), translations.PLURALS.items())
def test_the_catalogue_knows_every_number_of_its_language(code: str, header: str) -> None:
    assert read(code).plural_forms == header


def test_what_a_translator_must_read_is_listed() -> None:
    """Otherwise: `make translations`."""
    catalogues = {code: read(code) for code in OTHERS}
    listed = translations.REVIEW.read_text("utf-8")
    assert listed == translations.review(collect(), catalogues)


@pytest.mark.parametrize("code", OTHERS)
def test_the_same_places_are_filled(code: str) -> None:
    for message in messages(code):
        if not is_translated(message.string):
            continue
        wanted = set.union(*(places(form) for form in forms(message.id)))
        for form in forms(message.string):
            strange = places(form) - wanted
            assert not strange, f"{message.id!r} has no {strange}"
        given = set.union(*(places(form) for form in forms(message.string)))
        assert given == wanted, message.id


@pytest.mark.parametrize("code", OTHERS)
def test_nothing_can_be_markup(code: str) -> None:
    for message in messages(code):
        for form in (*forms(message.id), *forms(message.string)):
            assert "<" not in form, message.id
            assert "&" not in form, message.id


def test_the_screen_does_not_shout() -> None:
    """Klarspråk: no exclamation marks, and nobody is called ni."""
    for message in collect():
        for form in forms(message.id):
            assert "!" not in form, form
            assert not re.search(r"\b(Ni|Er|ert|era)\b", form), form
