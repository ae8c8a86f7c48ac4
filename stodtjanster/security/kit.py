"""What the four services have in common: their settings, who asks, and how an answer is read.

Doubt is never an answer here. What is missing, comes twice or cannot be read raises SourceFailed,
and whoever asked then knows nothing.
"""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias, TypeVar

from lxml import etree

from stodtjanster.model import STOCKHOLM, Cause, HsaId, PersonId, Place
from stodtjanster.sources.kit.rivta import PERSON_ROOTS, Contract, RivtaSettings, post
from stodtjanster.sources.kit.soap import body_of, open_message
from stodtjanster.sources.kit.source import Limits, Request, Response, SourceFailed
from stodtjanster.sources.kit.xml import boolean, local_name, text

T = TypeVar("T")

Inquiry: TypeAlias = Generator[Request, Response, T]
"""A conversation that ends with what was asked for, or raises SourceFailed."""

_DONE: Final = frozenset({"OK", "INFO"})
_THERE: Final = "ALREADYEXISTS"
_OVER: Final = "INVALIDSTATE"
_DENIED: Final = "ACCESSDENIED"
INVALID: Final = frozenset({"VALIDATIONERROR", "VALIDATION_ERROR"})
"""As the newer and the older services spell it (rivta.md 7)."""
_KNOWN: Final = frozenset({*INVALID, "ERROR", "NOTFOUND", "INVALIDSTATE"})


class Settings(RivtaSettings):
    """One service. In `url` may stand `{operation}` and `{major}`, since one service has several
    contracts, and of several versions.

    People wait at the gate while it is asked, so its limits are short.
    """

    kind: str = "security"
    limits: Limits = Limits(
        concurrent=32, queue=128, answer_seconds=4.0, max_bytes=2**21, fresh_seconds=0
    )


@dataclass(frozen=True, slots=True)
class Accessing:
    """The employee who wants to read, and the place of their chosen assignment."""

    employee: HsaId
    place: Place


@dataclass(frozen=True, slots=True)
class Registration:
    """That something is so, from now on. `id` is a UUID of ours: sent again, it is the same.

    `valid_to` is exclusive, `at` aware. `personal`: for the employee only, not the whole unit.
    """

    id: str
    at: datetime
    valid_to: datetime
    personal: bool = False


class Registered(StrEnum):
    DONE = "done"
    ALREADY = "already"
    """It was registered before: by an earlier try of ours, or by somebody else."""


def exchange(
    settings: Settings, contract: Contract, content: etree._Element, correlation: str
) -> Inquiry[etree._Element]:
    """Send one request; the response element. Raises SourceFailed."""
    response = yield post(
        settings.url.replace("{operation}", contract.operation).replace(
            "{major}", str(contract.major)
        ),
        contract,
        content,
        address=settings.logical_address,
        consumer=settings.consumer_hsa_id,
        correlation=correlation,
        actor=None,
    )
    return open_message(body_of(response), contract.response).content


def only(parent: etree._Element, name: str) -> etree._Element:
    """The one child with a qualified name. Raises SourceFailed when there is none, or another."""
    found = [child for child in parent if child.tag == name]
    if len(found) != 1:
        where = f"{local_name(parent)}/{etree.QName(name).localname}"
        raise SourceFailed(Cause.UNREADABLE, f"{where}: {len(found)} elements")
    return found[0]


def flag(parent: etree._Element, name: str) -> bool:
    """The xs:boolean of the one child with a qualified name. Raises SourceFailed."""
    said = boolean(only(parent, name).text)
    if said is None:
        where = f"{local_name(parent)}/{etree.QName(name).localname}"
        raise SourceFailed(Cause.UNREADABLE, f"{where}: not a boolean")
    return said


def accept(result: etree._Element, code: str) -> None:
    """Raises SourceFailed unless the result says that what was asked for was done."""
    said = text(only(result, code)) or ""
    if said not in _DONE:
        raise SourceFailed(*refusal(said))


def registered(result: etree._Element, code: str) -> Registered:
    """What a registration came to. Raises SourceFailed when it did not come to be."""
    if text(only(result, code)) == _THERE:
        return Registered.ALREADY
    accept(result, code)
    return Registered.DONE


def ended(result: etree._Element, code: str) -> Registered:
    """What ending something came to. Raises SourceFailed when it may still be there."""
    if text(only(result, code)) == _OVER:
        return Registered.ALREADY
    accept(result, code)
    return Registered.DONE


def refusal(code: str) -> tuple[Cause, str]:
    """The cause of a result that is no yes; the detail is one of the contracts' own codes."""
    if code == _DENIED:
        return Cause.DENIED, code
    return Cause.FAULT, code if code in _KNOWN else "an unknown result code"


def put(parent: etree._Element, name: str, said: str | None = None) -> etree._Element:
    """A new last child in the namespace `name` says; `said` is its text."""
    made = etree.SubElement(parent, name)
    made.text = said
    return made


def put_person(parent: etree._Element, name: str, types: str, person: PersonId) -> None:
    """A child that is an IIType with a person's number, in the namespace of the types.

    Raises SourceFailed: under a number of another kind the services know nobody.
    """
    root = PERSON_ROOTS.get(person.kind)
    if root is None:
        raise SourceFailed(Cause.NOT_CONNECTED, "a kind of number that the service does not know")
    identity = put(parent, name)
    put(identity, f"{{{types}}}root", root)
    put(identity, f"{{{types}}}extension", person.value)


def put_reader(parent: etree._Element, name: str, types: str, who: Accessing) -> None:
    """Who wants to read, as the services with lower-case names have it."""
    reader = put(parent, name)
    put(reader, f"{{{types}}}employeeId", who.employee.value)
    put(reader, f"{{{types}}}careProviderId", who.place.provider.value)
    put(reader, f"{{{types}}}careUnitId", who.place.unit.value)


def wall(at: datetime) -> str:
    """xs:dateTime as RIV-TA has it: Swedish wall time without a zone (rivta.md 6)."""
    return at.astimezone(STOCKHOLM).replace(tzinfo=None).isoformat(timespec="seconds")
