"""One line per record, whatever is in it, and nothing about persons."""

import io
import json
import logging
import sys
import threading
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.logging import JsonLines, configure, request_id
from stodtjanster.model import Cause, PersonId

NUMBERS = ["199001012385", "9001012385", "194001612383", "199001012386", "199013012385"]


@pytest.fixture
def stream(monkeypatch):
    """Where the log goes while the test runs; the process's own set-up comes back after it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    for owner, name in (
        (logging, "raiseExceptions"),
        (sys, "excepthook"),
        (threading, "excepthook"),
    ):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    root.handlers[:] = []
    stream = io.StringIO()
    configure("INFO", stream)
    yield stream
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)


def line(stream):
    """The one line that was written."""
    text = stream.getvalue()
    assert text.count("\n") == 1
    assert text.endswith("\n")
    return json.loads(text)


def texts(said):
    """Every key and every text in it."""
    if isinstance(said, dict):
        return [text for pair in said.items() for each in pair for text in texts(each)]
    return [said] if isinstance(said, str) else []


def formatted(event, **extra):
    record = logging.makeLogRecord({"name": "portal", "levelname": "INFO", "msg": event, **extra})
    return JsonLines().format(record)


def test_a_record_is_one_json_object_with_declared_fields(stream):
    token = request_id.set("7f3a")
    logging.getLogger("portal.app").warning("source answered", extra={"source": "region", "ms": 12})
    request_id.reset(token)
    said = line(stream)
    assert datetime.fromisoformat(said.pop("time")).utcoffset().total_seconds() == 0
    assert said == {
        "level": "WARNING",
        "logger": "portal.app",
        "event": "source answered",
        "request": "7f3a",
        "extra": {"source": "region", "ms": 12},
    }


def test_outside_a_request_there_is_no_request(stream):
    logging.getLogger("portal").info("started")
    assert set(line(stream)) == {"time", "level", "logger", "event"}


@pytest.mark.parametrize(
    "evil",
    [
        'ok\r\n{"level": "INFO", "event": "all is well"}',
        "\x1b[2J\x1b[31mred",
        "\u202egnp.exe\u2066",
        "a\u2028b\u2029c\x85d\x0be\x0cf",
        "</script><script>alert(1)</script>",
        "\x00\x7f\x9b",
        '"}',
    ],
    ids=["newline", "ansi", "bidi", "separators", "script", "control", "quote"],
)
@pytest.mark.parametrize("where", ["event", "argument", "extra", "key"])
def test_nothing_that_is_logged_can_forge_a_line_or_act_on_a_screen(stream, evil, where):
    say = logging.getLogger("portal").info
    {
        "event": lambda: say(evil),
        "argument": lambda: say("name %s", evil),
        "extra": lambda: say("login", extra={"agent": evil}),
        "key": lambda: say("login", extra={"agent": {evil: 1}}),
    }[where]()
    text = stream.getvalue()
    said = line(stream)
    assert text[:-1].isprintable()
    assert text.isascii()
    assert "<" not in text
    assert said["level"] == "INFO"
    assert any(evil in text for text in texts(said))


@given(st.text())
def test_any_text_stays_one_printable_line(text):
    written = formatted("%s", args=(text,), agent=text)
    assert written.isascii()
    assert written.isprintable()
    json.loads(written)


def test_half_a_character_can_be_written():
    assert json.loads(formatted("\ud800", agent="\udfff"))["event"] == "\ud800"


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("sign", ["", "-", "+", " ", "\u2013", "\u2011", "\u2212"])
@pytest.mark.parametrize("around", ["{}", "id={};", "person{}x", "/sv/for/{}/veckan", "'{}'"])
def test_whatever_looks_like_a_person_number_is_masked(number, sign, around):
    written = f"{number[:-4]}{sign}{number[-4:]}"
    text = around.format(written)
    for told in (formatted(text), formatted("%s", args=(text,)), formatted("x", who=[{"a": text}])):
        assert json.dumps(written)[1:-1] not in told
        assert number[:-4] not in told
        assert number[-4:] not in told.replace("2026", "")


def test_a_number_is_masked_as_a_number_too():
    assert "9001012385" not in formatted("x", person=199001012385, other=9001012385)
    assert "9001012385" not in formatted("x", person={199001012385: [199001012385]})


def test_a_reserve_number_is_masked():
    assert "R2D2" not in formatted("person 19900101R2D2 is not known")


def test_digits_of_other_scripts_are_masked():
    arabic = "199001012385".translate({ord("0") + n: chr(0x660 + n) for n in range(10)})
    assert json.loads(formatted(arabic))["event"] == "**********"


def test_a_number_that_the_cut_goes_through_does_not_slip_out():
    said = json.loads(formatted("x" * 1_991 + "199001012385" + "y" * 100))
    assert "19900" not in said["event"]
    assert len(said["event"]) < 2_100


def test_what_operations_need_is_left_readable():
    kept = {
        "system": "TSTNMT2321000156-1077",
        "reference": str(UUID("12345678-1234-4123-8123-123456789012")),
        "request": "12345678412341238123456789012abc",
        "session": "0123456789abcdef" * 4,
        "day": "2026-11-20",
        "at": "2026-11-20T12:30:00.000000+00:00",
        "status": 503,
        "seconds": 0.123456789012,
        "port": "127.0.0.1:8443",
        "cached": True,
        "cause": None,
    }
    assert json.loads(formatted("x", **kept))["extra"] == kept


def test_query_strings_are_cut():
    text = (
        '"GET /logga-in/klar?code=abc&state=def HTTP/1.1" 302'
        " https://fhir.example/Patient?name=Anna#frag then ?token=xyz"
    )
    event = json.loads(formatted(text))["event"]
    assert event == '"GET /logga-in/klar HTTP/1.1" 302 https://fhir.example/Patient then '


def test_values_are_told_only_when_they_can_be_checked():
    class Colour(Enum):
        RED = "red 199001012385"

    class Patient:
        def __str__(self):
            return "Anna Andersson"

    said = json.loads(
        formatted(
            "x",
            patient=Patient(),
            person=PersonId.parse("199001012385"),
            colour=Colour.RED,
            cause=Cause.TIMEOUT,
            at=datetime(2026, 11, 20, 12, 30, tzinfo=UTC),
            path=Path("portal/store"),
            body=b"Anna",
            deep=[[[[["Anna"]]]]],
        )
    )["extra"]
    assert said == {
        "patient": "(Patient)",
        "person": "PersonId(********-****)",
        "colour": "red **********",
        "cause": "timeout",
        "at": "2026-11-20 12:30:00+00:00",
        "path": "portal/store",
        "body": "(bytes)",
        "deep": [[["(list)"]]],
    }


def failing():
    raise ValueError("Anna Andersson 199001012385 https://x/?q=1")


def test_an_exception_is_told_by_type_and_place_only(stream):
    try:
        try:
            failing()
        except ValueError as error:
            raise KeyError("Anna") from error
    except KeyError:
        logging.getLogger("portal").exception("section failed")
    assert "Anna" not in stream.getvalue()
    outer, inner = line(stream)["exceptions"]
    assert outer["type"] == "builtins.KeyError"
    assert inner["type"] == "builtins.ValueError"
    module, _, place = inner["at"][-1].partition(":")
    assert module == __name__
    assert place.endswith(" failing")
    assert str(Path(__file__).parent) not in stream.getvalue()


def test_an_exception_that_hides_another_is_told_alone(stream):
    try:
        try:
            failing()
        except ValueError:
            raise KeyError("Anna") from None
    except KeyError:
        logging.getLogger("portal").exception("section failed")
    assert [each["type"] for each in line(stream)["exceptions"]] == ["builtins.KeyError"]


def test_a_group_is_told_with_its_members(stream):
    try:
        raise ExceptionGroup("Anna", [ValueError("Anna"), OSError("Anna")])
    except ExceptionGroup:
        logging.getLogger("portal").exception("flights failed")
    assert "Anna" not in stream.getvalue()
    types = [each["type"] for each in line(stream)["exceptions"]]
    assert types == ["builtins.ExceptionGroup", "builtins.ValueError", "builtins.OSError"]


def test_exceptions_that_point_at_each_other_come_to_an_end(stream):
    first, second = ValueError(), KeyError()
    first.__cause__, second.__cause__ = second, first
    logging.getLogger("portal").error("odd", exc_info=first)
    assert len(line(stream)["exceptions"]) == 8


def test_a_record_whose_arguments_do_not_fit_is_written_without_them(stream, capsys):
    logging.getLogger("portal").info("%d rows", "Anna")
    assert line(stream)["event"] == "%d rows"
    assert capsys.readouterr() == ("", "")


def test_asyncio_does_not_tell_an_exceptions_words(stream):
    logging.getLogger("asyncio").error(
        "Task exception was never retrieved\nfuture: <Task exception=ValueError('Anna')>"
    )
    assert line(stream)["event"] == "Task exception was never retrieved"


def test_an_uncaught_exception_is_one_line_without_its_words(stream):
    try:
        failing()
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
    said = line(stream)
    assert (said["level"], said["exceptions"][0]["type"]) == ("CRITICAL", "builtins.ValueError")
    assert "Anna" not in stream.getvalue()


def test_an_uncaught_exception_of_a_thread_is_one_line_without_its_words(stream):
    thread = threading.Thread(target=failing)
    thread.start()
    thread.join()
    assert line(stream)["exceptions"][0]["type"] == "builtins.ValueError"
    assert "Anna" not in stream.getvalue()


def test_libraries_that_tell_of_each_request_are_asked_to_be_quiet(stream):
    for name in ("httpx", "aiohttp.access", "sqlalchemy.engine", "alembic.runtime.migration"):
        logging.getLogger(name).info("GET /Patient/Anna")
    assert stream.getvalue() == ""


def test_the_web_server_writes_no_words_of_its_own_to_the_log(stream, monkeypatch):
    server = logging.getLogger("gunicorn.error")
    monkeypatch.setattr(server, "handlers", [logging.StreamHandler(own := io.StringIO())])
    monkeypatch.setattr(server, "propagate", False)
    configure("INFO", stream)
    try:
        failing()
    except ValueError:
        server.exception("Error handling request %s", "/logga-in/klar?code=Anna")
    assert own.getvalue() == ""
    assert line(stream)["exceptions"][0]["type"] == "builtins.ValueError"
    assert "Anna" not in stream.getvalue()


def test_the_level_is_obeyed(stream):
    configure("ERROR", stream)
    logging.getLogger("portal").warning("x")
    logging.getLogger("httpx").warning("x")
    assert stream.getvalue() == ""
