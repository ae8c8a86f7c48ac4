"""The sandbox as its own process: every xdist worker starts its own, on free ports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from portal.store import Store
from tests.backends import KINDS, Backend
from tests.servers import Postgresql, Redis, lacking, postgresql, redis_server

ROOT = Path(__file__).parents[2]
FLAGS = ("--producer-timeout", "1", "--fanout-timeout", "2", "--token-lifetime", "300")


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox: `info` is its sandbox.json, the rest is its fault panel."""

    info: dict[str, Any]
    process: subprocess.Popen[str]
    reader: threading.Thread
    state: Path
    panel: httpx.Client

    def fault(self, target: str, kind: str, **details: Any) -> None:
        """Break one target: `sandbox.fault("sydkust", "http500", times=1)`."""
        answer = self.panel.put(f"/api/faults/{target}", json={"kind": kind, **details})
        assert answer.status_code == 200, answer.text

    def clear(self) -> None:
        """Mend everything and forget every call."""
        self.panel.delete("/api/faults").raise_for_status()
        self.panel.delete("/api/calls").raise_for_status()

    def calls(self, target: str | None = None) -> list[dict[str, Any]]:
        """The calls since `clear`, oldest first."""
        rows: list[dict[str, Any]] = self.panel.get("/api/calls").raise_for_status().json()
        return [row for row in rows if target in (None, row["target"])]

    def requests(self, target: str) -> list[dict[str, Any]]:
        """The last requests to a target with headers and bodies as they came."""
        rows: list[dict[str, Any]] = (
            self.panel.get("/api/requests", params={"target": target}).raise_for_status().json()
        )
        return rows


def start_sandbox(state: Path, *flags: str) -> Sandbox:
    """Start `python -m sandbox` and wait for its ready line; the caller stops it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--state", str(state), "--port-base", "0", *flags],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    # A watchdog, so that a sandbox that never gets ready fails the run instead of hanging it.
    watchdog = threading.Timer(60, process.kill)
    watchdog.start()
    seen = []
    for line in process.stdout:
        seen.append(line)
        if line.startswith("Sandlådan är igång"):
            break
    watchdog.cancel()
    if not seen or not seen[-1].startswith("Sandlådan är igång"):
        process.wait()
        pytest.fail("the sandbox did not start:\n" + "".join(seen))
    # Whatever it says later must not fill the pipe and stop it.
    reader = threading.Thread(target=process.stdout.read, daemon=True)
    reader.start()
    info = json.loads((state / "sandbox.json").read_text("utf-8"))
    # One client: each new one reads the system's authorities, which takes longer than the call.
    return Sandbox(info, process, reader, state, httpx.Client(base_url=info["panel"]))


def stop_sandbox(sandbox: Sandbox) -> int:
    """Ask it to stop (SIGTERM) and return its exit status."""
    sandbox.panel.close()
    sandbox.process.terminate()
    status = sandbox.process.wait(timeout=30)
    sandbox.reader.join()
    assert sandbox.process.stdout is not None
    sandbox.process.stdout.close()
    return status


@contextmanager
def stopping(sandbox: Sandbox) -> Iterator[Sandbox]:
    """A sandbox of a test's own, stopped at the end of the block."""
    try:
        yield sandbox
    finally:
        stop_sandbox(sandbox)


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """The worker's sandbox, shared by its tests."""
    with stopping(start_sandbox(tmp_path_factory.mktemp("sandbox"), *FLAGS)) as running:
        yield running


@pytest.fixture(autouse=True)
def _mended(request: pytest.FixtureRequest) -> Iterator[None]:
    """No test inherits another's faults or calls."""
    running = request.getfixturevalue("sandbox") if "sandbox" in request.fixturenames else None
    if running:
        running.clear()
    yield
    if running:
        running.clear()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Postgresql]:
    """The worker's PostgreSQL. What is lacking stops the run in CI, and is a skip elsewhere."""
    need("postgresql")
    with postgresql() as running:
        yield running


@pytest.fixture(scope="session")
def redis_shared() -> Iterator[Redis]:
    """The worker's Redis; a test that uses it begins with an empty one (`redis`)."""
    need("redis")
    with redis_server() as running:
        yield running


@pytest.fixture
def redis(redis_shared: Redis) -> Redis:
    """The worker's Redis, with nothing in it."""
    with redis_shared.client() as client:
        client.flushall()
    return redis_shared


@pytest.fixture(scope="session")
def migrated(cluster: Postgresql) -> str:
    """A database with all tables, to make others from."""
    name = cluster.new_database()
    with closing(Store(cluster.url(name))) as store:
        store.upgrade()
    return name


@pytest.fixture
def lite(tmp_path: Path) -> Backend:
    """A SQLite database with all tables and nothing in them."""
    made = _lite(tmp_path)
    with closing(Store(made.url)) as store:
        store.upgrade()
    return made


@pytest.fixture
def served(cluster: Postgresql, migrated: str) -> Backend:
    """A PostgreSQL database with all tables and nothing in them."""
    return _server(cluster, cluster.new_database(migrated))


@pytest.fixture(params=KINDS)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    """A database without tables, of each kind."""
    if request.param == "sqlite":
        return _lite(tmp_path)
    cluster: Postgresql = request.getfixturevalue("cluster")
    return _server(cluster, cluster.new_database())


@pytest.fixture(params=KINDS)
def backend(request: pytest.FixtureRequest) -> Backend:
    """A database with all tables and nothing in them, of each kind."""
    made: Backend = request.getfixturevalue("lite" if request.param == "sqlite" else "served")
    return made


def _lite(tmp_path: Path) -> Backend:
    folder = tmp_path / "store"
    folder.mkdir()
    return Backend("sqlite", f"sqlite:///{folder / 'portalen.db'}", folder)


def _server(cluster: Postgresql, name: str) -> Backend:
    return Backend("postgresql", cluster.url(name), cluster.folder / "data")


def need(server: str) -> None:
    """Skip without it, and fail in CI, which has it."""
    reason = lacking(server)
    if reason and os.environ.get("CI") == "true":
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)
