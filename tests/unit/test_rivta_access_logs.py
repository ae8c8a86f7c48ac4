"""Who has read, from the national log: rows, and a report that is made while one waits."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date, datetime
from typing import Any

import pytest
from lxml import etree

from stodtjanster.information import AccessLog, Opener
from stodtjanster.model import STOCKHOLM, Cause, HsaId, Outcome, Period, Timed, Told
from stodtjanster.sources.access_logs.adapter import Adapter, read
from stodtjanster.sources.access_logs.settings import Settings
from stodtjanster.sources.kit.source import Ask, Heard, Request, Response, SourceFailed
from tests.access_logs import PROVIDER, UNIT, answered, row
from tests.rivta_messages import (
    ASKED_AT,
    OTHER,
    RESERVE,
    SETTINGS,
    TOLVAN,
    asked,
    question,
    reading,
)

LOG = "SE165565594230-1000"
AUTUMN = Period(date(2026, 10, 21), date(2026, 11, 20))
NAME = "7f1ce2a1-6d0e-4f4d-9a1f-3f0f5d1d2c3b"


def adapter() -> Adapter:
    return Adapter(Settings(**SETTINGS | {"logical_address": LOG}))


def queued(code: str = "REPORT_ON_QUEUE", name: str | None = NAME) -> bytes:
    return answered(None, code, QueuedReportId=name, QueueTime="30")


class Talk:
    """Conversations with one adapter, and what it asked."""

    def __init__(self) -> None:
        self.adapter = adapter()
        self.asked: list[str | None] = []

    def __call__(self, *answers: bytes, **changes: Any) -> Heard:
        ask = Ask(AccessLog, **{"period": AUTUMN, "subject": TOLVAN} | FIXED | changes)
        conversation: Generator[Request, Response, Heard] = self.adapter.ask(ask)
        request = next(conversation)
        for body in answers:
            root = etree.fromstring(request.body)
            self.asked.append(root.findtext(".//{*}QueuedReportId"))
            try:
                request = conversation.send(Response(200, {}, body))
            except StopIteration as done:
                return done.value
        raise AssertionError("the adapter asked once more")


FIXED: dict[str, Any] = {"at": ASKED_AT, "correlation": "c-1"}


def test_a_row_says_when_where_why_and_what_and_not_who() -> None:
    heard = read(answered(row()), reading=reading())
    (item,) = heard.items
    assert isinstance(item, AccessLog)
    assert item.when == Timed(datetime(2026, 11, 8, 2, 31, tzinfo=STOCKHOLM))
    assert (item.provider, item.unit) == (Told("Region Nordmark"), Told("Akutmottagningen"))
    assert (item.purpose, item.resource) == (Told("Vård och behandling"), Told("Journal"))
    assert (item.opener, item.emergency, item.subject) == (Opener.CARE, False, TOLVAN)
    assert (item.origin.care_provider, item.origin.care_unit) == (HsaId(PROVIDER), HsaId(UNIT))
    assert "FÅR EJ VISAS" not in repr(heard)
    assert "SE2321000230-77" not in repr(heard)
    (report,) = heard.reports
    assert report.answered


@pytest.mark.parametrize("where", ["Purpose", "ResourceType"])
def test_an_emergency_is_one_where_the_log_says_so(where: str) -> None:
    (item,) = read(answered(row(**{where: "Nödöppning"})), reading=reading()).items
    assert isinstance(item, AccessLog)
    assert item.emergency


def test_two_who_read_at_the_same_moment_are_two() -> None:
    rows = row() + row(UserId="SE2321000230-78") + row()
    assert len(read(answered(rows), reading=reading()).items) == 2


def test_an_empty_list_is_an_answer_and_no_list_is_not() -> None:
    heard = read(answered(""), reading=reading())
    assert (heard.items, heard.reports[0].answered) == ((), True)
    with pytest.raises(SourceFailed) as failed:
        read(answered(None), reading=reading())
    assert failed.value.cause is Cause.UNREADABLE


@pytest.mark.parametrize(
    "changes",
    [{"AccessDate": None}, {"AccessDate": "i går"}, {"CareProviderId": None}],
)
def test_a_row_that_cannot_be_read_is_counted(changes: dict[str, str | None]) -> None:
    heard = read(answered(row() + row(**changes)), reading=reading())
    assert len(heard.items) == 1
    assert heard.reports[0].rejected == 1
    assert not heard.reports[0].answered


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("ERROR", Cause.FAULT),
        ("VALIDATION_ERROR", Cause.FAULT),
        ("ACCESSDENIED", Cause.DENIED),
        ("MAX_QUERY_RESULT_EXCEEDED", Cause.TOO_LARGE),
        ("REPORT_NOT_FOUND", Cause.FAULT),
        (None, Cause.UNREADABLE),
    ],
)
def test_a_result_that_is_not_ok_is_a_failure(code: str | None, cause: Cause) -> None:
    with pytest.raises(SourceFailed) as failed:
        read(answered(None, code), reading=reading())
    assert failed.value.cause is cause


def test_a_report_in_the_queue_is_asked_for_by_its_name_until_it_is_there() -> None:
    talk = Talk()
    for body in (queued(), queued("REPORT_IN_PROCESS", None)):
        heard = talk(body)
        assert heard.items == ()
        (report,) = heard.reports
        assert (report.outcome, report.cause) == (Outcome.NO_DATA_SYNCH_FAILED, Cause.ORDERED)
    assert len(talk(answered(row())).items) == 1
    assert talk.asked == [None, NAME, NAME]
    talk(answered(row()))
    assert talk.asked[-1] is None, "what has come is over: the next one is new"


def test_a_report_that_is_gone_is_ordered_anew() -> None:
    talk = Talk()
    talk(queued())
    heard = talk(answered(None, "REPORT_NOT_FOUND"), queued(name="b-2"))
    assert heard.reports[0].cause is Cause.ORDERED
    talk(answered(row()))
    assert talk.asked == [None, NAME, None, "b-2"]


def test_nobody_is_given_what_another_has_ordered() -> None:
    talk = Talk()
    talk(queued())
    talk(answered(row()), subject=OTHER)
    talk(answered(row()), period=Period(date(2026, 8, 1), date(2026, 11, 20)))
    assert talk.asked == [None, None, None]


def test_no_more_is_asked_for_than_what_is_online() -> None:
    long = Period(date(2020, 1, 1), date(2026, 11, 20))
    body = asked(adapter(), question(AccessLog, period=long)).body
    root = etree.fromstring(body)
    assert root.findtext(".//{*}FromDate") == "2025-05-21T00:00:00"
    assert root.findtext(".//{*}ToDate") == "2026-11-20T23:59:59"


def test_a_reserve_number_is_not_asked_about() -> None:
    conversation = adapter().ask(question(AccessLog, subject=RESERVE))
    with pytest.raises(StopIteration) as done:
        next(conversation)
    assert done.value.value.reports[0].outcome is Outcome.NOT_ASKED
