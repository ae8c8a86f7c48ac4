"""Every real message about medicines, notes and referrals is read, or refused with a reason."""

import re
from pathlib import Path

import pytest

from stodtjanster.model import Cause
from stodtjanster.sources.care_documentation import adapter as notes
from stodtjanster.sources.kit.source import Heard, SourceFailed
from stodtjanster.sources.medication_history import adapter as medicines
from stodtjanster.sources.request_activities import adapter as referrals
from tests.conformance.test_rivta_samples import body, named, occupied
from tests.rivta_messages import TOLVAN, reading

MEDICINES = "clinicalprocess.activityprescription.actoutcome.GetMedicationHistory.2"
NOTES_2 = "clinicalprocess.healthcond.description.GetCareDocumentation.2"
NOTES_3 = "clinicalprocess.healthcond.description.GetCareDocumentation.3"
READERS = {
    MEDICINES: medicines.read,
    NOTES_2: notes.read,
    NOTES_3: notes.read,
    "crm.requeststatus.GetRequestActivities.1": referrals.read,
    "crm.requeststatus.GetRequestActivities.2": referrals.read,
}
OF_OTHER_DOMAINS = (
    "ehr.patientsummary.GetCareDocumentation.2",
    "NONSTANDARD-NS.clinicalprocess.activityprescription.actoutcome.GetMedicationHistory.1",
)
RESPONSES = [name for folder in READERS for name in named(f"{folder}/response-*.xml")]
REQUESTS = [name for folder in READERS for name in named(f"{folder}/request-*.xml")]


def heard(shared: Path, name: str, *changes: tuple[str, str]) -> Heard:
    """What is made of a sample about Tolvan, with `changes` (pattern, replacement) made to it."""
    message = occupied(body(shared, name)).decode()
    for pattern, replacement in changes:
        message = re.sub(pattern, replacement, message)
    read = READERS[name.partition("/")[0]]
    return read(message.encode(), reading=reading(subject=TOLVAN))


def rows(shared: Path, name: str) -> int:
    return len(
        re.findall(rb"<[\w:]*(?:medicationMedicalRecord|careDocumentation)>", body(shared, name))
    )


@pytest.mark.parametrize("name", RESPONSES)
def test_a_real_answer_is_read_and_what_is_refused_has_a_reason(shared: Path, name: str) -> None:
    if "*" in name:
        pytest.skip("no real answer of this contract is public")
    told = heard(shared, name)
    assert told.reports
    assert all(rejection.where and rejection.why for rejection in told.rejected)
    assert sum(report.rejected for report in told.reports) == len(told.rejected)
    assert len(told.items) + len(told.rejected) <= rows(shared, name)


@pytest.mark.parametrize("name", named(f"{NOTES_2}/response-*-valid-*.xml"))
def test_a_real_note_that_is_tagged_is_an_agreement(shared: Path, name: str) -> None:
    """The samples hold untagged notes, all of them of nobody's interest here."""
    if "*" in name:
        pytest.skip("no real answer of this contract is public")
    assert heard(shared, name).items == ()
    tagged = (r"NoteTitle>title<", "NoteTitle>Överenskommelse<")
    told = heard(shared, name, tagged)
    assert len(told.items) == rows(shared, name)
    assert all(item.text.text == "text" for item in told.items)


@pytest.mark.parametrize("name", named(f"{MEDICINES}/response-*-valid-tmpl-*.xml"))
def test_a_real_end_of_a_treatment_is_no_medicine(shared: Path, name: str) -> None:
    if "*" in name:
        pytest.skip("no real answer of this contract is public")
    told = heard(shared, name)
    assert (told.items, told.rejected) == ((), ())
    begun = (r"typeOfPrescription>U<", "typeOfPrescription>I<")
    assert [r.where.rpartition("/")[2] for r in heard(shared, name, begun).rejected] == ["drug"]


def test_prescriptions_of_a_draft_are_refused_by_name(shared: Path) -> None:
    (name,) = named(f"{MEDICINES}/response-06-*.xml")
    (refused,) = heard(shared, name).rejected
    assert refused.where.endswith("medicationPrescription/prescriptionStatus")


def test_a_real_answer_that_tells_of_more_is_partial(shared: Path) -> None:
    (name,) = named(f"{NOTES_3}/response-*.xml")
    told = heard(shared, name)
    assert Cause.PARTIAL in {report.cause for report in told.reports}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_is_no_answer(shared: Path, name: str) -> None:
    with pytest.raises(SourceFailed) as failed:
        heard(shared, name)
    assert failed.value.cause is Cause.UNREADABLE


@pytest.mark.parametrize("folder", OF_OTHER_DOMAINS)
def test_a_contract_of_another_domain_is_not_read_as_one_of_these(
    shared: Path, folder: str
) -> None:
    (name,) = named(f"{folder}/response-*.xml")
    for read in (medicines.read, notes.read):
        with pytest.raises(SourceFailed) as failed:
            read(body(shared, name), reading=reading())
        assert failed.value.cause is Cause.UNREADABLE
