"""The portal and its sandbox as two processes, for as long as a test session lasts."""

from __future__ import annotations

import json
import socket
import sqlite3
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx
import tomli_w

from e2e.still import run_still
from portal import demo_grants
from portal.demo import (
    APPLICATION,
    Process,
    inbound_settings,
    introduce,
    portal_settings,
    run_server,
    tied,
)

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60

# So long a list that mixes sources waits, and so long the whole page: far enough from each other
# that what arrives between them cannot be mistaken, also on a machine with much else to do.
SOFT_SECONDS = 1.0
HARD_SECONDS = 4.0
LATE_SECONDS = (SOFT_SECONDS + HARD_SECONDS) / 2
TOO_LATE_SECONDS = HARD_SECONDS + 1.5
# An aggregated call lasts until its slowest producer is given up.
PRODUCER_SECONDS = "1"
# So short-lived that the portal never uses one twice: an ill token endpoint shows at once.
TOKEN_SECONDS = "60"
LIMITS = {
    # A source that a test has broken must be whole again in the next test.
    "breaker_failures": 100_000,
    "answer_seconds": 20.0,
    # Long enough for the step from login to overview, short enough for a test to outlive it.
    "fresh_seconds": 1.0,
}


@dataclass(frozen=True, slots=True)
class World:
    """A running portal at `url`, its store, and the fault panel of the country around it."""

    url: str
    panel: str
    database: Path

    def fault(self, target: str, kind: str, **details: Any) -> None:
        """Break one target until `mend`: `world.fault("sydkust", "http500")`."""
        httpx.put(
            f"{self.panel}/api/faults/{target}", json={"kind": kind, **details}
        ).raise_for_status()

    def mend(self) -> None:
        """Make every target whole."""
        httpx.delete(f"{self.panel}/api/faults").raise_for_status()


@contextmanager
def running(
    state: Path,
    now: str | None = None,
    *,
    application: str = APPLICATION,
    changes: Mapping[str, Any] = MappingProxyType({}),
) -> Iterator[World]:
    """Both processes, on free ports, with everything they keep in `state`.

    `now` is when it is to be, in both (ISO 8601, with a zone); else it is now. `changes` are
    settings of the portal.
    """
    started: list[Process] = []
    try:
        inbound = _free_port()
        inbox = f"https://localhost:{inbound}/"
        told = _start_sandbox(state / "sandbox", started, inbox, now)
        port = _free_port()
        settings = portal_settings(told, port, state)
        settings |= {
            "soft_seconds": SOFT_SECONDS,
            "hard_seconds": HARD_SECONDS,
            "register_seconds": 10,
        }
        settings["inbound"] = inbound_settings(told, inbound)
        settings["sources"] = [source | {"limits": LIMITS} for source in settings["sources"]]
        settings |= changes
        config = state / "portal.toml"
        config.write_text(tomli_w.dumps(settings), encoding="utf-8")
        if now is None:
            demo_grants.give(settings, told, datetime.now(UTC))
        portal = (
            run_server(port, config, application)
            if now is None
            else run_still(port, config, told["seconds_ahead"])
        )
        started.append(portal)
        url = settings["base_url"]
        _wait_until(portal, lambda: _answers(f"{url}/drift/lever"))
        introduce(told, url)
        world = World(url, told["panel"], state / "portal.db")
        _wait_until(portal, lambda: _messages_kept(world) == _messages_written())
        yield world
    finally:
        for process in reversed(started):
            _stop(process)


def _start_sandbox(
    state: Path, started: list[Process], inbox: str, now: str | None
) -> dict[str, Any]:
    command = [sys.executable, "-m", "sandbox", "--state", str(state), "--port-base", "0"]
    command += ["--producer-timeout", PRODUCER_SECONDS, "--fanout-timeout", PRODUCER_SECONDS]
    command += ["--token-lifetime", TOKEN_SECONDS, "--inbox", inbox]
    command += [] if now is None else ["--now", now]
    process = subprocess.Popen(tied(command), cwd=ROOT, stdout=subprocess.DEVNULL)
    started.append(process)
    written = state / "sandbox.json"
    _wait_until(process, written.exists)
    told: dict[str, Any] = json.loads(written.read_text("utf-8"))
    _wait_until(process, lambda: _answers(f"{told['panel']}/api/faults"))
    return told


def _messages_written() -> int:
    """What the units of the sandbox have written to its people."""
    persons = (ROOT / "sandbox" / "people" / "persons").glob("*.toml")
    return sum(len(tomllib.loads(p.read_text("utf-8")).get("messages", ())) for p in persons)


def _messages_kept(world: World) -> int:
    with closing(sqlite3.connect(world.database)) as store:
        count: int = store.execute("SELECT count(*) FROM messages").fetchone()[0]
    return count


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _wait_until(process: Process, ready: Callable[[], bool]) -> None:
    end = time.monotonic() + START_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"did not start: {process.args!r}")
        time.sleep(0.05)


def _stop(process: Process) -> None:
    process.terminate()
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
