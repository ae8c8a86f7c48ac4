"""How old somebody is on a Swedish day. A birthday counts from its midnight.

Someone born on 29 February has, in common years, two birthdays: what other persons may do ends on
28 February, and what the person may do themself starts on 1 March. In between nobody may more than
both would let them.
"""

from calendar import isleap
from datetime import date

from stodtjanster.model import PersonId, PersonIdKind

__all__ = ["age_for_others", "age_for_own"]

_LEAP_DAY = (2, 29)


def age_for_own(person: PersonId, today: date) -> int | None:
    """Whole years, where age gives the person something. None for a reserve number.

    A reserve number says nothing sure of age.
    """
    return _years(person, today, (3, 1))


def age_for_others(person: PersonId, today: date) -> int | None:
    """Whole years, where age takes something from others. None for a reserve number."""
    return _years(person, today, (2, 28))


def _years(person: PersonId, today: date, in_common_years: tuple[int, int]) -> int | None:
    if person.kind is PersonIdKind.RESERVNUMMER:
        return None
    born = person.birth_date
    birthday = (born.month, born.day)
    if birthday == _LEAP_DAY and not isleap(today.year):
        birthday = in_common_years
    return today.year - born.year - ((today.month, today.day) < birthday)
