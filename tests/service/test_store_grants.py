"""Grants in the store: sealed, found by either of the two, and changed once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from portal.store import GrantRows, Sealing, Store, StoreUnavailable
from stodtjanster.grants import Mandate, Party
from stodtjanster.model import HsaId
from tests.backends import Backend
from tests.fetching import ANNA, BO, NOON

KEY = bytes(range(32))
DAY = timedelta(days=1)


@pytest.fixture
def store(backend: Backend) -> Iterator[Store]:
    with closing(Store(backend.url)) as store:
        yield store


@pytest.fixture
def rows(store: Store) -> GrantRows:
    return store.grants(Sealing(KEY))


def mandate(**changes) -> Mandate:
    said = {
        "id": uuid4(),
        "grantor": ANNA,
        "grantee": BO,
        "grantor_name": "Anna Testsson",
        "grantee_name": "Bo Testsson",
        "surname": "Testsson",
        "scopes": frozenset({"booking", "plan"}),
        "providers": frozenset({HsaId.parse("TSTNMT2321000156-NORD")}),
        "valid_from": NOON,
        "valid_to": NOON + 90 * DAY,
        "written": NOON,
    }
    return Mandate(**(said | changes))


def test_what_is_kept_comes_back_as_it_was(rows):
    draft = mandate()
    rows.add(draft)
    assert rows.get(draft.id) == draft
    whole = draft.offer(NOON).accept(NOON + DAY, "Bo Testsson").end(Party.GRANTEE, NOON + 2 * DAY)
    assert rows.change(whole)
    assert rows.get(draft.id) == replace(whole, version=2)


def test_both_find_what_was_given_and_only_one_the_draft(rows):
    offered, draft = mandate(offered=NOON, written=NOON - DAY), mandate()
    rows.add(offered)
    rows.add(draft)
    assert rows.given_by(ANNA) == (draft, offered)
    assert rows.given_to(BO) == (offered,)
    assert rows.given_by(BO) == ()
    assert rows.given_to(ANNA) == ()


def test_nothing_is_found_under_an_id_that_nobody_has(rows):
    assert rows.get(UUID(int=0)) is None


def test_of_two_who_change_the_same_version_one_does(rows):
    offered = mandate(offered=NOON)
    rows.add(offered)
    ends = [
        offered.accept(NOON + DAY, "Bo Testsson"),
        *[offered.end(Party.GRANTOR, NOON + DAY)] * 7,
    ]
    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(rows.change, ends))
    assert done.count(True) == 1
    kept = rows.get(offered.id)
    assert kept is not None
    assert replace(kept, version=1) == ends[done.index(True)]
    assert not rows.change(offered), "an old version is no longer there to be changed"


def test_drafts_that_were_never_given_are_forgotten(rows):
    old, new, given = mandate(written=NOON - 2 * DAY), mandate(), mandate(offered=NOON - 2 * DAY)
    for each in (old, new, replace(given, written=NOON - 3 * DAY)):
        rows.add(each)
    assert rows.forget_drafts(NOON - DAY) == 1
    assert rows.get(old.id) is None
    assert rows.get(new.id) is not None
    assert rows.get(given.id) is not None


def test_the_file_tells_neither_who_nor_what(rows, backend, store):
    rows.add(mandate(offered=NOON))
    store.close()
    written = backend.written()
    for secret in (ANNA.value, BO.value, "Testsson", "booking", "TSTNMT2321000156-NORD"):
        assert secret.encode() not in written


@pytest.mark.parametrize(
    ("column", "value"), [("version", 2), ("grantee", "0" * 64), ("grantor", "0" * 64)]
)
def test_a_row_that_was_changed_by_hand_opens_nothing(rows, backend, column, value):
    offered = mandate(offered=NOON)
    rows.add(offered)
    backend.sql(f"UPDATE grants SET {column} = :value", value=value)
    assert rows.get(offered.id) is None
    assert rows.given_by(ANNA) == ()
    assert rows.given_to(BO) == ()


def test_another_key_reads_nothing(rows, store):
    offered = mandate(offered=NOON)
    rows.add(offered)
    other = store.grants(Sealing(bytes(32)))
    assert other.get(offered.id) is None
    assert other.given_to(BO) == ()


def test_a_store_that_does_not_answer_says_so(tmp_path):
    (tmp_path / "portalen.db").write_bytes(b"no database" * 100)
    with (
        closing(Store(f"sqlite:///{tmp_path / 'portalen.db'}")) as store,
        pytest.raises(StoreUnavailable),
    ):
        store.grants(Sealing(KEY)).given_to(BO)
