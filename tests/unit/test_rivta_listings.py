"""A person with listings becomes Listings."""

from datetime import date
from typing import Any

import pytest
from lxml import etree

from stodtjanster.information import Listing, ListingKind
from stodtjanster.model import Cause, HsaId, Outcome, PersonId, Told
from stodtjanster.sources.kit.source import Heard, SourceFailed
from stodtjanster.sources.listings.adapter import CONTRACT, Adapter, read
from stodtjanster.sources.listings.settings import Settings
from tests.rivta_messages import (
    AUTUMN,
    OTHER,
    SETTINGS,
    TOLVAN,
    UNIT,
    asked,
    elements,
    envelope,
    fault,
    listed,
    listing,
    question,
    reading,
    told,
)

REGION = "SE2321000230-1000"
BORN_2014 = PersonId.parse("201401612385")
BORN_1940 = PersonId.parse("194001612383")


def hear(*listings: str, person: str | None = TOLVAN.value, **changes: Any) -> Heard:
    body = envelope(CONTRACT, listed(*listings, person=person))
    return read(body, reading=reading(address=REGION, **changes))


def one(row: str) -> Listing:
    heard = hear(row)
    assert heard.rejected == ()
    (item,) = heard.items
    assert isinstance(item, Listing)
    return item


@pytest.fixture
def adapter() -> Adapter:
    return Adapter(Settings.model_validate({**SETTINGS, "logical_address": REGION}))


def not_found(detail: str) -> bytes:
    return fault("soap:Server", "fel", f'<r:{detail} xmlns:r="{CONTRACT.namespace}"/>')


def test_every_field_has_its_place() -> None:
    item = one(listing(validToDate="2027-02-28T00:00:00"))
    assert item.subject == TOLVAN
    assert (item.kind, item.kind_text) == (ListingKind.DOCTOR, None)
    assert (item.unit, item.name) == (Told("Tallbackens vårdcentral"), Told("Lena Ek"))
    assert item.queued is True
    assert (item.first, item.last) == (date(2026, 3, 1), date(2027, 2, 28))
    assert item.origin.system == REGION
    assert item.origin.care_unit == HsaId(UNIT)
    assert item.origin.unit_name == item.unit
    assert item.origin.approved_for_patient is None


@pytest.mark.parametrize(
    ("written", "kind", "words"),
    [
        ("HLM", ListingKind.DOCTORS_OFFICE, None),
        ("bvc", ListingKind.CHILD_HEALTH, None),
        ("Barnavårdscentral", ListingKind.UNKNOWN, Told("Barnavårdscentral")),
        ("", ListingKind.UNKNOWN, None),
        (None, ListingKind.UNKNOWN, None),
    ],
)
def test_a_kind_is_known_or_told_as_written(
    written: str | None, kind: ListingKind, words: Told | None
) -> None:
    item = one(listing(listingType=written))
    assert (item.kind, item.kind_text) == (kind, words)


@pytest.mark.parametrize(
    ("start", "end", "first", "last"),
    [
        ("2026-03-01T00:00:00", None, date(2026, 3, 1), None),
        ("2026-02-28T23:30:00Z", None, date(2026, 3, 1), None),
        ("", "", None, None),
        (None, "9999-12-31T00:00:00", None, None),
        ("20260301", "20261231", date(2026, 3, 1), date(2026, 12, 31)),
    ],
)
def test_dates_may_be_empty_and_listings_without_end(
    start: str | None, end: str | None, first: date | None, last: date | None
) -> None:
    item = one(listing(validFromDate=start, validToDate=end))
    assert (item.first, item.last) == (first, last)


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({}, True),
        ({"validFromDate": ""}, True),
        ({"validToDate": "2026-11-20T00:00:00"}, True),
        ({"validToDate": "2026-11-19T00:00:00"}, False),
        ({"validFromDate": "2027-01-01T00:00:00"}, False),
    ],
)
def test_what_is_in_force_in_the_period_is_shown(changes: dict[str, str], shown: bool) -> None:
    heard = hear(listing(**changes), period=AUTUMN)
    assert (len(heard.items) == 1, heard.rejected) == (shown, ())


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"healthcare_facility": elements(facilityName="X")}, "healthcare_facility/facilityId"),
        ({"healthcare_facility": None}, "healthcare_facility/facilityId"),
        ({"validFromDate": "i mars"}, "validFromDate"),
        ({"validToDate": "2026-02-01T00:00:00"}, "validToDate"),
    ],
)
def test_a_listing_that_cannot_be_read_is_counted_and_the_others_shown(
    changes: dict[str, str | None], where: str
) -> None:
    heard = hear(listing(**changes), listing())
    assert len(heard.items) == 1
    assert [bad.where for bad in heard.rejected] == [f"subjectOfCare[1]/listing[1]/{where}"]
    assert [(report.system, report.rejected) for report in heard.reports] == [(REGION, 1)]


@pytest.mark.parametrize("person", [OTHER.value, "900101-2385"])
def test_another_persons_listings_are_never_shown(person: str) -> None:
    heard = hear(listing(), person=person)
    assert heard.items == ()
    assert [report.cause for report in heard.reports] == [Cause.FOREIGN]


def test_two_persons_in_one_are_nobodys() -> None:
    twice = f"<c:personId>{OTHER.value}</c:personId>{listing()}"
    heard = hear(twice)
    assert (heard.items, heard.rejected[0].why) == ((), "an element comes twice")


@pytest.mark.parametrize("written", ["19900101-2385", "9001012385", "900101-2385"])
def test_a_number_may_have_a_hyphen_and_no_century(written: str) -> None:
    assert len(hear(listing(), person=written, subject=OTHER).items) == 1


def test_ten_digits_never_mean_somebody_who_is_a_hundred() -> None:
    heard = hear(listing(), person="121212-1212")
    assert heard.items == ()
    assert [report.cause for report in heard.reports] == [Cause.FOREIGN]


@pytest.mark.parametrize(
    ("person", "written"), [(BORN_2014, "140161-2385"), (BORN_1940, "400161-2383")]
)
def test_a_century_is_this_one_or_the_last(person: PersonId, written: str) -> None:
    assert len(hear(listing(), person=written, subject=person).items) == 1


def test_the_same_listing_has_the_same_name_and_another_has_not() -> None:
    first, again, other = one(listing()), one(listing()), one(listing(listingType="DSK"))
    assert first.origin.record == again.origin.record != other.origin.record


def test_the_region_is_addressed_as_the_older_profile_does(adapter: Adapter) -> None:
    request = asked(adapter, question(Listing))
    root = etree.fromstring(request.body)
    assert root.findtext(".//{http://www.w3.org/2005/08/addressing}To") == REGION
    assert root.find(".//{urn:riv:itintegration:registry:1}LogicalAddress") is None
    assert root[1][0].tag == f"{{{CONTRACT.namespace}}}getListing"
    assert request.headers["SOAPAction"] == f'"{CONTRACT.namespace}:getListing"'
    assert root.findtext(f".//{{{CONTRACT.namespace}}}personId") == TOLVAN.value


def test_a_source_of_listings_has_an_address_of_its_own() -> None:
    with pytest.raises(ValueError, match="logical_address"):
        Settings.model_validate(SETTINGS)


def test_a_person_whom_the_region_does_not_know_has_no_listings_there(adapter: Adapter) -> None:
    heard = told(adapter, question(Listing), not_found("PersonNotFound"), 500)
    (report,) = heard.reports
    assert heard.items == ()
    assert (report.system, report.outcome) == (REGION, Outcome.DATA_FROM_SOURCE)
    assert report.answered
    from_file = read(not_found("PersonNotFound"), reading=reading(address=REGION))
    assert from_file == heard


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("detail", ["TechnicalException", "Annat"])
def test_any_other_fault_is_a_failure(adapter: Adapter, detail: str, status: int) -> None:
    with pytest.raises(SourceFailed) as failed:
        told(adapter, question(Listing), not_found(detail), status)
    assert failed.value.cause is Cause.FAULT


def test_the_fault_of_another_contract_does_not_count(adapter: Adapter) -> None:
    alien = not_found("PersonNotFound").replace(b"carelisting", b"scheduling")
    with pytest.raises(SourceFailed):
        told(adapter, question(Listing), alien, 500)
