"""Pages about somebody else: no text of a view speaks to the reader as if it were theirs."""

import re

import pytest

from portal.i18n import LANGUAGES, Speaker
from stodtjanster.catalogue import Directory
from stodtjanster.model import Answer, Cause, Outcome, Report
from views import all_views
from views.kit.about import OF_ANOTHER, say, whose
from views.kit.notices import notices_of
from views.kit.view import RESIDENTS, state_of

SWEDISH = Speaker(LANGUAGES["sv"])
TO_THE_READER = re.compile(r"\b(du|dig|din|ditt|dina)\b", re.IGNORECASE)
# What is about the reading itself, and not about whose it is.
OF_READING = ("har sett", "du var här", "du har skrivit", "du vill ha råd", "Fråga dem")


def texts():
    for view in all_views():
        if not view.audience >= RESIDENTS:
            continue
        yield view.key, view.question
        for section in view.sections:
            for text in (section.title, section.none, section.waiting):
                yield f"{view.key}/{section.slot}", text


@pytest.mark.parametrize(("where", "text"), sorted(set(texts())))
def test_what_is_said_to_the_person_is_said_otherwise_about_them(where, text):
    said = say(text, "Birgitta", SWEDISH)
    assert "{" not in said
    if not any(part in said for part in OF_READING):
        assert not TO_THE_READER.search(said), where


@pytest.mark.parametrize("text", OF_ANOTHER)
def test_the_person_is_spoken_to(text):
    assert say(text, None, SWEDISH) == text
    assert "Birgitta" in say(text, "Birgitta", SWEDISH)


@pytest.mark.parametrize(
    ("name", "swedish", "english"),
    [("Birgitta", "Birgittas", "Birgitta’s"), ("Lars", "Lars", "Lars’s"), ("Max", "Max", "Max’s")],
)
def test_a_name_in_the_genitive(name, swedish, english):
    assert whose(name, SWEDISH) == swedish
    assert whose(name, Speaker(LANGUAGES["en"])).replace("'", "’") == english


def refused(*kinds):
    reports = (Report("", "", kind, Outcome.NOT_ASKED, cause=Cause.NOT_PERMITTED) for kind in kinds)
    return Answer((), tuple(reports))


def test_what_is_outside_of_a_grant_is_neither_missing_nor_empty():
    answer = refused("appointment", "own_entry")
    assert state_of(has_rows=False, answer=answer) == "excluded"
    (said,) = notices_of(answer.reports, Directory(()), SWEDISH)
    assert said.excluded
    assert said.heading.startswith("Du ser inte tider")
    assert said.consequence == "Det ingår inte i det som du får se."


def test_a_source_that_is_silent_is_not_hidden_behind_what_is_outside():
    silent = Report("s", "s", "appointment", Outcome.NO_DATA_SYNCH_FAILED, cause=Cause.TIMEOUT)
    answer = Answer((), (*refused("care_contact").reports, silent))
    assert state_of(has_rows=False, answer=answer) == "unknown"
