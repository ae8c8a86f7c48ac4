"""What people have put in themselves. Whose and what only the key tells."""

import secrets
from datetime import datetime
from enum import Enum, auto
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from portal.store.database import Database
from portal.store.sealing import Sealing, Unsealable
from portal.store.tables import OwnWordsTable
from stodtjanster.model import PersonId
from stodtjanster.sources.own.kept import KeptWords

MOST: Final = 200
"""How much one person may have at a time."""

_FIRST_VERSIONS: Final = 2**30
_COLUMNS: Final = (
    OwnWordsTable.id,
    OwnWordsTable.version,
    OwnWordsTable.changed,
    OwnWordsTable.sealed,
)


class Put(Enum):
    """What became of words that somebody put in."""

    NEW = auto()
    AGAIN = auto()
    """The same had been put in with the same form."""
    ANOTHER = auto()
    """Something else had."""
    FULL = auto()


class OwnWordsRows:
    """Rows that are changed by version, and removed for good.

    Every method raises StoreUnavailable when the database does not answer.
    """

    def __init__(self, database: Database, sealing: Sealing) -> None:
        self._database = database
        self._sealing = sealing

    def add(self, person: PersonId, once: str, content: bytes, at: datetime) -> tuple[str, Put]:
        """Keep new words under an id made of `once`, the id of the form that they came in.

        Returns their id, also when something is kept under it already.
        """
        whose = self._whose(person)
        key = self._sealing.index("own words", person.value, once)
        # No version comes twice, also when what was removed is put in again with the same form.
        version = secrets.randbelow(_FIRST_VERSIONS)
        with self._database.writing(alone=whose) as connection:
            known = connection.execute(select(*_COLUMNS).where(*_is(key, whose))).one_or_none()
            if known is not None:
                same = self._kept(known, whose).content == content
                return key, Put.AGAIN if same else Put.ANOTHER
            if self._count(connection, whose) >= MOST:
                return key, Put.FULL
            row = {"id": key, "person": whose, "created": at}
            state = self._state(key, whose, version, content, at)
            connection.execute(insert(OwnWordsTable).values(row | state))
        return key, Put.NEW

    def of(self, person: PersonId) -> tuple[KeptWords, ...]:
        """All that a person has put in, oldest first."""
        whose = self._whose(person)
        wanted = (
            select(*_COLUMNS)
            .where(OwnWordsTable.person == whose)
            .order_by(OwnWordsTable.created, OwnWordsTable.id)
        )
        with self._database.reading() as connection:
            rows = connection.execute(wanted).all()
        return tuple(self._kept(row, whose) for row in rows)

    def change(
        self, person: PersonId, key: str, version: int, content: bytes, at: datetime
    ) -> bool:
        """Put `content` in the place of that version, as the next. False when it is not there."""
        whose = self._whose(person)
        state = self._state(key, whose, version + 1, content, at)
        same = (*_is(key, whose), OwnWordsTable.version == version)
        changed = update(OwnWordsTable).where(*same).values(state)
        with self._database.writing() as connection:
            return connection.execute(changed).rowcount == 1

    def remove(self, person: PersonId, key: str, version: int) -> bool:
        """Remove that version for good. False when it is not there."""
        same = (*_is(key, self._whose(person)), OwnWordsTable.version == version)
        gone = delete(OwnWordsTable).where(*same)
        with self._database.writing() as connection:
            return connection.execute(gone).rowcount == 1

    def _count(self, connection: Connection, whose: str) -> int:
        mine = select(func.count()).where(OwnWordsTable.person == whose)
        return connection.execute(mine).scalar_one()

    def _state(
        self, key: str, whose: str, version: int, content: bytes, at: datetime
    ) -> dict[str, Any]:
        sealed = self._sealing.seal(content, _place(key, whose, version))
        return {"version": version, "changed": at, "sealed": sealed}

    def _kept(self, row: Any, whose: str) -> KeptWords:
        try:
            content = self._sealing.open(row.sealed, _place(row.id, whose, row.version))
        except Unsealable:
            content = None
        return KeptWords(row.id, row.version, row.changed, content)

    def _whose(self, person: PersonId) -> str:
        return self._sealing.index("person", person.value)


def _is(key: str, whose: str) -> tuple[ColumnElement[bool], ...]:
    return OwnWordsTable.id == key, OwnWordsTable.person == whose


def _place(key: str, whose: str, version: int) -> str:
    """With the version in it, no row can be put back to what it was before."""
    return f"own_words/{key}/{whose}/{version}"
