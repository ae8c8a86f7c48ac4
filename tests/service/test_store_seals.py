"""What people have closed, in the store: found by its owner only, and once closed closed."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import pytest

from portal.store import Sealing, SealRows, Store, StoreUnavailable
from stodtjanster.access.closure import OPEN, Closure
from tests.backends import Backend
from tests.fetching import ANNA, BO, NOON

KEY = bytes(range(32))
LATER = NOON + timedelta(days=1)


@pytest.fixture
def rows(backend: Backend) -> Iterator[SealRows]:
    with closing(Store(backend.url)) as store:
        yield store.seals(Sealing(KEY))


def test_nobody_has_closed_anything_at_first(rows):
    assert rows.of(ANNA) == OPEN


def test_seal_and_lock_are_two_things_and_one_persons(rows):
    rows.seal(ANNA, NOON)
    assert rows.of(ANNA) == Closure(sealed=NOON)
    rows.lock(ANNA, LATER)
    assert rows.of(ANNA) == Closure(sealed=NOON, locked=LATER)
    rows.seal(ANNA, None)
    assert rows.of(ANNA) == Closure(locked=LATER)
    assert rows.of(BO) == OPEN


def test_closing_again_does_not_move_the_moment(rows):
    rows.seal(ANNA, NOON)
    rows.seal(ANNA, LATER)
    assert rows.of(ANNA).sealed == NOON


def test_two_who_close_at_once_close_it(rows):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda at: rows.seal(ANNA, at), [NOON] * 8))
    assert rows.of(ANNA) == Closure(sealed=NOON)


def test_the_database_does_not_tell_whose(rows, backend):
    rows.seal(ANNA, NOON)
    assert backend.count("seals") == 1
    assert ANNA.value.encode() not in backend.written()


def test_another_key_finds_nothing(rows, backend):
    rows.seal(ANNA, NOON)
    with closing(Store(backend.url)) as store:
        assert store.seals(Sealing(bytes(32))).of(ANNA) == OPEN


def test_a_store_that_does_not_answer_says_so(tmp_path):
    with closing(Store(f"sqlite:///{tmp_path / 'empty.db'}")) as store:
        rows = store.seals(Sealing(KEY))
        with pytest.raises(StoreUnavailable):
            rows.of(ANNA)
        with pytest.raises(StoreUnavailable):
            rows.seal(ANNA, NOON)
