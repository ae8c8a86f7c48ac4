"""Messages that were sent to people: whose and what only the key tells (`portal.store.sealing`)."""

from collections.abc import Callable
from datetime import datetime
from enum import Enum, auto
from typing import Any, Final

from sqlalchemy import Insert, Row, select, update
from sqlalchemy.dialects import postgresql, sqlite

from portal.store.database import Database
from portal.store.sealing import Sealing, Unsealable
from portal.store.tables import MessageTable
from stodtjanster.model import PersonId
from stodtjanster.sources.inbox.kept import KeptLetter

_INSERT: Final[dict[str, Callable[[Any], Any]]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}
_COLUMNS: Final = (
    MessageTable.id,
    MessageTable.received,
    MessageTable.read,
    MessageTable.sealed,
)


class Added(Enum):
    NEW = auto()
    AGAIN = auto()
    """The same message had come before."""
    ANOTHER = auto()
    """Another message had come under this name."""


class MessageRows:
    """Every method raises StoreUnavailable when the database does not answer."""

    def __init__(self, database: Database, sealing: Sealing) -> None:
        self._database = database
        self._sealing = sealing

    def add(
        self,
        person: PersonId,
        name: tuple[str, str],
        content: bytes,
        *,
        received: datetime,
        read: bool = False,
    ) -> Added:
        """Keep a message under a name: its sender and the sender's id of it.

        It is on the disk when this returns. Of several who bring it at once, one finds it new.
        """
        key = self._sealing.index("message", *name)
        fingerprint = self._sealing.index("message content", person.value, content.hex())
        wanted = {
            "id": key,
            "person": self._whose(person),
            "fingerprint": fingerprint,
            "received": received,
            "read": received if read else None,
            "sealed": self._sealing.seal(content, _place(key, self._whose(person))),
        }
        with self._database.writing() as connection:
            added = connection.execute(
                _insert(connection.dialect.name)
                .values(wanted)
                .on_conflict_do_nothing(index_elements=[MessageTable.id])
                .returning(MessageTable.id)
            )
            if added.first() is not None:
                return Added.NEW
            known = select(MessageTable.fingerprint).where(MessageTable.id == key)
            same = connection.execute(known).scalar_one() == fingerprint
        return Added.AGAIN if same else Added.ANOTHER

    def of(self, person: PersonId, most: int) -> tuple[KeptLetter, ...]:
        """The `most` newest messages to a person, newest first."""
        whose = self._whose(person)
        wanted = (
            select(*_COLUMNS)
            .where(MessageTable.person == whose)
            .order_by(MessageTable.received.desc(), MessageTable.id)
            .limit(most)
        )
        with self._database.reading() as connection:
            return tuple(self._kept(row, whose) for row in connection.execute(wanted))

    def mark_read(self, person: PersonId, message: str, at: datetime) -> bool:
        """Note when a message was first read. False when the person has no such message."""
        mine = (MessageTable.id == message, MessageTable.person == self._whose(person))
        unread = update(MessageTable).where(*mine, MessageTable.read.is_(None)).values(read=at)
        with self._database.writing() as connection:
            if connection.execute(unread).rowcount:
                return True
            return connection.execute(select(MessageTable.id).where(*mine)).first() is not None

    def _whose(self, person: PersonId) -> str:
        return self._sealing.index("person", person.value)

    def _kept(self, row: Row[*tuple[Any, ...]], whose: str) -> KeptLetter:
        try:
            content = self._sealing.open(row.sealed, _place(row.id, whose))
        except Unsealable:
            content = None
        return KeptLetter(row.id, row.received, row.read, content)


def _place(key: str, whose: str) -> str:
    return f"messages/{key}/{whose}"


def _insert(dialect: str) -> Any:
    insert: Insert = _INSERT[dialect](MessageTable)
    return insert
