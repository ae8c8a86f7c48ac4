"""What the sandbox's blocks close, and for whom."""

from __future__ import annotations

from datetime import datetime

import pytest

from sandbox.safeguards import Blocked, Lifted, Reader

BEFORE, THEN, NOW, LATER = (
    datetime.fromisoformat(day) for day in ("2025-12-31", "2026-01-01", "2026-06-01", "2026-12-01")
)
CLINIC, NEIGHBOUR, STRANGER = Reader("a", "R", "K"), Reader("b", "R", "N"), Reader("c", "X", "Y")


def inner(*lifted: Lifted) -> Blocked:
    return Blocked("1", inner=True, provider="R", unit="K", since=THEN, lifted=lifted)


OUTER = Blocked("2", inner=False, provider="R", unit="K", since=THEN, lifted=())
TO_ALL, TO_ONE = Lifted("h", "N", "", LATER), Lifted("h", "N", "b", LATER)


@pytest.mark.parametrize(
    ("block", "reader", "closed"),
    [
        (inner(), CLINIC, False),
        (inner(), NEIGHBOUR, True),
        (inner(), STRANGER, True),
        (inner(TO_ALL), NEIGHBOUR, False),
        (inner(TO_ONE), NEIGHBOUR, False),
        (inner(TO_ONE), Reader("d", "R", "N"), True),
        (inner(Lifted("h", "Y", "", LATER)), STRANGER, True),
        (inner(Lifted("h", "N", "", NOW)), NEIGHBOUR, True),
        (OUTER, CLINIC, False),
        (OUTER, NEIGHBOUR, False),
        (OUTER, STRANGER, True),
    ],
)
def test_a_block_closes_what_it_says(block: Blocked, reader: Reader, *, closed: bool) -> None:
    assert block.closes(reader, "K", "R", NOW, NOW) is closed


@pytest.mark.parametrize(
    ("unit", "provider", "end"),
    [("N", "R", NOW), ("K", "X", NOW), ("K", "R", BEFORE)],
)
def test_a_block_closes_nothing_else(unit: str, provider: str, end: datetime) -> None:
    assert not inner().closes(STRANGER, unit, provider, end, NOW)
