"""What omsorg gives a person, as a relation: to whom, from when, and until when."""

from dataclasses import replace
from datetime import timedelta

import pytest

from portal.insatser import relation_of
from stodtjanster.access.case import Relation
from stodtjanster.information import CareService, CareServiceKind
from stodtjanster.model import HsaId, Origin, Owner, PersonId, Place, Side, Subject, Told
from tests.security_messages import BIRGITTA, NOW, situation

PROVIDER = HsaId("TSTNMT2321000156-SJVG")
UNIT, OTHER_UNIT = HsaId("TSTNMT2321000156-HTJN"), HsaId("TSTNMT2321000156-LARM")
ELSEWHERE = HsaId("TSTNMT2321000156-RNVG")
TODAY = NOW.date()
DAY = timedelta(days=1)
YOUNG = PersonId.parse("199008252398")


def staff(role="hemtjanst", provider=PROVIDER, unit=UNIT, person=BIRGITTA):
    return situation(
        role=role, side=Side.OMSORG, place=Place(provider, unit), subject=Subject(person)
    )


def service(**changes):
    said = {
        "subject": BIRGITTA,
        "origin": Origin(
            *("sjovik", "SYS", "1", "ServiceRequest", NOW), care_provider=PROVIDER, care_unit=None
        ),
        "name": Told("Hemtjänst"),
        "kind": CareServiceKind.HOME_HELP,
        "first": TODAY - DAY,
        "last": TODAY + DAY,
        "performer_unit": UNIT,
    }
    return CareService(**(said | changes))


def found(who, *services):
    return relation_of(who, services, lambda origin: Owner(origin.care_provider, Side.OMSORG))


TAKES_PART = Relation(active=True, category="aldre")
GIVEN = [
    # what is changed, and whether the unit that gives it takes part
    ({}, True),
    ({"first": TODAY}, True),
    ({"first": TODAY + DAY}, False),
    ({"first": None}, True),
    ({"last": TODAY}, True),
    ({"last": TODAY - DAY}, False),
    ({"last": None}, True),
    ({"paused": True}, False),
    ({"performer_unit": OTHER_UNIT}, False),
    ({"performer_unit": None}, False),
    ({"kind": CareServiceKind.HOME_HEALTH_CARE}, False),
    ({"kind": CareServiceKind.SPECIALIST_CARE}, False),
    ({"kind": CareServiceKind.UNKNOWN}, True),
]
HANDLED = [
    ({}, True),
    ({"first": TODAY + DAY}, True),
    ({"last": TODAY - DAY}, False),
    ({"paused": True}, True),
    ({"performer_unit": OTHER_UNIT}, True),
    ({"kind": CareServiceKind.HOME_HEALTH_CARE}, False),
]


@pytest.mark.parametrize("role", ["hemtjanst", "fast_omsorgskontakt"])
@pytest.mark.parametrize(("changes", "takes_part"), GIVEN)
def test_a_unit_takes_part_while_it_gives_something(role, changes, takes_part):
    said = found(staff(role), service(**changes))
    assert said == (TAKES_PART if takes_part else None)


@pytest.mark.parametrize(("changes", "takes_part"), HANDLED)
def test_who_handles_decisions_takes_part_until_they_end(changes, takes_part):
    said = found(staff("bistandshandlaggare", unit=PROVIDER), service(**changes))
    assert said == (TAKES_PART if takes_part else None)


def test_what_another_municipality_has_decided_is_no_matter_of_ours():
    theirs = replace(service().origin, care_provider=ELSEWHERE)
    officer = staff("bistandshandlaggare", unit=PROVIDER)
    assert found(officer, service(origin=theirs)) is None
    nobodys = replace(service().origin, care_provider=None)
    assert found(officer, service(origin=nobodys)) is None


def test_a_source_that_names_no_performer_names_the_unit_by_the_record():
    record = replace(service().origin, care_unit=UNIT)
    assert found(staff(), service(origin=record, performer_unit=None)) == TAKES_PART
    assert found(staff(), service(origin=record, performer_unit=OTHER_UNIT)) is None


@pytest.mark.parametrize("role", ["hemtjanst", "bistandshandlaggare"])
def test_nobody_without_a_place_takes_part(role):
    nowhere = situation(role=role, side=Side.OMSORG, place=None)
    origin = replace(service().origin, care_provider=None)
    assert found(nowhere, service(origin=origin, performer_unit=None)) is None


def test_without_services_there_is_no_relation():
    assert found(staff()) is None


@pytest.mark.parametrize(
    ("person", "changes", "category"),
    [
        (BIRGITTA, {}, "aldre"),
        (BIRGITTA, {"law": "LSS"}, "funktionsnedsattning"),
        (BIRGITTA, {"kind": CareServiceKind.LSS}, "funktionsnedsattning"),
        (YOUNG, {}, "funktionsnedsattning"),
    ],
)
def test_the_category_is_of_the_person_and_the_law(person, changes, category):
    said = found(staff(person=person), service(subject=person, **changes))
    assert said == Relation(active=True, category=category)


def test_what_has_ended_says_nothing_of_the_category():
    over = service(law="LSS", last=TODAY - DAY)
    assert found(staff(), over, service()) == TAKES_PART
