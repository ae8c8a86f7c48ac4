"""The whole page with everything on, against a bare program that does the same work.

Ours is the portal as a WSGI application: session, gate, audit record, fetch service, adapters,
stream and templates, made ready as the server does it. The floor is one event loop that asks the
same twelve sources over raw streams, lets lxml read the answers and prints every row with an
f-string: no session, rules, log, reports, language or permits. Both run in this process, in turn;
the sources are another process. A web server in front of the portal is not counted.
"""

import asyncio
import gc
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from html import escape
from pathlib import Path
from runpy import run_path
from statistics import median
from time import perf_counter, process_time
from types import SimpleNamespace
from typing import Any

import uvloop
from lxml import etree
from werkzeug.test import create_environ, run_wsgi_app

from bench.figures import Figure, figure
from bench.parse_rows import SUBJECT, answer, care_manager, care_plan, timeslot
from bench.upstream import upstream
from bench.wire import RawPool, close
from portal.app import create_app
from portal.demo import SERVER
from portal.house import House
from portal.security import SESSION_COOKIE
from portal.settings import Settings
from sandbox.ca import ensure_keys
from stodtjanster.fetch.driver import tls_context
from stodtjanster.sources import care_managers, care_plans, subject_of_care_schedule
from stodtjanster.sources.care_managers import adapter as managers_adapter
from stodtjanster.sources.care_plans import adapter as plans_adapter
from stodtjanster.sources.kit.source import Tls
from stodtjanster.sources.subject_of_care_schedule import adapter as schedule_adapter

NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)
SOURCES = 12
ROWS = 17
MOST_OF_A_KIND = 10
"""Sources of one contract: each has every tenth hour to itself."""
AT_ONCE = 8
PAGES = 32
ROUNDS = 4
PART = f"Page: {SOURCES} sources, {SOURCES * ROWS} rows, mutual TLS, {AT_ONCE} pages at once"
FLOOR_COLD = "bare loop: fan-out, lxml, f-strings"
FLOOR_WARM = "bare f-strings of the same rows"
KINDS = (
    (subject_of_care_schedule, schedule_adapter, timeslot),
    (care_managers, managers_adapter, care_manager),
    (care_plans, plans_adapter, care_plan),
)
Rows = list[list[str]]


@dataclass(frozen=True, slots=True)
class Country:
    """Who is asked for a page: how many rows each has, and in how many milliseconds all answer.

    `name` tells its answers from those of another country at the same server.
    """

    name: str = "s"
    rows: tuple[int, ...] = (ROWS,) * SOURCES
    delays: tuple[int, ...] = (0,) * SOURCES

    @property
    def named(self) -> int:
        """How many rows name a nurse, who must then stand in the page."""
        return sum(self.rows[1 :: len(KINDS)])

    def bodies(self) -> dict[str, bytes]:
        return {f"{self.name}{n}": answer_of(n, rows) for n, rows in enumerate(self.rows)}

    def urls(self, ports: Sequence[int]) -> list[str]:
        places = enumerate(zip(ports, self.delays, strict=True))
        return [f"https://localhost:{port}/{self.name}{n}/{delay}" for n, (port, delay) in places]


STANDARD = Country()


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one page, of all that ran in a round."""

    cpu_seconds: float
    seconds: float


def measure(folder: Path) -> list[Figure]:
    ensure_keys(folder)
    with (
        upstream(STANDARD.bodies(), folder, ports=SOURCES, tls=True) as ports,
        portal_for(STANDARD.urls(ports), folder) as (app, house),
    ):
        return _compare(app, house, ports, folder)


@contextmanager
def portal_for(
    urls: Sequence[str], folder: Path, name: str = "bench"
) -> Iterator[tuple[Any, House]]:
    """The portal in this process, made ready as the server does it but for Swedish alone.

    `name` is its database's.
    """
    app = create_app(settings_for(urls, folder, name), clock=lambda: NOW)
    house: House = app.extensions["house"]
    pages = SimpleNamespace(compile=house.pages.compile, compile_beside=lambda: None)
    swedish = SimpleNamespace(extensions={"house": SimpleNamespace(pages=pages)})
    run_path(str(SERVER))["post_worker_init"](SimpleNamespace(wsgi=swedish))
    try:
        yield app, house
    finally:
        house.fetch.stop()


def _compare(app: Any, house: House, ports: list[int], folder: Path) -> list[Figure]:
    cold, warm, bare, printing = [], [], [], []
    with (
        ThreadPoolExecutor(AT_ONCE) as threads,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        tls = tls_context(tls_of(folder))
        pools = [RawPool(port, tls) for port in ports]
        # The first round opens connections and compiles templates, and is not counted.
        for _ in range(ROUNDS + 1):
            bare.append(_cost(partial(runner.run, _floor(pools))))
            environs = [environ_of(house) for _ in range(PAGES)]
            again = [dict(environ) for environ in environs]
            cold.append(_cost(partial(_pages, app, threads, environs)))
            warm.append(_cost(partial(_pages, app, threads, again)))
            printing.append(_cost(partial(_prints, runner.run(_rows(pools)))))
        runner.run(close(pools))
    return [
        _cpu("CPU per cold page", FLOOR_COLD, cold, bare),
        _cpu("CPU per page from the shelf", FLOOR_WARM, warm, printing),
        _cpu("CPU per page from the shelf", "CPU per cold page", warm, cold),
        _pace("pages/s, cold", FLOOR_COLD, cold, bare),
        _pace("pages/s, from the shelf", "pages/s, cold", warm, cold),
    ]


def _cpu(what: str, floor: str, ours: list[Cost], floors: list[Cost]) -> Figure:
    one, other = ([cost.cpu_seconds for cost in costs[1:]] for costs in (ours, floors))
    ms = {"cpu_ms": 1000 * median(one), "of_ms": 1000 * median(other)}
    return figure(PART, what, floor, one, other, **ms)


def _pace(what: str, floor: str, ours: list[Cost], floors: list[Cost]) -> Figure:
    one, other = ([1 / cost.seconds for cost in costs[1:]] for costs in (ours, floors))
    pace = {"per_s": median(one), "of_per_s": median(other)}
    return replace(figure(PART, what, floor, one, other, **pace), more_is_better=True)


def _cost(run: Callable[[], object]) -> Cost:
    gc.collect()
    cpu, began = process_time(), perf_counter()
    run()
    return Cost((process_time() - cpu) / PAGES, (perf_counter() - began) / PAGES)


def _pages(app: Any, threads: ThreadPoolExecutor, environs: list[dict[str, Any]]) -> None:
    list(threads.map(partial(read_page, app, STANDARD), environs))


def read_page(app: Any, country: Country, environ: dict[str, Any]) -> None:
    """Ask for a page and see that it came whole."""
    chunks, status, _headers = run_wsgi_app(app.wsgi_app, environ, buffered=True)
    html = b"".join(chunks)
    assert status.startswith("200"), status
    assert html.count("Sköterska".encode()) >= country.named, "rows are missing"


def environ_of(house: House) -> dict[str, Any]:
    """A request of somebody who logged in just now; nothing of theirs lies on the shelf."""
    token, _ = house.sessions.start(
        person=SUBJECT, name="Bench", loa="loa3", issuer="bench", now=NOW
    )
    headers = {"Cookie": f"{SESSION_COOKIE}={token}"}
    return create_environ("/sv/mig/", "http://localhost:8000", headers=headers)


def settings_for(urls: Sequence[str], folder: Path, name: str = "bench") -> Settings:
    return Settings(**told(urls, folder, name))


def told(urls: Sequence[str], folder: Path, name: str = "bench") -> dict[str, Any]:
    """The same as one writes it in a file."""
    keys = tls_of(folder).model_dump(mode="json", exclude_none=True)
    sources = [
        {
            "key": f"s{number}",
            "kind": KINDS[number % len(KINDS)][0].__name__.rpartition(".")[2],
            "name": f"Källa {number}",
            "url": url,
            "consumer_hsa_id": "TSTNMT2321000156-PORT",
            "tls": keys,
        }
        for number, url in enumerate(urls)
    ]
    return {
        "base_url": "http://localhost:8000",
        "database_url": f"sqlite:///{folder / name}.db",
        "sources": sources,
        "log_level": "ERROR",
    }


def tls_of(folder: Path) -> Tls:
    keys = ensure_keys(folder)
    return Tls(ca=keys.ca, certificate=keys.portal.certificate, key=keys.portal.key)


def answer_of(number: int, rows: int = ROWS) -> bytes:
    """An answer with rows of a system of its own, so that no two are the same record. No two are at
    the same time either: whoever has ten visits at once is told of every two that clash."""
    place, kind = divmod(number, len(KINDS))
    _, adapter, row = KINDS[kind]
    system = f"SE2321000230-11{number:02}"
    numbers = range(place, rows * MOST_OF_A_KIND, MOST_OF_A_KIND)
    return answer(adapter.CONTRACT, (row(n, system) for n in numbers), system)


async def _floor(pools: list[RawPool]) -> None:
    numbers = iter(range(PAGES))

    async def worker() -> None:
        for _ in numbers:
            assert len(printed(await _rows(pools))) > SOURCES * ROWS

    await asyncio.gather(*(worker() for _ in range(AT_ONCE)))


async def _rows(pools: list[RawPool]) -> Rows:
    bodies = await asyncio.gather(
        *(pool.get(f"/{STANDARD.name}{number}/0") for number, pool in enumerate(pools))
    )
    return [row for body in bodies for row in rows_of(body)]


def rows_of(body: bytes) -> Rows:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_blank_text=True)
    envelope = etree.fromstring(body, parser)
    return [[str(text) for text in row.itertext() if text.strip()] for row in envelope[1][0]]


def _prints(rows: Rows) -> None:
    for _ in range(PAGES):
        printed(rows)


def printed(rows: Rows) -> bytes:
    """Every text of every row, escaped, in the markup of a plain card."""
    cards = "".join(
        '<li class="row"><article>'
        + "".join(f'<p class="row__text">{escape(text)}</p>' for text in row)
        + "</article></li>"
        for row in rows
    )
    return f"<!doctype html><title>x</title><ul>{cards}</ul>".encode()
