"""Language: catalogues, and dates and times as the screen says them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from markupsafe import Markup, escape

from stodtjanster.model import STOCKHOLM, Told, local_day
from views.kit.words import N_

CATALOGUES = Path(__file__).resolve().parent.parent / "translations"

SOURCE_LANGUAGE = "sv"
_SOFT_HYPHEN = "\u00ad"
# Before the last parts of the long words that units, titles and visits are called by.
_SEAM = re.compile(
    r"(?<=[a-zåäö]{4})(?=(?:avdelning|besök|central|handläggare|klinik|läkare|mottagning|"
    r"rehabilitering|samtal|sjukhus|sjukvård|sköterska|terapeut))"
)

_today: ContextVar[date] = ContextVar("today")


@dataclass(frozen=True, slots=True)
class Language:
    """`code` is BCP 47 and stands in the address; `name` is the language's own."""

    code: str
    name: str
    locale: str
    day: str
    day_with_year: str
    clock: str


LANGUAGES = {
    language.code: language
    for language in (
        Language("sv", "Svenska", "sv_SE", "EEEE d MMMM", "EEEE d MMMM y", "%H.%M"),
        Language("en", "English", "en_GB", "EEEE d MMMM", "EEEE d MMMM y", "%H:%M"),
    )
}


class Speaker:
    """One language: its words, and how it says days and times."""

    def __init__(self, language: Language) -> None:
        self.spoken = language
        self.language = language.code
        self.text_dir = str(Locale.parse(language.locale).text_direction)
        self.translations = _translations(language.code)
        # By how many days off they are.
        words = {0: N_("i dag"), 1: N_("i morgon"), -1: N_("i går")}
        self._near = {off: self.gettext(word) for off, word in words.items()}
        # The rows of a page were fetched at the same few moments.
        self._asof = lru_cache(maxsize=1024)(self._say_asof)

    def gettext(self, message: str) -> str:
        return str(self.translations.ugettext(message))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return str(self.translations.ungettext(singular, plural, n))

    def daytext(self, day: date) -> str:
        """ "I dag", "I morgon", "Tisdag 24 november": a heading."""
        return _capital(self.near(day) or self.dateword(day, weekday=True))

    def near(self, day: date) -> str | None:
        """Today, tomorrow and yesterday have words of their own; no other days."""
        return self._near.get((day - _today.get()).days)

    def dateword(self, day: date, *, weekday: bool = False) -> str:
        """ "1 december", with the year only when it is not this year."""
        this_year = day.year == _today.get().year
        pattern = self.spoken.day if this_year else self.spoken.day_with_year
        written = pattern if weekday else pattern.removeprefix("EEEE ")
        return _formatted(self.spoken.locale, written, day)

    def weekday(self, day: date) -> str:
        """ "Tisdag": the beginning of a heading."""
        return _capital(_formatted(self.spoken.locale, "EEEE", day))

    def weekday_short(self, day: date) -> str:
        return _formatted(self.spoken.locale, "EEE", day).rstrip(".")

    def clock(self, moment: datetime | time) -> str:
        """ "09.15", Swedish time."""
        if isinstance(moment, datetime):
            moment = moment.astimezone(STOCKHOLM).time()
        return moment.strftime(self.spoken.clock)

    def asof(self, moment: datetime) -> str:
        """ "i dag kl. 14.10", "tisdag 24 november kl. 09.15": inside a sentence."""
        return self._asof(moment, _today.get())

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

    def _say_asof(self, moment: datetime, _on: date) -> str:
        """What is said depends on today as well, so it is remembered by both."""
        day = local_day(moment)
        word = self.near(day) or self.dateword(day, weekday=True)
        return self.gettext(N_("{day} kl.\u00a0{clock}")).format(day=word, clock=self.clock(moment))


@contextmanager
def at(now: datetime) -> Iterator[None]:
    """Inside, "i dag" is the Swedish day of `now`."""
    token = _today.set(local_day(now))
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


def _translations(code: str) -> NullTranslations:
    """Read from the text catalogue itself: nothing has to be compiled before a start."""
    path = CATALOGUES / code / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=code))
    compiled.seek(0)
    return Translations(compiled)
