"""Who the people are, as the population register says: asked for before anything is decided.

1177's rules for direct access look at every login whether the person lives, and whoever has a
protected identity must not be found through a page. So the register is asked first, on the ground
on which something could be shown, and the rules then decide on what it said. What it did not say
is not taken as favourable, but for one thing: that somebody who has just logged in is alive.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, Final

from portal.lookups import look_up
from portal.remembered import Remembered
from stodtjanster.access import Facts, Permit, Policy, decide
from stodtjanster.audit import AuditLog
from stodtjanster.fetch import FetchService
from stodtjanster.information import FullName, Item, PersonRecord
from stodtjanster.model import (
    Answer,
    Outcome,
    PersonId,
    PersonIdKind,
    Protection,
    Situation,
    Subject,
    Told,
)

FRESH: Final = timedelta(minutes=5)
"""A person whose identity was protected a moment ago is to be hidden within minutes."""

REST: Final = timedelta(seconds=10)
"""How long a register that did not answer is left alone by one session."""

MAX_NUMBERS: Final = 8
"""Numbers of one person that are asked about; nobody in the register has so many."""

_FRESHLY: Final = frozenset({Outcome.DATA_FROM_SOURCE, Outcome.DATA_FROM_CACHE})


@dataclass(frozen=True, slots=True)
class Known:
    """What the register has said of one person, as far as it has.

    `others` are their other numbers. When a part of it was not told now, `protected` is what an
    older copy forbids, or UNKNOWN. It is not kept longer than `until`, which is aware.
    """

    name: Told | None
    full_name: FullName | None
    deceased: bool
    protected: Protection
    others: tuple[PersonId, ...]
    until: datetime

    def of(self, subject: Subject) -> Subject:
        """The subject with what is known."""
        return replace(
            subject, deceased=self.deceased, protected=self.protected, others=self.others
        )


NOTHING: Final = Known(None, None, False, Protection.UNKNOWN, (), datetime.min.replace(tzinfo=UTC))


class People:
    """What is known is kept for minutes, for one login session and one person. Thread-safe.

    `kinds` is all that could be shown of anybody. Nobody waits for the register longer than
    `patience` seconds.
    """

    def __init__(
        self,
        fetch: FetchService,
        kinds: Iterable[type[Item]],
        clock: Callable[[], datetime],
        *,
        policy: Policy,
        patience: float,
    ) -> None:
        self._fetch = fetch
        self._registers = tuple(s.settings.key for s in fetch.sources if PersonRecord in s.gives)
        self._kinds = frozenset(kinds)
        self._clock = clock
        self._policy = policy
        self._patience = patience
        self._kept: Remembered[Known] = Remembered(clock)

    def lets_in(self, situation: Situation, *, reach: str, facts: Facts) -> bool:
        """Whether anything at all could be shown, of all that there is."""
        return bool(self._decide(situation, reach, facts).granted)

    def recognised(
        self, situation: Situation, *, reach: str, audit: AuditLog, facts: Facts | None = None
    ) -> Situation:
        """The situation with what is known of its subject."""
        known = self.known(situation, reach=reach, audit=audit, facts=facts)
        return replace(situation, subject=known.of(situation.subject))

    def known(
        self, situation: Situation, *, reach: str, audit: AuditLog, facts: Facts | None = None
    ) -> Known:
        """What the register says of the subject, at most minutes ago.

        It is not asked about somebody of whom the actor may see nothing anyway, whatever it says;
        `facts` are what else is known of the two, as for `access.decide`. Raises
        AuditUnavailable when the question cannot be logged: then it is not asked.
        """
        kept = self._kept.get(reach, situation.subject.person)
        if kept is not None:
            return kept
        permit = self._decide(situation, reach, facts)
        if not (self._registers and permit.granted):
            return NOTHING
        mark = self._kept.mark(reach)
        known = self._look_up(permit, audit)
        self._kept.keep(reach, situation.subject.person, known, mark)
        return known

    def forget(self, reach: str) -> None:
        """Erase what one login session knows: called at logout."""
        self._kept.forget(reach)

    def _decide(self, situation: Situation, reach: str, facts: Facts | None) -> Permit:
        return decide(situation, self._kinds, reach=reach, policy=self._policy, facts=facts)

    def _look_up(self, permit: Permit, audit: AuditLog) -> Known:
        """Ask about the number, and then about those that it is linked with: a protection may
        stand in the record of any of them."""
        deadline = monotonic() + self._patience
        while True:
            numbers = permit.situation.subject.numbers
            answer = self._ask(permit.to_look_up(), audit, deadline)
            found = _with_linked(numbers, answer)
            if found == numbers:
                return _known(answer, numbers, self._clock())
            subject = replace(permit.situation.subject, others=found[1:])
            situation = replace(permit.situation, subject=subject)
            permit = self._decide(situation, permit.reach, permit.facts)

    def _ask(self, permit: Permit, audit: AuditLog, deadline: float) -> Answer[Any]:
        at = self._clock()
        return look_up(
            self._fetch, permit, audit, sources=self._registers, at=at, deadline=deadline
        )


def _with_linked(numbers: tuple[PersonId, ...], answer: Answer[Any]) -> tuple[PersonId, ...]:
    """Reserve numbers are left out: neither the index nor the aggregating services know them (TKB),
    and every source would be said not to share."""
    linked = (
        number
        for record in answer.items
        for number in record.linked
        if number.kind is not PersonIdKind.RESERVNUMMER
    )
    return tuple(dict.fromkeys((*numbers, *linked)))[:MAX_NUMBERS]


def _known(answer: Answer[Any], numbers: tuple[PersonId, ...], now: datetime) -> Known:
    """What the records come to. The stricter is obeyed, whichever number it stands under.

    A copy from before is believed in what it forbids and not in what it allows.
    """
    records = tuple(answer.items)
    named = {record.subject for record in records}
    asked = [report for report in answer.reports if report.outcome is not Outcome.NOT_ASKED]
    fresh = all(report.outcome in _FRESHLY and report.cause is None for report in asked)
    # Rows that could not be read are links that nobody can ask about, or somebody's whole record.
    whole = answer.rejected == 0 or named.issuperset(numbers)
    certain = fresh and whole and numbers[0] in named
    hidden = (r.protected for r in records if r.protected is not Protection.NONE)
    return Known(
        name=next((r.name for r in records if r.subject == numbers[0]), None),
        full_name=next((r.full_name for r in records if r.subject == numbers[0]), None),
        deceased=any(record.deceased for record in records),
        protected=next(hidden, Protection.NONE if certain else Protection.UNKNOWN),
        others=numbers[1:],
        # From when the register said it, not from when it was taken from the shelf.
        until=min(r.as_of or now for r in asked) + FRESH if certain else now + REST,
    )
