"""Meddelande: something that a unit has written to the person (AddMessage; FHIR Communication)."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from stodtjanster.information.item import Item
from stodtjanster.model import Told, When


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Item):
    """`sent` is when the sender says that it was written, `received` (aware) when it came here.

    `read` is None where nobody keeps that, as at a source that only shows its own. `category` is
    the sender's word for what kind of message it is. `booking` is the identity of the Appointment
    that it is about (`Origin.identity`), which may be unknown to us or gone.
    """

    key: ClassVar[str] = "message"
    info_type: ClassVar[str] = "message"

    title: Told | None = None
    body: Told | None = None
    sender: Told | None = None
    category: Told | None = None
    sent: When
    received: datetime | None = None
    read: bool | None = None
    booking: tuple[str, str] | None = None
    invitation: bool = False

    @property
    def during(self) -> When:
        return self.sent
