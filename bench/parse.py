"""What a row costs to read and to make our value of, against the parser alone.

Beside stands how many times the floor others take over the same bytes: a walk that touches every
element of the tree and makes nothing, zeep and xsdata (for which the national schemas must be at
hand), and whole-Bundle fhir.resources.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median

from bench import parse_fhir, parse_rivta
from bench.figures import Figure, figure
from bench.parse_race import FLOOR, OURS, Raced

ROUNDS = 3
PART = "Parse and normalise, per row"
NATIONAL = Path(__file__).resolve().parents[2] / "shared" / "rivta"


def measure(folder: Path) -> list[Figure]:
    national = NATIONAL if NATIONAL.is_dir() else None
    if national is None:
        print("parse: no zeep, no xsdata: the national schemas are not here", file=sys.stderr)
    return [
        *(_figure(race, "bare lxml") for race in parse_rivta.races(national, folder)),
        *(_figure(race, "bare orjson") for race in parse_fhir.races()),
    ]


def _figure(race: Callable[[], Raced], floor: str) -> Figure:
    rounds = [race() for _ in range(ROUNDS)]
    others = rounds[0].us.keys() - {FLOOR, OURS}
    return figure(
        PART,
        rounds[0].what,
        floor,
        [each.us[OURS] for each in rounds],
        [each.us[FLOOR] for each in rounds],
        us_a_row=min(each.us[OURS] for each in rounds),
        **{
            f"{name}_x": median(each.us[name] / each.us[FLOOR] for each in rounds)
            for name in sorted(others)
        },
    )
