"""Contracts with the JoL header: identities are IIType, and a record has one id in all majors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from sandbox.people import Person
from sandbox.people.when import day
from sandbox.producers.kit import (
    HSA_ID,
    Asked,
    Build,
    RecordContract,
    builder,
    checked_patient,
    date_stamp,
    id_type,
    morning,
    system_of,
)


class JolContract(RecordContract):
    """A contract of that kind; its request has the period as datePeriod."""

    def patient(self, request: etree._Element) -> str:
        return checked_patient(request.findtext("r:patientId/c:extension", None, self.paths))

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


def ii(core: Build, name: str, extension: str, root: str = HSA_ID) -> etree._Element:
    """An IIType."""
    return core(name, core("root", root), core("extension", extension))


def patient_ii(core: Build, name: str, person: Person) -> etree._Element:
    """A person's number as IIType."""
    return ii(core, name, person.person_id, root=id_type(person))
