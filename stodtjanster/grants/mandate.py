"""One grant from a person to an ombud, and what becomes of it. Pure: times are passed in, aware.

The rules (access/README, 9) know a grant by its facts; a mandate is the life of one. It is written
by the person, offered to the ombud, and means nothing to the rules before the ombud has accepted.
"""

from calendar import monthrange
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from unicodedata import normalize
from uuid import UUID

from stodtjanster.access.case import Grant
from stodtjanster.model import STOCKHOLM, HsaId, PersonId, local_day

LONGEST_MONTHS: Final = 24
"""How far ahead a person may give away access to their own (identity.md 3.4)."""

_DAY: Final = timedelta(days=1)


class NotPossible(Exception):  # noqa: N818 - an outcome
    """The mandate is not where that can be done, or not theirs to do it to."""


class Party(StrEnum):
    GRANTOR = "grantor"
    GRANTEE = "grantee"


class Stage(StrEnum):
    """Where a mandate is at a moment.

    COMING, IN_FORCE and PAST are accepted ones. LAPSED was offered, and its time passed before it
    was accepted.
    """

    DRAFT = "draft"
    OFFERED = "offered"
    LAPSED = "lapsed"
    COMING = "coming"
    IN_FORCE = "in_force"
    PAST = "past"
    ENDED = "ended"


_OPEN: Final = frozenset({Stage.OFFERED, Stage.COMING, Stage.IN_FORCE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """From `grantor` to `grantee`, for `scopes` (those of the rules) from `valid_from` until
    `valid_to` (exclusive), with `providers` or, when there are none, everybody.

    The person writes what the ombud is called; from when it is accepted both names are the
    register's. `surname` is what the person wrote: with the number it has to be right before the
    ombud is told of it, so that a wrong number offers nothing to a stranger, and nobody has to be
    looked up for somebody else. `version` counts the changes, so that two who change the same one
    at once cannot both do it.
    """

    id: UUID
    grantor: PersonId
    grantee: PersonId
    grantor_name: str = field(repr=False)
    grantee_name: str = field(repr=False)
    surname: str = field(repr=False)
    scopes: frozenset[str]
    providers: frozenset[HsaId] = frozenset()
    valid_from: datetime
    valid_to: datetime
    written: datetime
    offered: datetime | None = None
    accepted: datetime | None = None
    ended: datetime | None = None
    ended_by: Party | None = None
    version: int = 1

    def __post_init__(self) -> None:
        happened = (self.written, self.offered, self.accepted, self.ended)
        moments = (self.valid_from, self.valid_to, *(at for at in happened if at is not None))
        if any(moment.utcoffset() is None for moment in moments):
            raise ValueError("a time without zone")
        if self.grantor == self.grantee:
            raise ValueError("nobody is their own ombud")
        if not self.scopes:
            raise ValueError("a mandate is for something")
        if not self.valid_from < self.valid_to <= months(self.valid_from, LONGEST_MONTHS):
            raise ValueError("a mandate ends after it begins, within 24 months")

    @property
    def last_day(self) -> date:
        """The last Swedish day of which some is included."""
        return local_day(self.valid_to - timedelta(microseconds=1))

    def stage(self, now: datetime) -> Stage:
        if self.ended is not None:
            return Stage.ENDED
        if self.offered is None:
            return Stage.DRAFT
        if self.accepted is None:
            return Stage.OFFERED if now < self.valid_to else Stage.LAPSED
        if now < self.valid_from:
            return Stage.COMING
        return Stage.IN_FORCE if now < self.valid_to else Stage.PAST

    def is_open(self, now: datetime) -> bool:
        """It can still come to let somebody in."""
        return self.stage(now) in _OPEN

    def ends_soon(self, now: datetime, days: int) -> bool:
        """It is in force, and its last day is at most so many days away."""
        soon = local_day(now) + days * _DAY
        return self.stage(now) is Stage.IN_FORCE and self.last_day <= soon

    def party(self, person: PersonId) -> Party | None:
        """Which of the two a person is; the ombud is none of them until it is offered."""
        if person == self.grantor:
            return Party.GRANTOR
        return Party.GRANTEE if person == self.grantee and self.offered is not None else None

    def fact(self) -> Grant | None:
        """What the rules are told: nothing before the ombud has accepted."""
        if self.accepted is None:
            return None
        return Grant(
            grantor=self.grantor,
            grantee=self.grantee,
            scopes=self.scopes,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            revoked_at=self.ended,
            providers=self.providers,
        )

    def is_for(self, name: str) -> bool:
        """Whether somebody of this name, as the register has it, may be meant."""
        return set(_parts(self.surname)) <= set(_parts(name)) and bool(_parts(self.surname))

    def offer(self, now: datetime) -> "Mandate":
        """The person gives it. Raises NotPossible when it is given already, or is in the past."""
        if self.stage(now) is not Stage.DRAFT or now >= self.valid_to:
            raise NotPossible
        return replace(self, offered=now)

    def accept(self, now: datetime, name: str) -> "Mandate":
        """The ombud says yes, called `name` in the register. Raises NotPossible when there is
        nothing to say yes to any more, or when somebody else is meant."""
        if self.stage(now) is not Stage.OFFERED or not self.is_for(name):
            raise NotPossible
        return replace(self, accepted=now, grantee_name=name)

    def end(self, by: Party, now: datetime) -> "Mandate":
        """Either of them ends it, at once. Raises NotPossible when it is over, or a draft."""
        if not self.is_open(now):
            raise NotPossible
        return replace(self, ended=now, ended_by=by)


def _parts(name: str) -> list[str]:
    """The words of a name, however they are written: "Ek-Lund" is "ek lund"."""
    return normalize("NFC", name).casefold().replace("-", " ").split()


def months(moment: datetime, count: int) -> datetime:
    """The same Swedish day and hour so many months later, or the last day of that month."""
    moment = moment.astimezone(STOCKHOLM)
    years, month = divmod(moment.month - 1 + count, 12)
    year, month = moment.year + years, month + 1
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))
