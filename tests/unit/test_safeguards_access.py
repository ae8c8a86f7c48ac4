"""Whom a person's blocks and consents are told to: by the rules, no ombud."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from stodtjanster.access import Facts, Reason, decide
from stodtjanster.access.case import Grant
from stodtjanster.information import Block, BlockLevel, Consent, ConsentKind, Lifting
from stodtjanster.model import ActorKind, HsaId, Origin, PersonId, Told
from tests.fetching import ANNA, NOON, situation

OMBUD = PersonId.parse("199206282387")
SCOPES = frozenset({"booking", "contact", "plan", "message", "log", "journal"})
UNIT = HsaId("TSTNMT2321000156-PSYK")
ORIGIN = Origin("sparr", "5565594230", "1", "x", NOON, care_provider=UNIT, care_unit=UNIT)
ITEMS = (
    Block(
        subject=ANNA,
        origin=ORIGIN,
        level=BlockLevel.OUTER,
        first=date(2024, 1, 1),
        last=date(2025, 1, 1),
        liftings=(Lifting(UNIT, NOON),),
        excluded=(Told("Läkemedel"),),
    ),
    Consent(
        subject=ANNA,
        origin=ORIGIN,
        kind=ConsentKind.EMERGENCY,
        start=NOON,
        end=NOON,
        given=NOON,
        personal=True,
        represented=True,
    ),
)


@pytest.mark.parametrize("item", ITEMS)
def test_the_person_is_told_all_of_it(item: Block | Consent) -> None:
    permit = decide(situation(), [type(item)], reach="r")
    assert permit.shown(item) == item


@pytest.mark.parametrize("item", ITEMS)
def test_an_ombud_is_not_whatever_they_have_been_given(item: Block | Consent) -> None:
    grant = Grant(ANNA, OMBUD, SCOPES, NOON - timedelta(days=1), NOON + timedelta(days=1))
    who = situation(OMBUD, subject=ANNA, kind=ActorKind.OMBUD, acting_for=ANNA)
    permit = decide(who, [type(item)], reach="r", facts=Facts(grant=grant))
    assert not permit.granted
    assert permit.ground.reason is Reason.OMBUD_NO_LEGAL_BASIS


@pytest.mark.parametrize("item", ITEMS)
def test_a_page_that_needs_less_is_not_told_of_them(item: Block | Consent) -> None:
    permit = decide(situation(), [type(item)], reach="r", no_more_than=("start", "end"))
    assert permit.shown(item) is None
