"""How long the log is kept: at least five years, whole months go, and the rest can be verified."""

from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from portal.cli import main
from portal.settings import Settings
from portal.store import Store, StoreUnavailable
from stodtjanster.audit import EventKind
from tests.security_messages import ELSEWHERE, disclosure

LIMIT = datetime(2016, 12, 1, 0, 0, 1, tzinfo=UTC)
OCTOBER, NOVEMBER = (datetime(2016, month, 10, 12, tzinfo=UTC) for month in (10, 11))
DECEMBER = datetime(2016, 12, 1, tzinfo=UTC)
RECENTLY = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def store(backend):
    with closing(Store(backend.url)) as store:
        yield store


def fill(store, *times):
    """Entries at these times, and the heads of each."""
    heads = []
    for at in times:
        store.audit.record(disclosure(at=at))
        heads.append(store.audit.head())
    return heads


class TestWhatIsDue:
    def test_whole_months_are_and_the_begun_one_is_not(self, store):
        heads = fill(store, OCTOBER, NOVEMBER, NOVEMBER, DECEMBER, RECENTLY)
        cut = store.disposal.due(LIMIT)
        assert (cut.month, cut.head, cut.count) == (DECEMBER, heads[2], 3)
        cut = store.disposal.due(DECEMBER - timedelta(seconds=1))
        assert (cut.month.month, cut.head, cut.count) == (11, heads[0], 1)

    @pytest.mark.parametrize("times", [(), (DECEMBER,), (RECENTLY, RECENTLY)])
    def test_nothing_is_where_nothing_is_old(self, store, times):
        fill(store, *times)
        assert store.disposal.due(LIMIT) is None

    def test_what_was_written_in_another_order_than_it_happened_goes_together(self, store):
        soon_after = DECEMBER + timedelta(milliseconds=5)
        heads = fill(store, OCTOBER, soon_after, NOVEMBER, RECENTLY)
        # All that stands before November's last is old enough only a moment into December.
        assert store.disposal.due(DECEMBER).head == heads[0]
        assert store.disposal.due(LIMIT).head == heads[2]

    def test_all_is_due_when_all_is_old(self, store):
        heads = fill(store, OCTOBER, NOVEMBER)
        assert store.disposal.due(LIMIT).head == heads[1]


class TestDisposal:
    def test_the_rest_is_one_chain_that_can_be_verified_and_goes_on(self, store):
        soon_after = DECEMBER + timedelta(milliseconds=5)
        heads = fill(store, OCTOBER, soon_after, NOVEMBER, DECEMBER, RECENTLY)
        cut = store.disposal.due(LIMIT)
        store.disposal.remove(cut)
        verdict = store.audit.verify()
        assert (verdict.ok, verdict.count, verdict.start) == (True, 2, heads[2])
        store.audit.record(disclosure())
        assert store.audit.verify(anchor=heads[3]).count == 3
        assert not store.audit.verify(anchor=heads[0]).ok

    def test_nothing_is_left_of_what_went(self, store, backend):
        store.audit.record(disclosure(at=OCTOBER, place=ELSEWHERE))
        fill(store, NOVEMBER, RECENTLY)
        store.outbox.set_aside(1, "purpose", RECENTLY)
        store.disposal.remove(store.disposal.due(LIMIT))
        for table in ("audit", "audit_readings"):
            assert backend.sql(f"SELECT seq FROM {table}") == [(3,)]
        assert store.outbox.aside() == ()

    def test_it_can_be_done_again_a_month_later(self, store):
        heads = fill(store, OCTOBER, NOVEMBER, RECENTLY)
        store.disposal.remove(store.disposal.due(DECEMBER - timedelta(days=1)))
        cut = store.disposal.due(LIMIT)
        assert (cut.head, cut.count) == (heads[1], 1)
        store.disposal.remove(cut)
        assert store.audit.verify().count == 1
        assert store.disposal.due(LIMIT) is None

    def test_a_month_of_postgresql_goes_as_a_table(self, served):
        with closing(Store(served.url)) as store:
            fill(store, OCTOBER, NOVEMBER, RECENTLY)
            store.disposal.remove(store.disposal.due(LIMIT))
        left = served.sql(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = "
            "'audit'::regclass ORDER BY 1"
        )
        assert left == [("audit_2016_12",), ("audit_2026_11",), ("audit_2026_12",)]

    def test_the_database_lets_nothing_go_that_is_younger_than_five_years(self, store):
        now = datetime.now(UTC)
        fill(store, now - timedelta(days=4 * 365 + 300), now)
        cut = store.disposal.due(now - timedelta(days=1))
        assert cut is not None
        with pytest.raises(StoreUnavailable):
            store.disposal.remove(cut)
        assert store.audit.verify().count == 2

    @pytest.mark.parametrize(
        "statement",
        [
            "DELETE FROM audit WHERE seq = 2",
            "DELETE FROM audit_readings WHERE seq = 2",
            "UPDATE audit_readings SET provider = 'X' WHERE seq = 2",
            "UPDATE audit_start SET seq = 0",
            "UPDATE audit_start SET seq = 2",
            "DELETE FROM audit_start",
        ],
    )
    def test_the_rest_is_as_append_only_as_before(self, store, backend, statement):
        fill(store, OCTOBER, RECENTLY)
        store.disposal.remove(store.disposal.due(LIMIT))
        with pytest.raises(DBAPIError, match="audit is"):
            backend.sql(statement)
        assert store.audit.verify().ok


def test_less_than_the_law_says_is_no_setting():
    with pytest.raises(ValidationError):
        Settings(log_years=4)


class TestCommands:
    @pytest.fixture
    def run(self, backend, monkeypatch):
        monkeypatch.setenv("PORTAL_DATABASE_URL", backend.url)
        monkeypatch.setenv("PORTAL_LOG_YEARS", "5")
        return lambda *words: CliRunner().invoke(main, ["audit", *words])

    @pytest.fixture
    def old(self, store):
        """Two entries, of which the first is due: its head as it is written."""
        now = datetime.now(UTC)
        head, _ = fill(store, now - timedelta(days=6 * 366), now - timedelta(days=4 * 365))
        return f"{head.seq}:{head.hash.hex()}"

    def test_it_says_what_is_due_and_disposes_of_just_that(self, store, run, old):
        said = run("due")
        assert said.exit_code == 0
        assert said.output.startswith("1 entries of months before 20")
        assert said.output.endswith(f"are older than 5 years, head {old}\n")
        done = run("dispose", old, "--decision", "RN 2026/17")
        assert (done.exit_code, done.output) == (
            0,
            f"ok: 1 entries are removed, the chain goes on after {old}\n",
        )
        (last,) = store.outbox.waiting(9)[-1:]
        assert b"RN 2026/17" in last.sealed.body
        assert EventKind.DISPOSED.value.encode() in last.sealed.body
        said = run("verify")
        assert said.exit_code == 0
        assert said.output.startswith(f"ok: 2 entries, after {old}, head 3:")
        assert run("due").output == "nothing is older than 5 years\n"

    @pytest.mark.parametrize("head", [f"1:{'00' * 32}", f"2:{'00' * 32}", "0:"])
    def test_it_disposes_of_nothing_else(self, store, run, old, head):
        refused = run("dispose", head, "--decision", "RN 2026/17")
        assert refused.exit_code == 1
        assert old not in refused.output
        assert store.audit.verify().count == 2

    def test_it_wants_to_know_the_decision(self, store, run, old):
        for words in ((old,), (old, "--decision", ""), ("x:y", "--decision", "RN")):
            assert run("dispose", *words).exit_code == 2
        assert store.audit.verify().count == 2

    def test_what_the_national_log_waits_for_stays(self, store, run, old, monkeypatch):
        monkeypatch.setenv("PORTAL_SECURITY__SYSTEM", "TSTNMT2321000156-PORT")
        log = {"key": "logg", "name": "Logg", "url": "https://127.0.0.1:9/{operation}"}
        for name, value in {**log, "consumer_hsa_id": "TSTNMT2321000156-PORT"}.items():
            monkeypatch.setenv(f"PORTAL_SECURITY__LOG__{name.upper()}", value)
        assert run("dispose", old, "--decision", "RN 2026/17").exit_code == 1
        store.outbox.passed(1)
        assert run("dispose", old, "--decision", "RN 2026/17").exit_code == 0

    def test_a_store_that_is_not_there_says_so(self, run, tmp_path, monkeypatch):
        monkeypatch.setenv("PORTAL_DATABASE_URL", f"sqlite:///{tmp_path / 'none.db'}")
        for words in (("due",), ("dispose", "1:00", "--decision", "RN")):
            assert run(*words).exit_code == 2
