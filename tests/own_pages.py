"""A portal where people put in words of their own, and nothing else is set up."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text as sql
from werkzeug.test import TestResponse

from portal.app import create_app
from portal.house import House
from portal.security import SESSION_COOKIE
from portal.sessions import Session
from portal.settings import Settings
from stodtjanster.audit import AuditEvent, decode
from stodtjanster.model import PersonId
from stodtjanster.sources.own.kept import Words
from stodtjanster.sources.own.kept import decode as read
from tests.service.portal_client import own_logging

NOW = datetime(2026, 11, 20, 13, 10, tzinfo=UTC)
BIRGITTA = PersonId.parse("190001019801")
SARA = PersonId.parse("199001012385")
HTTPS = "https://localhost"
MINE = "/sv/mig/eget"
SOURCE = {"key": "own", "kind": "own", "name": "Portalen"}

_FIELD = re.compile(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"')
_HANDLE = re.compile(r"/eget/([0-9a-f]{24})/andra")


@dataclass
class Reader:
    """Somebody who is logged in, in one browser."""

    client: FlaskClient
    session: Session

    def get(self, path: str) -> TestResponse:
        return self.client.get(HTTPS + path)

    def post(self, path: str, form: dict[str, str], **headers: str) -> TestResponse:
        return self.client.post(HTTPS + path, data=form, headers=headers)

    def open(self, path: str) -> dict[str, str]:
        """What the form of a page sends of its own accord."""
        page = self.get(path)
        assert page.status_code == 200, page.status_code
        return hidden(page)

    def handles(self) -> list[str]:
        """The names in addresses of all that is put in."""
        return list(dict.fromkeys(_HANDLE.findall(self.get(MINE).text)))


@dataclass
class Home:
    """The portal. `log` is what it wrote on standard error."""

    app: Flask
    path: Path
    log: io.StringIO

    @property
    def house(self) -> House:
        found: House = self.app.extensions["house"]
        return found

    def log_in(self, person: PersonId = BIRGITTA, client: FlaskClient | None = None) -> Reader:
        token, session = self.house.sessions.start(
            person=person, name="Någon Någonsson", loa="loa3", issuer="https://op.example", now=NOW
        )
        client = client or self.app.test_client()
        client.set_cookie(SESSION_COOKIE, token, domain="localhost", secure=True)
        return Reader(client, session)

    def kept(self, person: PersonId = BIRGITTA) -> list[Words]:
        """What is in the store."""
        assert self.house.own_words is not None
        return [read(row.content or b"") for row in self.house.own_words.of(person)]

    def written(self) -> list[AuditEvent]:
        """What the log says of writing, oldest first."""
        with self.house.store._database.reading() as connection:
            bodies = connection.scalars(sql("SELECT body FROM audit ORDER BY seq"))
            events = [decode(body) for body in bodies]
        return [event for event in events if event.event == "Written"]


@contextmanager
def home(path: Path, **changes: Any) -> Iterator[Home]:
    settings = {
        "database_url": f"sqlite:///{path}",
        "secret": "s" * 40,
        "base_url": HTTPS,
        "sources": (SOURCE,),
    }
    log = io.StringIO()
    with own_logging(log):
        made = create_app(Settings(**(settings | changes)), lambda: NOW)
        try:
            yield Home(made, path, log)
        finally:
            house: House = made.extensions["house"]
            house.fetch.stop()
            house.store.close()


def hidden(page: TestResponse) -> dict[str, str]:
    """The hidden fields of the last form on the page, which is the page's own."""
    form = page.text.rpartition("<main")[2]
    return {name: unescape(value) for name, value in _FIELD.findall(form)}


def words_of(page: TestResponse) -> str:
    """What can be read on a page, and what stands in its fields."""
    text = re.sub(r'<[^>]*?value="([^"]*)"[^>]*>', r" \1 ", page.text)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())
