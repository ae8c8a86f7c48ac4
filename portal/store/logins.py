"""Rows of logins that have begun. What they hold is sealed by `portal.sessions`."""

from datetime import datetime

from sqlalchemy import delete, insert, select

from portal.store.database import Database
from portal.store.tables import LoginAttempt


class LoginRows:
    """Every method raises StoreUnavailable when the database does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, id_hash: str, sealed: bytes, expires: datetime) -> None:
        with self._database.writing() as connection:
            connection.execute(
                insert(LoginAttempt).values(id_hash=id_hash, sealed=sealed, expires=expires)
            )

    def pop(self, id_hash: str) -> tuple[bytes, datetime] | None:
        """Take a row out: of several who ask at once, one gets it."""
        taken = (
            delete(LoginAttempt)
            .where(LoginAttempt.id_hash == id_hash)
            .returning(LoginAttempt.sealed, LoginAttempt.expires)
        )
        with self._database.writing() as connection:
            row = connection.execute(taken).one_or_none()
        return None if row is None else (row.sealed, row.expires)

    def purge(self, *, expired_by: datetime, keep: int) -> int:
        """Remove what is past its time, and the oldest beyond `keep`; returns how many."""
        newest_first = LoginAttempt.expires.desc(), LoginAttempt.id_hash
        beyond = select(LoginAttempt.id_hash).order_by(*newest_first).offset(keep)
        expired = delete(LoginAttempt).where(LoginAttempt.expires <= expired_by)
        crowded = delete(LoginAttempt).where(LoginAttempt.id_hash.in_(beyond))
        with self._database.writing() as connection:
            return connection.execute(expired).rowcount + connection.execute(crowded).rowcount
