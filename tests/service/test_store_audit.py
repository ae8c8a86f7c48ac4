"""The audit log in a real database: committed, append-only, one chain for everybody."""

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError

from portal.store import Store, audit
from portal.store.migrate import upgrade
from stodtjanster.audit import AuditEvent, AuditUnavailable, EventKind, Head
from stodtjanster.model import ActorKind, PersonId
from tests.security_messages import ELSEWHERE, OWN
from tests.security_messages import disclosure as of_staff

NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
NUMBER = "199001012385"
ANNA = PersonId.parse(NUMBER)


def disclosure(**changes):
    return AuditEvent(
        **{
            "event": EventKind.DISCLOSURE,
            "at": NOW,
            "actor": ANNA,
            "actor_kind": ActorKind.CITIZEN,
            "subject": ANNA,
            "information": ("booked_visit",),
            "ground": "SELF",
            "purpose": "Vård och behandling",
            **changes,
        }
    )


@pytest.fixture
def store(backend):
    with closing(Store(backend.url)) as store:
        yield store


def append_many(url, count):
    store = Store(url)
    for _ in range(count):
        store.audit.record(disclosure())
    store.close()


def test_an_event_is_committed_when_record_returns(backend, store):
    event = disclosure()
    reference = store.audit.record(event)
    rows = backend.sql("SELECT seq, actor, subject, reference FROM audit")
    assert rows == [(1, NUMBER, NUMBER, reference)]
    assert UUID(reference) == event.reference


def test_what_was_shown_is_found_with_its_disclosure(store):
    granted = disclosure()
    store.audit.record(disclosure())
    reference = store.audit.record(granted)
    shown = disclosure(event=EventKind.SHOWN, sources=("region",), reference=granted.reference)
    store.audit.record(shown)
    assert store.audit.about(reference) == (granted, shown)


def test_an_empty_log_holds(store):
    verdict = store.audit.verify()
    assert (verdict.ok, verdict.count) == (True, 0)


def test_eight_threads_write_one_unbroken_chain(store):
    events = [disclosure() for _ in range(200)]
    with ThreadPoolExecutor(8) as pool:
        references = list(pool.map(store.audit.record, events))
    verdict = store.audit.verify()
    assert (verdict.ok, verdict.count) == (True, 200)
    assert references == [str(event.reference) for event in events]
    assert [store.audit.about(r) for r in references] == [(event,) for event in events]


def test_two_processes_write_one_unbroken_chain(backend, store):
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=append_many, args=(backend.url, 50)) for _ in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    verdict = store.audit.verify()
    assert (verdict.ok, verdict.count) == (True, 100)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = NULL WHERE seq = 1",
        "DELETE FROM audit WHERE seq = 2",
        "UPDATE audit_head SET seq = 1",
        "DELETE FROM audit_head",
    ],
)
def test_the_database_refuses_to_change_what_was_logged(backend, store, statement):
    for _ in range(2):
        store.audit.record(disclosure())
    with pytest.raises(DBAPIError, match="append-only"):
        backend.sql(statement)
    assert store.audit.verify().ok


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE seq = 1",
        "INSERT OR REPLACE INTO audit_head VALUES (1, 0, x'00')",
    ],
)
def test_sqlite_refuses_to_replace_what_was_logged(lite, statement):
    with closing(Store(lite.url)) as store:
        for _ in range(2):
            store.audit.record(disclosure())
        with pytest.raises(DBAPIError, match="append-only"):
            lite.sql(statement)
        assert store.audit.verify().ok


@pytest.mark.parametrize("statement", ["TRUNCATE audit", "TRUNCATE audit_head"])
def test_postgresql_refuses_to_empty_the_log(served, statement):
    with closing(Store(served.url)) as store:
        store.audit.record(disclosure())
        with pytest.raises(DBAPIError, match="append-only"):
            served.sql(statement)
        assert store.audit.verify().count == 1


@pytest.mark.parametrize(
    ("statement", "first_bad"),
    [
        ("UPDATE audit SET body = (SELECT body FROM audit WHERE seq = 2) WHERE seq = 3", 3),
        ("UPDATE audit SET body = previous WHERE seq = 3", 3),
        ("UPDATE audit SET actor = '194001612383' WHERE seq = 2", 2),
        ("UPDATE audit SET subject = NULL WHERE seq = 2", 2),
        ("UPDATE audit SET at = '2026-11-01 00:00:00.000000' WHERE seq = 4", 4),
        ("UPDATE audit SET hash = previous WHERE seq = 4", 4),
        ("DELETE FROM audit WHERE seq = 1", 1),
        ("DELETE FROM audit WHERE seq = 3", 3),
        ("DELETE FROM audit WHERE seq = 5", 5),
        ("DELETE FROM audit", 1),
        ("UPDATE audit_head SET seq = 4, hash = (SELECT hash FROM audit WHERE seq = 4)", 5),
        ("UPDATE audit_head SET hash = (SELECT hash FROM audit WHERE seq = 4)", 5),
        ("DELETE FROM audit_head", 1),
    ],
)
def test_verify_finds_the_first_bad_row(backend, store, statement, first_bad):
    for _ in range(5):
        store.audit.record(disclosure())
    backend.tamper(statement)
    verdict = store.audit.verify()
    assert (verdict.ok, verdict.first_bad_seq, verdict.count) == (False, first_bad, first_bad - 1)


@pytest.mark.parametrize(
    ("statement", "first_bad"),
    [
        ("DELETE FROM audit_readings WHERE seq = 2", 2),
        ("UPDATE audit_readings SET provider = 'OTHER' WHERE seq = 2", 2),
        ("UPDATE audit_readings SET ground = 'OTHER' WHERE seq = 2", 2),
        ("UPDATE audit_readings SET employee = 'OTHER' WHERE seq = 2", 2),
        ("UPDATE audit_readings SET event = 'Refused' WHERE seq = 2", 2),
        ("UPDATE audit_readings SET at = '2026-11-01 00:00:00.000000' WHERE seq = 2", 2),
        ("UPDATE audit_readings SET seq = 1 WHERE seq = 2", 1),
        ("UPDATE audit_readings SET seq = 0 WHERE seq = 2", 1),
        ("UPDATE audit_readings SET seq = 9 WHERE seq = 2", 2),
        ("UPDATE audit_readings SET seq = 9 WHERE seq = 3", 3),
    ],
)
def test_verify_finds_what_was_hidden_from_a_log_administrator(
    backend, store, statement, first_bad
):
    store.audit.record(disclosure())
    for _ in range(2):
        store.audit.record(of_staff())
    assert store.audit.verify().ok
    backend.tamper(statement)
    assert store.audit.verify().first_bad_seq == first_bad


def test_an_entry_too_many_for_a_log_administrator_is_found(backend, store):
    store.audit.record(of_staff())
    backend.tamper(
        "INSERT INTO audit_readings SELECT seq + 1, provider, at, event, employee, ground "
        "FROM audit_readings"
    )
    assert store.audit.verify().first_bad_seq == 2


def test_what_belongs_together_is_kept_in_one_commit(backend, store):
    with ThreadPoolExecutor(8) as pool:
        several = [[disclosure() for _ in range(20)] for _ in range(8)]
        list(pool.map(store.audit.record_all, several))
    rows = [str(ref) for (ref,) in backend.sql("SELECT reference FROM audit ORDER BY seq")]
    for events in several:
        first = rows.index(str(events[0].reference))
        assert rows[first : first + 20] == [str(event.reference) for event in events]
    assert store.audit.verify().count == 160


def test_of_nothing_nothing_is_written(store):
    store.audit.record_all([])
    assert store.audit.head() == Head()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET body = CAST(body || ' ' AS BLOB) WHERE seq = 4",
        "UPDATE audit SET body = replace(body, 'SELF', 'SELV') WHERE seq = 4",
        "UPDATE audit SET at = 'never' WHERE seq = 4",
        "UPDATE audit SET hash = 'text' WHERE seq = 4",
        "UPDATE audit SET hash = x'00' WHERE seq = 4",
    ],
)
def test_verify_finds_what_only_sqlite_would_keep(lite, statement):
    with closing(Store(lite.url)) as store:
        for _ in range(5):
            store.audit.record(disclosure())
        lite.tamper(statement)
        assert store.audit.verify().first_bad_seq == 4


def test_an_end_that_was_cut_off_with_the_head_is_found_by_an_earlier_head(backend, store):
    for _ in range(5):
        store.audit.record(disclosure())
    anchor = store.audit.head()
    backend.tamper(
        "DELETE FROM audit WHERE seq > 3",
        "UPDATE audit_head SET seq = 3, hash = (SELECT hash FROM audit WHERE seq = 3)",
    )
    assert store.audit.verify().ok
    assert store.audit.verify(anchor).first_bad_seq == 4


def test_the_chain_goes_on_after_a_restart(backend, store):
    store.audit.record(disclosure())
    again = Store(backend.url)
    again.upgrade()
    again.audit.record(disclosure())
    assert again.audit.verify().count == 2
    assert again.audit.head() == store.audit.head() != Head()
    again.close()


def test_a_log_that_cannot_be_written_says_so_and_recovers(empty):
    store = Store(empty.url)
    with pytest.raises(AuditUnavailable) as refused:
        store.audit.record(disclosure())
    assert str(refused.value) == ("SQLITE_ERROR" if empty.lite else "42P01")
    store.upgrade()
    store.audit.record(disclosure())
    assert store.audit.verify().count == 1
    store.close()


def test_a_log_without_its_head_takes_nothing_more(backend, store):
    store.audit.record(disclosure())
    backend.tamper("DELETE FROM audit_head")
    with pytest.raises(AuditUnavailable):
        store.audit.record(disclosure())


def test_no_thread_is_told_that_its_event_is_kept_when_the_commit_failed(empty):
    store = Store(empty.url)
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(store.audit.record, disclosure()) for _ in range(40)]
    assert {type(each.exception()) for each in waiting} == {AuditUnavailable}
    store.close()


def test_a_refusal_tells_nothing_of_the_person(backend, store):
    store.audit.record(disclosure())
    backend.tamper("UPDATE audit_head SET seq = 0")  # the next row then collides with the first
    with pytest.raises(AuditUnavailable) as refused:
        store.audit.record(disclosure())
    assert str(refused.value) == ("SQLITE_CONSTRAINT_PRIMARYKEY" if backend.lite else "23505")
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None


def test_each_month_has_a_partition_made_before_it_begins(served):
    december = datetime(2026, 12, 31, 23, 30, tzinfo=timezone(timedelta(hours=1)))
    with closing(Store(served.url)) as store:
        store.audit.record(disclosure())
        store.audit.record(disclosure(at=december))
        store.audit.record(disclosure(at=datetime(2027, 1, 1, 0, 30, tzinfo=UTC)))
        assert store.audit.verify().count == 3
    rows = served.sql("SELECT tableoid::regclass::text FROM audit ORDER BY seq")
    assert rows == [("audit_2026_11",), ("audit_2026_12",), ("audit_2027_01",)]
    made = served.sql(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = "
        "'audit'::regclass ORDER BY 1"
    )
    assert made[-1] == ("audit_2027_02",)


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE audit_2026_11",
        "DELETE FROM audit_2026_11",
        "UPDATE audit_2026_11 SET actor = NULL",
    ],
)
def test_a_partition_is_as_append_only_as_the_whole(served, statement):
    with closing(Store(served.url)) as store:
        store.audit.record(disclosure())
        with pytest.raises(DBAPIError, match="append-only"):
            served.sql(statement)


def test_a_month_whose_commit_failed_is_made_the_next_time(served):
    with closing(Store(served.url)) as store:
        served.tamper("UPDATE audit_head SET seq = -1 WHERE id = 1", "DELETE FROM audit_head")
        with pytest.raises(AuditUnavailable):
            store.audit.record(disclosure())
        served.tamper(r"INSERT INTO audit_head VALUES (1, 0, decode(repeat('00', 32), 'hex'))")
        store.audit.record(disclosure())
        assert store.audit.verify().count == 1


def test_what_was_logged_before_there_were_partitions_is_kept(empty, monkeypatch):
    """Nor is it lost to log administrators, whom no table was for."""
    events = [
        disclosure(),
        of_staff(),
        of_staff(event=EventKind.SHOWN, owners=(ELSEWHERE.provider, OWN.provider)),
        of_staff(event=EventKind.REFUSED, ground=None, owners=(ELSEWHERE.provider,)),
        of_staff(event=EventKind.LOOKED_UP),
        of_staff(employee=None),
        of_staff(event=EventKind.REFUSED, subject=None),
    ]
    with closing(Store(empty.url)) as store:
        upgrade(store._database, "0008")
        with monkeypatch.context() as before, store._database.writing() as connection:
            before.setattr(audit, "reading_rows", lambda _seq, _event: [])
            audit._append(connection, events)
        store.upgrade()
        store.audit.record(disclosure())
        assert store.audit.verify().count == 8
    rows = empty.sql("SELECT seq, provider FROM audit_readings ORDER BY seq, provider")
    own, other = OWN.provider.value, ELSEWHERE.provider.value
    assert rows == [(2, own), (3, other), (4, own), (4, other)]


def test_a_role_that_owns_nothing_can_write_the_log_and_begin_a_month(served):
    served.sql(
        "DROP ROLE IF EXISTS writer",
        "CREATE ROLE writer LOGIN",
        "GRANT INSERT, SELECT ON audit, audit_readings TO writer",
        "GRANT UPDATE, SELECT ON audit_head TO writer",
        "GRANT SELECT ON audit_start TO writer",
    )
    try:
        with closing(Store(served.url.replace("portal@", "writer@"))) as store:
            store.audit.record(disclosure())
            store.audit.record(disclosure(at=datetime(2027, 3, 1, tzinfo=UTC)))
            assert store.audit.verify().count == 2
        with pytest.raises(DBAPIError, match="permission denied"):
            served.sql("SET LOCAL ROLE writer", "DELETE FROM audit_2027_03")
    finally:
        served.sql("DROP OWNED BY writer", "DROP ROLE writer")
