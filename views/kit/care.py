"""Whom to turn to: vårdval and fasta kontakter."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from stodtjanster.catalogue import Unit, opening
from stodtjanster.information import (
    CareManager,
    CareManagerKind,
    Item,
    Listing,
    ListingKind,
    TelecomKind,
)
from stodtjanster.model import Answer, Need, Told
from views.kit.cards import Contact, Contacts, Reached
from views.kit.rows import Explainer
from views.kit.view import Scene
from views.kit.words import N_

LISTINGS: Final = Need(Listing, days_ahead=0)
MANAGERS: Final = Need(CareManager, days_ahead=0)
"""The same wherever they are shown, so that the next page finds them on the shelf."""

_MANAGERS: Mapping[CareManagerKind, str] = {
    CareManagerKind.SAMORDNANDE_VARDKONTAKT: N_("Fast vårdkontakt som samordnar allt"),
    CareManagerKind.VARDKONTAKT: N_("Fast vårdkontakt"),
    CareManagerKind.LAKARKONTAKT: N_("Fast läkarkontakt"),
    CareManagerKind.OMSORGSKONTAKT: N_("Fast omsorgskontakt"),
    CareManagerKind.UNKNOWN: N_("Fast kontakt"),
}
_LISTINGS: Mapping[ListingKind, str] = {
    ListingKind.DOCTORS_OFFICE: N_("Vårdval"),
    ListingKind.DOCTORS_TEAM: N_("Vårdval"),
    ListingKind.DOCTOR: N_("Vald läkare"),
    ListingKind.DISTRICT_NURSE: N_("Distriktssköterska"),
    ListingKind.CHILD_HEALTH: N_("Barnavårdscentral (BVC)"),
    ListingKind.ON_CALL: N_("Jourcentral"),
    ListingKind.UNKNOWN: N_("Vårdval"),
}


def contacts(
    listings: Answer[Listing], managers: Answer[CareManager], scene: Scene
) -> Contacts | None:
    """Fasta kontakter first, most important first, then vårdval."""
    if not listings.items and not managers.items:
        return None
    explain = Explainer.of(scene, listings, managers)
    chosen = (contact for _, contact in listed(listings, explain))
    fixed = (contact for _, contact in managing(managers, explain))
    return Contacts((*fixed, *chosen))


def listed(listings: Answer[Listing], explain: Explainer) -> Iterable[tuple[ListingKind, Contact]]:
    """Vårdval, and what else the person has chosen."""
    order = list(_LISTINGS)
    found = sorted(listings.items, key=lambda item: order.index(item.kind))
    return ((item.kind, _chosen(item, explain)) for item in found)


def managing(
    managers: Answer[CareManager], explain: Explainer
) -> Iterable[tuple[CareManagerKind, Contact]]:
    """Fasta kontakter, most important first. The members of one team are one contact."""
    order = list(_MANAGERS)
    teams: dict[object, list[CareManager]] = {}
    for manager in sorted(managers.items, key=lambda m: order.index(m.kind)):
        one = manager.origin.identity if manager.team_id is None else manager.team_id
        teams.setdefault((manager.kind, manager.origin.system, one), []).append(manager)
    return ((members[0].kind, _contact(members, explain)) for members in teams.values())


def _chosen(item: Listing, explain: Explainer) -> Contact:
    words = explain.scene.words
    unit = explain.scene.directory.of(item.origin)
    kind = Told(words.gettext(_LISTINGS[item.kind]), words.language)
    if item.kind is ListingKind.UNKNOWN and item.kind_text is not None:
        kind = item.kind_text
    place = item.unit or item.origin.unit_name or Told(unit.name)
    return Contact(
        kind=kind,
        mark=explain.mark(item),
        why=explain.why(item),
        name=item.name or place,
        unit=place if item.name else None,
        phone=unit.phone,
        opening=unit.opening,
        reached=reached_at(unit, explain.scene.situation.now),
    )


def _contact(members: list[CareManager], explain: Explainer) -> Contact:
    first = members[0]
    words = explain.scene.words
    unit = explain.scene.directory.of(first.origin)
    phones = (t.value for m in members for t in m.telecom if t.kind is TelecomKind.PHONE)
    kind = Told(words.gettext(_MANAGERS[first.kind]), words.language)
    if first.kind is CareManagerKind.UNKNOWN and first.kind_text is not None:
        kind = first.kind_text
    names = tuple(name for m in members if (name := _titled(m)) is not None)
    return Contact(
        kind=kind,
        mark=explain.mark(first),
        why=explain.why(first),
        name=names[0] if len(names) == 1 else first.team_name,
        unit=first.unit or first.origin.unit_name or Told(unit.name),
        phone=next(phones, None) or unit.phone,
        opening=unit.opening,
        reached=reached_at(unit, explain.scene.situation.now),
        team=names if len(names) > 1 else (),
    )


def unit_contact(
    item: Item, explain: Explainer, name: Told | None = None, unit: Unit | None = None
) -> Contact:
    """How to reach a unit, and who answers for it: the one that the item comes from, unless
    another is named."""
    unit = unit or explain.scene.directory.of(item.origin)
    name = name or item.origin.unit_name or Told(unit.name)
    return Contact(
        kind=name,
        mark=explain.mark(item),
        why=explain.why(item),
        name=name,
        unit=Told(unit.owner) if unit.owner != name.text else None,
        phone=unit.phone,
        opening=unit.opening,
        reached=reached_at(unit, explain.scene.situation.now),
    )


def reached_at(unit: Unit, now: datetime) -> Reached | None:
    """None where the national catalogue has not said anything of it."""
    if unit.as_of is None:
        return None
    return Reached(
        as_of=unit.as_of,
        address=unit.address,
        open_hours=unit.open_hours,
        phone_hours=unit.phone_hours,
        open_now=opening(unit.open_hours, now),
        phone_now=opening(unit.phone_hours, now),
    )


def _titled(manager: CareManager) -> Told | None:
    if manager.name is None or manager.qualification is None:
        return manager.name
    return Told(f"{manager.name.text}, {manager.qualification.text.lower()}", manager.name.lang)
