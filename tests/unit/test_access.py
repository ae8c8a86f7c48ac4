"""A person reads their own: the ages, refusal when unsure, and the permit that is made of it."""

from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from stodtjanster.access import (
    Case,
    Decision,
    NotPermitted,
    Permit,
    Policy,
    Reason,
    Resource,
    Verdict,
    decide,
    judge,
)
from stodtjanster.access.case import Secrecy
from stodtjanster.information import (
    Agreement,
    Appointment,
    CareManager,
    CareManagerKind,
    CarePlan,
    CareService,
)
from stodtjanster.model import ActorKind, PersonId, Protection, Situation
from tests.fetching import ANNA, BO, NOON, appointment, permit, situation

SHOWN = (Appointment, CareManager, CarePlan, CareService, Agreement)

TURNS_16 = PersonId.parse("201111042386")  # born 2011-11-04
TURNS_13_IN_SUMMER_TIME = PersonId.parse("200705772382")  # born 2007-05-17, samordningsnummer
LEAP_DAY = PersonId.parse("202402292383")  # born 2024-02-29

VISIT = Resource("booked_visit", approved_for_patient=True)
SECRET = frozenset({Secrecy.AGAINST_PATIENT})


def judged(who: Situation, resource: Resource, policy: Policy | None = None) -> Decision:
    """The citizen `who` asks about `resource`."""
    return judge(Case(who.now, who.actor, who.subject, resource), policy or Policy())


@pytest.mark.parametrize(
    ("person", "now", "reason"),
    [
        # The birthday begins at Swedish midnight: 23:00 UTC in winter, 22:00 in summer.
        (TURNS_16, datetime(2027, 11, 3, 22, 59, 59, tzinfo=UTC), Reason.CHILD_13_15_NO_ACCESS),
        (TURNS_16, datetime(2027, 11, 3, 23, 0, tzinfo=UTC), Reason.SELF),
        (TURNS_16, datetime(2024, 11, 3, 22, 59, 59, tzinfo=UTC), Reason.CHILD_UNDER_13),
        (TURNS_16, datetime(2024, 11, 3, 23, 0, tzinfo=UTC), Reason.CHILD_13_15_NO_ACCESS),
        (
            TURNS_13_IN_SUMMER_TIME,
            datetime(2020, 5, 16, 21, 59, 59, tzinfo=UTC),
            Reason.CHILD_UNDER_13,
        ),
        (
            TURNS_13_IN_SUMMER_TIME,
            datetime(2020, 5, 16, 22, 0, tzinfo=UTC),
            Reason.CHILD_13_15_NO_ACCESS,
        ),
        (TURNS_13_IN_SUMMER_TIME, datetime(2023, 5, 16, 22, 0, tzinfo=UTC), Reason.SELF),
        # Born on 29 February: the own access starts on 1 March in a common year ...
        (LEAP_DAY, datetime(2037, 2, 28, 12, tzinfo=UTC), Reason.CHILD_UNDER_13),
        (LEAP_DAY, datetime(2037, 2, 28, 23, tzinfo=UTC), Reason.CHILD_13_15_NO_ACCESS),
        # ... and on the day itself in a leap year.
        (LEAP_DAY, datetime(2040, 2, 28, 22, 59, 59, tzinfo=UTC), Reason.CHILD_13_15_NO_ACCESS),
        (LEAP_DAY, datetime(2040, 2, 28, 23, tzinfo=UTC), Reason.SELF),
        # A clock that is wrong opens nothing: not yet born is under 13.
        (LEAP_DAY, datetime(2020, 1, 1, tzinfo=UTC), Reason.CHILD_UNDER_13),
    ],
)
def test_ages_count_in_swedish_days(person, now, reason):
    said = judged(situation(person, now=now), VISIT)
    assert (said.reason, said.permitted) == (reason, reason is Reason.SELF)


def about(resource: Resource, **subject: Any) -> Decision:
    who = situation()
    return judged(replace(who, subject=replace(who.subject, **subject)), resource)


@pytest.mark.parametrize("loa", ["", "loa1", "loa2", "LOA3", "loa5", "loa3 ", "http://x/loa3"])
def test_only_the_named_levels_of_assurance_are_strong(loa):
    who = situation(loa=loa)
    assert judged(who, VISIT).reason is Reason.AUTHN_LOA_TOO_LOW


def test_a_reserve_number_says_nothing_of_age_and_so_opens_nothing():
    nobody = PersonId.parse("19000101XXXX")
    said = judged(situation(nobody), VISIT)
    assert (said.permitted, said.reason) == (False, Reason.CHILD_UNDER_13)


@pytest.mark.parametrize(
    ("info_type", "approved", "permitted"),
    [
        ("booked_visit", True, True),
        ("booked_visit", False, False),
        ("booked_visit", None, False),
        ("care_plan", None, False),
        ("decision", None, False),
        ("something_new", None, False),
        ("contact_person", None, True),
        ("contact_person", False, False),
    ],
)
def test_not_saying_counts_as_not_approved(info_type, approved, permitted):
    said = about(Resource(info_type, approved_for_patient=approved))
    assert said.permitted is permitted
    assert permitted or said.reason is Reason.NOT_APPROVED_FOR_PATIENT


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        (
            Resource("note", secrecy=SECRET, approved_for_patient=True),
            Reason.SECRECY_AGAINST_PATIENT,
        ),
        (
            Resource("note", made_available_under="2:6", approved_for_patient=True),
            Reason.SVOD_2_6_NOT_FOR_PATIENT,
        ),
        (Resource("existence", approved_for_patient=True), Reason.INVALID_CONTEXT),
        (Resource("block_info", approved_for_patient=True), Reason.INVALID_CONTEXT),
    ],
)
def test_what_is_not_for_the_person(resource, reason):
    assert about(resource).reason is reason


def test_every_reason_is_kept_and_the_first_is_told():
    said = about(
        Resource("note", approved_for_patient=False, secrecy=SECRET),
        deceased=True,
        sealed=True,
        login_locked=True,
    )
    assert said.reason is Reason.SUBJECT_DECEASED
    assert [reason for reason, _law in said.against] == [
        Reason.SUBJECT_DECEASED,
        Reason.LOGIN_LOCKED,
        Reason.SUBJECT_SEALED,
        Reason.SECRECY_AGAINST_PATIENT,
        Reason.NOT_APPROVED_FOR_PATIENT,
    ]


def test_protected_identity_does_not_shut_out_the_person():
    assert about(VISIT, protected=Protection.SEKRETESSMARKERING).permitted


@pytest.mark.parametrize("kind", [kind for kind in ActorKind if kind is not ActorKind.CITIZEN])
def test_nobody_acts_for_another_on_the_word_of_the_session_alone(kind):
    made = permit(ANNA, *SHOWN, kind=kind)
    assert made.granted == frozenset()
    assert set(made.refused) == set(SHOWN)


def test_a_permit_tells_what_it_grants_and_its_ground():
    made = permit(ANNA, *SHOWN)
    assert made.granted == frozenset(SHOWN)
    assert made.refused == {}
    assert made.ground.reason is Reason.SELF
    assert permit(ANNA, subject=BO).ground.reason is Reason.NOT_SELF
    with pytest.raises(NotPermitted):
        _ = decide(situation(), [], reach="r").ground


def test_a_permit_cannot_be_made_by_hand():
    made = permit()
    yes = {Appointment: Decision(Verdict.PERMIT, Reason.SELF)}
    with pytest.raises(NotPermitted):
        Permit(made.situation, "session-1", Policy(), yes, "log-1")
    with pytest.raises(NotPermitted):
        Permit(made.situation, "session-1", Policy(), yes, "log-1", seal=object())
    with pytest.raises(NotPermitted):
        Permit(made.situation, "session-1", Policy(), yes, "log-1", seal=made.seal)


def test_a_permit_cannot_be_changed():
    refused = permit(loa="loa2")
    granted = permit()
    with pytest.raises(NotPermitted):
        replace(granted, situation=situation(BO))
    with pytest.raises(FrozenInstanceError):
        granted.situation = situation(BO)
    with pytest.raises(TypeError):
        refused.decisions[Appointment] = granted.ground
    assert refused.granted == frozenset()


def test_a_log_reference_names_a_record():
    made = permit(log=None)
    assert made.audit is None
    assert made.logged("log-7").audit == "log-7"
    assert made.audit is None
    with pytest.raises(NotPermitted):
        made.logged("")


def test_records_are_decided_one_by_one():
    made = permit()
    assert made.admits(appointment()).permitted
    assert made.admits(appointment(approved=False)).reason is Reason.NOT_APPROVED_FOR_PATIENT
    assert made.admits(appointment(approved=None)).reason is Reason.NOT_APPROVED_FOR_PATIENT


def test_a_record_without_such_an_element_is_admitted_where_the_policy_says_so():
    seen = appointment(approved=None)
    manager = CareManager(subject=ANNA, origin=seen.origin, kind=CareManagerKind.OMSORGSKONTAKT)
    assert permit(ANNA, CareManager).admits(manager).permitted
    strict = permit(ANNA, CareManager, policy=Policy(approval_not_needed=frozenset()))
    assert not strict.admits(manager).permitted


def test_a_record_about_somebody_else_is_refused():
    assert not permit().admits(appointment(person=BO)).permitted


def test_a_record_of_a_kind_that_was_not_decided_is_refused():
    assert not permit(ANNA, CarePlan).admits(appointment()).permitted


def test_a_record_of_a_kind_that_was_refused_is_refused_for_the_same_reason():
    low = permit(loa="loa2")
    assert low.admits(appointment()).reason is Reason.AUTHN_LOA_TOO_LOW


def test_the_day_of_a_situation_is_swedish():
    late = situation(now=datetime(2026, 11, 19, 23, 30, tzinfo=UTC))
    assert late.today.isoformat() == "2026-11-20"
    assert late.about_self
    assert not situation(subject=BO, now=NOON).about_self
