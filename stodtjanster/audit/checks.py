"""The systematic, recurring and random checks of the log that HSLF-FS 2016:40 4 kap. 9 § demands.

Pure: the same readings, size and seed give the same sample, so that a check can be shown to have
been done, and nobody can choose what is looked at.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from hashlib import sha256
from math import ceil


@dataclass(frozen=True, slots=True)
class Reading:
    """An entry of the log that may be looked at: its number, its hash in the chain, its ground."""

    seq: int
    hash: bytes
    ground: str


def to_check(
    readings: Iterable[Reading],
    *,
    share: float,
    least: int = 0,
    seed: str,
    always: Collection[str] = (),
) -> tuple[int, ...]:
    """The numbers of the entries that are to be looked at, in order.

    `share` (0 to 1) of them are drawn by lot, and at least `least` as long as there are so many;
    besides every one whose ground is one of `always`, such as an emergency. Raises ValueError for
    another share.
    """
    if not 0 <= share <= 1:
        raise ValueError("a share is between 0 and 1")
    known = tuple(readings)
    lots = sorted(known, key=lambda one: sha256(seed.encode() + b"\x1f" + one.hash).digest())
    drawn = lots[: max(least, ceil(share * len(known)))]
    marked = (one for one in known if one.ground in always)
    return tuple(sorted({one.seq for one in (*drawn, *marked)}))
