"""Notes that are tagged with a search word become Agreements, in either major of the contract."""

from collections.abc import Callable

import pytest
from lxml import etree

from stodtjanster.information import Agreement, Party
from stodtjanster.model import Cause, HsaId, Told
from stodtjanster.sources.care_documentation.adapter import CONTRACTS, Adapter, read
from stodtjanster.sources.care_documentation.settings import Settings
from stodtjanster.sources.kit.source import Heard
from tests.rivta_messages import (
    OTHER,
    PERSON,
    SETTINGS,
    TOLVAN,
    UNIT,
    asked,
    elements,
    envelope,
    identity,
    question,
    reading,
    told,
)
from tests.rivta_records import PROVIDER, coded, note_2, note_3

OLDER, NEWER = CONTRACTS
EITHER = pytest.mark.parametrize(
    ("contract", "note"), [(OLDER, note_2), (NEWER, note_3)], ids=["2.1", "3.0"]
)
Note = Callable[..., str]
DOCBOOK = (
    "&lt;article&gt;&lt;info&gt;&lt;title&gt;Besök&lt;/title&gt;&lt;/info&gt;"
    "&lt;section&gt;&lt;title&gt;Bedömning&lt;/title&gt;&lt;para&gt;Annat&lt;/para&gt;"
    "&lt;/section&gt;&lt;section&gt;&lt;title&gt;Målsättning&lt;/title&gt;"
    "&lt;para&gt;Gå till brevlådan&lt;/para&gt;&lt;/section&gt;"
    "&lt;section&gt;&lt;title&gt;Överenskommelse:&lt;/title&gt;"
    "&lt;para&gt;Röntgen i januari&lt;/para&gt;&lt;/section&gt;&lt;/article&gt;"
)


def hear(contract: object, *rows: str) -> Heard:
    return read(envelope(contract, "".join(rows)), reading=reading())


def one(contract: object, row: str) -> Agreement:
    heard = hear(contract, row)
    assert heard.rejected == ()
    (item,) = heard.items
    assert isinstance(item, Agreement)
    return item


@EITHER
def test_a_tagged_note_is_an_agreement(contract: object, note: Note) -> None:
    item = one(contract, note())
    assert item.subject == TOLVAN
    assert item.text == Told("Lena ringer varannan vecka.")
    assert item.heading == Told("Överenskommelse")
    assert (item.party, item.owner, item.done) == (Party.UNKNOWN, None, False)
    assert item.origin.identity == (UNIT, "p-1")
    assert item.origin.care_provider == HsaId(PROVIDER)
    assert item.origin.care_unit == HsaId(UNIT)
    assert item.origin.unit_name == Told("Tallbackens vårdcentral")
    assert item.origin.approved_for_patient is True


@EITHER
@pytest.mark.parametrize("title", ["Besök", None, "Ingen överenskommelse", "Överenskommelsen"])
def test_a_note_without_the_tag_stays_where_it_is(
    contract: object, note: Note, title: str | None
) -> None:
    heard = hear(contract, note(clinicalDocumentNoteTitle=title))
    assert (heard.items, heard.rejected) == ((), ())


@EITHER
@pytest.mark.parametrize("title", ["MÅLSÄTTNING", " överenskommelse : ", "Målsättning."])
def test_a_tag_is_known_however_it_is_written(contract: object, note: Note, title: str) -> None:
    assert one(contract, note(clinicalDocumentNoteTitle=title)).text


def test_the_older_header_may_have_the_tag_and_the_newer_code_too() -> None:
    item = one(OLDER, note_2({"documentTitle": "Målsättning"}, clinicalDocumentNoteTitle=None))
    assert item.heading == Told("Målsättning")
    code = coded("x", "1.2", "Överenskommelse")
    item = one(NEWER, note_3(clinicalDocumentNoteTitle=None, clinicalDocumentNoteCode=code))
    assert item.heading == Told("Överenskommelse")


@EITHER
def test_headings_inside_a_note_give_one_agreement_each_and_nothing_else(
    contract: object, note: Note
) -> None:
    row = note(clinicalDocumentNoteTitle="Besök", clinicalDocumentNoteText=DOCBOOK)
    heard = hear(contract, row)
    assert [(item.heading, item.text, item.origin.record) for item in heard.items] == [
        (Told("Målsättning"), Told("Gå till brevlådan"), "p-1#1"),
        (Told("Överenskommelse:"), Told("Röntgen i januari"), "p-1#2"),
    ]


def test_a_note_in_both_majors_has_one_identity() -> None:
    changes = {"clinicalDocumentNoteTitle": "Besök", "clinicalDocumentNoteText": DOCBOOK}
    older, newer = hear(OLDER, note_2(**changes)), hear(NEWER, note_3(**changes))
    identities = [item.origin.identity for item in older.items]
    assert [item.origin.identity for item in newer.items] == identities
    assert len(set(identities)) == 2


@EITHER
def test_a_tagged_picture_cannot_be_shown_and_is_counted(contract: object, note: Note) -> None:
    picture = elements(mediaType="image/png", value="UGxhbg==")
    heard = hear(contract, note(clinicalDocumentNoteText=None, multimediaEntry=picture))
    assert heard.items == ()
    assert [rejection.where for rejection in heard.rejected] == [
        "careDocumentation[1]/multimediaEntry"
    ]
    assert hear(contract, note(clinicalDocumentNoteText=None)).rejected[0].where.endswith("Text")


def test_what_is_not_approved_says_so() -> None:
    assert one(OLDER, note_2({"approvedForPatient": "false"})).origin.approved_for_patient is False
    item = one(NEWER, note_3({"approvedForPatient": "false"}))
    assert item.origin.approved_for_patient is False
    assert one(NEWER, note_3({"approvedForPatient": None})).origin.approved_for_patient is False


def test_a_withdrawn_note_is_gone() -> None:
    assert hear(OLDER, note_2({"nullified": "true"})).items == ()


@pytest.mark.parametrize(
    ("contract", "row"),
    [
        (OLDER, note_2({"patientId": elements(id=OTHER.value, type=PERSON)})),
        (NEWER, note_3({"patientId": identity(OTHER.value, PERSON)})),
    ],
    ids=["2.1", "3.0"],
)
def test_another_persons_note_is_never_shown(contract: object, row: str) -> None:
    heard = hear(contract, row)
    assert heard.items == ()
    assert [report.cause for report in heard.reports] == [Cause.FOREIGN]


@pytest.mark.parametrize(
    ("contract", "row", "where"),
    [
        (OLDER, note_2({"sourceSystemHSAid": None}), "sourceSystemHSAid"),
        (OLDER, note_2({"documentId": " "}), "documentId"),
        (NEWER, note_3({"patientId": None}), "patientId"),
        (NEWER, note_3(header={"sourceSystemId": None}), "sourceSystemId"),
        (NEWER, note_3(header={"record": None}), "record/id"),
    ],
)
def test_a_row_that_cannot_be_read_says_where(contract: object, row: str, where: str) -> None:
    heard = hear(contract, row)
    assert [rejection.where for rejection in heard.rejected] == [f"careDocumentation[1]/{where}"]


def test_a_record_whose_id_is_a_uuid_has_only_a_root() -> None:
    record = elements(id=elements(root="3f0c"), timestamp="20260301120000")
    assert one(NEWER, note_3(header={"record": record})).origin.record == "3f0c"


def test_an_error_in_the_older_result_is_heard_in_its_own_namespace() -> None:
    extension = "urn:riv:clinicalprocess:healthcond:description:2.1"
    result = f'<x2:result xmlns:x2="{extension}"><x2:resultCode>ERROR</x2:resultCode></x2:result>'
    (report,) = hear(OLDER, result).reports
    assert (report.cause, report.answered) == (Cause.FAULT, False)


@pytest.mark.parametrize("major", [2, 3])
def test_the_search_words_are_set_for_each_source(major: int) -> None:
    settings = {**SETTINGS, "major": major, "words": ["Patientkontrakt"]}
    adapter = Adapter(Settings.model_validate(settings))
    contract, note = ((OLDER, note_2), (NEWER, note_3))[major - 2]
    rows = note() + note(clinicalDocumentNoteTitle="patientkontrakt")
    (item,) = told(adapter, question(Agreement), envelope(contract, rows)).items
    assert item.heading == Told("patientkontrakt")


@pytest.mark.parametrize(("major", "period"), [(2, "timePeriod"), (3, "datePeriod")])
def test_each_major_is_asked_in_its_own_way(major: int, period: str) -> None:
    adapter = Adapter(Settings.model_validate({**SETTINGS, "major": major, "years_back": 1}))
    root = etree.fromstring(asked(adapter, question(Agreement)).body)
    contract = CONTRACTS[major - 2]
    start = f".//{{{contract.namespace}}}{period}/{{{contract.types}}}start"
    assert root.findtext(start) == "20250101"
