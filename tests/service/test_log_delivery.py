"""The log reaches the national one: in order, at least once, whoever is killed in between."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from click.testing import CliRunner

from portal.cli import main
from portal.delivery import BATCH, Delivery, OthersTurn, Undelivered
from portal.demo import portal_settings
from portal.settings import FILE_VARIABLE, SecuritySettings
from portal.store import Store
from stodtjanster.audit import EventKind, decode, pause
from stodtjanster.fetch import AiohttpDriver
from stodtjanster.security.log import log_id
from tests.security_messages import OWN, disclosure
from tests.service.conftest import ROOT, Sandbox
from tests.service.portal_client import running_portal, until

READS = 1_000
READER = """
import os, sys
from concurrent.futures import ThreadPoolExecutor
from portal.store import Store
from tests.security_messages import disclosure

store = Store(sys.argv[1])

def read(_number):
    # As the gate does it: the page is written when, and only when, its record is committed.
    os.write(1, f"{store.audit.record(disclosure())}\\n".encode())

with ThreadPoolExecutor(8) as pool:
    list(pool.map(read, range(int(sys.argv[2]))))
"""


@pytest.fixture
def config(sandbox: Sandbox, tmp_path: Path) -> Iterator[Path]:
    sandbox.panel.delete("/api/bookings").raise_for_status()
    told = portal_settings(sandbox.info, 8443, tmp_path)
    path = tmp_path / "portal.toml"
    kept = {name: told[name] for name in ("database_url", "security", "secret")}
    path.write_text(tomli_w.dumps(kept), encoding="utf-8")
    yield path
    sandbox.panel.delete("/api/bookings").raise_for_status()


@pytest.fixture
def store(config: Path) -> Iterator[Store]:
    with closing(Store(settings_of(config)["database_url"])) as store:
        store.upgrade()
        yield store


def settings_of(config: Path) -> dict[str, Any]:
    return tomllib.loads(config.read_text(encoding="utf-8"))


def delivery(config: Path, store: Store, later: timedelta = timedelta()) -> Delivery:
    settings = SecuritySettings.model_validate(settings_of(config)["security"])
    made = Delivery.of(settings, store.outbox, lambda: datetime.now(UTC) + later)
    assert made is not None
    return made


def emptied(deliverer: Delivery) -> int:
    async def run() -> int:
        driver = AiohttpDriver()
        try:
            return await deliverer.empty(driver)
        finally:
            await driver.close()

    return asyncio.run(run())


def told(sandbox: Sandbox) -> list[str]:
    return [row["id"] for row in sandbox.panel.get("/api/log").raise_for_status().json()]


def ids(store: Store) -> list[str]:
    """Of the disclosures to staff, in the order of the log. Nothing has been delivered yet."""
    entries = store.outbox.waiting(10 * READS)
    return [log_id(e) for e in entries if decode(e.sealed.body).employee is not None]


def test_all_is_delivered_in_order_and_nothing_is_left(
    config: Path, store: Store, sandbox: Sandbox
) -> None:
    for _ in range(BATCH + 3):
        store.audit.record(disclosure())
        store.audit.record(disclosure(employee=None, place=None))
    expected = ids(store)
    assert emptied(delivery(config, store)) == BATCH + 3
    assert told(sandbox) == expected
    assert store.outbox.waiting(1) == ()
    assert emptied(delivery(config, store)) == 0


def test_a_lost_answer_is_delivered_again_and_kept_once(
    config: Path, store: Store, sandbox: Sandbox
) -> None:
    store.audit.record(disclosure())
    (expected,) = ids(store)
    sandbox.fault("logg", "lost-answer", times=1)
    with pytest.raises(Undelivered):
        emptied(delivery(config, store))
    assert told(sandbox) == [expected]
    assert emptied(delivery(config, store)) == 1
    assert told(sandbox) == [expected]


@pytest.mark.parametrize("kind", ["refuse", "http500", "error-result", "vpfault", "garbage"])
def test_what_is_not_taken_waits(config: Path, store: Store, sandbox: Sandbox, kind: str) -> None:
    store.audit.record(disclosure())
    expected = ids(store)
    sandbox.fault("logg", kind)
    with pytest.raises(Undelivered):
        emptied(delivery(config, store))
    assert ids(store) == expected
    sandbox.clear()
    assert emptied(delivery(config, store)) == 1
    assert told(sandbox) == expected


def test_what_has_no_word_is_set_aside_and_holds_up_nobody(
    config: Path, store: Store, sandbox: Sandbox
) -> None:
    store.audit.record(disclosure())
    store.audit.record(disclosure(purpose="Omsorg"))
    store.audit.record(disclosure())
    first, _, last = ids(store)
    assert emptied(delivery(config, store)) == 2
    assert told(sandbox) == [first, last]
    assert store.outbox.aside() == ((2, "purpose"),)


def test_one_at_a_time_delivers(config: Path, store: Store, sandbox: Sandbox) -> None:
    store.audit.record(disclosure())
    now = datetime.now(UTC)
    assert store.outbox.take_turn("another", now, now + timedelta(minutes=1))
    with pytest.raises(OthersTurn):
        emptied(delivery(config, store))
    # Whoever is killed lets go of the turn when it is over.
    assert emptied(delivery(config, store, timedelta(minutes=2))) == 1
    later = now + timedelta(minutes=3)
    assert store.outbox.take_turn("another", later, later)


def test_the_mark_never_goes_back(store: Store) -> None:
    for _ in range(3):
        store.audit.record(disclosure())
    store.outbox.passed(2)
    store.outbox.passed(1)
    assert [entry.seq for entry in store.outbox.waiting(9)] == [3]


def test_the_portal_delivers_by_itself(config: Path, sandbox: Sandbox, tmp_path: Path) -> None:
    with running_portal(sandbox, tmp_path) as portal:
        portal.house.audit.record(disclosure(event=EventKind.SHOWN, owners=(OWN.provider,)))
        until(lambda: bool(told(sandbox)), "a delivery")
    assert len(told(sandbox)) == 1


def test_the_command_says_what_it_did(
    config: Path, store: Store, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FILE_VARIABLE, str(config))
    store.audit.record(disclosure())
    sandbox.fault("logg", "refuse")
    stopped = CliRunner().invoke(main, ["deliver"])
    assert (stopped.exit_code, "no further" in stopped.output) == (2, True)
    sandbox.clear()
    done = CliRunner().invoke(main, ["deliver"])
    assert (done.exit_code, done.output) == (0, "ok: 1 entries delivered\n")
    store.audit.record(disclosure(activity="Titta"))
    aside = CliRunner().invoke(main, ["deliver"])
    assert (aside.exit_code, "entry 2 is set aside: activity" in aside.output) == (1, True)


def test_no_read_is_shown_without_its_record_and_every_record_arrives(
    config: Path, store: Store, sandbox: Sandbox
) -> None:
    """Kill -9 of the reader in the middle of a thousand reads, and of the deliverer likewise."""
    url = settings_of(config)["database_url"]
    shown: set[str] = set()
    killed = 0
    while len(shown) < READS:
        process = subprocess.Popen(
            [sys.executable, "-c", READER, url, str(READS)], cwd=ROOT, stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        for line in process.stdout:
            shown.add(line.decode().strip())
            if killed == 0 and len(shown) == READS // 2:
                process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        process.stdout.close()
    assert killed == 1
    assert store.audit.verify().ok
    logged = {str(decode(e.sealed.body).reference) for e in store.outbox.waiting(10 * READS)}
    assert shown <= logged

    expected = ids(store)
    sandbox.fault("logg", "slow", seconds=0.05)
    environment = {**os.environ, FILE_VARIABLE: str(config)}
    deliverer = subprocess.Popen(
        [sys.executable, "-m", "portal", "deliver"], cwd=ROOT, env=environment
    )
    until(lambda: len(told(sandbox)) >= BATCH, "a batch")
    deliverer.send_signal(signal.SIGKILL)
    assert deliverer.wait() == -signal.SIGKILL
    assert 0 < len(told(sandbox)) < len(expected)
    sandbox.clear()
    emptied(delivery(config, store, timedelta(minutes=2)))
    assert told(sandbox) == expected
    assert store.audit.verify().ok


def test_the_pauses_grow_and_have_an_end() -> None:
    pauses = [pause(failures) for failures in range(40)]
    assert pauses[:3] == [timedelta(seconds=1), timedelta(seconds=2), timedelta(seconds=4)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == timedelta(minutes=5)
