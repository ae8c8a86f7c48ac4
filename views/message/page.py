"""The page of one message."""

from dataclasses import dataclass
from typing import Literal

from stodtjanster.information import Appointment, Message
from stodtjanster.model import Answer, PersonId, Told
from views.kit.cards import Contact, EventRow
from views.kit.care import unit_contact
from views.kit.messages import MessageRow, is_unread, message_row
from views.kit.rows import Explainer, event_row
from views.kit.view import Scene


@dataclass(frozen=True, slots=True)
class Opened:
    """A message that is read for the first time now, by the one whom it is to. `name` is what the
    portal keeps it under."""

    person: PersonId
    name: str


@dataclass(frozen=True, slots=True)
class MessagePage:
    """`time` is what it is about, when that is among the known; `about` says whether it is, where
    it is about a time at all. `sender` is how to reach whoever wrote it."""

    row: MessageRow
    body: Told | None
    sender: Contact
    about: Literal["known", "unknown", "gone"] | None = None
    time: EventRow | None = None
    opened: Opened | None = None


def message(
    messages: Answer[Message], booked: Answer[Appointment], scene: Scene
) -> MessagePage | None:
    """The message that the handle in the address is of; None when nobody tells of it."""
    item = next(
        (one for one in messages.items if scene.handle(one.origin) == scene.asked.item), None
    )
    if item is None:
        return None
    explain = Explainer.of(scene, messages)
    time = next((one for one in booked.items if one.origin.identity == item.booking), None)
    return MessagePage(
        row=message_row(item, explain),
        body=item.body,
        sender=unit_contact(item, explain),
        about=_about(item, time, booked),
        time=event_row(time, Explainer.of(scene, booked)) if time else None,
        opened=_opened(item, scene),
    )


def _about(
    item: Message, time: Appointment | None, booked: Answer[Appointment]
) -> Literal["known", "unknown", "gone"] | None:
    if item.booking is None:
        return None
    if time is not None:
        return "known"
    return "gone" if booked.complete else "unknown"


def _opened(item: Message, scene: Scene) -> Opened | None:
    """What a relative reads, the person has not read."""
    if not is_unread(item) or item.subject is None or not scene.situation.about_self:
        return None
    return Opened(item.subject, item.origin.record)
