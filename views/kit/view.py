"""A view is a question: it declares what it needs and how answers become sections. No I/O."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2s
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from stodtjanster.catalogue import Directory
from stodtjanster.information import Item
from stodtjanster.information.booking import BookingAct
from stodtjanster.model import ActorKind, Answer, Cause, Need, Origin, Situation, gather
from views.kit.about import say
from views.kit.links import DeepLink
from views.kit.matters import MATTERS, Matter
from views.kit.memory import NOT_KEPT, Recalled
from views.kit.notices import SourceNotice, State, notices_of
from views.kit.words import N_, Words

Compose = Callable[..., object | None]
Needs: TypeAlias = Mapping[str, Need[Any]]

ONE: Final = "/*"
RESIDENTS: Final = frozenset({ActorKind.CITIZEN, ActorKind.GUARDIAN, ActorKind.OMBUD})
"""Whoever logs in as a person, for themself or for another: what each sees of it the rules say."""
CARE: Final = frozenset({"lakare", "sjukskoterska", "rehab", "underskoterska_hsl"})
"""The roles of healthcare staff, and below those of omsorg, as the decision rules call them."""
OMSORG: Final = frozenset({"hemtjanst", "fast_omsorgskontakt", "bistandshandlaggare"})
_HANDLE_BYTES: Final = 12
_FETCHING: Final = N_("Vi hämtar uppgifterna.")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address says besides the view: one record's handle, and choices made in the page.

    Both come from the browser: they are compared with what is known and never trusted.
    """

    item: str | None = None
    choices: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Scene:
    """What a section may know besides its answers.

    `base` is where the pages about this person begin ("/sv/mig/"). `secret` makes handles that
    mean nothing to anybody else. `travel_minutes` is how long a way to a place of care may take,
    `map_url` an address with `{place}` in it, None where no map is agreed. `links` lead to
    other services, `matters` are what one may want to ask somebody about. `seen` are the
    identities of the records that already stand on the page, when a late list is printed: it is
    given all that is known, and shows the others. `acts` is what can be done here at all to the
    bookings that a source, by its key, tells of. `name` is the given name of the one it is about,
    where somebody else reads. `keeps_own`: what the person puts in themself is kept here.
    `recalled` is what the reader has been shown before, in views that ask for it.
    """

    situation: Situation
    words: Words
    directory: Directory
    base: str = "/sv/mig/"
    asked: Asked = Asked()
    travel_minutes: int = 30
    map_url: str | None = None
    links: tuple[DeepLink, ...] = ()
    matters: tuple[Matter, ...] = MATTERS
    seen: frozenset[tuple[str, str]] = frozenset()
    acts: Mapping[str, frozenset[type[BookingAct]]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    name: str | None = None
    keeps_own: bool = False
    recalled: Recalled = NOT_KEPT
    secret: bytes = field(default=b"", repr=False)

    def say(self, text: str) -> str:
        """A Swedish text in the page's language: to the person, or about them to somebody else."""
        return say(text, self.name, self.words)

    def handle(self, origin: Origin) -> str:
        """The name of a record in an address. It says nothing of the record, and is another one
        for every person that the record is shown under."""
        return self.handle_of(origin.identity)

    def handle_of(self, identity: tuple[str, str]) -> str:
        """The same, of a record that is only named by another."""
        person = self.situation.subject.person.value
        said = "\x1f".join((person, *identity)).encode()
        return blake2s(said, key=self.secret, digest_size=_HANDLE_BYTES).hexdigest()


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a view.

    `needs` are the parameter names of `compose`, `none` the sentence that is true when everybody
    answered and there is nothing. `merged` sections mix sources in one list and are printed at the
    soft limit with what has come; the others wait for their own sources. `waiting` stands in its
    place until then, and has to be true also if nothing more ever comes. What the needs in `aside`
    lack is no gap of this section: it says nothing of what they tell when they tell nothing.
    `eager` is printed at the soft limit as soon as it has a body.
    """

    slot: str
    title: str
    none: str
    needs: tuple[str, ...]
    compose: Compose
    merged: bool
    waiting: str = _FETCHING
    aside: frozenset[str] = frozenset()
    eager: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A section ready for its template. `body` is None when there are no rows."""

    slot: str
    title: str
    state: State
    body: object | None
    empty_text: str
    gaps: tuple[SourceNotice, ...]
    unreadable: int


class View:
    """A question with its needs; sections are added by the decorator.

    `key` names its folder and `path` its address under the person ("" is the overview itself; one
    that ends in "/*" has a record's handle there). `audience` may ask it; to everybody else it
    does not exist. `menu` is its name in the menu, whose order is `rank`; None keeps it out.
    `periods` replaces needs by others of the same kinds, for views that move in time. A view that
    `recalls` is told what its reader has been shown before, and what it shows is remembered. One
    that is `lasting` is read on other days than it was made, on paper. `roles` are those of the
    decision rules that ask it, of a view for staff.
    """

    def __init__(
        self,
        *,
        key: str,
        path: str,
        question: str,
        audience: frozenset[ActorKind],
        needs: Needs,
        late_slot: str | None = None,
        menu: str | None = None,
        rank: int = 100,
        frame: str = "kit/frame.html",
        periods: Callable[[Asked, date], Needs] | None = None,
        recalls: bool = False,
        lasting: bool = False,
        roles: frozenset[str] = frozenset(),
    ) -> None:
        self.key = key
        self.path = path
        self.question = question
        self.audience = audience
        self.needs = dict(needs)
        self.late_slot = late_slot
        self.menu = menu
        self.rank = rank
        self.frame = frame
        self.recalls = recalls
        self.lasting = lasting
        self.roles = roles
        self._periods = periods
        self.sections: list[Section] = []

    def needs_for(self, asked: Asked, today: date) -> Needs:
        """What is to be fetched for this address."""
        return self.needs if self._periods is None else self._periods(asked, today)

    @property
    def kinds(self) -> frozenset[type[Item]]:
        """Every kind of information that the view asks for."""
        return frozenset(need.information for need in self.needs.values())

    def section(
        self,
        slot: str,
        *,
        title: str,
        none: str,
        merged: bool = False,
        waiting: str = _FETCHING,
        aside: frozenset[str] = frozenset(),
        eager: bool = False,
    ) -> Callable[[Compose], Compose]:
        """Add a section. Raises ValueError when it needs something that is not declared."""

        def add(compose: Compose) -> Compose:
            needs = tuple(name for name in inspect.signature(compose).parameters if name != "scene")
            unknown = set(needs) - self.needs.keys()
            if unknown:
                raise ValueError(f"{self.key}/{slot} needs {unknown}, which the view does not")
            self.sections.append(
                Section(slot, title, none, needs, compose, merged, waiting, aside, eager)
            )
            return compose

        return add

    @property
    def late(self) -> Section | None:
        """The merged list whose late answers get a place of their own."""
        return self.find(self.late_slot) if self.late_slot else None

    def find(self, slot: str) -> Section | None:
        return next((section for section in self.sections if section.slot == slot), None)


def state_of(*, has_rows: bool, answer: Answer[Any]) -> State:
    """The one place that decides whether anyone may say that there is nothing."""
    if has_rows:
        return "full" if answer.complete else "partial"
    if answer.complete:
        return "empty"
    if answer.reports and all(r.cause is Cause.NOT_PERMITTED for r in answer.reports):
        return "excluded"
    only_waiting = all(report.pending or report.answered for report in answer.reports)
    return "waiting" if answer.pending and only_waiting else "unknown"


def show(section: Section, answers: Mapping[str, Answer[Any]], scene: Scene) -> Shown:
    """Turn answers into a section. An error in `compose` is for the caller to turn into a gap."""
    given = {name: answers[name] for name in section.needs}
    whole: Answer[Any] = gather(a for name, a in given.items() if name not in section.aside)
    body = section.compose(**given, scene=scene)
    return Shown(
        slot=section.slot,
        title=scene.say(section.title),
        state=state_of(has_rows=body is not None, answer=whole),
        body=body,
        empty_text=scene.say(section.none),
        gaps=notices_of(whole.reports, scene.directory, scene.words),
        unreadable=whole.rejected,
    )


def broken(section: Section, scene: Scene) -> Shown:
    """A section that we failed to make: said to be our fault, and nothing else."""
    words = scene.words
    notice = SourceNotice(
        tone="warning",
        heading=words.gettext(N_("Vi kunde inte visa den här delen")),
        consequence=words.gettext(N_("Felet ligger hos oss. Uppgifterna finns kvar.")),
        fact=words.gettext(N_("vi kunde inte visa den här delen")),
        retry=True,
    )
    title = scene.say(section.title)
    return Shown(section.slot, title, "unknown", None, "", (notice,), 0)
