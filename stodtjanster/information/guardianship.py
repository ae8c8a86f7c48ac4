"""Whose guardian a person is, as folkbokföringen and the regions say it."""

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from stodtjanster.information.item import Item
from stodtjanster.model import HsaId, PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class Guardianship(Item):
    """Custody of one child. The subject is the guardian: it is asked what binds them, not the
    child.

    `blocked`: the guardian is kept from the child's information. `units` have let a guardian go on
    reading when the child is 13-15, until the day `units_until`. What a child is called, and
    whether it is protected, is the population register's to say.

    As for `PersonRecord` the access rules have no type for this, and `contact_person` is nearest.
    """

    key: ClassVar[str] = "guardianship"
    info_type: ClassVar[str] = "contact_person"

    child: PersonId
    blocked: bool
    units: frozenset[HsaId] = field(default=frozenset())
    units_until: date | None = None
