"""Whom a person lets see what they have written themself."""

from dataclasses import dataclass
from typing import Final

from stodtjanster.model.hsa import HsaId


@dataclass(frozen=True, slots=True)
class Sharing:
    """`shared`: with those who take part in the plan, and whoever may see the person's plans for
    them. `units` are the units of care that took part when the person said so: whoever comes into
    the plan later has not been chosen.
    """

    shared: bool = False
    units: frozenset[HsaId] = frozenset()


PRIVATE: Final = Sharing()
"""Nobody but the person."""
