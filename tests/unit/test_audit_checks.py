"""The random checks: reproducible, of the size that was asked for, never without an emergency."""

from hashlib import sha256
from math import nan

import pytest

from stodtjanster.access.reasons import TO_REVIEW
from stodtjanster.audit import Reading, to_check

MANY = 2_000
READINGS = tuple(
    Reading(seq, sha256(str(seq).encode()).digest(), "OWN_UNIT") for seq in range(1, MANY + 1)
)


def chosen(readings=READINGS, *, share, seed="2026-11", **rest):
    return to_check(readings, share=share, seed=seed, **rest)


@pytest.mark.parametrize(("share", "size"), [(0, 0), (0.0001, 1), (0.05, 100), (1, MANY)])
def test_the_sample_has_the_share_that_was_asked_for(share, size):
    assert len(set(chosen(share=share))) == size


@pytest.mark.parametrize(("least", "size"), [(0, 2), (10, 10), (40, 20)])
def test_there_are_at_least_so_many_as_long_as_there_are_any(least, size):
    assert len(chosen(READINGS[:20], share=0.1, least=least)) == size


def test_the_same_seed_chooses_the_same_and_another_others():
    assert chosen(share=0.05) == chosen(reversed(READINGS), share=0.05)
    assert chosen(share=0.05) != chosen(share=0.05, seed="2026-12")


def test_every_part_of_the_log_is_as_likely():
    """Of eight equal parts none is left out, nor has more than a fourth of all."""
    found = chosen(share=0.1)
    parts = [sum(1 for seq in found if (seq - 1) // (MANY // 8) == part) for part in range(8)]
    assert min(parts) > 0
    assert max(parts) < len(found) / 4


def test_a_larger_share_includes_a_smaller():
    assert set(chosen(share=0.02)) <= set(chosen(share=0.1))


@pytest.mark.parametrize("ground", sorted(TO_REVIEW))
def test_what_is_to_be_reviewed_is_always_there(ground):
    readings = [*READINGS[:3], Reading(9, b"9", ground)]
    assert chosen(readings, share=0, always=TO_REVIEW) == (9,)


@pytest.mark.parametrize("share", [-0.1, 1.1, nan])
def test_a_share_is_between_nothing_and_all(share):
    with pytest.raises(ValueError, match="share"):
        chosen(share=share)
