"""ProcessingStatus: a source that failed behind the platform is said to have failed."""

from datetime import datetime

import pytest

from stodtjanster.model import STOCKHOLM, Answer, Cause, Outcome, Report
from stodtjanster.sources.care_plans import adapter as care_plans
from stodtjanster.sources.kit.source import Heard
from stodtjanster.sources.subject_of_care_schedule.adapter import read
from tests.rivta_messages import (
    ASKED_AT,
    OTHER,
    OTHER_UNIT,
    UNIT,
    care_plan,
    envelope,
    reading,
    result,
    schedule,
    status_row,
    statuses,
    timeslot,
)

SYNCHED = datetime(2026, 11, 20, 9, 55, tzinfo=STOCKHOLM)
FAILED = datetime(2026, 11, 20, 9, 58, tzinfo=STOCKHOLM)


def hear(*rows: str, header: str = "") -> Heard:
    return read(schedule(*rows, header=header), reading=reading())


def one_report(header: str) -> Report:
    (report,) = hear(header=header).reports
    return report


def test_data_from_source() -> None:
    assert one_report(statuses(status_row())) == Report(
        "region", UNIT, "appointment", Outcome.DATA_FROM_SOURCE, ASKED_AT, SYNCHED
    )


def test_data_from_cache_is_as_old_as_it_is() -> None:
    report = one_report(statuses(status_row(code="DataFromCache")))
    assert (report.outcome, report.as_of) == (Outcome.DATA_FROM_CACHE, SYNCHED)
    assert report.answered


def test_an_old_cache_is_not_an_answer() -> None:
    row = status_row(
        code="DataFromCacheSynchFailed", failed="20261120095800", error=("504", "timeout")
    )
    report = one_report(statuses(row))
    assert (report.outcome, report.cause) == (
        Outcome.DATA_FROM_CACHE_SYNCH_FAILED,
        Cause.TIMEOUT,
    )
    assert (report.as_of, report.tried_at) == (SYNCHED, FAILED)
    assert not report.answered


@pytest.mark.parametrize(
    ("error", "cause", "detail"),
    [
        (("504", "Gateway"), Cause.TIMEOUT, "504"),
        (("504", "VP009 [NTjP] Fel"), Cause.TIMEOUT, "504 VP009"),
        (("43000", "Read timed out"), Cause.TIMEOUT, "43000"),
        (("43000", "Unknown error"), Cause.FAULT, "43000"),
        (("500", "Fel om 191212121212"), Cause.FAULT, "500"),
        (("191212121212", "Fel"), Cause.FAULT, ""),
        (("500", "VP004 [RTjP] Inget vägval"), Cause.NOT_CONNECTED, "500 VP004"),
        (("500", "VP007 [RTjP] Behörighet saknas"), Cause.DENIED, "500 VP007"),
        # What the aggregating service sent was wrong, and nothing of ours.
        (("500", "VP015 [RTjP] Går inte att läsa"), Cause.FAULT, "500 VP015"),
        (None, Cause.FAULT, ""),
    ],
)
def test_no_data_tells_why(error: tuple[str, str] | None, cause: Cause, detail: str) -> None:
    row = status_row(code="NoDataSynchFailed", succeeded=None, failed="20261120095800", error=error)
    report = one_report(statuses(row))
    assert (report.outcome, report.cause) == (Outcome.NO_DATA_SYNCH_FAILED, cause)
    assert report.detail == detail
    assert (report.as_of, report.tried_at) == (None, FAILED)


@pytest.mark.parametrize("code", [None, "AllGood", "datafromsource"])
def test_a_code_that_nobody_knows_is_a_failure(code: str | None) -> None:
    report = one_report(statuses(status_row(code=code)))
    assert (report.outcome, report.cause) == (Outcome.NO_DATA_SYNCH_FAILED, Cause.FAULT)


@pytest.mark.parametrize("written", ["SE123\u200b-1", "SE123\n1", "SE" + "1" * 200])
def test_an_address_that_the_log_could_not_hold_is_laid_on_whom_we_asked(written: str) -> None:
    told = one_report(statuses(status_row(written)))
    assert told.system == one_report(statuses()).system
    assert told.outcome is Outcome.DATA_FROM_SOURCE


def test_missing_elements_are_tolerated() -> None:
    report = one_report(statuses(status_row(address=None, succeeded="i går")))
    assert (report.system, report.as_of) == ("5565594230", ASKED_AT)


def test_several_headers_are_read_as_one() -> None:
    header = statuses(status_row()) + statuses(status_row(address=OTHER_UNIT))
    assert [report.system for report in hear(header=header).reports] == [UNIT, OTHER_UNIT]


@pytest.mark.parametrize("header", ["", statuses()], ids=["direct", "nobody known"])
def test_without_rows_the_one_we_asked_has_answered(header: str) -> None:
    report = one_report(header)
    assert report == Report(
        "region", "5565594230", "appointment", Outcome.DATA_FROM_SOURCE, ASKED_AT, ASKED_AT
    )


def test_rows_of_a_system_without_status_are_kept() -> None:
    heard = hear(timeslot(healthcare_facility=OTHER_UNIT), header=statuses(status_row()))
    assert len(heard.items) == 1
    assert [report.system for report in heard.reports] == [UNIT]


def test_a_bad_row_is_laid_on_its_system_and_the_others_are_kept() -> None:
    heard = hear(
        timeslot(bookingId="b-1"),
        timeslot(bookingId="b-2", startTimeInclusive="i morgon"),
        timeslot(bookingId="b-3", healthcare_facility=OTHER_UNIT.lower()),
        header=statuses(status_row(), status_row(address=OTHER_UNIT)),
    )
    assert [item.origin.record for item in heard.items] == ["b-1", "b-3"]
    assert [report.rejected for report in heard.reports] == [1, 0]
    (rejection,) = heard.rejected
    assert rejection.where == "timeslotDetail[2]/startTimeInclusive"
    assert not Answer(heard.items, heard.reports).complete


def test_a_bad_row_of_nobody_is_laid_on_whom_we_asked() -> None:
    heard = hear(timeslot(healthcare_facility=None), header=statuses(status_row()))
    assert [(report.system, report.rejected) for report in heard.reports] == [
        (UNIT, 0),
        ("5565594230", 1),
    ]


def test_another_persons_row_is_dropped_counted_and_told() -> None:
    heard = hear(
        timeslot(),
        timeslot(subject_of_care=OTHER.value, bookingId="b-2"),
        header=statuses(status_row()),
    )
    assert [item.origin.record for item in heard.items] == ["b-1"]
    (report,) = heard.reports
    assert (report.cause, report.rejected) == (Cause.FOREIGN, 1)
    assert OTHER.value not in repr(heard)


def test_rows_in_a_foreign_namespace_are_not_silence() -> None:
    body = schedule(timeslot()).replace(b"r:timeslotDetail", b"c:timeslotDetail")
    heard = read(body, reading=reading())
    assert (heard.items, len(heard.rejected)) == ((), 1)


def test_extensions_are_ignored() -> None:
    heard = hear(timeslot(), "<x:more>1</x:more>")
    assert (len(heard.items), heard.rejected) == (1, ())


@pytest.mark.parametrize("header", ["", statuses()], ids=["direct", "aggregated"])
def test_a_result_of_error_is_a_failure(header: str) -> None:
    body = envelope(care_plans.CONTRACT, result("ERROR"), header)
    (report,) = care_plans.read(body, reading=reading()).reports
    assert (report.outcome, report.cause) == (Outcome.NO_DATA_SYNCH_FAILED, Cause.FAULT)


def test_rows_beside_an_error_are_shown_as_incomplete() -> None:
    body = envelope(care_plans.CONTRACT, care_plan() + result("ERROR"))
    heard = care_plans.read(body, reading=reading())
    assert len(heard.items) == 1
    assert not heard.reports[0].answered


@pytest.mark.parametrize("code", ["OK", "INFO"])
def test_other_results_are_answers(code: str) -> None:
    body = envelope(care_plans.CONTRACT, result(code))
    (report,) = care_plans.read(body, reading=reading()).reports
    assert report.answered
