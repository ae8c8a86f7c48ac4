"""What people have put in themselves: sealed, changed by version, and removed for good."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from portal.store import OwnWordsRows, Put, Sealing, Store, StoreUnavailable, own
from stodtjanster.information import OwnEntry, OwnNote, OwnNoteKind, VisitForm
from stodtjanster.model import (
    Dated,
    HsaId,
    Outcome,
    Period,
    Sharing,
    Timed,
    local_day,
)
from stodtjanster.sources.kit.source import Ask
from stodtjanster.sources.own.adapter import Adapter
from stodtjanster.sources.own.kept import Entry, Note, Words, decode, encode
from stodtjanster.sources.own.settings import Settings
from tests.backends import Backend
from tests.fetching import ANNA, BO, NOON

KEY = bytes(range(32))
DAY = timedelta(days=1)
DENTIST = Entry(
    title="Tandläkare Rosén",
    day=date(2026, 11, 24),
    start=time(9, 15),
    end=time(10),
    place="Storgatan 4, Sjövik",
    note="Ta med röntgenremissen.",
)
WISH = Note(
    kind=OwnNoteKind.TOPIC,
    text="Jag vill att samma person kommer på morgonen.\nHelst Omar.",
    plan=frozenset({"SE-NORD|SIP-1", "SE-SJO|CarePlan/1"}),
    plan_at=("SE-NORD", "SIP-1"),
    belongs="Trygg hemma",
    meeting=("SE-SJO", "Appointment/7"),
    sharing=Sharing(True, frozenset({HsaId("SE-NORD"), HsaId("SE-SJO")})),
)


@pytest.fixture
def store(backend: Backend) -> Iterator[Store]:
    with closing(Store(backend.url)) as store:
        yield store


@pytest.fixture
def rows(store: Store) -> OwnWordsRows:
    return store.own_words(Sealing(KEY))


def add(rows: OwnWordsRows, words: Words = DENTIST, once: str = "form-1", person=ANNA):
    return rows.add(person, once, encode(words), NOON)


def only(rows: OwnWordsRows, person=ANNA):
    (kept,) = rows.of(person)
    return kept


def said(rows: OwnWordsRows, person=ANNA) -> list[Words]:
    return [decode(kept.content or b"") for kept in rows.of(person)]


def recall(rows: OwnWordsRows, information=OwnEntry, person=ANNA, days: int = 400):
    today = local_day(NOON)
    adapter = Adapter(Settings(key="own", kind="own", name="Portalen"), rows)
    return adapter.recall(
        Ask(information, person, Period(today - days * DAY, today + days * DAY), NOON, "c")
    )


# -- words -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        DENTIST,
        Entry(title="Frisör", day=date(2027, 1, 1), form=VisitForm.HOME, lang="en"),
        WISH,
        Note(kind=OwnNoteKind.GOAL, text="Gå till brevlådan"),
    ],
)
def test_words_come_back_as_they_were(words: Words) -> None:
    assert decode(encode(words)) == words


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"v":1,"is":"poem"}',
        encode(DENTIST)[:-1],
        encode(DENTIST).replace(b'"v":1', b'"v":2'),
        encode(DENTIST).replace(b"2026-11-24", b"2026-11-31"),
        encode(WISH).replace(b'"topic"', b'"poem"'),
        encode(WISH).replace(b'"shared"', b'"shown"'),
    ],
)
def test_what_is_nobodys_words_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="own words"):
        decode(content)


# -- kept, changed, removed ------------------------------------------------------------------------


def test_the_same_form_twice_is_one(rows: OwnWordsRows) -> None:
    key, put = add(rows)
    assert put is Put.NEW
    assert add(rows) == (key, Put.AGAIN)
    assert add(rows, replace(DENTIST, title="Annat")) == (key, Put.ANOTHER)
    assert said(rows) == [DENTIST]


def test_of_many_who_send_a_form_at_once_one_finds_it_new(rows: OwnWordsRows) -> None:
    with ThreadPoolExecutor(20) as pool:
        put = [put for _, put in pool.map(lambda _number: add(rows), range(100))]
    assert (put.count(Put.NEW), put.count(Put.AGAIN)) == (1, 99)
    assert said(rows) == [DENTIST]


def test_nobody_has_more_than_there_is_room_for(
    rows: OwnWordsRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own, "MOST", 2)
    for number in range(2):
        add(rows, once=str(number))
    assert add(rows, once="3")[1] is Put.FULL
    assert add(rows, once="1")[1] is Put.AGAIN
    assert add(rows, once="3", person=BO)[1] is Put.NEW
    assert len(rows.of(ANNA)) == 2


def test_a_change_holds_only_against_the_version_it_was_made_from(rows: OwnWordsRows) -> None:
    add(rows)
    first = only(rows)
    mine, theirs = (replace(DENTIST, title=title) for title in ("Mitt", "Ditt"))
    assert rows.change(ANNA, first.id, first.version, encode(mine), NOON + DAY)
    assert not rows.change(ANNA, first.id, first.version, encode(theirs), NOON + DAY)
    assert said(rows) == [mine]
    assert only(rows).changed == NOON + DAY
    assert rows.change(ANNA, first.id, only(rows).version, encode(theirs), NOON)
    assert said(rows) == [theirs]


def test_of_many_who_change_a_version_at_once_one_does(rows: OwnWordsRows) -> None:
    add(rows)
    first = only(rows)

    def change(number: int) -> bool:
        words = replace(DENTIST, title=str(number))
        return rows.change(ANNA, first.id, first.version, encode(words), NOON)

    with ThreadPoolExecutor(20) as pool:
        done = list(pool.map(change, range(100)))
    assert done.count(True) == 1
    assert said(rows) == [replace(DENTIST, title=str(done.index(True)))]


def test_only_the_version_that_was_seen_is_removed(rows: OwnWordsRows) -> None:
    add(rows)
    first = only(rows)
    rows.change(ANNA, first.id, first.version, encode(WISH), NOON)
    assert not rows.remove(ANNA, first.id, first.version)
    assert said(rows) == [WISH]
    assert rows.remove(ANNA, first.id, only(rows).version)
    assert rows.of(ANNA) == ()
    assert not rows.remove(ANNA, first.id, first.version + 1)


def test_what_is_put_in_again_has_no_version_that_was_seen_before(rows: OwnWordsRows) -> None:
    """A page from before the removal must not change what came after it."""
    add(rows)
    first = only(rows)
    rows.remove(ANNA, first.id, first.version)
    add(rows, WISH)
    assert only(rows).id == first.id
    assert not rows.change(ANNA, first.id, first.version, encode(DENTIST), NOON)
    assert said(rows) == [WISH]


def test_nobody_reaches_what_is_anothers(rows: OwnWordsRows) -> None:
    add(rows)
    first = only(rows)
    assert rows.of(BO) == ()
    assert not rows.change(BO, first.id, first.version, encode(WISH), NOON)
    assert not rows.remove(BO, first.id, first.version)
    assert add(rows, person=BO)[0] != first.id
    assert said(rows) == [DENTIST]


# -- sealed, and gone ------------------------------------------------------------------------------


def in_files(backend: Backend) -> bytes:
    return backend.written()


def test_the_database_alone_tells_nothing(
    rows: OwnWordsRows, backend: Backend, store: Store
) -> None:
    add(rows)
    add(rows, WISH, "form-2")
    store.close()
    written = backend.written()
    for text in (ANNA.value, "Tandläkare", "Storgatan", "röntgen", "samma person", "SE-NORD"):
        assert text.encode() not in written


def test_another_key_finds_nobody(rows: OwnWordsRows, store: Store) -> None:
    add(rows)
    assert store.own_words(Sealing(bytes(32))).of(ANNA) == ()


def test_what_is_removed_lies_nowhere(rows: OwnWordsRows, backend: Backend, store: Store) -> None:
    # So long that it has pages of its own, which nobody else would come to write over.
    add(rows, replace(WISH, text="x" * 20_000))
    ((sealed,),) = backend.sql("SELECT sealed FROM own_words")
    kept = only(rows)
    rows.remove(ANNA, kept.id, kept.version)
    store.close()
    backend.vacuum("own_words")
    written = backend.written()
    assert not any(sealed[at : at + 64] in written for at in range(0, len(sealed) - 64, 64))


@pytest.mark.parametrize("column", ["person", "version"])
def test_a_row_that_was_moved_is_counted_and_not_shown(
    rows: OwnWordsRows, backend: Backend, column: str
) -> None:
    add(rows)
    add(rows, WISH, person=BO)
    mine, other = only(rows), only(rows, BO)
    find = "SELECT person FROM own_words WHERE id = :id"
    ((whose,),) = backend.sql(find, id=mine.id)
    changed = f"{column} = :value, person = :whose" if column == "version" else "person = :whose"
    backend.sql(
        f"UPDATE own_words SET {changed} WHERE id = :id",
        **({"value": other.version + 1} if column == "version" else {}),
        whose=whose,
        id=other.id,
    )
    heard = recall(rows)
    assert [item.origin.record for item in heard.items] == [mine.id]
    assert [report.rejected for report in heard.reports] == [1]


# -- as items --------------------------------------------------------------------------------------


def test_a_time_of_ones_own_is_what_was_written(rows: OwnWordsRows) -> None:
    add(rows)
    (entry,) = recall(rows).items
    assert isinstance(entry, OwnEntry)
    assert entry.subject == ANNA
    assert isinstance(entry.when, Timed)
    assert entry.when.start.isoformat() == "2026-11-24T09:15:00+01:00"
    assert entry.when.end is not None
    assert entry.when.end.isoformat() == "2026-11-24T10:00:00+01:00"
    texts = (entry.title, entry.place, entry.instruction)
    assert [each.text for each in texts if each] == [DENTIST.title, DENTIST.place, DENTIST.note]
    assert entry.form is VisitForm.VISIT
    assert entry.sharing == Sharing(shared=False)
    assert entry.hidden() == entry
    assert entry.origin.approved_for_patient
    assert (entry.version, entry.changed) == (only(rows).version, NOON)


def test_a_day_without_a_clock_is_no_more_than_a_day(rows: OwnWordsRows) -> None:
    add(rows, replace(DENTIST, start=None, end=None))
    (entry,) = recall(rows).items
    assert entry.during == Dated(DENTIST.day)


def test_a_note_is_what_was_written(rows: OwnWordsRows) -> None:
    add(rows, WISH)
    (note,) = recall(rows, OwnNote).items
    assert isinstance(note, OwnNote)
    assert note.kind is OwnNoteKind.TOPIC
    assert note.text.text == WISH.text
    assert (note.plan, note.meeting, note.sharing) == (WISH.plan, WISH.meeting, WISH.sharing)
    assert note.plan_at == WISH.plan_at
    assert note.belongs is not None
    assert note.belongs.text == WISH.belongs


def test_each_kind_is_asked_for_by_itself_and_answers_whole(rows: OwnWordsRows) -> None:
    add(rows, WISH)
    heard = recall(rows, OwnEntry)
    assert heard.items == ()
    assert [(r.outcome, r.cause) for r in heard.reports] == [(Outcome.DATA_FROM_SOURCE, None)]
    assert [r.information for r in heard.reports] == ["own_entry"]
    assert len(recall(rows, OwnNote, days=0).items) == 1


def test_times_of_other_days_are_left_out(rows: OwnWordsRows) -> None:
    add(rows)
    assert recall(rows, days=2).items == ()


def test_a_store_that_does_not_answer_says_so(rows: OwnWordsRows, backend: Backend) -> None:
    backend.sql("DROP TABLE own_words")
    with pytest.raises(StoreUnavailable):
        recall(rows)
