"""What the fetch service adds to the slowest healthy source, with and without hanging ones.

A page is a thread that begins a harvest and waits for its healthy needs, as the portal does. The
floor is one event loop without service, threads or permits that does the same fan-out over raw
streams. Both are timed from the moment at which all pages start.
"""

import asyncio
import threading
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any, ClassVar

import orjson
import uvloop

from bench.figures import Figure, figure, percentile
from bench.upstream import upstream
from bench.wire import RawPool, close
from stodtjanster.access import decide
from stodtjanster.fetch import AiohttpDriver, FetchService
from stodtjanster.information import Appointment, CarePlan, Item
from stodtjanster.model import (
    Actor,
    ActorKind,
    Dated,
    Need,
    Origin,
    Outcome,
    PersonId,
    Report,
    Situation,
    Subject,
)
from stodtjanster.sources.kit.source import (
    Ask,
    Heard,
    Limits,
    Request,
    Response,
    SourceSettings,
)

SOURCES = 12
HANGING = (0, 1, 3)
ROUNDS = {1: 10, 8: 5, 32: 3, 128: 3}
SLOWEST = 200
DELAYS = [SLOWEST * (number + 1) // SOURCES for number in range(SOURCES)]
ROWS = 17
PART = f"Added latency: {SOURCES} sources, slowest healthy {SLOWEST} ms"
FLOOR = "bare event loop, same fan-out"
NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
DAY = date(2026, 11, 25)
PERSON = PersonId.parse("196408233234")
NEEDS: Mapping[str, Need[Any]] = {"booked": Need(Appointment), "hanging": Need(CarePlan)}
ENOUGH = 60.0


@dataclass(frozen=True, slots=True)
class Round:
    """Seconds of each page, and the processor time of them all."""

    pages: list[float]
    cpu_seconds: float


class Canned:
    """A source whose answer is a list of record names."""

    gives: ClassVar[frozenset[type[Item]]] = frozenset({Appointment})

    def __init__(self, key: str, url: str, pages: int) -> None:
        # At least as wide as the pages at once: a healthy source is never called busy. The first
        # round opens every connection at once, which production never does: it is given time.
        limits = Limits(concurrent=max(64, pages), connect_seconds=30)
        self.settings = SourceSettings(key=key, kind="bench", name=key, limits=limits)
        self._request = Request("GET", url)

    def ask(self, ask: Ask) -> Generator[Request, Response, Heard]:
        response = yield self._request
        key = self.settings.key
        items = tuple(
            Appointment(
                subject=ask.subject,
                origin=Origin(key, key, name, "bench", ask.at, approved_for_patient=True),
                when=Dated(DAY),
            )
            for name in orjson.loads(response.body)
        )
        report = Report(key, key, ask.information.key, Outcome.DATA_FROM_SOURCE, ask.at)
        return Heard(items, (report,))


class Hanging(Canned):
    """The same for a need of its own, so that a page can wait for the healthy ones alone."""

    gives: ClassVar[frozenset[type[Item]]] = frozenset({CarePlan})


def measure(folder: Path) -> list[Figure]:
    body = orjson.dumps([f"record-{number}" for number in range(ROWS)])
    with upstream({"records": body}, folder, ports=SOURCES, tls=False) as ports:
        return [
            _compare(ports, pages, hanging, rounds)
            for pages, rounds in ROUNDS.items()
            for hanging in HANGING
        ]


def _compare(ports: list[int], pages: int, hanging: int, rounds: int) -> Figure:
    """The healthy sources are those that are left; the slowest of them is always among them."""
    healthy = list(zip(ports, DELAYS, strict=True))[hanging:]
    service = FetchService(_sources(ports, hanging, pages), AiohttpDriver(), clock=lambda: NOW)
    service.start()
    floors: list[Round] = []
    ours: list[Round] = []
    with (
        ThreadPoolExecutor(pages) as threads,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        pools = [RawPool(port) for port, _ in healthy]
        # The first round opens the connections and is not counted.
        for number in range(rounds + 1):
            floors.append(_timed(partial(runner.run, _floor(pools, healthy, pages))))
            ours.append(_timed(partial(_pages, service, threads, pages, number)))
        runner.run(close(pools))
    service.stop()
    added = [1000 * seconds - SLOWEST for one in ours[1:] for seconds in one.pages]
    bare = [1000 * seconds - SLOWEST for one in floors[1:] for seconds in one.pages]
    return figure(
        PART,
        f"{pages} pages at once, {hanging} hanging",
        FLOOR,
        [median(one.pages) for one in ours[1:]],
        [median(one.pages) for one in floors[1:]],
        p50_added_ms=percentile(added, 50),
        p95_added_ms=percentile(added, 95),
        floor_p50_added_ms=percentile(bare, 50),
        floor_p95_added_ms=percentile(bare, 95),
        cpu_ms_a_page=1000 * median(one.cpu_seconds / pages for one in ours[1:]),
        floor_cpu_ms_a_page=1000 * median(one.cpu_seconds / pages for one in floors[1:]),
    )


def _timed(run: Callable[[], list[float]]) -> Round:
    cpu = process_time()
    return Round(run(), process_time() - cpu)


def _sources(ports: list[int], hanging: int, pages: int) -> list[Canned]:
    sources = []
    for number, (port, delay) in enumerate(zip(ports, DELAYS, strict=True)):
        hangs = number < hanging
        path = "hang" if hangs else f"records/{delay}"
        kind = Hanging if hangs else Canned
        sources.append(kind(f"s{number}", f"http://127.0.0.1:{port}/{path}", pages))
    return sources


def _pages(
    service: FetchService, threads: ThreadPoolExecutor, pages: int, number: int
) -> list[float]:
    """Seconds of each page. Every page is another session, so that nothing is shared."""
    start = threading.Barrier(pages)

    def page(place: int) -> float:
        # A clock of its own to every round: what failed fast is asked again.
        now = NOW + timedelta(minutes=number)
        who = Situation(Actor(ActorKind.CITIZEN, PERSON, "loa3"), Subject(PERSON), "sv", now)
        permit = decide(who, (Appointment, CarePlan), reach=f"{number}-{place}").logged("bench")
        start.wait(ENOUGH)
        began = perf_counter()
        harvest = service.begin(permit, NEEDS)
        while not harvest.settled(["booked"]):
            harvest.wait(ENOUGH)
        answer = harvest.answer("booked")
        seconds = perf_counter() - began
        assert answer.complete, f"a healthy source was reported missing: {answer.gaps}"
        return seconds

    return list(threads.map(page, range(pages)))


async def _floor(pools: list[RawPool], healthy: list[tuple[int, int]], pages: int) -> list[float]:
    async def page() -> float:
        began = perf_counter()
        bodies = await asyncio.gather(
            *(
                pool.get(f"/records/{delay}")
                for pool, (_, delay) in zip(pools, healthy, strict=True)
            )
        )
        assert all(len(orjson.loads(body)) == ROWS for body in bodies)
        return perf_counter() - began

    return await asyncio.gather(*(page() for _ in range(pages)))
