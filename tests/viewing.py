"""What a view is given, made by hand: a directory, a scene, items and reports."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from stodtjanster.catalogue import Directory, OwnerKind, Unit
from stodtjanster.information import (
    Agreement,
    Appointment,
    CareContact,
    CareContactKind,
    CareContactStatus,
    CareManager,
    CareManagerKind,
    CarePlan,
    CarePlanKind,
    CareService,
    Item,
    Listing,
    ListingKind,
    Party,
)
from stodtjanster.model import (
    STOCKHOLM,
    Actor,
    ActorKind,
    Answer,
    Cause,
    Origin,
    Outcome,
    PersonId,
    Protection,
    Report,
    Situation,
    Subject,
    Timed,
    Told,
    When,
)
from views.kit.view import Asked, Scene

BIRGITTA = PersonId.parse("190001019801")
NOW = datetime(2026, 11, 20, 14, 10, tzinfo=STOCKHOLM)
TODAY = NOW.date()

REGION, OTHER_REGION, TOWN = "SE-NORD", "SE-SYD", "SE-SJO"
DIRECTORY = Directory(
    [
        Unit(REGION, "Nordmarks sjukhus", "Region Nordmark", OwnerKind.REGION, "0980-319 201"),
        Unit(OTHER_REGION, "Sydkusts sjukhus", "Region Sydkust", OwnerKind.REGION),
        Unit(TOWN, "Hemtjänsten", "Sjöviks kommun", OwnerKind.KOMMUN, "0980-319 220"),
        Unit("ntjp", "regionerna", "regionerna", OwnerKind.REGION),
    ]
)


class Swedish:
    """The source language: every text is what it is."""

    language = "sv"

    def gettext(self, message: str) -> str:
        return message

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return singular if n == 1 else plural


def scene(now: datetime = NOW, *, protected: Protection = Protection.NONE, **more: Any) -> Scene:
    """`more` are fields of the scene itself."""
    actor = Actor(ActorKind.CITIZEN, BIRGITTA, "loa3")
    subject = Subject(BIRGITTA, protected=protected)
    known = {"directory": DIRECTORY} | more
    return Scene(Situation(actor, subject, "sv", now), Swedish(), **known)


def asked(item: str | None = None, **choices: str) -> Asked:
    return Asked(item, MappingProxyType(choices))


def at(days: int, clock: str = "09.00", *, minutes: int | None = 30) -> Timed:
    hour, minute = clock.split(".")
    day = TODAY + timedelta(days=days)
    start = datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=STOCKHOLM)
    return Timed(start, None if minutes is None else start + timedelta(minutes=minutes))


def day(days: int) -> date:
    return TODAY + timedelta(days=days)


def origin(system: str, record: str) -> Origin:
    return Origin("test", system, record, "test", NOW, approved_for_patient=True)


def _whose(system: str, record: str) -> dict[str, Any]:
    return {"subject": BIRGITTA, "origin": origin(system, record)}


def booking(
    when: When, record: str = "1", *, system: str = REGION, title: str = "Besök", **more: Any
) -> Appointment:
    return Appointment(**_whose(system, record), when=when, title=Told(title), **more)


def hospital_stay(
    when: When,
    record: str = "stay",
    *,
    status: CareContactStatus = CareContactStatus.ONGOING,
    **more: Any,
) -> CareContact:
    return CareContact(
        **_whose(REGION, record), kind=CareContactKind.STAY, status=status, when=when, **more
    )


def manager(
    name: str | None,
    kind: CareManagerKind = CareManagerKind.VARDKONTAKT,
    *,
    record: str | None = None,
    system: str = REGION,
    **more: Any,
) -> CareManager:
    return CareManager(
        **_whose(system, record or name or "1"),
        kind=kind,
        name=Told(name) if name else None,
        **more,
    )


def listing(kind: ListingKind, unit: str, **more: Any) -> Listing:
    return Listing(**_whose(REGION, f"{kind}{unit}"), kind=kind, unit=Told(unit), **more)


def plan(
    record: str, *, parents: Iterable[str] = (), children: Iterable[str] = (), **more: Any
) -> CarePlan:
    """A plan whose only key is its record's name."""
    return CarePlan(
        **_whose(REGION, record),
        **({"kind": CarePlanKind.VP, "title": Told(record)} | more),
        keys=frozenset({record}),
        parents=tuple(parents),
        children=tuple(children),
    )


def agreement(text: str, party: Party = Party.CARE, **more: Any) -> Agreement:
    return Agreement(**_whose(TOWN, text), text=Told(text), party=party, **more)


def service(name: str, **more: Any) -> CareService:
    return CareService(**_whose(TOWN, name), name=Told(name), **more)


def report(
    outcome: Outcome = Outcome.DATA_FROM_SOURCE,
    cause: Cause | None = None,
    *,
    system: str = REGION,
    information: type[Item] = Appointment,
    source: str = "ntjp",
    **more: Any,
) -> Report:
    return Report(source, system, information.key, outcome, NOW, cause=cause, **more)


FAILED = report(Outcome.NO_DATA_SYNCH_FAILED, Cause.TIMEOUT, system=OTHER_REGION)
PENDING = report(Outcome.PENDING, system=TOWN)


def answer(*items: Item, reports: Iterable[Report] | None = None) -> Answer[Any]:
    """Items, and by default one source that answered in full."""
    return Answer(items, (report(),) if reports is None else tuple(reports))


KEPT: dict[str, Answer[Any]] = {"own": Answer(), "notes": Answer()}
"""What the person has put in themself, where nothing of the kind is set up."""
