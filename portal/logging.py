"""Logs of operation: one JSON object per line on standard error, and nothing about persons.

Who read what belongs in the audit log. Here everything that looks like a person number is masked,
query strings are cut, and of an exception only its type and place are told, since its text may
hold values from a source. All but printable ASCII is escaped, so that nobody can forge a line or
colour a terminal through a name or a header (ASVS 16.4.1).
"""

import json
import logging
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from datetime import UTC, date, datetime, time
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import IO, Any
from uuid import UUID

from stodtjanster.model import PersonId

__all__ = ["JsonLines", "configure", "place_of", "request_id"]

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""What joins the lines of one request. The portal makes it and sets it; it is never a session."""

_MASK = "**********"
_LONGEST_TEXT = 2_000
_DEEPEST = 4
_MOST_EXCEPTIONS = 8
_MOST_FRAMES = 12
# UUIDs, hashes and HSA-ids hold digits too, and the logs are of little use without them. The number
# in an HSA-id is an organisation number, whose third digit is at least 2: no month begins so.
_UUID = r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_HASH = r"(?<![0-9a-z])(?=\d*[a-f])(?:[0-9a-f]{64}|[0-9a-f]{32})(?![0-9a-z])"
_HSA_ID = r"(?<![A-Za-z0-9])[A-Z]{2,6}\d{2}[2-9]\d{7}(?=-[0-9A-Z])"
# Ten digits or more, however hyphenated, right or wrong: a mistyped number is one all the same.
_NUMBER = r"\d{6,}[-+ \u2010-\u2015\u2212]?\d{4,}|\d{8}[-+ ]?[0-9A-Z]{4}(?![0-9A-Za-z])"
_KEPT_OR_NUMBER = re.compile(f"({_UUID}|{_HASH}|{_HSA_ID})|{_NUMBER}")
_QUERY = re.compile(r"(/[^\s?#\"'<>]*)[?#][^\s\"'<>]*|\?[^\s=]*=[^\s\"'<>]*")
_CUT_NUMBER = re.compile(r"[\d+ \u2010-\u2015\u2212-]*\Z")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# Sets up handlers of its own, which print tracebacks with their words and addresses with queries.
_SELF_WILLED = ("gunicorn.error",)
_TALKATIVE = ("aiohttp", "alembic", "asyncio", "httpcore", "httpx", "sqlalchemy", "urllib3")


class JsonLines(logging.Formatter):
    """One record as one line: time, level, logger, event, request, extra, exceptions."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": _clean_text(_event(record)),
        }
        request = request_id.get()
        if request is not None:
            line["request"] = _clean_text(request)
        extra = {k: v for k, v in vars(record).items() if k not in _STANDARD}
        if extra:
            line["extra"] = _clean(extra)
        if record.exc_info and record.exc_info[1] is not None:
            line["exceptions"] = [place_of(error) for error in _chain(record.exc_info[1])]
        # json, not orjson: it escapes what is not ASCII. < is escaped for those who read in a page.
        return json.dumps(line, ensure_ascii=True).replace("<", "\\u003c")


def configure(level: str = "INFO", stream: IO[str] | None = None) -> None:
    """Send every log record, warning and uncaught exception of the process through `JsonLines`.

    `level` is a name of `logging`; libraries that tell of each request start at WARNING.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _SELF_WILLED:
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))
    # A record that cannot be written would otherwise be printed with all its values.
    logging.raiseExceptions = False
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logging.getLogger(__name__).critical("uncaught exception", exc_info=(kind, error, trace))


def _uncaught_in_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None:
        _uncaught(told.exc_type, told.exc_value, told.exc_traceback)


def _event(record: logging.LogRecord) -> str:
    try:
        text = record.getMessage()
    except (TypeError, ValueError, KeyError):
        text = str(record.msg)
    # asyncio puts the exception's own words on the lines after the first.
    return text.split("\n", 1)[0] if record.name == "asyncio" else text


def _clean(value: object, depth: int = 0) -> object:
    """Only what can be checked: a value of another type is told by the name of its type."""
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return _MASK if _KEPT_OR_NUMBER.search(str(value)) else value
    if isinstance(value, Enum):
        return _clean(value.value, depth)
    if isinstance(value, str | datetime | date | time | UUID | Path | PersonId):
        return _clean_text(str(value))
    if depth < _DEEPEST and isinstance(value, Mapping):
        return {_clean_text(str(k)): _clean(v, depth + 1) for k, v in value.items()}
    if depth < _DEEPEST and isinstance(value, list | tuple | set | frozenset):
        return [_clean(each, depth + 1) for each in value]
    return f"({type(value).__name__})"


def _clean_text(text: str) -> str:
    # A number that the cut goes through is no longer seen as one: it goes altogether.
    long = len(text) > _LONGEST_TEXT
    short = _CUT_NUMBER.sub("...", text[:_LONGEST_TEXT]) if long else text
    return _KEPT_OR_NUMBER.sub(lambda hit: hit[1] or _MASK, _QUERY.sub(r"\1", short))


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception and those behind it, nearest first; groups are opened."""
    waiting = [error]
    for _ in range(_MOST_EXCEPTIONS):
        if not waiting:
            return
        told = waiting.pop(0)
        yield told
        if isinstance(told, BaseExceptionGroup):
            waiting.extend(told.exceptions)
        behind = told.__cause__ or (None if told.__suppress_context__ else told.__context__)
        if behind is not None:
            waiting.append(behind)


def place_of(error: BaseException) -> dict[str, Any]:
    """The type of an error and the calls that led to it, never its words."""
    frames = []
    trace = error.__traceback__
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "?")
        frames.append(f"{module}:{trace.tb_lineno} {trace.tb_frame.f_code.co_name}")
        trace = trace.tb_next
    kind = type(error)
    return {"type": f"{kind.__module__}.{kind.__qualname__}", "at": frames[-_MOST_FRAMES:]}
