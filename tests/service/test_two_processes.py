"""Two persons at once, through one process of the portal and through two on the same store."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

import httpx
import pytest
import tomli_w

from portal.demo import Process, portal_settings, run_server
from stodtjanster.grants import Party
from tests.servers import free_port
from tests.service.conftest import Sandbox
from tests.service.portal_client import (
    MY_PAGE,
    ORIGIN,
    PORT,
    SESSION,
    Portal,
    csrf_token,
    running_portal,
    until,
)
from tests.service.test_portal_acting import granted, page_of
from tests.service.test_portal_actions import form_of, link, said, writes
from tests.service.test_portal_people import markers

PAGES = 200
AT_ONCE = 16
PATHS = (MY_PAGE, "/sv/mig/veckan/", "/sv/mig/planer/", "/sv/mig/lasningar/", "/sv/mig/familj")
OWN = {"birgitta": "Birgitta Lindqvist", "sara": "Sara Holm"}
PATIENT = {"register_seconds": 20, "hard_seconds": 20}


@dataclass(frozen=True)
class Served:
    """Where each process answers, and a portal in this one that knows the same: whoever logs in
    there is logged in everywhere."""

    doors: tuple[str, ...]
    portal: Portal

    def ask(self, door: int, cookie: str, path: str, **form: str) -> httpx.Response:
        headers = {"Cookie": f"{SESSION}={cookie}", "Host": f"localhost:{PORT}"}
        address = self.doors[door % len(self.doors)] + path
        if form:
            headers["Origin"] = ORIGIN
            return httpx.post(address, data=form, headers=headers, timeout=60)
        return httpx.get(address, headers=headers, timeout=60)


@pytest.fixture(scope="module")
def served(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    state = tmp_path_factory.mktemp("portal")
    with ExitStack() as stack:
        portal = stack.enter_context(running_portal(sandbox, state, **PATIENT))
        told = portal_settings(sandbox.info, PORT, state) | {"base_url": ORIGIN} | PATIENT
        beside = {"connections", "unit_catalogue"}
        config = state / "portal.toml"
        settings = {name: value for name, value in told.items() if name not in beside}
        config.write_text(tomli_w.dumps(settings), encoding="utf-8")
        doors = []
        for port in (free_port(), free_port()):
            stack.callback(_stop, run_server(port, config))
            door = f"http://127.0.0.1:{port}"
            until(partial(_answers, door), "a process to answer")
            doors.append(door)
        yield Served(tuple(doors), portal)


def _answers(door: str) -> bool:
    try:
        return httpx.get(f"{door}/drift/lever").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _stop(process: Process) -> None:
    process.terminate()
    process.wait(timeout=30)


@pytest.mark.parametrize("processes", [1, 2])
def test_nobodys_page_holds_what_is_anothers(served: Served, processes: int) -> None:
    cookies = {key: served.portal.logged_in(key).cookie() or "" for key in OWN}
    foreign = {"birgitta": markers("sara"), "sara": markers("birgitta")}
    before = len(served.portal.events("Disclosure"))

    def ask(number: int) -> tuple[str, httpx.Response]:
        key = tuple(OWN)[number % 2]
        path = PATHS[number // 4 % len(PATHS)]
        return key, served.ask(number // 2 % processes, cookies[key], path)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        for key, answer in threads.map(ask, range(PAGES)):
            assert answer.status_code == 200
            assert OWN[key] in answer.text
            found = {marker for marker in foreign[key] if marker in answer.text}
            assert not found, f"{key} was shown {len(found)} markers"
    assert len(served.portal.events("Disclosure")) - before >= PAGES
    assert served.portal.house.store.audit.verify().ok


def test_what_ends_in_one_has_ended_in_the_other(served: Served) -> None:
    """A login, and what an ombud was given."""
    mandate = granted(served.portal)
    ombud = served.portal.logged_in("anders")
    cookie = ombud.cookie() or ""
    hers = page_of(served.portal, ombud, mandate)
    assert [served.ask(door, cookie, hers).status_code for door in (0, 1)] == [200, 200]
    grants = served.portal.house.grants
    assert grants is not None
    assert grants.change(mandate.end(Party.GRANTOR, served.portal.clock()))
    refused = [served.ask(door, cookie, hers) for door in (0, 1)]
    assert [answer.status_code for answer in refused] == [404, 404]
    assert "Birgitta" not in refused[0].text + refused[1].text
    token = csrf_token(served.ask(0, cookie, MY_PAGE).text)
    assert served.ask(0, cookie, "/sv/logga-ut", csrf_token=token).status_code < 400
    assert served.ask(1, cookie, MY_PAGE).status_code == 401


def test_a_form_of_one_sends_nothing_through_the_other(served: Served, sandbox: Sandbox) -> None:
    """Receipts live with their process (ADR 23); that nothing is sent twice does not rest on it."""
    cookie = served.portal.logged_in("birgitta").cookie() or ""
    address = link(served.ask(0, cookie, MY_PAGE), "avboka")
    form = form_of(served.ask(0, cookie, address))
    elsewhere = served.ask(1, cookie, address, **form)
    assert elsewhere.status_code == 409
    assert "Vi har inte skickat något" in said(elsewhere)
    assert writes(sandbox) == 0
    sent = served.ask(0, cookie, address, **form)
    assert sent.status_code == 303
    sandbox.panel.delete("/api/bookings").raise_for_status()
    receipt = sent.headers["location"]
    assert served.ask(0, cookie, receipt).status_code == 200
    gone = served.ask(1, cookie, receipt)
    assert gone.status_code == 404
    assert "Kvittot finns inte kvar" in said(gone)
    assert writes(sandbox) == 1
