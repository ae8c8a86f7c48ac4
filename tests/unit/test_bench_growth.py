"""What the bench says of growth."""

from bench.growth import grown, spread
from bench.page import SOURCES


def test_what_grows_in_a_straight_line_says_one() -> None:
    costs = {4: [3.0, 5.0], 12: [7.0, 9.0], 30: [16.0, 18.0]}
    *sizes, slope = grown("Growth", "source", costs)
    assert [(one.what, one.floor) for one in sizes] == [
        ("12 sources", "4 sources"),
        ("30 sources", "4 sources"),
    ]
    assert (slope.ratio, slope.low, slope.high) == (1.0, 1.0, 1.0)


def test_what_grows_with_the_square_says_more() -> None:
    *_sizes, slope = grown("Growth", "row", {10: [0.1], 100: [10.0], 1_000: [1_000.0]})
    assert slope.ratio == 10


def test_rows_are_spread_over_all_sources() -> None:
    assert spread(10) == (1,) * 10 + (0,) * (SOURCES - 10)
    assert sum(spread(1_000)) == 1_000
    assert max(spread(1_000)) - min(spread(1_000)) == 1
