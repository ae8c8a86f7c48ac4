"""What may be said of two things that meet, whatever they are and in whatever order they come."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from stodtjanster.information import (
    Appointment,
    CareContact,
    CareContactKind,
    CareContactStatus,
    VisitForm,
)
from stodtjanster.model import Approximate, Dated, Open, Partial, Timed, Told, When
from tests.viewing import BIRGITTA, NOW, OTHER_REGION, REGION, TODAY, TOWN, booking, origin
from views.kit.conflicts import Busy, Clash, find, stay
from views.kit.conflicts import booking as busy

MINUTES = st.integers(-3 * 24 * 60, 9 * 24 * 60)
LENGTHS = st.integers(1, 300)
TRAVEL = st.integers(0, 120).map(lambda minutes: timedelta(minutes=minutes))


def moment(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def _between(kind: type, start: int, length: int) -> When:
    return kind(moment(start), moment(start + length))


TIMES: st.SearchStrategy[When] = st.one_of(
    st.builds(_between, st.sampled_from([Timed, Approximate]), MINUTES, LENGTHS),
    MINUTES.map(lambda start: Timed(moment(start))),
    st.integers(-3, 9).map(lambda days: Dated(TODAY + timedelta(days=days))),
    st.just(Dated(TODAY, TODAY + timedelta(days=4))),
    st.just(Partial(2026, 12)),
    st.just(Open()),
)


@st.composite
def days(draw: st.DrawFn) -> list[Busy]:
    """Some bookings and at most two stays, each with a name of its own."""
    made: list[Busy | None] = [
        busy(
            booking(
                draw(TIMES),
                str(number),
                system=draw(st.sampled_from([REGION, OTHER_REGION, TOWN])),
                title=draw(st.sampled_from(["Hemtjänst", "Återbesök"])),
                form=draw(st.sampled_from(VisitForm)),
            )
        )
        for number in range(draw(st.integers(0, 7)))
    ]
    made += [
        stay(
            CareContact(
                subject=BIRGITTA,
                origin=origin(REGION, f"s{number}"),
                kind=draw(st.sampled_from(CareContactKind)),
                status=draw(st.sampled_from(CareContactStatus)),
                when=draw(TIMES),
                ended=draw(st.booleans()),
                unit=Told("Ortopeden"),
            ),
            NOW,
        )
        for number in range(draw(st.integers(0, 2)))
    ]
    return [one for one in made if one is not None]


def found(things: list[Busy], travel: timedelta) -> tuple[Clash, ...]:
    return find(things, travel=travel, now=NOW)


def pairs(clashes: tuple[Clash, ...]) -> set[frozenset[tuple[str, str]]]:
    return {frozenset((c.one.origin.identity, c.other.origin.identity)) for c in clashes}


@given(days(), TRAVEL, st.randoms())
def test_the_order_of_arrival_does_not_matter(things, travel, chance) -> None:
    shuffled = list(things)
    chance.shuffle(shuffled)
    assert found(shuffled, travel) == found(things, travel)


@given(days(), TRAVEL)
def test_nothing_is_certain_unless_both_times_are(things, travel) -> None:
    for clash in found(things, travel):
        if clash.certain:
            both = (clash.one.item, clash.other.item)
            assert all(isinstance(item.when, Timed) for item in both)
            assert clash.cause != "travel"
            assert clash.one.sure is not None
            assert clash.other.sure is not None
            latest = max(clash.one.sure.start, clash.other.sure.start)
            assert latest < min(clash.one.sure.end, clash.other.sure.end)


@given(days(), TRAVEL)
def test_each_pair_is_told_once_and_nothing_meets_itself(things, travel) -> None:
    clashes = found(things, travel)
    assert len(pairs(clashes)) == len(clashes)
    assert all(len(pair) == 2 for pair in pairs(clashes))


@given(days(), TRAVEL, TRAVEL)
def test_a_longer_way_hides_no_conflict(things, one, other) -> None:
    shorter, longer = sorted((one, other))
    assert pairs(found(things, shorter)) <= pairs(found(things, longer))


@given(days(), TRAVEL)
def test_what_is_certain_does_not_depend_on_the_way(things, travel) -> None:
    def certain(way: timedelta) -> set[frozenset[tuple[str, str]]]:
        return pairs(tuple(c for c in found(things, way) if c.certain))

    assert certain(travel) == certain(timedelta())


@given(days(), TRAVEL)
def test_one_thing_more_takes_no_conflict_away(things, travel) -> None:
    assume(things)
    assert pairs(found(things[1:], travel)) <= pairs(found(things, travel))


@given(days(), TRAVEL)
def test_it_is_every_pair_that_meets_and_no_other(things, travel) -> None:
    """Against the plain way: look at each pair by itself."""
    each = [
        found([one, other], travel)
        for index, one in enumerate(things)
        for other in things[index + 1 :]
    ]
    assert pairs(found(things, travel)) == {pair for clashes in each for pair in pairs(clashes)}


@given(days(), TRAVEL)
def test_only_a_visit_at_home_meets_a_stay(things, travel) -> None:
    for clash in found(things, travel):
        staying = isinstance(clash.other.item, CareContact)
        assert not isinstance(clash.one.item, CareContact)
        assert staying == (clash.cause == "admitted")
        if staying:
            assert isinstance(clash.one.item, Appointment)
            assert clash.one.item.form is VisitForm.HOME


@given(days(), TRAVEL)
def test_what_is_over_meets_nothing(things, travel) -> None:
    for clash in found(things, travel):
        assert clash.one.possible.end > NOW
        assert clash.other.possible.end > NOW
