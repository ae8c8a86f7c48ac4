"""Templates: every one parses and is used, and none can put a script or a style on a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import nodes
from jinja2.environment import Environment

from portal.i18n import LANGUAGES
from portal.pages import ROOT, VIEWS, Pages

FOLDERS = [ROOT / "templates", *sorted(VIEWS.glob("*/templates"))]
FILES = sorted(path for folder in FOLDERS for path in folder.rglob("*.html"))
# Where a template is named by the code, one name or the key of a view before it.
CODE = [path for room in (ROOT, VIEWS) for path in room.rglob("*.py")]
INLINE = re.compile(
    r"<script|<style|\sstyle\s*=|\son[a-z]+\s*=|javascript:|<iframe|<object|<embed", re.IGNORECASE
)


@pytest.fixture(scope="module")
def environment() -> Environment:
    return Pages()._environments["sv"]


def name_of(path: Path) -> str:
    return next(str(path.relative_to(f)) for f in FOLDERS if path.is_relative_to(f))


def trees(environment: Environment) -> Iterator[tuple[str, nodes.Template]]:
    for path in FILES:
        yield name_of(path), environment.parse(path.read_text("utf-8"), str(path))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_it_can_be_loaded_in_every_language(path: Path) -> None:
    pages = Pages()
    for code in LANGUAGES:
        pages.template(code, name_of(path))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_nothing_inline(path: Path) -> None:
    assert not INLINE.search(path.read_text("utf-8"))


def test_nothing_goes_past_the_escaping(environment: Environment) -> None:
    for name, tree in trees(environment):
        assert "safe" not in {f.name for f in tree.find_all(nodes.Filter)}, name
        assert not list(tree.find_all(nodes.ScopedEvalContextModifier)), f"{name}: autoescape off"
        assert not list(tree.find_all(nodes.MarkSafe)), name


def test_the_code_makes_markup_in_few_places() -> None:
    """A text that is called Markup is not escaped any more."""
    makers = {str(path.relative_to(ROOT.parent)) for path in CODE if "Markup(" in path.read_text()}
    assert makers <= {"portal/i18n.py", "portal/screens.py"}


def test_every_macro_is_used(environment: Environment) -> None:
    defined: set[tuple[str, str]] = set()
    used: set[tuple[str, str]] = set()
    for name, tree in trees(environment):
        imported: dict[str, tuple[str, str]] = {}
        for source in tree.find_all(nodes.FromImport):
            assert isinstance(source.template, nodes.Const)
            for each in source.names:
                real, local = each if isinstance(each, tuple) else (each, each)
                imported[local] = (source.template.value, real)
        macros = {macro.name: macro for macro in tree.find_all(nodes.Macro)}
        defined |= {(name, macro) for macro in macros}
        called = _called(tree)
        for local, origin in imported.items():
            assert local in called, f"{name} imports {local} and does not use it"
            used.add(origin)
        used |= {(name, macro) for macro in macros if macro in _called_outside(tree, macros[macro])}
    assert not defined - used, "macros that nobody uses"
    assert not used - defined, "macros that are not there"


def test_every_template_is_used(environment: Environment) -> None:
    named = {
        each.template.value
        for _, tree in trees(environment)
        for kind in (nodes.FromImport, nodes.Extends, nodes.Include)
        for each in tree.find_all(kind)
        if isinstance(each.template, nodes.Const)
    }
    code = "\n".join(path.read_text("utf-8") for path in CODE)
    views = {f"{path.parent.name}/" for path in VIEWS.glob("*/__init__.py")}
    for path in FILES:
        name = name_of(path)
        folder, _, file = name.rpartition("/")
        by_view = f"{folder}/" in views and (file in code or path.stem in code)
        assert name in named or f'"{name}"' in code or by_view, f"{name} is used by nobody"


def _called(tree: nodes.Node) -> set[str]:
    return {
        call.node.name for call in tree.find_all(nodes.Call) if isinstance(call.node, nodes.Name)
    }


def _called_outside(tree: nodes.Node, macro: nodes.Macro) -> set[str]:
    """Names that are called, other than by the macro itself."""
    inside = {id(call) for call in macro.find_all(nodes.Call)}
    return {
        call.node.name
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and id(call) not in inside
    }
