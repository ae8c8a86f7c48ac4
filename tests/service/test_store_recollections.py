"""What readers have been shown, in the database: sealed, one at a time, and gone when it is."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import pytest

from portal.store import Sealing, Store, StoreUnavailable
from tests.fetching import ANNA, BO, NOON

KEY = bytes(range(32))
DAY = timedelta(days=1)


@pytest.fixture
def store(backend):
    with closing(Store(backend.url)) as opened:
        yield opened


@pytest.fixture
def rows(store):
    return store.recollections(Sealing(KEY))


def put(rows, content, reader=ANNA, subject=ANNA, at=NOON):
    rows.change(reader, subject, lambda _before: content, at)


def test_what_is_kept_is_the_readers_own_of_that_person(rows):
    put(rows, b"own")
    put(rows, b"bo of anna", reader=BO)
    assert rows.get(ANNA, ANNA) == b"own"
    assert rows.get(BO, ANNA) == b"bo of anna"
    assert rows.get(ANNA, BO) is None


def test_a_change_sees_what_was_kept(rows):
    put(rows, b"1")
    rows.change(ANNA, ANNA, lambda before: before + b"2", NOON)
    assert rows.get(ANNA, ANNA) == b"12"
    rows.change(ANNA, ANNA, lambda _before: None, NOON)
    assert rows.get(ANNA, ANNA) == b"12"


def test_nothing_is_lost_when_many_change_it_at_once(rows):
    with ThreadPoolExecutor(8) as threads:
        changes = [threads.submit(rows.change, ANNA, ANNA, added, NOON) for _ in range(24)]
    assert [change.result() for change in changes] == [None] * 24
    assert rows.get(ANNA, ANNA) == b"x" * 24


def added(before):
    return (before or b"") + b"x"


def test_what_is_forgotten_is_gone(rows, backend):
    put(rows, b"own")
    put(rows, b"bo of anna", reader=BO)
    rows.forget(ANNA, ANNA)
    assert rows.get(ANNA, ANNA) is None
    assert rows.forget_about(ANNA) == 1
    assert backend.count("recollections") == 0


def test_what_nobody_has_read_for_long_is_purged(rows):
    put(rows, b"old", at=NOON - 91 * DAY)
    put(rows, b"new", reader=BO)
    assert rows.purge(NOON - 90 * DAY) == 1
    assert rows.get(ANNA, ANNA) is None
    assert rows.get(BO, ANNA) == b"new"


def test_the_file_tells_neither_who_nor_what(rows, backend, store):
    put(rows, b"hemlig", reader=BO)
    store.close()
    written = backend.written()
    for secret in (ANNA.value.encode(), BO.value.encode(), b"hemlig"):
        assert secret not in written


def test_a_row_that_was_moved_or_changed_is_no_row(rows, backend, store):
    put(rows, b"own")
    put(rows, b"bo of anna", reader=BO)
    whose = "SELECT sealed FROM recollections WHERE subject IS NOT NULL ORDER BY length(sealed)"
    ((mine,), (theirs,)) = backend.sql(whose)
    moved = "UPDATE recollections SET sealed = :theirs WHERE sealed = :mine"
    backend.sql(moved, theirs=theirs, mine=mine)
    assert rows.get(ANNA, ANNA) is None
    put(rows, b"again")
    assert rows.get(ANNA, ANNA) == b"again"
    assert store.recollections(Sealing(bytes(32))).get(BO, ANNA) is None


def test_a_store_that_does_not_answer_says_so(tmp_path):
    (tmp_path / "portalen.db").write_bytes(b"no database" * 100)
    with (
        closing(Store(f"sqlite:///{tmp_path / 'portalen.db'}")) as store,
        pytest.raises(StoreUnavailable),
    ):
        store.recollections(Sealing(KEY)).get(ANNA, ANNA)
