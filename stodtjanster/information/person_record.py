"""Who a person is in the population register: what decides who may see anything of theirs."""

from dataclasses import dataclass, field
from typing import ClassVar

from stodtjanster.information.item import Item
from stodtjanster.model import PersonId, Protection, Told


@dataclass(frozen=True, slots=True)
class FullName:
    """A name in its parts, as the register has them. `first` are all given names."""

    first: str
    last: str
    middle: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRecord(Item):
    """What the register holds of one number.

    `linked` are the other numbers of the same person: a source may know any of them, so each is
    asked about. Where the person lives is not here and is never read: it may be protected, and
    nothing of ours needs it. No record means that the register does not know the number, never
    that the person is alive and unprotected. `full_name` is there when both first and last names
    are: a unit that is asked for a time wants them apart.

    The access rules have no type for who somebody is. The nearest is `contact_person`: it says
    nothing of health or care, and there is no care provider in it who could approve it.
    """

    key: ClassVar[str] = "person_record"
    info_type: ClassVar[str] = "contact_person"

    name: Told | None = None
    full_name: FullName | None = field(default=None, repr=False)
    protected: Protection
    deceased: bool
    linked: tuple[PersonId, ...] = ()
