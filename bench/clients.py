"""CPU per request of the HTTP clients that could drive the fan-out, over mutual TLS.

Each client keeps its connections through the whole run and takes its turn in every round, so that
a busy machine slows all alike. What is counted is the processor time of this process; the server
is another one.
"""

import asyncio
import gc
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from time import process_time

import httpx
import uvloop

from bench.figures import Figure, figure
from bench.upstream import upstream
from bench.wire import RawPool, close
from sandbox.ca import ensure_keys
from stodtjanster.fetch import AiohttpDriver
from stodtjanster.fetch.driver import tls_context
from stodtjanster.sources.kit.source import Limits, Request, SourceSettings, Tls

SOURCES = 12
IN_FLIGHT = (12, 120)
ROUNDS = 4
KEPT_SECONDS = 600.0
BODY = b"x" * 24_000
PART = "HTTP client: CPU per request, mutual TLS, keep-alive, 24 KB, 12 sources"
FLOOR = "raw TLS stream"

Get = Callable[[int], Awaitable[bytes]]
OURS = "aiohttp, a pool per source (ours)"
SHARED = "httpx, one shared AsyncClient"
PER_SOURCE = "httpx, an AsyncClient per source"
NAMES = (FLOOR, OURS, PER_SOURCE, SHARED)
# Of what is slow, fewer requests say as much.
REQUESTS = {SHARED: 240, PER_SOURCE: 480}
REQUESTS_OTHERWISE = 1_200


def measure(folder: Path) -> list[Figure]:
    ensure_keys(folder)
    with (
        upstream({"body": BODY}, folder, ports=SOURCES, tls=True) as ports,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        return runner.run(_measure(ports, folder))


async def _measure(ports: list[int], folder: Path) -> list[Figure]:
    async with AsyncExitStack() as stack:
        # A set for each number in flight: what a client costs depends on how many it holds.
        sets = {count: await _clients(stack, ports, folder) for count in IN_FLIGHT}
        costs: dict[tuple[str, int], list[float]] = {}
        for in_flight, clients in sets.items():
            for get in clients.values():
                await _many(get, in_flight, 2 * in_flight)
        for _ in range(ROUNDS):
            for in_flight, clients in sets.items():
                for name, get in clients.items():
                    count = REQUESTS.get(name, REQUESTS_OTHERWISE)
                    costs.setdefault((name, in_flight), []).append(
                        await _cost(get, in_flight, count)
                    )
    few, many = IN_FLIGHT
    figures = [
        figure(
            PART,
            f"{name}, {in_flight} in flight",
            FLOOR,
            costs[name, in_flight],
            costs[FLOOR, in_flight],
        )
        for in_flight in IN_FLIGHT
        for name in NAMES
        if name != FLOOR
    ]
    figures += [
        figure(
            PART,
            f"{name}, growth from {few} to {many}",
            f"itself at {few}",
            costs[name, many],
            costs[name, few],
        )
        for name in NAMES
    ]
    return figures


async def _clients(stack: AsyncExitStack, ports: list[int], folder: Path) -> dict[str, Get]:
    keys = ensure_keys(folder)
    tls = Tls(ca=keys.ca, certificate=keys.portal.certificate, key=keys.portal.key)
    context = tls_context(tls)
    raw = [RawPool(port, context) for port in ports]
    stack.push_async_callback(close, raw)
    # As many as are needed and never let go: no client pays for new connections in its rounds.
    many = httpx.Limits(
        max_connections=None, max_keepalive_connections=None, keepalive_expiry=KEPT_SECONDS
    )
    shared, *each = [
        await stack.enter_async_context(
            httpx.AsyncClient(verify=context, limits=many, timeout=KEPT_SECONDS, trust_env=False)
        )
        for _ in range(1 + len(ports))
    ]
    driver = AiohttpDriver()
    stack.push_async_callback(driver.close)
    limits = Limits(concurrent=max(IN_FLIGHT))
    sources = [
        SourceSettings(key=f"s{n}", kind="bench", name="bench", tls=tls, limits=limits)
        for n in range(len(ports))
    ]
    requests = [Request("GET", f"https://localhost:{port}/body/0") for port in ports]

    async def floor(number: int) -> bytes:
        return await raw[number % SOURCES].get("/body/0")

    async def ours(number: int) -> bytes:
        place = number % SOURCES
        return (await driver.send(sources[place], requests[place])).body

    async def with_shared(number: int) -> bytes:
        return (await shared.get(requests[number % SOURCES].url)).content

    async def with_each(number: int) -> bytes:
        place = number % SOURCES
        return (await each[place].get(requests[place].url)).content

    return dict(zip(NAMES, (floor, ours, with_each, with_shared), strict=True))


async def _cost(get: Get, in_flight: int, count: int) -> float:
    """Seconds of processor time per request."""
    gc.collect()
    began = process_time()
    await _many(get, in_flight, count)
    return (process_time() - began) / count


async def _many(get: Get, in_flight: int, count: int) -> None:
    numbers = iter(range(count))

    async def worker() -> None:
        for number in numbers:
            assert len(await get(number)) == len(BODY)

    await asyncio.gather(*(worker() for _ in range(in_flight)))
