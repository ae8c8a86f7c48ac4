"""The units and source systems of the sandbox, with their HSA-ids."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Unit:
    """A care unit, a municipal unit, a source system, a care provider or a national register.

    `parent` is the HSA-id above it in the tree, "" for a root, and `part_of` the name of the unit
    that it is a part of. `system` is the fault target of the producer that knows its bookings.
    `connected` is whether the portal has been given the right to call it, in a row of its own.
    `route` is what is special about how the platform finds it: `platform/tak.py`.
    """

    hsa_id: str
    name: str
    owner: str
    kind: Literal["region", "kommun", "other"]
    role: Literal["unit", "system", "provider", "persons", "catalogue", "log"]
    provider: str
    phone: str
    opening: str = ""
    address: str = ""
    parent: str = ""
    part_of: str = ""
    system: str = ""
    connected: bool = True
    route: str = ""

    def published(self) -> dict[str, str]:
        """What sandbox.json tells about the unit."""
        names = ("hsa_id", "name", "owner", "kind", "role", "phone", "opening", "address", "parent")
        return {name: getattr(self, name) for name in names}


def load_units(path: Path = HERE / "units.toml") -> dict[str, Unit]:
    """Every unit by its HSA-id, in the order of the file."""
    units = [Unit(**row) for row in tomllib.loads(path.read_text("utf-8"))["unit"]]
    names = {unit.hsa_id: unit.name for unit in units if unit.role == "unit"}
    return {unit.hsa_id: replace(unit, part_of=names.get(unit.parent, "")) for unit in units}
