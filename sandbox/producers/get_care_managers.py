"""coreprocess:residentparticipation GetCareManagers 1.0: fasta kontakter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from sandbox.people import Person
from sandbox.people.units import Unit
from sandbox.people.when import day
from sandbox.producers.kit import (
    HSA_ID,
    Asked,
    Contract,
    builder,
    checked_patient,
    date_stamp,
    id_type,
    maybe,
    morning,
    system_of,
)

_NS = "urn:riv:coreprocess:residentparticipation:residentparticipation:GetCareManagersResponder:1"
_CORE = "urn:riv:coreprocess:residentparticipation:residentparticipation:1"
_PATHS = {"r": _NS, "c": _CORE}

KIND_SYSTEM = "1.2.752.129.5.1.69"
KINDS = {
    "1": "fast vårdkontakt",
    "2": "fast läkarkontakt i primärvård",
    "3": "fast omsorgskontakt i hemtjänsten",
    "4": "fast vårdkontakt med övergripande samordningsansvar",
}
_TELECOM = "2.16.840.1.113883.4.642.1.72"

_own = builder(_NS)
_core = builder(_CORE)


class GetCareManagers(Contract):
    name = "GetCareManagers"
    namespace = _NS
    service_domain = "riv:coreprocess:residentparticipation:residentparticipation"
    category = "crr-gcm"
    table = "care_managers"
    item = "careManager"

    def patient(self, request: etree._Element) -> str:
        return checked_patient(request.findtext("r:patientId/c:extension", None, _PATHS))

    def items(self, asked: Asked) -> Iterator[etree._Element]:
        if asked.person is None:
            return
        for row in asked.person.rows("care_managers"):
            if asked.here(row["unit"]) and _wanted(row, asked):
                yield _care_manager(row, asked.person, asked)


def _wanted(row: Mapping[str, Any], asked: Asked) -> bool:
    unit = asked.units[row["unit"]]
    filters = {
        "r:careGiverId/c:extension": unit.provider,
        "r:careUnitId/c:extension": unit.hsa_id,
        "r:careManagerType/c:code": row["code"],
    }
    wanted = {path: asked.texts(path, _PATHS) for path in filters}
    return all(not wanted[path] or value in wanted[path] for path, value in filters.items())


def _care_manager(row: Mapping[str, Any], person: Person, asked: Asked) -> etree._Element:
    unit = asked.units[row["unit"]]
    provider = asked.units[unit.provider]
    since = day(row["since"], asked.anchor)
    system = system_of(unit, asked.units)
    return _own(
        "careManager",
        _core(
            "careManagerHeader",
            _core(
                "accessControlHeader",
                _ii("accountableHealthcareProviderId", HSA_ID, provider.hsa_id),
                _ii("accountableCareUnitId", HSA_ID, unit.hsa_id),
                _ii("patientId", id_type(person), person.person_id),
                _core("blockComparisonTime", morning(since)),
            ),
            _ii("sourceSystemId", HSA_ID, system.hsa_id),
        ),
        _code("code", row["code"], KIND_SYSTEM, KINDS[row["code"]]),
        _core(
            "practitioner",
            _ii("hsaId", HSA_ID, row["hsa_id"]),
            _core("name", row["name"]),
            _core("qualification", _core("originalText", row["title"])),
        ),
        _team(row.get("team")),
        _core("period", _core("start", date_stamp(since))),
        maybe(_core, "internalNotes", row.get("internal")),
        maybe(_core, "externalNotes", row.get("external")),
        _organization("managingCareGiver", provider),
        _organization("managingCareUnit", unit),
        _contact(row.get("phone")),
    )


def _team(team: Mapping[str, str] | None) -> etree._Element | None:
    if team is None:
        return None
    return _core(
        "careTeam",
        _ii("id", "1.2.752.129.2.1.2.1", team["id"]),
        _core("name", team["name"]),
        maybe(_core, "internalNotes", team.get("internal")),
        maybe(_core, "externalNotes", team.get("external")),
    )


def _organization(name: str, unit: Unit) -> etree._Element:
    return _core(
        name, _ii("hsaId", HSA_ID, unit.hsa_id), _core("name", unit.name), _contact(unit.phone)
    )


def _contact(phone: str | None) -> etree._Element | None:
    if not phone:
        return None
    telecom = _core("telecom", _code("system", "phone", _TELECOM, "phone"), _core("value", phone))
    return _core("contact", telecom)


def _ii(name: str, root: str, extension: str) -> etree._Element:
    return _core(name, _core("root", root), _core("extension", extension))


def _code(name: str, code: str, system: str, display: str) -> etree._Element:
    return _core(
        name, _core("code", code), _core("codeSystem", system), _core("displayName", display)
    )


CONTRACT = GetCareManagers()
