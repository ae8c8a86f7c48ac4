"""The log as a log administrator reads it: what concerns one care provider, a page at a time."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import Select, and_, case, or_, select

from portal.store.database import Database
from portal.store.tables import Audit, AuditReading
from stodtjanster.access.reasons import TO_REVIEW
from stodtjanster.audit import AuditEvent, EventKind, Reading, decode
from stodtjanster.model import HsaId, PersonId

_Rows: TypeAlias = Select[*tuple[Any, ...]]
_TOLD = frozenset({EventKind.DISCLOSURE, EventKind.SHOWN, EventKind.REFUSED})
_OPENINGS = frozenset(reason.value for reason in TO_REVIEW)
"""Grounds on which a registration is to be checked too: nothing need have been read after it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which readings: of one provider, from `since` until `until` (exclusive).

    Those whose ground is one of `first` come first, and only those of the refused ones are there.
    `without` are grounds that are left out.
    """

    provider: HsaId
    since: datetime
    until: datetime
    employee: HsaId | None = None
    patient: PersonId | None = None
    first: Collection[str] = ()
    without: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """An entry of the log, and what it came to as far as that is known (`Shown`)."""

    seq: int
    event: AuditEvent
    shown: tuple[AuditEvent, ...] = ()


class LogReview:
    """Every method raises StoreUnavailable, and ValueError for a log that cannot be read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, wanted: Wanted, *, after: int, most: int) -> tuple[Read, ...]:
        """At most `most`, newest first, when `after` have been passed over."""
        marked = case((AuditReading.ground.in_(wanted.first), 0), else_=1)
        order = (marked, AuditReading.at.desc(), AuditReading.seq.desc())
        rows = _matching(wanted, select(Audit.seq, Audit.body)).order_by(*order)
        with self._database.reading() as connection:
            found = connection.execute(rows.offset(after).limit(most)).all()
        return self._with_what_was_shown({row.seq: decode(row.body) for row in found})

    def of(self, provider: HsaId, seqs: Collection[int]) -> tuple[Read, ...]:
        """The entries with these numbers that the provider is to check, in order."""
        rows = _joined(select(Audit.seq, Audit.body)).where(
            AuditReading.provider == provider.value, AuditReading.seq.in_(seqs)
        )
        with self._database.reading() as connection:
            found = connection.execute(rows.order_by(Audit.seq)).all()
        return self._with_what_was_shown({row.seq: decode(row.body) for row in found})

    def readings(self, wanted: Wanted) -> tuple[Reading, ...]:
        """All that a sample may be drawn from: what was opened, in order."""
        rows = _matching(wanted, select(Audit.seq, Audit.hash, AuditReading.ground)).where(
            AuditReading.event != EventKind.REFUSED.value
        )
        with self._database.reading() as connection:
            found = connection.execute(rows.order_by(Audit.seq)).all()
        return tuple(Reading(row.seq, row.hash, row.ground) for row in found)

    def _with_what_was_shown(self, events: dict[int, AuditEvent]) -> tuple[Read, ...]:
        references = {str(event.reference) for event in events.values()}
        told = select(Audit.body).where(
            Audit.reference.in_(references), Audit.event == EventKind.SHOWN.value
        )
        with self._database.reading() as connection:
            shown = [decode(body) for body in connection.scalars(told.order_by(Audit.seq))]
        return tuple(
            Read(seq, event, tuple(one for one in shown if one.reference == event.reference))
            for seq, event in events.items()
        )


def reading_rows(seq: int, event: AuditEvent) -> list[dict[str, object]]:
    """Who is to check an entry: the reader's own provider, and those whose records were shown.

    The reader's own finds it once, as what was opened; others, as what was shown of theirs.
    """
    if event.employee is None or event.place is None or event.subject is None:
        return []
    opens = event.event is EventKind.REGISTERED and event.ground in _OPENINGS
    if event.event not in _TOLD and not opens:
        return []
    own = event.place.provider
    providers = {*event.owners} - {own} if event.event is EventKind.SHOWN else {own, *event.owners}
    common = {
        "seq": seq,
        "at": event.at,
        "event": event.event.value,
        "employee": event.employee.value,
        "ground": event.ground or "",
    }
    return [{**common, "provider": each} for each in sorted(one.value for one in providers)]


def _joined(chosen: _Rows) -> _Rows:
    # By time as well: where the log lies in months, only those are opened.
    same = and_(AuditReading.seq == Audit.seq, AuditReading.at == Audit.at)
    return chosen.select_from(AuditReading).join(Audit, same)


def _matching(wanted: Wanted, chosen: _Rows) -> _Rows:
    found = _joined(chosen).where(
        AuditReading.provider == wanted.provider.value,
        AuditReading.at >= wanted.since,
        AuditReading.at < wanted.until,
        AuditReading.ground.not_in(wanted.without),
        or_(
            AuditReading.event != EventKind.REFUSED.value,
            AuditReading.ground.in_(wanted.first),
        ),
    )
    if wanted.employee is not None:
        found = found.where(AuditReading.employee == wanted.employee.value)
    if wanted.patient is not None:
        found = found.where(Audit.subject == wanted.patient.value)
    return found
