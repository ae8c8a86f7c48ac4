"""Messages of AddMessage 2.0, as the portal received and kept them (ADR 11).

The contract is the person's own inbox and has no element for approval: who sends a message has
decided that the person may read it, so it is approved (ADR 8).
"""

from datetime import datetime
from typing import ClassVar, Final

from stodtjanster.information import Item, Message
from stodtjanster.model import Dated, Origin, PersonId, Timed, Told, When
from stodtjanster.sources.inbox.kept import KeptLetter, Letter, MessageRows
from stodtjanster.sources.inbox.settings import Settings
from stodtjanster.sources.kit.local import remembered
from stodtjanster.sources.kit.rivta import hsa_id, name, prose
from stodtjanster.sources.kit.source import Ask, Heard, Rejection
from stodtjanster.sources.kit.times import day, moment

OPERATION: Final = "AddMessage"
MOST: Final = 1_000
"""Messages that are shown of one person; the report says when there are more."""


class Adapter:
    """What is kept for the person who is asked about."""

    gives: ClassVar[frozenset[type[Item]]] = frozenset({Message})

    def __init__(self, settings: Settings, rows: MessageRows) -> None:
        self._settings = settings
        self._rows = rows

    @property
    def settings(self) -> Settings:
        return self._settings

    def recall(self, ask: Ask) -> Heard:
        """Raises what the store raises."""
        kept = self._rows.of(ask.subject, MOST + 1)
        items: list[Item] = []
        rejected: list[Rejection] = []
        for number, row in enumerate(kept[:MOST], 1):
            try:
                letter = Letter.decode(row.content or b"")
            except ValueError:
                rejected.append(Rejection(f"message[{number}]", "cannot be opened"))
                continue
            message = _message(row, letter, ask.subject, self._settings.key)
            if ask.period.touches(message.sent):
                items.append(message)
        return remembered(self._settings, ask, items, rejected=rejected, more=len(kept) > MOST)


def _message(row: KeptLetter, letter: Letter, subject: PersonId, source: str) -> Message:
    unit = hsa_id(letter.unit)
    origin = Origin(
        source=source,
        system=letter.sender,
        record=row.id,
        contract=OPERATION,
        fetched_at=row.received,
        care_unit=unit,
        unit_name=name(letter.unit_name),
        approved_for_patient=True,
        known_as=(letter.source_system or letter.sender, letter.record),
    )
    return Message(
        subject=subject,
        origin=origin,
        title=name(letter.title) or name(letter.category),
        body=_body(letter),
        sender=name(letter.unit_name),
        category=name(letter.category),
        sent=_sent(letter, row.received),
        received=row.received,
        read=row.read is not None,
        booking=(unit.value, letter.booking) if unit and letter.booking else None,
        invitation=letter.invitation,
    )


def _body(letter: Letter) -> Told | None:
    parts = (prose(text) for text in letter.body)
    return Told.maybe("\n".join(part.text for part in parts if part))


def _sent(letter: Letter, received: datetime) -> When:
    """As exactly as the sender said; when it came, where the sender did not."""
    on = day(letter.date.strip()) if letter.date else None
    if on is None:
        return Timed(received)
    at = moment(f"{on.isoformat()}T{letter.time.strip()}") if letter.time else None
    return Dated(on) if at is None else Timed(at)
