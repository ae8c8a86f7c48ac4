"""Whom a unit meets in a day, as one of its employees may be told: pure.

A source tells of everybody who is booked. Who it is stands in the list only where the rules let the
employee read that booked visit; otherwise the time is all that is said.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from stodtjanster.access import Case, Decision, Facts, Policy, Reason, Resource, judge
from stodtjanster.access.case import ConsentStatus, Relation
from stodtjanster.fetch import NotKnown
from stodtjanster.model import Actor, Cause, PersonId, Subject, Timed, Told
from stodtjanster.worklists import Status, Visit, Visits


class Consent(StrEnum):
    """What the service said of consent to read what other providers have written."""

    THERE = "there"
    LACKING = "lacking"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Hidden(StrEnum):
    """Why it is not said who somebody is."""

    NO_RELATION = "no-relation"
    UNKNOWN = "unknown"
    """A service that knows did not answer."""
    NOT_PERMITTED = "not-permitted"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the services said of employee and patient. `unknown` names those that did not."""

    facts: Facts
    unknown: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Patient:
    """One whom the employee may know of. `name` is what the source calls them, if it does."""

    name: Told | None
    born: int
    protected: bool
    what: Told | None
    status: Status
    consent: Consent


@dataclass(frozen=True, slots=True)
class Row:
    """A time of the unit's, and whose it is or why that is not said; `decision` is the rules'.
    `person` is for addresses and the log."""

    person: PersonId
    at: Timed
    whose: Patient | Hidden
    decision: Decision


@dataclass(frozen=True, slots=True)
class Silence:
    """A source that did not say, by its name."""

    source: str
    cause: Cause


@dataclass(frozen=True, slots=True)
class Day:
    """`lost` counts times that a source told of and that could not be read. `partial`: a source had
    more than came, or mixed in what is another unit's."""

    rows: tuple[Row, ...]
    silent: tuple[Silence, ...] = ()
    lost: int = 0
    partial: bool = False

    @property
    def complete(self) -> bool:
        """Only then may anyone say that nobody is to come."""
        return not (self.silent or self.lost or self.partial)


Judge: TypeAlias = Callable[[Visit, Facts], Decision]
"""What the rules say of a booked visit of the employee's own unit, when this is known."""


def objection(actor: Actor, now: datetime, policy: Policy) -> Reason | None:
    """What stops an employee from reading what is booked at their unit, whoever the patient is.

    Judged about somebody to whom they have a relation, and who can only be themself: that it is
    themself is then no objection.
    """
    said = judged(actor, actor.person, now, Facts(relation=Relation(active=True)), now, policy)
    return next((why for why, _ in said.against if why is not Reason.STAFF_OWN_RECORD), None)


def judged(
    actor: Actor, person: PersonId, start: datetime, facts: Facts, now: datetime, policy: Policy
) -> Decision:
    """What the rules say of a visit that is booked at the employee's own unit."""
    resource = Resource("booked_visit", actor.provider, actor.unit, actor.side, start=start)
    return judge(Case(now, actor, Subject(person), resource, facts), policy)


def patients(said: Iterable[Visits | NotKnown]) -> tuple[PersonId, ...]:
    """Everybody that the sources told of, once each, in the order of their first time."""
    visits = [visit for each in said if isinstance(each, Visits) for visit in each.rows]
    visits.sort(key=lambda visit: visit.at.start)
    return tuple(dict.fromkeys(visit.person for visit in visits))


def day_list(
    said: Sequence[tuple[str, Visits | NotKnown]],
    standing: Mapping[PersonId, Standing],
    judge: Judge,
) -> Day:
    """`said` is what each source said, by its name. Whoever lacks a standing was not asked about in
    time, and is not told of."""
    known = [each for _, each in said if isinstance(each, Visits)]
    rows = [_row(visit, standing.get(visit.person), judge) for v in known for visit in v.rows]
    return Day(
        tuple(sorted(rows, key=lambda row: row.at.start)),
        tuple(Silence(name, each.cause) for name, each in said if isinstance(each, NotKnown)),
        sum(each.lost for each in known),
        any(each.cause is not None for each in known),
    )


def _row(visit: Visit, standing: Standing | None, judge: Judge) -> Row:
    facts = standing.facts if standing is not None else Facts()
    decision = judge(visit, facts)
    if decision.denied:
        unasked = standing is None or "relation" in standing.unknown
        return Row(visit.person, visit.at, _hidden(decision, unasked=unasked), decision)
    return Row(
        visit.person,
        visit.at,
        Patient(
            name=visit.name,
            born=visit.person.birth_date.year,
            protected=visit.protected,
            what=visit.what,
            status=visit.status,
            consent=_consent(standing),
        ),
        decision,
    )


def _hidden(decision: Decision, *, unasked: bool) -> Hidden:
    if decision.reason is Reason.DEPENDENCY_UNAVAILABLE:
        return Hidden.UNKNOWN
    if decision.reason is not Reason.NO_CARE_RELATION:
        return Hidden.NOT_PERMITTED
    return Hidden.UNKNOWN if unasked else Hidden.NO_RELATION


def _consent(standing: Standing | None) -> Consent:
    found = standing.facts.consent if standing is not None else None
    if found is not None and found.status is ConsentStatus.REFUSED:
        return Consent.REFUSED
    if standing is None or "consent" in standing.unknown:
        return Consent.UNKNOWN
    given = found is not None and found.status is ConsentStatus.GIVEN
    return Consent.THERE if given else Consent.LACKING
