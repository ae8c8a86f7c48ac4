"""FHIR data types as JSON -> our values. Bad shapes raise, so that one row is lost and counted.

Besides `Unreadable`, any function here may raise TypeError, AttributeError, KeyError, ValueError
or OverflowError when JSON of another shape stands where FHIR has an element; `SHAPE_ERRORS` names
them for the one place that catches them.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any, Final, TypeAlias, TypeVar

from stodtjanster.model import (
    Dated,
    Partial,
    Timed,
    Told,
    When,
    first_day,
    last_day,
    midnight,
)

Json: TypeAlias = dict[str, Any]
T = TypeVar("T")

LONGEST_TEXT: Final = 20_000
LONGEST_TOKEN: Final = 512
"""Characters of a reference, code or telephone number."""
_EARLIEST, _LATEST = 1800, 2999
_NO_END = 9999


class Unreadable(ValueError):  # noqa: N818 - said as a fact, read as one
    """This row cannot be read. `why` never holds a value from it."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class SetAside(Exception):  # noqa: N818 - a decision about a row, not an error in it
    """This row was read and is not to be shown: withdrawn, only proposed, of another kind."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Foreign(Exception):  # noqa: N818 - the same
    """This row is about another person."""


SHAPE_ERRORS: Final = (TypeError, AttributeError, LookupError, ValueError, OverflowError)


def told(text: str | None, lang: str) -> Told | None:
    """Text for the screen; None for absent or blank text.

    Raises Unreadable when it is not text, or longer than anyone would read.
    """
    if text is None:
        return None
    if not isinstance(text, str):
        raise Unreadable("text of another type")
    if len(text) > LONGEST_TEXT:
        raise Unreadable("text too long")
    # Most texts are one clean line: then there is nothing to fold.
    if text and text.isprintable() and "  " not in text and text[0] != " " != text[-1]:
        return Told(text, lang)
    return Told.maybe(text, lang)


def as_list(value: Any) -> list[Any]:
    """R4 and R5 differ in what repeats: one object is read as a list of one."""
    if value is None:
        return []
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        return [value]
    raise Unreadable("a list was expected")


def concept_text(concept: Json | None) -> str | None:
    """What a CodeableConcept, or R5's CodeableReference, says in words. Never a bare code."""
    if concept is None:
        return None
    inner: Json = concept.get("concept", concept)
    text: str | None = inner.get("text")
    if text:
        return text
    for coding in inner.get("coding", ()):
        display: str | None = coding.get("display")
        if display:
            return display
    return None


def first_text(concepts: Any) -> str | None:
    """The words of the first concept that has any."""
    for concept in as_list(concepts):
        text = concept_text(concept)
        if text:
            return text
    return None


def first_of(found: Iterable[T | None]) -> T | None:
    """The first that there is anything of."""
    return next((one for one in found if one), None)


def codings(concepts: Any) -> list[tuple[Any, Any]]:
    """(system, code) of every coding of every concept; R4's bare Coding counts as one."""
    found: list[tuple[Any, Any]] = []
    for concept in as_list(concepts):
        inner = concept.get("concept", concept)
        if "code" in inner:
            found.append((inner.get("system"), inner["code"]))
        found += [(one.get("system"), one.get("code")) for one in inner.get("coding", ())]
    return found


def matches(concepts: Any, wanted: Collection[str]) -> bool:
    """True when a coding is one of `wanted`, each as a token search has it: `code` in any system,
    `system|code`, or `system|` for all of that system."""
    return any(
        not {code, f"{system}|{code}", f"{system}|"}.isdisjoint(wanted)
        for system, code in codings(concepts)
    )


def instant(text: str) -> datetime:
    """An aware time. Without a zone it is nobody's time, so it is refused."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or text[10] != "T":
        raise Unreadable("a time without zone")
    if not _EARLIEST <= moment.year <= _LATEST:
        raise Unreadable("a time out of range")
    return moment


def when(text: str) -> When:
    """FHIR dateTime, no more exactly than it was said. A date is never shifted."""
    size = len(text)
    if size > len("YYYY-MM-DD"):
        return Timed(instant(text))
    if size == len("YYYY-MM-DD"):
        return Dated(_whole_day(text))
    if size == len("YYYY-MM") and text[4] == "-" and text[:4].isdecimal() and text[5:].isdecimal():
        return Partial(_in_range(date(int(text[:4]), int(text[5:]), 1)).year, int(text[5:]))
    if size == len("YYYY") and text.isdecimal():
        return Partial(_in_range(date(int(text), 1, 1)).year)
    raise Unreadable("not a date")


def _whole_day(text: str) -> date:
    if not text[4] == text[7] == "-":
        raise Unreadable("not a date")
    return _in_range(date.fromisoformat(text))


def _in_range(day: date) -> date:
    if not _EARLIEST <= day.year <= _LATEST:
        raise Unreadable("a date out of range")
    return day


def day(text: str | None) -> date | None:
    """The first Swedish day that a dateTime may touch."""
    if text is None:
        return None
    return _whole_day(text) if len(text) == len("YYYY-MM-DD") else first_day(when(text))


def recorded(text: str | None) -> datetime | None:
    """When something was written down. A bare date counts from its Swedish midnight."""
    if text is None:
        return None
    if len(text) > len("YYYY-MM-DD"):
        return instant(text)
    first = first_day(when(text))
    return None if first is None else midnight(first)


def days(period: Json | None) -> tuple[date | None, date | None]:
    """First and last day of a Period; the end includes the whole day that it names.

    Year 9999 is how some systems say "until further notice", so it is no end.
    """
    if period is None:
        return None, None
    first = day(period.get("start"))
    end = period.get("end")
    if end is None or end.startswith(str(_NO_END)):
        return first, None
    last = _whole_day(end) if len(end) == len("YYYY-MM-DD") else last_day(when(end))
    if first is not None and last is not None and last < first:
        raise Unreadable("a period ends before it begins")
    return first, last


def span(period: Json | None) -> When | None:
    """A Period as one When, or None when it has no start."""
    if period is None or period.get("start") is None:
        return None
    start = when(period["start"])
    end = period.get("end")
    if end is None or end.startswith(str(_NO_END)):
        return start
    if isinstance(start, Timed):
        stop = when(end)
        after = isinstance(stop, Timed) and stop.start > start.start
        return Timed(start.start, stop.start) if after and isinstance(stop, Timed) else start
    first, last = days(period)
    if first is None or last is None:
        return start
    return Dated(first, last if last > first else None)
