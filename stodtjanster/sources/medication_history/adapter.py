"""Medicines in use: GetMedicationHistory 2 (clinicalprocess:activityprescription:actoutcome).

Read is the current list: prescriptions that are Active and of type I (insättning). An Active U
(utsättning) is the prescription that ends a treatment, so it is no medicine (rivta.md 7). 2.0 and
2.1 share their namespaces, and differ in nothing that is read here.
"""

import re
from typing import ClassVar, Final

from lxml import etree

from stodtjanster.information import Item, Medication
from stodtjanster.model import Told
from stodtjanster.sources.kit.lasting import days, in_force
from stodtjanster.sources.kit.reading import Reading
from stodtjanster.sources.kit.rivta import (
    BadRow,
    Contract,
    Page,
    RivtaSource,
    Rows,
    converse,
    hear,
    once,
    prose,
)
from stodtjanster.sources.kit.source import Ask, Conversation, Heard
from stodtjanster.sources.kit.summary import Summary, since
from stodtjanster.sources.kit.types import Types
from stodtjanster.sources.kit.xml import children, text
from stodtjanster.sources.medication_history.settings import Settings

CONTRACT: Final = Contract(
    "clinicalprocess:activityprescription:actoutcome",
    "GetMedicationHistory",
    2,
    "urn:riv:clinicalprocess:activityprescription:actoutcome:2",
)
_NS: Final = f"{{{CONTRACT.types}}}"
_TYPES: Final = Types(CONTRACT)
_BODY: Final = f"{_NS}medicationMedicalRecordBody"
_PRESCRIPTION: Final = f"{_NS}medicationPrescription"
_TYPE: Final = f"{_NS}typeOfPrescription"
_STATUS: Final = f"{_NS}prescriptionStatus"
_PURPOSE: Final = f"{_NS}treatmentPurpose"
_CHAIN: Final = f"{_NS}prescriptionChainId"
_PRESCRIBER: Final = f"{_NS}prescriber"
_PRESCRIBER_NAME: Final = f"{_NS}healthcareProfessionalName"
_FIRST_START: Final = f"{_NS}startOfFirstTreatment"
_START: Final = f"{_NS}startOfTreatment"
_END: Final = f"{_NS}endOfTreatment"
_SELF: Final = f"{_NS}selfMedication"
_DRUG: Final = f"{_NS}drug"
_FREE: Final = f"{_NS}unstructuredDrugInformation"
_FREE_TEXT: Final = f"{_NS}unstructuredInformation"
_GENERICS: Final = f"{_NS}generics"
_SUBSTANCE: Final = f"{_NS}substance"
_STRENGTH: Final = f"{_NS}strength"
_STRENGTH_UNIT: Final = f"{_NS}strengthUnit"
_VALUE: Final = f"{_NS}value"
_UNIT: Final = f"{_NS}unit"
_FORM: Final = f"{_NS}form"
_PHARMACEUTICAL_FORM: Final = f"{_NS}pharmaceuticalForm"
_NPL: Final = f"{_NS}nplId"
_ATC: Final = f"{_NS}atcCode"
_CODED: Final = (
    (f"{_NS}drugArticle", f"{_NS}nplPackId"),
    (f"{_NS}merchandise", f"{_NS}articleNumber"),
)
_DOSAGE: Final = f"{_NS}dosage"
_INSTRUCTION: Final = f"{_NS}dosageInstruction"
_SHORT: Final = f"{_NS}shortNotation"
_SET: Final = f"{_NS}setDosage"
_UNSTRUCTURED: Final = f"{_NS}unstructuredDosageInformation"
_TEXT: Final = f"{_NS}text"
_STARTS: Final = {"I": True, "Insättning": True, "U": False, "Utsättning": False}
"""The schema has the letters; real test messages write the words."""
_IS_CURRENT: Final = {"Active": True, "Inactive": False}
_AMOUNT: Final = re.compile(r"\d{1,9}(?:[.,]\d{1,9})?", re.ASCII)


class Adapter(RivtaSource[Settings]):
    """One address that answers GetMedicationHistory."""

    gives: ClassVar[frozenset[type[Item]]] = frozenset({Medication})
    contracts: ClassVar[tuple[Contract, ...]] = (CONTRACT,)

    def ask(self, ask: Ask) -> Conversation:
        """Ask for the current list, begun at most `years_back` years before the period."""
        content = _SUMMARY.request(ask, since(ask.period, self.settings.years_back))
        status = etree.SubElement(content, f"{{{CONTRACT.namespace}}}prescriptionStatus")
        status.text = "Active"
        return converse(_ROWS, self.settings, ask, content)


def read(body: bytes, *, reading: Reading) -> Heard:
    """Medicines of one answer, enveloped or bare. Raises SourceFailed."""
    return hear(body, _ROWS, reading)


def _read_row(row: etree._Element, page: Page) -> Medication | None:
    """None for a nullified record, one that is not current, and the end of a treatment."""
    parts = _SUMMARY.parts(row)
    header = _SUMMARY.read(parts, page)
    if header is None:
        return None
    body = once(parts.get(_BODY), "medicationMedicalRecordBody", _NS)
    where = "medicationPrescription"
    many = ("principalPrescriptionReason", "additionalPrescriptionReason", "administration")
    prescription = once(body.get(_PRESCRIPTION), where, _NS, *many)
    fields = {tag: element.text for tag, element in prescription.items()}
    current = _one_of(_IS_CURRENT, fields.get(_STATUS), f"{where}/prescriptionStatus")
    starts = _one_of(_STARTS, fields.get(_TYPE), f"{where}/typeOfPrescription")
    if not (current and starts):
        return None
    drug = once(prescription.get(_DRUG), f"{where}/drug", _NS, "dosage")
    named, strength, form = _product(drug, page)
    if named is None:
        raise BadRow(f"{where}/drug", "no name")
    prescriber = text(children(prescription.get(_PRESCRIBER)).get(_PRESCRIBER_NAME))
    first, last = days(
        fields.get(_START) or fields.get(_FIRST_START),
        fields.get(_END),
        (f"{where}/startOfTreatment", f"{where}/endOfTreatment"),
    )
    if not in_force(page, first, last):
        return None
    return Medication(
        subject=header.subject,
        origin=header.origin,
        name=named,
        dosage=_dosage(prescription.get(_DRUG)),
        strength=strength,
        form=form,
        purpose=page.prose(prescription.get(_PURPOSE)),
        prescriber=page.told[prescriber] or header.responsible,
        first=first,
        last=last,
        self_medication=page.flag[fields.get(_SELF)] is True,
        chain=_TYPES.whole(prescription.get(_CHAIN)),
    )


def _one_of(known: dict[str, bool], written: str | None, where: str) -> bool:
    """What is neither must not pass for a medicine in use, nor for one that has ended."""
    value = known.get((written or "").strip())
    if value is None:
        raise BadRow(where, "not a known code")
    return value


def _product(
    drug: dict[str, etree._Element], page: Page
) -> tuple[Told | None, Told | None, Told | None]:
    """Name, strength and form of what is prescribed; the contract has exactly one of five."""
    if _FREE in drug:
        return page.prose(children(drug[_FREE]).get(_FREE_TEXT)), None, None
    if _DRUG in drug:
        own = children(drug[_DRUG])
        npl, atc = own.get(_NPL), own.get(_ATC)
        named = _TYPES.coded(npl, page).words or _TYPES.coded(atc, page).words
        strength = _amount(own.get(_STRENGTH), own.get(_STRENGTH_UNIT), page)
        return named, strength, page.told[text(own.get(_PHARMACEUTICAL_FORM))]
    if _GENERICS in drug:
        own = children(drug[_GENERICS])
        amount = children(own.get(_STRENGTH))
        strength = _amount(amount.get(_VALUE), amount.get(_UNIT), page)
        return page.told[text(own.get(_SUBSTANCE))], strength, page.told[text(own.get(_FORM))]
    for kind, code in _CODED:
        if kind in drug:
            return _TYPES.coded(children(drug[kind]).get(code), page).words, None, None
    return None, None, None


def _amount(value: etree._Element | None, unit: etree._Element | None, page: Page) -> Told | None:
    """Strength as written. A number in scientific form is easily misread, so it is left out."""
    written, measured = text(value), text(unit)
    if written is None or measured is None or not _AMOUNT.fullmatch(written):
        return None
    return page.told[f"{written} {measured}"]


def _dosage(drug: etree._Element | None) -> Told | None:
    """What the source has written, a line for each dosage: never made of numbers."""
    dosages = () if drug is None else drug.iterchildren(_DOSAGE)
    return prose("\n".join(_said(dosage) for dosage in dosages))


def _said(dosage: etree._Element) -> str:
    """The text for the person, else the prescriber's short notation, else the free text."""
    fields = children(dosage)
    free = children(children(fields.get(_SET)).get(_UNSTRUCTURED))
    found = (text(fields.get(_INSTRUCTION)), text(fields.get(_SHORT)), text(free.get(_TEXT)))
    return next((said for said in found if said), "")


_SUMMARY: Final = Summary(CONTRACT, "medicationMedicalRecordHeader")
_ROWS: Final = Rows(CONTRACT, Medication, "medicationMedicalRecord", _read_row, _SUMMARY.system)
