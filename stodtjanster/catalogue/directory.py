"""Names behind HSA-ids and source keys: from configuration, and over it from HSA."""

import re
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from stodtjanster.catalogue.entries import Entries
from stodtjanster.catalogue.entry import Entry, Hours
from stodtjanster.catalogue.phones import readable
from stodtjanster.model import HsaId, Origin, Outcome, Owner, Report, Side, Told

_NOBODY: Final[Mapping[str, HsaId]] = MappingProxyType({})
_HSA_ID: Final = re.compile(r"[A-Z]{2,6}\d{10}-[A-Z0-9]{1,20}")
"""Country or test prefix, organisation number and suffix (HSA). Other keys are the portal's own."""


class Naming(StrEnum):
    """What stands behind a report is called by its unit, by who answers for that, or only by the
    source that we ask about everybody."""

    UNIT = "unit"
    OWNER = "owner"
    SOURCE = "source"


class OwnerKind(StrEnum):
    """Huvudman, in the words of the screen. OWN is the person themself."""

    REGION = "region"
    KOMMUN = "kommun"
    OTHER = "other"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Unit:
    """`key` is an HSA-id, a system's logical address or the key of a configured source.

    `owner` is who answers for it ("Region Nordmark"); `opening` is the unit's own text. `as_of` is
    when the national catalogue said how it is found and reached, and None when it has not: it is
    told wherever that is shown, since it may be old. `side` is which side of SVOD the unit is, or
    all that comes from the source; `available_svod` is said of sources, and `plain` of units: their
    name tells nothing of what anybody is treated for.
    """

    key: str
    name: str
    owner: str
    kind: OwnerKind = OwnerKind.OTHER
    phone: str | None = None
    opening: Told | None = None
    address: Told | None = None
    open_hours: tuple[Hours, ...] = ()
    phone_hours: tuple[Hours, ...] = ()
    as_of: datetime | None = None
    side: Side | None = None
    available_svod: bool = False
    plain: bool = False

    def unplaced(self) -> "Unit":
        """The unit without how it is found and reached."""
        return Unit(self.key, self.name, self.owner, self.kind)


class Directory:
    """Look-ups that never fail and never wait: what nobody has named is called by what the source
    said.

    `entries` is what the national catalogue has said, if it is asked. `providers` are those that
    configuration knows, by the name with which they answer for units.
    """

    def __init__(
        self,
        units: Iterable[Unit],
        entries: Entries | None = None,
        providers: Mapping[str, HsaId] = _NOBODY,
    ) -> None:
        self.providers = providers
        self._units = {unit.key.upper(): unit for unit in units}
        self._entries = entries
        self._discreet = False
        self._naming = Naming.UNIT

    def discreetly(self) -> "Directory":
        """The same, for pages about somebody whose identity is protected or may be: no unit that
        they go to tells where it is. Who answers for a source can still be rung."""
        other = copy(self)
        other._discreet = True
        return other

    def naming(self, naming: Naming) -> "Directory":
        """The same, for readers who are not to know of every report which unit is behind it: the
        national index says where there is something about a person, and a unit's name may tell
        what it is (SVOD 2 kap. 4 §)."""
        other = copy(self)
        other._naming = naming
        return other

    def find(self, key: str) -> Unit | None:
        unit = self._find(key)
        return unit.unplaced() if unit is not None and self._discreet else unit

    def behind(self, report: Report) -> Unit:
        """Who a report speaks of: the system if it is known, else the source that was asked."""
        unit, source = self._find(report.system), self._find(report.source)
        # What was never tried is lacking for everybody, and says nothing of the person.
        untried = report.outcome is Outcome.NOT_ASKED and report.tried_at is None
        if self._naming is Naming.UNIT or untried:
            return unit or source or Unit(report.system, report.system, report.system)
        head = self._head(unit) if unit is not None and self._naming is Naming.OWNER else None
        return head or source or Unit(report.source, report.source, report.source)

    def _head(self, unit: Unit) -> Unit | None:
        """Who answers for a unit, if configuration knows them: else the unit may be called so."""
        provider = self.providers.get(unit.owner)
        return self._find(provider.value) if provider else None

    def named(self, words: Iterable[str]) -> tuple[Unit, ...]:
        """Units of our configuration that can be rung, in whose name, or that of who answers for
        them, every word stands; in the order of their names. Without words nobody is found."""
        wanted = [word.casefold() for word in words]
        units = (self.find(key) for key in self._units if wanted and _HSA_ID.fullmatch(key))
        found = [
            unit
            for unit in units
            if unit is not None and unit.phone is not None
            if all(word in f"{unit.name} {unit.owner}".casefold() for word in wanted)
        ]
        return tuple(sorted(found, key=lambda unit: (unit.name.casefold(), unit.key)))

    def of(self, origin: Origin) -> Unit:
        """Who an item comes from: its unit, else its provider, its system or its source."""
        provider = origin.care_provider.value if origin.care_provider else ""
        unit = origin.care_unit.value if origin.care_unit else ""
        for key in (unit, provider, origin.system, origin.source):
            found = self.find(key)
            if found is not None:
                return found
        name = origin.unit_name.text if origin.unit_name else origin.system
        return Unit(origin.system, name, name)

    def provider(self, origin: Origin) -> HsaId | None:
        """Who answers for an item, when the item says it or we know whose its unit is."""
        return origin.care_provider or self.providers.get(self.of(origin).owner)

    def owner(self, origin: Origin) -> Owner:
        """What the rules for staff want to know of who answers for an item: configuration's word
        only, since what is opened to others rests on it."""
        unit = self._units.get(origin.care_unit.value) if origin.care_unit else None
        source = self._units.get(origin.source.upper())
        return Owner(
            self.provider(origin),
            unit.side if unit is not None and unit.side else source.side if source else None,
            available_svod=source is not None and source.available_svod,
            sensitive=unit is None or not unit.plain,
        )

    def _find(self, key: str) -> Unit | None:
        key = key.upper()
        configured = self._units.get(key)
        if self._entries is None or not _HSA_ID.fullmatch(key):
            return configured
        entry = self._entries.get(HsaId(key))
        return configured if entry is None else self._told(entry, configured)

    def _told(self, entry: Entry, configured: Unit | None) -> Unit:
        """The catalogue's word, and below it configuration's. Who answers for the unit is named as
        configuration names them, so that they have one name on the page."""
        provider = self._units.get(entry.provider.value) if entry.provider else None
        known = configured or provider
        parts = (part.text for part in (entry.street, entry.town) if part is not None)
        address = Told.maybe(", ".join(parts))
        reached = entry.phone or address or entry.open_hours or entry.phone_hours
        return Unit(
            key=entry.hsa_id.value,
            name=entry.name.text,
            owner=known.owner if known is not None else (entry.owner or entry.name).text,
            kind=known.kind if known is not None else OwnerKind.OTHER,
            phone=_phone(entry, configured),
            opening=configured.opening if configured and not entry.open_hours else None,
            address=address,
            open_hours=entry.open_hours,
            phone_hours=entry.phone_hours,
            as_of=entry.fetched_at if reached else None,
        )


def _phone(entry: Entry, configured: Unit | None) -> str | None:
    if entry.phone is not None:
        return readable(entry.phone)
    return configured.phone if configured is not None else None
