"""Everybody whom one can turn to, and what each of them is for."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from stodtjanster.catalogue import Unit
from stodtjanster.information import (
    Appointment,
    CareContact,
    CareContactStatus,
    CareManager,
    CareManagerKind,
    CareService,
    Item,
    Listing,
    ListingKind,
)
from stodtjanster.model import Answer, HsaId, Told
from views.kit.actions import event_href
from views.kit.cards import Contact
from views.kit.care import listed, managing, unit_contact
from views.kit.matters import Way
from views.kit.notices import Mark
from views.kit.rows import Explainer, in_order, span, unit_of
from views.kit.view import Scene
from views.kit.words import N_

_MANAGERS: Final[Mapping[CareManagerKind, Way]] = {
    CareManagerKind.SAMORDNANDE_VARDKONTAKT: Way.COORDINATOR,
    CareManagerKind.VARDKONTAKT: Way.CARE_CONTACT,
    CareManagerKind.LAKARKONTAKT: Way.DOCTOR,
    CareManagerKind.OMSORGSKONTAKT: Way.HOME_CARE_CONTACT,
}
_LISTINGS: Final[Mapping[ListingKind, Way]] = {
    ListingKind.DOCTORS_OFFICE: Way.HEALTH_CENTRE,
    ListingKind.DOCTORS_TEAM: Way.HEALTH_CENTRE,
    ListingKind.DISTRICT_NURSE: Way.HEALTH_CENTRE,
    ListingKind.DOCTOR: Way.DOCTOR,
}


@dataclass(frozen=True, slots=True)
class Coming:
    """The next time somewhere."""

    href: str
    day: date
    start: datetime | None


@dataclass(frozen=True, slots=True)
class Turn:
    """Somebody to turn to. `gives` is what they give the person, or have decided; `ways` what kind
    of contact they are."""

    contact: Contact
    ways: frozenset[Way]
    gives: tuple[Told, ...] = ()
    coming: Coming | None = None

    @property
    def texts(self) -> Iterator[str]:
        """All by which they may be looked for."""
        contact = self.contact
        for told in (contact.kind, contact.name, contact.unit, *contact.team, *self.gives):
            if told is not None:
                yield told.text


@dataclass(frozen=True, slots=True)
class Turns:
    """In the order of the page: whoever holds the care together, who decides, and who gives it."""

    people: tuple[Turn, ...]
    handlers: tuple[Turn, ...]
    units: tuple[Turn, ...]

    @property
    def all(self) -> tuple[Turn, ...]:
        return (*self.people, *self.handlers, *self.units)


def turns(
    booked: Answer[Appointment],
    visits: Answer[CareContact],
    listings: Answer[Listing],
    managers: Answer[CareManager],
    services: Answer[CareService],
    scene: Scene,
) -> Turns:
    explain = Explainer.of(scene, booked, visits, listings, managers, services)
    fixed = (_turn(contact, _MANAGERS.get(kind)) for kind, contact in managing(managers, explain))
    chosen = (_turn(contact, _LISTINGS.get(kind)) for kind, contact in listed(listings, explain))
    return Turns(
        people=(*fixed, *chosen),
        handlers=tuple(_handlers(services, explain)),
        units=_units(booked, visits, services, explain),
    )


def _turn(contact: Contact, way: Way | None) -> Turn:
    return Turn(contact, frozenset({way} if way else ()))


def _handlers(services: Answer[CareService], explain: Explainer) -> Iterator[Turn]:
    """One for each person, with all that they have handled. Where they work is not told: the unit
    that an item comes from gives the service, and knows nothing of the decision."""
    words = explain.scene.words
    directory = explain.scene.directory
    kind = Told(words.gettext(N_("Handläggare")), words.language)
    groups: dict[tuple[str, str], list[CareService]] = {}
    for item in services.items:
        if item.handler is not None:
            groups.setdefault((item.origin.system, item.handler.text), []).append(item)
    for items in groups.values():
        first = items[0]
        provider = first.origin.care_provider
        above = directory.find(provider.value) if provider is not None else None
        phones = (*(item.phone for item in items), above.phone if above is not None else None)
        contact = Contact(
            kind=kind,
            mark=explain.mark(first),
            why=explain.why(first),
            name=first.handler,
            unit=first.authority or Told(directory.of(first.origin).owner),
            phone=next((phone for phone in phones if phone), None),
        )
        yield Turn(contact, frozenset({Way.HANDLER}), _different(item.name for item in items))


@dataclass(slots=True)
class _Unit:
    """What is gathered of one unit."""

    contact: Contact
    ways: set[Way]
    gives: list[Told]
    coming: Coming | None = None


class _Units:
    """Units by their id, else by their name and who answers for them: two regions may each have
    one of that name, and one may be called by two names."""

    def __init__(self, explain: Explainer) -> None:
        self._explain = explain
        self._known: dict[str, _Unit] = {}

    def of(self, item: Item, unit: HsaId | None, name: Told, another: Unit | None = None) -> _Unit:
        """The unit of that id or name: the one that the item comes from, or another."""
        owner = self._explain.scene.directory.of(item.origin)
        key = unit.value if unit is not None else f"{name.text}\x1f{owner.owner}".casefold()
        if key not in self._known:
            contact = unit_contact(item, self._explain, name, another)
            self._known[key] = _Unit(contact, {Way.PLANNED}, [])
        return self._known[key]

    def turns(self) -> tuple[Turn, ...]:
        """In the order in which they were met, those where somebody is to come first."""
        met = sorted(self._known.values(), key=lambda unit: unit.coming is None)
        return tuple(
            Turn(unit.contact, frozenset(unit.ways), _different(unit.gives), unit.coming)
            for unit in met
        )


def _units(
    booked: Answer[Appointment],
    visits: Answer[CareContact],
    services: Answer[CareService],
    explain: Explainer,
) -> tuple[Turn, ...]:
    """Where something is booked, goes on, has been or is decided."""
    scene = explain.scene
    units = _Units(explain)

    def where(item: Appointment | CareContact) -> _Unit | None:
        name = unit_of(item, scene)
        return units.of(item, item.origin.care_unit, name) if name is not None else None

    for item in in_order(booked.items, scene.situation.now):
        if (unit := where(item)) is not None:
            unit.coming = unit.coming or _coming(item, scene)
    for item in booked.items:
        if (unit := where(item)) is not None:
            unit.gives += [item.title] if item.title else []
            unit.ways |= {Way.CLINIC} if explain.mark(item) is Mark.REGION else set()
    for visit in visits.items:
        if visit.status is not CareContactStatus.CANCELLED:
            where(visit)
    for service in services.items:
        performer = _performer(service, scene)
        if performer is not None:
            units.of(service, *performer).gives.append(service.name)
    return units.turns()


def _performer(item: CareService, scene: Scene) -> tuple[HsaId | None, Told, Unit] | None:
    """Who gives a service. The unit that an item comes from is the performer's where it has the
    performer's name. Where only a name is told, nobody knows how to reach them."""
    key = item.performer_unit
    if key is None and item.performer is not None and item.performer == item.origin.unit_name:
        key = item.origin.care_unit
    found = scene.directory.find(key.value) if key is not None else None
    name = item.performer or (Told(found.name) if found is not None else None)
    if name is None:
        return None
    owner = scene.directory.of(item.origin)
    return key, name, found or Unit("", name.text, owner.owner, owner.kind)


def _coming(item: Appointment, scene: Scene) -> Coming | None:
    when = span(item)
    return Coming(event_href(scene, item.origin), when[0], when[1]) if when else None


def _different(texts: Iterable[Told]) -> tuple[Told, ...]:
    return tuple({told.text.casefold(): told for told in texts}.values())
