"""What the templates print: words and times, ready to show. No logic, no HTML.

Every `str` is a sentence or word in the language of the page. Every text that a source wrote is a
`Told`, so that it is marked with its own language (WCAG 3.1.2). Every datetime is aware.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Generic, Literal, TypeVar

from stodtjanster.catalogue import Hours, Opening
from stodtjanster.model.told import Told
from views.kit.notices import Mark, SourceNotice, State, StatusRow, Why

__all__ = ["Mark", "SourceNotice", "State", "StatusRow", "Why"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Action:
    """Something to do, as a link to its page."""

    href: str
    label: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """One of the two things of a conflict. `anchor` is the same as its row's."""

    anchor: str
    title: Told
    unit: Told | None
    day: date
    start: datetime | None = None
    end: datetime | None = None
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two things that cannot both happen, or may not. `one` is the easier to move.

    `why`: they are at the same time, too little lies between them for the way, or the person is
    admitted. `phone` leads to whoever can move one of them.
    """

    one: Meeting
    other: Meeting
    why: Literal["overlap", "travel", "admitted"]
    certain: bool
    phone: str | None = None
    phone_name: str | None = None

    def against(self, anchor: str) -> Meeting:
        """The one that this row meets."""
        return self.other if self.one.anchor == anchor else self.one


@dataclass(frozen=True, slots=True)
class Before:
    """When a thing was to happen before it was moved."""

    day: date
    start: datetime | None = None


@dataclass(frozen=True, slots=True)
class EventRow:
    """Something that will happen, or has. `anchor` is unique on the page.

    `day` is None when not even the day is decided, `start` when only the day is known; `last_day`
    is there when it goes on for several. `form` is the word on the screen, `form_icon` the picture
    beside it. `href` is the page of its own. `before` is where a source tells of another time.
    `absent`: word has been left that nobody will be at home.
    """

    anchor: str
    day: date | None
    start: datetime | None
    end: datetime | None
    title: Told
    mark: Mark
    why: Why
    approximate: bool = False
    unit: Told | None = None
    who: Told | None = None
    who_pending: bool = False
    place: Told | None = None
    form: str | None = None
    form_icon: Literal["home", "visit", "phone", "video"] | None = None
    invitation: bool = False
    note: Told | None = None
    last_day: date | None = None
    href: str | None = None
    before: Before | None = None
    conflicts: tuple[Conflict, ...] = ()
    actions: tuple[Action, ...] = ()
    absent: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """The events of one day, in order. Its id on the page is `anchor`."""

    day: date
    rows: tuple[EventRow, ...]
    anchor: str


@dataclass(frozen=True, slots=True)
class FoldedVisits:
    """The same visit at the same times on many days, said in one line.

    `visits` are those of the next seven days, `exceptions` those of them that come at another time
    than `times` say. `every_day`: from now to the last of them no day lacks any of them.
    `clashing` are all that meet something else, also later than the visits shown. `people` is how
    many different persons have come in the last fourteen days, None when that is not known.
    """

    title: Told
    times: tuple[time, ...]
    visits: tuple[EventRow, ...]
    exceptions: tuple[EventRow, ...] = ()
    every_day: bool = False
    clashing: tuple[EventRow, ...] = ()
    people: int | None = None


@dataclass(frozen=True, slots=True)
class Events:
    """`days` are shown at once; `later` stands folded under them and holds `later_count` rows.
    `undated` are those that nobody has set a day for. `add` leads to where one is put in.
    """

    count: int
    days: tuple[Day, ...]
    folded: tuple[FoldedVisits, ...] = ()
    later: tuple[Day, ...] = ()
    later_count: int = 0
    undated: tuple[EventRow, ...] = ()
    add: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True)
class NextUp:
    """The next thing that happens. The row is None only when nothing is known to come."""

    row: EventRow | None


@dataclass(frozen=True, slots=True)
class WeekDay:
    """One day of the strip. `anchor` is the id of that day in the list, None when not there.
    `clash`: something of this day meets something else, surely or perhaps.
    """

    day: date
    marks: tuple[tuple[Mark, int], ...]
    today: bool
    anchor: str | None = None
    clash: Literal["certain", "possible"] | None = None


@dataclass(frozen=True, slots=True)
class WeekStrip:
    """Seven days from today. Only when `known` may a day without marks be called empty."""

    days: tuple[WeekDay, ...]
    known: bool
    href: str | None = None

    @property
    def marks(self) -> frozenset[Mark]:
        """Those that need a word of explanation."""
        return frozenset(mark for day in self.days for mark, _ in day.marks)


@dataclass(frozen=True, slots=True)
class Reached:
    """How a unit is found and reached, as the national catalogue said at `as_of`.

    `open_now` and `phone_now` are what its hours mean when the page is made.
    """

    as_of: datetime
    address: Told | None = None
    open_hours: tuple[Hours, ...] = ()
    phone_hours: tuple[Hours, ...] = ()
    open_now: Opening | None = None
    phone_now: Opening | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to turn to. `kind` is the heading ("Fast läkarkontakt")."""

    kind: Told
    mark: Mark
    why: Why
    name: Told | None = None
    unit: Told | None = None
    phone: str | None = None
    opening: Told | None = None
    team: tuple[Told, ...] = ()
    reached: Reached | None = None


@dataclass(frozen=True, slots=True)
class Contacts:
    """All that are known, most important first."""

    rows: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """A list under its own heading with its own honesty: its sources are not its neighbours'.

    `more` leads to the page that says more of it.
    """

    title: str
    state: State
    empty_text: str
    rows: tuple[T, ...] = ()
    gaps: tuple[SourceNotice, ...] = ()
    unreadable: int = 0
    more: Action | None = None
