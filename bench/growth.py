"""How what a page costs grows: with sources, with rows, and with how many are signed in.

The sizes of a series take their turns in every round, one page at a time, so that the processor's
time is that page's alone. It is linear when a further source or row costs as much among many as
among few: that ratio is then 1. People who are signed in should cost the page of another nothing.
"""

import gc
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any, Final

from bench.figures import Figure, figure
from bench.page import NOW, ROWS, SOURCES, Country, environ_of, portal_for, read_page
from bench.parse_rows import SUBJECT
from bench.upstream import upstream
from portal.house import House
from sandbox.ca import ensure_keys
from stodtjanster.fetch.plan import Order
from stodtjanster.fetch.shelf import Kept, Shelf
from stodtjanster.information import Appointment
from stodtjanster.model import Answer, Period

SOURCE_COUNTS: Final = (4, SOURCES, 30)
ROW_COUNTS: Final = (10, 100, 1_000)
SIGNED_IN: Final = (1, 1_000, 50_000)
ROUNDS: Final = 6
PAGES: Final = 6
TIMES: Final = 100
"""How often a round begins a session, or puts an answer on the shelf."""
BY_SOURCES: Final = f"Growth with sources, {ROWS} rows each: CPU of a cold page"
BY_ROWS: Final = f"Growth with rows, from {SOURCES} sources: CPU of a cold page"
BY_PEOPLE: Final = "Growth with people who are signed in: CPU"

Costs = Mapping[int, list[float]]
Runs = Mapping[int, Callable[[], object]]

# As SQLite can make them at once: as large as a real one, and nobody has their tokens.
_SIGN_IN: Final = """
INSERT INTO sessions (id_hash, created, seen, expires, sealed)
WITH RECURSIVE other(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM other WHERE number < ?)
SELECT lower(hex(randomblob(32))), created, seen, expires, sealed
FROM other, (SELECT * FROM sessions LIMIT 1)
"""
_KEPT: Final = Kept(Answer(), NOW)


def measure(folder: Path) -> list[Figure]:
    by_sources = {n: Country(f"s{n}-", (ROWS,) * n, (0,) * n) for n in SOURCE_COUNTS}
    by_rows = {n: Country(f"r{n}-", spread(n)) for n in ROW_COUNTS}
    countries = [*by_sources.values(), *by_rows.values()]
    bodies = {name: body for one in countries for name, body in one.bodies().items()}
    ensure_keys(folder)
    with upstream(bodies, folder, ports=max(SOURCE_COUNTS), tls=True) as ports:
        warm, logins = _beside_others(by_sources[SOURCES], ports[:SOURCES], folder)
        return [
            *grown(BY_SOURCES, "source", _cold_pages(by_sources, ports, folder)),
            *grown(BY_ROWS, "row", _cold_pages(by_rows, ports, folder)),
            *_people("page from the shelf", warm),
            *_people("session begun, found and ended", logins),
            *_people("answer put on the shelf, found and erased", _shelves()),
        ]


def spread(rows: int) -> tuple[int, ...]:
    """Over the sources, as evenly as it goes."""
    return tuple(rows // SOURCES + (place < rows % SOURCES) for place in range(SOURCES))


def grown(part: str, unit: str, costs: Costs) -> Iterator[Figure]:
    """Every size against the least, and what a further one costs among many against among few."""
    least, *larger = sorted(costs)
    for size in larger:
        ms = {"cpu_ms": 1000 * median(costs[size]), "of_ms": 1000 * median(costs[least])}
        what, floor = (f"{count:,} {unit}s" for count in (size, least))
        yield figure(part, what, floor, costs[size], costs[least], **ms)
    few, many = (_slope(costs, *sizes) for sizes in pairwise(sorted(costs)))
    yield figure(
        part,
        f"a further {unit}, from {larger[0]:,} to {larger[1]:,}",
        f"a further {unit}, from {least:,} to {larger[0]:,}",
        many,
        few,
        ms=1000 * median(many),
        of_ms=1000 * median(few),
    )


def _slope(costs: Costs, low: int, high: int) -> list[float]:
    pairs = zip(costs[low], costs[high], strict=True)
    return [(much - little) / (high - low) for little, much in pairs]


def _people(what: str, costs: Costs) -> Iterator[Figure]:
    nobody_else, *many = sorted(costs)
    for size in many:
        us = {"us": 1e6 * median(costs[size]), "of_us": 1e6 * median(costs[nobody_else])}
        said = f"{what}: {size:,} signed in"
        yield figure(
            BY_PEOPLE, said, f"{nobody_else} signed in", costs[size], costs[nobody_else], **us
        )


def _in_turn(runs: Runs, times: int) -> Costs:
    """Seconds of processor for each of so many times that every run does its thing."""
    costs: dict[int, list[float]] = {size: [] for size in runs}
    # The first round opens connections and compiles templates, and is not counted.
    for number in range(ROUNDS + 1):
        for size, run in runs.items():
            gc.collect()
            began = process_time()
            run()
            if number:
                costs[size].append((process_time() - began) / times)
    return costs


def _cold_pages(countries: Mapping[int, Country], ports: list[int], folder: Path) -> Costs:
    with ExitStack() as stack:
        runs: dict[int, Callable[[], object]] = {}
        for size, country in countries.items():
            urls = country.urls(ports[: len(country.rows)])
            app, house = stack.enter_context(portal_for(urls, folder, country.name))
            runs[size] = partial(_cold, app, house, country)
        return _in_turn(runs, PAGES)


def _cold(app: Any, house: House, country: Country) -> None:
    for _ in range(PAGES):
        read_page(app, country, environ_of(house))


def _beside_others(country: Country, ports: list[int], folder: Path) -> tuple[Costs, Costs]:
    """A page of one of those who are signed in, and a login."""
    warm: dict[int, Callable[[], object]] = {}
    logins: dict[int, Callable[[], object]] = {}
    with ExitStack() as stack:
        for size in SIGNED_IN:
            name = f"signed-in-{size}"
            app, house = stack.enter_context(portal_for(country.urls(ports), folder, name))
            warm[size] = partial(_warm, app, country, environ_of(house))
            logins[size] = partial(_login, house)
            _sign_in(folder / f"{name}.db", size - 1)
        return _in_turn(warm, PAGES), _in_turn(logins, TIMES)


def _sign_in(database: Path, others: int) -> None:
    """Beside somebody who is, so many more."""
    if others:
        with closing(sqlite3.connect(database)) as connection, connection:
            connection.execute(_SIGN_IN, (others,))


def _warm(app: Any, country: Country, environ: dict[str, Any]) -> None:
    for _ in range(PAGES):
        read_page(app, country, dict(environ))


def _login(house: House) -> None:
    for _ in range(TIMES):
        house.sessions.purge(NOW)
        token, _session = house.sessions.start(
            person=SUBJECT, name="Bench", loa="loa3", issuer="bench", now=NOW
        )
        assert house.sessions.load(token, NOW) is not None
        house.sessions.end(token)


def _shelves() -> Costs:
    """Everybody has an answer there; what is in an answer makes it no slower to find."""
    shelves = {size: Shelf() for size in SIGNED_IN}
    for size, shelf in shelves.items():
        for number in range(size):
            shelf.put(_order(f"{number}"), _KEPT, NOW)
    return _in_turn({size: partial(_shelve, each) for size, each in shelves.items()}, TIMES)


def _shelve(shelf: Shelf) -> None:
    """For a session that then is over: as many stay as there were."""
    for _ in range(TIMES):
        order = _order("new")
        shelf.put(order, _KEPT, NOW)
        assert order in shelf.look([order]).kept
        shelf.forget(order.reach)


def _order(reach: str) -> Order:
    return Order("s0", Appointment, SUBJECT, Period(NOW.date(), NOW.date()), reach)
