"""Whatever is done to a grant, in whatever order: it lets in only between yes and the end."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stodtjanster.access import Case, Facts, Resource, judge
from stodtjanster.access.policy import Policy
from stodtjanster.grants import LONGEST_MONTHS, Mandate, NotPossible, Party, Stage, months
from stodtjanster.model import Actor, ActorKind, Subject
from tests.fetching import ANNA, BO, NOON

DAY = timedelta(days=1)
NAME = "Bo Ek-Lund"
BEGINS, ENDS = NOON + 10 * DAY, NOON + 40 * DAY

steps = st.lists(
    st.tuples(
        st.sampled_from(["offer", "accept", "end by grantor", "end by grantee"]),
        st.integers(0, 20).map(lambda days: days * DAY),
    ),
    max_size=8,
)
moments = st.integers(-5, 80).map(lambda days: NOON + days * DAY)


def draft(**changes):
    said = {
        "id": UUID(int=1),
        "grantor": ANNA,
        "grantee": BO,
        "grantor_name": "Anna Ek",
        "grantee_name": "Bosse Lund",
        "surname": "Lund",
        "scopes": frozenset({"booking"}),
        "valid_from": BEGINS,
        "valid_to": ENDS,
        "written": NOON,
    }
    return Mandate(**(said | changes))


def done(mandate, what, now):
    if what == "offer":
        return mandate.offer(now)
    if what == "accept":
        return mandate.accept(now, NAME)
    return mandate.end(Party(what.removeprefix("end by ")), now)


def lived(taken):
    """The mandate after these steps, and those of them that could be taken."""
    mandate, now, kept = draft(), NOON, []
    for what, later in taken:
        now += later
        try:
            mandate = done(mandate, what, now)
        except NotPossible:
            continue
        kept.append(what.partition(" ")[0])
    return mandate, kept


def lets_in(mandate, now):
    case = Case(
        now,
        Actor(ActorKind.OMBUD, BO, "loa3", acting_for=ANNA),
        Subject(ANNA),
        Resource("booked_visit", approved_for_patient=True),
        Facts(grant=mandate.fact()),
    )
    return judge(case, Policy()).permitted


@given(steps, moments)
def test_the_rules_let_in_when_it_is_in_force_and_never_else(taken, now):
    mandate, _ = lived(taken)
    assert lets_in(mandate, now) is (mandate.stage(now) is Stage.IN_FORCE)


@given(steps)
def test_each_step_is_taken_once_and_in_order(taken):
    _, kept = lived(taken)
    assert kept in (
        [],
        ["offer"],
        ["offer", "accept"],
        ["offer", "end"],
        ["offer", "accept", "end"],
    )


@given(steps, steps, moments)
def test_what_is_ended_is_ended_whatever_is_tried(before, after, now):
    mandate, kept = lived(before)
    if "end" not in kept:
        return
    for what, _ in after:
        with pytest.raises(NotPossible):
            done(mandate, what, now)
    assert not lets_in(mandate, now)
    assert not mandate.is_open(now)


@given(steps, moments)
def test_the_ombud_has_no_part_in_a_draft(taken, now):
    mandate, kept = lived(taken)
    assert mandate.party(ANNA) is Party.GRANTOR
    assert (mandate.party(BO) is Party.GRANTEE) is ("offer" in kept)
    assert mandate.ends_soon(now, 0) <= (mandate.stage(now) is Stage.IN_FORCE)


@given(st.integers(0, 3_000).map(lambda days: NOON + days * DAY), st.integers(1, 3 * 365))
def test_nothing_is_given_for_more_than_two_years(first, days):
    last = first + days * DAY
    if last <= months(first, LONGEST_MONTHS):
        assert draft(valid_from=first, valid_to=last).valid_to == last
    else:
        with pytest.raises(ValueError, match="24 months"):
            draft(valid_from=first, valid_to=last)


@pytest.mark.parametrize(
    ("surname", "name", "meant"),
    [
        ("Lund", "Bo Lund", True),
        ("LUND", "Bo Anders Lund", True),
        ("Ek Lund", "Bo Ek-Lund", True),
        ("Lundh", "Bo Lund", False),
        ("-", "Bo Lund", False),
        ("Lund Ek", "Bo Lund", False),
    ],
)
def test_an_offer_is_for_somebody_of_that_surname(surname, name, meant):
    assert draft(surname=surname).is_for(name) is meant


@pytest.mark.parametrize(
    "wrong",
    [
        {"grantee": ANNA},
        {"scopes": frozenset()},
        {"valid_to": BEGINS},
        {"valid_from": BEGINS.replace(tzinfo=None)},
    ],
)
def test_what_cannot_be_given_is_no_mandate(wrong):
    with pytest.raises(ValueError, match=r"\w"):
        draft(**wrong)
