"""Who answers for a record: what the rules for staff go by."""

from dataclasses import dataclass

from stodtjanster.model.hsa import HsaId
from stodtjanster.model.situation import Side


@dataclass(frozen=True, slots=True)
class Owner:
    """`provider` is the vårdgivare or omsorgsgivare, `side` which of the two it is in this.

    `available_svod`: it has made the record available to other providers (SVOD 2 kap.).
    `sensitive`: the unit's name or place may tell what somebody is treated for. The defaults are
    for what nobody has said.
    """

    provider: HsaId | None = None
    side: Side | None = None
    available_svod: bool = False
    sensitive: bool = True
