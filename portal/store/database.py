"""The engine: how SQLite and PostgreSQL are opened, read and written."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import SQLAlchemyError

_WAIT_SECONDS = 5
_POOL = {"pool_size": 8, "max_overflow": 24, "pool_timeout": _WAIT_SECONDS}
_WRITES = "portal_writes"
# Two texts that share their 64 bits would wait for each other, and nothing worse.
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended(:of, 0))")


class StoreUnavailable(Exception):  # noqa: N818 - a state, not an error of the caller
    """The store did not answer. Says the database's own error code, never a value."""


class Database:
    """One engine, with a reader's and a writer's way in.

    SQLite takes one writer at a time and makes the others sleep in steps of up to 100 ms, so the
    threads of a process queue here instead, where they are woken at once. Open it after fork.
    """

    def __init__(self, url: str) -> None:
        target = make_url(url)
        lite = target.get_backend_name() == "sqlite"
        self.engine = _open_sqlite(target) if lite else _open_postgresql(target)
        self._writer = self.engine.execution_options(**{_WRITES: True})
        self._turn: AbstractContextManager[Any] = Lock() if lite else nullcontext()
        # SQLite's transactions never see another moment than their first.
        self._one_moment = {} if lite else {"isolation_level": "REPEATABLE READ"}

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that changes nothing. Raises StoreUnavailable."""
        with _speaking_plainly(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def looking_back(self) -> Iterator[Connection]:
        """Like `reading`, and all its statements see one and the same moment."""
        with self.reading() as connection:
            yield connection.execution_options(**self._one_moment)

    @contextmanager
    def writing(self, alone: str | None = None) -> Iterator[Connection]:
        """A transaction that is committed at the end. `alone`: no two with the same text run at
        once, in any process, so that what one finds lacking no other puts there. Raises
        StoreUnavailable."""
        with _speaking_plainly(), self._turn, self._writer.begin() as connection:
            if alone is not None and connection.dialect.name == "postgresql":
                connection.execute(_ALONE, {"of": alone})
            yield connection

    def close(self) -> None:
        self.engine.dispose()


def is_there(url: str) -> bool:
    """False for a SQLite file that does not exist; of a server nobody knows without asking."""
    target = make_url(url)
    lite = target.get_backend_name() == "sqlite"
    return not lite or bool(target.database and Path(target.database).exists())


@contextmanager
def _speaking_plainly() -> Iterator[None]:
    # PostgreSQL's messages may quote the row that failed, so the error is not chained either.
    try:
        yield
    except SQLAlchemyError as error:
        raise StoreUnavailable(_code(error)) from None


def _code(error: SQLAlchemyError) -> str:
    cause = getattr(error, "orig", None)
    code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    return str(code or type(error).__name__)


def _open_sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise ValueError("the store needs a file: SQLite in memory is not shared between threads")
    # Made here so that nobody else on the machine can read it; SQLite's own files follow suit.
    Path(url.database).touch(mode=0o600)
    engine = create_engine(
        url, hide_parameters=True, connect_args={"timeout": _WAIT_SECONDS}, **_POOL
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver would begin transactions at times of its own; `_begin_sqlite` does it instead.
    connection.isolation_level = None
    # FULL: a commit is on the disk when it returns, which is what the audit log promises.
    # secure_delete: what is removed is overwritten, and does not lie on in pages that are free.
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once: a reader that turns writer half-way may be refused it.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _open_postgresql(url: URL) -> Engine:
    limits = f"-c lock_timeout={_WAIT_SECONDS * 1000}"
    return create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        connect_args={"connect_timeout": _WAIT_SECONDS, "options": limits},
        **_POOL,
    )
