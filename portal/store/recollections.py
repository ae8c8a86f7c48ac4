"""What readers have been shown: whose, by whom and what only the key tells."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from portal.store.database import Database
from portal.store.sealing import Sealing, Unsealable
from portal.store.tables import RecollectionTable
from stodtjanster.model import PersonId


class RecollectionRows:
    """One row for each reader and each person that they read about.

    Every method raises StoreUnavailable when the database does not answer.
    """

    def __init__(self, database: Database, sealing: Sealing) -> None:
        self._database = database
        self._sealing = sealing

    def get(self, reader: PersonId, subject: PersonId) -> bytes | None:
        """None when nothing is kept that this key can open."""
        key = self._key(reader, subject)
        wanted = select(RecollectionTable.sealed).where(RecollectionTable.id == key)
        with self._database.reading() as connection:
            return self._opened(connection.execute(wanted).scalar_one_or_none(), key)

    def change(
        self,
        reader: PersonId,
        subject: PersonId,
        make: Callable[[bytes | None], bytes | None],
        at: datetime,
    ) -> None:
        """Keep what `make` makes of what is kept, one change at a time; None leaves it as it is."""
        key = self._key(reader, subject)
        mine = RecollectionTable.id == key
        known = select(RecollectionTable.sealed).where(mine)
        with self._database.writing(alone=key) as connection:
            sealed = connection.execute(known).scalar_one_or_none()
            content = make(self._opened(sealed, key))
            if content is None:
                return
            state = {"written": at, "sealed": self._sealing.seal(content, _place(key))}
            if sealed is not None:
                connection.execute(update(RecollectionTable).where(mine).values(state))
            else:
                whose = self._sealing.index("person", subject.value)
                row = {"id": key, "subject": whose}
                connection.execute(insert(RecollectionTable).values(row | state))

    def forget(self, reader: PersonId, subject: PersonId) -> None:
        gone = delete(RecollectionTable).where(RecollectionTable.id == self._key(reader, subject))
        with self._database.writing() as connection:
            connection.execute(gone)

    def forget_about(self, subject: PersonId) -> int:
        """Remove what every reader has been shown of a person; returns of how many readers."""
        whose = self._sealing.index("person", subject.value)
        gone = delete(RecollectionTable).where(RecollectionTable.subject == whose)
        with self._database.writing() as connection:
            return connection.execute(gone).rowcount

    def purge(self, before: datetime) -> int:
        """Remove what nobody has read for so long; returns how many rows."""
        old = delete(RecollectionTable).where(RecollectionTable.written < before)
        with self._database.writing() as connection:
            return connection.execute(old).rowcount

    def _key(self, reader: PersonId, subject: PersonId) -> str:
        return self._sealing.index("recollection", reader.value, subject.value)

    def _opened(self, sealed: bytes | None, key: str) -> bytes | None:
        if sealed is None:
            return None
        try:
            return self._sealing.open(sealed, _place(key))
        except Unsealable:
            return None


def _place(key: str) -> str:
    return f"recollections/{key}"
