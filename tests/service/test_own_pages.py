"""Putting in, changing and removing words of one's own: nothing that is written is ever lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from portal import pace
from portal.store import StoreUnavailable
from portal.store import own as store_own
from stodtjanster.audit import AuditUnavailable
from stodtjanster.information import OwnNoteKind, VisitForm
from stodtjanster.sources.own.kept import Entry, Note
from tests.markup import assert_is_a_page
from tests.own_pages import BIRGITTA, MINE, NOW, SARA, SOURCE, Home, Reader, hidden, home
from tests.own_pages import words_of as said

TIME = {
    "slag": "tid",
    "vad": "Tandläkare Rosén",
    "dag": "2026-11-24",
    "borjar": "9.15",
    "slutar": "10",
    "hur": "dit",
    "var": "Storgatan 4",
    "anteckning": "Ta med remissen.\r\nOch legitimation.",
}
NOTE = {"slag": "ta-upp", "text": "Samma person på morgonen.", "hor-till": "inget", "dela": "nej"}
DENTIST = Entry(
    title="Tandläkare Rosén",
    day=date(2026, 11, 24),
    start=time(9, 15),
    end=time(10),
    place="Storgatan 4",
    note="Ta med remissen.\nOch legitimation.",
)
FORMS = [pytest.param("tid", TIME, id="time"), pytest.param("ta-upp", NOTE, id="note")]


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Home]:
    with home(tmp_path / "portal.db") as running:
        yield running


@pytest.fixture
def reader(portal: Home) -> Reader:
    return portal.log_in()


def put_in(reader: Reader, form: dict[str, str] = TIME) -> str:
    """Put something in; its name in addresses."""
    before = set(reader.handles())
    answer = reader.post(f"{MINE}/ny", form | reader.open(f"{MINE}/ny?slag={form['slag']}"))
    assert answer.status_code == 303, said(answer)
    (handle,) = set(reader.handles()) - before
    return handle


def all_texts(form: dict[str, str]) -> list[str]:
    return [
        line
        for name in ("vad", "var", "anteckning", "text")
        if name in form
        for line in form[name].split("\r\n")
    ]


@contextmanager
def nothing_can_be(done: str, home: Home) -> Iterator[None]:
    """The log cannot be written, or what is logged cannot be kept."""
    whole = home.house
    audit, rows = Mock(wraps=whole.audit), Mock(wraps=whole.own_words)
    if done == "logged":
        audit.record.side_effect = AuditUnavailable("SQLITE_BUSY")
    else:
        for write in ("add", "change", "remove"):
            getattr(rows, write).side_effect = StoreUnavailable("SQLITE_BUSY")
    home.app.extensions["house"] = replace(whole, audit=audit, own_words=rows)
    try:
        yield
    finally:
        home.app.extensions["house"] = whole


# -- putting in ------------------------------------------------------------------------------------


def test_a_time_is_kept_and_shown(portal: Home, reader: Reader) -> None:
    answer = reader.post(f"{MINE}/ny", TIME | reader.open(f"{MINE}/ny?slag=tid"))
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{MINE}?klart=sparat")
    assert portal.kept() == [DENTIST]
    for path in (f"{MINE}?klart=sparat", "/sv/mig/", "/sv/mig/veckan"):
        page = reader.get(path)
        assert_is_a_page(page.text)
        assert "Tandläkare Rosén" in said(page)
        assert "Inlagt av dig" in said(page)
    assert "Det är sparat." in said(reader.get(f"{MINE}?klart=sparat"))


def test_a_note_is_kept_and_shown_to_nobody_else(portal: Home, reader: Reader) -> None:
    put_in(reader, NOTE)
    (kept,) = portal.kept()
    assert kept == Note(kind=OwnNoteKind.TOPIC, text=NOTE["text"])
    assert "Bara du ser det här." in said(reader.get(MINE))
    assert portal.kept(SARA) == []
    assert NOTE["text"] not in said(portal.log_in(SARA).get(MINE))


@pytest.mark.parametrize(("kind", "form"), FORMS)
def test_a_form_that_is_sent_twice_is_kept_once(
    portal: Home, reader: Reader, kind: str, form: dict[str, str]
) -> None:
    sent = form | reader.open(f"{MINE}/ny?slag={kind}")
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _n: reader_again(portal, reader).post(f"{MINE}/ny", sent), range(8))
        )
    assert {answer.status_code for answer in answers} == {303}
    assert len(portal.kept()) == 1


def reader_again(portal: Home, reader: Reader) -> Reader:
    """The same session in a client of its own: one client is for one thread."""
    client = portal.app.test_client()
    for cookie in reader.client._cookies.values():
        client._cookies[cookie._storage_key] = cookie
    return Reader(client, reader.session)


@pytest.mark.parametrize(("kind", "form"), FORMS)
def test_what_is_wrong_is_told_above_and_beside_and_nothing_is_lost(
    portal: Home, reader: Reader, kind: str, form: dict[str, str]
) -> None:
    wrong = form | ({"dag": "den 24:e", "vad": ""} if kind == "tid" else {"dela": "ja"})
    sent = wrong | reader.open(f"{MINE}/ny?slag={kind}")
    answer = reader.post(f"{MINE}/ny", sent)
    assert answer.status_code == 422
    assert_is_a_page(answer.text)
    assert 'id="fel"' in answer.text
    for field in ("dag", "vad") if kind == "tid" else ("dela",):
        assert f'href="#{field}"' in answer.text
        assert f'id="{field}"' in answer.text
        assert f'id="{field}-fel"' in answer.text
    for text in all_texts(wrong):
        assert text in said(answer)
    assert portal.kept() == []
    # It is the same form: put right, it is kept once.
    assert hidden(answer)["once"] == sent["once"]
    assert reader.post(f"{MINE}/ny", form | hidden(answer)).status_code == 303
    assert len(portal.kept()) == 1


def test_markup_is_text(portal: Home, reader: Reader) -> None:
    put_in(reader, NOTE | {"text": "<script>alert(1)</script>\"'&"})
    for path in (
        MINE,
        f"{MINE}/{reader.handles()[0]}/andra",
        f"{MINE}/{reader.handles()[0]}/ta-bort",
    ):
        page = reader.get(path).text
        assert "<script" not in page
        assert "&lt;script&gt;" in page


def test_an_address_without_a_kind_leads_to_all_there_is(reader: Reader) -> None:
    for query in ("", "?slag=dikt", "?slag="):
        answer = reader.get(f"{MINE}/ny{query}")
        assert (answer.status_code, answer.headers["Location"]) == (302, MINE)


def test_a_plan_that_nobody_knows_is_not_kept_with_a_note(portal: Home, reader: Reader) -> None:
    handle = "plan-" + "0" * 24
    page = reader.get(f"{MINE}/ny?slag=ta-upp&hor-till={handle}")
    sent = NOTE | hidden(page) | {"hor-till": handle}
    answer = reader.post(f"{MINE}/ny", sent)
    assert answer.status_code == 422
    assert "Vi kan inte se det just nu" in said(answer)
    assert NOTE["text"] in said(answer)
    assert portal.kept() == []


# -- changing --------------------------------------------------------------------------------------


def test_a_change_is_kept(portal: Home, reader: Reader) -> None:
    handle = put_in(reader)
    page = reader.get(f"{MINE}/{handle}/andra")
    assert_is_a_page(page.text)
    for text in ("2026-11-24", "09.15", "10.00", *all_texts(TIME)):
        assert text in said(page)
    answer = reader.post(f"{MINE}/{handle}/andra", TIME | hidden(page) | {"hur": "hem"})
    assert answer.status_code == 303
    (kept,) = portal.kept()
    assert isinstance(kept, Entry)
    assert kept.form is VisitForm.HOME
    assert reader.handles() == [handle]


@pytest.mark.parametrize(("kind", "form"), FORMS)
def test_a_change_in_two_places_shows_both_and_saves_neither_over_the_other(
    portal: Home, reader: Reader, kind: str, form: dict[str, str]
) -> None:
    handle = put_in(reader, form)
    field = "vad" if kind == "tid" else "text"
    path = f"{MINE}/{handle}/andra"
    first, second = reader.open(path), reader.open(path)
    assert reader.post(path, form | first | {field: "Mitt första"}).status_code == 303
    answer = reader.post(path, form | second | {field: "Mitt andra"})
    assert answer.status_code == 409
    assert_is_a_page(answer.text)
    assert "har ändrats sedan du öppnade den" in said(answer)
    for text in ("Mitt första", "Mitt andra", "Du skrev något annat"):
        assert text in said(answer)
    assert [getattr(kept, "title", None) or kept.text for kept in portal.kept()] == ["Mitt första"]
    # The page that shows both may save over what it shows.
    assert reader.post(path, form | hidden(answer) | {field: "Mitt andra"}).status_code == 303
    assert [getattr(kept, "title", None) or kept.text for kept in portal.kept()] == ["Mitt andra"]


@pytest.mark.parametrize(("kind", "form"), FORMS)
def test_the_same_change_twice_is_one(
    portal: Home, reader: Reader, kind: str, form: dict[str, str]
) -> None:
    handle = put_in(reader, form)
    path = f"{MINE}/{handle}/andra"
    field = "anteckning" if kind == "tid" else "text"
    sent = form | reader.open(path) | {field: "Nytt"}
    assert [reader.post(path, sent).status_code for _ in range(2)] == [303, 303]


def test_the_first_form_sent_again_with_other_words_shows_both(
    portal: Home, reader: Reader
) -> None:
    sent = TIME | reader.open(f"{MINE}/ny?slag=tid")
    reader.post(f"{MINE}/ny", sent)
    answer = reader.post(f"{MINE}/ny", sent | {"vad": "Frisör"})
    assert answer.status_code == 409
    assert "Tandläkare Rosén" in said(answer)
    assert "Frisör" in said(answer)
    assert portal.kept() == [DENTIST]
    path = f"{MINE}/{reader.handles()[0]}/andra"
    assert f'action="{path}"' in answer.text
    assert reader.post(path, TIME | hidden(answer) | {"vad": "Frisör"}).status_code == 303


@pytest.mark.parametrize(("kind", "form"), FORMS)
def test_a_change_of_what_was_removed_can_be_put_in_anew(
    portal: Home, reader: Reader, kind: str, form: dict[str, str]
) -> None:
    handle = put_in(reader, form)
    opened = reader.open(f"{MINE}/{handle}/andra")
    reader.post(f"{MINE}/{handle}/ta-bort", reader.open(f"{MINE}/{handle}/ta-bort"))
    answer = reader.post(f"{MINE}/{handle}/andra", form | opened)
    assert answer.status_code == 409
    assert "har tagits bort sedan du öppnade den" in said(answer)
    for text in all_texts(form):
        assert text in said(answer)
    assert portal.kept() == []
    assert reader.post(f"{MINE}/ny", form | hidden(answer)).status_code == 303
    assert len(portal.kept()) == 1


def test_a_form_for_a_time_does_not_fit_a_note(portal: Home, reader: Reader) -> None:
    handle = put_in(reader, NOTE)
    answer = reader.post(f"{MINE}/{handle}/andra", TIME | reader.open(f"{MINE}/{handle}/andra"))
    assert answer.status_code == 404
    assert isinstance(portal.kept()[0], Note)


# -- removing --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "form"), FORMS)
def test_it_is_removed_when_the_reader_has_seen_what_it_says(
    portal: Home, reader: Reader, kind: str, form: dict[str, str]
) -> None:
    handle = put_in(reader, form)
    page = reader.get(f"{MINE}/{handle}/ta-bort")
    assert_is_a_page(page.text)
    assert "Vill du ta bort uppgiften?" in said(page)
    for text in all_texts(form):
        assert text in said(page)
    assert portal.kept() != []
    answer = reader.post(f"{MINE}/{handle}/ta-bort", hidden(page))
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{MINE}?klart=borttaget")
    assert portal.kept() == []
    assert reader.get(f"{MINE}/{handle}/andra").status_code == 404
    # Once more changes nothing, and is no error.
    assert reader.post(f"{MINE}/{handle}/ta-bort", hidden(page)).status_code == 303


def test_what_has_changed_since_is_asked_about_again(portal: Home, reader: Reader) -> None:
    handle = put_in(reader)
    asked = reader.open(f"{MINE}/{handle}/ta-bort")
    path = f"{MINE}/{handle}/andra"
    reader.post(path, TIME | reader.open(path) | {"vad": "Frisör"})
    answer = reader.post(f"{MINE}/{handle}/ta-bort", asked)
    assert answer.status_code == 409
    assert "Så här står det nu" in said(answer)
    assert "Frisör" in said(answer)
    assert len(portal.kept()) == 1
    assert reader.post(f"{MINE}/{handle}/ta-bort", hidden(answer)).status_code == 303
    assert portal.kept() == []


# -- when it cannot be taken -----------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "form"), FORMS)
def test_a_session_that_is_over_gives_back_what_was_written(
    portal: Home, reader: Reader, kind: str, form: dict[str, str]
) -> None:
    sent = form | reader.open(f"{MINE}/ny?slag={kind}")
    reader.client.delete_cookie("__Host-session", domain="localhost")
    answer = reader.post(f"{MINE}/ny", sent)
    assert answer.status_code == 401
    assert_is_a_page(answer.text)
    assert "Du har blivit utloggad" in said(answer)
    for text in all_texts(form):
        assert text in said(answer)
    assert portal.kept() == []


def test_another_session_gives_back_what_was_written_and_keeps_nothing(
    portal: Home, reader: Reader
) -> None:
    sent = TIME | reader.open(f"{MINE}/ny?slag=tid")
    again = portal.log_in(SARA, reader.client)
    answer = again.post(f"{MINE}/ny", sent)
    assert answer.status_code == 403
    assert "Du har loggat in igen" in said(answer)
    assert "Tandläkare Rosén" in said(answer)
    assert (portal.kept(), portal.kept(SARA)) == ([], [])


def test_a_form_from_elsewhere_shows_nothing_of_itself(portal: Home, reader: Reader) -> None:
    sent = TIME | reader.open(f"{MINE}/ny?slag=tid")
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = reader.post(f"{MINE}/ny", sent, **headers)
        assert answer.status_code == 403
        assert "Tandläkare" not in answer.text
    assert portal.kept() == []


@pytest.mark.parametrize(("kind", "form"), FORMS)
@pytest.mark.parametrize("done", ["logged", "kept"])
def test_when_nothing_can_be_saved_nothing_is_lost(
    portal: Home, reader: Reader, kind: str, form: dict[str, str], done: str
) -> None:
    sent = form | reader.open(f"{MINE}/ny?slag={kind}")
    with nothing_can_be(done, portal):
        answer = reader.post(f"{MINE}/ny", sent)
    assert answer.status_code == 503
    assert_is_a_page(answer.text)
    assert "Felet ligger hos oss" in said(answer)
    for text in all_texts(form):
        assert text in said(answer)
    assert portal.kept() == []
    # The page sends all of it again.
    assert reader.post(f"{MINE}/ny", hidden(answer)).status_code == 303
    (kept,) = portal.kept()
    assert kept in (DENTIST, Note(kind=OwnNoteKind.TOPIC, text=NOTE["text"]))


@pytest.mark.parametrize("done", ["logged", "kept"])
def test_what_cannot_be_changed_or_removed_stays(portal: Home, reader: Reader, done: str) -> None:
    handle = put_in(reader)
    changing, removing = (reader.open(f"{MINE}/{handle}/{verb}") for verb in ("andra", "ta-bort"))
    with nothing_can_be(done, portal):
        answer = reader.post(f"{MINE}/{handle}/andra", TIME | changing | {"vad": "Frisör"})
        assert answer.status_code == 503
        assert "Frisör" in said(answer)
        assert reader.post(f"{MINE}/{handle}/ta-bort", removing).status_code == 503
    assert portal.kept() == [DENTIST]


def test_what_cannot_be_read_is_not_written_over(
    portal: Home, reader: Reader, tmp_path: Path
) -> None:
    handle = put_in(reader)
    opened = reader.open(f"{MINE}/{handle}/andra")
    with closing(sqlite3.connect(portal.path)) as database, database:
        database.execute("ALTER TABLE own_words RENAME TO gone")
    for path in (f"{MINE}/{handle}/andra", f"{MINE}/{handle}/ta-bort"):
        page = reader.get(path)
        assert page.status_code == 503
        assert "Vi kan inte läsa det du har lagt in just nu" in said(page)
    answer = reader.post(f"{MINE}/{handle}/andra", TIME | opened | {"vad": "Frisör"})
    assert answer.status_code == 503
    assert "Frisör" in said(answer)
    with closing(sqlite3.connect(portal.path)) as database, database:
        database.execute("ALTER TABLE gone RENAME TO own_words")
    assert portal.kept() == [DENTIST]
    overview = said(reader.get("/sv/mig/"))
    assert "Tandläkare" in overview


def test_a_store_that_is_down_is_a_gap_on_the_pages(portal: Home, reader: Reader) -> None:
    put_in(reader)
    with closing(sqlite3.connect(portal.path)) as database, database:
        database.execute("DROP TABLE own_words")
    for path in (MINE, "/sv/mig/", "/sv/mig/veckan"):
        page = said(reader.get(path))
        assert "vi kunde inte hämta egna" in page
        assert "Felet ligger hos oss" in page


def test_a_form_that_is_too_large_leaves_it_to_the_browser(portal: Home, reader: Reader) -> None:
    sent = NOTE | reader.open(f"{MINE}/ny?slag=ta-upp") | {"text": "x" * 70_000}
    answer = reader.post(f"{MINE}/ny", sent)
    assert answer.status_code == 413
    assert_is_a_page(answer.text)
    assert "Gå tillbaka i webbläsaren" in said(answer)


# -- limits ----------------------------------------------------------------------------------------


def test_what_is_too_long_stands_there_whole(portal: Home, reader: Reader) -> None:
    long = "å" * 2_001
    answer = reader.post(
        f"{MINE}/ny", NOTE | reader.open(f"{MINE}/ny?slag=ta-upp") | {"text": long}
    )
    assert answer.status_code == 422
    assert long in answer.text
    assert portal.kept() == []


def test_there_is_an_end_to_how_much_there_is_room_for(
    portal: Home, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_own, "MOST", 1)
    put_in(reader)
    answer = reader.post(f"{MINE}/ny", NOTE | reader.open(f"{MINE}/ny?slag=ta-upp"))
    assert answer.status_code == 422
    assert "så mycket som får plats" in said(answer)
    assert NOTE["text"] in said(answer)
    assert len(portal.kept()) == 1


def test_there_is_an_end_to_how_often_one_may_save(
    portal: Home, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "MOST", 2)
    handle = put_in(reader)
    put_in(reader, NOTE)
    answer = reader.post(f"{MINE}/{handle}/andra", TIME | reader.open(f"{MINE}/{handle}/andra"))
    assert answer.status_code == 429
    assert "många gånger på kort tid" in said(answer)
    for text in all_texts(TIME):
        assert text in said(answer)
    asked = reader.open(f"{MINE}/{handle}/ta-bort")
    assert reader.post(f"{MINE}/{handle}/ta-bort", asked).status_code == 429
    assert len(portal.kept()) == 2
    # Somebody else is not in their way.
    assert put_in(portal.log_in(SARA))


# -- whose -----------------------------------------------------------------------------------------


def test_nobody_reaches_what_is_anothers(portal: Home, reader: Reader) -> None:
    handle = put_in(reader)
    other = portal.log_in(SARA)
    mine = put_in(other, NOTE)
    token = other.open(f"{MINE}/{mine}/andra")
    for verb in ("andra", "ta-bort"):
        page = other.get(f"{MINE}/{handle}/{verb}")
        assert page.status_code == 404
        assert "Tandläkare" not in page.text
    answer = other.post(f"{MINE}/{handle}/andra", TIME | token | {"vad": "Stulet"})
    assert answer.status_code == 409
    assert "Tandläkare" not in said(answer).replace("Till exempel tandläkaren.", "")
    other.post(f"{MINE}/{handle}/ta-bort", token)
    assert portal.kept() == [DENTIST]


@pytest.mark.parametrize("path", ["ny?slag=tid", "0" * 24 + "/andra", "0" * 24 + "/ta-bort"])
def test_nobody_writes_for_somebody_else(portal: Home, reader: Reader, path: str) -> None:
    assert reader.get(f"/sv/for/k7q2/eget/{path}").status_code == 404


def test_who_may_not_see_may_not_write(portal: Home) -> None:
    teenager = portal.log_in(type(BIRGITTA).parse("201111042386"))
    assert teenager.get(f"{MINE}/ny?slag=tid").status_code == 403
    sent = TIME | {"csrf_token": teenager.session.csrf, "once": "x" * 24}
    assert teenager.post(f"{MINE}/ny", sent).status_code == 403
    assert portal.kept(teenager.session.person) == []


@pytest.mark.parametrize("sources", [(), (SOURCE | {"enabled": False},)])
def test_where_nothing_is_kept_there_is_nothing_to_fill_in(tmp_path: Path, sources: Any) -> None:
    with home(tmp_path / "portal.db", sources=sources) as portal:
        reader = portal.log_in()
        assert reader.get(f"{MINE}/ny?slag=tid").status_code == 404
        assert f"{MINE}/ny" not in reader.get("/sv/mig/veckan").text


# -- the log ---------------------------------------------------------------------------------------


def test_every_writing_is_in_the_log_and_never_what_it_says(portal: Home, reader: Reader) -> None:
    handle = put_in(reader)
    reader.post(f"{MINE}/{handle}/andra", TIME | reader.open(f"{MINE}/{handle}/andra"))
    reader.post(f"{MINE}/{handle}/ta-bort", reader.open(f"{MINE}/{handle}/ta-bort"))
    put_in(reader, NOTE)
    events = portal.written()
    assert [event.detail for event in events] == [
        "own-added",
        "own-changed",
        "own-removed",
        "own-added",
    ]
    assert [event.information for event in events] == [("own_entry",)] * 3 + [("own_note",)]
    for event in events:
        assert (event.actor, event.subject) == (BIRGITTA, BIRGITTA)
        assert (event.sources, event.ground) == (("own",), "SELF")
        assert event.at == NOW
        assert "Tandläkare" not in repr(event)
    assert "Tandläkare" not in portal.log.getvalue()
    assert portal.house.store.audit.verify().ok


def test_what_is_refused_is_not_in_the_log_as_written(portal: Home, reader: Reader) -> None:
    reader.post(f"{MINE}/ny", TIME | reader.open(f"{MINE}/ny?slag=tid") | {"vad": ""})
    assert portal.written() == []
