"""How long the log is kept: at least five years, and nothing is said to be due before that."""

from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from pydantic import ValidationError

from portal.cli import main
from portal.settings import Settings
from portal.store import Store
from stodtjanster.audit import Head
from tests.security_messages import NOW, disclosure


@pytest.fixture
def store(backend):
    with closing(Store(backend.url)) as store:
        yield store


def test_all_before_a_moment_is_older_and_what_came_after_it_is_not(store):
    ages = [3000, 2999, 10, 2998, 1]
    for days in ages:
        store.audit.record(disclosure(at=NOW - timedelta(days=days)))
    heads = [Head(e.seq, e.sealed.hash) for e in store.outbox.waiting(9)]
    # The fourth is as old, but stands behind one that is not: the chain is cut in one place.
    assert store.audit.head_before(NOW - timedelta(days=100)) == heads[1]
    assert store.audit.head_before(NOW) == heads[4]
    assert store.audit.head_before(NOW - timedelta(days=5000)) == Head()


def test_an_empty_log_has_nothing_that_is_due(store):
    assert store.audit.head_before(NOW) == Head()


def test_less_than_the_law_says_is_no_setting():
    with pytest.raises(ValidationError):
        Settings(log_years=4)


def test_the_command_says_what_is_due(store, backend, monkeypatch):
    monkeypatch.setenv("PORTAL_DATABASE_URL", backend.url)
    monkeypatch.setenv("PORTAL_LOG_YEARS", "5")
    now = datetime.now(UTC)
    for days in (6 * 366, 4 * 365):
        store.audit.record(disclosure(at=now - timedelta(days=days)))
    said = CliRunner().invoke(main, ["audit", "due"])
    assert said.exit_code == 0
    oldest = store.outbox.waiting(1)[0]
    assert said.output == f"1 entries are older than 5 years\nhead 1:{oldest.sealed.hash.hex()}\n"
