"""What `commissionRight` of HSA gives: `Aktivitet;Informationstyp;Omfång`, in any case of letters.

Each wider scope includes the narrower. What is not understood gives nothing.
"""

from collections.abc import Collection
from types import MappingProxyType
from typing import Final

from stodtjanster.access.case import Case

UNIT: Final = frozenset({"ve", "vg", "sjf"})
PROVIDER: Final = frozenset({"vg", "sjf"})
ACROSS: Final = frozenset({"sjf"})

_READ = "läsa"
_EVERY = "alla"
_PARTS = 3
_TYPES: Final = MappingProxyType({"vok": frozenset({"booked_visit", "care_contact"})})


def may_read(case: Case, scopes: Collection[str]) -> bool:
    """True when a right of the commission reaches one of `scopes` for the type of the resource."""
    commission = case.actor.commission
    rights = commission.rights if commission else ()
    return any(_gives(right, case.resource.info_type, scopes) for right in rights)


def _gives(right: str, info_type: str, scopes: Collection[str]) -> bool:
    parts = right.casefold().split(";")
    if len(parts) != _PARTS:
        return False
    activity, information, scope = parts
    if activity != _READ or scope not in scopes:
        return False
    return information == _EVERY or info_type in _TYPES.get(information, ())
