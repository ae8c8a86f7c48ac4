"""What the national catalogue says of a unit becomes an Entry."""

import copy
from collections.abc import Callable
from datetime import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from stodtjanster.catalogue import Entry, Hours
from stodtjanster.model import Cause, HsaId, Told
from stodtjanster.sources.kit.rivta import Contract
from stodtjanster.sources.kit.source import Request, Response, SourceFailed
from stodtjanster.sources.units.adapter import CARE_UNIT, UNIT, Adapter, read_owner, read_unit
from stodtjanster.sources.units.settings import Settings
from tests.rivta_messages import ASKED_AT, SETTINGS, elements, envelope, fault

HERE = HsaId("SE2321000230-1001")
BARE = Entry(HERE, Told("Vårdcentralen"), ASKED_AT)
LOOK = {"at": ASKED_AT, "correlation": "c-1"}
REGISTER = "SE165565594230-1000"
HOURS = {"fromDay": "1", "fromTime": "08:00:00", "toDay": "5", "toTime": "17:00:00"}


def own(**content: str | None) -> str:
    return "".join(f"<r:{name}>{text}</r:{name}>" for name, text in content.items() if text)


def unit(more: str = "", **changes: str | None) -> bytes:
    fields = {
        "unitHsaId": HERE.value,
        "unitName": "VC Tall",
        "publicName": "Tallbackens vårdcentral",
        **changes,
    }
    return envelope(UNIT, f"<r:unit>{own(**fields)}{more}</r:unit>")


def care_unit(**changes: str | None) -> bytes:
    fields = {
        "healthCareUnitHsaId": HERE.value,
        "healthCareProviderHsaId": "SE2321000230-1000",
        "healthCareProviderName": "Region Norr HSN",
        "healthCareProviderPublicName": "Region Norr",
        **changes,
    }
    return envelope(CARE_UNIT, f"<r:healthCareUnit>{own(**fields)}</r:healthCareUnit>")


def entry(more: str = "", **changes: str | None) -> Entry:
    found = read_unit(unit(more, **changes), HERE, at=ASKED_AT)
    assert found is not None
    return found


def hours(**changes: str | None) -> str:
    return f"<r:surgeryHour>{elements(**{**HOURS, **changes})}</r:surgeryHour>"


def adapter() -> Adapter:
    url = "https://127.0.0.1:9/vp/{operation}/{major}/rivtabp21"
    return Adapter(Settings.model_validate({**SETTINGS, "url": url, "logical_address": REGISTER}))


def looked_up(*answers: bytes | SourceFailed) -> tuple[list[Request], Entry | None]:
    conversation = adapter().look_up(HERE, **LOOK)
    sent = [next(conversation)]
    try:
        for answer in answers:
            if isinstance(answer, SourceFailed):
                sent.append(conversation.throw(answer))
            else:
                sent.append(conversation.send(Response(200, {}, answer)))
    except StopIteration as done:
        return sent, done.value
    raise AssertionError("the adapter asked again")


def test_every_field_has_its_place() -> None:
    found = entry(
        own(telephoneNumber="0980319200", switchboardNumber="0980319201")
        + hours(comment="Lunchstängt")
        + f"<r:telephoneHour>{elements(**{**HOURS, 'toTime': '11:00:00'})}</r:telephoneHour>"
        + own(
            structuredVisitingAddress=elements(
                street="Storgatan", premisesNumber="4", premisesLetter="B", town="Boden"
            )
        )
    )
    assert (found.hsa_id, found.name) == (HERE, Told("Tallbackens vårdcentral"))
    assert (found.phone, found.fetched_at) == ("0980319200", ASKED_AT)
    assert (found.street, found.town) == (Told("Storgatan 4 B"), Told("Boden"))
    assert found.open_hours == (Hours(1, 5, time(8), time(17), Told("Lunchstängt")),)
    assert found.phone_hours == (Hours(1, 5, time(8), time(11)),)
    assert (found.provider, found.owner) == (None, None)


def test_what_is_missing_is_not_made_up() -> None:
    found = entry(publicName=None)
    assert found == Entry(HERE, Told("VC Tall"), ASKED_AT)


def test_the_switchboard_is_rung_when_the_unit_has_no_number() -> None:
    assert entry(switchboardNumber="0980319201").phone == "0980319201"


def test_an_older_street_is_better_than_none() -> None:
    assert entry(street="Storgatan 4").street == Told("Storgatan 4")


@pytest.mark.parametrize(
    "changes",
    [
        {"fromDay": "8"},
        {"toDay": None},
        {"fromTime": "åtta"},
        {"toTime": ""},
    ],
)
def test_hours_that_cannot_be_read_leave_the_others(changes: dict[str, str | None]) -> None:
    assert entry(hours(**changes) + hours()).open_hours == (Hours(1, 5, time(8), time(17)),)


def test_the_end_of_a_day_is_midnight_and_zones_are_not_minded() -> None:
    (found,) = entry(hours(fromTime="08:00:00Z", toTime="24:00:00")).open_hours
    assert (found.opens, found.closes) == (time(8), time(0))


@pytest.mark.parametrize(
    "changes",
    [
        {"feignedUnit": "true"},
        {"unitEndDate": "2026-11-20T00:00:00"},
        {"unitStartDate": "2026-11-21T00:00:00"},
    ],
)
def test_a_unit_that_is_not_real_today_is_not_told_of(changes: dict[str, str]) -> None:
    assert read_unit(unit(**changes), HERE, at=ASKED_AT) is None


def test_a_unit_within_its_dates_is_told_of() -> None:
    dates = {"unitStartDate": "2020-01-01T00:00:00", "unitEndDate": "2027-01-01T00:00:00"}
    assert entry(feignedUnit="false", **dates).name == Told("Tallbackens vårdcentral")


@pytest.mark.parametrize("written", ["SE2321000230-1002", None, "ö"])
def test_another_unit_than_the_one_asked_for_is_no_answer(written: str | None) -> None:
    with pytest.raises(SourceFailed) as failed:
        read_unit(unit(unitHsaId=written), HERE, at=ASKED_AT)
    assert failed.value.cause is Cause.UNREADABLE


@pytest.mark.parametrize("more", [own(unitHsaId="SE2321000230-1002"), own(publicName="Annan")])
def test_a_unit_with_two_of_what_it_has_one_of_is_no_answer(more: str) -> None:
    with pytest.raises(SourceFailed):
        read_unit(unit(more), HERE, at=ASKED_AT)


def test_a_unit_without_any_name_is_no_answer() -> None:
    with pytest.raises(SourceFailed):
        read_unit(unit(publicName=None, unitName=None), HERE, at=ASKED_AT)


def test_the_owner_is_the_care_provider_by_its_public_name() -> None:
    found = read_owner(care_unit(), BARE)
    assert (found.provider, found.owner) == (HsaId("SE2321000230-1000"), Told("Region Norr"))
    unnamed = read_owner(care_unit(healthCareProviderPublicName=None), BARE)
    assert unnamed.owner == Told("Region Norr HSN")


def test_a_member_of_a_care_unit_has_the_same_owner() -> None:
    body = care_unit(healthCareUnitMemberHsaId=HERE.value, healthCareUnitHsaId="SE2321000230-1")
    assert read_owner(body, BARE).owner == Told("Region Norr")


@pytest.mark.parametrize(
    "changes",
    [
        {"feignedHealthCareProvider": "true"},
        {"archivedHealthCareProvider": "1"},
        {"healthCareProviderEndDate": "2020-01-01T00:00:00"},
    ],
)
def test_a_provider_that_is_not_real_today_owns_nothing(changes: dict[str, str]) -> None:
    assert read_owner(care_unit(**changes), BARE) == BARE


def test_an_answer_about_another_unit_names_no_owner() -> None:
    with pytest.raises(SourceFailed):
        read_owner(care_unit(healthCareUnitHsaId="SE2321000230-9"), BARE)


def test_both_contracts_are_asked_and_nobody_is_named() -> None:
    sent, found = looked_up(unit(), care_unit())
    assert found is not None
    assert (found.name, found.owner) == (Told("Tallbackens vårdcentral"), Told("Region Norr"))
    assert [request.url.rpartition("/vp/")[2] for request in sent] == [
        "GetUnit/5/rivtabp21",
        "GetHealthCareUnit/2/rivtabp21",
    ]
    for request in sent:
        root = etree.fromstring(request.body)
        assert root.findtext(".//{urn:riv:itintegration:registry:1}LogicalAddress") == REGISTER
        assert root.find(".//{urn:riv:interoperability:headers:1}Actor") is None
        assert root[1][0][0].text == HERE.value


def test_a_unit_that_the_catalogue_does_not_have_is_none() -> None:
    sent, found = looked_up(envelope(UNIT, ""))
    assert (len(sent), found) == (1, None)


@pytest.mark.parametrize(
    "second",
    [
        SourceFailed(Cause.TIMEOUT),
        fault("soap:Server", "VP009 [x] Fel"),
        envelope(CARE_UNIT, ""),
        b"<x/>",
    ],
)
def test_without_an_owner_the_unit_is_told_of_all_the_same(second: bytes | SourceFailed) -> None:
    _, found = looked_up(unit(), second)
    assert found == Entry(HERE, Told("Tallbackens vårdcentral"), ASKED_AT)


@pytest.mark.parametrize(
    ("first", "cause"),
    [
        (SourceFailed(Cause.TIMEOUT), Cause.TIMEOUT),
        (fault("soap:Server", "VP007 [x] Fel"), Cause.DENIED),
        (b"trash", Cause.UNREADABLE),
    ],
)
def test_a_catalogue_that_does_not_answer_is_a_failure(
    first: bytes | SourceFailed, cause: Cause
) -> None:
    with pytest.raises(SourceFailed) as failed:
        looked_up(first)
    assert failed.value.cause is cause


def test_the_address_says_which_operation() -> None:
    with pytest.raises(ValueError, match="url"):
        Settings.model_validate({**SETTINGS, "logical_address": REGISTER})


READERS: tuple[tuple[Contract, bytes, Callable[[bytes], Entry | None]], ...] = (
    (UNIT, unit(hours()), lambda body: read_unit(body, HERE, at=ASKED_AT)),
    (CARE_UNIT, care_unit(), lambda body: read_owner(body, BARE)),
)


@settings(deadline=None)
@given(st.sampled_from(READERS), st.data(), st.text(max_size=20))
def test_a_mutated_answer_is_another_entry_of_the_same_unit_or_a_failure(
    reader: tuple[Contract, bytes, Callable[[bytes], Entry | None]],
    data: st.DataObject,
    word: str,
) -> None:
    _, body, read = reader
    root = etree.fromstring(body)
    chosen = data.draw(st.sampled_from([*root.iter(etree.Element)]))
    match data.draw(st.sampled_from(["drop", "double", "write"])):
        case "drop" if chosen is not root:
            chosen.getparent().remove(chosen)
        case "double" if chosen is not root:
            chosen.addnext(copy.deepcopy(chosen))
        case _:
            chosen.text = "".join(letter for letter in word if letter.isprintable())
    try:
        found = read(etree.tostring(root))
    except SourceFailed:
        return
    assert found is None or found.hsa_id == HERE


@settings(deadline=None)
@given(st.sampled_from(READERS), st.binary(max_size=200))
def test_bytes_of_any_kind_are_no_answer(
    reader: tuple[Contract, bytes, Callable[[bytes], Entry | None]], body: bytes
) -> None:
    with pytest.raises(SourceFailed):
        reader[2](body)
