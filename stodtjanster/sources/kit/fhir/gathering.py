"""Rows -> items, page after page. One bad row is a rejection; the others are kept."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from stodtjanster.information import Appointment, CarePlan, Item
from stodtjanster.model import Cause
from stodtjanster.sources.kit.fhir import bundle
from stodtjanster.sources.kit.fhir.appointments import booked_for
from stodtjanster.sources.kit.fhir.care_plans import replaced
from stodtjanster.sources.kit.fhir.documents import superseded
from stodtjanster.sources.kit.fhir.encounters import stands_for
from stodtjanster.sources.kit.fhir.provenance import seals
from stodtjanster.sources.kit.fhir.rows import READERS
from stodtjanster.sources.kit.fhir.scope import Known, Scope, identity, labels, persons
from stodtjanster.sources.kit.fhir.values import (
    SHAPE_ERRORS,
    Foreign,
    Json,
    SetAside,
    Unreadable,
)
from stodtjanster.sources.kit.source import Rejection

_SUPPORTING = frozenset(
    {
        *("Patient", "Practitioner", "PractitionerRole", "Organization", "Location"),
        *("HealthcareService", "Goal", "RelatedPerson", "Provenance", "Medication", "Device"),
    }
)
_MOST_NAMED = 100


@dataclass(slots=True)
class _Sorted:
    """A page's rows, each with where it stood, and what stands beside them."""

    rows: list[tuple[int, str, Json]] = field(default_factory=list)
    beside: dict[str, Json] = field(default_factory=dict)
    provenances: list[Json] = field(default_factory=list)
    patients: set[str] = field(default_factory=set)
    protected: bool = False


@dataclass(slots=True)
class Gathering:
    """What the pages of one conversation have given so far.

    `lost` counts rows that could not be read, `foreign` rows about another person. `rejected` and
    `aside` say where and why, for the first hundred: a source that sends only rubbish must not
    fill the memory.
    """

    items: list[Item] = field(default_factory=list)
    lost: int = 0
    foreign: int = 0
    partial: bool = False
    rejected: list[Rejection] = field(default_factory=list)
    aside: list[Rejection] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _stand_ins: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _replacing: dict[str, set[str]] = field(default_factory=dict)
    _booked: set[str] = field(default_factory=set)

    def add(self, page: bundle.Page, wanted: frozenset[str], scope: Scope) -> None:
        """Read a page. `wanted` are the resource types that are rows; the rest stand beside."""
        found = _Sorted(beside=dict(scope.beside))
        for number, entry in enumerate(page.entries):
            try:
                self._sort(number, entry, page.wary, wanted, scope, found)
            except SHAPE_ERRORS as error:
                self.reject(f"entry[{number}]", _why(error))
        around = replace(
            scope,
            beside=found.beside,
            patients=scope.patients | found.patients,
            protected=scope.protected or found.protected,
            known=Known(),
        )
        if found.provenances:
            around = replace(around, seals=seals(found.provenances, around))
        for number, name, resource in found.rows:
            if name not in self._seen:
                self._seen.add(name)
                self._read(number, name, resource, around)

    @property
    def cause(self) -> Cause | None:
        """Rows about another person weigh heavier than a missing page: a report has one cause."""
        if self.foreign:
            return Cause.FOREIGN
        return Cause.PARTIAL if self.partial else None

    @property
    def said(self) -> bool:
        """Whether a reason was given for anything that was left out."""
        return bool(self.rejected or self.aside or self.foreign)

    def reject(self, where: str, why: str) -> None:
        self.lost += 1
        if len(self.rejected) < _MOST_NAMED:
            self.rejected.append(Rejection(where, why))

    def cut(self, where: str, why: str) -> None:
        """More exists than came. Said once, and not counted as a row."""
        self.partial = True
        self.rejected.append(Rejection(where, why))

    def set_aside(self, where: str, why: str) -> None:
        if len(self.aside) < _MOST_NAMED:
            self.aside.append(Rejection(where, why))

    def shown(self) -> tuple[Item, ...]:
        """The items, once each: an Encounter of an Appointment that came too is the same meeting,
        the visits of a service are told by what is booked for it, where anything is, and a plan
        that another one replaces is history."""
        if not self._stand_ins and not self._replacing and not self._booked:
            return tuple(self.items)
        plans = {item.origin.record: item for item in self.items if isinstance(item, CarePlan)}
        return tuple(
            item
            for item in self.items
            if self._seen.isdisjoint(self._stand_ins.get(item.origin.record, ()))
            and not self._is_history(item.origin.record, plans)
            and not self._is_booked(item)
        )

    def _is_booked(self, item: Item) -> bool:
        service, told_apart, _ = item.origin.record.partition("#")
        return isinstance(item, Appointment) and bool(told_apart) and service in self._booked

    def _is_history(self, record: str, plans: dict[str, CarePlan]) -> bool:
        """A newer plan stands at the end of the chain. Plans that replace each other in a ring
        have no newest, so none of them is hidden."""
        seen, left = {record}, [record]
        while left:
            current = left.pop()
            plan = plans.get(current)
            names = plan.keys if plan else frozenset[str]()
            newer = set().union(*(self._replacing.get(name, ()) for name in names)) - {current}
            if not newer and current != record:
                return True
            left.extend(newer - seen)
            seen |= newer
        return False

    def _sort(
        self, number: int, entry: Any, wary: bool, wanted: frozenset[str], scope: Scope, to: _Sorted
    ) -> None:
        resource = entry["resource"]
        kind = resource["resourceType"]
        mode = entry["search"].get("mode") if "search" in entry else None
        if kind == "OperationOutcome":
            self.partial = self.partial or bundle.warns(resource)
        elif kind in wanted and mode in (None, "match"):
            name = identity(resource)
            if wary or "implicitRules" in resource or "contained" in resource:
                _refuse_hazard(resource)
            to.beside[name] = resource
            _call_by_url(entry, resource, to)
            to.rows.append((number, name, resource))
        elif mode == "match":
            raise Unreadable("not of the kind that was asked for")
        elif kind == "Patient":
            _note_patient(entry, resource, scope, to)
        elif kind == "Provenance":
            if not _is_suspect(resource, wary):
                to.provenances.append(resource)
        elif kind in _SUPPORTING or mode is not None:
            _put_beside(entry, resource, wary, to)
        else:
            self.set_aside(f"entry[{number}]", "not of a kind shown")

    def _read(self, number: int, name: str, resource: Json, scope: Scope) -> None:
        kind = resource["resourceType"]
        try:
            self.items += READERS[kind](resource, name, labels(resource), scope)
            if kind == "Appointment":
                self._booked.update(booked_for(resource, scope))
            elif kind == "Encounter":
                self._stand_ins[name] = stands_for(resource, scope)
            elif kind in ("CarePlan", "DocumentReference"):
                replaces = replaced if kind == "CarePlan" else superseded
                for older in replaces(resource, scope):
                    self._replacing.setdefault(older, set()).add(name)
        except Foreign:
            self.foreign += 1
        except SetAside as decision:
            self.set_aside(f"{kind} entry[{number}]", decision.why)
        except SHAPE_ERRORS as error:
            self.reject(f"{kind} entry[{number}]", _why(error))


def beside(pages: Iterable[bundle.Page]) -> dict[str, Json]:
    """What the pages hold, by `Type/id`, for rows to quote. What may not be quoted, or cannot be
    read, is left out; it was asked for by us and is nobody's row."""
    found = _Sorted()
    for page in pages:
        for entry in page.entries:
            try:
                _put_beside(entry, entry["resource"], page.wary, found)
            except SHAPE_ERRORS:
                continue
    return found.beside


def _refuse_hazard(resource: Json) -> None:
    found = bundle.hazard(resource)
    if found is not None:
        raise Unreadable(f"{found} changes the meaning")


def _put_beside(entry: Json, resource: Json, wary: bool, to: _Sorted) -> None:
    """What may be quoted by a row. A resource that may not be shown itself is left out."""
    if _is_suspect(resource, wary) or not labels(resource).approved:
        return
    to.beside[identity(resource)] = resource
    _call_by_url(entry, resource, to)


def _is_suspect(resource: Json, wary: bool) -> bool:
    """True when an element changes the meaning of a resource in a way that we do not know."""
    suspect = wary or "implicitRules" in resource
    return suspect and bundle.hazard(resource) is not None


def _call_by_url(entry: Json, resource: Json, to: _Sorted) -> None:
    """Other addresses say no more than the type and id do."""
    url = entry.get("fullUrl", "")
    if url[:4] == "urn:":
        to.beside[url] = resource


def _note_patient(entry: Json, resource: Json, scope: Scope, to: _Sorted) -> None:
    """Whoever carries the subject's number is the subject, under every name it has here."""
    to.protected = to.protected or labels(resource).protected
    name = identity(resource)
    to.beside[name] = resource
    _call_by_url(entry, resource, to)
    if scope.subject is not None and scope.subject in persons(resource):
        to.patients.add(name)
        if entry.get("fullUrl") in to.beside:
            to.patients.add(entry["fullUrl"])


def _why(error: Exception) -> str:
    return error.why if isinstance(error, Unreadable) else "not shaped as FHIR"
