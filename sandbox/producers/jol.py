"""Contracts with the JoL header: identities are IIType, and a record has one id in all majors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from lxml import etree

from sandbox.people import Person
from sandbox.people.units import Unit
from sandbox.people.when import day
from sandbox.producers.kit import (
    HSA_ID,
    Asked,
    Build,
    Contract,
    Engagement,
    builder,
    checked_patient,
    date_stamp,
    id_type,
    morning,
    sources_of,
)


class JolContract(Contract):
    """A contract of that kind: `core` is its types' namespace, `table` is of the people files."""

    core: ClassVar[str]
    table: ClassVar[str]

    @property
    def paths(self) -> dict[str, str]:
        """Prefixes for paths: `r` the contract's own elements, `c` its types."""
        return {"r": self.namespace, "c": self.core}

    def patient(self, request: etree._Element) -> str:
        return checked_patient(request.findtext("r:patientId/c:extension", None, self.paths))

    def engagements(self, person: Person, units: Mapping[str, Unit]) -> Iterator[Engagement]:
        yield from sources_of(person.rows(self.table), units)

    def rows(self, asked: Asked) -> Iterator[tuple[Mapping[str, Any], Person]]:
        """The rows of the person that are kept at the address and were changed in the period."""
        if asked.person is None:
            return
        start = asked.text("r:datePeriod/c:start", self.paths) or ""
        end = asked.text("r:datePeriod/c:end", self.paths) or "99999999"
        for row in asked.person.rows(self.table):
            if asked.here(row["unit"]):
                changed = date_stamp(day(row["changed"], asked.anchor))
                if start <= changed <= end:
                    yield row, asked.person

    def header(
        self,
        row: Mapping[str, Any],
        patient: etree._Element | None,
        asked: Asked,
        *author: etree._Element,
    ) -> etree._Element:
        """The header of a row; `patient` and what more there is of the author as majors have it."""
        core = builder(self.core)
        unit = asked.units[row["unit"]]
        holder = system_of(unit, asked.units)
        changed = morning(day(row["changed"], asked.anchor))
        return core(
            "header",
            core(
                "accessControlHeader",
                ii(core, "accountableHealthcareProvider", unit.provider),
                ii(core, "accountableCareUnit", unit.hsa_id),
                patient,
                core("blockComparisonTime", changed),
                core("approvedForPatient", str(row.get("approved", True)).lower()),
            ),
            ii(core, "sourceSystemId", holder.hsa_id),
            core(
                "record",
                ii(core, "id", row["id"], root=holder.hsa_id),
                core("timestamp", changed),
            ),
            core(
                "author",
                ii(core, "id", row["author"]["hsa_id"]),
                core("name", row["author"]["name"]),
                core("timestamp", changed),
                core("byRole", core("originalText", row["author"]["title"])),
                *author,
            ),
        )


def system_of(unit: Unit, units: Mapping[str, Unit]) -> Unit:
    """The source system that keeps what a unit writes."""
    return next(u for u in units.values() if u.role == "system" and u.system == unit.system)


def ii(core: Build, name: str, extension: str, root: str = HSA_ID) -> etree._Element:
    """An IIType."""
    return core(name, core("root", root), core("extension", extension))


def patient_ii(core: Build, name: str, person: Person) -> etree._Element:
    """A person's number as IIType."""
    return ii(core, name, person.person_id, root=id_type(person))
