"""Swedish telephone numbers as people read them.

Sources: the Swedish numbering plan (PTS) for the length of area codes; HSA, which keeps numbers as
digits with or without the country code.
"""

import re
from typing import Final

_DIGITS: Final = re.compile(r"(?:(?:\+|00)46|0)([1-9]\d{5,9})")
_ONE_DIGIT_AREAS: Final = frozenset({"8"})
_TWO_DIGIT_AREAS: Final = frozenset(
    {
        *("10", "11", "13", "16", "18", "19", "20", "21", "23", "26", "31", "33", "35", "36"),
        *("40", "42", "44", "46", "54", "60", "63", "90", "70", "71", "72", "73", "74", "75"),
        *("76", "77", "78", "79"),
    }
)
_GROUPS: Final = {4: (2, 2), 5: (3, 2), 6: (3, 3), 7: (3, 2, 2), 8: (3, 3, 2)}


def readable(number: str) -> str:
    """ "0980319200" and "+46980319200" as "0980-319 200".

    What is not digits alone is somebody's own way of writing, and is left as it is; so are numbers
    of a length that the plan does not have.
    """
    found = _DIGITS.fullmatch(number)
    if found is None:
        return number
    national = found.group(1)
    area = _area(national)
    rest = national[len(area) :]
    groups = _GROUPS.get(len(rest))
    if groups is None:
        return number
    parts = []
    for length in groups:
        parts.append(rest[:length])
        rest = rest[length:]
    return f"0{area}-{' '.join(parts)}"


def _area(national: str) -> str:
    if national[0] in _ONE_DIGIT_AREAS:
        return national[0]
    return national[:2] if national[:2] in _TWO_DIGIT_AREAS else national[:3]
