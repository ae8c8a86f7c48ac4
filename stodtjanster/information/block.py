"""Spärr: records that the person has closed to others in care (PDL 4 kap. 4 §, SVOD 2 kap. 3 §)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar

from stodtjanster.information.item import Item
from stodtjanster.model import HsaId, Told


class BlockLevel(StrEnum):
    INNER = "inner"
    """To other units of the same provider, and to everybody outside it."""
    OUTER = "outer"
    """To everybody outside the provider."""


@dataclass(frozen=True, slots=True)
class Lifting:
    """A block is lifted for a unit, or with `personal` for one employee there, until a moment."""

    unit: HsaId
    until: datetime
    personal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Block(Item):
    """What is closed is what the unit of the origin has written, or the whole provider when it
    names none; from `first` to `last`, either of which may be missing. `excluded` stays open.

    The access rules have no type for what a person is told of this: `block_info` is what staff may
    know of it. `access_log` is nearest: it too is about who reads, and an ombud has no part in it
    (rule 9).
    """

    key: ClassVar[str] = "block"
    info_type: ClassVar[str] = "access_log"
    rule_fields: ClassVar[Mapping[str, tuple[str, ...]]] = MappingProxyType(
        {
            "time": ("first", "last"),
            "provider": ("level",),
            "unit": ("liftings",),
            "resource_type": ("excluded",),
        }
    )

    level: BlockLevel
    first: date | None = None
    last: date | None = None
    liftings: tuple[Lifting, ...] = ()
    excluded: tuple[Told, ...] = ()
