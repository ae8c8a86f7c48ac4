"""What is asked and done about one booking, at the unit that holds it (crm:scheduling 1.1).

The unit is the logical address: bookings come with it, as Origin.system. Every call carries the
Actor header: the person, or who acts for them (TKB; rivta.md 1, 3, 7).
"""

from typing import ClassVar, Final

from lxml import etree

from stodtjanster.information.booking import (
    AskDetails,
    AskFreeDays,
    AskFreeTimes,
    BookingAct,
    BookingQuestion,
    CancelBooking,
    MakeBooking,
    MoveBooking,
    ReportAbsence,
)
from stodtjanster.model import Cause
from stodtjanster.sources.bookings import requests
from stodtjanster.sources.bookings.answers import WRITES, read, read_answer, read_outcome
from stodtjanster.sources.bookings.settings import Settings
from stodtjanster.sources.kit.act import Deed, Doing, carry_out
from stodtjanster.sources.kit.booking_details import DETAILS, about, read_details
from stodtjanster.sources.kit.reading import Reading
from stodtjanster.sources.kit.rivta import Contract, post
from stodtjanster.sources.kit.soap import body_of
from stodtjanster.sources.kit.source import Conversation, Request, SourceFailed

__all__ = ["CONTRACTS", "WRITES", "Adapter", "read", "read_outcome"]

CONTRACTS: Final = (DETAILS, requests.DAYS, requests.TIMES, *WRITES)


class Adapter:
    """One platform through which units are asked and told."""

    does: ClassVar[frozenset[type[BookingAct]]] = frozenset(
        {CancelBooking, MoveBooking, MakeBooking}
    )

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def settings(self) -> Settings:
        return self._settings

    @property
    def completes(self) -> frozenset[str]:
        """The free times that it tells of are its own to act on too."""
        return self._settings.completes | {self._settings.key}

    def look(self, question: BookingQuestion, doing: Doing) -> Conversation:
        """One request to the unit. Raises SourceFailed inside the conversation."""
        booking = question.booking
        unit = booking.origin.system
        match question:
            case AskDetails():
                contract, content = (
                    DETAILS,
                    about(DETAILS, booking.origin.system, booking.origin.record),
                )
            case AskFreeDays():
                contract = requests.DAYS
                content = requests.free(contract, question, doing.subject)
            case AskFreeTimes():
                contract = requests.TIMES
                content = requests.free(contract, question, doing.subject)
        response = yield self._call(contract, content, unit, doing)
        reading = Reading(self._settings.key, doing.at, doing.subject, question.period, unit)
        body = body_of(response)
        if isinstance(question, AskDetails):
            return read_details(body, unit, booking.origin.record, reading)
        return read(body, reading=reading)

    def act(self, act: BookingAct, doing: Doing) -> Deed:
        """One request to the unit, sent once."""
        match act:
            case CancelBooking():
                contract, content = requests.CANCEL, requests.cancel(act)
            case MoveBooking():
                contract, content = requests.MOVE, requests.move(act, doing.subject)
            case MakeBooking():
                contract, content = requests.MAKE, requests.make(act, doing.subject)
            case ReportAbsence():
                # `does` leaves it out: nothing in crm:scheduling carries it.
                raise SourceFailed(Cause.NOT_CONNECTED)
        request = self._call(contract, content, act.booking.origin.system, doing)
        return carry_out(request, read_answer)

    def _call(
        self, contract: Contract, content: etree._Element, unit: str, doing: Doing
    ) -> Request:
        return post(
            self._settings.url.replace("{operation}", contract.operation),
            contract,
            content,
            address=unit,
            consumer=self._settings.consumer_hsa_id,
            correlation=doing.correlation,
            actor=doing.actor,
            agent=doing.agent,
        )
