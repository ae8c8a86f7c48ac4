"""The portal in this process, on the sandbox's real wire, and a small browser to drive it.

The browser speaks WSGI to the portal and HTTP to the login provider. It keeps cookies as a browser
does and follows redirects only when it is told to, so that a test sees every step of a login.
"""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import httpx
from flask import Flask
from sqlalchemy import text

from portal.app import create_app
from portal.demo import portal_settings
from portal.house import House
from portal.settings import Settings
from stodtjanster.audit import AuditEvent, decode
from stodtjanster.information import PersonRecord
from stodtjanster.sources.kit.source import Source
from tests.service.conftest import Sandbox

PORT = 8443
ORIGIN = f"https://localhost:{PORT}"
CALLBACK = f"{ORIGIN}/logga-in/klar"
SESSION = "__Host-session"
LOGIN = "__Host-login"
MY_PAGE = "/sv/mig/"
PATIENCE = 30.0  # seconds a test waits for what must come; reached only when it is broken


class Clock:
    """The portal's time: the machine's, moved as a test likes, or standing still."""

    def __init__(self) -> None:
        self._moved = timedelta()
        self._pinned: datetime | None = None

    def __call__(self) -> datetime:
        return self._pinned or datetime.now(UTC) + self._moved

    def forward(self, **time_left: float) -> None:
        step = timedelta(**time_left)
        if self._pinned is not None:
            self._pinned += step
        self._moved += step

    def pin(self) -> None:
        """Stand still: what lies on the shelf stays fresh however slow the machine is."""
        self._pinned = self()


class _Wire(httpx.BaseTransport):
    """WSGI with the path as bytes in latin-1, as PEP 3333 has it and httpx's own has not."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path = unquote_to_bytes(request.url.raw_path.partition(b"?")[0]).decode("latin-1")

        def app(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
            return self._app(environ | {"PATH_INFO": path}, start)

        return httpx.WSGITransport(app=app).handle_request(request)


@dataclass
class Browser:
    """One person's browser. `client.cookies` is its jar."""

    client: httpx.Client
    sandbox: Sandbox

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.client.get(path, headers=headers)

    def post(self, path: str, data: Mapping[str, str], **headers: str) -> httpx.Response:
        return self.client.post(path, data=dict(data), headers=headers)

    def cookie(self, name: str = SESSION) -> str | None:
        return next((c.value for c in self.client.cookies.jar if c.name == name), None)

    def plant(self, name: str, value: str) -> None:
        """Put a cookie in the jar as if the portal had set it."""
        self.client.cookies.set(name, value, domain="localhost.local", path="/")

    def begin(self, till: str | None = None, language: str = "sv") -> str:
        """Ask to log in; the address of the provider's page."""
        answer = self.client.get(
            f"/{language}/logga-in/test", params={} if till is None else {"till": till}
        )
        assert answer.status_code == 302, answer.text
        at_provider = self.client.get(answer.headers["location"])
        assert at_provider.status_code == 303, at_provider.text
        return str(at_provider.url.join(at_provider.headers["location"]))

    def choose(self, page: str, **form: str) -> str:
        """Be someone at the provider; the address that it sends the browser back to."""
        answer = self.client.post(page, data={"legitimation": "freja"} | form)
        assert answer.status_code == 303, answer.text
        back = answer.headers["location"]
        assert back.startswith(f"{CALLBACK}?"), back
        return back

    def come_back(self, person: str, till: str | None = None, **form: str) -> httpx.Response:
        """Log in all the way; the portal's answer to the callback."""
        return self.client.get(self.choose(self.begin(till), person=person, **form))

    def log_in(self, person: str = "birgitta", till: str | None = None) -> str:
        """Log in; where the portal sent the browser then."""
        answer = self.come_back(person, till)
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    def log_out(self, **headers: str) -> httpx.Response:
        token = csrf_token(self.get(MY_PAGE).text)
        return self.post("/sv/logga-ut", {"csrf_token": token}, **headers)


@dataclass
class Portal:
    """A running portal. `log` is what it wrote on standard error."""

    app: Flask
    clock: Clock
    log: io.StringIO
    sandbox: Sandbox
    settings: Settings
    browsers: list[Browser] = field(default_factory=list)

    @property
    def house(self) -> House:
        found: House = self.app.extensions["house"]
        return found

    def change(self, **parts: Any) -> None:
        """Put something else in the place of a part of the house."""
        self.app.extensions["house"] = replace(self.house, **parts)

    def browser(self) -> Browser:
        client = httpx.Client(
            base_url=ORIGIN, mounts={ORIGIN: _Wire(self.app)}, follow_redirects=False, timeout=60
        )
        self.browsers.append(Browser(client, self.sandbox))
        return self.browsers[-1]

    def logged_in(self, person: str = "birgitta") -> Browser:
        browser = self.browser()
        browser.log_in(person)
        return browser

    def audit(self) -> list[AuditEvent]:
        """The whole audit log, oldest first."""
        with self.house.store._database.reading() as connection:
            bodies = connection.scalars(text("SELECT body FROM audit ORDER BY seq"))
            return [decode(body) for body in bodies]

    def events(self, *kinds: str) -> list[AuditEvent]:
        return [event for event in self.audit() if event.event in kinds]

    def landed(self) -> int:
        """How many flights to sources have ended."""
        return sum(sum(row["ended"].values()) for row in self.house.tally.rows())

    def flights(self, *, of: Callable[[Source], bool] = lambda _source: True) -> int:
        """How many calls the overview makes, with who the person is, when nothing lies on the
        shelf: one for each number that the register knows them by."""
        kinds = self.house.views["overview"].kinds | {PersonRecord}
        sources = [s for s in self.house.fetch.sources if s.settings.enabled and of(s)]
        known = self.house.people._kept.all_kept()
        numbers = max((1 + len(each.others) for each in known), default=1)
        return numbers * sum(len(source.gives & kinds) for source in sources)

    def wait_for_landings(self, count: int | None = None) -> None:
        """Wait until so many flights have ended since the start; None: those of one login."""
        wanted = self.flights() if count is None else count
        until(lambda: self.landed() >= wanted, f"{wanted} flights to land")

    def operations(self) -> list[dict[str, Any]]:
        """The lines of the ordinary log."""
        return [json.loads(line) for line in self.log.getvalue().splitlines()]

    def stop(self) -> None:
        for browser in self.browsers:
            browser.client.close()
        self.house.fetch.stop()
        for login in self.house.logins.values():
            login._http.close()
        self.house.store.close()


def until(is_so: Callable[[], bool], what: str) -> None:
    """Wait for something that must come; fail when it does not."""
    end = time.monotonic() + PATIENCE
    pause = threading.Event()
    while not is_so():
        assert time.monotonic() < end, f"waited in vain for {what}"
        pause.wait(0.01)


@contextmanager
def running_portal(sandbox: Sandbox, state: Path, **changes: Any) -> Iterator[Portal]:
    """A portal of its own over the sandbox; `changes` are settings. Leaves the process's logging
    as it was. Nothing is looked up beside the pages: tests count calls. The register is given time,
    for a busy machine is no silent register."""
    aside = {"connections": None, "unit_catalogue": None, "register_seconds": 8}
    told = portal_settings(sandbox.info, PORT, state) | {"base_url": ORIGIN, **aside}
    settings = Settings(**(told | changes))
    clock = Clock()
    log = io.StringIO()
    with own_logging(log):
        portal = Portal(create_app(settings, clock), clock, log, sandbox, settings)
        try:
            yield portal
        finally:
            portal.stop()


@contextmanager
def own_logging(stream: io.StringIO) -> Iterator[None]:
    """Inside, the portal may set up the logging of the process, on `stream`."""
    root = logging.getLogger()
    kept = (root.handlers[:], root.level, logging.raiseExceptions, warnings.showwarning)
    hooks, error = (sys.excepthook, threading.excepthook), sys.stderr
    for handler in root.handlers[:]:
        root.removeHandler(handler)
    sys.stderr = stream
    try:
        yield
    finally:
        sys.stderr = error
        sys.excepthook, threading.excepthook = hooks
        logging.captureWarnings(False)
        for handler in root.handlers[:]:
            root.removeHandler(handler)
        root.handlers, level, logging.raiseExceptions, warnings.showwarning = kept
        root.setLevel(level)


def csrf_token(page: str) -> str:
    found = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    assert found, "no form with a token on the page"
    return found


def path_of(url: str) -> str:
    return urlsplit(url).path
