"""ProcessNotification 1.0 (itintegration:engagementindex): something about a person has changed.

What the index says may be used to find out where to call, and for nothing else (rivta.md 4): here
it tells whose shelf to empty, of which source, and is then gone. It is neither stored nor logged.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Final

from lxml import etree

from portal.inbound.delivery import Delivery, Operation
from portal.inbound.schema import Part, Shape, boolean, matching, text, uri
from portal.reading import contracts_of
from stodtjanster.model import PersonId
from stodtjanster.sources.kit.source import SourceSettings
from stodtjanster.sources.kit.xml import texts

_MESSAGES: Final = "urn:riv:itintegration:engagementindex:ProcessNotificationResponder:1"
_TYPES: Final = "urn:riv:itintegration:engagementindex:1"
_NAMESPACES: Final = frozenset({_MESSAGES, _TYPES})
REQUEST: Final = f"{{{_MESSAGES}}}ProcessNotification"

_TS: Final = matching(
    "[1-9][0-9]{3}(0[1-9]|1[0-2])([0-2][0-9]|3[01])([01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]"
)
_ID: Final = text(256)


def _core(name: str, of: Callable[[str], bool], *, needed: bool = True) -> Part:
    return Part(f"{{{_TYPES}}}{name}", of, needed=needed)


_ENGAGEMENT: Final = Shape(
    (
        _core("registeredResidentIdentification", matching("[0-9]{8}[0-9pPtTfF][0-9]{3}")),
        _core("serviceDomain", uri(256)),
        _core("categorization", _ID),
        _core("logicalAddress", _ID),
        _core("businessObjectInstanceIdentifier", _ID),
        _core("clinicalProcessInterestId", _ID),
        _core("mostRecentContent", _TS, needed=False),
        _core("sourceSystem", _ID),
        _core("creationTime", _TS, needed=False),
        _core("updateTime", _TS, needed=False),
        _core("dataController", _ID),
        _core("owner", _ID, needed=False),
    ),
    open=_NAMESPACES,
)
_TRANSACTION: Final = Shape(
    (_core("deleteFlag", boolean), Part(f"{{{_TYPES}}}engagement", _ENGAGEMENT)), open=_NAMESPACES
)
SHAPE: Final = Shape(
    (Part(f"{{{_MESSAGES}}}engagementTransaction", _TRANSACTION, many=True),), open=_NAMESPACES
)

_OPERATIONS: Final = {
    "vko": "GetCareContacts",
    "cll-cp": "GetCarePlans",
    "cll-cs": "GetCareServices",
    "voo": "GetCareDocumentation",
    "caa-gmh": "GetMedicationHistory",
    "crr-gcm": "GetCareManagers",
    "Booking": "GetSubjectOfCareSchedule",
}
"""Which operation tells of a category, where it is one (rivta.md 4)."""


@dataclass(frozen=True, slots=True)
class Listener:
    """A configured source, and a contract by which it asks: domain without `urn:riv:`."""

    source: str
    domain: str
    operation: str


def listeners(sources: Iterable[SourceSettings]) -> tuple[Listener, ...]:
    """Sources of the national contracts. What else there is, the index knows nothing of."""
    return tuple(
        Listener(source.key, contract.domain, contract.operation)
        for source in sources
        for contract in contracts_of(import_module(f"stodtjanster.sources.{source.kind}.adapter"))
    )


def operation(known: Iterable[Listener], changed: Callable[[PersonId, str], None]) -> Operation:
    """`changed` is told of a person and the key of a source."""
    here = tuple(known)

    def take(delivery: Delivery) -> etree._Element:
        rows = [texts(row) for row in delivery.content.iter(f"{{{_TYPES}}}engagement")]
        pairs = (
            (person, source)
            for row in rows
            if (person := _person(row)) is not None
            for source in _concerned(row, here)
        )
        for person, source in dict.fromkeys(pairs):
            changed(person, source)
        response = etree.Element(f"{REQUEST}Response", nsmap={"m": _MESSAGES})
        etree.SubElement(response, f"{{{_MESSAGES}}}ResultCode").text = "OK"
        return response

    return Operation(REQUEST, SHAPE, take)


def _concerned(row: dict[str, str | None], known: Iterable[Listener]) -> Iterable[str]:
    """Of a category that is one operation's, its sources; of another, all of the domain."""
    domain = _said(row, "serviceDomain").removeprefix("urn:").removeprefix("riv:")
    wanted = _OPERATIONS.get(_said(row, "categorization"))
    mine = [each for each in known if each.domain == domain]
    exact = [each for each in mine if each.operation == wanted]
    return (each.source for each in exact or mine)


def _person(row: dict[str, str | None]) -> PersonId | None:
    try:
        return PersonId.parse(_said(row, "registeredResidentIdentification").upper())
    except ValueError:
        return None


def _said(row: dict[str, str | None], name: str) -> str:
    return (row.get(f"{{{_TYPES}}}{name}") or "").strip()
