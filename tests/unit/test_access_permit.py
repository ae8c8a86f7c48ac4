"""Permits for those who act for another, and the policy that an installation chooses."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from stodtjanster.access import Facts, NotPermitted, Permit, Policy, Reason, decide
from stodtjanster.access.case import Grant, Guardian, UnitAccess
from stodtjanster.access.settings import PolicySettings
from stodtjanster.information import (
    AccessLog,
    Appointment,
    CareManager,
    CarePlan,
    CareService,
    Item,
    PersonRecord,
)
from stodtjanster.model import ActorKind, HsaId, PersonId, Protection, Told
from tests.fetching import ANNA, NOON, appointment, situation

OMBUD = PersonId.parse("199206282387")
PARENT = PersonId.parse("198510219994")
CHILD = PersonId.parse("201803092384")
TEEN = PersonId.parse("201111042386")
CLINIC, OTHER = HsaId("TSTNMT2321000156-VCA1"), HsaId("TSTNMT2321000156-PSA1")
REGION, MUNICIPALITY = HsaId("TSTNMT2321000156-REGA"), HsaId("TSTNMT2321000156-KOMO")
KINDS = (Appointment, CareManager, CarePlan, CareService)
GRANT = Grant(
    ANNA,
    OMBUD,
    frozenset({"booking", "contact"}),
    NOON - timedelta(days=1),
    NOON + timedelta(days=1),
)
HERE = UnitAccess(frozenset({CLINIC}), date(2026, 11, 21))
REGISTERED = Guardian(registered=True, blocked=False)


def visit(person: PersonId, unit: HsaId = CLINIC, provider: HsaId = REGION) -> Item:
    made = appointment(person=person)
    return replace(made, origin=replace(made.origin, care_unit=unit, care_provider=provider))


def ombuds(facts: Facts, acting_for: PersonId | None = ANNA) -> Permit:
    who = situation(OMBUD, subject=ANNA, kind=ActorKind.OMBUD, acting_for=acting_for)
    return decide(who, KINDS, reach="r", facts=facts)


def guardians(child: PersonId, guardian: Guardian = REGISTERED) -> Permit:
    who = situation(PARENT, subject=child, kind=ActorKind.GUARDIAN, acting_for=child)
    return decide(who, KINDS, reach="r", facts=Facts(guardian=guardian))


def test_an_ombud_gets_the_kinds_of_the_grant():
    made = ombuds(Facts(grant=GRANT))
    assert made.granted == {Appointment, CareManager}
    assert made.ground.reason is Reason.OMBUD
    assert {kind: said.reason for kind, said in made.refused.items()} == {
        CarePlan: Reason.GRANT_SCOPE,
        CareService: Reason.OMBUD_NO_LEGAL_BASIS,
    }
    assert made.admits(visit(ANNA)).permitted
    assert made.admits(visit(OMBUD)).denied


def test_a_grant_for_one_provider_is_asked_for_and_then_decided_record_by_record():
    made = ombuds(Facts(grant=replace(GRANT, providers=frozenset({MUNICIPALITY}))))
    assert Appointment in made.granted
    assert made.admits(visit(ANNA)).reason is Reason.GRANT_PROVIDER
    assert made.admits(visit(ANNA, provider=MUNICIPALITY)).permitted
    assert made.admits(appointment()).reason is Reason.GRANT_PROVIDER


@pytest.mark.parametrize("kinds", [(AccessLog, Appointment), (AccessLog,)])
def test_what_is_looked_up_is_whole_whatever_else_was_asked_for(kinds):
    """Of the log a person is told a part; of who they are the rules need all."""
    made = decide(situation(ANNA), kinds, reach="r").to_look_up()
    origin = replace(appointment().origin, approved_for_patient=None)
    record = PersonRecord(
        subject=ANNA, origin=origin, name=Told("Anna"), protected=Protection.NONE, deceased=False
    )
    assert made.shown(record) == record


def test_the_ground_is_of_the_whole_before_a_part():
    made = decide(situation(ANNA), (AccessLog, Appointment), reach="r")
    assert made.ground is made.decisions[Appointment]


def test_a_logged_permit_decides_by_the_same_facts():
    made = ombuds(Facts(grant=GRANT)).logged("log-1")
    assert made.admits(visit(ANNA)).reason is Reason.OMBUD
    assert made.audit == "log-1"


@pytest.mark.parametrize("acting_for", [None, OMBUD])
def test_without_the_acting_state_an_ombud_gets_nothing(acting_for):
    made = ombuds(Facts(grant=GRANT), acting_for)
    assert made.granted == frozenset()
    assert made.ground.reason is Reason.ACTING_CONTEXT_MISMATCH


def test_a_guardian_of_a_young_child():
    made = guardians(CHILD)
    assert made.granted == set(KINDS)
    assert made.admits(visit(CHILD)).reason is Reason.GUARDIAN


def test_a_guardian_of_a_child_with_protected_identity_is_stopped():
    who = situation(PARENT, subject=CHILD, kind=ActorKind.GUARDIAN, acting_for=CHILD)
    hidden = replace(who.subject, protected=Protection.SEKRETESSMARKERING)
    made = decide(
        replace(who, subject=hidden),
        KINDS,
        reach="r",
        facts=Facts(guardian=REGISTERED),
    )
    assert made.ground.reason is Reason.GUARDIAN_CHILD_PROTECTED


def test_access_extended_by_a_unit_is_for_that_units_records():
    assert guardians(TEEN).granted == frozenset()
    made = guardians(TEEN, replace(REGISTERED, extended_access=HERE))
    assert made.granted == set(KINDS)
    assert made.admits(visit(TEEN)).reason is Reason.GUARDIAN_EXTENDED
    assert made.admits(visit(TEEN, OTHER)).reason is Reason.GUARDIAN_CHILD_13_15
    assert made.admits(appointment(person=TEEN)).denied


def test_early_access_is_for_the_units_records():
    made = decide(situation(TEEN), KINDS, reach="r", facts=Facts(early_access=HERE))
    assert made.granted == set(KINDS)
    assert made.admits(visit(TEEN)).reason is Reason.SELF_EARLY_ACCESS
    assert made.admits(visit(TEEN, OTHER)).reason is Reason.CHILD_13_15_NO_ACCESS
    assert decide(situation(TEEN), KINDS, reach="r").granted == frozenset()


def record(person: PersonId) -> PersonRecord:
    origin = appointment(person=person).origin
    return PersonRecord(subject=person, origin=origin, protected=Protection.NONE, deceased=False)


def test_whoever_may_be_shown_anything_may_be_looked_up():
    """The register's record is no record of care: no scope or unit narrows it."""
    asked = ombuds(Facts(grant=replace(GRANT, scopes=frozenset({"booking"})))).to_look_up()
    assert asked.granted == {PersonRecord}
    assert asked.ground.reason is Reason.OMBUD
    assert asked.admits(record(ANNA)).permitted
    assert asked.admits(record(OMBUD)).denied
    assert asked.admits(visit(ANNA)).denied
    assert asked.audit is None


def test_whoever_may_be_shown_nothing_is_not_looked_up_for():
    with pytest.raises(NotPermitted):
        ombuds(Facts()).to_look_up()


def test_what_is_shown_of_somebody_protected_tells_of_no_place():
    here = replace(visit(ANNA), place=Told("Storgatan 1"))
    for protected in Protection:
        made = decide(situation(protected=protected), KINDS, reach="r")
        hidden = protected is not Protection.NONE
        assert made.shown(here) == (replace(here, place=None) if hidden else here)
    assert decide(situation(), KINDS, reach="r").shown(visit(OMBUD)) is None


def test_the_policy_as_configured_is_the_policy():
    assert PolicySettings().policy() == Policy()


def test_what_is_configured_replaces_what_is_given():
    chosen = PolicySettings(
        required_loa="loa4",
        child_age=12,
        adult_access_age=15,
        window_days={"hemtjanst": 7},
        role_types={"lakare": frozenset({"note"})},
        ombud_enabled_scopes=frozenset({"booking"}),
    ).policy()
    assert chosen == Policy(
        accepted_loa=frozenset({"loa4"}),
        child_age=12,
        adult_access_age=15,
        window_days={"hemtjanst": 7},
        role_types={"lakare": frozenset({"note"})},
        enabled_scopes=frozenset({"booking"}),
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"required_loa": "loa0"},
        {"child_age": -1},
        {"timezone": "UTC"},
        {"window_days": {"hemtjanst": "soon"}},
        {"enabled_scopes": ["journal"]},
    ],
)
def test_a_policy_that_cannot_be_meant_is_refused(wrong):
    with pytest.raises(ValidationError):
        PolicySettings(**wrong)
