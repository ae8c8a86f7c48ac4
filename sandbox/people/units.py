"""The units and source systems of the sandbox, with their HSA-ids."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Unit:
    """A care unit, a municipal unit, a source system, a care provider or a national register.

    `system` is the fault target of the producer that knows the unit's bookings.
    `connected` is whether the portal has been given the right to call it.
    """

    hsa_id: str
    name: str
    owner: str
    kind: Literal["region", "kommun", "other"]
    role: Literal["unit", "system", "provider", "persons", "catalogue"]
    provider: str
    phone: str
    opening: str = ""
    address: str = ""
    parent: str = ""
    system: str = ""
    connected: bool = True

    def published(self) -> dict[str, str]:
        """What sandbox.json tells about the unit."""
        names = ("hsa_id", "name", "owner", "kind", "role", "phone", "opening", "address", "parent")
        return {name: getattr(self, name) for name in names}


def load_units(path: Path = HERE / "units.toml") -> dict[str, Unit]:
    """Every unit by its HSA-id, in the order of the file."""
    table = tomllib.loads(path.read_text("utf-8"))
    return {row["hsa_id"]: Unit(**row) for row in table["unit"]}
