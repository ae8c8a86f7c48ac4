"""What the bench says has become worse."""

from dataclasses import replace
from pathlib import Path

from bench.figures import Figure
from bench.guard import accept, load, worse

KNOWN = Figure("Parse", "GetCarePlans 2", "bare lxml", 2.0, 1.9, 2.1, 3)
PACE = Figure("Page", "pages/s", "bare loop", 2.0, 1.9, 2.1, 3, more_is_better=True)


def test_what_takes_longer_is_told_with_both_figures() -> None:
    slower = replace(KNOWN, ratio=3.0, low=2.8, high=3.2)
    assert worse([slower], [KNOWN]) == ["Parse: GetCarePlans 2: 3 x of bare lxml, was 2"]


def test_what_is_quicker_is_not() -> None:
    quicker = replace(KNOWN, ratio=1.0, low=0.9, high=1.1)
    assert worse([quicker], [KNOWN]) == []


def test_rounds_in_common_are_no_news() -> None:
    restless = replace(KNOWN, ratio=3.0, low=2.1, high=4.0)
    assert worse([restless], [KNOWN]) == []


def test_a_little_is_tolerated() -> None:
    nearly = replace(KNOWN, ratio=2.15, low=2.12, high=2.2)
    assert worse([nearly], [KNOWN]) == []


def test_a_pace_is_worse_when_it_falls() -> None:
    fallen = replace(PACE, ratio=1.0, low=0.9, high=1.1)
    assert worse([fallen], [PACE])
    assert worse([PACE], [fallen]) == []


def test_what_was_not_measured_before_is_compared_with_nothing() -> None:
    assert worse([KNOWN], [PACE]) == []


def test_accepting_a_part_leaves_the_others(tmp_path: Path) -> None:
    table = tmp_path / "accepted.json"
    assert load(table) == []
    accept([KNOWN, PACE], table)
    assert load(table) == [KNOWN, PACE]
    newer = replace(KNOWN, ratio=1.5)
    accept([newer], table)
    assert load(table) == [PACE, newer]
