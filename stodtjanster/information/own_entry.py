"""Egen tid: a time that the person has put in themself, such as a private dentist."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar

from stodtjanster.information.appointment import Appointment
from stodtjanster.model import PRIVATE, Sharing


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnEntry(Appointment):
    """A booked time in the person's own words; `instruction` is their note to themself.

    `version` names this state of it: a change is made to a version, or not at all. `changed`
    (aware) is when it was last written. Nobody else is shown it, so what it says of where the
    person will be is hidden from nobody: in the next edit it would be lost.
    """

    key: ClassVar[str] = "own_entry"
    whereabouts: ClassVar[Mapping[str, Any]] = MappingProxyType({})
    rule_fields: ClassVar[Mapping[str, tuple[str, ...]]] = MappingProxyType(
        {**Appointment.rule_fields, "status": ("done", "absent", "version", "changed")}
    )

    version: int
    changed: datetime

    @property
    def sharing(self) -> Sharing:
        return PRIVATE
