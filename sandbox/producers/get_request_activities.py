"""crm:requeststatus GetRequestActivities 1.0 and 2.0: the steps that referrals take.

Both majors have the same steps, as where a source is connected to both. Sender and receiver tell
of a referral each in a row of its own in the people files.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from sandbox.people import Person
from sandbox.people.units import Unit
from sandbox.people.when import day, times
from sandbox.producers.jol import JolContract, ii, patient_ii
from sandbox.producers.kit import (
    Asked,
    Build,
    Contract,
    Engagement,
    builder,
    checked_patient,
    maybe,
    sources_of,
    stamp,
    system_of,
)

_DOMAIN = "crm:requeststatus"
STEP_CODES = "1.2.752.129.2.2.2.43"
KIND_CODES = "1.2.752.129.2.2.2.24"
STEPS = {
    "20": "Skickad",
    "30": "Mottagen",
    "60": "Komplettering begärd",
    "90": "Bedömd",
    "100": "Väntelista",
    "110": "Första kontakt bokad",
    "130": "Svar skickat",
    "170": "Avslutad",
}
_KINDS = {"1": "röntgenremiss", "2": "labbremiss", "4": "allmänremiss"}


class GetRequestActivities1(Contract):
    name = "GetRequestActivities"
    namespace = f"urn:riv:{_DOMAIN}:GetRequestActivitiesResponder:1"
    service_domain = f"riv:{_DOMAIN}"
    item = "requestActivity"

    def patient(self, request: etree._Element) -> str:
        return checked_patient(request.findtext(f"{{{self.namespace}}}subjectOfCareId"))

    def engagements(
        self,
        person: Person,
        units: Mapping[str, Unit],
        anchor: dt.datetime,  # noqa: ARG002
    ) -> Iterator[Engagement]:
        # In this major a category is a type of referral.
        types: dict[str, list[Mapping[str, Any]]] = {}
        for row in person.rows("referrals"):
            types.setdefault(row["type"], []).append(row)
        for kind, rows in types.items():
            yield from sources_of(rows, units, kind)

    def items(self, asked: Asked) -> Iterator[etree._Element]:
        own, core = builder(self.namespace), builder(f"urn:riv:{_DOMAIN}:1")
        paths = {"r": self.namespace}
        start = asked.text("r:fromDate", paths) or ""
        end = asked.text("r:toDate", paths) or "99999999999999"
        for row, person in _referrals(asked):
            # The contract has no approvedForPatient, so what is not approved is not sent at all.
            for step in row["steps"] if row.get("approved", True) else ():
                at = _at(step, asked)
                if start <= at <= end:
                    yield own(
                        "requestActivity",
                        core("subjectOfCareId", person.person_id),
                        core("senderRequestId", row["id"]),
                        core("typeOfRequest", row["type"]),
                        core("requestIssuedByPersonName", row["author"]["name"]),
                        core("requestIssuedByOrganizationalUnitId", row["sender"]),
                        core(
                            "requestIssuedByOrganizationalUnitDescription",
                            asked.units[row["sender"]].name,
                        ),
                        core("receivingOrganizationalUnitId", row["receiver"]),
                        core(
                            "receivingOrganizationalUnitDescription",
                            asked.units[row["receiver"]].name,
                        ),
                        core("careUnit", row["unit"]),
                        core(
                            "logicalSystemId",
                            system_of(asked.units[row["unit"]], asked.units).hsa_id,
                        ),
                        core("statusCode", step["code"]),
                        core("eventTime", at),
                    )


class GetRequestActivities2(JolContract):
    name = "GetRequestActivities"
    namespace = f"urn:riv:{_DOMAIN}:GetRequestActivitiesResponder:2"
    core = f"urn:riv:{_DOMAIN}:2"
    service_domain = f"riv:{_DOMAIN}"
    category = "req-act"
    item = "requestActivity"
    table = "referrals"

    def items(self, asked: Asked) -> Iterator[etree._Element]:
        own, core = builder(self.namespace), builder(self.core)
        start = asked.text("r:datePeriod/c:start", self.paths) or ""
        end = asked.text("r:datePeriod/c:end", self.paths) or "99999999"
        for row, person in _referrals(asked):
            # Written only when the record was made under another number than the one asked about.
            same = person.person_id == self.patient(asked.request)
            patient = None if same else patient_ii(core, "originalPatientId", person)
            for step in row["steps"]:
                at = _at(step, asked)
                if start <= at[:8] <= end:
                    changed = {**row, "changed": step["day"]}
                    header = self.header(changed, patient, asked)
                    body = core(
                        "body",
                        _code(core, "statusCode", step["code"], STEP_CODES, STEPS),
                        core("eventTime", at),
                        _request(core, row, asked),
                    )
                    yield own("requestActivity", header, body)


def _referrals(asked: Asked) -> Iterator[tuple[Mapping[str, Any], Person]]:
    if asked.person is not None:
        for row in asked.person.rows("referrals"):
            if asked.here(row["unit"]):
                yield row, asked.person


def _at(step: Mapping[str, Any], asked: Asked) -> str:
    moment, _ = times(f"{step['time']}-{step['time']}", day(step["day"], asked.anchor))
    return stamp(moment)


def _request(core: Build, row: Mapping[str, Any], asked: Asked) -> etree._Element:
    author = core(
        "author",
        core("name", row["author"]["name"]),
        _organization(core, "organization", asked.units[row["sender"]]),
    )
    receiver = _organization(core, "receivingOrganization", asked.units[row["receiver"]])
    kind = _code(core, "type", row["type"], KIND_CODES, _KINDS)
    return core("request", core("id", row["id"]), kind, author, receiver)


def _organization(core: Build, name: str, unit: Unit) -> etree._Element:
    return core(name, ii(core, "id", unit.hsa_id), core("name", unit.name))


def _code(
    core: Build, name: str, code: str, system: str, words: Mapping[str, str]
) -> etree._Element:
    display = maybe(core, "displayName", words.get(code))
    return core(name, core("code", code), core("codeSystem", system), display)


CONTRACTS = (GetRequestActivities1(), GetRequestActivities2())
