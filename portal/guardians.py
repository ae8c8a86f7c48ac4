"""Whose guardian somebody is: asked for when it matters, and believed only while it is new.

No answer is no guardianship. Nothing of it is shown but the names of children who may be chosen.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from portal.lookups import Lookups
from stodtjanster.access import Facts, NotPermitted, decide
from stodtjanster.access.case import Guardian, UnitAccess
from stodtjanster.audit import AuditLog
from stodtjanster.information import Guardianship, PersonRecord
from stodtjanster.model import PersonId, Situation


@dataclass(frozen=True, slots=True)
class Custody:
    """One child, and what the rules are to know of the two."""

    child: PersonId
    facts: Facts


@dataclass(frozen=True, slots=True)
class Custodies:
    """`certain` is False when somebody did not answer: then there may be more. It is not kept
    longer than `until`."""

    children: tuple[Custody, ...]
    certain: bool
    until: datetime


NOBODY: Final = Custodies((), True, datetime.min.replace(tzinfo=UTC))


class Guardians(Lookups[Custodies]):
    """The children of the one who is logged in. It is asked about them themself."""

    kind = Guardianship

    def _look_up(self, me: Situation, reach: str, audit: AuditLog) -> Custodies:
        if not self._sources:
            return NOBODY
        try:
            asked = decide(me, {PersonRecord}, reach=reach, policy=self._policy)
            permit = asked.to_look_up(Guardianship)
        except NotPermitted:
            return NOBODY
        said = self._trusted(permit, audit)
        children = tuple(Custody(item.child, _facts(item)) for item in said.items)
        return Custodies(children, said.certain, said.until)


def _facts(item: Guardianship) -> Facts:
    extended = None
    if item.units and item.units_until is not None:
        extended = UnitAccess(item.units, item.units_until)
    return Facts(guardian=Guardian(True, item.blocked, extended))
