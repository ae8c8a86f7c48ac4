"""What one page, one row of the log and one login cost: what bench.capacity reckons with.

Pages are asked for one at a time, so that the processor's time is theirs alone. The log is measured
in the database that is named, else in a SQLite file.
"""

import gc
import pickle
import platform
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import repeat
from pathlib import Path
from runpy import run_path
from statistics import median
from time import perf_counter, process_time, thread_time
from types import SimpleNamespace
from typing import Any

import orjson
from sqlalchemy import create_engine, make_url
from werkzeug.test import run_wsgi_app

from bench.page import (
    KINDS,
    NOW,
    SOURCES,
    STANDARD,
    environ_of,
    printed,
    rows_of,
    settings_for,
)
from bench.parse_rows import SUBJECT
from bench.upstream import upstream
from portal.app import create_app
from portal.demo import SERVER
from portal.house import House
from portal.store import Store
from sandbox.ca import ensure_keys
from stodtjanster.audit import AuditEvent, EventKind
from stodtjanster.model import ActorKind
from stodtjanster.sources.kit.reading import Reading

RESULT = Path(__file__).parent / "costs.json"
PAGES = 150
WARM_UP = 10
ALONE = 200
TOGETHER = 32
ROWS = 3_200
ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Costs:
    """Milliseconds of processor: `page_ms` on the thread of a page, `fetch_ms` on the loop that
    fetches for it, a sample each a page; cold pages ask every source, warm ones none. `floor_ms` is
    f-strings of the same rows, by which runs on machines and days can be compared. `kept_kb` is
    what one login's answers take in the process, `sealed_kb` pickled. `commit_ms` is one commit of
    the log, `row_ms` what each further row in it adds.
    """

    at: str
    python: str
    machine: str
    database: str
    page_ms: list[float]
    fetch_ms: list[float]
    warm_ms: list[float]
    floor_ms: float
    rows_a_page: float
    rest_mb: float
    kept_kb: float
    sealed_kb: float
    answers_kb: float
    html_kb: float
    row_bytes: float
    commit_ms: float
    row_ms: float


def read() -> Costs:
    """The costs that were measured last."""
    return Costs(**orjson.loads(RESULT.read_bytes()))


def write(costs: Costs) -> None:
    RESULT.write_bytes(orjson.dumps(asdict(costs), option=orjson.OPT_INDENT_2) + b"\n")


def on_machine(costs: Costs, floor_ms: float) -> Costs:
    """The same on a machine where the floor takes this long; a disk is not any quicker there."""
    quicker = floor_ms / costs.floor_ms
    return replace(
        costs,
        floor_ms=floor_ms,
        page_ms=[quicker * ms for ms in costs.page_ms],
        fetch_ms=[quicker * ms for ms in costs.fetch_ms],
        warm_ms=[quicker * ms for ms in costs.warm_ms],
    )


def measure(folder: Path, database: str | None) -> Costs:
    """Some minutes' work. `database` is a SQLAlchemy address of an empty database."""
    answers = [*STANDARD.bodies().values()]
    pages = _measure_pages(folder, answers)
    log = _measure_log(database or f"sqlite:///{folder / 'log.db'}")
    return Costs(
        at=datetime.now(UTC).isoformat(timespec="minutes"),
        python=platform.python_version(),
        machine=f"{platform.machine()}, Linux {platform.release().split('-')[0]}",
        answers_kb=sum(map(len, answers)) / 1000,
        sealed_kb=len(pickle.dumps(list(_read(answers)), protocol=5)) / 1000,
        **pages,
        **log,
    )


def _read(answers: Iterable[bytes]) -> Iterable[object]:
    for number, answer in enumerate(answers):
        adapter = KINDS[number % len(KINDS)][1]
        yield adapter.read(answer, reading=Reading(f"s{number}", NOW, SUBJECT))


def _measure_pages(folder: Path, answers: list[bytes]) -> dict[str, Any]:
    ensure_keys(folder)
    with upstream(STANDARD.bodies(), folder, ports=SOURCES, tls=True) as ports:
        app = create_app(settings_for(STANDARD.urls(ports), folder), clock=lambda: NOW)
        house: House = app.extensions["house"]
        run_path(str(SERVER))["post_worker_init"](SimpleNamespace(wsgi=app))
        try:
            return _pages(app, house, [row for answer in answers for row in rows_of(answer)])
        finally:
            house.fetch.stop()


def _pages(app: Any, house: House, rows_of_a_page: list[list[str]]) -> dict[str, Any]:
    # The other languages are compiled beside the first pages.
    for thread in threading.enumerate():
        if thread.name == "templates":
            thread.join()
    for _ in range(WARM_UP):
        _page(app, environ_of(house))
    gc.collect()
    resting, rows = _resident_mb(), house.store.audit.head().seq
    environs = [environ_of(house) for _ in range(PAGES)]
    cold = [_page(app, dict(environ)) for environ in environs]
    grown = _resident_mb() - resting
    warm, floor = [], []
    for environ in environs:
        warm.append(_page(app, environ))
        # In turn with the pages: whatever slows the machine slows both.
        began = process_time()
        printed(rows_of_a_page)
        floor.append(1000 * (process_time() - began))
    return {
        "floor_ms": median(floor),
        "page_ms": [page for page, _, _ in cold],
        "fetch_ms": [whole - page for page, whole, _ in cold],
        "warm_ms": [whole for _, whole, _ in warm],
        "html_kb": cold[0][2] / 1000,
        "rows_a_page": (house.store.audit.head().seq - rows) / (2 * PAGES),
        "rest_mb": resting,
        "kept_kb": 1000 * grown / PAGES,
    }


def _page(app: Any, environ: dict[str, Any]) -> tuple[float, float, int]:
    """Milliseconds of this thread's processor, of the whole process's, and bytes of the page."""
    whole, own = process_time(), thread_time()
    chunks, status, _headers = run_wsgi_app(app.wsgi_app, environ, buffered=True)
    size = sum(map(len, chunks))
    own, whole = thread_time() - own, process_time() - whole
    assert status.startswith("200"), status
    return 1000 * own, 1000 * whole, size


def _measure_log(url: str) -> dict[str, Any]:
    """Alone a commit holds one row; together the thread that may write takes all that wait."""
    store = Store(url)
    try:
        store.upgrade()
        began_bytes = _database_bytes(url)
        _record(store, WARM_UP)
        # Whatever else waits for the same disk makes a round longer, and none shorter.
        rounds = [_commits(store) for _ in range(ROUNDS)]
    finally:
        store.close()
    alone, together = (min(each) for each in zip(*rounds, strict=True))
    row = max(0.0, (together - alone) / (TOGETHER - 1))
    written = WARM_UP + ROUNDS * (ALONE + ROWS)
    return {
        "database": make_url(url).get_backend_name(),
        "row_bytes": (_database_bytes(url) - began_bytes) / written,
        "commit_ms": 1000 * (alone - row),
        "row_ms": 1000 * row,
    }


def _commits(store: Store) -> tuple[float, float]:
    """Seconds of a commit of one row, and of one of as many as there are threads."""
    alone = _seconds(partial(_record, store, ALONE)) / ALONE
    each = ROWS // TOGETHER
    with ThreadPoolExecutor(TOGETHER) as threads:
        together = _seconds(
            lambda: list(threads.map(_record, repeat(store, TOGETHER), repeat(each)))
        )
    return alone, together / each


def _record(store: Store, times: int) -> None:
    for _ in range(times):
        store.audit.record(_event())


def _event() -> AuditEvent:
    """As a page of twelve sources writes it."""
    return AuditEvent(
        event=EventKind.DISCLOSURE,
        at=datetime.now(UTC),
        actor=SUBJECT,
        actor_kind=ActorKind.CITIZEN,
        loa="loa3",
        subject=SUBJECT,
        information=tuple(sorted(f"kind_of_information_{n}" for n in range(8))),
        sources=tuple(f"source-with-a-key-{n}" for n in range(SOURCES)),
        ground="self",
        law="OSL-12-2",
        purpose="own",
        session="0" * 64,
    )


def _seconds(run: Callable[[], object]) -> float:
    began = perf_counter()
    run()
    return perf_counter() - began


def _database_bytes(url: str) -> int:
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return sum(
            each.stat().st_size
            for each in Path(str(address.database)).parent.glob(
                f"{Path(str(address.database)).name}*"
            )
        )
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("VACUUM")
        size = connection.exec_driver_sql(
            "SELECT pg_database_size(current_database())"
        ).scalar_one()
    engine.dispose()
    return int(size)


def _resident_mb() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(each for each in status.splitlines() if each.startswith("VmRSS:"))
    return int(line.split()[1]) / 1000
