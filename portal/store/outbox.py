"""How far the delivery to the national log has come. What waits is the audit log itself."""

from datetime import datetime

from sqlalchemy import insert, or_, select, update

from portal.store.database import Database
from portal.store.tables import Audit, LogDelivery, LogSetAside
from stodtjanster.audit import Entry, Sealed

_PASSED = select(LogDelivery.seq).scalar_subquery()


class StoredOutbox:
    """An `Outbox`. Every method raises StoreUnavailable when the store does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take_turn(self, holder: str, now: datetime, until: datetime) -> bool:
        """See `stodtjanster.audit.Outbox`."""
        free = or_(
            LogDelivery.holder.is_(None),
            LogDelivery.holder == holder,
            LogDelivery.held_until <= now,
        )
        turn = update(LogDelivery).where(free).values(holder=holder, held_until=until)
        with self._database.writing() as connection:
            return connection.execute(turn).rowcount == 1

    def waiting(self, most: int) -> tuple[Entry, ...]:
        rows = select(Audit.__table__).where(Audit.seq > _PASSED).order_by(Audit.seq).limit(most)
        with self._database.reading() as connection:
            return tuple(
                Entry(row.seq, Sealed(row.previous, row.body, row.hash))
                for row in connection.execute(rows)
            )

    def passed(self, seq: int) -> None:
        # Never backwards: somebody whose turn was out may say late what others have passed.
        further = update(LogDelivery).where(LogDelivery.seq < seq).values(seq=seq)
        with self._database.writing() as connection:
            connection.execute(further)

    def set_aside(self, seq: int, code: str, at: datetime) -> None:
        known = select(LogSetAside.seq).where(LogSetAside.seq == seq)
        with self._database.writing() as connection:
            if connection.execute(known).first() is None:
                connection.execute(insert(LogSetAside).values(seq=seq, code=code, at=at))

    def aside(self) -> tuple[tuple[int, str], ...]:
        rows = select(LogSetAside.seq, LogSetAside.code).order_by(LogSetAside.seq)
        with self._database.reading() as connection:
            return tuple((row.seq, row.code) for row in connection.execute(rows))
