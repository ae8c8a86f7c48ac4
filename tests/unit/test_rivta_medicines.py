"""MedicationMedicalRecordType becomes a Medication, when it is one."""

from datetime import date, datetime

import pytest
from lxml import etree

from stodtjanster.information import Medication
from stodtjanster.model import STOCKHOLM, Cause, Period, Told
from stodtjanster.sources.kit.source import Heard
from stodtjanster.sources.medication_history.adapter import CONTRACT, Adapter, read
from stodtjanster.sources.medication_history.settings import Settings
from tests.rivta_messages import (
    AUTUMN,
    OTHER,
    PERSON,
    SETTINGS,
    TOLVAN,
    UNIT,
    asked,
    element,
    elements,
    envelope,
    identity,
    question,
    reading,
)
from tests.rivta_records import coded, medicine


def hear(*rows: str, period: Period | None = AUTUMN) -> Heard:
    return read(envelope(CONTRACT, "".join(rows)), reading=reading(period=period))


def one(row: str) -> Medication:
    heard = hear(row)
    assert heard.rejected == ()
    (item,) = heard.items
    assert isinstance(item, Medication)
    return item


def test_every_field_has_its_place() -> None:
    item = one(
        medicine(
            treatmentPurpose="Sänker blodsockret",
            prescriptionChainId=identity("k-1", "1.2"),
            prescriber=elements(authorTime="20260301120000", healthcareProfessionalName="Åke"),
            endOfTreatment="20270301000000",
        )
    )
    assert item.subject == TOLVAN
    assert item.name == Told("Metformin")
    assert item.dosage == Told("1 tablett till frukost")
    assert item.purpose == Told("Sänker blodsockret")
    assert item.prescriber == Told("Åke")
    assert (item.first, item.last) == (date(2026, 3, 1), date(2027, 3, 1))
    assert item.chain == "1.2|k-1"
    assert not item.self_medication
    assert item.origin.identity == (UNIT, "p-1")
    assert item.origin.approved_for_patient is True
    assert item.origin.documented_at == datetime(2026, 3, 2, 12, tzinfo=STOCKHOLM)


@pytest.mark.parametrize(
    ("kind", "status"),
    [("U", "Active"), ("Utsättning", "Active"), ("I", "Inactive"), ("U", "Inactive")],
)
def test_the_end_of_a_treatment_and_what_is_past_are_no_medicines(kind: str, status: str) -> None:
    heard = hear(medicine(typeOfPrescription=kind, prescriptionStatus=status, drug=None))
    assert (heard.items, heard.rejected) == ((), ())


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"typeOfPrescription": "X"}, "typeOfPrescription"),
        ({"typeOfPrescription": None}, "typeOfPrescription"),
        ({"prescriptionStatus": "Aktuell"}, "prescriptionStatus"),
        ({"prescriptionStatus": None}, "prescriptionStatus"),
        ({"startOfTreatment": "i våras"}, "startOfTreatment"),
        ({"endOfTreatment": "20200101000000"}, "endOfTreatment"),
    ],
)
def test_what_may_or_may_not_be_in_use_is_counted(
    changes: dict[str, str | None], where: str
) -> None:
    heard = hear(medicine(**changes), medicine())
    assert len(heard.items) == 1
    assert [rejection.where for rejection in heard.rejected] == [
        f"medicationMedicalRecord[1]/medicationPrescription/{where}"
    ]


@pytest.mark.parametrize(
    ("drug", "named"),
    [
        (
            elements(
                unstructuredDrugInformation=elements(unstructuredInformation="Kalk, köpt själv")
            ),
            "Kalk, köpt själv",
        ),
        (elements(merchandise=elements(articleNumber=coded("7", "1", "Kompress"))), "Kompress"),
        (
            elements(drugArticle=elements(nplPackId=coded("7", "1", "Alvedon 100 st"))),
            "Alvedon 100 st",
        ),
        (elements(generics=elements(substance="paracetamol")), "paracetamol"),
        (
            elements(drug=elements(nplId=coded("7"), atcCode=coded("N02", "1", "paracetamol"))),
            "paracetamol",
        ),
        (
            elements(drug=elements(nplId=element("originalText", "Huvudvärkstabletter"))),
            "Huvudvärkstabletter",
        ),
    ],
)
def test_whatever_way_it_is_prescribed_it_has_a_name(drug: str, named: str) -> None:
    assert one(medicine(drug)).name == Told(named)


@pytest.mark.parametrize("drug", ["", elements(drug=elements(nplId=coded("1999")))])
def test_what_has_no_name_cannot_be_shown(drug: str) -> None:
    heard = hear(medicine(drug))
    assert heard.items == ()
    assert heard.rejected[0].why == "no name"


def test_strength_and_form_are_as_written() -> None:
    npl = coded("7", "1", "Alvedon")
    given = elements(nplId=npl, pharmaceuticalForm="Tablett", strength="0.5", strengthUnit="g")
    item = one(medicine(elements(drug=given)))
    assert (item.strength, item.form) == (Told("0.5 g"), Told("Tablett"))
    amount = elements(value="500", unit="mg")
    item = one(medicine(elements(generics=elements(substance="p", strength=amount, form="Kapsel"))))
    assert (item.strength, item.form) == (Told("500 mg"), Told("Kapsel"))


@pytest.mark.parametrize("strength", ["5.0E2", "INF", "", None])
def test_a_strength_that_is_easily_misread_is_left_out(strength: str | None) -> None:
    given = elements(nplId=coded("7", "1", "Alvedon"), strength=strength, strengthUnit="mg")
    assert one(medicine(elements(drug=given))).strength is None


def test_each_dosage_is_a_line_in_the_words_of_the_source() -> None:
    item = one(medicine(dosages=("2 tabletter i två veckor", "därefter vid behov")))
    assert item.dosage == Told("2 tabletter i två veckor\ndärefter vid behov")


@pytest.mark.parametrize(
    ("dosage", "said"),
    [
        (elements(shortNotation="1x2"), Told("1x2")),
        (
            elements(
                setDosage=elements(unstructuredDosageInformation=elements(text="Enligt schema"))
            ),
            Told("Enligt schema"),
        ),
        (
            elements(
                setDosage=elements(
                    frequencyDosage=elements(
                        dose=elements(low="1", unit="st"), frequency=elements(value="2", unit="d")
                    )
                )
            ),
            None,
        ),
    ],
)
def test_a_dosage_is_never_made_of_numbers(dosage: str, said: Told | None) -> None:
    generic = elements(generics=elements(substance="p"))
    assert one(medicine(generic + element("dosage", dosage), dosages=())).dosage == said


def test_a_treatment_that_is_over_or_far_off_is_left_out() -> None:
    over = medicine(endOfTreatment="20260501000000")
    ahead = medicine(startOfTreatment="20270501000000")
    heard = hear(over, ahead)
    assert (heard.items, heard.rejected) == ((), ())
    assert len(hear(over, ahead, period=None).items) == 2


def test_what_is_not_approved_says_so_and_what_is_withdrawn_is_gone() -> None:
    heard = hear(
        medicine(header={"approvedForPatient": "false"}), medicine(header={"nullified": "true"})
    )
    (item,) = heard.items
    assert item.origin.approved_for_patient is False


def test_another_persons_medicine_is_never_shown() -> None:
    heard = hear(medicine(header={"patientId": elements(id=OTHER.value, type=PERSON)}))
    assert heard.items == ()
    assert [report.cause for report in heard.reports] == [Cause.FOREIGN]


def test_a_prescription_with_two_drugs_is_none() -> None:
    drug = elements(drug=elements(nplId=coded("7", "1", "Alvedon")))
    heard = hear(medicine(drug + drug))
    assert heard.items == ()
    assert heard.rejected[0].why == "an element comes twice"


def test_the_current_list_is_asked_for() -> None:
    adapter = Adapter(Settings.model_validate({**SETTINGS, "years_back": 3}))
    root = etree.fromstring(asked(adapter, question(Medication)).body)
    assert root.findtext(f".//{{{CONTRACT.namespace}}}prescriptionStatus") == "Active"
    assert root.findtext(f".//{{{CONTRACT.types}}}start") == "20230101"
