"""Who may read by consent and what is closed: in words, and never more than is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from stodtjanster.catalogue import Directory, OwnerKind, Unit
from stodtjanster.information import Block, BlockLevel, Consent, ConsentKind, Lifting
from stodtjanster.model import Cause, HsaId, Outcome, Told, midnight
from tests.rendering import printed, words
from tests.viewing import BIRGITTA, NOW, TODAY, answer, origin, report
from views.sharing import view

PROVIDER, UNIT = HsaId("TSTNMT2321000156-RNVG"), HsaId("TSTNMT2321000156-ORTO")
REGION = "Region Nordmark"
ELSEWHERE, UNKNOWN = HsaId("TSTNMT2321000156-BJOR"), HsaId("TSTNMT2321000156-XXXX")
NORDMARK = Directory(
    [
        Unit(
            PROVIDER.value, "Region Nordmark", "Region Nordmark", OwnerKind.REGION, "0980-319 201"
        ),
        Unit(UNIT.value, "Ortopeden", REGION, OwnerKind.REGION, "0980-319 210"),
        Unit(ELSEWHERE.value, "Björkbacken", REGION, OwnerKind.REGION),
    ]
)
SPRING = midnight(date(2027, 3, 1))


def whose(record: str, unit: HsaId | None) -> dict[str, Any]:
    known = replace(origin("sparr", record), care_provider=PROVIDER, care_unit=unit)
    return {"subject": BIRGITTA, "origin": known}


def consent(record: str = "1", unit: HsaId = UNIT, **more: Any) -> Consent:
    said = {"kind": ConsentKind.CONSENT, "start": NOW - timedelta(days=30)}
    return Consent(**whose(record, unit), **(said | more))


def block(record: str = "1", unit: HsaId | None = UNIT, **more: Any) -> Block:
    return Block(**whose(record, unit), **({"level": BlockLevel.INNER} | more))


def consents(*items: Consent, **more: Any) -> str:
    return words(html("consents", answer(*items, **more)))


def blocks(*items: Block, **more: Any) -> str:
    return words(html("blocks", answer(*items, **more)))


def html(slot: str, said: Any, lang: str = "sv") -> str:
    return printed(view, slot, {slot: said}, lang, directory=NORDMARK)


class TestAConsent:
    def test_says_who_may_read_until_when_and_that_one_said_yes(self) -> None:
        said = consents(consent(end=SPRING, given=NOW - timedelta(days=30)))
        assert "Ortopeden, Region Nordmark" in said
        assert "till och med 28 februari 2027." in said
        assert "Du sa ja 21 oktober." in said
        assert "Ring 0980-319 210" in said
        assert "Nödsituation" not in said

    def test_without_end_or_day_says_neither(self) -> None:
        said = consents(consent())
        assert "Får läsa det som andra har skrivit om dig, tills vidare." in said
        assert "Du sa ja" not in said

    def test_that_has_not_begun_says_when_it_will(self) -> None:
        assert "från och med 1 mars 2027." in consents(consent(start=SPRING))
        both = consents(consent(start=SPRING, end=SPRING + timedelta(days=31)))
        assert "från och med 1 mars 2027 till och med" in both

    def test_of_somebody_else_is_not_ones_own_yes(self) -> None:
        said = consents(consent(represented=True, given=NOW))
        assert "Någon annan sa ja för dig 20 november." in said
        assert "Någon annan sa ja för dig." in consents(consent(represented=True))
        assert "Du sa ja" not in said

    def test_for_one_alone_says_so(self) -> None:
        assert "Det gäller bara en av dem som arbetar där." in consents(consent(personal=True))
        assert "bara en av dem" not in consents(consent())

    def test_of_an_emergency_says_that_nobody_asked_and_stands_first(self) -> None:
        emergency = consent("2", ELSEWHERE, kind=ConsentKind.EMERGENCY, given=NOW)
        said = consents(consent(given=NOW), emergency)
        assert "Det var en nödsituation 20 november, och ingen kunde fråga dig." in said
        assert said.index("Björkbacken") < said.index("Ortopeden")
        undated = consents(consent(kind=ConsentKind.EMERGENCY))
        assert "Det var en nödsituation, och ingen kunde fråga dig." in undated

    def test_to_a_unit_without_a_number_is_changed_by_ringing_who_answers_for_it(self) -> None:
        assert "Ring 0980-319 201" in consents(consent(unit=ELSEWHERE))

    def test_to_somebody_whom_nobody_has_named_shows_no_code(self) -> None:
        item = consent(unit=UNKNOWN)
        assert "Region Nordmark" in consents(item)
        nameless = replace(item, origin=replace(item.origin, care_provider=UNKNOWN))
        said = consents(nameless)
        assert "En vårdgivare som vi inte vet namnet på" in said
        assert UNKNOWN.value not in said
        assert "Ring" not in said


class TestABlock:
    def test_inside_a_provider_closes_a_unit_to_its_neighbours_and_all_others(self) -> None:
        said = blocks(block(first=date(2024, 2, 1)))
        assert "Ortopeden, Region Nordmark Inre spärr" in said
        assert "Andra mottagningar hos Region Nordmark kan inte läsa" in said
        assert "Andra vårdgivare kan inte heller läsa det." in said
        assert "från och med 1 februari 2024." in said
        assert "Ring 0980-319 210" in said

    def test_inside_a_provider_that_names_no_unit_is_of_them_all(self) -> None:
        assert "Mottagningarna hos Region Nordmark kan inte läsa vad de andra" in blocks(
            block(unit=None)
        )

    def test_of_a_provider_closes_it_to_others_whatever_unit_it_names(self) -> None:
        said = blocks(block(level=BlockLevel.OUTER))
        assert "Yttre spärr" in said
        assert "Andra vårdgivare kan inte läsa det som Region Nordmark har skrivit om dig." in said
        assert "Ortopeden" not in said

    @pytest.mark.parametrize(
        ("days", "sentence"),
        [
            ({}, "Det gäller allt, även det som skrivs nu."),
            ({"last": TODAY}, "Det gäller det som skrevs till och med 20 november."),
            (
                {"first": date(2024, 2, 1), "last": date(2024, 3, 1)},
                "från och med 1 februari 2024 till och med 1 mars 2024.",
            ),
        ],
    )
    def test_says_what_was_written_when(self, days: dict[str, date], sentence: str) -> None:
        assert sentence in blocks(block(**days))

    def test_says_for_whom_it_is_lifted_and_until_when(self) -> None:
        found = (Lifting(ELSEWHERE, SPRING), Lifting(UNKNOWN, SPRING, personal=True))
        said = blocks(block(liftings=found))
        assert "Öppen för Björkbacken till och med 28 februari 2027." in said
        assert "Öppen för en av dem som arbetar på en annan mottagning, till och med" in said
        assert UNKNOWN.value not in said

    def test_says_what_is_open_all_the_same(self) -> None:
        assert "Ändå öppet: Läkemedel." in blocks(block(excluded=(Told("Läkemedel"),)))

    def test_of_nobody_that_we_know_shows_no_code(self) -> None:
        item = block(level=BlockLevel.OUTER)
        said = blocks(replace(item, origin=replace(item.origin, care_provider=UNKNOWN)))
        assert "En vårdgivare som vi inte vet namnet på" in said
        assert "det som vårdgivaren har skrivit om dig" in said
        assert UNKNOWN.value not in said

    def test_that_closes_most_stands_first(self) -> None:
        said = blocks(block(), block("2", level=BlockLevel.OUTER))
        assert said.index("Yttre spärr") < said.index("Inre spärr")


SILENT = report(Outcome.NO_DATA_SYNCH_FAILED, Cause.TIMEOUT, information=Block)
NONE = {
    "consents": "Ingen har ditt samtycke, enligt dem som svarade.",
    "blocks": "Du har inga spärrar, enligt dem som svarade.",
}


@pytest.mark.parametrize("slot", NONE)
class TestNothing:
    def test_is_said_when_all_have_answered(self, slot: str) -> None:
        assert NONE[slot] in words(html(slot, answer()))

    @pytest.mark.parametrize("reports", [(), (SILENT,), (report(), SILENT)])
    def test_is_not_said_when_somebody_has_not(self, slot: str, reports: Any) -> None:
        said = words(html(slot, answer(reports=reports)))
        assert NONE[slot] not in said
        assert "Vi vet inte" in said

    def test_is_never_said_to_be_all_there_is(self, slot: str) -> None:
        assert "som inte syns här" in words(html(slot, answer())) or "Andra vårdgivare" in words(
            html(slot, answer())
        )


@pytest.mark.parametrize(("slot", "item"), [("consents", consent()), ("blocks", block())])
def test_what_is_known_stands_beside_what_is_not(slot: str, item: Any) -> None:
    said = words(html(slot, answer(item, reports=(report(), SILENT))))
    assert "Ortopeden" in said
    assert "Det kan saknas något här:" in said
