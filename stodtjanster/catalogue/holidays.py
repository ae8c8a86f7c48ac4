"""Swedish public holidays, on which nobody's ordinary hours can be trusted.

Sources: lag (1989:253) om allmänna helgdagar; semesterlagen (1977:480) 3 a §, which adds the eves
of Midsummer, Christmas and New Year.
"""

from datetime import date, timedelta
from functools import lru_cache
from typing import Final

_FIXED: Final = ((1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31))
# Good Friday, Easter Day, Easter Monday, Ascension Day, Whit Sunday.
_FROM_EASTER: Final = (-2, 0, 1, 39, 49)
_SATURDAY: Final = 5


def is_public_holiday(day: date) -> bool:
    """Sundays alone are none: hours of a week have a Sunday of their own."""
    return day in _of(day.year)


@lru_cache(maxsize=16)
def _of(year: int) -> frozenset[date]:
    fixed = {date(year, month, day) for month, day in _FIXED}
    easter = easter_day(year)
    midsummer = _saturday_from(date(year, 6, 20))
    all_saints = _saturday_from(date(year, 10, 31))
    return frozenset(
        fixed
        | {easter + timedelta(days=off) for off in _FROM_EASTER}
        | {midsummer - timedelta(days=1), midsummer, all_saints}
    )


def _saturday_from(day: date) -> date:
    return day + timedelta(days=(_SATURDAY - day.weekday()) % 7)


def easter_day(year: int) -> date:
    """The Gregorian computus (Meeus, Astronomical Algorithms, 1991, chapter 8)."""
    golden = year % 19
    century, rest = divmod(year, 100)
    leaps, off = divmod(century, 4)
    moon = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leaps - moon + 15) % 30
    weekday = (32 + 2 * off + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)
