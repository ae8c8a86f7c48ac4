"""Whom an employee is told of in the unit's day, and what is said of the others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal.day_list import Consent, Day, Hidden, Patient, Silence, Standing, day_list, patients
from stodtjanster.access import Decision, Facts, Reason
from stodtjanster.access import case as facts_of
from stodtjanster.access.decision import Verdict
from stodtjanster.fetch import NotKnown
from stodtjanster.model import Cause, PersonId, Timed, Told
from stodtjanster.worklists import Status, Visit, Visits

BIRGITTA = PersonId.parse("190001019801")
SIV = PersonId.parse("195401875769")
MORNING = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
RELATED = Facts(relation=facts_of.Relation(active=True))


def visit(person: PersonId = BIRGITTA, hours: float = 0, **more: Any) -> Visit:
    start = MORNING + timedelta(hours=hours)
    return Visit(
        **{
            "person": person,
            "name": Told("Birgitta Lindqvist"),
            "at": Timed(start, start + timedelta(minutes=30)),
            "what": Told("Såromläggning"),
            "status": Status.BOOKED,
            "protected": False,
            "record": f"Appointment/{person.value[-4:]}-{hours}",
            **more,
        }
    )


def judged(_visit: Visit, facts: Facts) -> Decision:
    """As the rules do: without a relation, nothing."""
    if facts.relation is None:
        return Decision(Verdict.DENY, Reason.NO_CARE_RELATION)
    return Decision(Verdict.PERMIT, Reason.OWN_UNIT)


def of(*visits: Visit, standing: dict[PersonId, Standing] | None = None, **more: Any) -> Day:
    known = {BIRGITTA: Standing(RELATED)} if standing is None else standing
    return day_list([("Kommunen", Visits(visits, **more))], known, judged)


def whose(day: Day) -> list[PersonId | Hidden]:
    return [row.person if isinstance(row.whose, Patient) else row.whose for row in day.rows]


def test_a_patient_is_told_with_what_the_visit_needs() -> None:
    (row,) = of(visit(protected=True, status=Status.DONE)).rows
    assert row.at.start == MORNING
    assert row.person == BIRGITTA
    assert row.whose == Patient(
        Told("Birgitta Lindqvist"),
        1900,
        protected=True,
        what=Told("Såromläggning"),
        status=Status.DONE,
        consent=Consent.LACKING,
    )


def test_without_a_relation_there_is_a_time_and_nothing_else() -> None:
    day = of(visit(SIV), standing={SIV: Standing(Facts())})
    assert whose(day) == [Hidden.NO_RELATION]
    for secret in ("Birgitta", "Såromläggning", SIV.value, "Appointment"):
        assert secret not in repr(day)


def test_a_relation_that_nobody_could_tell_of_is_none_and_is_told_as_that() -> None:
    silent = {BIRGITTA: Standing(Facts(), frozenset({"relation"}))}
    assert whose(of(visit(), standing=silent)) == [Hidden.UNKNOWN]
    # Not asked about in time.
    assert whose(of(visit(), standing={})) == [Hidden.UNKNOWN]


@pytest.mark.parametrize(
    ("reason", "hidden"),
    [
        (Reason.NO_CARE_RELATION, Hidden.NO_RELATION),
        (Reason.DEPENDENCY_UNAVAILABLE, Hidden.UNKNOWN),
        (Reason.STAFF_OWN_RECORD, Hidden.NOT_PERMITTED),
        (Reason.COMMISSION_RIGHT, Hidden.NOT_PERMITTED),
        (Reason.OUTSIDE_WINDOW, Hidden.NOT_PERMITTED),
    ],
)
def test_why_it_is_not_said_who_it_is(reason: Reason, hidden: Hidden) -> None:
    def no(_visit: Visit, _facts: Facts) -> Decision:
        return Decision(Verdict.DENY, reason)

    day = day_list([("K", Visits((visit(),)))], {BIRGITTA: Standing(RELATED)}, no)
    assert whose(day) == [hidden]


@pytest.mark.parametrize(
    ("status", "unknown", "said"),
    [
        (facts_of.ConsentStatus.GIVEN, (), Consent.THERE),
        (facts_of.ConsentStatus.REFUSED, (), Consent.REFUSED),
        (facts_of.ConsentStatus.REFUSED, ("consent",), Consent.REFUSED),
        (facts_of.ConsentStatus.WITHDRAWN, (), Consent.LACKING),
        (None, (), Consent.LACKING),
        (None, ("consent",), Consent.UNKNOWN),
        (None, ("blocks",), Consent.LACKING),
    ],
)
def test_what_is_said_of_consent(
    status: facts_of.ConsentStatus | None, unknown: tuple[str, ...], said: Consent
) -> None:
    consent = None if status is None else facts_of.Consent(status)
    facts = Facts(relation=RELATED.relation, consent=consent)
    (row,) = of(visit(), standing={BIRGITTA: Standing(facts, frozenset(unknown))}).rows
    assert isinstance(row.whose, Patient)
    assert row.whose.consent is said


def test_the_times_of_all_sources_are_one_list() -> None:
    said = [
        ("A", Visits((visit(hours=3), visit(hours=1)))),
        ("B", Visits((visit(SIV, hours=2),))),
    ]
    day = day_list(said, {BIRGITTA: Standing(RELATED), SIV: Standing(Facts())}, judged)
    assert whose(day) == [BIRGITTA, Hidden.NO_RELATION, BIRGITTA]
    assert day.complete
    assert patients(each for _, each in said) == (BIRGITTA, SIV)


def test_a_source_that_is_silent_is_told_and_hides_nobody_elses_times() -> None:
    said = [("A", NotKnown(Cause.TIMEOUT)), ("B", Visits((visit(),)))]
    day = day_list(said, {BIRGITTA: Standing(RELATED)}, judged)
    assert day.silent == (Silence("A", Cause.TIMEOUT),)
    assert whose(day) == [BIRGITTA]
    assert not day.complete
    assert patients(each for _, each in said) == (BIRGITTA,)


@pytest.mark.parametrize("more", [{"lost": 1}, {"cause": Cause.PARTIAL}, {"cause": Cause.FOREIGN}])
def test_a_day_that_is_not_whole_is_never_an_empty_day(more: dict[str, Any]) -> None:
    assert not of(**more).complete
    assert of().complete
