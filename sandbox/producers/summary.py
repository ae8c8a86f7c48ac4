"""Contracts whose records have a PatientSummaryHeader: who wrote what, when, about whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from lxml import etree

from sandbox.people import Person
from sandbox.people.units import Unit
from sandbox.people.when import day
from sandbox.producers.kit import (
    Asked,
    Build,
    RecordContract,
    builder,
    checked_patient,
    date_stamp,
    id_type,
    maybe,
    morning,
    system_of,
)


class SummaryContract(RecordContract):
    """A contract of that kind.

    `period` is the contract's name for the period that is asked about, `system_element` that for
    the source system; `titled` whether its header has a title and a time of its own.
    """

    period: ClassVar[str] = "datePeriod"
    system_element: ClassVar[str] = "sourceSystemHSAId"
    titled: ClassVar[bool] = True

    def patient(self, request: etree._Element) -> str:
        return checked_patient(request.findtext("r:patientId/c:id", None, self.paths))

    def refuses(self, asked: Asked) -> str | None:
        system = asked.text(f"r:{self.system_element}", self.paths)
        if system is not None and system != asked.address:
            return f"{self.system_element} skiljer sig från den logiska adressen"
        start, end = self.asked_period(asked)
        if start and end and start > end:
            return "Perioden slutar innan den börjar"
        return None

    def asked_period(self, asked: Asked) -> tuple[str | None, str | None]:
        """The first and the last day that are asked about, as DateType."""
        start, end = (f"r:{self.period}/c:{name}" for name in ("start", "end"))
        return asked.text(start, self.paths), asked.text(end, self.paths)

    def result(self, code: str, message: str | None = None) -> etree._Element | None:
        own, core = builder(self.namespace), builder(self.core)
        return own(
            "result",
            core("resultCode", code),
            core("errorCode", "INVALID_REQUEST") if code == "ERROR" else None,
            core("logId", "NA" if code == "INFO" else "sandlåda-1"),
            maybe(core, "message", message),
        )

    def rows(self, asked: Asked) -> Iterator[tuple[Mapping[str, Any], Person]]:
        """The rows of the person that are kept at the address, in the unit and in the period."""
        if asked.person is None:
            return
        units = asked.texts("r:careUnitHSAId", self.paths)
        start, end = self.asked_period(asked)
        for row in asked.person.rows(self.table):
            if asked.here(row["unit"]) and (not units or row["unit"] in units):
                first, last = self.days(row, asked)
                if (start or "") <= last and first <= (end or "99999999"):
                    yield row, asked.person

    def days(self, row: Mapping[str, Any], asked: Asked) -> tuple[str, str]:
        """The first and the last day of a row, as the period is compared with: DateType."""
        changed = date_stamp(day(row["changed"], asked.anchor))
        return changed, changed

    def header(
        self, name: str, row: Mapping[str, Any], person: Person, asked: Asked
    ) -> etree._Element:
        """The header of a row: id, author, changed (and title, created), approved, nullified."""
        core = builder(self.core)
        unit = asked.units[row["unit"]]
        holder = system_of(unit, asked.units)
        changed = morning(day(row["changed"], asked.anchor))
        created = morning(day(row.get("created", row["changed"]), asked.anchor))
        return core(
            name,
            core("documentId", row["id"]),
            core(self.system_element, holder.hsa_id),
            maybe(core, "documentTitle", row.get("title") if self.titled else None),
            core("documentTime", created) if self.titled else None,
            core("patientId", core("id", person.person_id), core("type", id_type(person))),
            core(
                "accountableHealthcareProfessional",
                core("authorTime", changed),
                *_author(core, row["author"], unit),
            ),
            core("approvedForPatient", str(row.get("approved", True)).lower()),
            core("nullified", "true") if "nullified" in row else None,
            maybe(core, "nullifiedReason", row.get("nullified")),
        )


def org_unit(core: Build, name: str, unit: Unit) -> etree._Element:
    """A unit as OrgUnitType."""
    return core(
        name,
        core("orgUnitHSAId", unit.hsa_id),
        core("orgUnitName", unit.name),
        core("orgUnitTelecom", unit.phone),
    )


def _author(core: Build, author: Mapping[str, str], unit: Unit) -> Iterator[etree._Element]:
    yield core("healthcareProfessionalHSAId", author["hsa_id"])
    yield core("healthcareProfessionalName", author["name"])
    yield core("healthcareProfessionalRoleCode", core("originalText", author["title"]))
    yield org_unit(core, "healthcareProfessionalOrgUnit", unit)
    yield core("healthcareProfessionalCareUnitHSAId", unit.hsa_id)
    yield core("healthcareProfessionalCareGiverHSAId", unit.provider)
