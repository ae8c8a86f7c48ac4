"""The words of the screen keep the rules of docs/glossary.md, in every language."""

import re

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from portal.i18n import CATALOGUES
from tools.translations import KEYWORDS, METHODS, OPTIONS, ROOT, collect

NEVER = {
    "sv": r"vänligen|klicka|tyvärr|ett fel|tekniskt|huvudm[aä]n|direktåtkomst|behörighet"
    r"|listning|bokning|brukare|klient|idag|igår|imorgon|och/eller"
    r"|[mo]\.m\.|t\.ex\.|o\.d\.|osv\.?",
    "en": r"please|click|unfortunately|sorry|an error|caregivers?|users?|clients?"
    r"|e\.g\.|i\.e\.|etc\.?",
}

NEVER_TO_RESIDENTS = re.compile(r"patienten|the patient", re.IGNORECASE)
"""Whoever reads there is the one that it is about; to staff it is somebody else."""
OF_STAFF = re.compile(
    r"portal/(templates/)?(gate|patient|staff_)"
    r"|portal/templates/macros/(loggrad|personal|uppdragsbalk)"
    r"|views/(care_contact|decisions|pathway|patient|visits)/|views/kit/(notices|rows|staff_)"
)
"""Rooms of staff, and what of the kit has sentences for either."""


def to_residents() -> set[str]:
    """The Swedish of all that stands in other rooms."""
    return {
        form
        for room in ("portal", "views")
        for file, _, message, _, _ in extract_from_dir(ROOT / room, METHODS, OPTIONS, KEYWORDS)
        if not OF_STAFF.match(f"{room}/{file}")
        for form in ([message] if isinstance(message, str) else message)
    }


def texts(language: str) -> list[str]:
    """All that the screen may say; Swedish is the source text itself."""
    if language == "sv":
        said = [message.id for message in collect() if message.id]
    else:
        with (CATALOGUES / language / "LC_MESSAGES" / "messages.po").open("rb") as source:
            said = [message.string for message in read_po(source, locale=language) if message.id]
    return [text for one in said for text in ([one] if isinstance(one, str) else one)]


@pytest.mark.parametrize("language", NEVER)
def test_no_word_that_we_never_use(language):
    never = re.compile(rf"(?<!\w)(?:{NEVER[language]})(?!\w)", re.IGNORECASE)
    assert [text for text in texts(language) if never.search(text)] == []


def test_no_resident_is_called_the_patient():
    swedish = to_residents()
    with (CATALOGUES / "en" / "LC_MESSAGES" / "messages.po").open("rb") as source:
        catalogue = read_po(source, locale="en")
    english = {catalogue.get(one).string for one in swedish if catalogue.get(one)}
    said = {text for text in swedish | english if isinstance(text, str)}
    assert [text for text in said if NEVER_TO_RESIDENTS.search(text)] == []


@pytest.mark.parametrize("language", NEVER)
def test_nobody_is_shouted_at(language):
    assert [text for text in texts(language) if "!" in text] == []


def test_a_clock_time_never_parts_from_its_word():
    assert [text for text in texts("sv") if re.search(r"\bkl\.(?!\N{NO-BREAK SPACE})", text)] == []
