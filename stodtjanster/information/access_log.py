"""Läsning: that somebody has opened something about a person, when, as what and why.

GetAccessLogsForPatient 1.1, and the portal's own audit log. Who of the staff it was is not told to
the person (PDL 8 kap. 5 §): it is the unit that answers for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar

from stodtjanster.information.item import Item
from stodtjanster.model import Timed, Told


class Opener(StrEnum):
    """As what somebody read."""

    CARE = "care"
    """Care or omsorg: a unit answers for it."""
    SELF = "self"
    OMBUD = "ombud"
    GUARDIAN = "guardian"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessLog(Item):
    """`when` is when it was opened, or from the first time to the last of so many `times`.

    `opener_name` is what the person calls an ombud of theirs. `purpose` and `resource` are the
    log's own words; `information` are our keys of what could be seen, where it was opened here.
    `emergency`: it was a nödöppning. `changed`: something was done, and not only read.
    """

    key: ClassVar[str] = "access_log"
    info_type: ClassVar[str] = "access_log"
    rule_fields: ClassVar[Mapping[str, tuple[str, ...]]] = MappingProxyType(
        {
            "time": ("when", "times"),
            "provider": ("opener", "opener_name", "provider"),
            "unit": ("unit",),
            "purpose": ("purpose", "emergency"),
            "resource_type": ("resource", "information", "changed"),
        }
    )

    when: Timed
    times: int = 1
    opener: Opener
    opener_name: Told | None = None
    provider: Told | None = None
    unit: Told | None = None
    purpose: Told | None = None
    emergency: bool = False
    resource: Told | None = None
    information: tuple[str, ...] = ()
    changed: bool = False

    @property
    def during(self) -> Timed:
        return self.when
