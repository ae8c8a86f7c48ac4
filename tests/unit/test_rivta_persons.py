"""What the population register says becomes PersonRecords."""

from typing import Any

import pytest
from lxml import etree

from stodtjanster.information import FullName, PersonRecord
from stodtjanster.model import Cause, Outcome, PersonId, Protection, Told
from stodtjanster.sources.kit.source import Heard
from stodtjanster.sources.persons.adapter import CONTRACT, Adapter, read
from stodtjanster.sources.persons.settings import Settings
from tests.rivta_messages import (
    OTHER,
    PERSON,
    RESERVE,
    SETTINGS,
    TOLVAN,
    asked,
    elements,
    envelope,
    identity,
    person_record,
    question,
    reading,
    requested,
    told,
)

REGISTER = "SE2321000230-1000"
OLDER = PersonId.parse("194001612383")
REGISTERED = {"logical_address": REGISTER}


def hear(*rows: str, **changes: Any) -> Heard:
    body = envelope(CONTRACT, "".join(rows))
    return read(body, reading=reading(address=REGISTER, **changes))


def one(**changes: str | None) -> PersonRecord:
    heard = hear(requested(person_record(**changes)))
    assert heard.rejected == ()
    (item,) = heard.items
    assert isinstance(item, PersonRecord)
    return item


def link(number: str) -> str:
    return elements(referredPersonalIdentity=identity(number, PERSON), assuranceLevel="1")


def adapter(**changes: str) -> Adapter:
    return Adapter(Settings.model_validate({**SETTINGS, **REGISTERED, **changes}))


def test_every_field_has_its_place() -> None:
    item = one()
    assert item.subject == TOLVAN
    assert item.name == Told("Tolvan Tolvansson")
    assert (item.protected, item.deceased, item.linked) == (Protection.NONE, False, ())
    assert (item.origin.system, item.origin.contract) == (REGISTER, "GetPersonsForProfile")
    assert item.during is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (elements(givenName="Eva Maria", middleName="Ek", surname="Alm"), "Eva Maria Ek Alm"),
        (elements(surname="Alm"), "Alm"),
        (elements(notificationName="ALM, E"), None),
        (None, None),
    ],
)
def test_a_name_is_what_there_is_of_it(name: str | None, expected: str | None) -> None:
    assert one(name=name).name == Told.maybe(expected)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            elements(givenName=" Eva  Maria", middleName="Ek", surname="Alm"),
            FullName("Eva Maria", "Alm", "Ek"),
        ),
        (elements(givenName="Eva", surname="Alm"), FullName("Eva", "Alm")),
        (elements(surname="Alm"), None),
        (elements(givenName="Eva"), None),
        (None, None),
    ],
)
def test_a_name_in_its_parts_is_there_when_both_ends_are(
    name: str | None, expected: FullName | None
) -> None:
    assert one(name=name).full_name == expected


@pytest.mark.parametrize(
    ("marked", "registered", "expected"),
    [
        ("false", None, Protection.NONE),
        ("0", "false", Protection.NONE),
        ("true", None, Protection.SEKRETESSMARKERING),
        (" true ", "false", Protection.SEKRETESSMARKERING),
        ("false", "true", Protection.SKYDDAD_FOLKBOKFORING),
        ("1", "1", Protection.SKYDDAD_FOLKBOKFORING),
    ],
)
def test_the_stronger_protection_counts(
    marked: str, registered: str | None, expected: Protection
) -> None:
    item = one(protectedPersonIndicator=marked, protectedPopulationRecord=registered)
    assert item.protected is expected


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"protectedPersonIndicator": None}, "protectedPersonIndicator"),
        ({"protectedPersonIndicator": ""}, "protectedPersonIndicator"),
        ({"protectedPersonIndicator": "nej"}, "protectedPersonIndicator"),
        ({"protectedPopulationRecord": "kanske"}, "protectedPopulationRecord"),
        ({"protectedPopulationRecord": ""}, "protectedPopulationRecord"),
    ],
)
def test_who_may_be_protected_is_never_taken_for_unprotected(
    changes: dict[str, str | None], where: str
) -> None:
    heard = hear(requested(person_record(**changes)))
    assert heard.items == ()
    assert [bad.where.rpartition("/")[2] for bad in heard.rejected] == [where]
    assert [report.rejected for report in heard.reports] == [1]


@pytest.mark.parametrize(
    ("deregistration", "deceased"),
    [
        (elements(deregistrationReasonCode="AV"), True),
        (elements(deregistrationReasonCode=" AV "), True),
        (elements(foundDeadAtDate=elements(format="YYYY", value="2026")), True),
        (elements(deregistrationReasonCode="UV"), False),
        ("", False),
        (None, False),
    ],
)
def test_who_has_died_is_told_from_who_has_moved(
    deregistration: str | None, deceased: bool
) -> None:
    assert one(deregistration=deregistration).deceased is deceased


@pytest.mark.parametrize("element", ["linkedIdentity", "referredPersonalIdentities"])
def test_other_numbers_of_the_same_person_are_kept(element: str) -> None:
    assert one(**{element: link(f" {OLDER.value} ")}).linked == (OLDER,)
    assert one(**{element: link(TOLVAN.value)}).linked == ()


def test_a_number_that_is_linked_in_two_ways_is_asked_about_once() -> None:
    item = one(linkedIdentity=link(OLDER.value), referredPersonalIdentities=link(OLDER.value))
    assert item.linked == (OLDER,)


def test_a_number_that_cannot_be_asked_about_is_counted_and_the_record_kept() -> None:
    heard = hear(requested(person_record(linkedIdentity=link("1912"))))
    assert len(heard.items) == 1
    assert [bad.where for bad in heard.rejected] == [
        "requestedPersonRecord[1]/personRecord/linkedIdentity[1]"
    ]
    assert "1912" not in repr(heard.rejected)


def test_where_a_person_lives_is_not_read() -> None:
    address = elements(residentialAddress=elements(postalAddress2="Storgatan 1", city="Boden"))
    assert "Storgatan" not in repr(one(addressInformation=address, protectedPersonIndicator="true"))


def test_a_number_that_the_register_does_not_know_has_no_record() -> None:
    heard = hear(requested(""))
    assert (heard.items, heard.rejected) == ((), ())
    assert [report.outcome for report in heard.reports] == [Outcome.DATA_FROM_SOURCE]


@pytest.mark.parametrize(
    "row",
    [
        requested(number=OTHER.value),
        requested(person_record(OTHER.value)),
        requested(person_record(), OTHER.value),
        requested("", OTHER.value),
    ],
)
def test_another_persons_record_is_never_given(row: str) -> None:
    heard = hear(row)
    assert heard.items == ()
    assert [report.cause for report in heard.reports] == [Cause.FOREIGN]


def test_a_record_of_two_persons_is_nobodys() -> None:
    both = person_record() + person_record(OTHER.value)
    assert hear(requested(both)).items == ()


def test_records_that_contradict_each_other_are_both_kept() -> None:
    heard = hear(requested(), requested(person_record(protectedPersonIndicator="true")))
    first, second = heard.items
    assert first.origin.identity != second.origin.identity
    assert one().origin.identity == first.origin.identity


def test_the_name_of_a_record_holds_no_number() -> None:
    assert TOLVAN.value not in one().origin.record


def test_the_register_is_asked_about_the_number_itself() -> None:
    request = asked(adapter(), question(PersonRecord))
    body = etree.fromstring(request.body)
    about = body.find(f".//{{{CONTRACT.namespace}}}personId")
    assert [part.text for part in about] == [PERSON, TOLVAN.value]
    assert body.findtext(f".//{{{CONTRACT.namespace}}}profile") == "P2"
    assert body.findtext(f".//{{{CONTRACT.namespace}}}ignoreReferredIdentity") == "true"


def test_how_much_is_asked_for_is_a_setting() -> None:
    body = etree.fromstring(asked(adapter(profile="P3"), question(PersonRecord)).body)
    assert body.findtext(f".//{{{CONTRACT.namespace}}}profile") == "P3"


def test_the_register_has_an_address_of_its_own() -> None:
    with pytest.raises(ValueError, match="logical_address"):
        Settings.model_validate(SETTINGS)


def test_an_answer_is_read_in_a_conversation_as_from_a_file() -> None:
    body = envelope(CONTRACT, requested())
    assert told(adapter(), question(PersonRecord), body) == hear(requested())


def test_a_reserve_number_is_not_asked_about() -> None:
    conversation = adapter().ask(question(PersonRecord, subject=RESERVE))
    with pytest.raises(StopIteration) as done:
        next(conversation)
    assert [report.outcome for report in done.value.value.reports] == [Outcome.NOT_ASKED]
