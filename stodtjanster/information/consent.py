"""Samtycke: that a unit may read what other providers have written (SVOD 3 kap. 1-2 §§)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar

from stodtjanster.information.item import Item


class ConsentKind(StrEnum):
    """What opens: the person's own yes, or a certificate that there is an emergency, which is
    something else in law (SVOD 3 kap. 6 §)."""

    CONSENT = "consent"
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent(Item):
    """The unit of the origin may read, or with `personal` one employee there; `end` is None for
    one without end. `given` is when the person was asked, `represented` that somebody else
    answered in their place.

    As for `Block` the rules have no type for it, and `access_log` is nearest.
    """

    key: ClassVar[str] = "consent"
    info_type: ClassVar[str] = "access_log"
    rule_fields: ClassVar[Mapping[str, tuple[str, ...]]] = MappingProxyType(
        {
            "time": ("start", "end", "given"),
            "unit": ("personal",),
            "purpose": ("kind", "represented"),
        }
    )

    kind: ConsentKind
    start: datetime
    end: datetime | None = None
    given: datetime | None = None
    personal: bool = False
    represented: bool = False
