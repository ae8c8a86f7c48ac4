"""What may be asked and done about a booking, and what came of it.

Everything starts in an Appointment that was fetched for the person, never in ids from a form:
neither GetBookingDetails nor CancelBooking names the person, so a forged id would reach somebody
else's booking. What may not be done cannot be made: the constructors raise ValueError.
"""

from dataclasses import dataclass, field, replace
from typing import ClassVar, Final, TypeAlias

from stodtjanster.information.appointment import Appointment
from stodtjanster.information.free_time import FreeDay, FreeTime
from stodtjanster.information.item import Item
from stodtjanster.model import Cause, Open, Period, Told

MAX_MESSAGE: Final = 1_000
"""Characters of a person's own words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutBooking:
    """Asked or done about one booking."""

    booking: Appointment

    @property
    def rests_on(self) -> tuple[Item, ...]:
        """The records that must be the person's to see."""
        return (self.booking,)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskDetails(AboutBooking):
    """What is true of the booking: above all what may be done with it (GetBookingDetails)."""

    information: ClassVar[type[Item]] = Appointment
    period: ClassVar[None] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskFreeDays(AboutBooking):
    """Days on which the booking could be instead (GetAvailableDates)."""

    information: ClassVar[type[Item]] = FreeDay

    period: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class AskFreeTimes(AboutBooking):
    """Times at which the booking could be instead (GetAvailableTimeslots)."""

    information: ClassVar[type[Item]] = FreeTime

    period: Period


BookingQuestion: TypeAlias = AskDetails | AskFreeDays | AskFreeTimes


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who comes, as the unit is told: with the names of the folkbokföring (TKB MakeBooking)."""

    first_name: str = field(repr=False)
    last_name: str = field(repr=False)
    middle_name: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelBooking(AboutBooking):
    """Avboka. `message` goes to the unit, where the source takes messages."""

    key: ClassVar[str] = "cancel_booking"

    message: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.booking.cancel_allowed is not True:
            raise ValueError("the unit has not said that the booking may be cancelled")
        if self.message is None:
            return
        if self.booking.message_allowed is not True:
            raise ValueError("the unit has not said that it takes a message")
        if len(self.message) > MAX_MESSAGE:
            raise ValueError("the message is too long")


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveBooking(AboutBooking):
    """Boka om: give the booking up for another time at the same unit."""

    key: ClassVar[str] = "move_booking"

    to: FreeTime
    visitor: Visitor | None = None

    def __post_init__(self) -> None:
        if self.booking.rebook_allowed is not True:
            raise ValueError("the unit has not said that the booking may be moved")
        _check_offer(self.booking, self.to)

    @property
    def rests_on(self) -> tuple[Item, ...]:
        return (self.booking, self.to)


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeBooking(AboutBooking):
    """Boka: take a time for an open invitation (öppen kallelse), which has none."""

    key: ClassVar[str] = "make_booking"

    to: FreeTime
    visitor: Visitor

    def __post_init__(self) -> None:
        if not self.booking.invitation or not isinstance(self.booking.when, Open):
            raise ValueError("only an open invitation is booked")
        _check_offer(self.booking, self.to)

    @property
    def rests_on(self) -> tuple[Item, ...]:
        return (self.booking, self.to)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportAbsence(AboutBooking):
    """Jag är inte hemma: let those who were to come know that nobody will be there.

    The visit is not cancelled: what becomes of it is for them to decide.
    """

    key: ClassVar[str] = "report_absence"

    def __post_init__(self) -> None:
        if not self.booking.absence_allowed or self.booking.absent:
            raise ValueError("the source has not said that it takes word of an absence")


BookingAct: TypeAlias = CancelBooking | MoveBooking | MakeBooking | ReportAbsence


def _check_offer(booking: Appointment, to: FreeTime) -> None:
    # To another unit only if GetAllHealthcareFacilities listed it (TKB), which is not asked.
    if to.origin.system != booking.origin.system:
        raise ValueError("the time is at another unit")
    if to.subject != booking.subject:
        raise ValueError("the time was offered to another person")


@dataclass(frozen=True, slots=True)
class Done:
    """It was done. `message` must be shown where there is one (TKB: OK and INFO).

    `info` is True when the source wants it noticed. `record` is the id of a new booking.
    """

    message: Told | None = None
    info: bool = False
    record: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The unit said no, and nothing has changed. Its `message` must be shown (TKB: ERROR)."""

    message: Told | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """It was sent and the answer was lost: nobody here knows whether it came through."""

    cause: Cause


@dataclass(frozen=True, slots=True)
class Unsent:
    """It never reached the unit, and nothing has changed."""

    cause: Cause


ActOutcome: TypeAlias = Done | Refused | Unknown | Unsent


def completed(known: Appointment, details: Appointment) -> Appointment:
    """The booking with what its details say may be done with it, and what was not known of it.

    GetBookingDetails must say what may be done (TKB), where the list may leave it out. Raises
    ValueError when the details are of another booking.
    """
    same = (known.subject, known.origin.identity) == (details.subject, details.origin.identity)
    if not same:
        raise ValueError("the details are of another booking")
    return replace(
        known,
        title=known.title or details.title,
        who=known.who or details.who,
        unit=known.unit or details.unit,
        instruction=known.instruction or details.instruction,
        reason=known.reason or details.reason,
        cancel_allowed=_newer(details.cancel_allowed, known.cancel_allowed),
        rebook_allowed=_newer(details.rebook_allowed, known.rebook_allowed),
        message_allowed=_newer(details.message_allowed, known.message_allowed),
    )


def uncertain(booking: Appointment) -> bool:
    """True when the details must be asked for before a button may be shown."""
    return None in (booking.cancel_allowed, booking.rebook_allowed, booking.message_allowed)


def _newer(details: bool | None, known: bool | None) -> bool | None:
    return known if details is None else details
