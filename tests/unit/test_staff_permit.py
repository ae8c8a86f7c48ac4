"""Permits of staff: whose a record is, and what the service for blocks said of it, decide."""

from dataclasses import replace
from datetime import timedelta

import pytest

from stodtjanster.access import NOT_SCREENED, Facts, Reason, Screened, decide
from stodtjanster.access.case import (
    Block,
    Consent,
    ConsentStatus,
    Dependencies,
    Level,
    Relation,
)
from stodtjanster.information import Appointment, CareContact, PersonRecord
from stodtjanster.model import Cause, Origin, Owner, Protection, Side, Subject, Timed, Told
from tests.security_messages import BIRGITTA, CLINIC, ELSEWHERE, NOW, OWN, situation

OPEN = Screened(up=True)
MET = Facts(relation=Relation(True), dependencies=Dependencies(consent_up=True))
CONSENTED = replace(MET, consent=Consent(ConsentStatus.GIVEN))


def visit(place=OWN, at=NOW + timedelta(hours=1), **more):
    return Appointment(
        subject=BIRGITTA,
        origin=Origin(
            *("region", "SE-1", "1", "test", NOW),
            care_provider=place.provider,
            care_unit=place.unit,
            documented_at=NOW,
        ),
        when=Timed(at),
        title=Told("Återbesök"),
        place=Told("Våning 3"),
        unit=Told("Kliniken"),
        **more,
    )


def permit(facts=MET, owned=Side.VARD, available=True, sensitive=True, kinds=(Appointment,), **who):
    def owner(origin):
        return Owner(origin.care_provider, owned, available_svod=available, sensitive=sensitive)

    return decide(situation(**who), kinds, reach="r", facts=facts, owner_of=owner)


def shut(place, level):
    return Screened((Block(level, place.provider, place.unit, NOW - timedelta(days=9)),), up=True)


DECISIONS = [
    # place, facts, what was said of blocks, the reason, and what may be said of the record
    (OWN, MET, NOT_SCREENED, Reason.OWN_UNIT, None),
    (CLINIC, MET, OPEN, Reason.OWN_PROVIDER, None),
    (CLINIC, MET, NOT_SCREENED, Reason.DEPENDENCY_UNAVAILABLE, Cause.UNCHECKED),
    (CLINIC, MET, shut(CLINIC, Level.INNER), Reason.BLOCKED_INNER, Cause.BLOCKED),
    (ELSEWHERE, CONSENTED, OPEN, Reason.CONSENT, None),
    (ELSEWHERE, CONSENTED, NOT_SCREENED, Reason.DEPENDENCY_UNAVAILABLE, Cause.UNCHECKED),
    (ELSEWHERE, CONSENTED, shut(ELSEWHERE, Level.OUTER), Reason.BLOCKED_OUTER, Cause.BLOCKED),
    (ELSEWHERE, MET, OPEN, Reason.CONSENT_MISSING, Cause.NO_CONSENT),
    (ELSEWHERE, MET, shut(ELSEWHERE, Level.OUTER), Reason.BLOCKED_OUTER, Cause.BLOCKED),
]


@pytest.mark.parametrize(("place", "facts", "said", "reason", "told"), DECISIONS)
def test_each_record_is_decided_by_whose_it_is(place, facts, said, reason, told):
    made, item = permit(facts), visit(place)
    assert made.admits(item, said).reason is reason
    assert made.withheld(item, said) is told
    assert (made.shown(item, said) is None) == made.admits(item, said).denied


def test_what_was_not_made_available_is_not_even_told_of():
    made = permit(CONSENTED, available=False)
    assert made.admits(visit(ELSEWHERE), OPEN).reason is Reason.NOT_AVAILABLE_SVOD
    assert made.withheld(visit(ELSEWHERE), OPEN) is None


@pytest.mark.parametrize(("place", "level"), [(ELSEWHERE, Level.OUTER), (CLINIC, Level.INNER)])
def test_omsorg_is_not_told_that_anything_is_blocked(place, level):
    who = {"side": Side.OMSORG, "role": "bistandshandlaggare"}
    commission = replace(situation().actor.commission, purpose="OMSORG_SOL_LSS")
    facts = replace(CONSENTED, relation=Relation(True, "aldre"))
    made = permit(facts, Side.OMSORG, **who, commission=commission)
    said = shut(place, level)
    assert made.admits(visit(place), said).denied
    assert made.withheld(visit(place), said) is None


@pytest.mark.parametrize("status", [ConsentStatus.REFUSED, ConsentStatus.WITHDRAWN])
def test_after_a_no_it_is_still_told_that_there_is_more(status):
    made = permit(replace(MET, consent=Consent(status)))
    assert made.admits(visit(ELSEWHERE), OPEN).denied
    assert made.withheld(visit(ELSEWHERE), OPEN) is Cause.NO_CONSENT


def test_a_record_whose_side_nobody_knows_is_never_the_own():
    assert permit(owned=None).admits(visit(OWN), OPEN).reason is Reason.CONSENT_MISSING


@pytest.mark.parametrize("sensitive", [True, False])
def test_home_care_sees_when_and_who_only(sensitive):
    commission = replace(situation().actor.commission, purpose="OMSORG_SOL_LSS")
    facts = replace(CONSENTED, relation=Relation(True, "aldre"))
    who = {"side": Side.OMSORG, "role": "hemtjanst", "commission": commission}
    made = permit(facts, sensitive=sensitive, **who)
    shown = made.shown(visit(ELSEWHERE), OPEN)
    assert shown.when == visit().when
    assert shown.title is None
    assert (shown.unit is None) == sensitive
    assert (shown.origin.care_unit is None) == sensitive
    assert made.shown(visit(ELSEWHERE, NOW + timedelta(days=20)), OPEN) is None


def test_protected_identity_hides_the_place_and_nothing_else():
    subject = Subject(BIRGITTA, protected=Protection.SEKRETESSMARKERING)
    made = permit(subject=subject)
    shown = made.shown(visit(), OPEN)
    assert made.admits(visit(), OPEN).reason is Reason.PROTECTED_IDENTITY_REDACTED
    assert shown.place is None
    assert shown.title == visit().title


def test_who_is_only_looked_up_is_shown_to_nobody_and_taken_as_it_is():
    made = permit(kinds=(Appointment, CareContact)).to_look_up()
    assert made.granted == {PersonRecord}
    assert made.logged("log-1").looks_up


def test_without_a_relation_nothing_may_be_asked_for():
    assert not permit(Facts()).granted


def test_no_cause_is_told_to_anybody_else():
    own = decide(situation(kind=None), (Appointment,), reach="r")
    assert own.withheld(visit(ELSEWHERE), OPEN) is None


def test_nobody_reads_about_themself_under_an_earlier_number():
    reader = situation().actor.person
    made = permit(subject=Subject(BIRGITTA, others=(reader,)))
    assert made.decisions[Appointment].reason is Reason.STAFF_OWN_RECORD
