"""CareContactType of both majors becomes a CareContact."""

from datetime import date, datetime
from typing import Any

import pytest
from lxml import etree

from stodtjanster.information import CareContact, CareContactKind, CareContactStatus
from stodtjanster.model import STOCKHOLM, Cause, Dated, HsaId, Open, Timed, Told
from stodtjanster.sources.care_contacts.adapter import CONTRACTS, Adapter, read
from stodtjanster.sources.care_contacts.settings import Settings
from stodtjanster.sources.kit.rivta import Contract
from stodtjanster.sources.kit.source import Heard, SourceFailed
from tests.rivta_messages import (
    AUTUMN,
    OTHER,
    PERSON,
    SETTINGS,
    TOLVAN,
    UNIT,
    asked,
    care_contact,
    elements,
    envelope,
    question,
    reading,
    result,
    summary_header,
    told,
)

V2, V3 = CONTRACTS
KINDS = "1.2.752.129.2.2.2.25"
SNOMED = "1.2.752.116.2.1.1"
START = datetime(2026, 11, 24, 9, 30, tzinfo=STOCKHOLM)
both = pytest.mark.parametrize("contract", CONTRACTS, ids=["2.0", "3.0"])


def hear(contract: Contract, *rows: str, **changes: Any) -> Heard:
    return read(envelope(contract, "".join(rows)), reading=reading(**changes))


def one(row: str, contract: Contract = V3) -> CareContact:
    heard = hear(contract, row)
    assert heard.rejected == ()
    (item,) = heard.items
    assert isinstance(item, CareContact)
    return item


@both
def test_every_field_has_its_place(contract: Contract) -> None:
    item = one(care_contact(), contract)
    assert item.subject == TOLVAN
    assert (item.kind, item.kind_text) == (CareContactKind.VISIT, None)
    assert (item.status, item.status_text) == (CareContactStatus.PLANNED, None)
    assert (item.when, item.ended) == (Timed(START), False)
    assert item.reason == Told("Ont i höften")
    assert item.unit == Told("Ortopedmottagningen")
    assert item.responsible == Told("Lena Ek")
    assert item.origin.identity == (UNIT, "p-1")
    assert item.origin.care_unit == HsaId(UNIT)
    assert item.origin.approved_for_patient is True


def test_a_record_has_the_same_name_in_both_majors() -> None:
    older, newer = one(care_contact(), V2), one(care_contact(), V3)
    assert older.origin.identity == newer.origin.identity


@both
def test_of_a_contact_without_a_unit_the_unit_of_who_wrote_is_told(contract: Contract) -> None:
    item = one(care_contact(careContactOrgUnit=None), contract)
    assert item.unit == Told("Tallbackens vårdcentral")


def test_2_0_may_leave_out_who_is_responsible() -> None:
    item = one(care_contact(summary_header(accountableHealthcareProfessional=None)), V2)
    assert (item.responsible, item.origin.care_unit) == (None, None)
    assert item.unit == Told("Ortopedmottagningen")


@pytest.mark.parametrize(
    ("number", "kind", "status"),
    [
        ("1", CareContactKind.VISIT, CareContactStatus.PLANNED),
        ("2", CareContactKind.PHONE, CareContactStatus.CANCELLED),
        ("3", CareContactKind.STAY, CareContactStatus.ONGOING),
        ("4", CareContactKind.DAY_CARE, CareContactStatus.INTERRUPTED),
        ("5", CareContactKind.OTHER, CareContactStatus.FINISHED),
        ("6", CareContactKind.UNKNOWN, CareContactStatus.UNKNOWN),
        (None, CareContactKind.UNKNOWN, CareContactStatus.UNKNOWN),
    ],
)
def test_2_0_has_numbers(
    number: str | None, kind: CareContactKind, status: CareContactStatus
) -> None:
    item = one(care_contact(careContactCode=number, careContactStatus=number), V2)
    assert (item.kind, item.kind_text, item.status, item.status_text) == (kind, None, status, None)


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (elements(code="3", codeSystem=KINDS), CareContactKind.STAY, None),
        (elements(code="3"), CareContactKind.STAY, None),
        (
            elements(code="3", codeSystem="1.2.3", displayName="Distansmöte"),
            CareContactKind.UNKNOWN,
            Told("Distansmöte"),
        ),
        (elements(originalText="Grupp"), CareContactKind.UNKNOWN, Told("Grupp")),
    ],
)
def test_3_0_has_kinds_in_a_code_system(
    code: str, kind: CareContactKind, words: Told | None
) -> None:
    item = one(care_contact(careContactCode=code))
    assert (item.kind, item.kind_text) == (kind, words)


@pytest.mark.parametrize(
    ("code", "status", "words"),
    [
        (elements(code="3"), CareContactStatus.ONGOING, None),
        (elements(originalText="Ej påbörjad"), CareContactStatus.PLANNED, None),
        (elements(code="PÅGÅENDE"), CareContactStatus.ONGOING, None),
        (
            elements(code="89925002", codeSystem=SNOMED, displayName="inställd"),
            CareContactStatus.CANCELLED,
            None,
        ),
        (
            elements(code="3", codeSystem="1.2.3", displayName="Vilande"),
            CareContactStatus.UNKNOWN,
            Told("Vilande"),
        ),
    ],
)
def test_3_0_has_statuses_in_numbers_words_or_snomed(
    code: str, status: CareContactStatus, words: Told | None
) -> None:
    item = one(care_contact(careContactStatus=code))
    assert (item.status, item.status_text) == (status, words)


def test_a_visit_that_ends_when_it_starts_has_ended() -> None:
    start = "20261124093000"
    item = one(care_contact(careContactTimePeriod=elements(start=start, end=start)))
    assert (item.when, item.ended) == (Timed(START), True)


@pytest.mark.parametrize("period", [None, "", elements(start=""), elements(end="20261124")])
def test_3_0_may_say_nothing_of_when(period: str | None) -> None:
    item = one(care_contact(careContactTimePeriod=period))
    assert item.when == Open()


@pytest.mark.parametrize(
    ("status", "start", "end", "shown"),
    [
        ("1", "20261124093000", None, True),
        ("1", "20261119093000", None, False),
        ("1", "20270124093000", None, False),
        ("3", "20240124093000", None, True),
        ("3", "20270124093000", None, False),
        ("3", "20240124093000", "20240125", False),
        (None, "20240124093000", None, True),
        ("5", "20240124093000", None, False),
        ("5", "20261120093000", "20261120093000", True),
        ("5", "20261110093000", "20261121093000", True),
    ],
)
@both
def test_what_goes_on_in_the_period_is_shown(
    contract: Contract, status: str | None, start: str, end: str | None, shown: bool
) -> None:
    row = care_contact(
        careContactStatus=status, careContactTimePeriod=elements(start=start, end=end)
    )
    heard = hear(contract, row, period=AUTUMN)
    assert (len(heard.items) == 1, heard.rejected) == (shown, ())


def test_past_contacts_are_kept_when_the_period_is_past() -> None:
    spring = elements(start="20260301093000", end="20260301093000")
    row = care_contact(careContactStatus="5", careContactTimePeriod=spring)
    assert len(hear(V3, row, period=None).items) == 1


def test_what_goes_on_lasts_until_somebody_says_that_it_is_over() -> None:
    assert one(care_contact(careContactStatus="3")).during == Dated(START.date(), date.max)


@pytest.mark.parametrize(
    ("row", "where"),
    [
        (
            care_contact(careContactTimePeriod=elements(start="i morgon")),
            "careContactTimePeriod/start",
        ),
        (care_contact(summary_header(sourceSystemHSAId="")), "sourceSystemHSAId"),
        (care_contact(summary_header(nullified="ja")), "nullified"),
    ],
)
@both
def test_a_row_that_cannot_be_read_says_where(contract: Contract, row: str, where: str) -> None:
    heard = hear(contract, row, care_contact())
    assert len(heard.items) == 1
    assert [rejection.where for rejection in heard.rejected] == [f"careContact[1]/{where}"]


@both
def test_another_persons_contact_is_never_shown(contract: Contract) -> None:
    other = elements(id=OTHER.value, type=PERSON)
    heard = hear(contract, care_contact(summary_header(patientId=other)))
    assert heard.items == ()
    assert [report.cause for report in heard.reports] == [Cause.FOREIGN]


@pytest.mark.parametrize(("major", "name"), [(2, "timePeriod"), (3, "datePeriod")])
def test_the_period_is_asked_for_in_the_words_of_the_major(major: int, name: str) -> None:
    adapter = Adapter(Settings.model_validate({**SETTINGS, "major": major}))
    request = asked(adapter, question(CareContact))
    contract = CONTRACTS[major - 2]
    content = etree.fromstring(request.body)[1][0]
    assert content.tag == contract.request
    assert request.headers["SOAPAction"] == f'"{contract.action}"'
    period = content.find(f"{{{contract.namespace}}}{name}")
    assert [part.text for part in period] == ["20261120", "20261231"]


def test_an_answer_in_the_other_major_is_no_answer() -> None:
    adapter = Adapter(Settings.model_validate({**SETTINGS, "major": 3}))
    with pytest.raises(SourceFailed) as failed:
        told(adapter, question(CareContact), envelope(V2, care_contact()))
    assert failed.value.cause is Cause.UNREADABLE


def test_an_error_result_is_a_failure_of_whom_we_asked() -> None:
    (report,) = hear(V3, result("ERROR")).reports
    assert report.cause is Cause.FAULT
    assert not report.answered


def test_nobody_asks_for_a_major_that_is_not() -> None:
    with pytest.raises(ValueError, match="major"):
        Settings.model_validate({**SETTINGS, "major": 1})
