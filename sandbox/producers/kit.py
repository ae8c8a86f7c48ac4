"""What every producer needs: the shape of a contract, and building XML."""

from __future__ import annotations

import datetime as dt
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from lxml import etree

from sandbox.bookings import Bookings
from sandbox.clock import STOCKHOLM
from sandbox.people import Person
from sandbox.people.units import Unit

PERSONNUMMER = "1.2.752.129.2.1.3.1"
SAMORDNINGSNUMMER = "1.2.752.129.2.1.3.3"
HSA_ID = "1.2.752.129.2.1.4.1"

_PATIENT = re.compile(r"[0-9]{8}[0-9pPtTfF][0-9]{3}")

Build = Callable[..., etree._Element]


class InvalidRequestError(Exception):
    """The request breaks the contract; the producer answers with a SOAP fault.

    The message says what is wrong and holds no personal data. `title` is the faultstring.
    """

    def __init__(self, message: str, title: str = "Felaktigt anrop") -> None:
        super().__init__(message)
        self.title = title


@dataclass(frozen=True, slots=True)
class Engagement:
    """A row of the engagement index: who knows something about a person.

    `record` and `start` are those of one booking; elsewhere a row is about all that a source has.
    """

    logical_address: str
    source_system: str
    category: str
    record: str = "NA"
    start: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a producer is asked: the request element, where it arrived, and about whom.

    `now` is what time it is; `anchor` is what relative dates count from. `actor` is the number in
    the Actor header, and `agent` whether it says that they ask for somebody else.
    """

    request: etree._Element
    address: str
    person: Person | None
    units: Mapping[str, Unit]
    now: dt.datetime
    anchor: dt.datetime
    bookings: Bookings
    actor: str = ""
    agent: bool = False

    def text(self, path: str, namespaces: Mapping[str, str]) -> str | None:
        """The text of the first element on a path, or None."""
        found = self.request.find(path, dict(namespaces))
        return None if found is None else (found.text or "")

    def texts(self, path: str, namespaces: Mapping[str, str]) -> set[str]:
        """The texts of all elements on a path."""
        return {found.text or "" for found in self.request.findall(path, dict(namespaces))}

    def here(self, unit: str) -> bool:
        """Whether a unit's data is kept at the address: it is the unit, or its system."""
        asked, known = self.units[self.address], self.units[unit]
        return unit == self.address or (asked.role == "system" and known.system == asked.system)


class Contract(ABC):
    """One service contract: how it is asked, who is asked, and what is answered.

    The three methods with a body suit a contract without a result element whose
    request is the same for every source; a contract that differs overrides them.
    """

    name: ClassVar[str]
    namespace: ClassVar[str]
    service_domain: ClassVar[str]
    # What the engagement index calls it, and the table of the people files that its rows are in;
    # "" for what is not in the index.
    category: ClassVar[str] = ""
    table: ClassVar[str] = ""
    item: ClassVar[str]
    # What an answer may hold beside its rows and result, and an aggregator passes on.
    beside: ClassVar[str] = ""
    # Whether a national service puts the answers of all sources together.
    aggregated: ClassVar[bool] = True
    # The fault target that answers at Inera's own address, for what no other address has.
    keeper: ClassVar[str] = ""
    # Whether an answer is the outcome of something done: it is then never made twice.
    writes: ClassVar[bool] = False
    # The RIV-TA profile that its producers speak.
    profile: ClassVar[str] = "RIVTABP21"
    # TKB crm:scheduling requires the Actor header; no other contract here does.
    wants_actor: ClassVar[bool] = False

    @abstractmethod
    def patient(self, request: etree._Element) -> str:
        """Whom the request is about. Raises InvalidRequestError."""

    def about(self, request: etree._Element, bookings: Bookings) -> str:  # noqa: ARG002
        """The same, where the request itself may name a booking instead of the person."""
        return self.patient(request)

    def engagements(
        self,
        person: Person,
        units: Mapping[str, Unit],
        anchor: dt.datetime,  # noqa: ARG002
    ) -> Iterator[Engagement]:
        """What the engagement index holds for a person, as the people files have it."""
        yield from sources_of(person.rows(self.table), units, self.category)

    @abstractmethod
    def items(self, asked: Asked) -> Iterator[etree._Element]:
        """The rows that the address has. Raises InvalidRequestError."""

    def reaches(self, unit: Unit) -> bool:
        """Whether the contract is called at the address of a unit (vägval)."""
        return bool(unit.system) and unit.role != "provider"

    def unknown_person(self) -> etree._Element | None:
        """The fault's own element with which a source says that it does not know the person."""
        return None

    def goes_through_aggregator(self, request: etree._Element) -> bool:  # noqa: ARG002
        """Whether the national service passes such a request on."""
        return True

    def refuses(self, asked: Asked) -> str | None:  # noqa: ARG002
        """Why the producer answers with resultCode ERROR, or None."""
        return None

    def result(self, code: str, message: str | None = None) -> etree._Element | None:  # noqa: ARG002
        """The result element, for contracts that have one."""
        return None

    def addressed(self, request: etree._Element, address: str) -> etree._Element:  # noqa: ARG002
        """The request as the aggregator sends it to one source."""
        return request

    def response(
        self, items: Sequence[etree._Element], result: etree._Element | None
    ) -> etree._Element:
        """A response body."""
        rows = [*items, result] if result is not None else list(items)
        return builder(self.namespace)(f"{self.name}Response", *rows)


class RecordContract(Contract):
    """A contract whose rows are records of a source system, one table of the people files.

    `core` is the namespace of its types.
    """

    core: ClassVar[str]

    @property
    def paths(self) -> dict[str, str]:
        """Prefixes for paths: `r` the contract's own elements, `c` its types."""
        return {"r": self.namespace, "c": self.core}


def builder(namespace: str) -> Build:
    """A function that makes elements in a namespace: `build("id", "7")`, `build("row", child)`.

    None as content leaves an element out of its parent.
    """

    # lxml-stubs does not know that None is the default namespace.
    nsmap: Any = {None: namespace}

    def build(name: str, *content: etree._Element | str | None) -> etree._Element:
        made = etree.Element(f"{{{namespace}}}{name}", None, nsmap)
        for part in content:
            if isinstance(part, str):
                made.text = part
            elif part is not None:
                made.append(part)
        return made

    return build


def maybe(build: Build, name: str, text: str | None) -> etree._Element | None:
    """An element when there is text for it."""
    return None if text is None else build(name, text)


def checked_patient(number: str | None) -> str:
    """A patient id as RIV-TA writes it: 12 characters. Raises InvalidRequestError."""
    if number is None or not _PATIENT.fullmatch(number):
        raise InvalidRequestError("the patient id is absent or not of 12 characters")
    return number


def stamp(moment: dt.datetime) -> str:
    """RIV-TA's TimeStampType: local time without a zone."""
    return moment.strftime("%Y%m%d%H%M%S")


def date_stamp(day: dt.date) -> str:
    """RIV-TA's DateType."""
    return day.strftime("%Y%m%d")


def morning(day: dt.date) -> str:
    """A plausible time stamp on a day that only the date of is known."""
    return stamp(dt.datetime.combine(day, dt.time(9, 30), STOCKHOLM))


def id_type(person: Person) -> str:
    """The OID of a person's kind of number."""
    return SAMORDNINGSNUMMER if person.kind == "samordningsnummer" else PERSONNUMMER


def system_of(unit: Unit, units: Mapping[str, Unit]) -> Unit:
    """The source system that keeps what a unit writes."""
    return next(u for u in units.values() if u.role == "system" and u.system == unit.system)


def sources_of(
    rows: Sequence[Mapping[str, Any]], units: Mapping[str, Unit], category: str
) -> Iterator[Engagement]:
    """One engagement for each source system that has rows, addressed by the system."""
    systems = {units[row["unit"]].system for row in rows}
    for unit in units.values():
        if unit.role == "system" and unit.system in systems:
            yield Engagement(unit.hsa_id, unit.hsa_id, category)
