"""Calendar addresses in the database: one for each person, and gone when it is ended."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from portal.store import CalendarRow, Sealing, Store, StoreUnavailable
from tests.fetching import ANNA, BO, NOON

KEY = bytes(range(32))
DAY = timedelta(days=1)


@pytest.fixture
def store(backend):
    with closing(Store(backend.url)) as opened:
        yield opened


@pytest.fixture
def rows(store):
    return store.calendars(Sealing(KEY))


def row(name="a", **changes):
    said = {
        "id_hash": name * 64,
        "created": NOON,
        "expires": NOON + 180 * DAY,
        "used": None,
        "detailed": False,
        "daily": True,
        "sealed": b"sealed by its address",
    }
    return CalendarRow(**(said | changes))


def test_it_is_found_by_its_address_and_by_its_owner(rows):
    rows.put(ANNA, row())
    assert rows.get("a" * 64) == rows.of(ANNA) == row()
    assert rows.get("b" * 64) is None
    assert rows.of(BO) is None


def test_a_new_one_takes_the_place_of_the_old(rows):
    rows.put(ANNA, row("a"))
    rows.put(BO, row("c"))
    rows.put(ANNA, row("b"))
    assert rows.get("a" * 64) is None
    assert rows.of(ANNA) == row("b")
    assert rows.of(BO) == row("c")


def test_the_same_again_is_left_as_it_was(rows):
    rows.put(ANNA, row(used=NOON))
    rows.put(ANNA, row(detailed=True))
    assert rows.of(ANNA) == row(used=NOON)


def test_of_many_at_once_one_is_left(rows):
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda name: rows.put(ANNA, row(name)), "abcdefgh"))
    assert sum(rows.get(name * 64) is not None for name in "abcdefgh") == 1


def test_a_use_changes_what_it_holds(rows):
    rows.put(ANNA, row())
    rows.note_use("a" * 64, lambda sealed: sealed + b"!", NOON + DAY)
    rows.note_use("b" * 64, lambda _sealed: b"nobody's", NOON + DAY)
    assert rows.of(ANNA) == replace(row(), used=NOON + DAY, sealed=b"sealed by its address!")


def test_what_is_removed_is_gone(rows):
    rows.put(ANNA, row())
    assert rows.remove("a" * 64)
    assert not rows.remove("a" * 64)
    assert rows.of(ANNA) is None


def test_what_is_past_its_time_is_purged(rows):
    rows.put(ANNA, row("a", expires=NOON))
    rows.put(BO, row("b", expires=NOON + DAY))
    assert rows.purge(NOON) == 1
    assert rows.of(ANNA) is None
    assert rows.of(BO) is not None


def test_the_file_does_not_tell_whose_it_is(rows, backend, store):
    rows.put(ANNA, row())
    store.close()
    written = backend.written()
    assert ANNA.value.encode() not in written
    assert b"a" * 64 in written


def test_another_key_finds_nobodys(rows, store):
    rows.put(ANNA, row())
    assert store.calendars(Sealing(bytes(32))).of(ANNA) is None


def test_a_store_that_does_not_answer_says_so(tmp_path):
    (tmp_path / "portalen.db").write_bytes(b"no database" * 100)
    with (
        closing(Store(f"sqlite:///{tmp_path / 'portalen.db'}")) as store,
        pytest.raises(StoreUnavailable),
    ):
        store.calendars(Sealing(KEY)).get("a" * 64)
