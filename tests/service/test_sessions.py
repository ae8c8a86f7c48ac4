"""Sessions and login attempts: limits, single use, and a store that reveals nobody."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from portal.sessions import LoginAttempts, Sessions
from portal.store import Store, StoreUnavailable
from stodtjanster.model import PersonId

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
ANNA = PersonId.parse("199001012385")
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
UNKNOWN = "A" * 43


@pytest.fixture
def path(tmp_path):
    return tmp_path / "portalen.db"


@pytest.fixture
def store(path):
    store = Store(f"sqlite:///{path}")
    store.upgrade()
    yield store
    store.close()


@pytest.fixture
def sessions(store):
    return Sessions(store.sessions)


@pytest.fixture
def attempts(store):
    return LoginAttempts(store.logins)


def start(sessions, **changes):
    return sessions.start(
        **{
            "person": ANNA,
            "name": "Anna Åström",
            "loa": "loa3",
            "issuer": "https://bankid.example/",
            "now": NOW,
            **changes,
        }
    )


def sql(path, statement, *values):
    with closing(sqlite3.connect(path)) as raw, raw:
        return raw.execute(statement, values).fetchall()


def rows(path, table="sessions"):
    return sql(path, f"SELECT count(*) FROM {table}")[0][0]


def test_a_session_comes_back_as_it_was(sessions):
    token, session = start(sessions)
    assert sessions.load(token, NOW) == session
    assert (session.person, session.name, session.loa) == (ANNA, "Anna Åström", "loa3")
    assert session.expires == NOW + 8 * HOUR


def test_nothing_is_shared_between_two_sessions_of_one_person(sessions):
    (first_token, first), (second_token, second) = start(sessions), start(sessions)
    assert first_token != second_token
    assert first.id_hash != second.id_hash
    assert first.csrf != second.csrf


def test_the_store_alone_reveals_nobody(path, sessions, attempts):
    token, session = start(sessions)
    attempt = attempts.put(b"state, nonce and verifier", NOW)
    kept = b"".join(each.read_bytes() for each in path.parent.iterdir())
    assert session.id_hash.encode() in kept
    for secret in (
        token,
        attempt,
        session.csrf,
        ANNA.value,
        "Åström",
        "bankid.example",
        "payload",
        "verifier",
    ):
        assert secret.encode() not in kept


def test_its_repr_reveals_nobody(sessions):
    _, session = start(sessions)
    told = repr(session)
    for secret in (ANNA.value, "Anna", session.csrf):
        assert secret not in told


def test_a_session_ends_after_half_an_hour_without_use(path, sessions):
    token, _ = start(sessions)
    assert sessions.load(token, NOW + 30 * MINUTE - SECOND)
    assert sessions.load(token, NOW + 60 * MINUTE - SECOND) is None
    assert rows(path) == 0


def test_use_keeps_a_session_until_its_absolute_end(path, sessions):
    token, _ = start(sessions)
    at = NOW
    while at + 20 * MINUTE < NOW + 8 * HOUR:
        at += 20 * MINUTE
        assert sessions.load(token, at)
    assert sessions.load(token, NOW + 8 * HOUR - SECOND)
    assert sessions.load(token, NOW + 8 * HOUR) is None
    assert rows(path) == 0


def test_the_limits_can_be_set(store):
    sessions = Sessions(store.sessions, idle=5 * MINUTE, absolute=HOUR)
    token, session = start(sessions)
    assert session.expires == NOW + HOUR
    assert sessions.load(token, NOW + 5 * MINUTE) is None


def test_use_is_noted_once_a_minute(store, sessions):
    token, session = start(sessions)
    seen = []
    for seconds in (59, 60, 119, 120):
        sessions.load(token, NOW + seconds * SECOND)
        seen.append((store.sessions.get(session.id_hash).seen - NOW).seconds)
    assert seen == [0, 60, 60, 120]


def test_a_clock_that_is_behind_takes_nothing_back(store, sessions):
    token, session = start(sessions)
    sessions.load(token, NOW + 5 * MINUTE)
    store.sessions.touch(session.id_hash, NOW)
    assert store.sessions.get(session.id_hash).seen == NOW + 5 * MINUTE


def test_a_rotated_session_lives_on_under_another_token(path, sessions):
    old_token, old = start(sessions)
    later = NOW + 10 * MINUTE
    token, session = sessions.rotate(old_token, later)
    assert token != old_token
    assert sessions.load(old_token, later) is None
    assert sessions.load(token, later) == session
    assert session.csrf != old.csrf
    same = {"id_hash": old.id_hash, "csrf": old.csrf, "seen": old.seen}
    assert replace(session, **same) == old
    assert rows(path) == 1


def test_of_two_who_rotate_at_once_one_wins(path, sessions):
    token, _ = start(sessions)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: sessions.rotate(token, NOW), range(8)))
    winners = [result for result in results if result is not None]
    assert len(winners) == 1
    assert sessions.load(winners[0][0], NOW)
    assert rows(path) == 1


def test_logout_is_erasure(path, sessions):
    token, _ = start(sessions)
    sessions.end(token)
    assert sessions.load(token, NOW) is None
    assert sessions.rotate(token, NOW) is None
    assert rows(path) == 0
    sessions.end(token)


@pytest.mark.parametrize(
    "token", ["", "short", UNKNOWN, "A" * 44, "å" * 43, "A" * 42 + "\n", "' OR 1 = 1 --"]
)
def test_a_token_that_is_not_ours_opens_nothing(sessions, attempts, token):
    start(sessions)
    assert sessions.load(token, NOW) is None
    assert sessions.rotate(token, NOW) is None
    assert attempts.pop(token, NOW) is None
    sessions.end(token)


def test_a_browser_cannot_choose_its_token(sessions):
    sessions.load(UNKNOWN, NOW)
    token, _ = start(sessions)
    assert token != UNKNOWN
    assert sessions.load(UNKNOWN, NOW) is None


def test_a_row_that_was_tampered_with_opens_nothing(path, sessions):
    token, _ = start(sessions)
    (sealed,) = sql(path, "SELECT sealed FROM sessions")[0]
    sql(path, "UPDATE sessions SET sealed = ?", sealed[:-1] + bytes([sealed[-1] ^ 1]))
    assert sessions.load(token, NOW) is None
    assert rows(path) == 0


def test_a_row_that_was_emptied_opens_nothing(path, sessions):
    token, _ = start(sessions)
    sql(path, "UPDATE sessions SET sealed = x''")
    assert sessions.load(token, NOW) is None


def test_the_contents_of_one_row_do_not_open_under_another(path, sessions):
    token, session = start(sessions)
    _, other = start(sessions)
    (foreign,) = sql(path, "SELECT sealed FROM sessions WHERE id_hash = ?", other.id_hash)[0]
    sql(path, "UPDATE sessions SET sealed = ? WHERE id_hash = ?", foreign, session.id_hash)
    assert sessions.load(token, NOW) is None


def test_whoever_writes_to_the_store_cannot_prolong_a_session(path, sessions):
    token, _ = start(sessions)
    sql(
        path,
        "UPDATE sessions SET expires = '2030-01-01 00:00:00.000000',"
        " seen = '2026-11-20 16:00:00.000000'",
    )
    assert sessions.load(token, NOW + 8 * HOUR) is None


def test_purge_takes_only_what_is_past_its_time(path, sessions):
    start(sessions, now=NOW - 9 * HOUR)
    start(sessions, now=NOW - 31 * MINUTE)
    token, _ = start(sessions)
    assert sessions.purge(NOW) == 2
    assert rows(path) == 1
    assert sessions.load(token, NOW)


def test_an_attempt_can_be_taken_once(attempts):
    token = attempts.put(b"transaction", NOW)
    assert attempts.pop(token, NOW + 9 * MINUTE) == b"transaction"
    assert attempts.pop(token, NOW + 9 * MINUTE) is None


def test_of_many_who_take_an_attempt_at_once_one_gets_it(attempts):
    token = attempts.put(b"transaction", NOW)
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: attempts.pop(token, NOW), range(16)))
    assert sorted(taken, key=bool) == [None] * 15 + [b"transaction"]


def test_an_attempt_lasts_ten_minutes(path, attempts):
    token = attempts.put(b"transaction", NOW)
    assert attempts.pop(token, NOW + 10 * MINUTE) is None
    assert rows(path, "login_attempts") == 0


def test_attempts_that_never_came_back_are_removed_by_later_ones(path, attempts):
    for _ in range(3):
        attempts.put(b"transaction", NOW)
    token = attempts.put(b"transaction", NOW + 10 * MINUTE)
    assert rows(path, "login_attempts") == 1
    assert attempts.pop(token, NOW + 10 * MINUTE) == b"transaction"


def test_too_many_attempts_make_the_oldest_give_way(path, store):
    attempts = LoginAttempts(store.logins, keep=3)
    tokens = [attempts.put(b"transaction", NOW + n * SECOND) for n in range(5)]
    assert rows(path, "login_attempts") == 3
    kept = [attempts.pop(token, NOW + MINUTE) for token in tokens]
    assert kept == [None, None, *[b"transaction"] * 3]


def test_a_store_that_is_not_there_is_said_not_taken_for_no_session(tmp_path):
    with closing(Store(f"sqlite:///{tmp_path / 'empty.db'}")) as store:
        sessions, attempts = Sessions(store.sessions), LoginAttempts(store.logins)
        for ask in (sessions.load, sessions.rotate, attempts.pop):
            with pytest.raises(StoreUnavailable):
                ask(UNKNOWN, NOW)
