"""What is installed is what was written: the wheel runs far from the tree that it was built of."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGED = ("portal", "views", "stodtjanster", "sandbox", "translations", "deploy")
NOT_SOURCE = ignore_patterns("__pycache__", "*.pyc", "*.mo")
SHOW = """
import portal
from portal.i18n import LANGUAGES
from portal.pages import STATIC, Pages
from portal.demo import SERVER
pages = Pages()
for code in LANGUAGES:
    pages.compile(code)
print(portal.__file__, len(LANGUAGES), (STATIC / "portal.css").exists(), SERVER.exists())
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built of a copy: setuptools leaves its own folders in what it builds of."""
    source = tmp_path_factory.mktemp("source")
    for name in PACKAGED:
        copytree(ROOT / name, source / name, ignore=NOT_SOURCE)
    for name in ("pyproject.toml", "README.md"):
        (source / name).write_bytes((ROOT / name).read_bytes())
    built = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"]
    command += ["--no-build-isolation", "--wheel-dir", str(built), str(source)]
    subprocess.run(command, check=True, timeout=300)
    return next(built.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    with ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def run(installed: Path, *arguments: str) -> str:
    """Python with the wheel before everything else that is installed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=installed,
        env=kept | {"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


def test_the_wheel_holds_every_file_that_is_no_code(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        held = set(archive.namelist())
    suffixes = {".html", ".css", ".svg", ".toml", ".po", ".woff2"}
    wanted = {
        path.relative_to(ROOT).as_posix()
        for name in PACKAGED
        if name != "deploy"  # of which only the server's settings are installed
        for path in (ROOT / name).rglob("*")
        if path.suffix in suffixes
    }
    assert wanted
    assert not wanted - held


def test_the_command_tells_the_same_catalogue_from_the_wheel(installed: Path) -> None:
    told = json.loads(run(installed, "-m", "portal", "catalogue"))
    expected = json.loads((ROOT / "tests" / "policy" / "catalogue.json").read_text())
    assert told["views"] == expected["views"]
    assert told["kinds_of_source"] == expected["kinds_of_source"]


def test_templates_languages_and_the_look_come_from_the_wheel(installed: Path) -> None:
    from portal.i18n import LANGUAGES

    where, languages, *there = run(installed, "-c", SHOW).split()
    assert Path(where).is_relative_to(installed)
    assert int(languages) == len(LANGUAGES)
    assert there == ["True", "True"]
