"""The search for somebody to turn to: the form, those who are found, and whom to ring at once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from stodtjanster.information import (
    Appointment,
    CareContact,
    CareManager,
    CareService,
    Listing,
)
from stodtjanster.model import Answer, Told
from views.contacts.turns import Turn, Turns, turns
from views.kit.matters import Matter, Way, meant_by, named_by, split, stems, title_of
from views.kit.view import Scene
from views.kit.words import N_, Words

MATTER: Final = "galler"
QUERY: Final = "sok"
LONGEST: Final = 80
_SHORTEST: Final = 3


@dataclass(frozen=True, slots=True)
class Choice:
    href: str
    name: Told
    chosen: bool


@dataclass(frozen=True, slots=True)
class Search:
    """`query` is what the reader wrote last, and `reset` leads back to everybody."""

    action: str
    field: str
    longest: int
    query: str
    choices: tuple[Choice, ...]
    reset: str | None


@dataclass(frozen=True, slots=True)
class Group:
    title: str | None
    rows: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Who:
    """`about` is what was asked for, None when everybody is shown."""

    about: Told | None
    groups: tuple[Group, ...]


def search(scene: Scene) -> Search:
    """A form that is sent with the address, and a link for each matter: nothing is fetched."""
    base = f"{scene.base}kontakter/"
    asked, query = _asked(scene)
    return Search(
        action=base,
        field=QUERY,
        longest=LONGEST,
        query=query,
        choices=tuple(
            Choice(f"{base}?{MATTER}={matter.key}", title_of(matter, scene.words), matter is asked)
            for matter in scene.matters
        ),
        reset=base if asked is not None or query else None,
    )


def who(
    booked: Answer[Appointment],
    visits: Answer[CareContact],
    listings: Answer[Listing],
    managers: Answer[CareManager],
    services: Answer[CareService],
    scene: Scene,
) -> Who | None:
    """Those that are for what was asked, the first of them first; everybody when nothing was."""
    known = turns(booked, visits, listings, managers, services, scene)
    words = scene.words
    matter, query = _asked(scene)
    if matter is not None:
        rows = _different(_for(matter, known, words))
        return Who(title_of(matter, words), (Group(None, rows),)) if rows else None
    if query:
        rows = _different(_found(query, known, scene))
        return Who(Told(query, words.language), (Group(None, rows),)) if rows else None
    groups = (
        Group(words.gettext(N_("Fasta kontakter och vårdval")), known.people),
        Group(words.gettext(N_("Handläggare")), known.handlers),
        Group(words.gettext(N_("Mottagningar och enheter")), known.units),
    )
    shown = tuple(group for group in groups if group.rows)
    return Who(None, shown) if shown else None


def urgent(scene: Scene) -> bool:  # noqa: ARG001 - the numbers are everybody's
    """There is always somebody to ring, whatever is known of the person."""
    return True


def _asked(scene: Scene) -> tuple[Matter | None, str]:
    """A matter that there is, or the reader's own words."""
    key = scene.asked.choices.get(MATTER, "")
    matter = next((one for one in scene.matters if one.key == key), None)
    query = " ".join(scene.asked.choices.get(QUERY, "")[:LONGEST].split())
    return matter, "" if matter is not None else query


def _for(matter: Matter, known: Turns, words: Words) -> Iterator[Turn]:
    """By the ways of the matter, in their order."""
    starts = stems(matter, words)
    for way in matter.ways:
        for turn in known.all:
            if way not in turn.ways:
                continue
            if way is not Way.PLANNED or any(named_by(text, starts) for text in turn.texts):
                yield turn


def _found(query: str, known: Turns, scene: Scene) -> Iterator[Turn]:
    """Those that are called so themselves, and then those of the matters that it may be about."""
    starts = [word for word in split(query) if len(word) >= _SHORTEST]
    if starts:
        yield from (t for t in known.all if any(named_by(text, starts) for text in t.texts))
    for matter in meant_by(query, scene.matters, scene.words):
        yield from _for(matter, known, scene.words)


def _different(rows: Iterable[Turn]) -> tuple[Turn, ...]:
    return tuple({id(turn): turn for turn in rows}.values())
