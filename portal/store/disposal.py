"""Disposal (gallring): whole months of the log that are older than it has to be kept.

What is removed is always the beginning of the chain, so that the rest can still be verified. The
database itself lets nothing go that is younger than five years (migration 0010).
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, func, select, text, update

from portal.store.database import Database
from portal.store.tables import (
    Audit,
    AuditReading,
    AuditStart,
    LogCheckEntryTable,
    LogCheckTable,
    LogSetAside,
)
from stodtjanster.audit import Head

_BEYOND: Final = 2**62
_MONTHS: Final = text(
    "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'audit'::regclass"
)
_MONTH: Final = re.compile(r"audit_(\d{4})_(\d{2})")


@dataclass(frozen=True, slots=True)
class Cut:
    """All months before `month` (its first moment in UTC): `count` entries, the last is `head`."""

    month: datetime
    head: Head
    count: int


class Disposal:
    """Every method raises StoreUnavailable when the store does not answer, or does not let it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, limit: datetime) -> Cut | None:
        """The most that may go of what is older than `limit`; None when nothing may.

        Entries are written in order, and two that are written at once may have times in the other
        order. So a month goes when all that stands before its last entry is old enough as well.
        """
        with self._database.looking_back() as connection:
            newer = select(func.min(Audit.seq)).where(Audit.at >= limit)
            old = connection.execute(newer).scalar_one() or _BEYOND
            month = _first(limit)
            last = _last_before(connection, month)
            while last is not None and last >= old:
                month = _first(month - timedelta(days=1))
                last = _last_before(connection, month)
            if last is None:
                return None
            row = connection.execute(select(Audit.hash).where(Audit.seq == last)).one()
            begun = connection.execute(select(AuditStart.seq)).scalar_one()
        return Cut(month, Head(last, row.hash), last - begun)

    def remove(self, cut: Cut) -> None:
        """Remove them, with what points at them. Asks for the rights of whoever owns the tables."""
        last = cut.head.seq
        with self._database.writing() as connection:
            connection.execute(update(AuditStart).values(seq=last, hash=cut.head.hash))
            if connection.dialect.name == "postgresql":
                _drop_months(connection, cut.month)
            for table in (Audit, AuditReading, LogSetAside, LogCheckEntryTable):
                connection.execute(delete(table).where(table.seq <= last))
            connection.execute(delete(LogCheckTable).where(LogCheckTable.until <= cut.month))


def _first(moment: datetime) -> datetime:
    """When the month of it began."""
    return moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _last_before(connection: Connection, month: datetime) -> int | None:
    last: int | None = connection.execute(
        select(func.max(Audit.seq)).where(Audit.at < month)
    ).scalar_one()
    return last


def _drop_months(connection: Connection, before: datetime) -> None:
    for name in connection.scalars(_MONTHS).all():
        found = _MONTH.fullmatch(name)
        if found and (int(found[1]), int(found[2])) < (before.year, before.month):
            connection.execute(text(f"DROP TABLE {name}"))
