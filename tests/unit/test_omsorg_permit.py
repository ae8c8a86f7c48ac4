"""Permits of omsorg's roles: what of each record they come to see, by the cases of the rules."""

from dataclasses import fields, replace
from datetime import timedelta

import pytest

from stodtjanster.access import Facts, Reason, Screened, decide
from stodtjanster.access.case import Consent, ConsentStatus, Dependencies, Relation
from stodtjanster.information import Appointment, CareManager, CareManagerKind, CarePlan
from stodtjanster.information import CarePlanKind as Kind
from stodtjanster.model import Origin, Owner, Protection, Side, Subject, Timed, Told
from tests.security_messages import BIRGITTA, ELSEWHERE, NOW, OWN, situation

HIDDEN = Told("FÅR EJ VISAS")
OPEN = Screened(up=True)
CONSENTED = Facts(
    relation=Relation(True, "aldre"),
    consent=Consent(ConsentStatus.GIVEN),
    dependencies=Dependencies(consent_up=True),
)
UNCONSENTED = replace(CONSENTED, consent=None)


def origin(place):
    return Origin(
        *("source", "SYS", "1", "test", NOW),
        care_provider=place.provider,
        care_unit=place.unit,
        unit_name=Told("Enheten"),
        documented_at=NOW,
    )


def permit(role, facts=CONSENTED, sensitive=False, **who):
    commission = replace(situation().actor.commission, purpose="OMSORG_SOL_LSS")
    return decide(
        situation(role=role, side=Side.OMSORG, commission=commission, **who),
        (Appointment, CarePlan, CareManager),
        reach="r",
        facts=facts,
        owner_of=lambda of: Owner(of.care_provider, Side.OMSORG, True, sensitive),
    )


def visit(place=ELSEWHERE, days=5):
    return Appointment(
        subject=BIRGITTA,
        origin=origin(place),
        when=Timed(NOW + timedelta(days=days)),
        title=HIDDEN,
        reason=HIDDEN,
        instruction=HIDDEN,
        who=(HIDDEN,),
        place=Told("Våning 3"),
        unit=Told("Enheten"),
    )


def plan(place=ELSEWHERE, kind=Kind.SIP):
    return CarePlan(
        subject=BIRGITTA,
        origin=origin(place),
        kind=kind,
        title=Told("Hemma igen"),
        own_words=(HIDDEN,),
        responsible=HIDDEN,
        owner=HIDDEN,
    )


def test_h01_home_care_sees_when_and_at_which_unit():
    shown = permit("hemtjanst").shown(visit(), OPEN)
    assert HIDDEN.text not in repr(shown)
    assert (shown.place, shown.unit) == (Told("Våning 3"), Told("Enheten"))


def test_h02_home_care_sees_no_unit_that_tells_something():
    shown = permit("hemtjanst", sensitive=True).shown(visit(), OPEN)
    assert "Enheten" not in repr(shown)
    assert ELSEWHERE.unit.value not in repr(shown)
    assert shown.place is None


@pytest.mark.parametrize(
    ("role", "days"), [("hemtjanst", 14), ("fast_omsorgskontakt", 30), ("bistandshandlaggare", 90)]
)
def test_h03_nothing_beyond_the_window_of_the_role(role, days):
    made = permit(role)
    assert made.shown(visit(days=days - 1), OPEN) is not None
    assert made.shown(visit(days=days), OPEN) is None
    assert made.withheld(visit(days=days), OPEN) is None


def test_h04_home_care_reads_no_plans_and_no_contacts():
    refused = permit("hemtjanst").refused
    assert {said.reason for said in refused.values()} == {Reason.ROLE_INFO_TYPE}
    assert set(refused) == {CarePlan, CareManager}


def test_h13_the_officer_reads_the_whole_plan():
    shown = permit("bistandshandlaggare").shown(plan(), OPEN)
    assert shown == plan()


def test_h15_the_contact_person_reads_a_plans_headline():
    shown = permit("fast_omsorgskontakt").shown(plan(), OPEN)
    assert HIDDEN.text not in repr(shown)
    assert (shown.title, shown.origin.unit_name) == (Told("Hemma igen"), Told("Enheten"))
    assert shown.kind is Kind.UNKNOWN


def test_the_contact_person_reads_the_units_own_plan():
    assert permit("fast_omsorgskontakt").shown(plan(OWN), OPEN) == plan(OWN)


@pytest.mark.parametrize("place", [OWN, ELSEWHERE])
def test_only_the_officers_role_is_for_implementation_plans(place):
    what = plan(place, Kind.GP)
    said = permit("fast_omsorgskontakt").admits(what, OPEN)
    assert said.reason is Reason.ROLE_INFO_TYPE
    assert permit("fast_omsorgskontakt").withheld(what, OPEN) is None
    assert permit("bistandshandlaggare").shown(what, OPEN) == what


def test_h19_home_care_sees_its_own_visits_whole():
    assert permit("hemtjanst").shown(visit(OWN), OPEN) == visit(OWN)


@pytest.mark.parametrize("role", ["hemtjanst", "fast_omsorgskontakt", "bistandshandlaggare"])
def test_without_consent_it_is_only_said_that_there_is_more(role):
    made = permit(role, UNCONSENTED)
    assert made.shown(visit(), OPEN) is None
    assert made.withheld(visit(), OPEN).name == "NO_CONSENT"


@pytest.mark.parametrize("role", ["hemtjanst", "fast_omsorgskontakt", "bistandshandlaggare"])
def test_nothing_tells_where_somebody_protected_is(role):
    subject = Subject(BIRGITTA, protected=Protection.SEKRETESSMARKERING)
    shown = permit(role, subject=subject).shown(visit(), OPEN)
    assert shown.place is None
    manager = CareManager(
        subject=BIRGITTA, origin=origin(OWN), kind=CareManagerKind.OMSORGSKONTAKT, name=HIDDEN
    )
    told = permit(role, subject=subject).shown(manager, OPEN)
    assert told is None or told.telecom == ()


def test_what_a_plan_has_more_of_is_never_kept_by_chance():
    """A field that somebody adds does not leave before the rules have a name for it."""
    kept = {"subject", "origin", "title", "status"}
    headline = permit("fast_omsorgskontakt").shown(plan(), OPEN)
    bare = CarePlan(subject=BIRGITTA, origin=origin(ELSEWHERE))
    for field in fields(CarePlan):
        if field.name not in kept:
            assert getattr(headline, field.name) == getattr(bare, field.name)
