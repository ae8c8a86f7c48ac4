"""Data types, identifiers and addresses of FHIR."""

from datetime import UTC, date, datetime

import pytest

from stodtjanster.information import VisitForm
from stodtjanster.model import Dated, Partial, PersonId, Timed
from stodtjanster.sources.kit import identifiers
from stodtjanster.sources.kit.fhir import values
from stodtjanster.sources.kit.fhir.appointments import form
from stodtjanster.sources.kit.fhir.care_services import law
from stodtjanster.sources.kit.fhir.search import inside


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026", Partial(2026)),
        ("2026-05", Partial(2026, 5)),
        ("2026-05-02", Dated(date(2026, 5, 2))),
        ("2026-05-02T09:00:00Z", Timed(datetime(2026, 5, 2, 9, tzinfo=UTC))),
        ("2026-05-02T11:00:00.123+02:00", Timed(datetime(2026, 5, 2, 9, 0, 0, 123000, UTC))),
    ],
)
def test_a_date_time_is_no_more_exact_than_it_was_said(text, expected):
    assert values.when(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "20260502", "2026-W18-6", "2026-13", "2026-05-02T09:00:00", "2026-05-02T09:00:60Z"),
        *("2026-05-02 09:00:00Z", "0001-01-01", "9998-01-01T00:00:00Z", "i morgon", "²⁰²⁶"),
        "2026-05-02T24:00:00Z",
    ],
)
def test_what_is_no_time_or_nobodys_time_is_refused(text):
    with pytest.raises(values.SHAPE_ERRORS):
        values.when(text)


def test_the_end_of_a_period_includes_its_day_and_year_9999_is_no_end():
    assert values.days({"start": "2026-05", "end": "2026-06"}) == (
        date(2026, 5, 1),
        date(2026, 6, 30),
    )
    late = {"start": "2026-05-02", "end": "2026-05-31T22:30:00Z"}
    assert values.days(late)[1] == date(2026, 6, 1)  # half past midnight in Sweden
    assert values.days({"start": "2026-05-02", "end": "9999-12-31"}) == (date(2026, 5, 2), None)
    with pytest.raises(values.Unreadable):
        values.days({"start": "2026-05-02", "end": "2026-05-01"})


def test_a_bare_date_is_recorded_at_swedish_midnight():
    assert values.recorded("2026-07-01") == datetime(2026, 6, 30, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("rak text", "rak text"), ("två  rader\r\n\n till ", "två rader\ntill"), ("  ", None)],
)
def test_text_is_folded(text, expected):
    said = values.told(text, "sv")
    assert (said.text if said else None) == expected


def test_text_of_another_type_or_without_end_is_refused():
    for text in (5, ["a"], "x" * (values.LONGEST_TEXT + 1)):
        with pytest.raises(values.Unreadable):
            values.told(text, "sv")


@pytest.mark.parametrize("system", sorted(identifiers.PERSON_SYSTEMS))
def test_a_number_is_the_same_under_every_uri(system):
    assert identifiers.person(system, "19000101-9801") == PersonId.parse("190001019801")


@pytest.mark.parametrize(
    ("system", "value"),
    [
        ("urn:oid:1.2.752.29.4.19", "190001019801"),  # an HSA system names no person
        (identifiers.PERSONNUMMER, "199001012386"),  # wrong check digit
        (identifiers.PERSONNUMMER, "9001012385"),  # no century
        (identifiers.PERSONNUMMER, 190001019801),
        (None, "190001019801"),
    ],
)
def test_what_cannot_be_checked_names_nobody(system, value):
    assert identifiers.person(system, value) is None


@pytest.mark.parametrize(
    ("system", "value", "expected"),
    [
        ("urn:oid:1.2.752.129.2.1.4.1#tstnmt2321000156-nord", "S1", "TSTNMT2321000156-NORD|S1"),
        ("urn:oid:1.2.752.129.2.1.2.1", "TSTNMT2321000156-NORD#S1", "TSTNMT2321000156-NORD|S1"),
        ("https://kommun.example/plan", "7", "https://kommun.example/plan|7"),
        ("https://kommun.example/plan", "", None),
        (None, "7", None),
    ],
)
def test_a_record_has_one_name_in_riv_ta_and_fhir(system, value, expected):
    assert identifiers.record_key(system, value) == expected


@pytest.mark.parametrize(
    "url",
    [
        "https://kommun.example/fhir?_getpages=1",
        "https://KOMMUN.example:443/fhir/Appointment?page=2&x=%7C",
        "https://kommun.example/fhir/Appointment/_search?ct=a..b",
    ],
)
def test_a_next_link_inside_the_base_is_followed(url):
    assert inside("https://kommun.example/fhir", url)


@pytest.mark.parametrize(
    "url",
    [
        "http://kommun.example/fhir?p=2",
        "https://kommun.example:8443/fhir?p=2",
        "https://kommun.example.evil.example/fhir?p=2",
        "https://kommun.example@evil.example/fhir?p=2",
        "https://a:b@kommun.example/fhir?p=2",
        "https://kommun.example/fhirother?p=2",
        "https://kommun.example/fhir/../admin",
        "https://kommun.example/fhir/%2e%2e/admin",
        "https://kommun.example/fhir/%252e%252e/admin",
        "https://kommun.example/fhir/..\\admin",
        "https://kommun.example/fhir\r\nHost: evil.example",
        "https://[kommun.example/fhir",
        "https://kommun.example:99999/fhir",
        "file:///etc/passwd",
        "//evil.example/fhir",
        "",
    ],
)
def test_a_next_link_elsewhere_is_not(url):
    assert not inside("https://kommun.example/fhir", url)


@pytest.mark.parametrize(
    ("words", "place", "codes", "expected"),
    [
        ("Hemtjänst", "", [], VisitForm.HOME),
        ("Träning", "Hemma hos dig", [], VisitForm.HOME),
        ("Uppföljning", "", ["HH"], VisitForm.HOME),
        ("Telefontid", "Hemma hos dig", [], VisitForm.PHONE),
        ("SIP-möte", "Videomöte", [], VisitForm.VIDEO),
        ("Möte med hemtjänstens chef", "Kommunhuset", [], VisitForm.UNKNOWN),
        ("Återbesök", "Mottagningen", [], VisitForm.UNKNOWN),
    ],
)
def test_form_is_told_only_where_it_is_said(words, place, codes, expected):
    assert form(words, place, codes) is expected


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        ([{"coding": [{"code": "lss"}]}], "LSS"),
        ([{"text": "Insats enligt SoL (2025:400)"}], "SoL"),
        ([{"text": "Kommunal hälso- och sjukvård, HSL"}], "HSL"),
        ([{"text": "Solskydd"}], None),
        (None, None),
    ],
)
def test_the_law_is_a_code_or_a_whole_word(category, expected):
    assert law(category) == expected
