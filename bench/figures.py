"""Figures: ratios with their spread, as a table and as JSON."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """`ratio` is the median over rounds of `what` divided by `floor`, both measured in that round.

    `low` and `high` are the least and the greatest round. `beside` holds what explains the ratio,
    in units said in its keys. Less is better, unless `more_is_better`.
    """

    part: str
    what: str
    floor: str
    ratio: float
    low: float
    high: float
    rounds: int
    beside: dict[str, float] = field(default_factory=dict)
    more_is_better: bool = False


def figure(
    part: str,
    what: str,
    floor: str,
    ours: Sequence[float],
    floors: Sequence[float],
    **beside: float,
) -> Figure:
    """Divide round by round. Raises ValueError when the rounds do not pair."""
    ratios = [one / other for one, other in zip(ours, floors, strict=True)]
    return Figure(part, what, floor, median(ratios), min(ratios), max(ratios), len(ratios), beside)


def percentile(values: Iterable[float], percent: float) -> float:
    """Of the values themselves, none in between. Raises IndexError for no values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def table(figures: Iterable[Figure]) -> str:
    """Markdown, one table a part."""
    lines: list[str] = []
    part = ""
    for one in figures:
        if one.part != part:
            part = one.part
            lines += ["", f"### {part}", "", "| what | x | spread | floor | beside |"]
            lines.append("|---|--:|---|---|---|")
        beside = ", ".join(f"{name} {_short(value)}" for name, value in one.beside.items())
        spread = f"{_short(one.low)}–{_short(one.high)} of {one.rounds}"
        lines.append(
            f"| {one.what} | **{_short(one.ratio)}** | {spread} | {one.floor} | {beside} |"
        )
    return "\n".join(lines).strip()


def as_json(figures: Iterable[Figure]) -> list[dict[str, Any]]:
    return [asdict(one) for one in figures]


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
