"""Lediga tider: what a unit offers in the place of a booking (crm:scheduling)."""

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from stodtjanster.information.appointment import VisitForm
from stodtjanster.information.item import Item
from stodtjanster.model import Dated, Timed, Told


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeDay(Item):
    """A day with some time free. `who` is the one whose time it is, as far as that is said.

    A unit tells of one day several times when several may be met then.
    """

    key: ClassVar[str] = "free_day"
    info_type: ClassVar[str] = "booked_visit"

    day: date
    who: tuple[Told, ...] = ()
    title: Told | None = None

    @property
    def during(self) -> Dated:
        return Dated(self.day)


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeTime(Item):
    """A time that may be taken, offered to `subject`. It may be gone the next moment.

    `given` are the fields by which its source knows it, in the order of the contract: sent back as
    they came when the time is taken, and never shown.
    """

    key: ClassVar[str] = "free_time"
    info_type: ClassVar[str] = "booked_visit"

    when: Timed
    who: tuple[Told, ...] = ()
    title: Told | None = None
    unit: Told | None = None
    form: VisitForm = VisitForm.UNKNOWN
    given: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @property
    def during(self) -> Timed:
        return self.when
