"""Sessions and login attempts, in each place where they are kept: limits, single use, and a store
that reveals nobody."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from portal.sessions import LoginAttempts, Sessions
from portal.store import SharedSessionRows, Store, StoreUnavailable, connect
from stodtjanster.model import PersonId
from tests.backends import KINDS
from tests.servers import PATIENCE, redis_server

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
ANNA = PersonId.parse("199001012385")
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
UNKNOWN = "A" * 43


class Database:
    """Behind sessions that are rows of a table."""

    def __init__(self, backend):
        self.backend = backend
        self.store = Store(backend.url)
        self.rows = self.store.sessions

    def count(self):
        return self.backend.count("sessions")

    def written(self):
        return self.backend.written()

    def sealed(self, id_hash):
        find = "SELECT sealed FROM sessions WHERE id_hash = :id"
        return bytes(self.backend.sql(find, id=id_hash)[0][0])

    def change(self, id_hash, sealed):
        change = "UPDATE sessions SET sealed = :sealed WHERE id_hash = :id"
        self.backend.sql(change, sealed=sealed, id=id_hash)

    def prolong(self):
        self.backend.sql(
            "UPDATE sessions SET expires = '2030-01-01 00:00:00.000000',"
            " seen = '2026-11-20 16:00:00.000000'"
        )


class Shared:
    """Behind sessions that are in Redis."""

    def __init__(self, server):
        self.raw = server.client()
        self.rows = SharedSessionRows(connect(server.url, PATIENCE), timedelta(minutes=30))

    def count(self):
        return len(list(self.raw.scan_iter()))

    def written(self):
        names = list(self.raw.scan_iter())
        return b"".join([*names, *(b"".join(self.raw.hgetall(name).values()) for name in names)])

    def sealed(self, id_hash):
        return self.raw.hget(f"session:{id_hash}", "sealed")

    def change(self, id_hash, sealed):
        self.raw.hset(f"session:{id_hash}", "sealed", sealed)

    def prolong(self):
        times = {"expires": "2030-01-01T00:00:00+00:00", "seen": "2026-11-20T16:00:00+00:00"}
        for name in self.raw.scan_iter():
            self.raw.hset(name, mapping=times)


@pytest.fixture(params=[*KINDS, "redis"])
def behind(request):
    """What sessions are kept in: each of the places there is, and a way to look into it."""
    if request.param == "redis":
        made = Shared(request.getfixturevalue("redis"))
        yield made
        made.rows.close()
        made.raw.close()
    else:
        name = "lite" if request.param == "sqlite" else "served"
        made = Database(request.getfixturevalue(name))
        yield made
        made.store.close()


@pytest.fixture
def sessions(behind):
    return Sessions(behind.rows)


@pytest.fixture
def store(backend):
    with closing(Store(backend.url)) as store:
        yield store


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


def test_the_store_alone_reveals_nobody(behind, sessions):
    token, session = start(sessions)
    kept = behind.written()
    assert session.id_hash.encode() in kept
    for secret in (token, session.csrf, session.seed, ANNA.value, "Åström", "bankid.example"):
        assert secret.encode() not in kept


def test_the_store_alone_tells_nothing_of_an_attempt(backend, attempts):
    attempt = attempts.put(b"state, nonce and verifier", NOW)
    kept = backend.written()
    assert attempt.encode() not in kept
    assert b"verifier" not in kept
    assert backend.count("login_attempts") == 1


def test_its_repr_reveals_nobody(sessions):
    _, session = start(sessions)
    told = repr(session)
    for secret in (ANNA.value, "Anna", session.csrf):
        assert secret not in told


def test_a_session_ends_after_half_an_hour_without_use(behind, sessions):
    token, _ = start(sessions)
    assert sessions.load(token, NOW + 30 * MINUTE - SECOND)
    assert sessions.load(token, NOW + 60 * MINUTE - SECOND) is None
    assert behind.count() == 0


def test_use_keeps_a_session_until_its_absolute_end(behind, sessions):
    token, _ = start(sessions)
    at = NOW
    while at + 20 * MINUTE < NOW + 8 * HOUR:
        at += 20 * MINUTE
        assert sessions.load(token, at)
    assert sessions.load(token, NOW + 8 * HOUR - SECOND)
    assert sessions.load(token, NOW + 8 * HOUR) is None
    assert behind.count() == 0


def test_the_limits_can_be_set(store):
    sessions = Sessions(store.sessions, idle=5 * MINUTE, absolute=HOUR)
    token, session = start(sessions)
    assert session.expires == NOW + HOUR
    assert sessions.load(token, NOW + 5 * MINUTE) is None


def test_use_is_noted_once_a_minute(behind, sessions):
    token, session = start(sessions)
    seen = []
    for seconds in (59, 60, 119, 120):
        sessions.load(token, NOW + seconds * SECOND)
        seen.append((behind.rows.get(session.id_hash).seen - NOW).seconds)
    assert seen == [0, 60, 60, 120]


def test_a_clock_that_is_behind_takes_nothing_back(behind, sessions):
    token, session = start(sessions)
    sessions.load(token, NOW + 5 * MINUTE)
    behind.rows.touch(session.id_hash, NOW)
    assert behind.rows.get(session.id_hash).seen == NOW + 5 * MINUTE


def test_a_rotated_session_lives_on_under_another_token(behind, sessions):
    old_token, old = start(sessions)
    later = NOW + 10 * MINUTE
    token, session = sessions.rotate(old_token, later)
    assert token != old_token
    assert sessions.load(old_token, later) is None
    assert sessions.load(token, later) == session
    assert session.csrf != old.csrf
    same = {"id_hash": old.id_hash, "csrf": old.csrf, "seen": old.seen}
    assert replace(session, **same) == old
    assert behind.count() == 1


def test_of_two_who_rotate_at_once_one_wins(behind, sessions):
    token, _ = start(sessions)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: sessions.rotate(token, NOW), range(8)))
    winners = [result for result in results if result is not None]
    assert len(winners) == 1
    assert sessions.load(winners[0][0], NOW)
    assert behind.count() == 1


def test_logout_is_erasure(behind, sessions):
    token, _ = start(sessions)
    sessions.end(token)
    assert sessions.load(token, NOW) is None
    assert sessions.rotate(token, NOW) is None
    assert behind.count() == 0
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


def test_a_row_that_was_tampered_with_opens_nothing(behind, sessions):
    token, session = start(sessions)
    sealed = behind.sealed(session.id_hash)
    behind.change(session.id_hash, sealed[:-1] + bytes([sealed[-1] ^ 1]))
    assert sessions.load(token, NOW) is None
    assert behind.count() == 0


def test_a_row_that_was_emptied_opens_nothing(behind, sessions):
    token, session = start(sessions)
    behind.change(session.id_hash, b"")
    assert sessions.load(token, NOW) is None


def test_the_contents_of_one_row_do_not_open_under_another(behind, sessions):
    token, session = start(sessions)
    _, other = start(sessions)
    behind.change(session.id_hash, behind.sealed(other.id_hash))
    assert sessions.load(token, NOW) is None


def test_whoever_writes_to_the_store_cannot_prolong_a_session(behind, sessions):
    token, _ = start(sessions)
    behind.prolong()
    assert sessions.load(token, NOW + 8 * HOUR) is None


def test_purge_takes_only_what_is_past_its_time(backend, store):
    sessions = Sessions(store.sessions)
    start(sessions, now=NOW - 9 * HOUR)
    start(sessions, now=NOW - 31 * MINUTE)
    token, _ = start(sessions)
    assert sessions.purge(NOW) == 2
    assert backend.count("sessions") == 1
    assert sessions.load(token, NOW)


def test_what_nobody_uses_ends_by_itself_in_redis(redis):
    with redis.client() as raw, closing(Shared(redis).rows) as rows:
        sessions = Sessions(rows)
        token, session = start(sessions)
        limit = timedelta(minutes=30).total_seconds()
        assert 0 < raw.ttl(f"session:{session.id_hash}") <= limit
        raw.expire(f"session:{session.id_hash}", 10)
        sessions.load(token, NOW + 2 * MINUTE)
        assert raw.ttl(f"session:{session.id_hash}") > 10


def test_redis_that_does_not_answer_is_said_not_taken_for_no_session():
    with redis_server() as own, closing(Shared(own).rows) as rows:
        own.kill()
        sessions = Sessions(rows)
        for ask in (sessions.load, sessions.rotate):
            with pytest.raises(StoreUnavailable, match="ConnectionError"):
                ask(UNKNOWN, NOW)
        with pytest.raises(StoreUnavailable):
            sessions.ping()


def test_an_attempt_can_be_taken_once(attempts):
    token = attempts.put(b"transaction", NOW)
    assert attempts.pop(token, NOW + 9 * MINUTE) == b"transaction"
    assert attempts.pop(token, NOW + 9 * MINUTE) is None


def test_of_many_who_take_an_attempt_at_once_one_gets_it(attempts):
    token = attempts.put(b"transaction", NOW)
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: attempts.pop(token, NOW), range(16)))
    assert sorted(taken, key=bool) == [None] * 15 + [b"transaction"]


def test_an_attempt_lasts_ten_minutes(backend, attempts):
    token = attempts.put(b"transaction", NOW)
    assert attempts.pop(token, NOW + 10 * MINUTE) is None
    assert backend.count("login_attempts") == 0


def test_attempts_that_never_came_back_are_removed_by_later_ones(backend, attempts):
    for _ in range(3):
        attempts.put(b"transaction", NOW)
    token = attempts.put(b"transaction", NOW + 10 * MINUTE)
    assert backend.count("login_attempts") == 1
    assert attempts.pop(token, NOW + 10 * MINUTE) == b"transaction"


def test_too_many_attempts_make_the_oldest_give_way(backend, store):
    attempts = LoginAttempts(store.logins, keep=3)
    tokens = [attempts.put(b"transaction", NOW + n * SECOND) for n in range(5)]
    assert backend.count("login_attempts") == 3
    kept = [attempts.pop(token, NOW + MINUTE) for token in tokens]
    assert kept == [None, None, *[b"transaction"] * 3]


def test_a_store_that_is_not_there_is_said_not_taken_for_no_session(tmp_path):
    with closing(Store(f"sqlite:///{tmp_path / 'empty.db'}")) as store:
        sessions, attempts = Sessions(store.sessions), LoginAttempts(store.logins)
        for ask in (sessions.load, sessions.rotate, attempts.pop):
            with pytest.raises(StoreUnavailable):
                ask(UNKNOWN, NOW)
