"""Acts: what a source is asked or told about one record, apart from the needs of a page.

An act that writes does so in one request, and its outcome is a value. It is never sent twice:
neither the conversation nor the driver tries again, since a lost answer does not say whether it
came through.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final, Protocol, TypeAlias, runtime_checkable

from stodtjanster.information import Item
from stodtjanster.information.booking import (
    ActOutcome,
    BookingAct,
    BookingQuestion,
    Unknown,
    Unsent,
)
from stodtjanster.model import Cause, PersonId
from stodtjanster.sources.kit.soap import Faulted
from stodtjanster.sources.kit.source import (
    Conversation,
    Request,
    Response,
    SourceFailed,
    SourceSettings,
)

_NEVER_PASSED_ON: Final = frozenset(
    f"VP{number:03}" for number in (1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 13, 14, 15)
)
"""Faults with which the platform says that it called nobody (rivta.md 2). VP009 is a producer that
did not answer, VP012 may strike on the way back."""

_NEVER_LEFT: Final = frozenset({Cause.REFUSED, Cause.FAILED})
"""What the driver says of a request that did not go out: no connection, or no certificate."""


@dataclass(frozen=True, slots=True)
class Doing:
    """Who acts for whom, and when. `at` is aware; `correlation` is a fresh UUID."""

    subject: PersonId
    actor: PersonId
    at: datetime
    correlation: str

    @property
    def agent(self) -> bool:
        """True when somebody acts for another person."""
        return self.actor != self.subject


class Write(Request):
    """The request that changes something. Whatever else an act sends only makes it ready."""

    __slots__ = ()


Deed: TypeAlias = Generator[Request, Response, ActOutcome]
"""The conversation of an act: any requests that change nothing, such as a login, then one `Write`
and nothing after it."""


@runtime_checkable
class Performer(Protocol):
    """A configured source that changes bookings."""

    does: ClassVar[frozenset[type[BookingAct]]]

    @property
    def settings(self) -> SourceSettings: ...

    @property
    def completes(self) -> frozenset[str]:
        """Keys of the sources whose records it acts on, its own among them."""
        ...

    def act(self, act: BookingAct, doing: Doing) -> Deed:
        """Begin to do. Raises SourceFailed until the `Write` is sent, and nothing after that."""
        ...


@runtime_checkable
class Desk(Performer, Protocol):
    """One that also answers questions about bookings."""

    def look(self, question: BookingQuestion, doing: Doing) -> Conversation:
        """Begin to ask. Raises SourceFailed inside the conversation, nothing else on purpose."""
        ...


def concerns(performer: Performer, records: tuple[Item, ...]) -> bool:
    """Whether the performer is the one to act on records: all come from sources it completes."""
    return all(record.origin.source in performer.completes for record in records)


def carry_out(request: Request, read: Callable[[Response], ActOutcome]) -> Deed:
    """Send a write once. `read` makes the outcome of an answer, or raises SourceFailed.

    Whatever does not surely say that nothing was done is Unknown, an answer that cannot be read
    as well: it may have been a yes.
    """
    try:
        response = yield Write(request.method, request.url, request.headers, request.body)
    except SourceFailed as failed:
        known = failed.cause in _NEVER_LEFT
        return Unsent(failed.cause) if known else Unknown(failed.cause)
    try:
        return read(response)
    except Faulted as fault:
        known = fault.detail in _NEVER_PASSED_ON
        return Unsent(fault.cause) if known else Unknown(fault.cause)
    except SourceFailed as failed:
        return Unknown(failed.cause)
