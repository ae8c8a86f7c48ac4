"""The pages that a person finds by following links, and the states that they may be in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from playwright.sync_api import Error, Page

from e2e.acting import MAIN, log_in
from e2e.running import World

# Pages that no link of a person's own pages leads to; before and after a login they look the same.
OPEN = ("", "utloggad", "tillganglighet", "hitta", "finns-inte")
_LINKS = "[...document.querySelectorAll('a[href]')].map(a => a.pathname)"
# What names one record of many in an address: its handle, its day, or its place in a list.
_ONE = re.compile(r"(?<=/)(?:[0-9a-f]{24}|\d{4}-\d\d-\d\d|\d+)(?=/|$)")
# A step further would leave the pages: another person's, a login, one section of a page.
_ELSEWHERE = re.compile(r"/(?:logga-ut|logga-in|for|del)(?:/|$)")
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class State:
    """Whose pages, and what is broken behind them: kinds of fault by target."""

    person: str = MAIN
    faults: Mapping[str, str] = field(default_factory=lambda: NOTHING)

    def enter(self, page: Page, world: World, language: str) -> None:
        for target, kind in self.faults.items():
            world.fault(target, kind)
        log_in(page, self.person, language=language)


STATES: Mapping[str, State] = MappingProxyType(
    {
        "complete": State(),
        "partial": State(faults={"sydkust": "http500", "sjovik": "partial"}),
        "empty": State(person="Tove Palm"),
        "error": State(
            faults={"plattformen": "refuse", "sjovik": "refuse", "fast-kontakt": "refuse"}
        ),
    }
)


def kind_of(path: str) -> str:
    """The same for every record that has a page of its own."""
    return _ONE.sub("*", path.rstrip("/"))


def walk(page: Page, language: str = "sv") -> tuple[str, ...]:
    """One address of each kind of page about oneself, in the order in which links lead to them.

    The language is left out of them. Whoever walks is logged in.
    """
    start = f"/{language}/mig/"
    waiting, known, found = [start], {kind_of(start)}, []
    while waiting:
        path = waiting.pop(0)
        if not opens(page, path):
            continue
        found.append(path.removeprefix(f"/{language}/"))
        for link in page.evaluate(_LINKS):
            kind = kind_of(link)
            if kind in known or not link.startswith(start) or _ELSEWHERE.search(link):
                continue
            known.add(kind)
            waiting.append(link)
    return tuple(found)


def opens(page: Page, path: str) -> bool:
    """Go there. False for somebody else's document, which a browser keeps or shows as it is."""
    try:
        answer = page.goto(path)
    except Error as refused:
        if "Download is starting" not in refused.message:
            raise
        return False
    return answer is not None and (answer.header_value("content-type") or "").startswith(
        "text/html"
    )
