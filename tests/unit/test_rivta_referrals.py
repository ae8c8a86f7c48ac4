"""Rows of either major become steps, and steps become referrals."""

from collections.abc import Callable
from datetime import datetime

import pytest
from lxml import etree

from stodtjanster.information import ReferralKind, ReferralStatus, ReferralStep, by_referral
from stodtjanster.model import STOCKHOLM, Cause, HsaId, Told
from stodtjanster.sources.kit.referral_steps import STEPS
from stodtjanster.sources.kit.source import Heard
from stodtjanster.sources.request_activities.adapter import CONTRACTS, Adapter, read
from stodtjanster.sources.request_activities.settings import Settings
from tests.rivta_messages import (
    OTHER,
    OTHER_UNIT,
    PERSON,
    SETTINGS,
    TOLVAN,
    UNIT,
    asked,
    elements,
    envelope,
    identity,
    question,
    reading,
)
from tests.rivta_records import KIND_CODES, STEP_CODES, coded, step_1, step_2

FIRST, SECOND = CONTRACTS
EITHER = pytest.mark.parametrize(
    ("contract", "step"), [(FIRST, step_1), (SECOND, step_2)], ids=["1.0", "2.0"]
)
Step = Callable[..., str]


def hear(contract: object, *rows: str) -> Heard:
    return read(envelope(contract, "".join(rows)), reading=reading())


def one(contract: object, row: str) -> ReferralStatus:
    heard = hear(contract, row)
    assert heard.rejected == ()
    (item,) = heard.items
    assert isinstance(item, ReferralStatus)
    return item


@EITHER
def test_every_field_has_its_place(contract: object, step: Step) -> None:
    item = one(contract, step())
    assert item.subject == TOLVAN
    assert (item.step, item.text) == (ReferralStep.SENT, Told("skickad"))
    assert (item.kind, item.kind_text) == (ReferralKind.GENERAL, None)
    assert item.at == datetime(2026, 11, 1, 9, 30, tzinfo=STOCKHOLM)
    assert item.sender == Told("Tallbackens vårdcentral")
    assert item.sent_by == Told("Lena Ek")
    assert item.receiver == Told("Ögonmottagningen")
    assert item.names == {f"{UNIT}|R-1"}
    assert item.origin.system == UNIT
    assert item.origin.approved_for_patient is True


def test_a_step_in_both_majors_has_one_identity() -> None:
    assert one(FIRST, step_1()).origin.identity == one(SECOND, step_2()).origin.identity


def test_steps_of_one_referral_are_told_apart() -> None:
    steps = [
        one(FIRST, step_1(**changes))
        for changes in (
            {},
            {"statusCode": "30"},
            {"eventTime": "20261101093100"},
            {"senderRequestId": "R-2"},
        )
    ]
    assert len({step.origin.identity for step in steps}) == 4


def test_every_code_of_the_code_system_has_words() -> None:
    codes = [step for step in ReferralStep if step is not ReferralStep.UNKNOWN]
    assert list(STEPS) == codes
    for code in codes:
        assert one(FIRST, step_1(statusCode=code.value)).text == STEPS[code]


def test_a_code_that_nobody_knows_is_told_in_the_words_of_the_source() -> None:
    item = one(SECOND, step_2(statusCode=coded("185", STEP_CODES, "Arkiverad")))
    assert (item.step, item.text) == (ReferralStep.UNKNOWN, Told("Arkiverad"))
    item = one(SECOND, step_2(statusCode=coded("20", "1.2.3", "Egen kod")))
    assert (item.step, item.text) == (ReferralStep.UNKNOWN, Told("Egen kod"))
    item = one(FIRST, step_1(statusCode="185"))
    assert (item.step, item.text) == (ReferralStep.UNKNOWN, Told("185"))


def test_a_kind_that_nobody_knows_is_told_in_the_words_of_the_source() -> None:
    item = one(SECOND, step_2(request={"type": coded("9", KIND_CODES, "Ögonremiss")}))
    assert (item.kind, item.kind_text) == (ReferralKind.UNKNOWN, Told("Ögonremiss"))
    assert one(FIRST, step_1(typeOfRequest="3")).kind is ReferralKind.UNKNOWN


@pytest.mark.parametrize(
    ("contract", "row", "where"),
    [
        (FIRST, step_1(statusCode=None), "statusCode"),
        (FIRST, step_1(eventTime="i går"), "eventTime"),
        (FIRST, step_1(senderRequestId=None), "request id"),
        (FIRST, step_1(senderRequestId=" "), "request id"),
        (FIRST, step_1(logicalSystemId=None), "logicalSystemId"),
        (FIRST, step_1(subjectOfCareId=None), "subjectOfCareId"),
        (SECOND, step_2(statusCode=None), "statusCode"),
        (SECOND, step_2(eventTime=None), "eventTime"),
        (SECOND, step_2(request={"id": None}), "request id"),
    ],
)
def test_a_row_that_cannot_be_read_says_where(contract: object, row: str, where: str) -> None:
    heard = hear(contract, row)
    assert heard.items == ()
    assert [rejection.where for rejection in heard.rejected] == [f"requestActivity[1]/{where}"]


@pytest.mark.parametrize(
    ("contract", "row"),
    [
        (FIRST, step_1(subjectOfCareId=OTHER.value)),
        (SECOND, step_2({"originalPatientId": identity(OTHER.value, PERSON)})),
    ],
    ids=["1.0", "2.0"],
)
def test_another_persons_referral_is_never_shown(contract: object, row: str) -> None:
    heard = hear(contract, row)
    assert heard.items == ()
    assert [report.cause for report in heard.reports] == [Cause.FOREIGN]


def test_a_row_with_the_number_asked_about_is_that_persons() -> None:
    row = step_2({"originalPatientId": identity(TOLVAN.value, PERSON)})
    assert one(SECOND, row).subject == TOLVAN


def test_in_a_file_a_row_without_a_number_is_nobodys() -> None:
    (item,) = read(envelope(SECOND, step_2()), reading=reading(subject=None)).items
    assert item.subject is None


def test_only_the_newer_major_can_say_that_a_step_is_not_approved() -> None:
    item = one(SECOND, step_2({"approvedForPatient": "false"}))
    assert item.origin.approved_for_patient is False


def test_a_referral_is_named_by_whoever_gave_it_a_number() -> None:
    item = one(
        FIRST,
        step_1(
            receiverRequestId="7",
            receivingOrganizationalUnitId=OTHER_UNIT,
            careUnit=OTHER_UNIT,
            logicalSystemId=OTHER_UNIT,
        ),
    )
    assert item.names == {f"{UNIT}|R-1", f"{OTHER_UNIT}|7"}
    assert item.origin.care_unit == HsaId(OTHER_UNIT)
    item = one(FIRST, step_1(requestIssuedByOrganizationalUnitId=None, logicalSystemId=OTHER_UNIT))
    assert item.names == {f"{OTHER_UNIT}|R-1"}


@EITHER
def test_an_id_that_says_who_gave_it_is_the_same_everywhere(contract: object, step: Step) -> None:
    written = f"{OTHER_UNIT.lower()}#R-1"
    changes = {"request": {"id": written}} if step is step_2 else {"senderRequestId": written}
    assert one(contract, step(**changes)).names == {f"{OTHER_UNIT}|R-1"}


def sent(at: str, code: str = "20", **changes: str | None) -> ReferralStatus:
    return one(FIRST, step_1(statusCode=code, eventTime=at, **changes))


def test_a_referral_has_its_latest_step_first() -> None:
    steps = [
        sent("20261101093000"),
        sent("20261105090000", "100"),
        sent("20261103080000", "30"),
        sent("20261104080000", senderRequestId="R-2"),
    ]
    first, second = by_referral(steps)
    assert [step.step for step in first.steps] == [
        ReferralStep.WAITING_LIST,
        ReferralStep.RECEIVED,
        ReferralStep.SENT,
    ]
    assert first.latest is steps[1]
    assert second.steps == (steps[3],)


def test_sender_and_receiver_tell_of_one_referral() -> None:
    own = {"receiverRequestId": "7", "receivingOrganizationalUnitId": OTHER_UNIT}
    steps = [
        sent("20261101093000"),
        sent("20261102093000", "30", logicalSystemId=OTHER_UNIT, **own),
        sent(
            "20261103093000", "90", logicalSystemId=OTHER_UNIT, **{**own, "senderRequestId": None}
        ),
    ]
    (referral,) = by_referral(steps)
    assert referral.steps == tuple(reversed(steps))


def test_the_same_number_from_another_unit_is_another_referral() -> None:
    steps = [
        sent("20261101093000"),
        sent("20261102093000", requestIssuedByOrganizationalUnitId=OTHER_UNIT),
    ]
    assert len(by_referral(steps)) == 2


def test_steps_of_one_moment_stand_in_the_order_of_their_codes() -> None:
    steps = [sent("20261101093000", code) for code in ("100", "30", "185")]
    (referral,) = by_referral(steps)
    assert [step.step.value for step in referral.steps] == ["100", "30", "unknown"]


def test_no_steps_are_no_referrals() -> None:
    assert by_referral([]) == ()


def test_each_major_is_asked_in_its_own_way() -> None:
    older = Adapter(Settings.model_validate({**SETTINGS, "major": 1, "years_back": 1}))
    root = etree.fromstring(asked(older, question(ReferralStatus)).body)
    own = f".//{{{FIRST.namespace}}}"
    assert root.findtext(f"{own}fromDate") == "20250101000000"
    assert root.findtext(f"{own}toDate") == "20261231235959"
    newer = Adapter(Settings.model_validate({**SETTINGS, "years_back": 1}))
    root = etree.fromstring(asked(newer, question(ReferralStatus)).body)
    assert root.findtext(f".//{{{SECOND.types}}}start") == "20250101"


def test_an_organisation_without_an_id_leaves_the_number_to_the_system() -> None:
    author = elements(name="Lena Ek", organization=elements(name="Privat mottagning"))
    item = one(SECOND, step_2(request={"author": author}))
    assert item.names == {f"{UNIT}|R-1"}
    assert item.sender == Told("Privat mottagning")
