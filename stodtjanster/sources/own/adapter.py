"""What a person has put in themself, as it is kept here (ADR 11).

It is approved for the person: they wrote it.
"""

from datetime import datetime
from typing import ClassVar, Final

from stodtjanster.information import Item, OwnEntry, OwnNote
from stodtjanster.model import STOCKHOLM, Dated, Origin, PersonId, Timed, Told, When
from stodtjanster.sources.kit.local import remembered
from stodtjanster.sources.kit.source import Ask, Heard, Rejection
from stodtjanster.sources.own.kept import Entry, KeptWords, Note, OwnRows, Words, decode
from stodtjanster.sources.own.settings import Settings

KEPT: Final = "own"


class Adapter:
    """What is kept for the person who is asked about."""

    gives: ClassVar[frozenset[type[Item]]] = frozenset({OwnEntry, OwnNote})

    def __init__(self, settings: Settings, rows: OwnRows) -> None:
        self._settings = settings
        self._rows = rows

    @property
    def settings(self) -> Settings:
        return self._settings

    def recall(self, ask: Ask) -> Heard:
        """Raises what the store raises."""
        items: list[Item] = []
        rejected: list[Rejection] = []
        for number, row in enumerate(self._rows.of(ask.subject), 1):
            try:
                words = decode(row.content or b"")
            except ValueError:
                # It may be of either kind, so it is missing from both.
                rejected.append(Rejection(f"words[{number}]", "cannot be opened"))
                continue
            item = self._item(row, words, ask.subject)
            wanted = isinstance(item, ask.information)
            if wanted and (item.during is None or ask.period.touches(item.during)):
                items.append(item)
        return remembered(self._settings, ask, items, rejected=rejected)

    def _item(self, row: KeptWords, words: Words, subject: PersonId) -> OwnEntry | OwnNote:
        key = self._settings.key
        origin = Origin(key, key, row.id, KEPT, row.changed, approved_for_patient=True)
        if isinstance(words, Entry):
            return _entry(row, words, subject, origin)
        return _note(row, words, subject, origin)


def _entry(row: KeptWords, words: Entry, subject: PersonId, origin: Origin) -> OwnEntry:
    return OwnEntry(
        subject=subject,
        origin=origin,
        when=_when(words),
        title=Told(words.title, words.lang),
        place=_told(words.place, words.lang),
        form=words.form,
        instruction=_told(words.note, words.lang),
        version=row.version,
        changed=row.changed,
    )


def _note(row: KeptWords, words: Note, subject: PersonId, origin: Origin) -> OwnNote:
    return OwnNote(
        subject=subject,
        origin=origin,
        kind=words.kind,
        text=Told(words.text, words.lang),
        plan=words.plan,
        plan_at=words.plan_at,
        meeting=words.meeting,
        belongs=_told(words.belongs),
        chosen=words.sharing,
        version=row.version,
        changed=row.changed,
    )


def _told(text: str | None, lang: str = "sv") -> Told | None:
    return None if text is None else Told(text, lang)


def _when(words: Entry) -> When:
    if words.start is None:
        return Dated(words.day)
    start = datetime.combine(words.day, words.start, STOCKHOLM)
    end = datetime.combine(words.day, words.end, STOCKHOLM) if words.end else None
    return Timed(start, end)
