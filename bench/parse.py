"""Parse per row against bare lxml and orjson: the measures that lie beside the adapters."""

from collections.abc import Callable
from importlib import import_module

from bench.figures import Figure, figure

ROUNDS = 3
PART = "Parse and normalise, per row"
MODULES = (("bench.parse_rivta", "bare lxml"), ("bench.parse_fhir", "bare orjson"))

Measure = Callable[[], list[tuple[str, float, float]]]


def measure() -> list[Figure]:
    return [one for name, floor in MODULES for one in _rounds(_measure_of(name), floor)]


def _rounds(measured: Measure, floor: str) -> list[Figure]:
    rounds = [measured() for _ in range(ROUNDS)]
    return [
        figure(
            PART,
            same[0][0],
            floor,
            [ours for _, _, ours in same],
            [least for _, least, _ in same],
            us_a_row=min(ours for _, _, ours in same),
        )
        for same in zip(*rounds, strict=True)
    ]


def _measure_of(module: str) -> Measure:
    found: Measure = import_module(module).measure
    return found
