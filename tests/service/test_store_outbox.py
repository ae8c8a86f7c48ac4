"""The mark of the delivery, on each database."""

from contextlib import closing
from datetime import timedelta

import pytest

from portal.store import Store
from tests.security_messages import NOW, disclosure

MINUTE = timedelta(minutes=1)


@pytest.fixture
def store(backend):
    with closing(Store(backend.url)) as store:
        yield store


def waiting(store, most=9):
    return [entry.seq for entry in store.outbox.waiting(most)]


def test_what_is_logged_waits_in_order(store):
    for _ in range(3):
        store.audit.record(disclosure())
    assert waiting(store) == [1, 2, 3]
    assert waiting(store, most=2) == [1, 2]


def test_the_mark_goes_forward_and_never_back(store):
    for _ in range(3):
        store.audit.record(disclosure())
    store.outbox.passed(2)
    store.outbox.passed(1)
    assert waiting(store) == [3]
    assert store.audit.verify().ok


def test_a_turn_is_one_deliverers_until_it_is_over(store):
    assert store.outbox.take_turn("one", NOW, NOW + MINUTE)
    assert store.outbox.take_turn("one", NOW, NOW + MINUTE)
    assert not store.outbox.take_turn("other", NOW, NOW + MINUTE)
    assert store.outbox.take_turn("other", NOW + MINUTE, NOW + 2 * MINUTE)
    assert not store.outbox.take_turn("one", NOW + MINUTE, NOW + 2 * MINUTE)


def test_what_is_set_aside_is_known_once(store):
    store.outbox.set_aside(7, "purpose", NOW)
    store.outbox.set_aside(3, "refused", NOW)
    store.outbox.set_aside(7, "another", NOW)
    assert store.outbox.aside() == ((3, "refused"), (7, "purpose"))
