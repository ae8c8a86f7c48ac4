"""What is written at the gates, and what a login keeps of what it has opened."""

from datetime import timedelta
from uuid import uuid4

import pytest

from portal.gate_forms import DAYS, HOURS, read_consent, read_emergency, read_lift, read_relation
from portal.pages import Pages
from portal.staff_openings import (
    Opening,
    OpeningKind,
    lifted_block,
    openings_of,
    packed_opening,
    unpacked_opening,
)
from stodtjanster.access.case import LiftedBy
from stodtjanster.model import PersonId
from stodtjanster.security.liftings import LiftReason, Standing
from tests.security_messages import BIRGITTA, CLINIC, ELSEWHERE, NOW, OWN

WORDS = Pages().speaker("sv")
OTHER = PersonId.parse("199008252398")
CONSENT = {"vem": "sjalv", "for": "enhet", "tid": "7"}


def opening(**changes):
    said = {
        "kind": OpeningKind.EMERGENCY,
        "id": uuid4(),
        "person": BIRGITTA,
        "place": OWN,
        "until": NOW + timedelta(hours=2),
    }
    return Opening(**said | changes)


@pytest.mark.parametrize("key", DAYS)
def test_a_relation_lasts_as_chosen(key):
    assert read_relation({"tid": key}, WORDS).lasting == DAYS[key][0]


def test_nothing_at_the_gates_that_needs_haste_lasts_longer_than_a_day():
    assert max(lasting for lasting, _ in HOURS.values()) == timedelta(hours=24)


def test_an_empty_form_is_told_of_all_at_once():
    assert {each.field for each in read_consent({}, [BIRGITTA], WORDS).mistakes} == {
        *("vem", "for", "tid")
    }
    assert {each.field for each in read_emergency({}, WORDS).mistakes} == {
        *("skal", "fara", "kan-inte", "tid")
    }
    assert {each.field for each in read_lift({}, WORDS).mistakes} == {"grund", "tid"}


def test_a_number_that_nobody_asked_for_counts_for_nothing():
    form = read_consent({**CONSENT, "nummer": OTHER.value}, [BIRGITTA], WORDS)
    assert form.represented_by is None
    assert form.mistakes == ()


def test_no_number_of_the_patients_represents_them():
    said = {**CONSENT, "vem": "foretradare", "nummer": OTHER.value}
    assert read_consent(said, [BIRGITTA], WORDS).represented_by == OTHER
    assert read_consent(said, [BIRGITTA, OTHER], WORDS).mistakes != ()


def test_what_is_said_of_an_emergency_is_what_the_rules_ask_for():
    form = read_emergency({"skal": " Varför ", "fara": "ja", "kan-inte": "ja", "tid": "2"}, WORDS)
    assert form.mistakes == ()
    said = form.said
    assert (said.declared, said.danger, said.consent_obtainable) == (True, True, False)
    assert said.reason == "Varför"


def test_only_an_emergency_has_to_be_explained_to_lift_a_block():
    assert read_lift({"grund": LiftReason.CONSENT.value, "tid": "2"}, WORDS).mistakes == ()
    wrong = read_lift({"grund": LiftReason.EMERGENCY.value, "tid": "2"}, WORDS).mistakes
    assert {each.field for each in wrong} == {"skal", "behovs"}


@pytest.mark.parametrize("lasting", [None, NOW + timedelta(days=900)])
@pytest.mark.parametrize("reason", LiftReason)
def test_what_was_opened_is_the_same_when_it_has_been_packed(lasting, reason):
    block = Standing("b", True, CLINIC.provider, CLINIC.unit, None, lasting, ())
    lifted = lifted_block(block, OWN, NOW + timedelta(hours=2), reason)
    kept = opening(kind=OpeningKind.LIFTED, blocks=(lifted,))
    assert unpacked_opening(packed_opening(kept)) == kept
    assert lifted.lifted is not None
    assert (lifted.lifted.kind is LiftedBy.EMERGENCY) is (reason is LiftReason.EMERGENCY)


def test_what_was_opened_holds_for_the_patient_the_place_and_the_time():
    one = opening()
    assert openings_of([one], BIRGITTA, OWN, NOW) == (one,)
    assert openings_of([one], OTHER, OWN, NOW) == ()
    assert openings_of([one], BIRGITTA, ELSEWHERE, NOW) == ()
    assert openings_of([one], BIRGITTA, None, NOW) == ()
    assert openings_of([one], BIRGITTA, OWN, one.until) == ()


@pytest.mark.parametrize("sign", ["\x00", "\x0b", "\x1b", "\x85", "\ud800", "\ufffe"])
def test_what_cannot_be_sent_is_told_of_and_the_rest_is_kept(sign):
    said = {"skal": f"Hittad{sign} medvetslös", "fara": "ja", "kan-inte": "ja", "tid": "2"}
    lifting = {**said, "grund": LiftReason.EMERGENCY, "behovs": "ja"}
    for form in (read_emergency(said, WORDS), read_lift(lifting, WORDS)):
        (mistake,) = form.mistakes
        assert mistake.field == "skal"
        assert "borttagna" in mistake.text
        assert form.reason == "Hittad medvetslös"


def test_a_reason_may_have_lines():
    said = {"skal": "Hittad\r\nmedvetslös 😷", "fara": "ja", "kan-inte": "ja", "tid": "2"}
    assert read_emergency(said, WORDS).mistakes == ()
