"""A portal that knows no source and no login: enough to see how every address is guarded."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.app import create_app
from portal.house import House
from portal.security import SESSION_COOKIE
from portal.settings import Settings
from stodtjanster.model import PersonId
from tests.service.portal_client import own_logging

NOW = datetime(2026, 11, 20, 13, 10, tzinfo=UTC)


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    database = tmp_path_factory.mktemp("policy") / "portal.db"
    with own_logging(io.StringIO()):
        made = create_app(Settings(database_url=f"sqlite:///{database}"), lambda: NOW)
        yield made
        house: House = made.extensions["house"]
        house.fetch.stop()
        house.store.close()


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    """A browser without a session."""
    return app.test_client()


@pytest.fixture
def resident(app: Flask) -> FlaskClient:
    """A browser with a session, as after a login."""
    return logged_in(app, "190001019801")


@pytest.fixture
def teenager(app: Flask) -> FlaskClient:
    return logged_in(app, "201111042386")


def logged_in(app: Flask, number: str) -> FlaskClient:
    house: House = app.extensions["house"]
    token, _ = house.sessions.start(
        person=PersonId.parse(number),
        name="Någon Någonsson",
        loa="loa3",
        issuer="https://op.example",
        now=NOW,
    )
    client = app.test_client()
    client.set_cookie(SESSION_COOKIE, token, domain="localhost", secure=True)
    return client
