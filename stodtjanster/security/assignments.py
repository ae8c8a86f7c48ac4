"""Uppdrag: GetCredentialsForPersonIncludingProtectedPerson 2.2
(infrastructure:directory:authorizationmanagement), HSA's word on what an employee works in.

HSLF-FS 2016:40 4 kap. 3 §: what somebody may read rests on an assignment that is in force. An
answer is read as it stands; one commission that cannot be read is refused alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from lxml import etree

from stodtjanster.model import Cause, HsaId, Place, Side
from stodtjanster.security.kit import Inquiry, Settings, exchange, only, put
from stodtjanster.sources.kit.rivta import Contract
from stodtjanster.sources.kit.source import SourceFailed
from stodtjanster.sources.kit.times import moment
from stodtjanster.sources.kit.xml import boolean, text

_DOMAIN: Final = "infrastructure:directory:authorizationmanagement"
_TYPES: Final = f"urn:riv:{_DOMAIN}:2"
CREDENTIALS: Final = Contract(_DOMAIN, "GetCredentialsForPersonIncludingProtectedPerson", 2, _TYPES)
_OWN: Final = f"{{{CREDENTIALS.namespace}}}"
_T: Final = f"{{{_TYPES}}}"
_LONGEST: Final = 200
_FEIGNED: Final = ("feignedCommission", "feignedHealthCareUnit", "feignedHealthCareProvider")
_ARCHIVED: Final = ("archivedHealthCareUnit", "archivedHealthCareProvider")
_STARTS: Final = ("healthCareUnitStartDate", "healthCareProviderStartDate")
_ENDS: Final = ("healthCareUnitEndDate", "healthCareProviderEndDate")


class Unusable(StrEnum):
    """Why an assignment cannot be worked in."""

    FEIGNED = "feigned"
    """A test object of HSA."""
    ARCHIVED = "archived"
    NOT_BEGUN = "not-begun"
    EXPIRED = "expired"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Assignment:
    """A medarbetaruppdrag, in HSA's words; a right is `Aktivitet;Informationstyp;Omfång`.

    One that hangs directly on the provider has the provider as its unit. `starts` and `ends` are
    aware, `ends` exclusive; None has no end there. HSA says neither the side of SVOD nor the role
    of the decision rules that it `works_as`: whoever offers the assignment adds them.
    """

    id: HsaId
    name: str
    purpose: str
    rights: tuple[str, ...]
    place: Place
    unit_name: str
    provider_name: str
    starts: datetime | None = None
    ends: datetime | None = None
    side: Side | None = None
    works_as: str = ""

    def flaw(self, now: datetime) -> Unusable | None:
        """Why it is not in force, or None."""
        if self.starts is not None and now < self.starts:
            return Unusable.NOT_BEGUN
        if self.ends is not None and now >= self.ends:
            return Unusable.EXPIRED
        return None


@dataclass(frozen=True, slots=True)
class Credentials:
    """What HSA has of one employee at `now`. `refused` are the reasons of what cannot be chosen;
    `system_roles` are `System;Roll`, as the identity provider writes them; `licences` are the
    legitimerade yrken, in HSA's words ("Sjuksköterska")."""

    assignments: tuple[Assignment, ...] = ()
    refused: tuple[Unusable, ...] = ()
    system_roles: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()


def credentials_of(
    settings: Settings, employee: HsaId, *, now: datetime, correlation: str
) -> Inquiry[Credentials]:
    """What the employee may work in now; nothing when HSA does not know them. Raises SourceFailed.

    An answer about somebody else, in any part, says nothing at all.
    """
    content = CREDENTIALS.new_request()
    put(content, f"{_OWN}personHsaId", employee.value)
    put(content, f"{_OWN}includeFeignedObject", "false")
    answer = yield from exchange(settings, CREDENTIALS, content, correlation)
    found = [*answer.iterchildren(f"{_OWN}credentialInformation")]
    for each in found:
        if _hsa(each, "personHsaId") != employee:
            raise SourceFailed(Cause.FOREIGN, "credentialInformation/personHsaId: another")
    read = [said for each in found for said in _commissions(each, now)]
    chosen = {said.id: said for said in read if isinstance(said, Assignment)}
    return Credentials(
        tuple(chosen.values()),
        tuple(said for said in read if isinstance(said, Unusable)),
        tuple(dict.fromkeys(role for each in found for role in _roles(each))),
        tuple(dict.fromkeys(said for each in found for said in _licences(each))),
    )


def _commissions(person: etree._Element, now: datetime) -> Iterator[Assignment | Unusable]:
    for commission in person.iterchildren(f"{_T}commission"):
        try:
            if _flag(person, "feignedPerson") or any(_flag(commission, f) for f in _FEIGNED):
                yield Unusable.FEIGNED
            elif any(_flag(commission, name) for name in _ARCHIVED):
                yield Unusable.ARCHIVED
            else:
                read = _assignment(commission)
                yield read.flaw(now) or read
        except SourceFailed:
            yield Unusable.UNREADABLE


def _assignment(said: etree._Element) -> Assignment:
    """Raises SourceFailed."""
    provider = _hsa(said, "healthCareProviderHsaId")
    provider_name = _word(said, "healthCareProviderName")
    has_unit = said.find(f"{_T}healthCareUnitHsaId") is not None
    return Assignment(
        id=_hsa(said, "commissionHsaId"),
        name=_word(said, "commissionName"),
        purpose=_word(said, "commissionPurpose"),
        rights=tuple(_right(each) for each in said.iterchildren(f"{_T}commissionRight")),
        place=Place(provider, _hsa(said, "healthCareUnitHsaId") if has_unit else provider),
        unit_name=_word(said, "healthCareUnitName") if has_unit else provider_name,
        provider_name=provider_name,
        starts=max(_times(said, _STARTS), default=None),
        ends=min(_times(said, _ENDS), default=None),
    )


def _right(said: etree._Element) -> str:
    return ";".join(_word(said, name) for name in ("activity", "informationClass", "scope"))


def _roles(person: etree._Element) -> Iterator[str]:
    """Raises SourceFailed: half a role may be another."""
    for role in person.iterchildren(f"{_T}hsaSystemRole"):
        yield f"{_word(role, 'systemId')};{_word(role, 'role')}"


def _licences(person: etree._Element) -> Iterator[str]:
    """One that cannot be read gives nothing, and takes nothing from the others."""
    for licence in person.iterchildren(f"{_T}healthCareProfessionalLicence"):
        said = (text(licence) or "").strip()
        if _is_short_line(said):
            yield said


def _word(parent: etree._Element, name: str) -> str:
    """A short line that can stand on a page and in the log. Raises SourceFailed."""
    said = (text(only(parent, f"{_T}{name}")) or "").strip()
    if not _is_short_line(said):
        raise SourceFailed(Cause.UNREADABLE, f"{name}: no word")
    return said


def _is_short_line(said: str) -> bool:
    return 0 < len(said) <= _LONGEST and said.isprintable()


def _hsa(parent: etree._Element, name: str) -> HsaId:
    try:
        return HsaId.parse(_word(parent, name))
    except ValueError:
        raise SourceFailed(Cause.UNREADABLE, f"{name}: no HSA-id") from None


def _flag(parent: etree._Element, name: str) -> bool:
    """False when it is absent. Raises SourceFailed."""
    said = [boolean(each.text) for each in parent.iterchildren(f"{_T}{name}")]
    if None in said:
        raise SourceFailed(Cause.UNREADABLE, f"{name}: not a boolean")
    return any(said)


def _times(parent: etree._Element, names: tuple[str, ...]) -> list[datetime]:
    """Raises SourceFailed: an end that cannot be read may have been."""
    found = [moment(each.text) for n in names for each in parent.iterchildren(f"{_T}{n}")]
    times = [each for each in found if each is not None]
    if len(times) != len(found):
        raise SourceFailed(Cause.UNREADABLE, "a date that is none")
    return times
