"""Spärr, lifted for a while: GetAllBlocksForPatient and RegisterTemporaryExtendedRevoke 2.0
(ehr:blocking). PDL 4 kap. 5 §: inner blocks only, and inside the own provider only.

The newer domain has no such contracts that are published.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from lxml import etree

from stodtjanster.model import STOCKHOLM, Cause, HsaId, PersonId
from stodtjanster.security.kit import (
    Accessing,
    Inquiry,
    Registered,
    Registration,
    Settings,
    accept,
    exchange,
    only,
    put,
    registered,
    wall,
)
from stodtjanster.sources.kit.rivta import Contract
from stodtjanster.sources.kit.source import SourceFailed
from stodtjanster.sources.kit.xml import text

_DOMAIN: Final = "ehr:blocking"
_TYPES: Final = f"urn:riv:{_DOMAIN}:2"
LIST: Final = Contract(f"{_DOMAIN}:querying", "GetAllBlocksForPatient", 2, _TYPES)
LIFT: Final = Contract(f"{_DOMAIN}:administration", "RegisterTemporaryExtendedRevoke", 2, _TYPES)
_T: Final = f"{{{_TYPES}}}"
_INNER: Final = {"Inner": True, "Outer": False}
_WAIT: Final = "5"
"""How long the service may wait for the others that keep blocks. The schema gives no unit, so it is
little in any."""


class LiftReason(StrEnum):
    """The contract's two words (PDL 4 kap. 5 § 1 and 2)."""

    CONSENT = "PatientsConsent"
    EMERGENCY = "Emergency"


@dataclass(frozen=True, slots=True)
class Standing:
    """A block that holds: of what a unit has written, or with no `unit` the whole provider; from
    `start` until `end`, either of which may be missing. `lifted` are the units that it is lifted
    for, and the only employee there, if it is for one."""

    id: str
    inner: bool
    provider: HsaId
    unit: HsaId | None
    start: datetime | None
    end: datetime | None
    lifted: tuple[tuple[HsaId, HsaId | None], ...]

    def is_lifted_for(self, who: Accessing) -> bool:
        return any(
            unit == who.place.unit and employee in (None, who.employee)
            for unit, employee in self.lifted
        )


def list_blocks(
    settings: Settings, _who: Accessing, subject: PersonId, *, now: datetime, correlation: str
) -> Inquiry[tuple[Standing, ...]]:
    """Every block of a person that holds now. Raises SourceFailed, also for a single one that
    cannot be read: a list with a gap would say that there are fewer. The contract does not ask who
    wants to know."""
    own = f"{{{LIST.namespace}}}"
    content = _request(LIST)
    put(content, f"{own}PatientId", subject.value)
    answer = yield from exchange(settings, LIST, content, correlation)
    said = only(answer, f"{own}BlockHeaderType")
    accept(only(said, f"{_T}Result"), f"{_T}ResultCode")
    return tuple(_standing(row, subject, now) for row in said.iterchildren(f"{_T}Blocks"))


def lift_block(
    settings: Settings,
    who: Accessing,
    _subject: PersonId,
    registration: Registration,
    *,
    block: str,
    reason: LiftReason,
    words: str | None = None,
    correlation: str,
) -> Inquiry[Registered]:
    """Lift one block for the employee, or for their unit. Raises SourceFailed.

    `words` is why, for the service to keep. The contract names the block and not the person.
    """
    own = f"{{{LIFT.namespace}}}"
    at = wall(registration.at)
    content = _request(LIFT)
    put(content, f"{own}TemporaryRevokeId", registration.id)
    put(content, f"{own}BlockId", block)
    put(content, f"{own}EndDate", wall(registration.valid_to))
    put(content, f"{own}RevokedForCareUnitId", who.place.unit.value)
    if registration.personal:
        put(content, f"{own}RevokedForEmployeeId", who.employee.value)
    action = put(content, f"{own}RegisterAction")
    for date, by in (("RequestDate", "RequestedBy"), ("RegistrationDate", "RegisteredBy")):
        put(action, f"{_T}{date}", at)
        put(put(action, f"{_T}{by}"), f"{_T}EmployeeId", who.employee.value)
    put(content, f"{own}RevokeReason", reason.value)
    if words is not None:
        put(content, f"{own}RevokeReasonText", words)
    put(content, f"{own}ReplicationTimeout", _WAIT)
    answer = yield from exchange(settings, LIFT, content, correlation)
    return registered(only(answer, f"{own}ResultType"), f"{_T}ResultCode")


def _standing(row: etree._Element, subject: PersonId, now: datetime) -> Standing:
    if text(only(row, f"{_T}PatientId")) != subject.value:
        raise SourceFailed(Cause.FOREIGN, "Blocks/PatientId: another person")
    inner = _INNER.get(text(only(row, f"{_T}BlockType")) or "")
    if inner is None:
        raise SourceFailed(Cause.UNREADABLE, "Blocks/BlockType: neither inner nor outer")
    named = text(only(row, f"{_T}BlockId"))
    if named is None:
        raise SourceFailed(Cause.UNREADABLE, "Blocks/BlockId: missing")
    unit = row.find(f"{_T}InformationCareUnitId")
    return Standing(
        id=named,
        inner=inner,
        provider=_hsa(only(row, f"{_T}InformationCareProviderId")),
        unit=None if unit is None else _hsa(unit),
        start=_moment(row.find(f"{_T}InformationStartDate")),
        end=_moment(row.find(f"{_T}InformationEndDate")),
        lifted=tuple(_lifted(row, now)),
    )


def _lifted(row: etree._Element, now: datetime) -> Iterator[tuple[HsaId, HsaId | None]]:
    for revoke in row.iterchildren(f"{_T}TemporaryRevokes"):
        until = _moment(only(revoke, f"{_T}EndDate"))
        if until is None or until <= now:
            continue
        employee = revoke.find(f"{_T}RevokedForEmployeeId")
        yield (
            _hsa(only(revoke, f"{_T}RevokedForCareUnitId")),
            None if employee is None else _hsa(employee),
        )


def _hsa(element: etree._Element) -> HsaId:
    try:
        return HsaId.parse(text(element) or "")
    except ValueError:
        raise SourceFailed(Cause.UNREADABLE, "Blocks: not an HSA-id") from None


def _moment(element: etree._Element | None) -> datetime | None:
    """None where there is none. Raises SourceFailed for what is no time."""
    if element is None:
        return None
    try:
        said = datetime.fromisoformat(text(element) or "")
    except ValueError:
        raise SourceFailed(Cause.UNREADABLE, "Blocks: not a time") from None
    return said if said.tzinfo else said.replace(tzinfo=STOCKHOLM)


def _request(contract: Contract) -> etree._Element:
    """The request has a name of its own here, which the soapAction and the response have not."""
    namespaces = {"m": contract.namespace, "core": contract.types}
    return etree.Element(f"{contract.request}Request", nsmap=namespaces)
