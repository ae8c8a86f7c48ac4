"""Our own audit log, as the person whom it is about reads it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from portal.store import StoredAudit
from stodtjanster.access.reasons import EMERGENCY_OPENINGS
from stodtjanster.audit import AuditEvent, EventKind
from stodtjanster.grants import GrantBook
from stodtjanster.information import Opener
from stodtjanster.model import ActorKind, PersonId, local_day
from stodtjanster.sources.portal_log.kept import Opening

_KINDS: Final = (EventKind.DISCLOSURE, EventKind.ACT)
_EMERGENCIES: Final = frozenset(reason.value for reason in EMERGENCY_OPENINGS)
_OPENERS: Final[Mapping[ActorKind | None, Opener]] = {
    ActorKind.CITIZEN: Opener.SELF,
    ActorKind.OMBUD: Opener.OMBUD,
    ActorKind.GUARDIAN: Opener.GUARDIAN,
}


class Readings:
    """A `stodtjanster.sources.portal_log.kept.LogRows`.

    What somebody opens of their own is one row for each login and day: a page of one's own is
    opened many times, and what matters is whether it was oneself.
    """

    def __init__(self, audit: StoredAudit, grants: GrantBook | None) -> None:
        self._audit = audit
        self._grants = grants

    def about(
        self, person: PersonId, since: datetime, until: datetime, most: int
    ) -> tuple[Opening, ...]:
        """Raises StoreUnavailable, and ValueError for a log that cannot be read."""
        events = self._audit.concerning(person, _KINDS, since=since, until=until, most=most)
        names = self._names(person) if events else {}
        return tuple(_together(events, names))

    def _names(self, person: PersonId) -> Mapping[PersonId, str]:
        given = self._grants.given_by(person) if self._grants else ()
        return {one.grantee: one.grantee_name for one in given if one.accepted is not None}


def _together(events: Iterable[AuditEvent], names: Mapping[PersonId, str]) -> Iterator[Opening]:
    """Newest first, as they come."""
    rows: dict[object, Opening] = {}
    for event in events:
        one = _opening(event, names)
        own = (event.session, local_day(event.at), event.event)
        key = own if one.opener is Opener.SELF else one.reference + event.event
        newer = rows.get(key)
        rows[key] = one if newer is None else _joined(newer, one)
    yield from rows.values()


def _joined(newer: Opening, older: Opening) -> Opening:
    return replace(
        newer,
        first=older.first,
        times=newer.times + 1,
        information=tuple(dict.fromkeys((*newer.information, *older.information))),
    )


def _name(event: AuditEvent, names: Mapping[PersonId, str]) -> str | None:
    """By the number in the grant, which need not be that of the login."""
    number = event.ombud or event.actor
    return names.get(number) if number is not None else None


def _opening(event: AuditEvent, names: Mapping[PersonId, str]) -> Opening:
    opener = _OPENERS.get(event.actor_kind, Opener.CARE)
    return Opening(
        reference=f"{event.reference.hex}-{event.event.value}",
        first=event.at,
        last=event.at,
        opener=opener,
        name=_name(event, names) if opener is Opener.OMBUD else None,
        information=event.information,
        purpose=event.purpose if opener is Opener.CARE else None,
        emergency=event.ground in _EMERGENCIES,
        changed=event.event is EventKind.ACT,
        place=event.place,
    )
