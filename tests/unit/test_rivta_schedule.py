"""TimeslotType becomes an Appointment."""

from datetime import date, datetime

import pytest
from lxml import etree

from stodtjanster.information import Appointment, VisitForm
from stodtjanster.model import STOCKHOLM, HsaId, Open, Period, PersonId, Timed, Told
from stodtjanster.sources.kit.visit_form import visit_form
from stodtjanster.sources.subject_of_care_schedule.adapter import Adapter, read
from stodtjanster.sources.subject_of_care_schedule.settings import Settings
from tests.rivta_messages import (
    OTHER,
    SETTINGS,
    TOLVAN,
    UNIT,
    asked,
    question,
    reading,
    schedule,
    timeslot,
)


def one(row: str, **changes: object) -> Appointment:
    heard = read(schedule(row), reading=reading(**changes))
    assert heard.rejected == ()
    (item,) = heard.items
    assert isinstance(item, Appointment)
    return item


def test_every_field_has_its_place() -> None:
    item = one(
        timeslot(
            purpose="Kom fastande",
            reason="Ont i knät",
            resourceName="Rum 3",
            careTypeName="Hembesök",
            cancel_booking_allowed="true",
            rebooking_allowed="0",
            invitation="true",
        )
    )
    assert item.subject == TOLVAN
    assert item.when == Timed(
        datetime(2026, 11, 24, 9, 30, tzinfo=STOCKHOLM),
        datetime(2026, 11, 24, 10, tzinfo=STOCKHOLM),
    )
    assert item.title == Told("Återbesök")
    assert item.who == (Told("Lena Ek"), Told("Rum 3"))
    assert item.unit == Told("Tallbackens vårdcentral")
    assert item.form is VisitForm.HOME
    assert item.invitation is True
    assert item.instruction == Told("Kom fastande")
    assert item.reason == Told("Ont i knät")
    assert (item.cancel_allowed, item.rebook_allowed, item.message_allowed) == (True, False, None)
    assert item.origin.identity == (UNIT, "b-1")
    assert item.origin.contract == "GetSubjectOfCareSchedule"
    assert item.origin.care_unit == HsaId(UNIT)
    assert item.origin.approved_for_patient is True


def test_what_is_not_said_is_not_guessed() -> None:
    item = one(
        timeslot(
            startTimeInclusive=None,
            endTimeExclusive=None,
            performerName=None,
            timeTypeName=None,
            healthcare_facility_name=None,
            cancel_booking_allowed="kanske",
        )
    )
    assert item.when == Open()
    assert (item.title, item.who, item.unit, item.instruction) == (None, (), None, None)
    assert item.form is VisitForm.UNKNOWN
    assert (item.cancel_allowed, item.invitation) == (None, False)


def test_the_title_falls_back_on_the_kind_of_care() -> None:
    assert one(timeslot(timeTypeName=" ", careTypeName="Provtagning")).title == Told("Provtagning")


def test_one_name_for_performer_and_resource_is_said_once() -> None:
    assert one(timeslot(resourceName="Lena Ek")).who == (Told("Lena Ek"),)


def test_a_booking_without_id_keeps_its_name_and_no_other_has_it() -> None:
    first, again, later = (
        one(timeslot(bookingId=None, startTimeInclusive=start)).origin.record
        for start in ("20261124093000", "20261124093000", "20261125093000")
    )
    assert first == again != later


def test_the_unit_is_compared_without_regard_to_case() -> None:
    assert one(timeslot(healthcare_facility=f" {UNIT.lower()}\n")).origin.system == UNIT


@pytest.mark.parametrize(
    ("agent", "signed"),
    [(None, (TOLVAN, "subject_of_care")), (OTHER, (OTHER, "subject_of_care_agent"))],
)
def test_the_question_is_signed_by_who_asks(
    agent: PersonId | None, signed: tuple[PersonId, str]
) -> None:
    """TKB crm:scheduling 1.1: the Actor header is mandatory."""
    request = asked(Adapter(Settings(**SETTINGS)), question(Appointment, agent=agent))
    root = etree.fromstring(request.body)
    assert root.findtext(".//{*}subject_of_care") == TOLVAN.value
    assert root.findtext(".//{*}actorId") == signed[0].value
    assert root.findtext(".//{*}actorType") == signed[1]


def test_a_row_without_person_is_about_whom_we_asked() -> None:
    assert one(timeslot(subject_of_care=None)).subject == TOLVAN


def test_a_row_without_person_is_about_nobody_when_nobody_was_asked_about() -> None:
    assert one(timeslot(subject_of_care=None), subject=None).subject is None


def test_any_person_is_read_when_nobody_was_asked_about() -> None:
    assert one(timeslot(subject_of_care=OTHER.value), subject=None).subject == OTHER


@pytest.mark.parametrize("written", [" 191212121212 ", "19121212-1212"])
def test_a_number_in_another_dress_is_the_same_person(written: str) -> None:
    assert one(timeslot(subject_of_care=written)).subject == TOLVAN


def test_a_row_with_two_persons_is_nobodys() -> None:
    row = timeslot(
        subject_of_care=f"{OTHER.value}</c:subject_of_care><c:subject_of_care>{TOLVAN.value}"
    )
    heard = read(schedule(row), reading=reading())
    assert (heard.items, heard.rejected[0].why) == ((), "an element comes twice")


def test_an_unknown_element_changes_nothing() -> None:
    row = timeslot().replace("</r:timeslotDetail>", "<x:a/><x:a/><c:b/></r:timeslotDetail>")
    assert one(row) == one(timeslot())


def test_times_outside_the_period_are_left_out_without_being_rejected() -> None:
    period = Period(date(2026, 11, 25), date(2026, 11, 30))
    heard = read(
        schedule(timeslot(), timeslot(startTimeInclusive="20261126093000", bookingId="b-2")),
        reading=reading(period=period),
    )
    assert [item.origin.record for item in heard.items] == ["b-2"]
    assert heard.rejected == ()


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"healthcare_facility": " "}, "healthcare_facility"),
        ({"healthcare_facility": "S" * 200}, "healthcare_facility"),
        ({"bookingId": "b" * 300}, "bookingId"),
        ({"startTimeInclusive": "?"}, "startTimeInclusive"),
        ({"startTimeInclusive": "1" * 1000}, "startTimeInclusive"),
        ({"subject_of_care": " "}, "subject_of_care"),
    ],
)
def test_a_row_that_cannot_be_read_says_where(changes: dict[str, str], where: str) -> None:
    heard = read(schedule(timeslot(**changes)), reading=reading())
    assert [rejection.where for rejection in heard.rejected] == [f"timeslotDetail[1]/{where}"]


def test_an_absurdly_long_name_is_cut_visibly() -> None:
    title = one(timeslot(timeTypeName="a" * 5_000)).title
    assert len(title.text) == 1_000
    assert title.text.endswith("…")


@pytest.mark.parametrize(
    ("names", "form"),
    [
        (("Telefontid",), VisitForm.PHONE),
        (("Besök per telefon", None), VisitForm.PHONE),
        (("Videosamtal",), VisitForm.VIDEO),
        (("VIDEO",), VisitForm.VIDEO),
        (("Digitalt vårdmöte",), VisitForm.VIDEO),
        (("Hembesök av arbetsterapeut",), VisitForm.HOME),
        (("Återbesök", "Mottagningsbesök"), VisitForm.VISIT),
        (("Återbesök",), VisitForm.UNKNOWN),
        (("Video-EEG",), VisitForm.UNKNOWN),
        (("Telefonväxel",), VisitForm.UNKNOWN),
        (("Ej telefon",), VisitForm.UNKNOWN),
        (("Telefontid", "Hembesök"), VisitForm.UNKNOWN),
        ((None, None), VisitForm.UNKNOWN),
    ],
)
def test_the_form_is_said_only_where_it_is_plain(
    names: tuple[str | None, ...], form: VisitForm
) -> None:
    assert visit_form(*names) is form
