"""The shelf in Redis: sealed with the session's key, the same for every process, and never late."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta

import pytest
import redis as drivers

from portal.store.shared import connect
from portal.store.shared_shelf import REST, SharedShelf, ShelfReader, open_for
from stodtjanster.fetch import FetchService, Harvest
from stodtjanster.fetch.plan import Order
from stodtjanster.fetch.revalidation import Tagged
from stodtjanster.fetch.shelf import Change, Kept
from stodtjanster.information import Appointment, CarePlan
from stodtjanster.model import Answer, Outcome, Period
from stodtjanster.sources.kit.source import Response
from tests.fetching import (
    ANNA,
    BO,
    BOOKED,
    NOON,
    Clock,
    ScriptedDriver,
    ScriptedSource,
    appointment,
    heard,
    landed,
    outcomes,
    permit,
    report,
)
from tests.servers import PATIENCE, Redis, redis_server

INDEX = bytes(range(32))
PERIOD = Period(date(2026, 11, 20), date(2026, 12, 31))
ORDER = Order("region", Appointment, ANNA, PERIOD, "session-1")
LATER = NOON + timedelta(minutes=5)
MINE, OTHERS = ShelfReader("session-1", "s" * 43), ShelfReader("session-2", "t" * 43)


def answer(*records: str) -> Kept:
    return Kept(Answer(tuple(map(appointment, records)), (report(),)), LATER)


@pytest.fixture(autouse=True)
def _nobody_reads_afterwards() -> Iterator[None]:
    open_for(MINE)
    yield
    open_for(None)


class Shelves:
    """As many processes as a test wants, on one Redis."""

    def __init__(self, server: Redis) -> None:
        self.server = server
        self.opened: list[SharedShelf] = []
        self.seconds = 1000.0

    def another(self, index: bytes = INDEX) -> SharedShelf:
        client = connect(self.server.url, PATIENCE)
        self.opened.append(SharedShelf(client, index, clock=lambda: self.seconds))
        return self.opened[-1]

    def raw(self) -> drivers.Redis:
        return self.server.client()


@pytest.fixture
def shelves(redis: Redis) -> Iterator[Shelves]:
    made = Shelves(redis)
    yield made
    for each in made.opened:
        each.close()


def put(shelf: SharedShelf, order: Order = ORDER, kept: Kept | None = None) -> None:
    """As a flight does: with the mark of when it set out; until it lies there."""
    shelf.put(order, kept or answer("1"), NOON, shelf.look([order]).marks[order])
    settle(shelf)


def settle(shelf: SharedShelf) -> None:
    shelf._putting.submit(int).result(PATIENCE)


def found(shelf: SharedShelf, order: Order = ORDER) -> Kept | None:
    return shelf.look([order]).kept.get(order)


def test_what_one_process_puts_another_finds_as_it_was(shelves):
    tagged = Response(200, {"etag": '"1"'}, b"{}")
    kept = Kept(answer("1", "2").answer, LATER, {"https://region.example": Tagged('"1"', tagged)})
    put(shelves.another(), kept=kept)
    assert found(shelves.another()) == kept


def test_only_the_session_that_put_it_opens_it(shelves):
    shelf = shelves.another()
    put(shelf)
    open_for(OTHERS)
    assert found(shelf) is None
    open_for(ShelfReader("session-1", "another secret"))
    assert found(shelf) is None
    open_for(None)
    assert found(shelf) is None
    assert shelf.look([ORDER]).marks == {}


def test_nobody_elses_order_is_answered(shelves):
    shelf = shelves.another()
    put(shelf)
    others = [
        Order("region", Appointment, BO, PERIOD, "session-1"),
        Order("kommun", Appointment, ANNA, PERIOD, "session-1"),
        Order("region", CarePlan, ANNA, PERIOD, "session-1"),
        Order("region", Appointment, ANNA, Period(PERIOD.first, PERIOD.first), "session-1"),
        Order("region", Appointment, ANNA, PERIOD, "session-1", BO),
        Order("region", Appointment, ANNA, PERIOD, "session-2"),
    ]
    assert shelf.look(others).kept == {}


def test_redis_alone_tells_nothing(shelves):
    put(shelves.another(), kept=answer("hemlig"))
    with shelves.raw() as raw:
        names = list(raw.scan_iter())
        said = b"".join(names + [raw.dump(name) for name in names])
    for secret in (ANNA.value, "hemlig", "session-1", MINE.secret, "Appointment"):
        assert secret.encode() not in said
    assert len(names) == 2


def test_everything_there_ends_by_itself(shelves):
    shelf = shelves.another()
    put(shelf)
    shelf.forget_about(Change(ANNA))
    shelf.forget("session-2")
    with shelves.raw() as raw:
        assert all(0 < raw.ttl(name) <= 3600 for name in raw.scan_iter())


def test_what_was_moved_or_changed_is_not_there(shelves):
    shelf, other = shelves.another(), Order("kommun", Appointment, ANNA, PERIOD, "session-1")
    put(shelf)
    with shelves.raw() as raw:
        (place,) = raw.scan_iter("shelf:*")
        ((name, sealed),) = raw.hgetall(place).items()
        raw.hset(place, shelf._name(other), sealed)
        assert found(shelf, other) is None
        raw.hset(place, name, sealed[:-1] + bytes([sealed[-1] ^ 1]))
        assert found(shelf) is None
        raw.hset(place, name, b"")
        assert found(shelf) is None


def test_what_another_version_packed_is_not_opened(shelves):
    shelf, other = shelves.another(), shelves.another()
    put(shelf)
    other._shape = bytes(32)
    assert found(other) is None


def test_logout_in_one_process_is_erasure_in_all(shelves):
    here, there = shelves.another(), shelves.another()
    put(here)
    there.forget("session-1")
    assert found(here) is None
    with shelves.raw() as raw:
        assert list(raw.scan_iter("shelf:*")) == []


def test_what_was_in_the_air_at_the_logout_is_not_put(shelves):
    here, there = shelves.another(), shelves.another()
    mark = here.look([ORDER]).marks[ORDER]
    there.forget("session-1")
    here.put(ORDER, answer("1"), NOON, mark)
    settle(here)
    assert found(here) is None


@pytest.mark.parametrize(
    ("change", "left"),
    [
        (Change(ANNA), []),
        (Change(ANNA, "region"), ["kommun"]),
        (Change(ANNA, kinds=frozenset({Appointment})), ["kommun"]),
        (Change(ANNA, "kommun", frozenset({Appointment})), ["kommun", "region"]),
        (Change(ANNA, kinds=frozenset()), ["kommun", "region"]),
        (Change(BO), ["kommun", "region"]),
    ],
)
def test_a_change_is_known_to_every_session_of_every_process(shelves, change, left):
    here, there = shelves.another(), shelves.another()
    plan = Order("kommun", CarePlan, ANNA, PERIOD, "session-1")
    put(here)
    put(here, plan, Kept(Answer((), (report(),)), LATER))
    there.forget_about(change)
    assert sorted(order.source for order in here.look([ORDER, plan]).kept) == left


def test_what_was_in_the_air_at_a_change_is_not_put_and_what_set_out_after_it_is(shelves):
    here, there = shelves.another(), shelves.another()
    before = here.look([ORDER]).marks[ORDER]
    there.forget_about(Change(ANNA))
    after = here.look([ORDER]).marks[ORDER]
    assert before != after
    here.put(ORDER, answer("before"), NOON, before)
    settle(here)
    assert found(here) is None
    here.put(ORDER, answer("after"), NOON, after)
    settle(here)
    assert found(there) == answer("after")


def test_without_redis_there_is_no_shelf_and_nobody_waits_for_it_twice(shelves, caplog):
    with redis_server() as own:
        shelves.server = own
        shelf = shelves.another()
        put(shelf)
        own.kill()
        assert shelf.look([ORDER]).kept == {}
        assert shelf.look([ORDER]).marks == {}
        assert [each.message for each in caplog.records] == ["shelf does not answer"]


def test_a_change_that_could_not_be_told_is_told_before_anything_is_read_again(shelves):
    with redis_server(durable=True) as own:
        shelves.server = own
        shelf = shelves.another()
        put(shelf)
        own.kill()
        shelf.forget_about(Change(ANNA))
        own.start()
        with shelves.raw() as raw:
            assert len(list(raw.scan_iter("shelf:*"))) == 1
        shelves.seconds += REST
        assert shelf.look([ORDER]).kept == {}
        assert list(shelf.look([ORDER]).marks) == [ORDER]


@pytest.fixture
def flying(shelves) -> Iterator[tuple[SharedShelf, ScriptedDriver, FetchService]]:
    """A process whose source names its one record as the wire did."""
    shelf, driver = shelves.another(), ScriptedDriver()
    source = ScriptedSource(hear=lambda _ask, pages: heard(appointment(pages[0].body.decode())))
    service = FetchService([source], driver, clock=Clock(), shelf=shelf)
    service.start()
    yield shelf, driver, service
    service.stop()


def begin(service: FetchService) -> Harvest:
    return service.begin(permit(ANNA, reach="session-1"), BOOKED)


def test_what_is_forgotten_again_while_it_is_being_told_is_told_again(shelves):
    here, there = shelves.another(), shelves.another()
    told = here._forget_about

    def again(*said):
        here._forget_about = told
        answer = told(*said)
        put(there)
        # The record has changed once more, after what was told of it the first time.
        here.forget_about(Change(ANNA))
        return answer

    here._forget_about = again
    here.forget_about(Change(ANNA))
    assert found(there) is None


def test_a_page_joins_no_flight_of_before_a_change_in_another_process(shelves, flying):
    here, driver, service = flying
    first = begin(service)
    old = driver.next()
    shelves.another().forget_about(Change(ANNA))
    second = begin(service)
    new = driver.next()
    new.reply(b"new")
    old.reply(b"old")
    assert [item.origin.record for item in landed(first).items] == ["old"]
    assert [item.origin.record for item in landed(second).items] == ["new"]
    settle(here)
    third = landed(begin(service))
    assert [item.origin.record for item in third.items] == ["new"]
    assert outcomes(third) == [Outcome.DATA_FROM_CACHE]


def test_redis_is_never_asked_on_the_loop(flying):
    """What hangs there would hold up every page of the process."""
    shelf, driver, service = flying
    asked: list[str] = []
    connection = shelf._client.connection_pool.get_connection

    def spy(*args, **named):
        asked.append(threading.current_thread().name)
        return connection(*args, **named)

    shelf._client.connection_pool.get_connection = spy
    harvest = begin(service)
    driver.next().reply(b"1")
    landed(harvest)
    settle(shelf)
    assert outcomes(landed(begin(service))) == [Outcome.DATA_FROM_CACHE]
    assert {"MainThread", "shelf_0"} == set(asked)


def test_closing_puts_what_waits(redis):
    with closing(SharedShelf(connect(redis.url, PATIENCE), INDEX)) as shelf:
        shelf.put(ORDER, answer("1"), NOON, shelf.look([ORDER]).marks[ORDER])
    with closing(SharedShelf(connect(redis.url, PATIENCE), INDEX)) as again:
        assert found(again) == answer("1")
