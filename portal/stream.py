"""One response, many chunks: the shell at once, then each section when its answers have come.

The page is put together by the browser (declarative shadow DOM, slots), so the order of arrival
does not matter and no script is needed.
"""

import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic
from typing import Any, TypeAlias

from portal.i18n import at
from portal.logging import place_of
from portal.pages import Pages
from stodtjanster.fetch import Harvest
from stodtjanster.model import Answer, Protection, Report
from views.kit.notices import StatusRow, status_row, unrecognised
from views.kit.view import ONE, Scene, Section, Shown, View, broken, show
from views.kit.words import N_

log = logging.getLogger(__name__)

Answers: TypeAlias = Mapping[str, Answer[Any]]
Identities: TypeAlias = frozenset[tuple[str, str]]

LATE_TITLE = N_("Kom in efter hand")
STATUS_TITLE = N_("Varifrån uppgifterna kommer")


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds from the beginning of the page.

    At `soft` a list that mixes sources is printed with what has come; at `hard` everything is, and
    what is missing is said to be.
    """

    soft: float
    hard: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where a section will stand, and what stands there until it does."""

    slot: str
    waiting: str


@dataclass(frozen=True, slots=True)
class Page:
    """What a streamed page is made of.

    `context` is what its shell is given, `base` its address and `query` the choices made in it.
    `printed` is told of every section of the view as it is printed, and does not raise. `beside`
    is HTML that has places of its own in the shell and waits for nobody.
    `disclosed` is told of the answers of a section before it is printed: what it raises keeps the
    section from being shown.
    """

    view: View
    scene: Scene
    harvest: Harvest
    pages: Pages
    context: Mapping[str, Any]
    base: str
    limits: Limits
    query: str = ""
    beside: str = ""
    clock: Callable[[], float] = monotonic
    printed: Callable[[Shown], None] = lambda _shown: None
    disclosed: Callable[[Answers], None] = lambda _answers: None

    @property
    def today(self) -> datetime | None:
        """What "i dag" means in it; None where it is to be read on other days too."""
        return None if self.view.lasting else self.scene.situation.now

    def url(self, part: str = "") -> str:
        """The address of the page, or of a part of it."""
        return f"{self.base}{part}?{self.query}" if self.query else self.base + part


def stream(page: Page) -> Iterator[str]:
    """The whole page, a chunk per section."""
    began = page.clock()
    yield _render(page, "page_open.html", **_frame(page)) + page.beside
    waiting = list(page.view.sections)
    early: dict[str, Identities] = {}
    while waiting:
        gone = page.clock() - began
        due = [section for section in waiting if _is_due(section, page, gone)]
        # One look for all of them: neighbours must not tell of different moments, and what comes
        # between two looks would stand both in the list and among the late.
        known = answers_of(page, {name for section in due for name in section.needs})
        for section in due:
            waiting.remove(section)
            if any(known[name].pending for name in section.needs):
                early[section.slot] = _seen(section, known)
            yield render_section(page, section, known)
        if waiting:
            limit = page.limits.soft if gone < page.limits.soft else page.limits.hard
            page.harvest.wait(limit - gone)
    yield from _late(page, early, began)
    status = status_of(page)
    shown = _status(page, status)
    yield _render(page, "kit/status.html", **_section_context(page, shown))
    yield _render(page, "page_close.html", answered=status.answered, asked=status.asked)


def wait_for(page: Page, needs: Collection[str], until: float) -> None:
    """Until all that these needs wait for has landed, or the page's clock says `until`."""
    while not page.harvest.settled(needs):
        left = until - page.clock()
        if left <= 0 or not page.harvest.wait(left):
            return


def answers_of(page: Page, names: Collection[str]) -> Answers:
    """What is known now of these needs."""
    return {name: page.harvest.answer(name) for name in names}


def render_section(page: Page, section: Section, answers: Answers) -> str:
    """A section as HTML. An error of ours is a gap in this section and nothing more."""
    try:
        shown = show(section, answers, page.scene)
        page.disclosed(answers)
        return _section(page, shown)
    except Exception as bug:  # noqa: BLE001 - the rest of the page must stand
        _report(section, bug)
        return _section(page, broken(section, page.scene))


def reports_of(page: Page) -> tuple[Report, ...]:
    """What every source did, for the whole view; a source that serves two needs of one kind says
    so once."""
    reports = (r for name in page.view.needs for r in page.harvest.answer(name).reports)
    return tuple(dict.fromkeys(reports))


def status_of(page: Page) -> StatusRow:
    scene = page.scene
    row = status_row(reports_of(page), scene.directory, scene.words, scene.situation.now)
    unknown = scene.situation.subject.protected is Protection.UNKNOWN
    return unrecognised(row, scene.words) if unknown else row


def _is_due(section: Section, page: Page, gone: float) -> bool:
    limit = page.limits.soft if section.merged else page.limits.hard
    if gone >= limit or page.harvest.settled(section.needs):
        return True
    return section.eager and gone >= page.limits.soft and _has_body(section, page)


def _has_body(section: Section, page: Page) -> bool:
    """An error of ours is told where the section is printed."""
    try:
        known = answers_of(page, section.needs)
        return show(section, known, page.scene).body is not None
    except Exception:  # noqa: BLE001 - printed, and reported, as a section of its own
        return True


def _seen(section: Section, answers: Answers) -> Identities:
    return frozenset(item.origin.identity for name in section.needs for item in answers[name].items)


def _late(page: Page, early: Mapping[str, Identities], began: float) -> Iterator[str]:
    """What came after a merged list was printed stands in a place of its own, never in between."""
    section = page.view.late
    if section is None or section.slot not in early:
        return
    wait_for(page, section.needs, began + page.limits.hard)
    seen = early[section.slot]
    answers = answers_of(page, section.needs)
    if all(item.origin.identity in seen for answer in answers.values() for item in answer.items):
        return
    try:
        shown = show(section, answers, replace(page.scene, seen=seen))
        page.disclosed(answers)
        if shown.body is None:
            # Of what came, nothing is still to come. That must not be said as if it were of all.
            return
        yield _render(
            page,
            f"{page.view.key}/late.html",
            **_section_context(page, shown)
            | {"title": page.scene.words.gettext(LATE_TITLE), "anchor": "late"},
        )
    except Exception as bug:  # noqa: BLE001 - the rest of the page must stand
        _report(section, bug)


def _section(page: Page, shown: Shown) -> str:
    html = _render(page, f"{page.view.key}/{shown.slot}.html", **_section_context(page, shown))
    page.printed(shown)
    return html


def _status(page: Page, status: StatusRow) -> Shown:
    title = page.scene.words.gettext(STATUS_TITLE)
    return Shown("status", title, "full", status, "", (), 0)


def _frame(page: Page) -> dict[str, Any]:
    view = page.view
    places = [Place(one.slot, page.scene.say(one.waiting)) for one in view.sections]
    return {
        "frame": view.frame,
        "places": places,
        "late_slot": view.late_slot,
        # Its section names the record, in larger letters than the question.
        "about_one": view.path.endswith(ONE),
    }


def _section_context(page: Page, shown: Shown) -> dict[str, Any]:
    return {
        "title": shown.title,
        "state": shown.state,
        "body": shown.body,
        "empty_text": shown.empty_text,
        "gaps": shown.gaps,
        "unreadable": shown.unreadable,
        "anchor": shown.slot,
        "fragment_url": page.url(f"del/{shown.slot}"),
        "page_url": page.url(),
    }


def _render(page: Page, template: str, **context: Any) -> str:
    language = page.scene.situation.language
    with at(page.today):
        return page.pages.render(language, template, **{**page.context, **context})


def _report(section: Section, bug: Exception) -> None:
    log.error("section failed", extra={"slot": section.slot, "error": place_of(bug)})
