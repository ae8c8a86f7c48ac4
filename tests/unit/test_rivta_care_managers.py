"""PractitionerRoleType becomes a CareManager."""

from datetime import date, datetime
from typing import Any

import pytest

from stodtjanster.information import CareManager, CareManagerKind, Telecom, TelecomKind
from stodtjanster.model import STOCKHOLM, Cause, HsaId, Told
from stodtjanster.sources.care_managers.adapter import CONTRACT, read
from stodtjanster.sources.kit.source import Heard
from tests.rivta_messages import (
    AUTUMN,
    OTHER,
    TOLVAN,
    UNIT,
    care_manager,
    element,
    elements,
    envelope,
    identity,
    reading,
    telecom,
)


def hear(*rows: str, **changes: Any) -> Heard:
    return read(envelope(CONTRACT, "".join(rows)), reading=reading(**changes))


def one(row: str) -> CareManager:
    heard = hear(row)
    assert heard.rejected == ()
    (item,) = heard.items
    assert isinstance(item, CareManager)
    return item


def test_every_field_has_its_place() -> None:
    team = elements(
        id=identity("team-1"),
        name="Hemsjukvårdsteamet",
        externalNotes="Ring före tio",
        contact=telecom("phone", "0980-319 201"),
    )
    unit = elements(hsaId=identity(UNIT), name="Tallbackens vårdcentral")
    item = one(
        care_manager(
            practitioner=elements(
                id=identity(OTHER.value, "1.2.752.129.2.1.3.1"),
                name="Lena Ek",
                qualification=elements(code="1", displayName="Distriktssköterska"),
            ),
            period="<c:start>20260301</c:start><c:end>20261231</c:end>",
            rest=elements(
                careTeam=team,
                externalNotes="Nås bäst på förmiddagen",
                careProvidingCareUnit=unit,
                contact=telecom("phone", "0980-319 200") + telecom("email", "a@example.se"),
            ),
        )
    )
    assert item.subject == TOLVAN
    assert item.kind is CareManagerKind.VARDKONTAKT
    assert item.name == Told("Lena Ek")
    assert item.qualification == Told("Distriktssköterska")
    assert item.team_id == "1.2.752.129.2.1.4.1|team-1"
    assert item.team_name == Told("Hemsjukvårdsteamet")
    assert item.unit == Told("Tallbackens vårdcentral")
    assert item.telecom == (
        Telecom(TelecomKind.PHONE, "0980-319 200"),
        Telecom(TelecomKind.EMAIL, "a@example.se"),
    )
    assert item.notes == Told("Nås bäst på förmiddagen")
    assert (item.first, item.last) == (date(2026, 3, 1), date(2026, 12, 31))
    assert item.origin.system == UNIT
    assert item.origin.care_provider == HsaId("SE2321000230-1000")
    assert item.origin.care_unit == HsaId(UNIT)
    assert item.origin.documented_at == datetime(2026, 3, 1, 12, tzinfo=STOCKHOLM)
    assert OTHER.value not in repr(item)


@pytest.mark.parametrize("name", ["hsaId", "id"])
def test_both_names_of_the_practitioners_id_are_read_past(name: str) -> None:
    practitioner = element(name, identity(OTHER.value)) + element("name", "Lena Ek")
    item = one(care_manager(practitioner=practitioner))
    assert item.name == Told("Lena Ek")
    assert OTHER.value not in repr(item)


def test_internal_notes_never_leave_the_message() -> None:
    item = one(
        care_manager(
            rest=elements(
                careTeam=elements(id=identity("t"), name="Team", internalNotes="hemligt"),
                internalNotes="hemligt",
            )
        )
    )
    assert "hemligt" not in repr(item)
    assert item.notes is None


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        ("<c:code>2</c:code>", CareManagerKind.LAKARKONTAKT, None),
        ("<c:code> 3 </c:code>", CareManagerKind.OMSORGSKONTAKT, None),
        ("<c:code>4</c:code>", CareManagerKind.SAMORDNANDE_VARDKONTAKT, None),
        (
            "<c:code>9</c:code><c:displayName>Kontaktsjuksköterska</c:displayName>",
            CareManagerKind.UNKNOWN,
            Told("Kontaktsjuksköterska"),
        ),
        (
            "<c:code>1</c:code><c:codeSystem>1.2.3</c:codeSystem>",
            CareManagerKind.UNKNOWN,
            None,
        ),
        (
            "<c:originalText>Vår egen kontakt</c:originalText>",
            CareManagerKind.UNKNOWN,
            Told("Vår egen kontakt"),
        ),
    ],
)
def test_a_code_is_known_or_told_in_the_sources_own_words(
    code: str, kind: CareManagerKind, words: Told | None
) -> None:
    item = one(care_manager(code=code))
    assert (item.kind, item.kind_text) == (kind, words)


@pytest.mark.parametrize(
    ("system", "value", "expected"),
    [
        ("phone", "0980-319 200", TelecomKind.PHONE),
        ("PHONE", "0980-319 200", TelecomKind.PHONE),
        ("url", "https://example.se/", TelecomKind.URL),
        ("url", "javascript:alert(1)", TelecomKind.OTHER),
        ("fax", "0980-319 200", TelecomKind.OTHER),
        (None, "0980-319 200", TelecomKind.OTHER),
    ],
)
def test_a_way_to_reach_someone(system: str | None, value: str, expected: TelecomKind) -> None:
    row = care_manager(rest=element("contact", telecom(system, value)))
    assert one(row).telecom == (Telecom(expected, value),)


def test_without_own_ways_those_of_the_team_are_given() -> None:
    team = elements(id=identity("t"), name="Team", contact=telecom("phone", "0980-319 201"))
    unit = elements(hsaId=identity(UNIT), contact=telecom("phone", "0980-319 202"))
    row = care_manager(rest=elements(careTeam=team, careProvidingCareUnit=unit))
    assert one(row).telecom == (Telecom(TelecomKind.PHONE, "0980-319 201"),)


@pytest.mark.parametrize(
    ("period", "shown"),
    [
        ("<c:start>20260301</c:start>", True),
        ("<c:start>20260301</c:start><c:end>20261120</c:end>", True),
        ("<c:start>20260301</c:start><c:end>20261119</c:end>", False),
        ("<c:start>20260301</c:start><c:end>99991231</c:end>", True),
        ("<c:start>20270101</c:start>", False),
        ("<c:end>20261119</c:end>", False),
        ("", True),
    ],
)
def test_who_is_appointed_in_the_period_is_shown(period: str, shown: bool) -> None:
    heard = hear(care_manager(period=period), period=AUTUMN)
    assert (len(heard.items) == 1, heard.rejected) == (shown, ())


@pytest.mark.parametrize(
    ("row", "where"),
    [
        (care_manager(subject=None), "patientId"),
        (care_manager(system=None), "sourceSystemId"),
        (care_manager(period="<c:start>mars</c:start>"), "period/start"),
        (care_manager(period="<c:start>20260301</c:start><c:end>x</c:end>"), "period/end"),
        (care_manager(period="<c:start>20260301</c:start><c:end>20260101</c:end>"), "period/end"),
    ],
)
def test_a_row_that_cannot_be_read_says_where(row: str, where: str) -> None:
    heard = hear(row, care_manager())
    assert len(heard.items) == 1
    assert [rejection.where for rejection in heard.rejected] == [f"careManager[1]/{where}"]


def test_another_persons_contact_is_never_shown() -> None:
    heard = hear(care_manager(subject=OTHER.value))
    assert heard.items == ()
    assert [report.cause for report in heard.reports] == [Cause.FOREIGN]


def test_a_row_with_two_headers_is_nobodys() -> None:
    header = care_manager(subject=OTHER.value)
    header = header[header.index("<c:careManagerHeader>") : header.index("<c:code>")]
    heard = hear(care_manager(rest=header))
    assert (heard.items, heard.rejected[0].why) == ((), "an element comes twice")


def test_the_same_contact_has_the_same_name_and_another_has_not() -> None:
    first, again = one(care_manager()), one(care_manager())
    other = one(care_manager(practitioner="<c:name>Bo Ek</c:name>"))
    assert first.origin.record == again.origin.record != other.origin.record
