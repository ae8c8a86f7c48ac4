"""What a worker process weighs: at rest, with pages in flight, and for every login that it keeps.

The portal is served by gunicorn as it is deployed, with one worker, and looked at from outside:
resident memory, and its peak while pages are read. The floor is an empty Flask application under
the same server. Sources take their time, so that pages are in flight at once.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Final

import orjson
import tomli_w
import uvloop

from bench.figures import Figure, figure
from bench.page import NOW, ROWS, SOURCES, Country, tls_of, told
from bench.parse import NATIONAL
from bench.parse_rows import SUBJECT
from bench.upstream import upstream
from bench.worker import CLOCK, PEER
from portal.demo import SERVER
from portal.security import SESSION_COOKIE
from portal.sessions import Sessions
from portal.settings import FILE_VARIABLE
from portal.store import Store
from sandbox.ca import ensure_keys

ROUNDS: Final = 2
HALF: Final = 8
FULL: Final = 100
WARM_UP: Final = 2 * HALF
LOGINS: Final = 100
SLOW_MS: Final = 200
PART: Final = f"Memory of a worker: {SOURCES} sources, {SOURCES * ROWS} rows a page"
EMPTY: Final = "an empty Flask application, same server"
ANSWERS: Final = "the answers, as bytes"
_PLAIN: Final = (
    "--worker-class",
    "gthread",
    "--threads",
    "64",
    "--no-control-socket",
    "--log-level",
    "warning",
)
_START_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Weighed:
    """Megabytes, and kilobytes for every login whose answers are kept."""

    rest: float
    half: float = 0.0
    full: float = 0.0
    login_kb: float = 0.0


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that serves at a socket of its own."""

    pid: int
    socket: Path

    @property
    def mb(self) -> float:
        return self._status("VmRSS")

    def peak(self, requests: Sequence[bytes], at_once: int) -> float:
        """Megabytes at the most while these are answered."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_ask(self.socket, requests, at_once))
        return self._status("VmHWM")

    def _status(self, name: str) -> float:
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        line = next(each for each in status.splitlines() if each.startswith(f"{name}:"))
        return int(line.split()[1]) / 1000


def measure(folder: Path) -> list[Figure]:
    ensure_keys(folder)
    country = Country(delays=(SLOW_MS,) * SOURCES)
    with upstream(country.bodies(), folder, ports=SOURCES, tls=True) as ports:
        urls = country.urls(ports)
        ours, floor, peers = [], [], []
        for _ in range(ROUNDS):
            ours.append(_portal(urls, folder))
            floor.append(_empty())
            if NATIONAL.is_dir():
                peers.append(_peer(urls, folder))
    answers_kb = sum(map(len, country.bodies().values())) / 1000
    figures = [
        _mb("at rest", [one.rest for one in ours], floor),
        _mb(f"peak, {HALF} pages in flight", [one.half for one in ours], floor),
        _mb(f"peak, {FULL} pages in flight", [one.full for one in ours], floor),
        figure(
            PART,
            "kept of a login that has read a page",
            ANSWERS,
            [one.login_kb for one in ours],
            [answers_kb] * ROUNDS,
            kb=median(one.login_kb for one in ours),
            of_kb=answers_kb,
        ),
    ]
    if peers:
        figures += [
            _mb("Flask + zeep + httpx, at rest", [one.rest for one in peers], floor),
            _mb(
                f"Flask + zeep + httpx, peak, {HALF} pages in flight",
                [one.half for one in peers],
                floor,
            ),
        ]
    return figures


def _mb(what: str, ours: list[float], floor: list[Weighed]) -> Figure:
    others = [one.rest for one in floor]
    return figure(PART, what, EMPTY, ours, others, mb=median(ours), of_mb=median(others))


def _portal(urls: Sequence[str], folder: Path) -> Weighed:
    with TemporaryDirectory(dir=folder) as place:
        config = Path(place) / "portal.toml"
        settings = told(urls, folder) | {"database_url": f"sqlite:///{place}/portal.db"}
        for source in settings["sources"]:
            # All open their connections at once here, which they never do where people come by.
            source["limits"] = {"connect_seconds": 30, "answer_seconds": 32}
        config.write_text(tomli_w.dumps(settings), encoding="utf-8")
        variables = {FILE_VARIABLE: str(config), CLOCK: NOW.isoformat()}
        with _worker("portal", ("--config", str(SERVER)), variables, Path(place)) as worker:
            # It has made its tables when it answers.
            worker.peak([_request("/sv/")], 1)
            logins = _logins(settings["database_url"], WARM_UP + LOGINS + FULL + FULL // 2)
            worker.peak(logins[:WARM_UP], HALF)
            rest = worker.mb
            half = worker.peak(logins[WARM_UP : WARM_UP + LOGINS], HALF)
            grown = worker.mb - rest
            full = worker.peak(logins[WARM_UP + LOGINS :], FULL)
            return Weighed(rest, half, full, 1000 * grown / LOGINS)


def _empty() -> Weighed:
    with (
        TemporaryDirectory() as place,
        _worker("empty", _PLAIN, {}, Path(place)) as worker,
    ):
        worker.peak([_request("/")] * LOGINS, HALF)
        return Weighed(worker.mb)


def _peer(urls: Sequence[str], folder: Path) -> Weighed:
    said = {
        "national": str(NATIONAL),
        "urls": urls,
        "tls": tls_of(folder).model_dump(mode="json"),
        "threads": HALF * SOURCES,
    }
    variables = {PEER: orjson.dumps(said).decode()}
    with (
        TemporaryDirectory() as place,
        _worker("peer", _PLAIN, variables, Path(place)) as worker,
    ):
        worker.peak([_request("/")] * WARM_UP, HALF)
        rest = worker.mb
        return Weighed(rest, worker.peak([_request("/")] * 2 * WARM_UP, HALF))


@contextmanager
def _worker(
    application: str, options: Sequence[str], variables: Mapping[str, str], place: Path
) -> Iterator[Worker]:
    socket = place / "socket"
    command = [sys.executable, "-m", "gunicorn", *options, "--workers", "1"]
    command += ["--bind", f"unix:{socket}", f"bench.worker:{application}()"]
    process = subprocess.Popen(command, env={**os.environ, **variables})
    try:
        yield Worker(_child(process), socket)
    finally:
        process.terminate()
        process.wait()


def _child(master: "subprocess.Popen[bytes]") -> int:
    """The one worker; it takes requests as soon as it can, and they wait for it until then."""
    children = Path(f"/proc/{master.pid}/task/{master.pid}/children")
    until = monotonic() + _START_SECONDS
    while monotonic() < until and master.poll() is None:
        if found := children.read_text().split():
            return int(found[0])
        sleep(0.05)
    raise RuntimeError("the server of the bench did not start")


def _logins(database: str, count: int) -> list[bytes]:
    """Requests of people who have just logged in."""
    store = Store(database)
    try:
        sessions = Sessions(store.sessions)
        tokens = [
            sessions.start(person=SUBJECT, name="Bench", loa="loa3", issuer="bench", now=NOW)[0]
            for _ in range(count)
        ]
    finally:
        store.close()
    return [_request("/sv/mig/", Cookie=f"{SESSION_COOKIE}={token}") for token in tokens]


def _request(path: str, **headers: str) -> bytes:
    """As a browser asks, who takes the page packed."""
    head = {"Host": "localhost:8000", "Accept-Encoding": "gzip", "Sec-Fetch-Site": "none"}
    lines = [f"{name}: {value}" for name, value in (head | headers).items()]
    return "\r\n".join([f"GET {path} HTTP/1.1", *lines, "Connection: close", "", ""]).encode()


async def _ask(socket: Path, requests: Sequence[bytes], at_once: int) -> None:
    left = iter(requests)

    async def reader() -> None:
        for request in left:
            answer, wire = await asyncio.open_unix_connection(socket)
            wire.write(request)
            said = await answer.read()
            wire.close()
            assert said.startswith(b"HTTP/1.1 200 "), said[:80]

    await asyncio.gather(*(reader() for _ in range(at_once)))
