"""Rows of sessions. What they hold is sealed by `portal.sessions`."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, or_, select, update

from portal.store.database import Database
from portal.store.tables import SessionTable


@dataclass(frozen=True, slots=True)
class SessionRow:
    """All times aware. `id_hash` is the hex SHA-256 of the token."""

    id_hash: str
    created: datetime
    seen: datetime
    expires: datetime
    sealed: bytes


class SessionRows:
    """Every method raises StoreUnavailable when the database does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, row: SessionRow, *, instead_of: str | None = None) -> bool:
        """Keep `row`; with `instead_of`, only if that row was there to be removed."""
        with self._database.writing() as connection:
            if instead_of is not None:
                gone = delete(SessionTable).where(SessionTable.id_hash == instead_of)
                if connection.execute(gone).rowcount == 0:
                    return False
            connection.execute(
                insert(SessionTable).values(
                    id_hash=row.id_hash,
                    created=row.created,
                    seen=row.seen,
                    expires=row.expires,
                    sealed=row.sealed,
                )
            )
            return True

    def get(self, id_hash: str) -> SessionRow | None:
        wanted = select(
            SessionTable.id_hash,
            SessionTable.created,
            SessionTable.seen,
            SessionTable.expires,
            SessionTable.sealed,
        ).where(SessionTable.id_hash == id_hash)
        with self._database.reading() as connection:
            row = connection.execute(wanted).one_or_none()
        return None if row is None else SessionRow(*row)

    def touch(self, id_hash: str, seen: datetime) -> None:
        """Note the use of a session. A clock that is behind takes nothing back."""
        noted = (
            update(SessionTable)
            .where(SessionTable.id_hash == id_hash, SessionTable.seen < seen)
            .values(seen=seen)
        )
        with self._database.writing() as connection:
            connection.execute(noted)

    def remove(self, id_hash: str) -> None:
        with self._database.writing() as connection:
            connection.execute(delete(SessionTable).where(SessionTable.id_hash == id_hash))

    def purge(self, *, expired_by: datetime, unused_since: datetime) -> int:
        """Remove what is past its time; returns how many."""
        old = or_(SessionTable.expires <= expired_by, SessionTable.seen <= unused_since)
        with self._database.writing() as connection:
            return connection.execute(delete(SessionTable).where(old)).rowcount
