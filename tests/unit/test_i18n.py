"""Dates, times and other people's texts, as each language says them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from babel.messages.catalog import Catalog
from markupsafe import Markup

from portal.i18n import KNOWN, LANGUAGES, Speaker, at, is_complete
from stodtjanster.model import STOCKHOLM, Told

SV, EN = Speaker(LANGUAGES["sv"]), Speaker(LANGUAGES["en"])
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=STOCKHOLM)
TODAY = date(2026, 11, 20)


class TestDays:
    @pytest.mark.parametrize(
        ("day", "swedish"),
        [
            (date(2026, 11, 20), "I dag"),
            (date(2026, 11, 21), "I morgon"),
            (date(2026, 11, 19), "I går"),
            (date(2026, 11, 22), "Söndag 22 november"),
            (date(2026, 11, 18), "Onsdag 18 november"),
            (date(2027, 1, 4), "Måndag 4 januari 2027"),
            (date(2025, 11, 20), "Torsdag 20 november 2025"),
        ],
    )
    def test_headings(self, day: date, swedish: str) -> None:
        with at(NOON):
            assert SV.daytext(day) == swedish

    def test_headings_in_english(self) -> None:
        with at(NOON):
            assert EN.daytext(date(2026, 11, 22)) == "Sunday 22 November"
            assert EN.daytext(date(2027, 1, 4)) == "Monday 4 January 2027"
            assert EN.daytext(TODAY) == EN.gettext("i dag").capitalize()

    def test_the_year_is_said_when_it_is_another(self) -> None:
        with at(NOON):
            assert SV.dateword(date(2026, 1, 1)) == "1 januari"
            assert SV.dateword(date(2027, 1, 1)) == "1 januari 2027"
            assert EN.dateword(date(2027, 1, 1)) == "1 January 2027"

    @pytest.mark.parametrize(
        ("now", "today"),
        [
            ("2026-11-20T22:59:59+00:00", date(2026, 11, 20)),
            ("2026-11-20T23:00:00+00:00", date(2026, 11, 21)),  # Swedish midnight, winter
            ("2026-07-01T21:59:59+00:00", date(2026, 7, 1)),
            ("2026-07-01T22:00:00+00:00", date(2026, 7, 2)),  # Swedish midnight, summer
            ("2026-12-31T23:00:00+00:00", date(2027, 1, 1)),
            ("2026-11-20T23:30:00-08:00", date(2026, 11, 21)),
        ],
    )
    def test_today_begins_at_swedish_midnight(self, now: str, today: date) -> None:
        with at(datetime.fromisoformat(now)):
            assert SV.near(today) == "i dag"
            assert SV.near(date.fromordinal(today.toordinal() + 1)) == "i morgon"
            assert SV.near(date.fromordinal(today.toordinal() - 1)) == "i går"
            assert SV.near(date.fromordinal(today.toordinal() + 2)) is None

    @pytest.mark.parametrize(
        ("now", "tomorrow"),
        [
            ("2026-03-28T12:00:00+01:00", date(2026, 3, 29)),  # 23 hours long
            ("2026-10-24T12:00:00+02:00", date(2026, 10, 25)),  # 25 hours long
            ("2026-10-25T00:30:00+02:00", date(2026, 10, 26)),
        ],
    )
    def test_tomorrow_where_the_clock_changes(self, now: str, tomorrow: date) -> None:
        with at(datetime.fromisoformat(now)):
            assert SV.near(tomorrow) == "i morgon"

    def test_outside_a_page_there_is_no_today(self) -> None:
        with pytest.raises(LookupError):
            SV.near(TODAY)

    def test_one_page_inside_another_keeps_its_own_today(self) -> None:
        with at(NOON):
            with at(datetime(2030, 1, 1, 12, tzinfo=STOCKHOLM)):
                assert SV.near(date(2030, 1, 1)) == "i dag"
            assert SV.near(TODAY) == "i dag"

    def test_short_weekdays_have_no_point(self) -> None:
        assert [SV.weekday_short(date(2026, 11, d)) for d in (16, 19, 22)] == ["mån", "tors", "sön"]
        assert EN.weekday_short(date(2026, 11, 16)) == "Mon"


class TestTimes:
    def test_each_language_writes_clock_times_its_way(self) -> None:
        moment = datetime(2026, 11, 20, 8, 5, tzinfo=UTC)
        assert SV.clock(moment) == "09.05"
        assert EN.clock(moment) == "09:05"
        assert SV.clock(time(7, 30)) == "07.30"

    def test_summer_time(self) -> None:
        assert SV.clock(datetime(2026, 7, 1, 8, 5, tzinfo=UTC)) == "10.05"
        # Half past two comes twice this night.
        assert SV.clock(datetime(2026, 10, 25, 0, 30, tzinfo=UTC)) == "02.30"
        assert SV.clock(datetime(2026, 10, 25, 1, 30, tzinfo=UTC)) == "02.30"

    def test_inside_a_sentence(self) -> None:
        with at(NOON):
            said = SV.asof(datetime(2026, 11, 20, 13, 10, tzinfo=UTC)).replace("\u00a0", " ")
            assert said == "i dag kl. 14.10"
            said = SV.asof(datetime(2026, 11, 17, 13, 10, tzinfo=UTC)).replace("\u00a0", " ")
            assert said == "tisdag 17 november kl. 14.10"

    def test_in_a_text_that_is_kept(self) -> None:
        with at(NOON):
            said = SV.whenever(datetime(2026, 11, 20, 13, 10, tzinfo=UTC)).replace("\u00a0", " ")
        assert said == "fredag 20 november 2026 kl. 14.10"


class TestOtherLanguages:
    """Patterns are ours: Babel's are for another country, or incomplete."""

    SUNDAY, NEXT_YEAR = date(2026, 11, 22), date(2027, 1, 4)

    def said(self, code: str, day: date) -> tuple[str, str, str]:
        speaker = Speaker(KNOWN[code])
        with at(NOON):
            heading, sentence = speaker.daytext(day), speaker.dateword(day, weekday=True)
            return heading, sentence, speaker.dateword(day)

    def test_finnish_declines_the_weekday_in_a_sentence(self) -> None:
        assert self.said("fi", self.SUNDAY) == (
            *("Sunnuntai 22. marraskuuta", "sunnuntaina 22. marraskuuta"),
            "22. marraskuuta",
        )
        assert self.said("fi", self.NEXT_YEAR)[2] == "4. tammikuuta 2027"

    def test_northern_sami_puts_the_month_first_and_in_the_genitive(self) -> None:
        assert self.said("se", self.SUNDAY) == (
            *("Sotnabeaivi skábmamánu 22. beaivvi", "sotnabeaivi skábmamánu 22. beaivvi"),
            "skábmamánu 22. beaivvi",
        )
        assert self.said("se", self.NEXT_YEAR)[2] == "ođđajagemánu 4. beaivvi 2027"

    def test_arabic_has_latin_digits_and_24_hours(self) -> None:
        assert self.said("ar", self.SUNDAY) == (
            *("الأحد 22 نوفمبر", "الأحد 22 نوفمبر"),
            "22 نوفمبر",
        )
        assert Speaker(KNOWN["ar"]).clock(time(14, 30)) == "\u206614:30\u2069"

    def test_easy_swedish_has_the_dates_of_swedish(self) -> None:
        assert self.said("lattlast", self.SUNDAY) == self.said("sv", self.SUNDAY)

    def test_easy_swedish_is_swedish_to_what_is_told(self) -> None:
        speaker = Speaker(KNOWN["lattlast"])
        assert speaker.language == "sv"
        assert speaker.told(Told("Återbesök")) == Markup("Återbesök")


class TestGate:
    def of(self, translated: int, whole: int) -> Catalog:
        texts = Catalog()
        for number in range(whole):
            texts.add(f"text {number}", "said" if number < translated else "")
        return texts

    def test_a_language_is_offered_when_nearly_everything_is_there(self) -> None:
        assert is_complete(self.of(98, 100))
        assert not is_complete(self.of(97, 100))

    def test_a_text_lacks_its_translation_when_one_number_does(self) -> None:
        texts = self.of(1, 1)
        texts.add(("one", "many"), ("said", ""))
        assert not is_complete(texts)

    def test_a_guess_keeps_a_language_out(self) -> None:
        texts = self.of(1000, 1000)
        texts.add("guessed", "said", flags=["fuzzy"])
        assert not is_complete(texts)

    def test_an_empty_catalogue_is_no_language(self) -> None:
        assert not is_complete(Catalog())

    def test_what_is_filled_into_arabic_is_held_together(self) -> None:
        """A Swedish name or number in the middle must not turn the sentence around."""
        speaker = Speaker(KNOWN["ar"])
        source = "{who} svarade inte"
        assert speaker.gettext(source).count("\u2068{who}\u2069") == 1

    def test_numbers_of_northern_sami(self) -> None:
        speaker = Speaker(KNOWN["se"])
        words = ("En uppgift saknar ansvarig", "%(num)s uppgifter saknar ansvarig")
        assert len({speaker.ngettext(*words, n) for n in (1, 2, 3)}) >= 2


class TestTold:
    def test_the_pages_own_language_is_not_marked(self) -> None:
        assert SV.told(Told("Återbesök")) == Markup("Återbesök")

    def test_another_language_is(self) -> None:
        assert EN.told(Told("Återbesök")) == Markup('<span lang="sv" dir="ltr">Återbesök</span>')
        assert SV.told(Told("زيارة", "ar")) == Markup('<span lang="ar" dir="rtl">زيارة</span>')
        assert SV.told(Told("visit", "en-GB")) == Markup(
            '<span lang="en-GB" dir="ltr">visit</span>'
        )

    @pytest.mark.parametrize("language", ["sv", "en"])
    @pytest.mark.parametrize(
        "attack",
        [
            "<script>alert(1)</script>",
            '" onmouseover="x',
            "</span><svg onload=x>",
            "&lt;b&gt;",
            "{{7*7}}",
        ],
    )
    def test_is_text_and_nothing_more(self, language: str, attack: str) -> None:
        said = str(Speaker(LANGUAGES[language]).told(Told(attack)))
        inner = said.removeprefix('<span lang="sv" dir="ltr">').removesuffix("</span>")
        assert "<" not in inner
        assert '"' not in inner
        assert Markup(inner).unescape() == attack

    @pytest.mark.parametrize(
        "lang", ["", "x", "tlh", "zz-ZZ", "sv_SE", "svenska", "a" * 200, '"><b>']
    )
    def test_a_language_that_nobody_knows_breaks_nothing(self, lang: str) -> None:
        said = str(SV.told(Told("text", lang)))
        assert said.endswith(">text</span>")
        assert said.count("<") == 2

    def test_nothing(self) -> None:
        assert SV.told(None) == Markup()


def test_every_language_has_a_direction_and_a_name() -> None:
    for code, language in LANGUAGES.items():
        speaker = Speaker(language)
        assert (speaker.code, speaker.language) == (code, language.tag)
        assert speaker.text_dir == ("rtl" if code == "ar" else "ltr")
        assert language.name
