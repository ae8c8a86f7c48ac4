"""Units through GetHealthCareUnit 2.0 and GetUnit 5.0 (infrastructure:directory:organization).

The catalogue is asked about a unit and never about a person, so there is no patient in a request
and no Item in an answer. The first contract says who answers for the unit, the second where it is
and how it is reached. What is archived, feigned or outside its dates is not told of (rivta.md 7).
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Final, TypeAlias

from lxml import etree

from stodtjanster.catalogue import Entry, Hours
from stodtjanster.model import Cause, HsaId, Told
from stodtjanster.sources.kit.reading import Reading
from stodtjanster.sources.kit.rivta import BadRow, Contract, hsa_id, name, once, post
from stodtjanster.sources.kit.soap import body_of, open_message
from stodtjanster.sources.kit.source import Heard, Request, Response, SourceFailed
from stodtjanster.sources.kit.times import moment
from stodtjanster.sources.kit.xml import boolean, text, texts
from stodtjanster.sources.units.settings import Settings

_DOMAIN: Final = "infrastructure:directory:organization"
CARE_UNIT: Final = Contract(_DOMAIN, "GetHealthCareUnit", 2, f"urn:riv:{_DOMAIN}:2")
UNIT: Final = Contract(_DOMAIN, "GetUnit", 5, f"urn:riv:{_DOMAIN}:5")
CONTRACTS: Final = (CARE_UNIT, UNIT)
_MANY: Final = ("telephoneNumber", "surgeryHour", "telephoneHour")
_MAX_PHONE: Final = 32
_DAYS: Final = {str(day): day for day in range(1, 8)}
_MIDNIGHT: Final = "24:00"

LookUp: TypeAlias = Generator[Request, Response, Entry | None]


class Adapter:
    """The catalogue at one address."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def settings(self) -> Settings:
        return self._settings

    def look_up(self, unit: HsaId, *, at: datetime, correlation: str) -> LookUp:
        """What the catalogue says of a unit; None when it has no such unit today.

        Without an answer about the care provider the entry has no owner: where the unit is and how
        it is reached is worth having alone. Raises SourceFailed inside the conversation.
        """
        response = yield self._call(UNIT, "unitHsaId", unit, correlation)
        entry = read_unit(body_of(response), unit, at=at)
        if entry is None:
            return None
        try:
            response = yield self._call(CARE_UNIT, "healthCareUnitMemberHsaId", unit, correlation)
            return read_owner(body_of(response), entry)
        except SourceFailed:
            return entry

    def _call(self, contract: Contract, element: str, unit: HsaId, correlation: str) -> Request:
        content = contract.new_request()
        etree.SubElement(content, f"{{{contract.namespace}}}{element}").text = unit.value
        return post(
            self._settings.url.replace("{operation}", contract.operation).replace(
                "{major}", str(contract.major)
            ),
            contract,
            content,
            address=self._settings.logical_address,
            consumer=self._settings.consumer_hsa_id,
            correlation=correlation,
            actor=None,
        )


@dataclass(frozen=True, slots=True)
class Belonging:
    """The units that an answer is about (the unit, and what it is a member of), and who answers for
    them, as far as that is in force."""

    units: tuple[HsaId, ...]
    provider: HsaId | None = None
    owner: Told | None = None


def read_places(
    body: bytes, *, reading: Reading
) -> tuple[tuple[Entry, ...] | tuple[Belonging, ...], Heard]:
    """Either answer, whatever unit it is about, for whoever reads a file. Nobody was asked about,
    so nothing is reported. Raises SourceFailed."""
    content = open_message(body, UNIT.response, CARE_UNIT.response).content
    if content.tag == UNIT.response:
        entry = read_unit(body, None, at=reading.asked_at)
        return () if entry is None else (entry,), Heard()
    belonging = read_belonging(body, at=reading.asked_at)
    return () if belonging is None else (belonging,), Heard()


def read_unit(body: bytes, unit: HsaId | None, *, at: datetime) -> Entry | None:
    """A GetUnitResponse about `unit`, or about any. Raises SourceFailed: also when it is about
    another one."""
    row = _one(body, UNIT, "unit")
    if row is None:
        return None
    own = f"{{{UNIT.namespace}}}"
    fields = _fields(row, own, "unit")
    named = hsa_id(text(fields.get(f"{own}unitHsaId")))
    if named is None or (unit is not None and named != unit):
        raise SourceFailed(Cause.UNREADABLE, "unit/unitHsaId: not the unit asked for")
    if not _in_force(fields, own, "unit", at):
        return None
    called = name(text(fields.get(f"{own}publicName"))) or name(text(fields.get(f"{own}unitName")))
    if called is None:
        raise SourceFailed(Cause.UNREADABLE, "unit/publicName: missing")
    visited = texts(fields.get(f"{own}structuredVisitingAddress"))
    types = f"{{{UNIT.types}}}"
    return Entry(
        named,
        called,
        at,
        phone=_phone(row, own),
        street=_street(visited, types) or name(text(fields.get(f"{own}street"))),
        town=name(visited.get(f"{types}town")),
        open_hours=_hours(row, f"{own}surgeryHour", types),
        phone_hours=_hours(row, f"{own}telephoneHour", types),
    )


def read_owner(body: bytes, entry: Entry) -> Entry:
    """The entry with the care provider of a GetHealthCareUnitResponse. Raises SourceFailed."""
    found = read_belonging(body, at=entry.fetched_at)
    if found is None:
        return entry
    if entry.hsa_id not in found.units:
        raise SourceFailed(Cause.UNREADABLE, "healthCareUnit: not the unit asked for")
    return replace(entry, provider=found.provider, owner=found.owner)


def read_belonging(body: bytes, *, at: datetime) -> Belonging | None:
    """A GetHealthCareUnitResponse. Raises SourceFailed."""
    row = _one(body, CARE_UNIT, "healthCareUnit")
    if row is None:
        return None
    own = f"{{{CARE_UNIT.namespace}}}"
    fields = _fields(row, own, "healthCareUnit")
    named = (
        hsa_id(text(fields.get(f"{own}{each}HsaId")))
        for each in ("healthCareUnitMember", "healthCareUnit")
    )
    units = tuple(dict.fromkeys(each for each in named if each is not None))
    provider = "healthCareProvider"
    if not _in_force(fields, own, provider, at):
        return Belonging(units)
    called = (text(fields.get(f"{own}{provider}{each}")) for each in ("PublicName", "Name"))
    return Belonging(
        units,
        hsa_id(text(fields.get(f"{own}{provider}HsaId"))),
        next((told for each in called if (told := name(each))), None),
    )


def _one(body: bytes, contract: Contract, local: str) -> etree._Element | None:
    content = open_message(body, contract.response).content
    rows = list(content.iterchildren(f"{{{contract.namespace}}}{local}"))
    if len(rows) > 1:
        raise SourceFailed(Cause.UNREADABLE, f"{local}: more than one")
    return rows[0] if rows else None


def _fields(row: etree._Element, own: str, where: str) -> dict[str, etree._Element]:
    try:
        return once(row, where, own, *_MANY)
    except BadRow as bad:
        raise SourceFailed(Cause.UNREADABLE, str(bad)) from None


def _in_force(fields: Mapping[str, etree._Element], own: str, stem: str, at: datetime) -> bool:
    """Whether what `stem` names is real, not archived, and within its dates."""
    capital = stem[0].upper() + stem[1:]
    marks = (text(fields.get(f"{own}{mark}{capital}")) for mark in ("feigned", "archived"))
    if any(boolean(mark) for mark in marks):
        return False
    starts = moment(text(fields.get(f"{own}{stem}StartDate")))
    ends = moment(text(fields.get(f"{own}{stem}EndDate")))
    return (starts is None or starts <= at) and (ends is None or at < ends)


def _phone(row: etree._Element, own: str) -> str | None:
    """The first of the unit's own numbers, else that of its switchboard."""
    for local in ("telephoneNumber", "switchboardNumber"):
        for element in row.iterchildren(f"{own}{local}"):
            number = text(element)
            if number is not None and len(number) <= _MAX_PHONE:
                return number
    return None


def _street(visited: Mapping[str, str | None], types: str) -> Told | None:
    parts = (visited.get(f"{types}{each}") for each in ("street", "premisesNumber"))
    letter = (visited.get(f"{types}premisesLetter") or "").strip()
    return name(" ".join(part for part in parts if part) + (f" {letter}" if letter else ""))


def _hours(row: etree._Element, tag: str, types: str) -> tuple[Hours, ...]:
    """The hours that can be read: half a week is better than none, and the unit can be rung."""
    read = (_span(texts(element), types) for element in row.iterchildren(tag))
    return tuple(hours for hours in read if hours is not None)


def _span(written: Mapping[str, str | None], types: str) -> Hours | None:
    first = _DAYS.get((written.get(f"{types}fromDay") or "").strip())
    last = _DAYS.get((written.get(f"{types}toDay") or "").strip())
    opens = _clock(written.get(f"{types}fromTime"))
    closes = _clock(written.get(f"{types}toTime"))
    if first is None or last is None or opens is None or closes is None:
        return None
    return Hours(first, last, opens, closes, name(written.get(f"{types}comment")))


def _clock(written: str | None) -> time | None:
    """xs:time, in which midnight at the end of a day is 24:00:00."""
    stripped = (written or "").strip()
    try:
        clock = time() if stripped.startswith(_MIDNIGHT) else time.fromisoformat(stripped)
    except ValueError:
        return None
    # Hours are Swedish wall time, whatever zone a system may add.
    return clock.replace(tzinfo=None)
