"""What one reader has been shown, remembered without what it said.

Of each record there is a keyed name, a keyed digest of what was shown of it, who told it, and when
it takes place: enough to tell what is new, moved, changed or gone, and no more (ADR 16). Pure:
`portal.recollection` keeps it, sealed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from stodtjanster.information import Appointment, CarePlan, Item, Message
from stodtjanster.model import Answer, Outcome, Period, Report, first_day
from views.kit.traces import Pen, Place, Trace


class Change(StrEnum):
    NEW = "new"
    MOVED = "moved"
    CHANGED = "changed"
    GONE = "gone"


_SENT: Final = frozenset({Message})
"""What is sent once does not change, and is not taken back."""

_JOINED: Final = frozenset({CarePlan})
"""What several sources tell together (`Item.with_twin`): with one of them silent it says less."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was shown at one time, or lately by those who did not answer then.

    `heard` says who has answered, and to which day what they told reaches: of others, and of later
    days, nobody knows what there was.
    """

    at: datetime
    traces: tuple[Trace, ...] = ()
    heard: Mapping[Place, date] = field(default_factory=dict)

    def knew(self, place: Place, day: date | None) -> bool:
        """True when a record of that day would have been shown, had there been one.

        A system that nobody had heard of was not there, if its source had told of all it had.
        """
        heard = (self.heard.get(place), self.heard.get(replace(place, system="")))
        reached = [until for until in heard if until is not None]
        return bool(reached) and (day is None or day <= max(reached))


@dataclass(frozen=True, slots=True)
class Memory:
    """`since` is what news are told against, `latest` what was shown last. `visit` names the login
    in which that was."""

    since: Snapshot
    latest: Snapshot
    visit: str

    def on(self, visit: str, now: datetime, pause: timedelta) -> "Memory":
        """The memory as a visit begins: what was shown last time is no longer news. Whoever logs in
        again before the pause is over goes on where they were."""
        if visit == self.visit or now - self.latest.at < pause:
            return self
        return replace(self, since=self.latest)

    def marked(self) -> "Memory":
        """The reader has seen all that was shown last."""
        return replace(self, since=self.latest)


@dataclass(frozen=True, slots=True)
class Recalled:
    """What a page may know of what its reader has been shown before. Without `memory` it is the
    first time, unless it is not `kept`: then nobody knows."""

    memory: Memory | None = None
    kept: bool = True


NOT_KEPT: Final = Recalled(kept=False)


@dataclass(frozen=True, slots=True)
class News:
    """One change. `item` is what is told now, None for what is gone; `was` what is remembered,
    None for what is new."""

    change: Change
    item: Item | None = None
    was: Trace | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """The answer about one kind of information, and the period that it was asked for."""

    kind: type[Item]
    period: Period
    answer: Answer[Any]


def changes(since: Snapshot, asked: Iterable[Asked], pen: Pen, now: datetime) -> list[News]:
    """What is new, moved, changed or gone, in no order.

    Gone is only what somebody told who has answered in full now; what is over is not gone.
    """
    known = {(trace.place.kind, trace.name): trace for trace in since.traces}
    found: list[News] = []
    for each in asked:
        told = {pen.name(item.origin): item for item in each.answer.items}
        for name, item in told.items():
            was = known.get((each.kind.key, name))
            change = _change(since, was, _trace(pen, item, each.answer), now)
            if change is not None and not _is_done(item):
                found.append(News(change, item, was))
        missing = (trace for (kind, name), trace in known.items() if name not in told)
        found.extend(
            News(Change.GONE, was=trace)
            for trace in missing
            if trace.place.kind == each.kind.key
            and each.kind not in _SENT
            and not trace.is_over(now)
            and has_answered(each.answer.reports, trace.place)
        )
    return found


def note(before: Snapshot | None, asked: Iterable[Asked], pen: Pen, now: datetime) -> Snapshot:
    """What is remembered after these answers: what was told now, and of those who did not answer
    what they told before. What is over is forgotten."""
    whole = tuple(asked)
    reports = {each.kind.key: each.answer.reports for each in whole}
    known = {(trace.place.kind, trace.name): trace for trace in (before.traces if before else ())}
    kept = {
        key: trace
        for key, trace in known.items()
        if not has_answered(reports.get(trace.place.kind, ()), trace.place)
    }
    for each in whole:
        for item in each.answer.items:
            fresh = _trace(pen, item, each.answer)
            key = (fresh.place.kind, fresh.name)
            was = known.get(key)
            # While its own source is silent, another's word for it is not put in its place.
            if key not in kept or kept[key].place == fresh.place:
                kept[key] = fresh if fresh.facts or was is None else replace(fresh, facts=was.facts)
    heard = dict(before.heard) if before else {}
    for each in whole:
        heard |= dict.fromkeys(_heard(each), each.period.last)
    lasting = sorted(key for key, trace in kept.items() if not trace.is_over(now))
    return Snapshot(now, tuple(kept[key] for key in lasting), heard)


def silent(latest: Snapshot | None, asked: Asked, pen: Pen, now: datetime) -> tuple[Trace, ...]:
    """What is still believed of those who have not answered now."""
    told = {pen.name(item.origin) for item in asked.answer.items}
    return tuple(
        trace
        for trace in (latest.traces if latest else ())
        if trace.place.kind == asked.kind.key
        and trace.name not in told
        and not trace.is_over(now)
        and not has_answered(asked.answer.reports, trace.place)
    )


def has_answered(reports: Iterable[Report], place: Place) -> bool:
    """True when all that this system has of the kind has been told now.

    A system without a report of its own has nothing, if its source has told of all who have.
    """
    of_source = [r for r in reports if (r.information, r.source) == (place.kind, place.source)]
    own = [report for report in of_source if report.system == place.system]
    asked = own or of_source
    return bool(asked) and all(report.answered for report in asked)


def _trace(pen: Pen, item: Item, answer: Answer[Any]) -> Trace:
    trace = pen.trace(item)
    whole = all(report.answered or report.outcome is Outcome.NOT_ASKED for report in answer.reports)
    return trace if whole or type(item) not in _JOINED else replace(trace, facts="")


def _change(since: Snapshot, was: Trace | None, now_is: Trace, now: datetime) -> Change | None:
    if now_is.is_over(now):
        return None
    if was is None:
        day = None if now_is.when is None else first_day(now_is.when)
        return Change.NEW if since.knew(now_is.place, day) else None
    if now_is.place != was.place:
        # Another source tells of it, because its own is silent now or was then: which of them is
        # right nobody knows.
        return None
    if now_is.begins != was.begins:
        return Change.MOVED
    return Change.CHANGED if now_is.says_other_than(was) else None


def _heard(asked: Asked) -> set[Place]:
    reports = [r for r in asked.answer.reports if r.information == asked.kind.key]
    places = {Place(asked.kind.key, r.source, system) for r in reports for system in (r.system, "")}
    return {place for place in places if has_answered(reports, place)}


def _is_done(item: Item) -> bool:
    return isinstance(item, Appointment) and item.done
