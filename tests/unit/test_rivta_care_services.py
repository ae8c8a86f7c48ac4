"""CareServiceType becomes a CareService."""

from datetime import date
from typing import Any

import pytest
from lxml import etree

from stodtjanster.information import CareService, CareServiceKind
from stodtjanster.model import Cause, HsaId, Told
from stodtjanster.sources.care_services.adapter import CONTRACT, Adapter, read
from stodtjanster.sources.care_services.settings import Settings
from stodtjanster.sources.kit.source import Heard
from tests.rivta_messages import (
    AUTUMN,
    HSA,
    OTHER,
    OTHER_UNIT,
    PERSON,
    SETTINGS,
    TOLVAN,
    UNIT,
    asked,
    care_service,
    elements,
    envelope,
    identity,
    question,
    reading,
    summary_header,
)


def hear(*rows: str, **changes: Any) -> Heard:
    return read(envelope(CONTRACT, "".join(rows)), reading=reading(**changes))


def one(row: str) -> CareService:
    heard = hear(row)
    assert heard.rejected == ()
    (item,) = heard.items
    assert isinstance(item, CareService)
    return item


def test_every_field_has_its_place() -> None:
    period = elements(start="20260301000000", end="20261231235959")
    item = one(care_service(timePeriod=period, housing="Storgatan 1"))
    assert item.subject == TOLVAN
    assert (item.name, item.extent) == (Told("Hemtjänst"), Told("14 timmar i veckan"))
    assert (item.kind, item.law) == (CareServiceKind.HOME_HELP, None)
    assert (item.first, item.last) == (date(2026, 3, 1), date(2026, 12, 31))
    assert (item.performer, item.performer_unit) == (Told("Tallbackens vårdcentral"), HsaId(UNIT))
    assert item.origin.identity == (UNIT, "p-1")
    assert item.origin.approved_for_patient is True
    assert item.origin.care_unit == HsaId(UNIT)
    assert (item.handler, item.phone, item.paused) == (Told("Lena Ek"), None, False)
    # A decision tells that it is granted, not that it has begun.
    assert (item.started, item.decided) == (None, None)


def test_where_a_person_lives_is_not_read() -> None:
    assert "Storgatan" not in repr(one(care_service(housing="Storgatan 1")))


@pytest.mark.parametrize(
    ("code", "kind", "law"),
    [
        ("HSJV", CareServiceKind.HOME_HEALTH_CARE, None),
        ("LSS", CareServiceKind.LSS, "LSS"),
        ("SVTJ", CareServiceKind.SPECIALIST_CARE, None),
        ("SÄBO", CareServiceKind.SPECIAL_HOUSING, None),
        ("SA\u0308BO", CareServiceKind.SPECIAL_HOUSING, None),
        (" säbo ", CareServiceKind.SPECIAL_HOUSING, None),
        ("XYZ", CareServiceKind.UNKNOWN, None),
        (None, CareServiceKind.UNKNOWN, None),
    ],
)
def test_a_type_is_known_or_not(code: str | None, kind: CareServiceKind, law: str | None) -> None:
    item = one(care_service(typeOfCareService=code))
    assert (item.kind, item.law, item.name) == (kind, law, Told("Hemtjänst"))


@pytest.mark.parametrize(
    ("code", "name"), [("SÄBO", "Särskilt boende"), ("XYZ", "XYZ"), ("LSS", "Insats enligt LSS")]
)
def test_a_service_without_words_is_called_what_its_code_means(code: str, name: str) -> None:
    assert one(care_service(typeOfCareService=code, input="")).name == Told(name)


@pytest.mark.parametrize(
    ("performer", "unit", "name"),
    [
        (identity(UNIT), UNIT, "Tallbackens vårdcentral"),
        (identity(OTHER_UNIT), OTHER_UNIT, None),
        # Real messages write the HSA-id as root.
        (elements(root=OTHER_UNIT), OTHER_UNIT, None),
        (elements(root=HSA), None, None),
        (identity("inget HSA-id"), None, None),
        (None, None, None),
    ],
)
def test_who_performs_is_named_when_it_is_who_wrote(
    performer: str | None, unit: str | None, name: str | None
) -> None:
    item = one(care_service(performerHealthCareUnit=performer))
    assert item.performer_unit == (HsaId(unit) if unit else None)
    assert item.performer == (Told(name) if name else None)


@pytest.mark.parametrize(
    ("period", "shown"),
    [
        (elements(start="20260301000000"), True),
        (elements(start="20260301000000", end="20261120100000"), True),
        (elements(start="20260301000000", end="20261119235959"), False),
        (elements(start="20270101000000"), False),
        (elements(start="20260301", end="99991231"), True),
        ("", True),
        (None, True),
    ],
)
def test_what_is_in_force_in_the_period_is_shown(period: str | None, shown: bool) -> None:
    heard = hear(care_service(timePeriod=period), period=AUTUMN)
    assert (len(heard.items) == 1, heard.rejected) == (shown, ())


@pytest.mark.parametrize(
    ("row", "where"),
    [
        (care_service(input=None, typeOfCareService=None), "careServiceBody/input"),
        (
            care_service(timePeriod=elements(start="mars")),
            "careServiceBody/timePeriod/start",
        ),
        (
            care_service(timePeriod=elements(start="20260301", end="20260201")),
            "careServiceBody/timePeriod/end",
        ),
        (care_service(summary_header(documentId=None)), "documentId"),
        (care_service(summary_header(patientId=None)), "patientId"),
    ],
)
def test_a_row_that_cannot_be_read_says_where(row: str, where: str) -> None:
    heard = hear(row, care_service())
    assert len(heard.items) == 1
    assert [rejection.where for rejection in heard.rejected] == [f"careService[1]/{where}"]


def test_what_is_not_approved_is_marked_and_what_is_nullified_is_gone() -> None:
    heard = hear(
        care_service(summary_header(approvedForPatient="false")),
        care_service(summary_header(nullified="true")),
    )
    assert [item.origin.approved_for_patient for item in heard.items] == [False]


def test_another_persons_service_is_never_shown() -> None:
    other = elements(id=OTHER.value, type=PERSON)
    heard = hear(care_service(summary_header(patientId=other)))
    assert heard.items == ()
    assert [report.cause for report in heard.reports] == [Cause.FOREIGN]


def test_a_service_that_was_decided_long_ago_is_asked_for() -> None:
    adapter = Adapter(Settings.model_validate({**SETTINGS, "years_back": 2}))
    root = etree.fromstring(asked(adapter, question(CareService)).body)
    types = f"{{{CONTRACT.types}}}"
    assert root.findtext(f".//{types}start") == "20240101"
    assert root.findtext(f".//{types}end") == "20261231"
