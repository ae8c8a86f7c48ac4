"""What the log calls a reading that an emergency could open: the word of the rules."""

from dataclasses import replace
from datetime import timedelta

import pytest

from stodtjanster.access import Facts, Reason, decide
from stodtjanster.access.case import (
    Block,
    Consent,
    ConsentStatus,
    Dependencies,
    Emergency,
    Level,
    Lifted,
    LiftedBy,
    Relation,
)
from stodtjanster.information import CareContact
from stodtjanster.model import ActorKind, Side
from tests.security_messages import CLINIC, NOW, OWN, situation

DECLARED = Emergency(declared=True, danger=True, consent_obtainable=False, reason="Emergency")
IN_NEED = Facts(Relation(True), emergency=DECLARED, dependencies=Dependencies(consent_up=True))
CALM = replace(IN_NEED, emergency=None)


def block(by, until=NOW + timedelta(hours=1), unit=OWN.unit):
    since = NOW - timedelta(days=900)
    return Block(Level.INNER, CLINIC.provider, CLINIC.unit, since, lifted=Lifted(by, unit, until))


def reason(facts, lifted=(), **who):
    permit = decide(situation(**who), [CareContact], reach="a" * 64, facts=facts)
    said = permit.in_emergency(lifted)
    return said.reason if said else None


def test_an_emergency_that_holds_is_called_one():
    assert reason(IN_NEED) is Reason.EMERGENCY_ACCESS


@pytest.mark.parametrize(
    "facts",
    [
        CALM,
        replace(IN_NEED, consent=Consent(ConsentStatus.GIVEN)),
        replace(IN_NEED, consent=Consent(ConsentStatus.REFUSED)),
        replace(IN_NEED, emergency=replace(DECLARED, danger=False)),
        replace(IN_NEED, emergency=replace(DECLARED, consent_obtainable=True)),
        replace(IN_NEED, emergency=replace(DECLARED, reason=" ")),
        replace(IN_NEED, dependencies=Dependencies()),
        replace(IN_NEED, relation=None),
    ],
)
def test_what_opens_by_something_else_or_not_at_all_is_none(facts):
    assert reason(facts) is None


@pytest.mark.parametrize(
    "who", [{"side": Side.OMSORG}, {"kind": ActorKind.CITIZEN}, {"role": "it_admin"}]
)
def test_only_care_staff_have_emergencies(who):
    assert reason(IN_NEED, **who) is None


@pytest.mark.parametrize(
    ("lifted", "said"),
    [
        (block(LiftedBy.EMERGENCY), Reason.BLOCK_LIFTED_EMERGENCY),
        (block(LiftedBy.CONSENT), None),
        (block(LiftedBy.EMERGENCY, until=NOW), None),
        (block(LiftedBy.EMERGENCY, unit=CLINIC.unit), None),
    ],
)
def test_a_block_that_was_lifted_in_one_is_called_that(lifted, said):
    assert reason(CALM, [lifted]) is said
