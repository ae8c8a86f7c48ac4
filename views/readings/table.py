"""The log as a table: a period, those who read, a page at a time."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from urllib.parse import urlencode

from stodtjanster.information import AccessLog, Opener
from stodtjanster.model import Answer
from views.kit.readings import PAGE, PERIODS, ReadingRow, period_of, reading_row
from views.kit.view import Asked, Scene
from views.kit.words import N_

ROWS: Final = 25
_EVERYBODY: Final = "alla"
_WHO: Final = {
    _EVERYBODY: (N_("Alla"), frozenset(Opener)),
    "vard": (N_("Vård och omsorg"), frozenset({Opener.CARE})),
    "ombud": (N_("Ombud och vårdnadshavare"), frozenset({Opener.OMBUD, Opener.GUARDIAN})),
    "egna": (N_("Egna läsningar"), frozenset({Opener.SELF})),
}
_FIRST: Final = 1
_MOST_PAGES: Final = 1_000


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """What may be chosen; the form asks for the same address with the choices in it."""

    action: str
    periods: tuple[Option, ...]
    who: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Log:
    """A page of it. `count` is of all rows, `first` and `last` the days of the period."""

    rows: tuple[ReadingRow, ...]
    count: int
    first: date
    last: date
    page: int
    pages: int
    newer: str | None
    older: str | None


def choose(scene: Scene) -> Choice:
    words = scene.words
    period, who = period_of(scene.asked), _who(scene.asked)
    return Choice(
        action=f"{scene.base}{PAGE}/",
        periods=tuple(
            Option(key, words.gettext(name), key == period) for key, name in PERIODS.items()
        ),
        who=tuple(Option(key, words.gettext(name), key == who) for key, (name, _) in _WHO.items()),
    )


def rows(log: Answer[AccessLog], scene: Scene) -> Log | None:
    """The newest first; None when nobody has read as far as is known."""
    openers = _WHO[_who(scene.asked)][1]
    found = [item for item in log.items if item.opener in openers]
    if not found:
        return None
    found.sort(key=lambda item: (item.when.end or item.when.start, item.origin.identity))
    found.reverse()
    pages = -(-len(found) // ROWS)
    page = min(_page(scene.asked), pages)
    shown = found[(page - 1) * ROWS : page * ROWS]
    today = scene.situation.today
    return Log(
        rows=tuple(reading_row(item, scene) for item in shown),
        count=len(found),
        first=today - timedelta(days=int(period_of(scene.asked))),
        last=today,
        page=page,
        pages=pages,
        newer=_url(scene, page - 1) if page > _FIRST else None,
        older=_url(scene, page + 1) if page < pages else None,
    )


def _who(asked: Asked) -> str:
    chosen = asked.choices.get("vem", "")
    return chosen if chosen in _WHO else _EVERYBODY


def _page(asked: Asked) -> int:
    said = asked.choices.get("sida", "")
    number = int(said) if said.isascii() and said.isdecimal() and len(said) < 5 else _FIRST
    return max(_FIRST, min(number, _MOST_PAGES))


def _url(scene: Scene, page: int) -> str:
    chosen = {"period": period_of(scene.asked), "vem": _who(scene.asked), "sida": str(page)}
    return f"{scene.base}{PAGE}/?{urlencode(chosen)}"
