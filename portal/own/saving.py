"""What is put in, changed and removed: in the log first, then in the store."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar
from uuid import UUID

from portal.own.reading import Own
from portal.store import OwnWordsRows, Put
from portal.visit import Visit, own_source
from stodtjanster.access import Permit
from stodtjanster.audit import AuditEvent, EventKind
from stodtjanster.information import Item, OwnEntry, OwnNote
from stodtjanster.model import PersonId
from stodtjanster.sources.own.kept import Entry, Words, encode

T = TypeVar("T")

ADDED: Final = "own-added"
CHANGED: Final = "own-changed"
REMOVED: Final = "own-removed"


class TooOften(Exception):  # noqa: N818 - an outcome
    """The person has written so often that it looks like a script."""


@dataclass(frozen=True, slots=True)
class Pen:
    """The person's hand in one visit. `permit` is the logged one under which they read their own.

    All that writes raises TooOften before anything, AuditUnavailable when it cannot be logged and
    StoreUnavailable when it cannot be kept: then nothing is changed.
    """

    visit: Visit
    permit: Permit
    rows: OwnWordsRows

    def add(self, once: str, words: Words) -> tuple[str, Put]:
        """Put in, once for each form: see `OwnWordsRows.add`."""
        person, now = self._person, self.visit.situation.now
        kind = OwnEntry if isinstance(words, Entry) else OwnNote
        return self._logged(ADDED, kind, lambda: self.rows.add(person, once, encode(words), now))

    def change(self, item: Own, words: Words) -> bool:
        """Put `words` in the place of the version that was seen. False when it is not there."""
        person, key, now = item.subject, item.origin.record, self.visit.situation.now
        assert person is not None
        return self._logged(
            CHANGED,
            type(item),
            lambda: self.rows.change(person, key, item.version, encode(words), now),
        )

    def remove(self, item: Own) -> bool:
        """Remove the version that was seen, for good. False when it is not there."""
        person, key = item.subject, item.origin.record
        assert person is not None
        return self._logged(
            REMOVED, type(item), lambda: self.rows.remove(person, key, item.version)
        )

    @property
    def _person(self) -> PersonId:
        return self.visit.situation.subject.person

    def _logged(self, detail: str, kind: type[Item], write: Callable[[], T]) -> T:
        h, situation = self.visit.house, self.visit.situation
        if not h.own_pace.may_write(self._person, situation.now):
            raise TooOften
        source = own_source(h)
        h.audit.record(
            AuditEvent(
                event=EventKind.WRITTEN,
                at=situation.now,
                actor=situation.actor.person,
                actor_kind=situation.actor.kind,
                loa=situation.actor.loa,
                subject=situation.subject.person,
                others=situation.subject.others,
                information=(kind.key,),
                sources=(source,) if source else (),
                ground=self.permit.ground.reason.value,
                law=self.permit.ground.law.value,
                purpose=situation.purpose,
                detail=detail,
                session=self.visit.session.id_hash,
                reference=UUID(self.permit.audit),
            )
        )
        done = write()
        for number in situation.subject.numbers:
            h.fetch.changed(number, source=source)
        return done
