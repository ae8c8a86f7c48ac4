"""Rows of medicines, notes and referrals for tests, built as those of `rivta_messages` are."""

from typing import Any

from tests.rivta_messages import (
    HSA,
    PERSON,
    TOLVAN,
    UNIT,
    element,
    elements,
    identity,
    summary_header,
)

PROVIDER = "SE2321000230-1000"
STEP_CODES = "1.2.752.129.2.2.2.43"
KIND_CODES = "1.2.752.129.2.2.2.24"


def coded(code: str | None, system: str | None = None, words: str | None = None) -> str:
    """The content of a CVType."""
    return elements(code=code, codeSystem=system, displayName=words)


def medicine(
    drug: str | None = None,
    dosages: tuple[str, ...] = ("1 tablett till frukost",),
    header: dict[str, str | None] | None = None,
    **changes: str | None,
) -> str:
    """A medicationMedicalRecord; `drug` is what stands in the drug element before the dosages."""
    if drug is None:
        drug = elements(drug=elements(nplId=coded("1999", "1.2.752.129.2.1.5.1", "Metformin")))
    given = "".join(element("dosage", element("dosageInstruction", each)) for each in dosages)
    fields = {
        "prescriptionId": identity("p-1"),
        "typeOfPrescription": "I",
        "prescriptionStatus": "Active",
        "startOfTreatment": "20260301120000",
        "selfMedication": "false",
        "drug": drug + given,
        **changes,
    }
    parts = elements(
        medicationMedicalRecordHeader=summary_header(**(header or {})),
        medicationMedicalRecordBody=elements(medicationPrescription=elements(**fields)),
    )
    return f"<r:medicationMedicalRecord>{parts}</r:medicationMedicalRecord>"


def note_2(header: dict[str, str | None] | None = None, **changes: str | None) -> str:
    """A careDocumentation of 2.1, whose header spells the source system its own way."""
    fields = {
        "clinicalDocumentNoteCode": "sao",
        "clinicalDocumentNoteTitle": "Överenskommelse",
        "clinicalDocumentNoteText": "Lena ringer varannan vecka.",
        **changes,
    }
    head = {"sourceSystemHSAId": None, "sourceSystemHSAid": UNIT, **(header or {})}
    parts = elements(
        careDocumentationHeader=summary_header(**head),
        careDocumentationBody=elements(clinicalDocumentNote=elements(**fields)),
    )
    return f"<r:careDocumentation>{parts}</r:careDocumentation>"


def note_3(
    access: dict[str, str | None] | None = None,
    header: dict[str, str | None] | None = None,
    **changes: str | None,
) -> str:
    """A careDocumentation of 3.0; `access` changes its accessControlHeader, `header` the rest."""
    fields = {
        "clinicalDocumentNoteCode": coded("sao", "1.2.752.129.2.2.2.11", "Samordning"),
        "clinicalDocumentNoteTitle": "Överenskommelse",
        "clinicalDocumentNoteText": "Lena ringer varannan vecka.",
        **changes,
    }
    patient = {"patientId": identity(TOLVAN.value, PERSON), **(access or {})}
    parts = elements(header=jol_header(patient, **(header or {})), body=elements(**fields))
    return f"<r:careDocumentation>{parts}</r:careDocumentation>"


def jol_header(access: dict[str, str | None], **changes: str | None) -> str:
    """The content of a JoL header."""
    control = {
        "accountableHealthcareProvider": identity(PROVIDER),
        "accountableCareUnit": identity(UNIT),
        "blockComparisonTime": "20260301120000",
        "approvedForPatient": "true",
        **access,
    }
    unit = elements(orgUnitHSAId=UNIT, orgUnitName="Tallbackens vårdcentral")
    fields = {
        "accessControlHeader": elements(**control),
        "sourceSystemId": identity(UNIT),
        "record": elements(id=identity("p-1", UNIT), timestamp="20260301120000"),
        "author": elements(name="Lena Ek", timestamp="20260302120000", orgUnit=unit),
        **changes,
    }
    return elements(**fields)


def more(address: str | None, reference: str | None) -> str:
    where = "" if address is None else f"<r:logicalAddress>{address}</r:logicalAddress>"
    what = "" if reference is None else f"<r:reference>{reference}</r:reference>"
    return f"<r:hasMore>{where}{what}</r:hasMore>"


def step_1(**changes: str | None) -> str:
    """A requestActivity of 1.0."""
    fields = {
        "subjectOfCareId": TOLVAN.value,
        "senderRequestId": "R-1",
        "typeOfRequest": "4",
        "requestIssuedByPersonName": "Lena Ek",
        "requestIssuedByOrganizationalUnitId": UNIT,
        "requestIssuedByOrganizationalUnitDescription": "Tallbackens vårdcentral",
        "receivingOrganizationalUnitDescription": "Ögonmottagningen",
        "logicalSystemId": UNIT,
        "statusCode": "20",
        "eventTime": "20261101093000",
        **changes,
    }
    return f"<r:requestActivity>{elements(**fields)}</r:requestActivity>"


def step_2(
    access: dict[str, str | None] | None = None,
    request: dict[str, Any] | None = None,
    **changes: str | None,
) -> str:
    """A requestActivity of 2.0."""
    unit = elements(id=identity(UNIT, HSA), name="Tallbackens vårdcentral")
    asked = {
        "id": "R-1",
        "type": coded("4", KIND_CODES, "allmänremiss"),
        "author": elements(name="Lena Ek", organization=unit),
        "receivingOrganization": elements(name="Ögonmottagningen"),
        **(request or {}),
    }
    body = {
        "statusCode": coded("20", STEP_CODES, "Skickad"),
        "eventTime": "20261101093000",
        "request": elements(**asked),
        **changes,
    }
    parts = elements(header=jol_header(access or {}), body=elements(**body))
    return f"<r:requestActivity>{parts}</r:requestActivity>"
