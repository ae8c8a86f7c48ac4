"""The words of the screen keep the rules of docs/glossary.md, in every language."""

import re

import pytest
from babel.messages.pofile import read_po

from portal.i18n import CATALOGUES
from tools.translations import collect

NEVER = {
    "sv": r"vänligen|klicka|tyvärr|ett fel|tekniskt|huvudm[aä]n|direktåtkomst|behörighet"
    r"|listning|bokning|brukare|klient|patienten|idag|igår|imorgon|och/eller"
    r"|[mo]\.m\.|t\.ex\.|o\.d\.|osv\.?",
    "en": r"please|click|unfortunately|sorry|an error|caregivers?|users?|clients?|the patient"
    r"|e\.g\.|i\.e\.|etc\.?",
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


@pytest.mark.parametrize("language", NEVER)
def test_nobody_is_shouted_at(language):
    assert [text for text in texts(language) if "!" in text] == []


def test_a_clock_time_never_parts_from_its_word():
    assert [text for text in texts("sv") if re.search(r"\bkl\.(?!\N{NO-BREAK SPACE})", text)] == []
