"""Time comes from one clock, people from one list, and what there is stands in one catalogue."""

from __future__ import annotations

import ast
import csv
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from portal.cli import main
from portal.pages import VIEWS
from stodtjanster.model import PersonId
from views import all_views
from views.kit.view import View

ROOT = Path(__file__).resolve().parents[2]
SNAPSHOT = Path(__file__).with_name("catalogue.json")
ROOMS = ("portal", "views", "stodtjanster")
# The composition root and the commands: where a process meets the machine's clock.
MAY_ASK_THE_TIME = {
    "portal/app.py",
    "portal/cli.py",
    "portal/demo.py",
    # Pauses between two languages that it compiles: no page is made of it.
    "portal/pages.py",
    # Defaults that tests replace, for how long tokens live: no page is made of it.
    "stodtjanster/sources/fhir/adapter.py",
    "stodtjanster/worklists/worklist.py",
}
CLOCKS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
    ("time", "localtime"),
    ("time", "gmtime"),
    ("time", "sleep"),
}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text("utf-8"))


def test_only_the_roots_look_at_the_clock() -> None:
    for name, tree in modules():
        asked = {
            (node.value.id, node.attr)
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        } & CLOCKS
        imported = {
            (node.module, each.name)
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for each in node.names
        } & CLOCKS
        assert name in MAY_ASK_THE_TIME or not asked | imported, name


NUMBER = re.compile(
    r"(?<![0-9A-Za-z.])(?:(?:18|19|20)\d{6}[-+]?\d{4}|\d{6}[-+]\d{4})(?![0-9A-Za-z])"
)
_LOCKS = {"package-lock.json", "requirements/dev.txt", "requirements/runtime.txt"}


def kept_files() -> list[Path]:
    try:
        said = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is no clone: what is kept cannot be listed")
    names = [name for name in said.stdout.split("\0") if name and name not in _LOCKS]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def possible(number: str) -> set[str]:
    """The twelve-digit numbers that a text may be, if any is a right one."""
    digits = number.replace("-", "").replace("+", "")
    wholes = {digits} if len(digits) == 12 else {f"{c}{digits}" for c in ("18", "19", "20")}
    right = set()
    for whole in wholes:
        try:
            right.add(PersonId.parse(whole).value)
        except ValueError:
            continue
    return right


def test_only_published_test_persons_are_named(shared: Path) -> None:
    """A right number that is not on the list may be somebody's."""
    with (shared / "testdata" / "personnummer.csv").open(encoding="utf-8") as source:
        published = {re.sub(r"\D", "", cell) for row in csv.reader(source) for cell in row}
    for path in kept_files():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        for found in NUMBER.findall(text):
            wholes = possible(found)
            assert not wholes or wholes & published, f"{path.relative_to(ROOT)}: {found[:6]}…"


def test_the_catalogue_is_as_reviewed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is found by walking the folders, for the eye of a reviewer.

    When it is right: `portal catalogue > tests/policy/catalogue.json`.
    """
    monkeypatch.delenv("PORTAL_CONFIG", raising=False)
    said = CliRunner().invoke(main, ["catalogue"], catch_exceptions=False)
    assert json.loads(said.output) == json.loads(SNAPSHOT.read_text("utf-8"))


@pytest.mark.parametrize("view", all_views(), ids=lambda view: view.key)
class TestViews:
    def test_it_asks_for_no_more_than_it_uses(self, view: View) -> None:
        used = {name for section in view.sections for name in section.needs}
        assert set(view.needs) == used

    def test_its_folder_has_its_name_and_a_template_for_each_section(self, view: View) -> None:
        templates = VIEWS / view.key / "templates" / view.key
        slots = [section.slot for section in view.sections]
        assert len(set(slots)) == len(slots)
        for name in (*slots, *(["late"] if view.late_slot else [])):
            assert (templates / f"{name}.html").is_file(), name
        if view.frame == "kit/frame.html":
            return
        frame = (templates / "frame.html").read_text("utf-8")
        for slot in slots:
            assert f"'{slot}'" in frame or f'"{slot}"' in frame, f"{slot} has no place"

    def test_what_it_says_when_there_is_nothing_says_who_was_asked(self, view: View) -> None:
        for section in view.sections:
            assert "som svarade" in section.none, section.slot

    def test_its_late_list_is_one_that_is_printed_early(self, view: View) -> None:
        if view.late_slot is not None:
            assert view.late is not None
            assert view.late.merged
