"""CarePlanType becomes a CarePlan."""

from base64 import b64encode
from datetime import date, datetime
from typing import Any

import pytest
from lxml import etree

from stodtjanster.information import Attachment, CarePlan, CarePlanKind, Participant
from stodtjanster.model import STOCKHOLM, Cause, HsaId, Period, Told
from stodtjanster.sources.care_plans.adapter import CONTRACT, MAX_ATTACHMENT, Adapter, read
from stodtjanster.sources.care_plans.settings import Settings
from stodtjanster.sources.kit.source import Heard
from tests.rivta_messages import (
    OTHER,
    SETTINGS,
    TOLVAN,
    UNIT,
    asked,
    care_plan,
    element,
    elements,
    envelope,
    identity,
    question,
    reading,
)


def hear(*rows: str) -> Heard:
    return read(envelope(CONTRACT, "".join(rows)), reading=reading())


def one(row: str) -> CarePlan:
    heard = hear(row)
    assert heard.rejected == ()
    (item,) = heard.items
    assert isinstance(item, CarePlan)
    return item


def content(**fields: str) -> str:
    return f"<c:content>{elements(**fields)}</c:content>"


def test_every_field_has_its_place() -> None:
    item = one(care_plan())
    assert item.subject == TOLVAN
    assert (item.kind, item.kind_text) == (CarePlanKind.SIP, None)
    assert item.title == Told("Samordnad individuell plan")
    assert item.owner == item.origin.unit_name == Told("Tallbackens vårdcentral")
    assert item.responsible == Told("Lena Ek")
    assert item.authored == datetime(2026, 3, 1, 12, tzinfo=STOCKHOLM)
    assert item.origin.documented_at == datetime(2026, 3, 2, 12, tzinfo=STOCKHOLM)
    assert item.origin.care_provider == HsaId("SE2321000230-1000")
    assert item.origin.care_unit == HsaId(UNIT)
    assert item.origin.identity == (UNIT, "p-1")
    assert item.origin.approved_for_patient is True
    assert item.keys == {f"{UNIT}|p-1"}
    assert item.follow_up is None
    assert item.changed == item.origin.documented_at


def test_the_units_that_take_part_and_the_one_who_answers_with_profession() -> None:
    kind = "<c:typeOfCarePlanEnum>SIP</c:typeOfCarePlanEnum>"
    units = (identity(UNIT), identity(" se2321000230-9009 "), identity(UNIT), identity("Vård"))
    body = "".join(element("participatingCareUnitHSAId", unit) for unit in units)
    role = elements(code="sjuksk", originalText="Sjuksköterska")
    author = elements(
        authorTime="20260302120000",
        healthcareProfessionalName="Lena Ek",
        healthcareProfessionalRoleCode=role,
    )
    item = one(care_plan(body + kind, accountableHealthcareProfessional=author))
    assert item.participants == (
        Participant(unit=HsaId(UNIT)),
        Participant(unit=HsaId("SE2321000230-9009")),
    )
    assert item.responsible == Told("Lena Ek, sjuksköterska")


@pytest.mark.parametrize("approved", ["false", "0", "nej", "", None])
def test_what_is_not_plainly_approved_is_not_approved(approved: str | None) -> None:
    assert one(care_plan(approvedForPatient=approved)).origin.approved_for_patient is False


def test_a_nullified_plan_is_gone() -> None:
    heard = hear(care_plan(nullified="true", nullifiedReason="Fel patient"))
    assert (heard.items, heard.rejected) == ((), ())


def test_a_misspelt_nullified_keeps_the_plan_back() -> None:
    heard = hear(care_plan(nullified="ja"))
    assert (heard.items, heard.rejected[0].where) == ((), "carePlan[1]/nullified")


def test_a_plan_that_is_not_nullified_is_shown() -> None:
    assert one(care_plan(nullified="false")).title == Told("Samordnad individuell plan")


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        ("<c:typeOfCarePlanEnum>GP</c:typeOfCarePlanEnum>", CarePlanKind.GP, None),
        ("<c:typeOfCarePlan>RP</c:typeOfCarePlan>", CarePlanKind.RP, None),
        (
            "<c:typeOfCarePlanEnum>XYZ</c:typeOfCarePlanEnum>",
            CarePlanKind.UNKNOWN,
            Told("XYZ"),
        ),
        ("", CarePlanKind.UNKNOWN, None),
    ],
)
def test_a_type_is_known_or_told_as_written(
    body: str, kind: CarePlanKind, words: Told | None
) -> None:
    item = one(care_plan(body))
    assert (item.kind, item.kind_text) == (kind, words)


def test_attachments_are_opened_or_pointed_at() -> None:
    value = b64encode("Mål: gå till affären".encode()).decode()
    item = one(
        care_plan(
            content(mediaType="text/plain", value=f"{value[:8]}\n  {value[8:]}")
            + content(mediaType="application/pdf", reference="https://example.se/plan.pdf")
        )
    )
    assert item.attachments == (
        Attachment("text/plain", content="Mål: gå till affären".encode()),
        Attachment("application/pdf", reference="https://example.se/plan.pdf"),
    )


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"mediaType": "text/plain", "value": "cid:675591582458"}, "value"),
        ({"mediaType": "text/plain"}, "value"),
        ({"mediaType": "text/plain", "reference": "file:///etc/passwd"}, "reference"),
        ({"mediaType": "text/plain\r\nX: y", "value": "UGxhbg=="}, "mediaType"),
        ({"mediaType": "image/png", "value": "A" * (MAX_ATTACHMENT * 4 // 3 + 8)}, "value"),
    ],
)
def test_an_attachment_that_cannot_be_read_is_counted_and_the_plan_shown(
    fields: dict[str, str], where: str
) -> None:
    heard = hear(care_plan(content(**fields)))
    (item,) = heard.items
    assert item.attachments == ()
    assert [rejection.where for rejection in heard.rejected] == [f"carePlan[1]/content[1]/{where}"]
    assert [report.rejected for report in heard.reports] == [1]


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"documentId": None}, "documentId"),
        ({"documentId": "d" * 300}, "documentId"),
        ({"sourceSystemHSAId": None}, "sourceSystemHSAId"),
        ({"patientId": None}, "patientId"),
    ],
)
def test_a_row_that_cannot_be_read_says_where(changes: dict[str, Any], where: str) -> None:
    heard = hear(care_plan(**changes), care_plan())
    assert len(heard.items) == 1
    assert [rejection.where for rejection in heard.rejected] == [f"carePlan[1]/{where}"]


def test_another_persons_plan_is_never_shown() -> None:
    heard = hear(care_plan(patientId=elements(id=OTHER.value, type="1.2.752.129.2.1.3.1")))
    assert heard.items == ()
    assert [report.cause for report in heard.reports] == [Cause.FOREIGN]


def test_a_plan_that_was_written_long_ago_is_asked_for() -> None:
    adapter = Adapter(Settings.model_validate({**SETTINGS, "years_back": 3}))
    period = Period(date(2024, 2, 29), date(2026, 12, 31))
    root = etree.fromstring(asked(adapter, question(CarePlan, period=period)).body)
    types = f"{{{CONTRACT.types}}}"
    assert root.findtext(f".//{types}start") == "20210101"
    assert root.findtext(f".//{types}end") == "20261231"
    assert root.find(".//{urn:riv:interoperability:headers:1}Actor") is None
