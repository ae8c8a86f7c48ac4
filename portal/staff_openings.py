"""What an employee has opened about a patient in one login: kept with the session, gone with it.

The services say that an emergency holds, or that a record is open, and not until when, on whose
word or why. The log and the page are to say it, and whoever opened may end it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from stodtjanster.access.case import Block, Level, Lifted, LiftedBy
from stodtjanster.model import HsaId, PersonId, Place
from stodtjanster.security.liftings import LiftReason, Standing

_SINCE_EVER: Final = datetime(1900, 1, 1, tzinfo=UTC)


class OpeningKind(StrEnum):
    EMERGENCY = "emergency"
    LIFTED = "lifted"


@dataclass(frozen=True, slots=True)
class Opening:
    """`id` is what the service calls an emergency, and `until` is exclusive. `blocks` are those
    that were lifted, as the rules have them."""

    kind: OpeningKind
    id: UUID
    person: PersonId
    place: Place
    until: datetime
    blocks: tuple[Block, ...] = ()


def openings_of(
    openings: Iterable[Opening], person: PersonId, place: Place | None, now: datetime
) -> tuple[Opening, ...]:
    """Those about a patient that hold in an assignment's place now."""
    return tuple(
        each
        for each in openings
        if each.person == person and each.place == place and now < each.until
    )


def lifted_block(standing: Standing, place: Place, until: datetime, reason: LiftReason) -> Block:
    """An inner block, now that it is lifted for `place`."""
    by = LiftedBy.EMERGENCY if reason is LiftReason.EMERGENCY else LiftedBy.CONSENT
    return Block(
        Level.INNER,
        standing.provider,
        standing.unit,
        standing.start or _SINCE_EVER,
        standing.end,
        Lifted(by, place.unit, until),
    )


def packed_opening(opening: Opening) -> dict[str, Any]:
    place = opening.place
    return {
        "kind": opening.kind,
        "id": str(opening.id),
        "person": opening.person.value,
        "place": [place.provider.value, place.unit.value],
        "until": opening.until.isoformat(),
        "blocks": [_packed(block) for block in opening.blocks],
    }


def unpacked_opening(said: dict[str, Any]) -> Opening:
    """Of what `packed_opening` gave."""
    provider, unit = said["place"]
    return Opening(
        OpeningKind(said["kind"]),
        UUID(said["id"]),
        PersonId.parse(said["person"]),
        Place(HsaId.parse(provider), HsaId.parse(unit)),
        datetime.fromisoformat(said["until"]),
        tuple(_unpacked(block) for block in said["blocks"]),
    )


def _packed(block: Block) -> dict[str, Any]:
    lifted = block.lifted
    return {
        "provider": block.provider.value,
        "unit": block.unit.value if block.unit else None,
        "from": block.valid_from.isoformat(),
        "to": block.valid_to.isoformat() if block.valid_to else None,
        "lifted": [lifted.kind, lifted.unit.value, lifted.valid_to.isoformat()] if lifted else None,
    }


def _unpacked(said: dict[str, Any]) -> Block:
    lifted = None
    if said["lifted"]:
        kind, unit, until = said["lifted"]
        lifted = Lifted(LiftedBy(kind), HsaId.parse(unit), datetime.fromisoformat(until))
    return Block(
        Level.INNER,
        HsaId.parse(said["provider"]),
        HsaId.parse(said["unit"]) if said["unit"] else None,
        datetime.fromisoformat(said["from"]),
        datetime.fromisoformat(said["to"]) if said["to"] else None,
        lifted,
    )
