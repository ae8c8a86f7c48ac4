"""Messages: what somebody has written to the person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from stodtjanster.information import Message
from stodtjanster.model import Answer, Need, Timed, Told, When, first_day, midnight
from views.kit.notices import Mark, Why
from views.kit.rows import Explainer
from views.kit.view import Scene
from views.kit.words import N_

MESSAGES: Final = Need(Message, days_back=2 * 365, days_ahead=365)
"""The same wherever they are shown. Ahead as well: a date that somebody got wrong hides nothing."""
NO_MESSAGE: Final = N_("Det finns inga meddelanden från de senaste två åren hos dem som svarade.")
_LATEST: Final = 3
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message in a list. `start` is None when only the day is told. `unread` is what the portal
    itself knows; what others keep is neither read nor unread. `event_href` leads to the time that
    it is about, which may be gone.
    """

    title: Told
    href: str
    mark: Mark
    why: Why
    sender: Told | None = None
    day: date | None = None
    start: datetime | None = None
    unread: bool = False
    invitation: bool = False
    event_href: str | None = None


@dataclass(frozen=True, slots=True)
class MessageList:
    """`count` and `unread` are of all that there are; `rows` may be fewer."""

    rows: tuple[MessageRow, ...]
    count: int
    unread: int
    all_href: str


def latest(messages: Answer[Message], scene: Scene) -> MessageList | None:
    """The unread, then the newest."""
    return _listed(messages, scene, _LATEST)


def inbox(messages: Answer[Message], scene: Scene) -> MessageList | None:
    """All of them, in the same order."""
    return _listed(messages, scene, len(messages.items))


def _listed(messages: Answer[Message], scene: Scene, most: int) -> MessageList | None:
    if not messages.items:
        return None
    explain = Explainer.of(scene, messages)
    shown = in_order(messages.items)[:most]
    return MessageList(
        rows=tuple(message_row(item, explain) for item in shown),
        count=len(messages.items),
        unread=sum(is_unread(item) for item in messages.items),
        all_href=f"{scene.base}meddelanden/",
    )


def in_order(items: Iterable[Message]) -> tuple[Message, ...]:
    """The unread first, and of each the newest first."""
    newest = sorted(items, key=_age, reverse=True)
    return tuple(sorted(newest, key=lambda item: not is_unread(item)))


def _age(item: Message) -> datetime:
    """As the row says it."""
    day = first_day(item.sent)
    return _start(item.sent) or (midnight(day) if day else item.received) or _LONG_AGO


def is_unread(item: Message) -> bool:
    return item.read is False


def message_row(item: Message, explain: Explainer) -> MessageRow:
    scene = explain.scene
    booking = item.booking
    return MessageRow(
        title=item.title or Told(scene.words.gettext(N_("Meddelande")), scene.words.language),
        href=f"{scene.base}meddelanden/{scene.handle(item.origin)}",
        mark=explain.mark(item),
        why=explain.why(item),
        sender=item.sender or item.origin.unit_name or Told(scene.directory.of(item.origin).name),
        day=first_day(item.sent),
        start=_start(item.sent),
        unread=is_unread(item),
        invitation=item.invitation,
        event_href=f"{scene.base}handelse/{scene.handle_of(booking)}" if booking else None,
    )


def _start(when: When) -> datetime | None:
    match when:
        case Timed(start):
            return start
        case _:
            return None
