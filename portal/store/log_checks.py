"""Samples of the log that were drawn for a log administrator, and what was said of each entry."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import orjson
from sqlalchemy import insert, select, update

from portal.store.database import Database
from portal.store.sealing import Sealing, Unsealable
from portal.store.tables import LogCheckEntryTable, LogCheckTable
from stodtjanster.model import HsaId

_FIRST_VERSION = 1


class Judged(StrEnum):
    """What the log administrator has said of an entry."""

    NOT_YET = "not-yet"
    REVIEWED = "reviewed"
    FOLLOWED_UP = "followed-up"


@dataclass(frozen=True, slots=True)
class LogCheck:
    """A sample of a provider's readings from `since` until `until` (exclusive).

    `id` is a UUID, and the seed of the lot. `share`, `least` and `always` are as in
    `stodtjanster.audit.to_check`; `of` is how many readings it was drawn from. `by` drew it.
    """

    id: str
    provider: HsaId
    since: datetime
    until: datetime
    drawn: datetime
    by: HsaId
    share: float
    least: int
    always: tuple[str, ...]
    of: int


@dataclass(frozen=True, slots=True)
class CheckedEntry:
    """`seq` is the entry's number in the log. `by` and `at` say who judged it, and when."""

    seq: int
    version: int
    judged: Judged
    by: HsaId | None = None
    at: datetime | None = None


class LogCheckRows:
    """One check for each provider and period: nobody draws until the sample pleases.

    Every method raises StoreUnavailable when the database does not answer, and Unsealable for what
    was changed or moved there.
    """

    def __init__(self, database: Database, sealing: Sealing) -> None:
        self._database = database
        self._sealing = sealing

    def draw(self, check: LogCheck, seqs: Collection[int]) -> bool:
        """Keep a check. False when there is one of that period already."""
        whose = self._whose(check.provider)
        row = {
            "id": check.id,
            "provider": whose,
            "since": check.since,
            "until": check.until,
            "drawn": check.drawn,
            "sealed": self._sealing.seal(_packed(check), f"log_checks/{check.id}/{whose}"),
        }
        entries = [
            self._row(check.id, CheckedEntry(s, _FIRST_VERSION, Judged.NOT_YET)) for s in seqs
        ]
        same = select(LogCheckTable.id).where(
            LogCheckTable.provider == whose, LogCheckTable.since == check.since
        )
        with self._database.writing(alone=whose) as connection:
            if connection.execute(same).first() is not None:
                return False
            connection.execute(insert(LogCheckTable).values(row))
            if entries:
                connection.execute(insert(LogCheckEntryTable), entries)
        return True

    def of(self, provider: HsaId) -> tuple[LogCheck, ...]:
        """All checks of a provider, the newest period first."""
        wanted = (
            select(LogCheckTable.__table__)
            .where(LogCheckTable.provider == self._whose(provider))
            .order_by(LogCheckTable.since.desc())
        )
        with self._database.reading() as connection:
            return tuple(self._check(row, provider) for row in connection.execute(wanted).all())

    def entries(self, check: LogCheck) -> tuple[CheckedEntry, ...]:
        """In the order of the log."""
        wanted = (
            select(LogCheckEntryTable.__table__)
            .where(LogCheckEntryTable.check_id == check.id)
            .order_by(LogCheckEntryTable.seq)
        )
        with self._database.reading() as connection:
            return tuple(self._entry(row) for row in connection.execute(wanted).all())

    def judge(self, check: LogCheck, entry: CheckedEntry) -> bool:
        """Put what is said now in the place of the version that was seen. False when somebody else
        was first, or there is none."""
        row = self._row(check.id, replace(entry, version=entry.version + 1))
        seen = update(LogCheckEntryTable).where(
            LogCheckEntryTable.check_id == check.id,
            LogCheckEntryTable.seq == entry.seq,
            LogCheckEntryTable.version == entry.version,
        )
        changed = {name: row[name] for name in ("version", "sealed")}
        with self._database.writing() as connection:
            return connection.execute(seen.values(changed)).rowcount == 1

    def _row(self, check: str, entry: CheckedEntry) -> dict[str, Any]:
        said = {
            "judged": entry.judged.value,
            "by": entry.by.value if entry.by else None,
            "at": entry.at.astimezone(UTC).isoformat() if entry.at else None,
        }
        sealed = self._sealing.seal(orjson.dumps(said), _place(check, entry.seq, entry.version))
        return {"check_id": check, "seq": entry.seq, "version": entry.version, "sealed": sealed}

    def _entry(self, row: Any) -> CheckedEntry:
        place = _place(row.check_id, row.seq, row.version)
        said = orjson.loads(self._sealing.open(row.sealed, place))
        return CheckedEntry(
            seq=row.seq,
            version=row.version,
            judged=Judged(said["judged"]),
            by=HsaId.parse(said["by"]) if said["by"] else None,
            at=datetime.fromisoformat(said["at"]) if said["at"] else None,
        )

    def _check(self, row: Any, provider: HsaId) -> LogCheck:
        said = orjson.loads(self._sealing.open(row.sealed, f"log_checks/{row.id}/{row.provider}"))
        if (said["since"], said["until"]) != (row.since.isoformat(), row.until.isoformat()):
            raise Unsealable
        return LogCheck(
            id=row.id,
            provider=provider,
            since=row.since,
            until=row.until,
            drawn=row.drawn,
            by=HsaId.parse(said["by"]),
            share=said["share"],
            least=said["least"],
            always=tuple(said["always"]),
            of=said["of"],
        )

    def _whose(self, provider: HsaId) -> str:
        return self._sealing.index("log checks", provider.value)


def _packed(check: LogCheck) -> bytes:
    return orjson.dumps(
        {
            "since": check.since.astimezone(UTC).isoformat(),
            "until": check.until.astimezone(UTC).isoformat(),
            "by": check.by.value,
            "share": check.share,
            "least": check.least,
            "always": check.always,
            "of": check.of,
        }
    )


def _place(check: str, seq: int, version: int) -> str:
    """With the version in it, nothing can be put back to what was said before."""
    return f"log_check_entries/{check}/{seq}/{version}"
