"""PostgreSQL and Redis from Debian's packages, started by the tests themselves on loopback."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from time import monotonic, sleep

import psycopg
import redis

PATIENCE = 30
_DEBIAN = Path("/usr/lib/postgresql")


def lacking(name: str) -> str:
    """Why a test of that server cannot be run here; empty when it can."""
    if name == "haproxy":
        return "" if shutil.which(name) else "HAProxy is absent: apt-get install haproxy"
    if name == "postgresql":
        if _postgresql_bin() is None:
            return "PostgreSQL is absent: apt-get install postgresql"
        return "" if os.geteuid() or _unprivileged() else "PostgreSQL will not run as root"
    return "" if _redis_program() else "Redis is absent: apt-get install redis-server"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@dataclass
class Postgresql:
    """One cluster. `durable`: a commit is on the disk when it returns, as in production."""

    folder: Path
    port: int
    durable: bool = False
    process: subprocess.Popen[bytes] | None = None
    _names: Iterator[int] = field(default_factory=lambda: count(1))

    def start(self) -> None:
        program = _postgresql_bin()
        assert program is not None
        options = ["-h", "127.0.0.1", "-p", str(self.port), "-k", str(self.folder)]
        if not self.durable:
            options += ["-F"]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [program / "postgres", "-D", self.folder / "data", *options],
                stdout=log,
                stderr=log,
                user=_unprivileged(),
            )
        done(lambda: psycopg.connect(self.dsn("postgres")).close(), psycopg.OperationalError)

    def kill(self) -> None:
        """As when the machine loses its power: nothing is closed."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        done(self._is_free, OSError)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE)

    def dsn(self, database: str) -> str:
        return f"host=127.0.0.1 port={self.port} user=portal dbname={database}"

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://portal@127.0.0.1:{self.port}/{database}"

    def new_database(self, template: str = "template1") -> str:
        """The name of a database with what the template has."""
        name = f"portal_{next(self._names)}"
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def _is_free(self) -> None:
        # The children of a killed server go when they notice, and hold its memory until then.
        pid = self.folder / "data" / "postmaster.pid"
        pid.unlink(missing_ok=True)
        with socket.socket() as port:
            port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            port.bind(("127.0.0.1", self.port))


@dataclass
class Redis:
    """One server. `durable`: what it has said yes to is on the disk."""

    folder: Path
    port: int
    durable: bool = False
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        options = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder)]
        options += ["--save", "", "--appendonly", "yes" if self.durable else "no"]
        options += ["--appendfsync", "always"] if self.durable else []
        program = _redis_program()
        assert program is not None
        self.process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)
        with self.client() as client:
            done(client.ping, redis.RedisError)

    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE)


@contextmanager
def postgresql(*, durable: bool = False) -> Iterator[Postgresql]:
    """A cluster of a test's own, in a folder that the server's user may read."""
    program = _postgresql_bin()
    assert program is not None
    folder = Path(tempfile.mkdtemp(prefix="portal-pg-"))
    user = _unprivileged()
    try:
        if user is not None:
            os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
        command = [program / "initdb", "-D", folder / "data", "-U", "portal", "-A", "trust"]
        command += ["-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, user=user)
        server = Postgresql(folder, free_port(), durable)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def redis_server(*, durable: bool = False) -> Iterator[Redis]:
    """A server of a test's own."""
    with tempfile.TemporaryDirectory(prefix="portal-redis-") as folder:
        server = Redis(Path(folder), free_port(), durable)
        server.start()
        try:
            yield server
        finally:
            server.stop()


def done(attempt, failure: type[Exception], patience: float = PATIENCE) -> None:
    """Until the attempt succeeds; what stood in its way when the patience is out."""
    deadline = monotonic() + patience
    while True:
        try:
            attempt()
        except failure:
            if monotonic() > deadline:
                raise
            sleep(0.05)
        else:
            return


def _unprivileged() -> str | None:
    """PostgreSQL refuses to run as root; its package brings a user for it."""
    if os.geteuid():
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        return None


def _postgresql_bin() -> Path | None:
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    versions = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda each: int(each.parts[-3]))
    return versions[-1].parent if versions else None


def _redis_program() -> str | None:
    return shutil.which("redis-server") or shutil.which("valkey-server")
