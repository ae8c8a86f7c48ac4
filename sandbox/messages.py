"""AddMessage: units write to people's inboxes, which the portal keeps.

What stands in the people files is sent once the portal answers, and again until it takes it or
refuses it for good; the portal knows by its id what it already has.
"""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.clock import STOCKHOLM
from sandbox.country import Country
from sandbox.people import Person
from sandbox.people.units import Unit
from sandbox.people.when import day
from sandbox.platform import soap
from sandbox.producers.kit import builder
from sandbox.sending import Errand, Sender

_NS = "urn:mvk:crm:casemanagement:inbox:AddMessageResponder:2"
_OK = 200
_own = builder(_NS)
_core = builder("urn:mvk:crm:casemanagement:inbox:2")
_registry = builder(soap.REGISTRY)
_NEW = {
    "unit": "TSTNMT2321000156-BJOR",
    "category": "Meddelande",
    "title": "Ett nytt meddelande",
    "body": "Det här skickades nyss från sandlådans panel.",
}


def _pauses() -> Iterable[float]:
    """The portal may be started after the sandbox, and told to stop and start again."""
    return itertools.chain((0.5, 1.0, 2.0, 4.0, 8.0), itertools.repeat(15.0))


class Postman:
    """Brings messages to the inbox at `sender`'s address; `hsa_id` is whose that is."""

    def __init__(self, sender: Sender, hsa_id: str, country: Country) -> None:
        self._sender = sender
        self._hsa_id = hsa_id
        self._country = country

    async def send_all(self, _app: object = None) -> None:
        """Begin to send what stands in the files."""
        for person in self._country.people:
            for row in person.rows("messages"):
                self._send(person, row)

    def send_new(self, person: Person) -> None:
        """Begin to send a message that nobody has seen."""
        now = self._country.clock.now()
        self._send(
            person, {"id": str(uuid.uuid4()), "day": 0, "time": now.strftime("%H.%M"), **_NEW}
        )

    def _send(self, person: Person, row: Mapping[str, Any]) -> None:
        unit = self._country.units[row["unit"]]
        anchor = self._country.clock.anchor()
        self._sender.send(
            Errand(
                contract="AddMessage",
                body=envelope(person, row, unit, anchor, self._hsa_id),
                sender=unit.provider,
                person_id=person.person_id,
                logical_address=self._hsa_id,
                is_done=_is_settled,
                pauses=_pauses,
            )
        )


def envelope(
    person: Person, row: Mapping[str, Any], unit: Unit, anchor: dt.datetime, address: str
) -> bytes:
    """One row of `messages` as AddMessage 2.0."""
    at = dt.datetime.combine(
        day(row["day"], anchor), dt.time.fromisoformat(row["time"].replace(".", ":")), STOCKHOLM
    )
    booking = row.get("booking")
    message = _own(
        "message",
        _core("id", row["id"]),
        _core("caseReadStatus", "Read" if row.get("read") else "Unread"),
        _core("actionDate", at.date().isoformat()),
        _core("actionTime", at.time().isoformat()),
        _core("caseType", _core("caseTypeDescription", row["category"])),
        _core("userSelectionStatus", "Active"),
        _core(
            "healthCareFacility",
            _core("hsaId", unit.hsa_id),
            _core("healthCareFacilityName", unit.name),
            _core("healthCareFacilityTelephone", unit.phone),
        ),
        None
        if booking is None
        else _core(
            "booking",
            _core("bookingId", booking),
            _core("isInvitation", "true" if row.get("invitation") else "false"),
        ),
        _core("headerText", row["title"]),
        _core("bodyText", row["body"]),
    )
    content = _own(
        "AddMessage",
        _own("subjectOfCareId", person.person_id),
        message,
        _own("notify", "false"),
        _own("sourceSystem", unit.provider),
    )
    return soap.envelope(content, _registry("LogicalAddress", address))


def _is_settled(status: int, data: bytes) -> bool:
    """Taken, or refused in a way that another try would not change."""
    if status == _OK:
        return True
    try:
        said = soap.parse(data).body
    except soap.UnreadableError:
        return False
    return (said.findtext("faultcode") or "").endswith("Client")
