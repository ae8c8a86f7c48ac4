"""The breaker counts only what says that a source is ill; the bulkhead never lets one wait long."""

import asyncio

import pytest

from stodtjanster.fetch.guards import SOURCE_IS_ILL, Breaker, Bulkhead
from stodtjanster.model import Cause
from stodtjanster.sources.kit.source import Limits, SourceFailed

ILL = Cause.TIMEOUT


def call(breaker: Breaker, now: float, failure: Cause | None = None) -> None:
    trial = breaker.enter(now)
    breaker.leave(now, failure, trial=trial)


def is_open(breaker: Breaker, now: float) -> bool:
    try:
        breaker.check(now)
    except SourceFailed as said:
        return said.cause is Cause.BROKEN
    return False


def opened(at: float = 0.0) -> Breaker:
    breaker = Breaker(failures=2, seconds=20)
    call(breaker, at, ILL)
    call(breaker, at, ILL)
    return breaker


def test_it_opens_after_failures_in_a_row_and_not_before():
    breaker = Breaker(failures=3, seconds=20)
    for failure in (ILL, ILL, None, ILL, ILL):
        call(breaker, 0, failure)
    assert not is_open(breaker, 0)
    call(breaker, 0, ILL)
    assert is_open(breaker, 0)
    with pytest.raises(SourceFailed):
        breaker.enter(19.9)


@pytest.mark.parametrize("cause", sorted(SOURCE_IS_ILL))
def test_these_say_that_a_source_is_ill(cause):
    breaker = Breaker(failures=1, seconds=20)
    call(breaker, 0, cause)
    assert is_open(breaker, 0)


@pytest.mark.parametrize("cause", sorted(set(Cause) - SOURCE_IS_ILL))
def test_these_do_not(cause):
    breaker = Breaker(failures=1, seconds=20)
    for _ in range(9):
        call(breaker, 0, cause)
    assert not is_open(breaker, 0)


def test_our_own_failure_neither_blames_nor_absolves():
    breaker = Breaker(failures=2, seconds=20)
    for failure in (ILL, Cause.FAILED, ILL):
        call(breaker, 0, failure)
    assert is_open(breaker, 0)


def test_after_the_rest_one_alone_may_try():
    breaker = opened()
    assert breaker.enter(20) is True
    assert is_open(breaker, 20)
    assert is_open(breaker, 100)
    breaker.leave(21, None, trial=True)
    assert not is_open(breaker, 21)
    assert breaker.enter(21) is False


def test_a_try_that_fails_gives_another_whole_rest():
    breaker = opened()
    call(breaker, 20, ILL)
    assert is_open(breaker, 39.9)
    assert not is_open(breaker, 40)


def test_a_try_that_our_own_bug_ended_is_no_try():
    breaker = opened()
    call(breaker, 20, Cause.FAILED)
    assert breaker.enter(20) is True


def test_calls_from_before_it_opened_neither_close_it_nor_prolong_it_nor_let_another_try():
    breaker = Breaker(failures=2, seconds=20)
    early = [breaker.enter(0) for _ in range(4)]
    breaker.leave(1, ILL, trial=early.pop())
    breaker.leave(1, ILL, trial=early.pop())
    assert is_open(breaker, 1)
    breaker.leave(2, None, trial=early.pop())
    assert is_open(breaker, 2)
    assert breaker.enter(21) is True
    breaker.leave(22, ILL, trial=early.pop())
    assert is_open(breaker, 22)
    breaker.leave(23, None, trial=True)
    assert not is_open(breaker, 23)


def limits(**some: float) -> Limits:
    return Limits.model_validate(some)


def test_when_the_queue_is_full_one_is_told_at_once():
    async def crowd() -> None:
        bulkhead = Bulkhead(limits(concurrent=1, queue=1))
        gate = asyncio.Event()

        async def inside() -> None:
            async with bulkhead.slot():
                await gate.wait()

        first, second = asyncio.create_task(inside()), asyncio.create_task(inside())
        await asyncio.sleep(0)
        with pytest.raises(SourceFailed) as said:
            async with bulkhead.slot():
                pytest.fail("there was no place")
        assert said.value.cause is Cause.BUSY
        gate.set()
        await asyncio.gather(first, second)
        async with bulkhead.slot():
            pass

    asyncio.run(crowd())


def test_nobody_waits_for_a_place_without_end():
    async def hung() -> None:
        bulkhead = Bulkhead(limits(concurrent=1, queue=5, answer_seconds=0.01))
        async with bulkhead.slot():
            with pytest.raises(SourceFailed) as said:
                async with bulkhead.slot():
                    pytest.fail("there was no place")
            assert said.value.cause is Cause.BUSY
        async with bulkhead.slot():
            pass

    asyncio.run(hung())


@pytest.mark.parametrize("waiting", [True, False], ids=["in the queue", "inside"])
def test_a_place_comes_back_when_its_holder_is_cancelled(waiting):
    async def cancelled() -> None:
        bulkhead = Bulkhead(limits(concurrent=1, queue=1))
        forever = asyncio.Event()

        async def inside() -> None:
            async with bulkhead.slot():
                await forever.wait()

        holder, queuer = asyncio.create_task(inside()), asyncio.create_task(inside())
        await asyncio.sleep(0)
        for task in (queuer, holder) if waiting else (holder, queuer):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        async with bulkhead.slot():
            pass

    asyncio.run(cancelled())
