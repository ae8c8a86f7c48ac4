"""Sessions of staff in the store: what each holds, and how a provider's logout finds it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from portal.identity.staff import ProviderLogin, StaffIdentity
from portal.staff_sessions import StaffSession, StaffSessions
from portal.store import Store
from stodtjanster.model import HsaId, PersonId
from tests.backends import Backend

NOW = datetime(2026, 11, 20, 13, 10, tzinfo=UTC)
IDP = "https://idp.example"
AMINA = StaffIdentity(
    hsa_id=HsaId.parse("TSTNMT2321000156-AMYU"),
    person=PersonId.parse("199005112389"),
    issuer=IDP,
    loa="loa3",
    name="Amina Yusuf",
    commissions=('{"commissionHsaId":"C"}',),
    system_roles=("System;Roll",),
    login=ProviderLogin("name-1", "transient", "qualifier", "index-1"),
)


@pytest.fixture
def store(backend: Backend) -> Iterator[Store]:
    with closing(Store(backend.url)) as made:
        yield made


@pytest.fixture
def sessions(store: Store) -> StaffSessions:
    return made(store)


def made(store: Store, key: bytes = b"k" * 32) -> StaffSessions:
    return StaffSessions(
        store.staff_sessions, key=key, idle=timedelta(minutes=15), absolute=timedelta(hours=8)
    )


def test_what_goes_in_comes_out(sessions: StaffSessions) -> None:
    token, session = sessions.start(AMINA, NOW)
    assert sessions.load(token, NOW) == session
    assert session.commissions == AMINA.commissions
    assert session.login == AMINA.login
    assert session.chosen is None
    assert sessions.load("x" * 43, NOW) is None
    assert sessions.load("ö", NOW) is None


def test_what_two_requests_keep_at_once_is_kept_of_both(sessions: StaffSessions) -> None:
    token, _ = sessions.start(AMINA, NOW)
    turns = []

    def also(kept: StaffSession) -> StaffSession:
        if not turns:
            sessions.note(token, NOW, lambda first: replace(first, refused=(AMINA.person,)))
        turns.append(kept)
        return replace(kept, name="Amina")

    fresh = sessions.note(token, NOW, also)
    assert fresh is not None
    assert (fresh.name, fresh.refused) == ("Amina", (AMINA.person,))
    assert sessions.load(token, NOW) == fresh
    assert len(turns) == 2


def test_nothing_is_kept_of_a_login_that_has_ended_meanwhile(sessions: StaffSessions) -> None:
    token, _ = sessions.start(AMINA, NOW)

    def ending(kept: StaffSession) -> StaffSession:
        sessions.end(token)
        return kept

    assert sessions.note(token, NOW, ending) is None
    assert sessions.load(token, NOW) is None


def test_the_store_alone_tells_of_nobody(store: Store, sessions: StaffSessions) -> None:
    sessions.start(AMINA, NOW)
    with store._database.reading() as connection:
        (row,) = connection.execute(text("SELECT * FROM staff_sessions")).all()
    said = repr(tuple(row))
    for word in ("AMYU", "199005112389", "Amina", "name-1", "index-1", "commission"):
        assert word not in said


def test_it_ends_when_the_provider_says_and_no_later_than_ours(sessions: StaffSessions) -> None:
    _, short = sessions.start(replace(AMINA, until=NOW + timedelta(hours=1)), NOW)
    assert short.expires == NOW + timedelta(hours=1)
    _, long = sessions.start(replace(AMINA, until=NOW + timedelta(days=9)), NOW)
    assert long.expires == NOW + timedelta(hours=8)


def test_it_ends_when_it_is_not_used(sessions: StaffSessions) -> None:
    token, _ = sessions.start(AMINA, NOW)
    assert sessions.load(token, NOW + timedelta(minutes=14)) is not None
    assert sessions.load(token, NOW + timedelta(minutes=29)) is None


def test_a_logout_ends_the_logins_that_it_names(sessions: StaffSessions) -> None:
    first, one = sessions.start(AMINA, NOW)
    assert AMINA.login is not None
    other = replace(AMINA, login=replace(AMINA.login, index="index-2"))
    second, _ = sessions.start(other, NOW)
    assert sessions.end_of(IDP, "name-1", ["index-1"]) == (one.id_hash,)
    assert sessions.load(first, NOW) is None
    assert sessions.load(second, NOW) is not None


def test_a_logout_that_names_none_ends_all_of_the_subject(sessions: StaffSessions) -> None:
    assert AMINA.login is not None
    logins = [replace(AMINA.login, index=index) for index in ("1", "2", None)]
    tokens = [sessions.start(replace(AMINA, login=each), NOW)[0] for each in logins]
    stays, _ = sessions.start(replace(AMINA, login=ProviderLogin("name-2")), NOW)
    assert len(sessions.end_of(IDP, "name-1", [])) == 3
    assert [sessions.load(token, NOW) for token in tokens] == [None] * 3
    assert sessions.load(stays, NOW) is not None


@pytest.mark.parametrize(
    ("issuer", "name_id", "indexes"),
    [
        ("https://annan.example", "name-1", ["index-1"]),
        (IDP, "name-2", ["index-1"]),
        (IDP, "name-1", ["index-9"]),
        (IDP, "name-1\x1findex-1", []),
    ],
)
def test_a_logout_of_somebody_else_ends_nothing(
    sessions: StaffSessions, issuer: str, name_id: str, indexes: list[str]
) -> None:
    token, _ = sessions.start(AMINA, NOW)
    assert sessions.end_of(issuer, name_id, indexes) == ()
    assert sessions.load(token, NOW) is not None


def test_without_the_key_no_session_is_found_by_name(store: Store) -> None:
    token, _ = made(store).start(AMINA, NOW)
    other = made(store, b"x" * 32)
    assert other.end_of(IDP, "name-1", []) == ()
    assert other.load(token, NOW) is not None


def test_an_assertion_is_used_once(store: Store) -> None:
    end = NOW + timedelta(minutes=5)
    assert store.used_assertions.use("a" * 64, end, NOW)
    assert not store.used_assertions.use("a" * 64, end, NOW)
    assert store.used_assertions.use("b" * 64, end, NOW)
    assert not store.used_assertions.use("a" * 64, end, NOW + timedelta(minutes=4))


def test_what_nobody_could_use_again_is_forgotten(store: Store) -> None:
    store.used_assertions.use("a" * 64, NOW + timedelta(minutes=5), NOW)
    store.used_assertions.use("b" * 64, NOW + timedelta(hours=1), NOW + timedelta(minutes=5))
    with store._database.reading() as connection:
        left = connection.scalars(text("SELECT id_hash FROM used_assertions")).all()
    assert left == ["b" * 64]
