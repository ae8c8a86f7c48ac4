"""Calendar addresses that people have made. What a row holds is sealed by `portal.calendar_feed`,
and only its address opens it; that it is there, its owner can find without."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from portal.store.database import Database
from portal.store.sealing import Sealing
from portal.store.tables import CalendarTable
from stodtjanster.model import PersonId

_COLUMNS = (
    CalendarTable.id_hash,
    CalendarTable.created,
    CalendarTable.expires,
    CalendarTable.used,
    CalendarTable.detailed,
    CalendarTable.daily,
    CalendarTable.sealed,
)


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """All times aware. `id_hash` is the hex SHA-256 of the secret in the address. `used` is when
    a calendar last read it."""

    id_hash: str
    created: datetime
    expires: datetime
    used: datetime | None
    detailed: bool
    daily: bool
    sealed: bytes = field(repr=False)


class CalendarRows:
    """At most one row for each person.

    Every method raises StoreUnavailable when the database does not answer.
    """

    def __init__(self, database: Database, sealing: Sealing) -> None:
        self._database = database
        self._sealing = sealing

    def put(self, person: PersonId, row: CalendarRow) -> None:
        """Keep `row` in the place of what the person had. Nothing happens when it is there."""
        whose = self._whose(person)
        with self._database.writing(alone=whose) as connection:
            if _found(connection, CalendarTable.id_hash == row.id_hash) is not None:
                return
            connection.execute(delete(CalendarTable).where(CalendarTable.person == whose))
            values = {name: getattr(row, name) for name in row.__slots__}
            connection.execute(insert(CalendarTable).values(values | {"person": whose}))

    def get(self, id_hash: str) -> CalendarRow | None:
        with self._database.reading() as connection:
            return _found(connection, CalendarTable.id_hash == id_hash)

    def of(self, person: PersonId) -> CalendarRow | None:
        with self._database.reading() as connection:
            return _found(connection, CalendarTable.person == self._whose(person))

    def note_use(self, id_hash: str, make: Callable[[bytes], bytes], at: datetime) -> None:
        """Keep what `make` makes of what the row holds, one use at a time, and when that was."""
        mine = CalendarTable.id_hash == id_hash
        with self._database.writing() as connection:
            row = _found(connection, mine, locked=True)
            if row is not None:
                state = {"used": at, "sealed": make(row.sealed)}
                connection.execute(update(CalendarTable).where(mine).values(state))

    def remove(self, id_hash: str) -> bool:
        """False when it is not there."""
        gone = delete(CalendarTable).where(CalendarTable.id_hash == id_hash)
        with self._database.writing() as connection:
            return connection.execute(gone).rowcount == 1

    def purge(self, expired_by: datetime) -> int:
        """Remove what is past its time; returns how many."""
        old = delete(CalendarTable).where(CalendarTable.expires <= expired_by)
        with self._database.writing() as connection:
            return connection.execute(old).rowcount

    def _whose(self, person: PersonId) -> str:
        return self._sealing.index("person", person.value)


def _found(
    connection: Connection, which: ColumnElement[bool], *, locked: bool = False
) -> CalendarRow | None:
    wanted = select(*_COLUMNS).where(which)
    row = connection.execute(wanted.with_for_update() if locked else wanted).one_or_none()
    return None if row is None else CalendarRow(*row)
