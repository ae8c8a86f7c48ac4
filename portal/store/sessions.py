"""Rows of sessions. What they hold is sealed by `portal.sealed`."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import ClassVar, Protocol

from sqlalchemy import delete, insert, or_, select, update

from portal.store.database import Database
from portal.store.tables import SessionColumns, SessionTable


@dataclass(frozen=True, slots=True)
class SessionRow:
    """All times aware. `id_hash` is the hex SHA-256 of the token."""

    id_hash: str
    created: datetime
    seen: datetime
    expires: datetime
    sealed: bytes


class AnySessionRows(Protocol):
    """Rows by `id_hash`. Every method raises StoreUnavailable when they cannot be reached."""

    def put(self, row: SessionRow, *, instead_of: str | None = None) -> bool:
        """Keep `row`; with `instead_of`, only if that row was there to be removed."""

    def get(self, id_hash: str) -> SessionRow | None: ...

    def ping(self) -> None: ...

    def touch(self, id_hash: str, seen: datetime) -> None:
        """Note the use of a session. A clock that is behind takes nothing back."""

    def remove(self, id_hash: str) -> None: ...

    def purge(self, *, expired_by: datetime, unused_since: datetime) -> int:
        """Remove what is past its time, where that does not go by itself; returns how many."""


class SessionRows:
    """`AnySessionRows` in the database.

    Every method raises StoreUnavailable when the database does not answer."""

    table: ClassVar[type[SessionColumns]] = SessionTable

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, row: SessionRow, *, instead_of: str | None = None) -> bool:
        with self._database.writing() as connection:
            if instead_of is not None:
                gone = delete(self.table).where(self.table.id_hash == instead_of)
                if connection.execute(gone).rowcount == 0:
                    return False
            connection.execute(insert(self.table).values(asdict(row)))
            return True

    def get(self, id_hash: str) -> SessionRow | None:
        wanted = select(
            self.table.id_hash,
            self.table.created,
            self.table.seen,
            self.table.expires,
            self.table.sealed,
        ).where(self.table.id_hash == id_hash)
        with self._database.reading() as connection:
            row = connection.execute(wanted).one_or_none()
        return None if row is None else SessionRow(*row)

    def ping(self) -> None:
        with self._database.reading() as connection:
            connection.exec_driver_sql("SELECT 1")

    def touch(self, id_hash: str, seen: datetime) -> None:
        noted = (
            update(self.table)
            .where(self.table.id_hash == id_hash, self.table.seen < seen)
            .values(seen=seen)
        )
        with self._database.writing() as connection:
            connection.execute(noted)

    def remove(self, id_hash: str) -> None:
        with self._database.writing() as connection:
            connection.execute(delete(self.table).where(self.table.id_hash == id_hash))

    def purge(self, *, expired_by: datetime, unused_since: datetime) -> int:
        old = or_(self.table.expires <= expired_by, self.table.seen <= unused_since)
        with self._database.writing() as connection:
            return connection.execute(delete(self.table).where(old)).rowcount
