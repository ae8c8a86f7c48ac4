"""What is chosen from real messages: the notes with an agreement, the medicines in use."""

import re
from pathlib import Path

import pytest

from stodtjanster.model import Cause, Told
from stodtjanster.sources.care_documentation import adapter as notes
from stodtjanster.sources.kit.source import Heard
from stodtjanster.sources.medication_history import adapter as medicines
from tests.conformance.test_rivta_samples import body, named, occupied, rows_of
from tests.rivta_messages import reading

MEDICINES = "clinicalprocess.activityprescription.actoutcome.GetMedicationHistory.2"
NOTES_2 = "clinicalprocess.healthcond.description.GetCareDocumentation.2"
NOTES_3 = "clinicalprocess.healthcond.description.GetCareDocumentation.3"
READERS = {MEDICINES: medicines.read, NOTES_2: notes.read, NOTES_3: notes.read}
BEGUN = (r"typeOfPrescription>(?:U|Insättning)<", "typeOfPrescription>I<")
CURRENT = (r"(?s)(prescriptionStatus>)\s*<.*?(</[\w:]*prescriptionStatus>)", r"\1Active\2")


def heard(shared: Path, name: str, *changes: tuple[str, str]) -> Heard:
    """What is made of a sample about Tolvan, with `changes` (pattern, replacement) made to it."""
    message = occupied(body(shared, name)).decode()
    for pattern, replacement in changes:
        message, made = re.subn(pattern, replacement, message)
        assert made
    return READERS[name.partition("/")[0]](message.encode(), reading=reading())


@pytest.mark.parametrize("name", named(f"{NOTES_2}/response-*-valid-tmpl-*.xml"))
def test_a_real_note_is_an_agreement_when_it_is_tagged(shared: Path, name: str) -> None:
    assert heard(shared, name).items == ()
    told = heard(shared, name, (r"NoteTitle>title<", "NoteTitle>Överenskommelse<"))
    assert len(told.items) == rows_of(body(shared, name))
    assert {item.text for item in told.items} == {Told("text")}


@pytest.mark.parametrize("name", named(f"{MEDICINES}/response-*-valid-tmpl-*.xml"))
def test_a_real_end_of_a_treatment_is_no_medicine(shared: Path, name: str) -> None:
    told = heard(shared, name)
    assert (told.items, told.rejected) == ((), ())
    (refused,) = heard(shared, name, BEGUN).rejected
    assert (refused.where.rpartition("/")[2], refused.why) == ("drug", "no name")


def test_a_real_prescription_of_a_draft_is_refused_for_its_status_alone(shared: Path) -> None:
    (name,) = named(f"{MEDICINES}/response-06-*.xml")
    (refused,) = heard(shared, name).rejected
    assert refused.where.endswith("medicationPrescription/prescriptionStatus")
    (medicine,) = heard(shared, name, BEGUN, CURRENT).items
    assert (medicine.name, medicine.dosage) == (Told("?"), Told("?"))


def test_a_real_answer_that_tells_of_more_is_partial(shared: Path) -> None:
    (name,) = named(f"{NOTES_3}/response-*.xml")
    assert Cause.PARTIAL in {report.cause for report in heard(shared, name).reports}
