"""Defaults < file < environment < files that the environment names; unknown keys stop the start."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from portal.settings import FILE_VARIABLE, Settings
from stodtjanster.model import Told
from views.kit.links import LinkKind
from views.kit.matters import MATTERS, Matter, Way


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(FILE_VARIABLE, raising=False)


def write(path: Path, text: str) -> str:
    path.write_text(text, "utf-8")
    return str(path)


def test_defaults() -> None:
    settings = Settings()
    assert settings.base_url == "http://localhost:8000"
    assert (settings.session_idle_minutes, settings.session_hours) == (30, 8)
    assert settings.soft_seconds < settings.hard_seconds
    assert settings.sources == settings.logins == ()


def test_each_source_of_settings_weighs_more_than_the_one_before(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    toml = write(
        tmp_path / "portal.toml",
        'database_url = "sqlite:///file.db"\nsession_hours = 2\nsession_idle_minutes = 5\n',
    )
    monkeypatch.setenv(FILE_VARIABLE, toml)
    assert Settings().database_url == "sqlite:///file.db"
    monkeypatch.setenv("PORTAL_DATABASE_URL", "sqlite:///environment.db")
    assert Settings().database_url == "sqlite:///environment.db"
    secret = write(tmp_path / "secret", "sqlite:///secret.db\n")
    monkeypatch.setenv("PORTAL_DATABASE_URL_FILE", secret)
    settings = Settings()
    assert settings.database_url == "sqlite:///secret.db"
    assert (settings.session_hours, settings.session_idle_minutes) == (2, 5)
    assert Settings(database_url="sqlite:///given.db").database_url == "sqlite:///given.db"


def test_tables_of_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = """
    [[sources]]
    key = "x"
    kind = "fhir_r4"
    [[units]]
    hsa_id = "SE-1"
    name = "Enheten"
    owner = "Regionen"
    kind = "region"
    """
    monkeypatch.setenv(FILE_VARIABLE, write(tmp_path / "portal.toml", text))
    settings = Settings()
    assert settings.sources == ({"key": "x", "kind": "fhir_r4"},)
    assert settings.units[0].owner == "Regionen"


@pytest.mark.parametrize(
    "text",
    [
        "sesion_hours = 2\n",
        "[session]\nhours = 2\n",
        '[[units]]\nhsa_id = "SE-1"\nname = "E"\nowner = "R"\ncolour = "blue"\n',
        '[[logins]]\nkey = "x"\nverify = false\n',
    ],
)
def test_an_unknown_key_in_the_file_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str
) -> None:
    monkeypatch.setenv(FILE_VARIABLE, write(tmp_path / "portal.toml", text))
    with pytest.raises(ValidationError):
        Settings()


@pytest.mark.parametrize(
    "name", ["PORTAL_SESION_HOURS", "PORTAL_SESSION_HOUR_FILE", "PORTAL_X__Y", "PORTAL_"]
)
def test_an_unknown_key_in_the_environment_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    monkeypatch.setenv(name, write(tmp_path / "value", "2"))
    with pytest.raises(ValueError, match="unknown setting"):
        Settings()


def test_other_programs_variables_are_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTALEN_X", "1")
    monkeypatch.setenv("MY_PORTAL_X", "1")
    assert Settings().session_hours == 8


@pytest.mark.parametrize(
    "wrong",
    [
        {"base_url": "http://portal.example"},
        {"base_url": "https://user:secret@portal.example"},
        {"base_url": "portal.example"},
        {"soft_seconds": 0},
        {"hard_seconds": -1},
        {"session_idle_minutes": 0},
        {"session_hours": 0},
        {"logins": [{"key": "Stora Bokstäver"}]},
    ],
)
def test_what_cannot_be_right_is_an_error(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings(**wrong)  # type: ignore[arg-type]


def test_a_file_that_is_not_there_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Better no portal than one with another database than its keeper thinks."""
    monkeypatch.setenv("PORTAL_DATABASE_URL_FILE", str(tmp_path / "borta"))
    with pytest.raises(FileNotFoundError):
        Settings()


def test_it_cannot_be_changed_afterwards() -> None:
    settings = Settings()
    with pytest.raises(ValidationError):
        settings.session_hours = 99


class TestLinksAndMatters:
    def test_where_other_services_are_is_told_by_kind(self, tmp_path: Path) -> None:
        path = write(
            tmp_path / "portal.toml",
            '[[links]]\nkind = "journal"\nurl = "https://journal.example/"\n'
            '[[links]]\nkind = "other"\nurl = "https://annat.example/"\nname = "Hälsodagbok"\n',
        )
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(FILE_VARIABLE, path)
            journal, other = (each.link() for each in Settings().links)
        assert (journal.kind, journal.href, journal.name) == (
            LinkKind.JOURNAL,
            "https://journal.example/",
            None,
        )
        assert other.name == Told("Hälsodagbok")

    @pytest.mark.parametrize(
        "link",
        [
            {"kind": "journal", "url": "http://journal.example/"},
            {"kind": "journal", "url": "javascript:alert(1)"},
            {"kind": "other", "url": "https://annat.example/"},
            {"kind": "horoscope", "url": "https://annat.example/"},
        ],
    )
    def test_a_link_that_is_not_one_stops_the_start(self, link: dict[str, str]) -> None:
        with pytest.raises(ValidationError):
            Settings(links=(link,))

    def test_the_curated_matters_unless_there_is_a_list(self) -> None:
        assert Settings().turned_to() == MATTERS
        own = {"key": "fot", "name": "Fotvård", "words": "fot, tå", "ways": ["planned"]}
        assert Settings(matters=(own,)).turned_to() == (
            Matter("fot", "Fotvård", "fot, tå", (Way.PLANNED,)),
        )

    def test_a_kind_of_contact_that_nobody_knows_stops_the_start(self) -> None:
        own = {"key": "fot", "name": "Fotvård", "words": "fot", "ways": ["astrologer"]}
        with pytest.raises(ValidationError):
            Settings(matters=(own,))
