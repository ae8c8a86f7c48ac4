"""The audit log in the database: append-only, chained, durable when `record` returns."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from threading import Condition

from sqlalchemy import Connection, Row, func, insert, select, text, update

from portal.store.database import Database, StoreUnavailable
from portal.store.tables import Audit, AuditHead
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
_MAKE_MONTH = text("SELECT audit_month(:moment)")
_MONTH_AHEAD = timedelta(days=31)
_BEYOND = 2**62
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
        waiting = _Waiting(event)
        with self._changed:
            self._queue.append(waiting)
            self._changed.wait_for(lambda: waiting.done or not self._writing)
            batch = [] if waiting.done else self._take_all()
        if batch:
            self._commit(batch)
        if waiting.failure is not None:
            raise AuditUnavailable(waiting.failure)
        return str(event.reference)

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

    def head_before(self, moment: datetime) -> Head:
        """The last entry that is older, with all before it; Head() when there is none."""
        newer = select(func.min(Audit.seq)).where(Audit.at >= moment).scalar_subquery()
        older = select(Audit.seq, Audit.hash).where(Audit.seq < func.coalesce(newer, _BEYOND))
        with self._database.reading() as connection:
            row = connection.execute(older.order_by(Audit.seq.desc()).limit(1)).first()
        return Head(row.seq, row.hash) if row else Head()

    def verify(self, anchor: Head | None = None) -> Verdict:
        """Walk the whole chain as it stands at this moment. Raises StoreUnavailable."""
        with self._database.looking_back() as connection:
            head = _head(connection)
            rows = connection.execution_options(yield_per=_ROWS_AT_A_TIME).execute(_READ_ALL)
            return verify(_entries(rows), head=head, anchor=anchor)

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
    seq, last = connection.execute(_LOCK_HEAD).one()
    rows = []
    for event in events:
        sealed = seal(last, event)
        seq, last = seq + 1, sealed.hash
        rows.append({"seq": seq, "body": sealed.body, "previous": sealed.previous, "hash": last})
        rows[-1].update(_labels(event))
    connection.execute(insert(Audit), rows)
    connection.execute(update(AuditHead).values(seq=seq, hash=last))


def _labels(event: AuditEvent) -> dict[str, object]:
    """What stands beside the body, to search by."""
    return {
        "at": event.at,
        "event": event.event.value,
        "actor": event.actor.value if event.actor else None,
        "subject": event.subject.value if event.subject else None,
        "reference": str(event.reference),
    }


def _head(connection: Connection) -> Head:
    # A head that has been removed says that nothing was written: every row then lies beyond it.
    row = connection.execute(_READ_HEAD).one_or_none()
    return Head(row.seq, row.hash) if row else Head()


def _entries(rows: Iterable[Row[*tuple[object, ...]]]) -> Iterator[Entry]:
    """Ends at a row that does not even hold the types that its columns say."""
    walk = iter(rows)
    while True:
        try:
            row = next(walk)
        except StopIteration:
            return
        except (TypeError, ValueError):
            yield _UNREADABLE
            return
        yield Entry(row.seq, Sealed(row.previous, row.body, row.hash), _agrees(row))


def _agrees(row: Row[*tuple[object, ...]]) -> bool:
    # SQLite keeps text in a column of bytes when it is told to.
    if not all(isinstance(each, bytes) for each in (row.previous, row.body, row.hash)):
        return False
    try:
        labels = _labels(decode(row.body))
    except ValueError:
        return False
    return all(getattr(row, name) == value for name, value in labels.items())
