"""Details, free days, free times and outcomes, as units tell them."""

from datetime import date

import pytest

from stodtjanster.information import Appointment, FreeDay, FreeTime, VisitForm
from stodtjanster.information.booking import Done, Refused
from stodtjanster.model import Cause, Open, Period, Timed, Told
from stodtjanster.sources.bookings.answers import read, read_outcome
from stodtjanster.sources.bookings.requests import CANCEL, MAKE, MOVE, TIMES
from stodtjanster.sources.kit.booking_details import read_details
from stodtjanster.sources.kit.source import SourceFailed
from tests.bookings import (
    END,
    START,
    booking,
    details,
    free_day,
    free_days,
    free_times,
    offered,
    outcome,
    own,
)
from tests.rivta_messages import OTHER, OTHER_UNIT, TOLVAN, UNIT, envelope, fault, reading

NOVEMBER = Period(date(2026, 11, 25), date(2026, 11, 30))


def rejected(body: bytes, **changes: object) -> list[tuple[str, str]]:
    heard = read(body, reading=reading(**changes))
    assert heard.items == ()
    return [(each.where, each.why) for each in heard.rejected]


def test_details_are_a_booking_that_says_what_may_be_done() -> None:
    heard = read_details(details(rebooking_allowed="false"), UNIT, "b-1", reading(address=UNIT))
    (item,) = heard.items
    assert isinstance(item, Appointment)
    assert (item.cancel_allowed, item.rebook_allowed, item.message_allowed) == (True, False, True)
    assert item.origin.contract == "GetBookingDetails"
    assert item.origin.identity == booking().origin.identity


def test_an_open_invitation_has_no_time() -> None:
    body = details(startTimeInclusive=None, endTimeExclusive=None, invitation="true")
    (item,) = read(body, reading=reading()).items
    assert (item.when, item.invitation) == (Open(), True)


@pytest.mark.parametrize(
    "changes",
    [
        {"subject_of_care": OTHER.value},
        {"bookingId": "b-2"},
        {"bookingId": None},
        {"healthcare_facility": OTHER_UNIT},
    ],
)
def test_details_of_another_booking_are_foreign(changes: dict[str, str | None]) -> None:
    heard = read_details(details(**changes), UNIT, "b-1", reading(address=UNIT))
    assert heard.items == ()
    assert [report.cause for report in heard.reports] == [Cause.FOREIGN]


def test_a_free_time_has_its_place_and_keeps_what_it_is_known_by() -> None:
    body = free_times(
        offered(resourceID=" r-7 ", careTypeName="Videobesök", performer="SE-7", careTypeID="9")
    )
    (item,) = read(body, reading=reading(address=UNIT)).items
    assert isinstance(item, FreeTime)
    assert (item.when, item.form) == (Timed(START, END), VisitForm.VIDEO)
    assert (item.who, item.title) == ((Told("Lena Ek"),), Told("Återbesök"))
    assert item.subject == TOLVAN
    assert dict(item.given)["resourceID"] == " r-7 "
    assert [name for name, _ in item.given] == [
        "startTimeInclusive",
        "endTimeExclusive",
        "healthcare_facility",
        "performer",
        "healthcare_facility_name",
        "performerName",
        "resourceID",
        "timeTypeName",
        "careTypeName",
        "careTypeID",
    ]
    assert "r-7" not in repr(item)


def test_times_at_one_hour_in_two_rooms_are_two() -> None:
    body = free_times(offered(resourceID="1"), offered(resourceID="2"), offered(resourceID="1"))
    heard = read(body, reading=reading())
    assert len({item.origin.identity for item in heard.items}) == 2


def test_free_times_and_days_outside_the_period_are_left_out() -> None:
    for body in (free_times(), free_days()):
        heard = read(body, reading=reading(period=NOVEMBER))
        assert (heard.items, heard.rejected) == ((), ())


def test_a_free_day_has_its_place() -> None:
    (item,) = read(free_days(), reading=reading(address=UNIT)).items
    assert isinstance(item, FreeDay)
    assert (item.day, item.title) == (date(2026, 11, 24), Told("Återbesök"))
    assert item.who == (Told("Rum 3"),)
    assert item.origin.identity[0] == UNIT


@pytest.mark.parametrize(
    ("row", "where"),
    [
        (free_day(date="?"), "date"),
        (free_day(date=None), "date"),
        (free_day(healthcare_facility=None), "healthcare_facility"),
        (free_day(healthcare_facility=OTHER_UNIT), "healthcare_facility"),
    ],
)
def test_a_day_that_cannot_be_read_says_where(row: str, where: str) -> None:
    ((place, _),) = rejected(free_days(row), address=UNIT)
    assert place == f"performerAvailabilityByDate[1]/{where}"


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"startTimeInclusive": None}, "startTimeInclusive"),
        ({"startTimeInclusive": "20261124"}, "startTimeInclusive"),
        ({"startTimeInclusive": "?"}, "startTimeInclusive"),
        ({"healthcare_facility": OTHER_UNIT}, "healthcare_facility"),
        ({"subject_of_care": OTHER.value}, "subject_of_care"),
        ({"resourceID": "x" * 300}, "resourceID"),
    ],
)
def test_a_time_that_cannot_be_taken_says_where(changes: dict[str, str | None], where: str) -> None:
    ((place, _),) = rejected(free_times(offered(**changes)), address=UNIT)
    assert place == f"timeslotDetail[1]/{where}"


def test_a_day_with_two_dates_is_no_day() -> None:
    row = free_day(date="20261124</r:date><r:date>20261125")
    assert [why for _, why in rejected(free_days(row))] == ["an element comes twice"]


@pytest.mark.parametrize("contract", [CANCEL, MOVE, MAKE])
def test_an_outcome_is_what_the_source_says(contract: object) -> None:
    assert read_outcome(outcome(contract, "OK")) == Done()
    assert read_outcome(outcome(contract, "OK", " ")) == Done()
    assert read_outcome(outcome(contract, "OK", "Klart")) == Done(Told("Klart"))
    assert read_outcome(outcome(contract, "INFO", "Kom fastande")) == Done(
        Told("Kom fastande"), info=True
    )
    assert read_outcome(outcome(contract, "ERROR", "Upptagen")) == Refused(Told("Upptagen"))
    assert read_outcome(outcome(contract, "ERROR")) == Refused()


def test_a_new_booking_has_an_id() -> None:
    assert read_outcome(outcome(MAKE, "OK", record=" b-9 ")) == Done(record="b-9")
    assert read_outcome(outcome(MAKE, "INFO", record="x" * 300)) == Done(info=True)


@pytest.mark.parametrize("code", [None, "", "ok", "KANSKE"])
def test_a_code_that_nobody_knows_is_no_yes_and_no_no(code: str | None) -> None:
    with pytest.raises(SourceFailed) as failed:
        read_outcome(outcome(CANCEL, code))
    assert failed.value.cause is Cause.UNREADABLE


def test_two_codes_are_none() -> None:
    both = own(CANCEL, "resultCode", "OK") + own(CANCEL, "resultCode", "ERROR")
    with pytest.raises(SourceFailed) as failed:
        read_outcome(envelope(CANCEL, both))
    assert failed.value.cause is Cause.UNREADABLE


@pytest.mark.parametrize("body", [free_times(), fault("soap:Server", "Fel"), b"garbage"])
def test_another_answer_is_no_outcome(body: bytes) -> None:
    with pytest.raises(SourceFailed):
        read_outcome(body)


def test_an_outcome_is_no_list_of_times() -> None:
    with pytest.raises(SourceFailed) as failed:
        read(outcome(CANCEL, "OK"), reading=reading())
    assert failed.value.cause is Cause.UNREADABLE
    assert read(envelope(TIMES, ""), reading=reading()).items == ()
