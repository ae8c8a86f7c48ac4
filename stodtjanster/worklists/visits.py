"""Appointments of one unit as visits: one for each person who is to come, or to be met.

R4: hl7.org/fhir/R4/appointment.html; R5's other names are read as well. What the search asked for
is looked for again in every row: that the unit is ours, that the time is within, and whose it is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from stodtjanster.model import Cause, HsaId, PersonId, PersonIdKind, Timed, Told
from stodtjanster.sources.kit import identifiers
from stodtjanster.sources.kit.fhir import bundle
from stodtjanster.sources.kit.fhir.appointments import appointment
from stodtjanster.sources.kit.fhir.scope import UNITS, Scope, identity, labels, persons, title
from stodtjanster.sources.kit.fhir.values import (
    SHAPE_ERRORS,
    Foreign,
    Json,
    SetAside,
    Unreadable,
    as_list,
)


class Status(StrEnum):
    """What has become of a visit."""

    BOOKED = "booked"
    UNCONFIRMED = "unconfirmed"
    """Somebody has not answered yet."""
    ARRIVED = "arrived"
    DONE = "done"
    DECLINED = "declined"
    """The person has said that they will not be there; the time stands until the unit acts."""


_STATUSES: Final = {
    "booked": Status.BOOKED,
    "pending": Status.UNCONFIRMED,
    "arrived": Status.ARRIVED,
    "checked-in": Status.ARRIVED,
    "fulfilled": Status.DONE,
}
ASKED: Final = ",".join(_STATUSES)


@dataclass(frozen=True, slots=True)
class Visit:
    """`name` is what the source calls the person, if it does. `at` is aware. `protected`: a label
    of the source says that the person has protected personal data. `record` is its identity in the
    source: a time for several is one visit for each of them."""

    person: PersonId
    name: Told | None
    at: Timed
    what: Told | None
    status: Status
    protected: bool
    record: str


@dataclass(frozen=True, slots=True)
class Visits:
    """What a source said of a unit, in the order of time.

    `lost` counts rows that could not be read, or had nobody whose number could be. `cause` is
    PARTIAL when more exists than came, FOREIGN when the source gave what is another unit's.
    """

    rows: tuple[Visit, ...] = ()
    lost: int = 0
    cause: Cause | None = None

    @property
    def complete(self) -> bool:
        """Only then may anyone say that nobody is to come."""
        return self.lost == 0 and self.cause is None


@dataclass(frozen=True, slots=True)
class Sought:
    """What was asked for: `start` is aware and included, `end` is aware and not. `units` are the
    references, as `Type/<id>`, that the source itself said to mean the unit."""

    unit: HsaId
    start: datetime
    end: datetime
    units: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Found:
    rows: list[Visit] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    lost: int = 0
    foreign: bool = False
    partial: bool = False


def read(pages: Iterable[bundle.Page], scope: Scope, sought: Sought, *, cut: bool) -> Visits:
    """`scope.beside` holds what came along on all the pages. `cut`: pages are missing."""
    found = _Found(partial=cut)
    for page in pages:
        for entry in page.entries:
            try:
                _take(entry, page.wary, scope, sought, found)
            except Foreign:
                found.foreign = True
            except SetAside:
                continue
            except SHAPE_ERRORS:
                found.lost += 1
    cause = Cause.PARTIAL if found.partial else None
    rows = sorted(found.rows, key=lambda visit: visit.at.start)
    return Visits(tuple(rows), found.lost, Cause.FOREIGN if found.foreign else cause)


def people(pages: Iterable[bundle.Page], scope: Scope) -> Iterator[str]:
    """The references to people in the rows, as `Patient/<id>`, where they lead into the source."""
    for page in pages:
        for entry in page.entries:
            try:
                if not _is_row(entry):
                    continue
                for actor, _ in _invited(entry["resource"], scope):
                    if isinstance(actor.get("reference"), str):
                        yield scope.relative(actor["reference"])
            except SHAPE_ERRORS:
                continue


def _take(entry: Any, wary: bool, scope: Scope, sought: Sought, found: _Found) -> None:
    """Raises Foreign, SetAside, or one of SHAPE_ERRORS."""
    resource = entry["resource"]
    if resource["resourceType"] == "OperationOutcome":
        found.partial = found.partial or bundle.warns(resource)
        return
    if not _is_row(entry):
        return
    record = identity(resource)
    if record in found.seen:
        return
    found.seen.add(record)
    suspect = wary or "implicitRules" in resource or "contained" in resource
    if suspect and bundle.hazard(resource) is not None:
        raise Unreadable("an element that changes the meaning")
    status, at, what = _visit(resource, record, scope)
    _require_unit(resource, scope, sought)
    if not sought.start <= at.start < sought.end:
        raise SetAside("at another time")
    hidden = labels(resource).protected
    visits: dict[PersonId, Visit] = {}
    for actor, declined in _invited(resource, scope):
        try:
            person = _number(actor, resource, scope)
            target = scope.resolve(actor, resource)
            called = actor.get("display") if target is None else title(target)
            visits[person] = Visit(
                person=person,
                name=scope.told(called, resource),
                at=at,
                what=what,
                status=Status.DECLINED if declined else status,
                protected=hidden or (target is not None and labels(target).protected),
                record=record,
            )
        except SHAPE_ERRORS:
            found.lost += 1
    found.rows += visits.values()


def _is_row(entry: Any) -> bool:
    """Whether it is one of those searched for, and none that came along."""
    mode = entry["search"].get("mode") if "search" in entry else None
    is_one: bool = entry["resource"]["resourceType"] == "Appointment"
    if mode == "match" and not is_one:
        raise Unreadable("not of the kind that was asked for")
    return is_one and mode in (None, "match")


def _visit(resource: Json, record: str, scope: Scope) -> tuple[Status, Timed, Told | None]:
    """When and what it is, as the persons themselves are told."""
    (told,) = appointment(resource, record, labels(resource), scope)
    status = _STATUSES.get(resource["status"])
    if status is None or not isinstance(told.when, Timed):
        raise SetAside("not a booked time")
    return status, told.when, told.title


def _require_unit(resource: Json, scope: Scope, sought: Sought) -> None:
    """Raises Foreign for another unit's, and Unreadable when no unit can be told."""
    others = bool(sought.units)
    for actor, _ in _actors(resource):
        text = actor.get("reference")
        if isinstance(text, str) and scope.relative(text) in sought.units:
            return
        meant = scope.meant(actor, resource)
        numbers = as_list(actor.get("identifier"))
        if meant.target is not None:
            numbers = [*numbers, *as_list(meant.target.get("identifier"))]
        said = [identifiers.hsa(one.get("system"), one.get("value")) for one in numbers]
        if sought.unit in said:
            return
        others = others or (meant.kind in UNITS and any(said))
    if others:
        raise Foreign
    raise Unreadable("the unit could not be confirmed")


def _actors(resource: Json) -> Iterator[tuple[Json, bool]]:
    """Who takes part, each with whether they have declined. R5 has a subject beside them."""
    for subject in as_list(resource.get("subject")):
        yield subject, False
    for one in as_list(resource.get("participant")):
        if "actor" in one:
            yield one["actor"], one.get("status") == "declined"


def _invited(resource: Json, scope: Scope) -> Iterator[tuple[Json, bool]]:
    """The persons among them."""
    return (each for each in _actors(resource) if scope.kind(each[0], resource) == "Patient")


def _number(actor: Json, resource: Json, scope: Scope) -> PersonId:
    """Raises Unreadable when there is none, or several and no telling which is used."""
    named = actor.get("identifier")
    if named is not None:
        person = identifiers.person(named.get("system"), named.get("value"))
        if person is not None:
            return person
    target = scope.resolve(actor, resource)
    carried = frozenset[PersonId]() if target is None else persons(target)
    for numbers in (
        [one for one in carried if one.kind is PersonIdKind.PERSONNUMMER],
        [*carried],
    ):
        if len(numbers) == 1:
            return numbers[0]
    raise Unreadable("nobody whose number can be read")
