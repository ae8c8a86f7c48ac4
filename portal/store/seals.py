"""What people have closed: whose only the key tells (`portal.store.sealing`)."""

from datetime import datetime

from sqlalchemy import insert, select, update

from portal.store.database import Database
from portal.store.sealing import Sealing
from portal.store.tables import SealTable
from stodtjanster.access.closure import OPEN, Closure
from stodtjanster.model import PersonId


class SealRows:
    """A `stodtjanster.access.closure.ClosureBook`.

    Every method raises StoreUnavailable when the database does not answer.
    """

    def __init__(self, database: Database, sealing: Sealing) -> None:
        self._database = database
        self._sealing = sealing

    def of(self, person: PersonId) -> Closure:
        wanted = select(SealTable.sealed, SealTable.locked).where(
            SealTable.person == self._whose(person)
        )
        with self._database.reading() as connection:
            row = connection.execute(wanted).one_or_none()
        return OPEN if row is None else Closure(row.sealed, row.locked)

    def seal(self, person: PersonId, since: datetime | None) -> None:
        self._change(person, "sealed", since)

    def lock(self, person: PersonId, since: datetime | None) -> None:
        self._change(person, "locked", since)

    def _change(self, person: PersonId, name: str, since: datetime | None) -> None:
        mine = SealTable.person == self._whose(person)
        column = getattr(SealTable, name)
        with self._database.writing(alone=self._whose(person)) as connection:
            known = connection.execute(select(column).where(mine)).one_or_none()
            if known is None:
                row = {"person": self._whose(person), name: since}
                connection.execute(insert(SealTable).values(row))
            elif since is None or known[0] is None:
                connection.execute(update(SealTable).where(mine).values({name: since}))

    def _whose(self, person: PersonId) -> str:
        return self._sealing.index("person", person.value)
