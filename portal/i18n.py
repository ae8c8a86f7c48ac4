"""Language: catalogues, and dates and times as the screen says them."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from markupsafe import Markup, escape

from stodtjanster.model import STOCKHOLM, Told, local_day
from views.kit.words import N_

CATALOGUES = Path(__file__).resolve().parent.parent / "translations"

SOURCE_LANGUAGE = "sv"
COMPLETE = 0.98
"""The share of the texts that a language must have to be offered."""

_SOFT_HYPHEN = "\u00ad"
# Before the last parts of the long words that units, titles and visits are called by.
_SEAM = re.compile(
    r"(?<=[a-zåäö]{4})(?=(?:avdelning|besök|central|handläggare|klinik|läkare|mottagning|"
    r"rehabilitering|samtal|sjukhus|sjukvård|sköterska|terapeut))"
)
# Where something is put into a text.
_PLACE = re.compile(r"%\(\w+\)s|\{\w+\}")
# Unicode's own marks (UAX 9) hold together what is written in another direction. Elements could
# not: a text may end in an attribute or in the title of the page.
_ISOLATE, _ISOLATE_LTR, _END = "\u2068", "\u2066", "\u2069"

_DAYS_OF_A_WEEK = 7

_today: ContextVar[date] = ContextVar("today")


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the screen. `code` stands in the address and names the catalogue, `tag` is
    BCP 47, `name` is the language's own.

    `date` is what Babel writes a date by, `on` a weekday before it in a sentence, `heading` the
    same first on a line, and `short` a weekday in a narrow column. `respelled` is what Babel
    writes, and what is meant.
    """

    code: str
    tag: str
    name: str
    locale: str
    clock: str
    date: str = "d MMMM"
    date_with_year: str = "d MMMM y"
    on: str = "EEEE "
    heading: str = "EEEE "
    short: str = "EEE"
    respelled: tuple[str, str] = ("", "")


KNOWN = {
    one.code: one
    for one in (
        Language("sv", "sv", "Svenska", "sv_SE", "%H.%M"),
        Language("lattlast", "sv", "Lättläst svenska", "sv_SE", "%H.%M"),
        Language("en", "en", "English", "en_GB", "%H:%M"),
        # Babel declines every weekday but Sunday; all of them take the same ending.
        Language(
            "fi",
            "fi",
            "Suomi",
            "fi_FI",
            "%H.%M",
            date="d. MMMM",
            date_with_year="d. MMMM y",
            on="cccc'na' ",
            heading="cccc ",
        ),
        # Babel writes the year first, and the month as if it stood alone.
        Language(
            "se",
            "se",
            "Davvisámegiella",
            "se_SE",
            "%H.%M",
            date="MMMM d'.' 'beaivvi'",
            date_with_year="MMMM d'.' 'beaivvi' y",
            respelled=("mánnu", "mánu"),
        ),
        # A whole weekday is as long as the day's name gets: the narrow one is what calendars have.
        Language("ar", "ar", "العربية", "ar", "%H:%M", short="EEEEE"),
    )
}
"""In the order in which they stand at the foot of a page."""


class Speaker:
    """One language: its words, and how it says days and times."""

    def __init__(self, language: Language) -> None:
        self.spoken = language
        self.code = language.code
        self.language = language.tag
        self.text_dir = str(Locale.parse(language.locale).text_direction)
        self.translations = _translations(language.code, isolating=self.text_dir == "rtl")
        # By how many days off they are.
        words = {0: N_("i dag"), 1: N_("i morgon"), -1: N_("i går")}
        self._near = {off: self.gettext(word) for off, word in words.items()}
        passed = (
            *(N_("i måndags"), N_("i tisdags"), N_("i onsdags"), N_("i torsdags")),
            *(N_("i fredags"), N_("i lördags"), N_("i söndags")),
        )
        self._passed = tuple(self.gettext(word) for word in passed)
        # The rows of a page were fetched at the same few moments.
        self._asof = lru_cache(maxsize=1024)(self._say_asof)

    def gettext(self, message: str) -> str:
        return str(self.translations.ugettext(message))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return str(self.translations.ungettext(singular, plural, n))

    def daytext(self, day: date) -> str:
        """ "I dag", "I morgon", "Tisdag 24 november": a heading."""
        return _capital(self.near(day) or self._date(day, self.spoken.heading))

    def near(self, day: date) -> str | None:
        """Today, tomorrow and yesterday have words of their own; no other days."""
        return self._near.get((day - _today.get()).days)

    def dateword(self, day: date, *, weekday: bool = False) -> str:
        """ "1 december", with the year only when it is not this year."""
        return self._date(day, self.spoken.on if weekday else "")

    def dayshort(self, day: date) -> str:
        """ "i dag", "tis 24/11": for the dense tables of staff only (webbriktlinje 66)."""
        return self.near(day) or f"{self.weekday_short(day)} {day.day}/{day.month}"

    def weekday(self, day: date) -> str:
        """ "Tisdag": the beginning of a heading."""
        return _capital(self._formatted(self.spoken.heading.strip(), day))

    def weekday_short(self, day: date) -> str:
        return self._formatted(self.spoken.short, day).rstrip(".")

    def clock(self, moment: datetime | time) -> str:
        """ "09.15", Swedish time."""
        if isinstance(moment, datetime):
            moment = moment.astimezone(STOCKHOLM).time()
        return self.left_to_right(moment.strftime(self.spoken.clock))

    def left_to_right(self, text: str) -> str:
        """A telephone number or a time, held together where the page is written the other way."""
        return f"{_ISOLATE_LTR}{text}{_END}" if self.text_dir == "rtl" else text

    def asof(self, moment: datetime) -> str:
        """ "i dag kl. 14.10", "tisdag 24 november kl. 09.15": inside a sentence."""
        return self._asof(moment, _today.get())

    def whenever(self, moment: datetime) -> str:
        """ "tisdag 24 november 2026 kl. 09.15": in a text that is read on other days too."""
        with at(None):
            return self.asof(moment)

    def lately(self, moment: datetime) -> str:
        """ "i dag kl. 10.12", "i går", "i tisdags", "12 november": after "since"."""
        day = local_day(moment)
        gone = (_today.get() - day).days
        if gone == 0:
            return self.asof(moment)
        if 1 < gone < _DAYS_OF_A_WEEK:
            return self._passed[day.weekday()]
        return self.near(day) or self.dateword(day)

    def told(self, text: Told | None) -> Markup:
        """A source's own text, marked with its language unless the page has the same."""
        if text is None:
            return Markup()
        if text.lang == self.language:
            return escape(text.text)
        direction = _direction(text.lang)
        return Markup('<span lang="{}" dir="{}">{}</span>').format(text.lang, direction, text.text)

    def told_narrow(self, text: Told | None) -> Markup:
        """The same where there is little room: long Swedish words may break between their parts.

        Browsers know too few of them (`hyphens: auto`), and break them anywhere instead.
        """
        if text is None or text.lang != SOURCE_LANGUAGE:
            return self.told(text)
        return self.told(Told(_SEAM.sub(_SOFT_HYPHEN, text.text), text.lang))

    def _date(self, day: date, weekday: str) -> str:
        this_year = day.year == _today.get().year
        written = self.spoken.date if this_year else self.spoken.date_with_year
        return self._formatted(weekday + written, day)

    def _formatted(self, pattern: str, day: date) -> str:
        return _formatted(self.spoken.locale, pattern, day).replace(*self.spoken.respelled)

    def _say_asof(self, moment: datetime, _on: date) -> str:
        """What is said depends on today as well, so it is remembered by both."""
        day = local_day(moment)
        word = self.near(day) or self.dateword(day, weekday=True)
        return self.gettext(N_("{day} kl.\u00a0{clock}")).format(day=word, clock=self.clock(moment))


@contextmanager
def at(now: datetime | None) -> Iterator[None]:
    """Inside, "i dag" is the Swedish day of `now`.

    None is for what is read on other days than it was written: no day is near, and each has its
    year.
    """
    token = _today.set(date.min if now is None else local_day(now))
    try:
        yield
    finally:
        _today.reset(token)


@lru_cache(maxsize=4096)
def _formatted(locale: str, pattern: str, day: date) -> str:
    return format_date(day, pattern, locale)


@lru_cache(maxsize=256)
def _direction(lang: str) -> str:
    """Which way a source's language is written; the browser may guess for one that nobody knows."""
    try:
        return str(Locale.parse(lang, sep="-").text_direction)
    except (UnknownLocaleError, ValueError):
        return "auto"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


@cache
def catalogue(code: str) -> Catalog:
    """The texts of a language, as its translators left them. The source language has no file."""
    path = CATALOGUES / code / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as source:
        return read_po(source, locale=KNOWN[code].tag)


def is_complete(texts: Catalog) -> bool:
    """Whether a language can be offered: a page must not change language within a sentence."""
    messages = [message for message in texts if message.id]
    ready = sum(is_translated(message.string) for message in messages)
    whole = bool(messages) and ready >= COMPLETE * len(messages)
    return whole and not any(one.fuzzy for one in messages)


def is_translated(string: str | Iterable[str] | None) -> bool:
    """In every form that the language has, when there is one for each number."""
    return all(string) if string else False


def _offered() -> dict[str, Language]:
    return {
        one.code: one
        for one in KNOWN.values()
        if one.code == SOURCE_LANGUAGE or is_complete(catalogue(one.code))
    }


@cache
def _translations(code: str, *, isolating: bool) -> NullTranslations:
    """Read from the text catalogue itself: nothing has to be compiled before a start.

    `isolating` puts marks around what is filled in: names, numbers and times, which may be written
    in another direction than the text.
    """
    if code == SOURCE_LANGUAGE:
        return NullTranslations()
    texts = catalogue(code)
    if isolating:
        texts = deepcopy(texts)
        for message in texts:
            message.string = _isolated(message.string)
    compiled = BytesIO()
    write_mo(compiled, texts)
    compiled.seek(0)
    return Translations(compiled)


def _isolated(string: Any) -> Any:
    if isinstance(string, str):
        return _PLACE.sub(rf"{_ISOLATE}\g<0>{_END}", string)
    return tuple(_isolated(form) for form in string)


LANGUAGES = _offered()
"""Those that are complete, by their codes: no other is in an address or at the foot of a page."""
