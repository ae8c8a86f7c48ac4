"""Rows of what a login of staff leaves: the session, and the assertion that may not come again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite

from portal.store.database import Database
from portal.store.sessions import SessionRow, SessionRows
from portal.store.tables import SessionColumns, StaffSessionTable, UsedAssertion


@dataclass(frozen=True, slots=True)
class StaffSessionRow(SessionRow):
    """`subject` and `login`: by what the identity provider can end it, as keyed digests."""

    subject: str | None
    login: str | None


class StaffSessionRows(SessionRows):
    """Every method raises StoreUnavailable when the database does not answer."""

    table: ClassVar[type[SessionColumns]] = StaffSessionTable

    def replace(self, row: SessionRow, sealed: bytes) -> bool:
        """Keep `sealed` instead, only if what `row` holds is still what is kept."""
        kept = StaffSessionTable
        changed = (
            update(kept)
            .where(kept.id_hash == row.id_hash, kept.sealed == row.sealed)
            .values(sealed=sealed)
        )
        with self._database.writing() as connection:
            return connection.execute(changed).rowcount > 0

    def remove_of(self, subject: str, logins: Collection[str]) -> tuple[str, ...]:
        """Remove the sessions of `subject`: those of `logins`, or all when none is named.

        Returns the `id_hash` of each.
        """
        gone = delete(StaffSessionTable).where(StaffSessionTable.subject == subject)
        if logins:
            gone = gone.where(StaffSessionTable.login.in_(logins))
        with self._database.writing() as connection:
            return tuple(connection.scalars(gone.returning(StaffSessionTable.id_hash)).all())


class UsedAssertions:
    """Each assertion once. Every method raises StoreUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def use(self, id_hash: str, expires: datetime, now: datetime) -> bool:
        """Note it until `expires`, and forget those that are past theirs. False the second time,
        whoever asks at once."""
        values = {"id_hash": id_hash, "expires": expires}
        with self._database.writing() as connection:
            connection.execute(delete(UsedAssertion).where(UsedAssertion.expires <= now))
            dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
            noted = dialect.insert(UsedAssertion).values(values).on_conflict_do_nothing()
            found = connection.execute(noted.returning(UsedAssertion.id_hash))
            return found.first() is not None
