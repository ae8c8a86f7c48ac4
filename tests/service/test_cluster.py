"""Three portals, one PostgreSQL, one Redis and one proxy on loopback, killed and restarted while
people read: no login is lost, and nothing is shown that is not in the log."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import sleep
from typing import Any

import httpx
import pytest
import tomli_w

from portal.demo import portal_settings, run_server
from portal.store import Store
from tests.servers import PATIENCE, Postgresql, Redis, done, free_port, postgresql, redis_server
from tests.service.conftest import Sandbox, need
from tests.service.portal_client import CALLBACK, path_of, until

PORTALS = 3
PAGE = "/sv/mig/"
START = 120.0
"""Seconds that a portal may take to start on a busy machine."""
PACE = 0.2
"""Seconds that a person looks at a page, so that portals that start are let to."""
PEOPLE = ("birgitta", "anders", "sara")
KEPT = frozenset({"sydkust", "sjovik-omsorg", "fast-kontakt"})
"""Those of the sandbox that are asked for nothing but what a shelf keeps."""
_PROXY = """
global
    log stdout format raw daemon err
defaults
    mode http
    timeout connect 1s
    timeout client 30s
    timeout server 30s
    timeout queue 5s
    # Any of them, as it comes: nothing may depend on who answered the last time.
    balance roundrobin
    retries 3
    retry-on conn-failure empty-response
    option redispatch 1
    timeout check 10s
    option httpchk GET /drift/lever
    default-server check inter 200 fall 1 rise 1
frontend pages
    bind 127.0.0.1:{port}
    # A form is never sent twice.
    http-request disable-l7-retry unless METH_GET
    default_backend portals
backend portals
"""


@dataclass
class Cluster:
    """What is running. `url` is the proxy's, and the only address that a browser knows."""

    url: str
    config: Path
    ports: tuple[int, ...]
    database: Postgresql
    name: str
    shared: Redis
    sandbox: Sandbox
    portals: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, port: int) -> None:
        self.portals[port] = run_server(port, self.config)
        done(lambda: _ask_ready(port), httpx.HTTPError, START)

    def replace(self, port: int) -> None:
        """As a new version is put in the place of an old one."""
        self.portals[port].send_signal(signal.SIGTERM)
        assert self.portals[port].wait(PATIENCE) == 0
        self.start(port)

    def kill(self, port: int) -> None:
        """As when a machine loses its power: gunicorn's parent goes, and its worker with it."""
        portal = self.portals[port]
        children = Path(f"/proc/{portal.pid}/task/{portal.pid}/children").read_text().split()
        for pid in (portal.pid, *map(int, children)):
            subprocess.run(["kill", "-9", str(pid)], check=True)
        portal.wait(PATIENCE)

    def stop(self) -> None:
        for portal in self.portals.values():
            if portal.poll() is None:
                portal.terminate()
        for portal in self.portals.values():
            portal.wait(PATIENCE)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        import psycopg

        with psycopg.connect(self.database.dsn(self.name)) as connection:
            return connection.execute(statement).fetchall()


@dataclass
class Reader:
    """One person's browser, which reads the same page over and over when it is told to."""

    cluster: Cluster
    cookies: dict[str, str] = field(default_factory=dict)
    ended: Counter[str] = field(default_factory=Counter)
    shown: int = 0

    def log_in(self, person: str) -> None:
        with httpx.Client(timeout=PATIENCE) as client:
            begun = self._get(client, "/sv/logga-in/test")
            assert begun.status_code == 302, begun.text
            at_provider = client.get(begun.headers["location"])
            page = str(at_provider.url.join(at_provider.headers["location"]))
            chosen = client.post(page, data={"legitimation": "freja", "person": person})
            back = httpx.URL(chosen.headers["location"])
            assert back.path == path_of(CALLBACK)
            came = self._get(client, back.raw_path.decode())
            assert came.status_code == 302, came.text
            assert "__Host-session" in self.cookies

    def page(self) -> httpx.Response:
        with httpx.Client(timeout=PATIENCE) as client:
            return self._get(client, PAGE)

    def read_until(self, over: threading.Event) -> None:
        """How each page ended: a status, or what broke it. A page that began to come was shown."""
        with httpx.Client(timeout=PATIENCE) as client:
            while not over.wait(PACE):
                try:
                    headers = {"Cookie": self._jar()}
                    with client.stream("GET", self.cluster.url + PAGE, headers=headers) as answer:
                        self.shown += answer.status_code == 200
                        text = answer.read().decode()
                except httpx.TransportError as broken:
                    self.ended[type(broken).__name__] += 1
                    continue
                whole = answer.status_code != 200 or "</html>" in text
                self.ended[str(answer.status_code) if whole else "cut off"] += 1

    def _get(self, client: httpx.Client, path: str) -> httpx.Response:
        answer = client.get(self.cluster.url + path, headers={"Cookie": self._jar()})
        for said in answer.headers.get_list("set-cookie"):
            name, _, value = said.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def _jar(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items() if value)


@pytest.fixture(scope="module")
def cluster(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    for server in ("postgresql", "redis", "haproxy"):
        need(server)
    folder = tmp_path_factory.mktemp("cluster")
    with ExitStack() as stack:
        database = stack.enter_context(postgresql(durable=True))
        shared = stack.enter_context(redis_server(durable=True))
        port, *ports = (free_port() for _ in range(PORTALS + 1))
        name = database.new_database()
        aside = {"connections": None, "unit_catalogue": None, "security": None}
        told = portal_settings(sandbox.info, port, folder) | {
            "database_url": database.url(name),
            "sessions_url": shared.url,
            "shelf_url": shared.url,
        }
        config = folder / "portal.toml"
        config.write_text(tomli_w.dumps({k: v for k, v in told.items() if k not in aside}))
        url = f"http://127.0.0.1:{port}"
        made = Cluster(url, config, tuple(ports), database, name, shared, sandbox)
        stack.callback(made.stop)
        for each in ports:
            made.start(each)
        stack.enter_context(_proxy(folder, port, ports))
        yield made


@pytest.fixture
def readers(cluster: Cluster) -> list[Reader]:
    """Everybody logged in."""
    made = []
    for person in PEOPLE:
        made.append(Reader(cluster))
        made[-1].log_in(person)
    return made


@contextmanager
def reading(readers: list[Reader]) -> Iterator[None]:
    """While this lasts they read, and each has read before it begins and after it is over."""
    over = threading.Event()
    threads = [threading.Thread(target=each.read_until, args=(over,)) for each in readers]
    for thread in threads:
        thread.start()
    try:
        _more(readers)
        yield
        _more(readers)
    finally:
        over.set()
        for thread in threads:
            thread.join()


def test_a_rolling_restart_loses_no_page_and_no_login(cluster: Cluster, readers: list[Reader]):
    with reading(readers):
        for port in cluster.ports:
            cluster.replace(port)
    assert sum((each.ended for each in readers), Counter()).keys() == {"200"}
    assert [each.page().status_code for each in readers] == [200] * len(readers)
    assert_all_is_logged(cluster, readers)


def _is_silent(sandbox: Sandbox) -> bool:
    before = len(sandbox.calls())
    sleep(1)
    return len(sandbox.calls()) == before


def test_what_one_portal_fetched_another_shows(cluster: Cluster, readers: list[Reader]):
    reader = readers[0]
    until(lambda: reader.page().text.count("Klart. Uppgifter från") == 1, "a whole page")
    until(lambda: _is_silent(cluster.sandbox), "what one page asked for to have landed")
    cluster.sandbox.clear()
    for _ in range(PORTALS):
        assert reader.page().status_code == 200
    again = {call["target"] for call in cluster.sandbox.calls()}
    assert again.isdisjoint(KEPT), Counter(call["target"] for call in cluster.sandbox.calls())


def test_logout_at_one_portal_is_logout_at_all(cluster: Cluster):
    reader = Reader(cluster)
    reader.log_in(PEOPLE[0])
    token = reader.page().text.partition('name="csrf_token" value="')[2].partition('"')[0]
    with httpx.Client(timeout=PATIENCE) as client:
        origin = portal_origin(cluster)
        left = client.post(
            cluster.url + "/sv/logga-ut",
            data={"csrf_token": token},
            headers={"Cookie": reader._jar(), "Origin": origin},
        )
    assert left.status_code in (200, 302, 303), left.text
    assert {reader.page().status_code for _ in cluster.ports} == {401}


def test_a_portal_that_is_killed_takes_no_log_and_no_login_with_it(
    cluster: Cluster, readers: list[Reader]
):
    with reading(readers):
        cluster.kill(cluster.ports[0])
        _more(readers)
        cluster.start(cluster.ports[0])
    assert [each.page().status_code for each in readers] == [200] * len(readers)
    assert_all_is_logged(cluster, readers)


def test_nothing_is_shown_while_the_log_is_down_and_nothing_is_lost_of_it(
    cluster: Cluster, readers: list[Reader]
):
    with reading(readers):
        cluster.database.kill()
        until(lambda: all(each.ended["503"] for each in readers), "pages without a log")
        cluster.database.start()
        before = [each.shown for each in readers]
        until(lambda: all(r.shown > n for r, n in zip(readers, before, strict=True)), "pages again")
    assert [each.page().status_code for each in readers] == [200] * len(readers)
    assert_all_is_logged(cluster, readers)


def test_sessions_outlive_a_redis_that_is_killed(cluster: Cluster, readers: list[Reader]):
    with reading(readers):
        cluster.shared.kill()
        cluster.shared.start()
    assert [each.page().status_code for each in readers] == [200] * len(readers)
    assert "401" not in sum((each.ended for each in readers), Counter())
    assert_all_is_logged(cluster, readers)


def assert_all_is_logged(cluster: Cluster, readers: list[Reader]) -> None:
    """Each page that began to come has its row, and the chain holds from its first to its last."""
    ((logged, sessions),) = cluster.rows(
        "SELECT count(*), count(DISTINCT seq) FROM audit WHERE event = 'Disclosure'"
    )
    assert logged == sessions
    assert logged >= sum(each.shown for each in readers)
    with closing(Store(cluster.database.url(cluster.name))) as store:
        verdict = store.audit.verify()
    ((count,),) = cluster.rows("SELECT count(*) FROM audit")
    assert (verdict.ok, verdict.count) == (True, count)


def portal_origin(cluster: Cluster) -> str:
    return cluster.url.replace("127.0.0.1", "localhost")


def _more(readers: list[Reader]) -> None:
    """Until each of them has had an answer since now."""
    before = [each.ended.total() for each in readers]
    until(
        lambda: all(r.ended.total() > n for r, n in zip(readers, before, strict=True)),
        "everybody's next page",
    )


def _ask_ready(port: int) -> None:
    httpx.get(f"http://127.0.0.1:{port}/drift/redo", timeout=PATIENCE).raise_for_status()


@contextmanager
def _proxy(folder: Path, port: int, ports: list[int]) -> Iterator[None]:
    config = folder / "haproxy.cfg"
    servers = (f"    server portal{each} 127.0.0.1:{each}" for each in ports)
    config.write_text(_PROXY.format(port=port) + "\n".join(servers) + "\n")
    process = subprocess.Popen(["haproxy", "-db", "-f", config], stdout=subprocess.DEVNULL)
    try:
        done(lambda: _ask_ready(port), httpx.HTTPError, START)
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)
