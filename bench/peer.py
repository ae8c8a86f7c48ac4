"""The same page by what one would pick otherwise: plain Flask with zeep and httpx.

Ours has everything on, the peer has nothing but the calls and the page (`bench.peer_app`). Both ask
the same sources over mutual TLS with kept connections, in turn, as WSGI applications in this
process, several pages at once.
"""

import gc
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any, Final

from werkzeug.test import create_environ

from bench.figures import Figure, figure, percentile
from bench.page import ROWS, SOURCES, Country, environ_of, portal_for, read_page, tls_of
from bench.parse import NATIONAL
from bench.peer_app import peer
from bench.upstream import upstream
from portal.house import House
from sandbox.ca import ensure_keys
from stodtjanster.fetch.driver import tls_context

AT_ONCE: Final = 8
PAGES: Final = 24
ROUNDS: Final = 3
SLOWEST: Final = 200
DELAYS: Final = tuple(SLOWEST * (number + 1) // SOURCES for number in range(SOURCES))
PART: Final = (
    f"Against Flask + zeep + httpx: {SOURCES} sources to {SLOWEST} ms, {SOURCES * ROWS} rows, "
    f"{AT_ONCE} pages at once"
)
OURS: Final = "ours"
PEERS: Final = {"one source after another": 0, "sources by threads": AT_ONCE * SOURCES}
"""The threads that each has for its calls."""


@dataclass(frozen=True, slots=True)
class Round:
    """Seconds: of processor for a page, and of each page on the clock."""

    cpu: float
    pages: list[float]


def measure(folder: Path) -> list[Figure]:
    if not NATIONAL.is_dir():
        print("peer: nothing to call with: the national schemas are not here", file=sys.stderr)
        return []
    ensure_keys(folder)
    country = Country(delays=DELAYS)
    with (
        upstream(country.bodies(), folder, ports=SOURCES, tls=True) as ports,
        portal_for(country.urls(ports), folder) as (app, house),
    ):
        tls, urls = tls_context(tls_of(folder)), country.urls(ports)
        peers = {name: peer(NATIONAL, urls, tls, threads) for name, threads in PEERS.items()}
        return _compare(app, house, country, peers)


def _compare(app: Any, house: House, country: Country, peers: Mapping[str, Any]) -> list[Figure]:
    def ours() -> None:
        read_page(app, country, environ_of(house))

    def other(peer: Any) -> None:
        read_page(peer, country, create_environ("/"))

    pages = {OURS: ours} | {name: partial(other, peer) for name, peer in peers.items()}
    rounds: dict[str, list[Round]] = {name: [] for name in pages}
    with ThreadPoolExecutor(AT_ONCE) as threads:
        # The first round opens connections, and is not counted.
        for number in range(ROUNDS + 1):
            for name, page in pages.items():
                measured = _round(threads, page)
                if number:
                    rounds[name].append(measured)
    return [one for name in peers for one in _figures(f"Flask, {name}", rounds[OURS], rounds[name])]


def _round(threads: ThreadPoolExecutor, page: Callable[[], None]) -> Round:
    def timed(_number: int) -> float:
        began = perf_counter()
        page()
        return perf_counter() - began

    gc.collect()
    cpu = process_time()
    seconds = list(threads.map(timed, range(PAGES)))
    return Round((process_time() - cpu) / PAGES, seconds)


def _figures(floor: str, ours: list[Round], theirs: list[Round]) -> list[Figure]:
    def of(what: str, measure: Callable[[Round], float]) -> Figure:
        one, other = ([measure(each) for each in rounds] for rounds in (ours, theirs))
        ms = {"ms": 1000 * median(one), "of_ms": 1000 * median(other)}
        return figure(PART, what, floor, one, other, **ms)

    return [
        of("CPU per cold page", lambda each: each.cpu),
        of("whole cold page, p50", lambda each: percentile(each.pages, 50)),
        of("whole cold page, p95", lambda each: percentile(each.pages, 95)),
    ]
