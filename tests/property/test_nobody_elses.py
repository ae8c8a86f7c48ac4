"""No answer to one person ever holds what another's data says, unless the rules permit it.

Every address that the portal has is asked for, with every handle and every record's name that
anybody was ever given, by people who may see themselves, somebody else, or nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from portal.i18n import LANGUAGES
from tests.service.conftest import Sandbox, sandbox
from tests.service.portal_client import MY_PAGE, Browser, Portal, running_portal
from tests.service.test_portal_acting import granted, number, page_of
from tests.service.test_portal_people import PERSONS, markers, texts_of, told_of

__all__ = ["sandbox"]

PEOPLE = ("birgitta", "sara", "anders")
SCOPES = frozenset({"booking"})
_LINK = re.compile(r'(?:href|action)="(/[^"#]*)"')
_ITEM = re.compile(r"/(?:mig|for/[0-9a-f]+)/[a-z-]+/([0-9a-f]{12,40})")
_NEVER = {"static"}
_LANGUAGES = sorted(LANGUAGES)


@dataclass(frozen=True, repr=False)
class World:
    """Anders is Birgitta's ombud for her times. `addresses` are all that were ever shown to
    anybody, with the handle or the record's name of whoever it was."""

    portal: Portal
    browsers: dict[str, Browser]
    handle: str
    addresses: tuple[str, ...]
    items: tuple[str, ...]
    rules: tuple[str, ...]


@pytest.fixture(scope="module")
def world(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running_portal(
        sandbox, tmp_path_factory.mktemp("portal"), register_seconds=20, hard_seconds=20
    ) as portal:
        mandate = granted(portal, scopes=SCOPES)
        browsers = {key: portal.logged_in(key) for key in PEOPLE}
        theirs = page_of(portal, browsers["anders"], mandate)
        found = {MY_PAGE, theirs}
        for key, browser in browsers.items():
            starts = [MY_PAGE, *([theirs] if key == "anders" else [])]
            for start in starts:
                found |= _walked(portal, browser, start)
        items = sorted({name for path in found for name in _ITEM.findall(path)})
        rules = sorted(
            str(rule.rule)
            for rule in portal.app.url_map.iter_rules()
            if "GET" in (rule.methods or ()) and rule.endpoint not in _NEVER
        )
        handle = theirs.split("/")[3]
        yield World(portal, browsers, handle, tuple(sorted(found)), tuple(items), tuple(rules))


def _walked(portal: Portal, browser: Browser, base: str) -> set[str]:
    """Every page of one person's, and all that they lead to once."""
    pages = {
        base + view.path + ("/" if view.path else "")
        for view in portal.house.views.values()
        if not view.path.endswith("*")
    }
    led = {link for path in sorted(pages) for link in _LINK.findall(browser.get(path).text)}
    return pages | {link.replace("&amp;", "&") for link in led if not link.startswith("/static")}


@pytest.fixture(scope="module")
def foreign() -> dict[str, set[str]]:
    """What each may never be shown. Of Birgitta's, an ombud for times may see her times."""
    return {
        key: set().union(*(markers(other) for other in PEOPLE if other != key)) for key in PEOPLE
    }


def one_of(choices: Sequence[str], number: int) -> str:
    return choices[number % len(choices)]


def not_for_times() -> set[str]:
    """What Birgitta's file holds beside her name, her times, and what is known of units."""
    told = told_of("birgitta")
    town = told["municipality"]
    times = [told["bookings"], town["visits"], town["series"], town["contacts"]]
    named = [text for text in told.values() if isinstance(text, str)]
    units = (PERSONS.parent / "units.toml").read_text("utf-8")
    open_to_him = "\n".join((*texts_of(times), *named, units))
    return {text for text in markers("birgitta") if text not in open_to_him}


def _filled(rule: str, language: str, handle: str, item: str, path: str) -> str:
    values = {
        "language": language,
        "handle": handle,
        "item": item,
        "path": path,
        "provider": "test",
        "filename": "portal.css",
        "nth": "1",
    }

    def value(found: re.Match[str]) -> str:
        return values.get(found[1], item)

    return re.sub(r"<(?:[^:<>]+:)?([a-z_]+)>", value, rule)


def assert_nothing_foreign(world: World, foreign: dict[str, set[str]], key: str, path: str) -> None:
    answer = world.browsers[key].get(path)
    seen = {marker for marker in foreign[key] if marker in answer.text}
    if key == "anders" and (f"/for/{world.handle}" in path or path.startswith("/sv/mig/familj")):
        # What was granted, and her name; nothing that was not.
        never = markers("sara") | not_for_times() | {number("birgitta").value}
        seen = {marker for marker in never if marker in answer.text}
    elif key == "anders":
        # His own pages name her as the one whose ombud he is.
        seen -= {"Birgitta", "Lindqvist", "Birgitta Lindqvist"}
    elif key == "birgitta":
        seen -= {"Anders", "Anders Lindqvist"}
    assert not seen, f"{key} was shown {len(seen)} markers at {path}"


NUMBERS = st.integers(0, 10_000)


@given(who=NUMBERS, what=NUMBERS, language=NUMBERS, handle=NUMBERS, item=NUMBERS, path=NUMBERS)
@settings(
    max_examples=60,
    deadline=None,
    # One example is a page of the portal: to look for a smaller one takes minutes.
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
def test_no_address_gives_anybody_what_is_anothers(
    world: World,
    foreign: dict[str, set[str]],
    who: int,
    what: int,
    language: int,
    handle: int,
    item: int,
    path: int,
) -> None:
    """Every rule with every handle, every record's name and every view's path in its places."""
    address = _filled(
        one_of(world.rules, what),
        one_of(_LANGUAGES, language),
        one_of((world.handle, "0" * 32, "x"), handle),
        one_of((*world.items, "0" * 24), item),
        one_of([view.path for view in world.portal.house.views.values()], path),
    )
    assert_nothing_foreign(world, foreign, one_of(PEOPLE, who), address)


def test_what_was_shown_to_one_is_tried_by_the_others(
    world: World, foreign: dict[str, set[str]]
) -> None:
    """Addresses with a handle or a record's name in them may be guessed, leaked or kept: a few of
    each form."""
    forms: dict[str, list[str]] = {}
    for path in world.addresses:
        if _ITEM.search(path) or "/for/" in path:
            forms.setdefault(re.sub(r"[0-9a-f]{12,40}", "*", path.partition("?")[0]), []).append(
                path
            )
    assert len(forms) > 5
    for key in PEOPLE:
        for path in (path for same in forms.values() for path in same[:2]):
            assert_nothing_foreign(world, foreign, key, path)


def test_another_persons_handle_opens_nothing(world: World) -> None:
    for key in ("birgitta", "sara"):
        browser = world.browsers[key]
        answers = {
            browser.get(f"/sv/for/{world.handle}/{view.path.removesuffix('*')}").status_code
            for view in world.portal.house.views.values()
        }
        assert answers == {404}
