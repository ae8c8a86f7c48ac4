"""Days and clock times as a person reads them, in each language."""

from datetime import date, datetime, timedelta

import pytest

from portal.i18n import LANGUAGES, Speaker, at
from stodtjanster.model import STOCKHOLM

NOW = datetime(2026, 11, 20, 14, 10, tzinfo=STOCKHOLM)
LATER_IN_THE_WEEK = datetime(2026, 11, 24, 9, 15, tzinfo=STOCKHOLM)
ANOTHER_YEAR = date(2027, 1, 19)
NO_BREAK = "\N{NO-BREAK SPACE}"


@pytest.fixture
def swedish() -> Speaker:
    return Speaker(LANGUAGES["sv"])


@pytest.fixture
def english() -> Speaker:
    return Speaker(LANGUAGES["en"])


@pytest.fixture(autouse=True)
def _on_a_friday():
    with at(NOW):
        yield


def test_a_moment_inside_a_swedish_sentence(swedish):
    assert swedish.asof(NOW) == f"i dag kl.{NO_BREAK}14.10"
    assert swedish.asof(LATER_IN_THE_WEEK) == f"tisdag 24 november kl.{NO_BREAK}09.15"


def test_a_moment_inside_an_english_sentence(english):
    assert english.asof(NOW) == f"today at{NO_BREAK}14:10"
    assert english.asof(LATER_IN_THE_WEEK) == f"Tuesday 24 November at{NO_BREAK}09:15"


@pytest.mark.parametrize(
    ("days", "swedish_word", "english_word"),
    [
        (-2, "Onsdag 18 november", "Wednesday 18 November"),
        (-1, "I går", "Yesterday"),
        (0, "I dag", "Today"),
        (1, "I morgon", "Tomorrow"),
        (2, "Söndag 22 november", "Sunday 22 November"),
    ],
)
def test_only_the_nearest_days_have_words_of_their_own(
    swedish, english, days, swedish_word, english_word
):
    day = NOW.date() + timedelta(days=days)
    assert swedish.daytext(day) == swedish_word
    assert english.daytext(day) == english_word


def test_the_year_is_said_only_when_it_is_another(swedish, english):
    assert swedish.dateword(NOW.date()) == "20 november"
    assert english.dateword(NOW.date()) == "20 November"
    assert swedish.dateword(ANOTHER_YEAR) == "19 januari 2027"
    assert english.dateword(ANOTHER_YEAR, weekday=True) == "Tuesday 19 January 2027"


def test_every_language_counts_one_and_many(swedish, english):
    said = ("Visa målet", "Visa %(num)s mål")
    assert [swedish.ngettext(*said, n) for n in (1, 3)] == list(said)
    assert [english.ngettext(*said, n) for n in (1, 3)] == ["Show the goal", "Show %(num)s goals"]


@pytest.mark.parametrize(
    ("hours", "swedish_word", "english_word"),
    [
        (0, f"i dag kl.{NO_BREAK}14.10", f"today at{NO_BREAK}14:10"),
        (24, "i går", "yesterday"),
        (48, "i onsdags", "Wednesday"),
        (6 * 24, "i lördags", "Saturday"),
        (7 * 24, "13 november", "13 November"),
        (400 * 24, "16 oktober 2025", "16 October 2025"),
    ],
)
def test_since_when(swedish, english, hours, swedish_word, english_word):
    moment = NOW - timedelta(hours=hours)
    assert swedish.lately(moment) == swedish_word
    assert english.lately(moment) == english_word


def test_what_is_read_on_other_days_has_whole_dates(swedish):
    with at(None):
        assert swedish.daytext(NOW.date()) == "Fredag 20 november 2026"
        assert swedish.asof(NOW) == f"fredag 20 november 2026 kl.{NO_BREAK}14.10"
        assert swedish.near(NOW.date()) is None
    assert swedish.daytext(NOW.date()) == "I dag"
