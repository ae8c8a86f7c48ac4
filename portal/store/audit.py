"""The audit log in the database: append-only, chained, durable when `record` returns."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby, islice
from math import inf
from operator import attrgetter, itemgetter
from threading import Condition

from sqlalchemy import Connection, Row, Select, insert, select, text, update

from portal.store.database import Database, StoreUnavailable
from portal.store.log_review import reading_rows
from portal.store.tables import Audit, AuditHead, AuditReading, AuditStart
from stodtjanster.audit import (
    AuditEvent,
    AuditUnavailable,
    Entry,
    EventKind,
    Head,
    Sealed,
    Verdict,
    decode,
    seal,
    verify,
)
from stodtjanster.model import PersonId

_ROWS_AT_A_TIME = 1_000
_LOCK_HEAD = select(AuditHead.seq, AuditHead.hash).with_for_update()
_READ_HEAD = select(AuditHead.seq, AuditHead.hash)
_READ_ALL = select(Audit.__table__).order_by(Audit.seq)
_READ_START = select(AuditStart.seq, AuditStart.hash)
_READ_READINGS = select(AuditReading.__table__).order_by(AuditReading.seq)
_MAKE_MONTH = text("SELECT audit_month(:moment)")
_MONTH_AHEAD = timedelta(days=31)
_NO_MORE: tuple[float, Iterator[Row[*tuple[object, ...]]]] = (inf, iter(()))
_UNREADABLE = Entry(0, Sealed(b"", b"", b""), agrees=False)


@dataclass(slots=True, eq=False)
class _Waiting:
    """An event whose thread waits for it to be committed."""

    event: AuditEvent
    done: bool = False
    failure: str | None = None


class StoredAudit:
    """An `AuditLog`. One per process: its threads share one commit when they come together.

    A commit costs one wait for the disk however many events it holds. So the thread that may
    write takes along all events that wait.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queue: deque[_Waiting] = deque()
        self._changed = Condition()
        self._writing = False
        self._months: frozenset[tuple[int, int]] = frozenset()

    def record(self, event: AuditEvent) -> str:
        """See `stodtjanster.audit.AuditLog.record`."""
        self.record_all((event,))
        return str(event.reference)

    def record_all(self, events: Iterable[AuditEvent]) -> None:
        """See `stodtjanster.audit.AuditLog.record_all`."""
        together = [_Waiting(event) for event in events]
        if not together:
            return
        # They come into the queue at once, so whoever takes one of them takes them all.
        last = together[-1]
        with self._changed:
            self._queue.extend(together)
            self._changed.wait_for(lambda: last.done or not self._writing)
            batch = [] if last.done else self._take_all()
        if batch:
            self._commit(batch)
        if last.failure is not None:
            raise AuditUnavailable(last.failure)

    def about(self, reference: str) -> tuple[AuditEvent, ...]:
        """The events of one matter, oldest first. Raises StoreUnavailable."""
        wanted = select(Audit.body).where(Audit.reference == reference).order_by(Audit.seq)
        with self._database.reading() as connection:
            return tuple(decode(body) for body in connection.scalars(wanted))

    def uses(
        self, *, actor: PersonId, subject: PersonId, since: datetime, most: int
    ) -> tuple[AuditEvent, ...]:
        """The last times that one person opened something of another's, newest first. `actor` may
        be the number that a grant names. Raises StoreUnavailable."""
        wanted = (
            select(Audit.body)
            .where(
                Audit.subject == subject.value,
                Audit.actor != subject.value,
                Audit.at >= since,
                Audit.event == EventKind.DISCLOSURE.value,
            )
            .order_by(Audit.seq.desc())
        )
        with self._database.reading() as connection:
            events = (decode(body) for body in connection.scalars(wanted))
            theirs = (event for event in events if actor in (event.ombud, event.actor))
            return tuple(islice(theirs, most))

    def concerning(
        self,
        subject: PersonId,
        kinds: Iterable[EventKind],
        *,
        since: datetime,
        until: datetime,
        most: int,
    ) -> tuple[AuditEvent, ...]:
        """What has happened about a person, of these kinds, from `since` until `until` (exclusive):
        the `most` newest, newest first. Raises StoreUnavailable."""
        wanted = (
            select(Audit.body)
            .where(
                Audit.subject == subject.value,
                Audit.at >= since,
                Audit.at < until,
                Audit.event.in_([kind.value for kind in kinds]),
            )
            .order_by(Audit.at.desc(), Audit.seq.desc())
            .limit(most)
        )
        with self._database.reading() as connection:
            return tuple(decode(body) for body in connection.scalars(wanted))

    def head(self) -> Head:
        """The end of the chain now: note it elsewhere, as the anchor of a later `verify`."""
        with self._database.reading() as connection:
            return _head(connection)

    def verify(self, anchor: Head | None = None) -> Verdict:
        """Walk the whole chain as it stands at this moment. Raises StoreUnavailable."""
        with self._database.looking_back() as connection:
            head, start = _head(connection), _head(connection, _READ_START)
            connection.execution_options(yield_per=_ROWS_AT_A_TIME)
            rows, readings = connection.execute(_READ_ALL), connection.execute(_READ_READINGS)
            return verify(_entries(rows, readings), head=head, anchor=anchor, start=start)

    def _take_all(self) -> list[_Waiting]:
        self._writing = True
        batch = list(self._queue)
        self._queue.clear()
        return batch

    def _commit(self, batch: list[_Waiting]) -> None:
        failure: str | None = "interrupted"
        try:
            events = [waiting.event for waiting in batch]
            with self._database.writing() as connection:
                months = self._made_months(connection, events)
                _append(connection, events)
            self._months = months
            failure = None
        except StoreUnavailable as error:
            failure = str(error)
        finally:
            with self._changed:
                for waiting in batch:
                    waiting.done, waiting.failure = True, failure
                self._writing = False
                self._changed.notify_all()

    def _made_months(
        self, connection: Connection, events: list[AuditEvent]
    ) -> frozenset[tuple[int, int]]:
        """Make the partitions that these events need where there are such (migration 0009), and
        the next ones: a new month then begins without a lock on the whole log. One process at a
        time does, since all wait for the head."""
        if connection.dialect.name == "sqlite":
            return self._months
        needed = {_month(event.at): event.at for event in events}
        lacking = needed.keys() - self._months
        if lacking:
            connection.execute(_LOCK_HEAD)
        for month in lacking:
            for moment in (needed[month], needed[month] + _MONTH_AHEAD):
                connection.execute(_MAKE_MONTH, {"moment": moment})
        return self._months | lacking


def _month(at: datetime) -> tuple[int, int]:
    utc = at.astimezone(UTC)
    return utc.year, utc.month


def _append(connection: Connection, events: list[AuditEvent]) -> None:
    before, last = connection.execute(_LOCK_HEAD).one()
    rows = []
    numbered = list(enumerate(events, before + 1))
    for seq, event in numbered:
        sealed = seal(last, event)
        last = sealed.hash
        rows.append({"seq": seq, "body": sealed.body, "previous": sealed.previous, "hash": last})
        rows[-1].update(_labels(event))
    connection.execute(insert(Audit), rows)
    readings = [row for seq, event in numbered for row in reading_rows(seq, event)]
    if readings:
        connection.execute(insert(AuditReading), readings)
    connection.execute(update(AuditHead).values(seq=before + len(events), hash=last))


def _labels(event: AuditEvent) -> dict[str, object]:
    """What stands beside the body, to search by."""
    return {
        "at": event.at,
        "event": event.event.value,
        "actor": event.actor.value if event.actor else None,
        "subject": event.subject.value if event.subject else None,
        "reference": str(event.reference),
    }


def _head(connection: Connection, read: Select[int, bytes] = _READ_HEAD) -> Head:
    # A head that has been removed says that nothing was written: every row then lies beyond it.
    row = connection.execute(read).one_or_none()
    return Head(row.seq, row.hash) if row else Head()


def _entries(
    rows: Iterable[Row[*tuple[object, ...]]], readings: Iterable[Row[*tuple[object, ...]]]
) -> Iterator[Entry]:
    """Ends at a row that does not even hold the types that its columns say."""
    beside = groupby(readings, attrgetter("seq"))
    try:
        seq, noted = next(beside, _NO_MORE)
        for row in rows:
            mine: list[dict[str, object]] = []
            if seq == row.seq:
                mine = sorted((dict(each._mapping) for each in noted), key=itemgetter("provider"))
                seq, noted = next(beside, _NO_MORE)
            agrees = seq > row.seq and _agrees(row, mine)
            yield Entry(row.seq, Sealed(row.previous, row.body, row.hash), agrees)
    except (TypeError, ValueError):
        yield _UNREADABLE
        return
    if seq != inf:
        yield _UNREADABLE


def _agrees(row: Row[*tuple[object, ...]], readings: list[dict[str, object]]) -> bool:
    # SQLite keeps text in a column of bytes when it is told to.
    if not all(isinstance(each, bytes) for each in (row.previous, row.body, row.hash)):
        return False
    try:
        event = decode(row.body)
    except ValueError:
        return False
    same = all(getattr(row, name) == value for name, value in _labels(event).items())
    return same and readings == reading_rows(row.seq, event)
