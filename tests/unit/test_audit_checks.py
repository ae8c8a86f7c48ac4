"""The random checks: reproducible, even, for one provider, and never without an emergency."""

from dataclasses import replace

import pytest

from stodtjanster.access.reasons import TO_REVIEW
from stodtjanster.audit import Entry, EventKind, Head, seal, to_check
from tests.security_messages import ELSEWHERE, OWN, disclosure

MANY = 2_000


def chain(*events):
    last = Head()
    for event in events:
        sealed = seal(last.hash, event)
        last = Head(last.seq + 1, sealed.hash)
        yield Entry(last.seq, sealed)


def chosen(entries, *, share, provider=OWN.provider, seed="2026-11", always=()):
    found = to_check(entries, provider=provider, share=share, seed=seed, always=always)
    return [entry.seq for entry, _ in found]


@pytest.fixture(scope="module")
def entries():
    return tuple(chain(*(disclosure() for _ in range(MANY))))


def test_the_share_is_about_what_was_asked_for(entries):
    # Eight standard deviations of a binomial on either side.
    assert MANY * 0.05 - 80 < len(chosen(entries, share=0.05)) < MANY * 0.05 + 80
    assert len(chosen(entries, share=1)) == MANY
    assert chosen(entries, share=0) == []


def test_the_same_seed_chooses_the_same_and_another_others(entries):
    assert chosen(entries, share=0.05) == chosen(entries, share=0.05)
    assert chosen(entries, share=0.05) != chosen(entries, share=0.05, seed="2026-12")


def test_a_larger_share_includes_a_smaller(entries):
    assert set(chosen(entries, share=0.02)) <= set(chosen(entries, share=0.1))


def test_what_is_to_be_reviewed_is_always_there():
    entries = [*chain(disclosure(), disclosure(ground="EMERGENCY_ACCESS", activity="Nödöppning"))]
    assert chosen(entries, share=0, always=TO_REVIEW) == [2]


def test_a_provider_checks_its_own_staff():
    events = [
        disclosure(),
        disclosure(place=ELSEWHERE),
        disclosure(employee=None, place=None),
        disclosure(event=EventKind.SHOWN),
        disclosure(event=EventKind.REFUSED),
    ]
    assert chosen([*chain(*events)], share=1) == [1]
    assert chosen([*chain(*events)], share=1, provider=ELSEWHERE.provider) == [2]


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_is_between_nothing_and_all(share):
    with pytest.raises(ValueError, match="share"):
        chosen([], share=share)


def test_an_entry_that_is_no_event_is_not_passed_over(entries):
    broken = replace(entries[0], sealed=replace(entries[0].sealed, body=b"{}"))
    with pytest.raises(ValueError, match="not an audit event"):
        chosen([broken], share=1)
