"""What the security services say: only what is surely said is known, and doubt opens nothing."""

from datetime import timedelta

import pytest
from lxml import etree

from stodtjanster.audit import Entry, EventKind, decode, seal
from stodtjanster.model import Cause, HsaId, PersonId, PersonIdKind
from stodtjanster.security.blocks import Row, check_blocks
from stodtjanster.security.consents import (
    REGISTER,
    Assertion,
    check_consent,
    register_consent,
)
from stodtjanster.security.kit import Registered, Registration
from stodtjanster.security.log import (
    Stored,
    is_told,
    log_id,
    misfit,
    store_log,
)
from stodtjanster.security.relations import check_relation
from stodtjanster.sources.kit.source import SourceFailed
from tests.security_messages import (
    BIRGITTA,
    CLINIC,
    ELSEWHERE,
    NOW,
    OWN,
    READER,
    SETTINGS,
    SYSTEM,
    answer,
    checked,
    consented,
    disclosure,
    ended,
    related,
    stored,
)

ROWS = tuple(Row(owner, NOW - timedelta(days=1), NOW) for owner in (OWN, CLINIC, ELSEWHERE))
RESERVE = PersonId(BIRGITTA.value, PersonIdKind.RESERVNUMMER)


def relation():
    return check_relation(SETTINGS, READER, BIRGITTA, correlation="c")


def consent():
    return check_consent(SETTINGS, READER, BIRGITTA, correlation="c")


def blocks(rows=ROWS):
    return check_blocks(SETTINGS, READER, BIRGITTA, rows, correlation="c")


def refused(talk, body, status=200):
    with pytest.raises(SourceFailed) as failed:
        ended(talk, body, status)
    return failed.value.cause


def entry(**changes):
    return Entry(7, seal(bytes(32), disclosure(**changes)))


def sent(*entries):
    return etree.fromstring(next(store_log(SETTINGS, SYSTEM, entries, correlation="c")).body)


def texts(root, name):
    return [found.text for found in root.iter(f"{{*}}{name}")]


@pytest.mark.parametrize(("said", "known"), [("true", True), ("1", True), ("false", False)])
def test_a_relation_is_there_or_not(said, known):
    assert ended(relation(), related(said)) is known


@pytest.mark.parametrize(
    "body",
    [
        related(""),
        related("ja"),
        related(code="ERROR"),
        related(code="NOTFOUND"),
        related().replace(b"CheckResultType>", b"Other>"),
        consented(),
        b"",
        b"<html/>",
    ],
)
def test_anything_else_says_nothing_of_a_relation(body):
    assert refused(relation(), body) in (Cause.UNREADABLE, Cause.FAULT)


def test_a_service_that_will_not_answer_us_is_told_apart():
    assert refused(relation(), related(code="ACCESSDENIED")) is Cause.DENIED


@pytest.mark.parametrize(
    ("body", "known"),
    [
        (consented(), Assertion.CONSENT),
        (consented(code="INFO"), Assertion.CONSENT),
        (consented(kind="Emergency"), Assertion.EMERGENCY),
        (consented("false", ""), None),
    ],
)
def test_a_consent_is_there_or_not(body, known):
    assert ended(consent(), body) is known


@pytest.mark.parametrize("body", [consented(kind=""), consented(kind="Ja"), consented("")])
def test_a_yes_of_no_kind_is_no_consent(body):
    assert refused(consent(), body) is Cause.UNREADABLE


def test_only_a_row_that_is_called_ok_is_open():
    body = checked(("1", "OK"), ("2", "BLOCKED"), ("3", "VALIDATIONERROR"), code="INFO")
    assert ended(blocks(), body) == {ROWS[0]}


def test_a_row_that_is_missing_is_blocked():
    assert ended(blocks(), checked(("1", "OK"), ("3", "OK"))) == {ROWS[0], ROWS[2]}


def test_a_row_that_is_told_in_two_ways_is_blocked():
    body = checked(("1", "OK"), ("1", "BLOCKED"), ("01", "OK"), ("2", "OK"), ("02", "OK"))
    assert ended(blocks(), body) == {ROWS[1]}


def test_a_row_that_nobody_asked_about_opens_nothing():
    assert ended(blocks(), checked(("4", "OK"), ("0", "OK"), ("-1", "OK"))) == frozenset()


@pytest.mark.parametrize(
    "body",
    [
        checked(("1", "OK"), ("x", "BLOCKED")),
        checked(("1", "OK"), code="VALIDATIONERROR"),
        checked(("1", "OK")).replace(b"<c:rowNumber>1</c:rowNumber>", b""),
        checked(("1", "OK"))[:200],
    ],
)
def test_an_answer_that_cannot_be_read_opens_nothing(body):
    assert refused(blocks(), body) in (Cause.UNREADABLE, Cause.FAULT)


def test_rows_are_asked_about_in_swedish_wall_time_and_by_number():
    root = etree.fromstring(next(blocks()).body)
    assert texts(root, "informationEndDate") == ["2026-11-20T13:30:00"] * 3
    assert texts(root, "rowNumber") == ["1", "2", "3"]
    assert texts(root, "informationCareUnitId") == [row.owner.unit.value for row in ROWS]


def test_nobody_is_asked_about_no_rows():
    with pytest.raises(StopIteration) as done:
        next(blocks(()))
    assert done.value.value == frozenset()


@pytest.mark.parametrize("check", [check_consent, lambda *a, **k: check_blocks(*a, ROWS, **k)])
def test_a_number_that_the_service_cannot_know_is_not_asked_about(check):
    with pytest.raises(SourceFailed) as failed:
        next(check(SETTINGS, READER, RESERVE, correlation="c"))
    assert failed.value.cause is Cause.NOT_CONNECTED


@pytest.mark.parametrize(
    ("code", "came"), [("OK", Registered.DONE), ("ALREADYEXISTS", Registered.ALREADY)]
)
def test_what_is_registered_twice_is_registered(code, came):
    registration = Registration("a-1", NOW, NOW + timedelta(days=30))
    talk = register_consent(SETTINGS, READER, BIRGITTA, registration, correlation="c")
    body = answer(REGISTER, f"<r:result><c:resultCode>{code}</c:resultCode></r:result>")
    assert ended(talk, body) is came


def test_a_registration_that_was_refused_is_none():
    registration = Registration("a-1", NOW, NOW + timedelta(days=30))
    talk = register_consent(SETTINGS, READER, BIRGITTA, registration, correlation="c")
    body = answer(REGISTER, "<r:result><c:resultCode>INVALIDSTATE</c:resultCode></r:result>")
    assert refused(talk, body) is Cause.FAULT


def test_what_staff_read_is_told_and_what_people_read_is_not():
    assert is_told(disclosure())
    assert is_told(disclosure(event=EventKind.SHOWN))
    assert not is_told(disclosure(employee=None))
    assert not is_told(disclosure(event=EventKind.REFUSED))


def test_one_resource_for_each_provider_shown():
    root = sent(entry(owners=(OWN.provider, ELSEWHERE.provider)))
    resources = root.findall(".//{*}resource")
    assert [texts(each, "careProviderId") for each in resources] == [
        [OWN.provider.value],
        [ELSEWHERE.provider.value],
    ]
    assert texts(root, "resourceType") == ["Bokad tid, Vårdplan"] * 2
    assert texts(root, "activityType") == ["Läsa"]
    assert texts(root, "purpose") == ["Vård och behandling"]


def test_what_came_of_nobody_yet_is_the_readers_own():
    assert texts(sent(entry()), "careProviderId") == [OWN.provider.value] * 2


def test_the_same_entry_has_the_same_id_and_another_has_not():
    one, other = entry(), entry(at=NOW + timedelta(seconds=1))
    assert log_id(one) == log_id(entry(reference=decode(one.sealed.body).reference))
    assert log_id(one) != log_id(other)
    assert len(log_id(one)) == 36


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"purpose": "Omsorg"}, "purpose"),
        ({"activity": None}, "activity"),
        ({"activity": "Titta"}, "activity"),
        ({"place": None}, "nobody"),
        ({"employee": HsaId("A" * 33)}, "hsa-id"),
        ({}, None),
        ({"activity": "Nödöppning"}, None),
    ],
)
def test_words_that_are_not_the_contracts_are_not_sent(changes, code):
    assert misfit(SYSTEM, entry(**changes)) == code


@pytest.mark.parametrize(
    ("code", "came"),
    [("OK", Stored.STORED), ("INFO", Stored.STORED), ("VALIDATION_ERROR", Stored.INVALID)],
)
def test_the_log_takes_it_or_never_will(code, came):
    assert ended(store_log(SETTINGS, SYSTEM, (entry(),), correlation="c"), stored(code)) is came


def test_an_error_of_the_log_is_to_be_tried_again():
    talk = store_log(SETTINGS, SYSTEM, (entry(),), correlation="c")
    assert refused(talk, stored("ERROR")) is Cause.FAULT


def test_the_operation_stands_in_the_address():
    settings = SETTINGS.model_copy(update={"url": "https://127.0.0.1:9/{operation}"})
    asked = next(check_consent(settings, READER, BIRGITTA, correlation="c"))
    assert asked.url.endswith("/CheckConsent")
    assert BIRGITTA.value not in asked.url
