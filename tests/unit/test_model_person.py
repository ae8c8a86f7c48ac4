"""Person numbers: every published one is read, every broken one refused, none is printed."""

import csv
from datetime import date
from pathlib import Path

import pytest

from stodtjanster.model import HsaId, PersonId, PersonIdKind
from tests.fetching import ANNA


@pytest.fixture(scope="module")
def rows(shared: Path) -> list[dict[str, str]]:
    text = (shared / "testdata" / "personnummer.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def test_every_published_number_is_read_with_its_kind_and_birth_date(rows):
    valid = [row for row in rows if row["valid"] == "1"]
    read = [PersonId.parse(row["identity_number"]) for row in valid]
    assert [person.kind.value for person in read] == [row["type"] for row in valid]
    assert [person.birth_date for person in read] == [
        date.fromisoformat(row["birth_date"]) for row in valid
    ]
    assert {person.kind for person in read} == {
        PersonIdKind.PERSONNUMMER,
        PersonIdKind.SAMORDNINGSNUMMER,
    }


def test_every_broken_number_is_refused_without_being_repeated(rows):
    # One row of the list is broken by agreement only: its form, date and check digit are right.
    broken = [row for row in rows if row["valid"] == "0" and "outside" not in row["note"]]
    assert len(broken) >= 7
    for row in broken:
        with pytest.raises(ValueError, match="person number") as said:
            PersonId.parse(row["identity_number"])
        assert row["identity_number"] not in str(said.value)


NUMBER = ANNA.value
ARABIC = {ord(str(digit)): chr(0x0660 + digit) for digit in range(10)}


@pytest.mark.parametrize(
    "text",
    [
        "",
        f" {NUMBER}",
        f"{NUMBER}\n",
        f"{NUMBER[:8]}-{NUMBER[8:]}",
        NUMBER[2:],
        f"{NUMBER[:-1]}5",
        f"{NUMBER[:4]}13{NUMBER[6:]}",
        f"{NUMBER[:6]}33{NUMBER[8:]}",
        f"{NUMBER[:4]} {NUMBER[4:11]}",
        NUMBER.translate(ARABIC),
    ],
    ids=repr,
)
def test_other_forms_are_refused(text):
    with pytest.raises(ValueError, match="person number"):
        PersonId.parse(text)


def test_a_reserve_number_is_a_date_with_letters():
    made = PersonId.parse("19000101XXXX")
    assert (made.kind, made.birth_date) == (PersonIdKind.RESERVNUMMER, date(1900, 1, 1))
    for broken in ("19001301XXXX", "19000101xxxx", "19000101XXX", "19000101ÅXXX"):
        with pytest.raises(ValueError, match="person number"):
            PersonId.parse(broken)


def test_it_is_never_printed_by_accident():
    said = f"{ANNA} {ANNA!r} {[ANNA]} {{'p': {ANNA}}}"
    assert "8233" not in said
    assert "3234" not in said
    assert ANNA.value.endswith("3234")


def test_hsa_ids_are_compared_without_regard_to_case():
    assert HsaId.parse(" se2321000016-a1b2 ") == HsaId.parse("SE2321000016-A1B2")
    assert str(HsaId.parse("se2321000016-a1b2")) == "SE2321000016-A1B2"


@pytest.mark.parametrize("text", ["", "SE 1", "SE_1", "SE-1\nX", "Å", "A" * 65])
def test_what_cannot_be_an_hsa_id_is_refused(text):
    with pytest.raises(ValueError, match="HSA-id"):
        HsaId.parse(text)
