"""What has become worse since the table that was last accepted.

It says so and fails nothing: a figure is a thing to look at, on a machine that may be busy.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from bench.figures import Figure

ACCEPTED = Path(__file__).with_name("accepted.json")
TOLERATED = 1.1
"""A median moves so much from run to run."""


def said(now: Iterable[Figure]) -> str:
    """What there is to tell of this run."""
    accepted = load()
    if not accepted:
        return "No table has been accepted, so nothing is compared."
    lines = worse(now, accepted)
    if not lines:
        return "Nothing is worse than in the accepted table."
    return "\n".join(["Worse than in the accepted table:", *(f"- {line}" for line in lines)])


def worse(now: Iterable[Figure], accepted: Iterable[Figure]) -> list[str]:
    """A line for each figure that is worse by more than that, with no round in common."""
    before = {_key(one): one for one in accepted}
    lines = []
    for one in now:
        known = before.get(_key(one))
        if known is not None and _is_worse(one, known):
            lines.append(
                f"{one.part}: {one.what}: {one.ratio:.3g} x of {one.floor}, was {known.ratio:.3g}"
            )
    return lines


def load(path: Path = ACCEPTED) -> list[Figure]:
    """Nothing when no table has been accepted."""
    return [Figure(**one) for one in json.loads(path.read_text())] if path.exists() else []


def accept(now: Iterable[Figure], path: Path = ACCEPTED) -> None:
    """Let the parts that were run now be what is compared with; the others stand."""
    now = list(now)
    parts = {one.part for one in now}
    kept = [one for one in load(path) if one.part not in parts]
    written = [{**asdict(one), "beside": {}} for one in (*kept, *now)]
    path.write_text(
        "[\n" + ",\n".join(json.dumps(one, ensure_ascii=False) for one in written) + "\n]\n"
    )


def _key(one: Figure) -> tuple[str, str, str]:
    return one.part, one.what, one.floor


def _is_worse(now: Figure, known: Figure) -> bool:
    if now.more_is_better:
        return now.ratio * TOLERATED < known.ratio and now.high < known.low
    return now.ratio > known.ratio * TOLERATED and now.low > known.high
