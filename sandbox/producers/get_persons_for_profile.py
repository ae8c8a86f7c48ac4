"""strategicresourcemanagement:persons:person GetPersonsForProfile 5.0: the population register."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from sandbox.people import Person
from sandbox.people.units import Unit
from sandbox.people.when import day
from sandbox.producers.kit import (
    PERSONNUMMER,
    SAMORDNINGSNUMMER,
    Asked,
    Contract,
    builder,
    checked_patient,
    id_type,
)

_NS = "urn:riv:strategicresourcemanagement:persons:person:GetPersonsForProfileResponder:5"
_CORE = "urn:riv:strategicresourcemanagement:persons:person:5"
_PATHS = {"r": _NS, "c": _CORE}
_BASIC = "P1"
_MAN, _WOMAN = "1", "2"

_own = builder(_NS)
_core = builder(_CORE)


class GetPersonsForProfile(Contract):
    name = "GetPersonsForProfile"
    namespace = _NS
    service_domain = "riv:strategicresourcemanagement:persons:person"
    item = "requestedPersonRecord"
    # Everybody is in the register: there is nothing to look up in the index.
    aggregated = False

    def patient(self, request: etree._Element) -> str:
        return checked_patient(request.findtext("r:personId/c:extension", None, _PATHS))

    def reaches(self, unit: Unit) -> bool:
        return unit.role == "persons"

    def items(self, asked: Asked) -> Iterator[etree._Element]:
        person = asked.person
        if person is None:
            number = self.patient(asked.request)
            root = asked.text("r:personId/c:root", _PATHS) or PERSONNUMMER
            yield _own(
                "requestedPersonRecord", _identity("requestedPersonalIdentity", root, number)
            )
            return
        yield _own(
            "requestedPersonRecord",
            _identity("requestedPersonalIdentity", id_type(person), person.person_id),
            _record(person, asked, basic=asked.text("r:profile", _PATHS) == _BASIC),
        )


def _identity(name: str, root: str, number: str) -> etree._Element:
    return _core(name, _core("root", root), _core("extension", number))


def _record(person: Person, asked: Asked, *, basic: bool) -> etree._Element:
    kept: Mapping[str, Any] = person.sources.get("register", {})
    dead = kept.get("died")
    more = (
        []
        if basic
        else [
            None if person.protected else _address(),
            None if dead is None else _deregistration(dead, asked),
            _core("protectedPopulationRecord", str(person.protected).lower()),
        ]
    )
    return _core(
        "personRecord",
        _identity("personalIdentity", id_type(person), person.person_id),
        _core("gender", _MAN if int(person.person_id[10]) % 2 else _WOMAN),
        _core("protectedPersonIndicator", str(person.protected).lower()),
        _core("testIndicator", "true"),
        _core("primaryIdentity", "true"),
        _core(
            "name",
            _core("givenName", person.given_name),
            _core("surname", person.family_name),
        ),
        *(_linked(number) for number in kept.get("linked", ())),
        *more,
    )


def _linked(number: str) -> etree._Element:
    root = SAMORDNINGSNUMMER if int(number[6:8]) > 60 else PERSONNUMMER
    return _core(
        "linkedIdentity",
        _identity("referredPersonalIdentity", root, number),
        _core("assuranceLevel", "1"),
        _core("primaryIdentity", "false"),
    )


def _address() -> etree._Element:
    """Nobody's home is for the portal, which must leave it where it is."""
    return _core(
        "addressInformation",
        _core(
            "residentialAddress",
            _core("postalAddress2", "FÅR EJ VISAS: en adress"),
            _core("city", "FÅR EJ VISAS: en ort"),
        ),
    )


def _deregistration(died: int, asked: Asked) -> etree._Element:
    return _core(
        "deregistration",
        _core("deregistrationReasonCode", "AV"),
        _core(
            "deregistrationDate",
            _core("format", "YYYY-MM-DD"),
            _core("value", day(died, asked.anchor).isoformat()),
        ),
    )


CONTRACT = GetPersonsForProfile()
