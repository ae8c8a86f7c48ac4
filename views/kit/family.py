"""One week for several people: whose, when and where, and what two of them cannot both be taken to.

What was booked and why is gone before it comes here (`Permit.no_more_than`). Each person's answer
stays theirs: a source that is silent about one says nothing of another.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import chain
from typing import Final

from stodtjanster.information import Appointment, VisitForm
from stodtjanster.model import Answer, Told, local_day
from views.kit import conflicts
from views.kit.actions import event_href
from views.kit.cards import Conflict, EventRow, Meeting
from views.kit.conflicts import Busy, Clash, Where
from views.kit.notices import SourceNotice, State, joined, notices_of
from views.kit.rows import Explainer, anchor, by_time, event_row, is_to_come, span
from views.kit.view import Scene, state_of
from views.kit.week_days import DAYS, Collision, Column, column, is_on
from views.kit.words import N_

FIELDS: Final = ("start", "end", "status", "location")
"""What of a booked time the week of a family needs, in the words of the decision rules."""

_TAKEN_TO: Final = frozenset({Where.AWAY, Where.UNKNOWN})
"""Where somebody may have to come along. Who is visited at home needs nobody to take them."""


@dataclass(frozen=True, slots=True)
class Member:
    """One of those whose week it is. `name` is what the reader calls them; `booked` is None when
    the reader may not see their times."""

    name: str
    scene: Scene
    booked: Answer[Appointment] | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What can be said of one person's week: `refused` when their times are not for the reader."""

    name: str
    state: State
    gaps: tuple[SourceNotice, ...]
    unreadable: int
    refused: bool


@dataclass(frozen=True, slots=True)
class FamilyWeek:
    """`who` names them all; None for one alone."""

    columns: tuple[Column, ...]
    undated: tuple[EventRow, ...]
    collisions: tuple[Collision, ...]
    members: tuple[Standing, ...]
    who: str | None


@dataclass(frozen=True, slots=True)
class _Booked:
    """Somebody's time. `whose` tells the people apart, also those of one name."""

    whose: int
    member: Member
    item: Appointment
    explain: Explainer

    @property
    def anchor(self) -> str:
        return f"p{self.whose}{anchor(self.item.origin)}"


def family_week(members: Sequence[Member], first: date, today: date) -> FamilyWeek:
    days = [first + timedelta(days=n) for n in range(DAYS)]
    booked = list(_all(members))
    found = [
        one for one in booked if span(one.item) is None or any(is_on(day, one.item) for day in days)
    ]
    meeting = _meetings(booked)
    rows = [(one, _row(one, meeting)) for one in found]
    known = all(one.booked is not None and one.booked.complete for one in members)
    shown = {row.anchor for _, row in rows}
    return FamilyWeek(
        columns=tuple(
            column(day, today, (row for one, row in rows if is_on(day, one.item)), complete=known)
            for day in days
        ),
        undated=tuple(row for one, row in rows if span(one.item) is None),
        collisions=tuple(
            Collision(clash.one.day, clash.other, (clash.one,), clash.certain)
            for clash in dict.fromkeys(chain.from_iterable(meeting.values()))
            if clash.one.anchor in shown and clash.other.anchor in shown
        ),
        members=tuple(_standing(one) for one in members),
        who=_everybody(members),
    )


def _everybody(members: Sequence[Member]) -> str | None:
    """Whose week it is must be said: nobody's name stands on days without times."""
    if len(members) < 2:
        return None
    return joined([one.name for one in members], members[0].scene.words)


def _all(members: Sequence[Member]) -> Iterator[_Booked]:
    """Everybody's times in one order; of one moment in the order of the people."""
    every = [
        _Booked(number, member, item, Explainer.of(member.scene, member.booked))
        for number, member in enumerate(members)
        if member.booked is not None
        for item in member.booked.items
    ]
    order = {id(item): n for n, item in enumerate(by_time(one.item for one in every))}
    yield from sorted(every, key=lambda one: order[id(one.item)])


def _row(one: _Booked, meeting: Mapping[str, list[Conflict]]) -> EventRow:
    row = event_row(one.item, one.explain)
    return replace(
        row,
        anchor=one.anchor,
        title=_name(one),
        who=_where(one, row),
        who_pending=False,
        unit=None,
        why=replace(row.why, unit_name=None),
        conflicts=tuple(meeting.get(one.anchor, ())),
        actions=(),
    )


def _name(one: _Booked) -> Told:
    return Told(one.member.name, one.member.scene.words.language)


def _where(one: _Booked, row: EventRow) -> Told:
    """The place, else how. A source writes "at your home" to the person, and not to the reader."""
    words = one.member.scene.words
    if one.item.form is VisitForm.HOME:
        return Told(words.gettext(N_("Hemma")), words.language)
    return row.place or Told(row.form or words.gettext(N_("Plats saknas")), words.language)


def _meetings(booked: Iterable[_Booked]) -> Mapping[str, list[Conflict]]:
    """What two people may both have to be taken to, by the anchors of their rows."""
    by_busy: dict[int, _Booked] = {}
    things: list[Busy] = []
    for one in booked:
        busy = conflicts.booking(one.item)
        now = one.member.scene.situation.now
        if busy is None or busy.where not in _TAKEN_TO or not is_to_come(one.item, now):
            continue
        # Titles are gone, and two people are never one thing told twice.
        own = replace(busy, series=(one.anchor, ""))
        by_busy[id(own)] = one
        things.append(own)
    found: dict[str, list[Conflict]] = {}
    if not things:
        return found
    now = by_busy[id(things[0])].member.scene.situation.now
    for clash in conflicts.find(things, travel=timedelta(), now=now):
        pair = by_busy[id(clash.one)], by_busy[id(clash.other)]
        if pair[0].whose != pair[1].whose:
            said = _said(clash, *pair)
            for one in pair:
                found.setdefault(one.anchor, []).append(said)
    return found


def _said(clash: Clash, one: _Booked, other: _Booked) -> Conflict:
    return Conflict(
        one=_meeting(one, clash.one),
        other=_meeting(other, clash.other),
        why="overlap",
        certain=clash.certain,
    )


def _meeting(one: _Booked, busy: Busy) -> Meeting:
    day, start, end = span(one.item) or (local_day(busy.possible.start), None, None)
    return Meeting(
        anchor=one.anchor,
        title=_name(one),
        unit=_where(one, event_row(one.item, one.explain)),
        day=day,
        start=start,
        end=end,
        href=event_href(one.member.scene, one.item.origin),
    )


def _standing(member: Member) -> Standing:
    if member.booked is None:
        return Standing(member.name, "unknown", (), 0, refused=True)
    scene = member.scene
    return Standing(
        name=member.name,
        state=state_of(has_rows=bool(member.booked.items), answer=member.booked),
        gaps=notices_of(member.booked.reports, scene.directory, scene.words),
        unreadable=member.booked.rejected,
        refused=False,
    )
