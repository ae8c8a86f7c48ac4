"""The form of a visit, from words: the contract has no element for it."""

import re
from functools import lru_cache
from typing import Final

from stodtjanster.information import VisitForm

_WORDS: Final = (
    (VisitForm.PHONE, re.compile(r"\b(?:per )?telefon(?:besök|kontakt|samtal|tid)?\b")),
    (
        VisitForm.VIDEO,
        re.compile(r"\bvideo(?:besök|möte|samtal|tid)\b|\bdigitalt (?:vård)?(?:besök|möte)\b"),
    ),
    (VisitForm.HOME, re.compile(r"\bhembesök\b")),
    (VisitForm.VISIT, re.compile(r"\bmottagningsbesök\b|\bfysiskt besök\b")),
)
_ONLY: Final = {"video": VisitForm.VIDEO, "hemma": VisitForm.HOME}
_NOT: Final = re.compile(r"\b(?:ej|icke|ingen|inget|inte)\b")


@lru_cache(maxsize=1024)
def visit_form(*names: str | None) -> VisitForm:
    """UNKNOWN unless the names give one form, and plainly.

    To send a person to the wrong place is worse than to say nothing, so "video" inside other
    words (video-EEG), a negation, or two forms at once give UNKNOWN. Remembered, since the names
    are of kinds of visits: few, and about nobody.
    """
    said = [" ".join(name.casefold().split()) for name in names if name]
    if any(_NOT.search(name) for name in said):
        return VisitForm.UNKNOWN
    found = {form for form, words in _WORDS for name in said if words.search(name)}
    found.update(_ONLY[name] for name in said if name in _ONLY)
    return found.pop() if len(found) == 1 else VisitForm.UNKNOWN
