"""Patienter i dag: whom the unit of the chosen assignment meets today.

The municipality's own system is asked about the unit; who the persons are is said one by one, when
the rules let the employee know. RIV-TA knows of no such list: then one searches by number.
"""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextvars import copy_context
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import Final
from uuid import uuid4

from flask import Blueprint

from portal.day_list import (
    Consent,
    Day,
    Hidden,
    Patient,
    Row,
    Standing,
    day_list,
    judged,
    objection,
    patients,
)
from portal.patient_visit import address
from portal.patients import obeying
from portal.staff_actor import actor_of
from portal.staff_visit import Answered, StaffVisit, home, note, staff_page
from stodtjanster.access import Decision, Facts
from stodtjanster.audit import AuditEvent, EventKind
from stodtjanster.fetch import NotKnown
from stodtjanster.information import Appointment
from stodtjanster.model import Actor, Cause, PersonId, Situation, Subject, local_day, midnight
from stodtjanster.worklists import Status, Visit, Visits, Worklist
from views.kit.words import N_

bp = Blueprint("patients_today", __name__)

_TITLE: Final = N_("Patienter i dag")
_AT_ONCE: Final = 8
"""So many patients are asked about beside each other: each takes a few calls."""
_HIDDEN: Final = {
    Hidden.NO_RELATION: N_("Du ser inte vem det är. Ingen vårdrelation eller insats är känd."),
    Hidden.UNKNOWN: N_("Du ser inte vem det är. Vi kan inte kontrollera det just nu."),
    Hidden.NOT_PERMITTED: N_("Du ser inte vem det är. Din roll ger inte rätt till det."),
}
_CONSENTS: Final = {
    Consent.THERE: N_("Finns"),
    Consent.LACKING: N_("Behöver inhämtas"),
    Consent.REFUSED: N_("Nej"),
    Consent.UNKNOWN: N_("Kan inte kontrolleras"),
}
_STATUSES: Final = {
    Status.UNCONFIRMED: N_("Inte bekräftad"),
    Status.ARRIVED: N_("Har kommit"),
    Status.DONE: N_("Klart"),
    Status.DECLINED: N_("Har lämnat återbud"),
}


@staff_page(bp, "patienter")
def patients_today(visit: StaffVisit) -> Answered:
    h = visit.house
    actor = actor_of(visit.session, visit.assignment, h.settings.assignments)
    now, policy = h.clock(), h.settings.access.policy()
    against = objection(actor, now, policy)
    if against is not None:
        note(h, EventKind.REFUSED, against.value, visit.session)
        return _page(visit, None, refused=True), 403
    worklists = h.worklists.get(visit.assignment.place.provider, ())
    if not worklists:
        return _page(visit, None)
    note(h, EventKind.SEARCHED, "todays-patients", visit.session)
    said = _asked(visit, worklists)
    if all(isinstance(each, NotKnown) and each.cause is Cause.NOT_CONNECTED for _, each in said):
        return _page(visit, None)
    people = patients(each for _, each in said)

    def rules(one: Visit, facts: Facts) -> Decision:
        return judged(actor, one.person, one.at.start, facts, now, policy)

    day = day_list(said, _standings(visit, actor, people), rules)
    _log(visit, actor, day.rows, worklists)
    return _page(visit, day)


def _page(visit: StaffVisit, day: Day | None, *, refused: bool = False) -> str:
    """`day` None: nobody can say whom the unit meets."""
    words = visit.house.pages.speaker(visit.language)
    named = [row.person for row in day.rows if isinstance(row.whose, Patient)] if day else []
    return visit.render(
        "patients_today.html",
        _TITLE,
        day=day,
        refused=refused,
        unit=visit.assignment.unit_name,
        addresses={person: address(visit, person) for person in named},
        hidden={why: words.gettext(said) for why, said in _HIDDEN.items()},
        consents={one: words.gettext(said) for one, said in _CONSENTS.items()},
        statuses={one: words.gettext(said) for one, said in _STATUSES.items()},
        search_url=f"{home(visit.language)}sok",
    )


def _asked(
    visit: StaffVisit, worklists: Iterable[Worklist]
) -> tuple[tuple[str, Visits | NotKnown], ...]:
    """What each source says of today, by its name. Nobody waits longer than the hard limit."""
    h, unit, now = visit.house, visit.assignment.place.unit, visit.house.clock()
    today = local_day(now)
    between = (midnight(today), midnight(today + timedelta(days=1)))
    deadline = monotonic() + h.settings.hard_seconds
    flying = []
    for worklist in worklists:
        talk = partial(worklist.visits, unit, *between, at=now, correlation=str(uuid4()))
        flying.append((worklist.source.name, h.fetch.inquire(worklist.source, talk)))
    landed: list[tuple[str, Visits | NotKnown]] = []
    for name, flight in flying:
        try:
            landed.append((name, flight.result(max(0.0, deadline - monotonic()))))
        except TimeoutError:
            landed.append((name, NotKnown(Cause.TIMEOUT)))
    return tuple(landed)


def _standings(
    visit: StaffVisit, actor: Actor, people: Iterable[PersonId]
) -> Mapping[PersonId, Standing]:
    """What is known of the employee and each of these, of those for whom it came in time. Raises
    AuditUnavailable when a question cannot be logged: then it is not asked."""
    h, reach = visit.house, visit.session.id_hash
    pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="today")
    try:
        asked = {
            person: pool.submit(
                # What the request carries along goes with each question.
                copy_context().run,
                partial(h.patients.bearings, _situation(visit, actor, person), reach=reach),
            )
            for person in people
        }
        wait(asked.values(), timeout=h.settings.hard_seconds)
        said = {person: each.result() for person, each in asked.items() if each.done()}
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    obeyed = {person: obeying(each, (person,), visit.session) for person, each in said.items()}
    return {
        person: Standing(bearings.facts, frozenset(bearings.unknown))
        for person, bearings in obeyed.items()
    }


def _situation(visit: StaffVisit, actor: Actor, person: PersonId) -> Situation:
    return Situation(
        actor=actor,
        subject=Subject(person),
        language=visit.language,
        now=visit.house.clock(),
        purpose=visit.assignment.purpose,
    )


def _log(
    visit: StaffVisit, actor: Actor, rows: Iterable[Row], worklists: Iterable[Worklist]
) -> None:
    """Who is named, and who is not, before the page is shown: each person once. Raises
    AuditUnavailable."""
    h = visit.house
    place = visit.assignment.place
    sources = tuple(each.source.key for each in worklists)
    systems = tuple(each.source.base_url for each in worklists)
    # One person's visits of the day may be decided in several ways: what is shown counts.
    decided = {
        row.person: row.decision for row in sorted(rows, key=lambda r: not r.decision.denied)
    }
    h.audit.record_all(
        AuditEvent(
            event=EventKind.REFUSED if decision.denied else EventKind.DISCLOSURE,
            at=h.clock(),
            actor=actor.person,
            actor_kind=actor.kind,
            loa=actor.loa,
            subject=person,
            information=(Appointment.key,),
            sources=sources,
            systems=systems,
            ground=decision.reason.value,
            law=decision.law.value,
            purpose=visit.assignment.purpose,
            detail="todays-patients",
            session=visit.session.id_hash,
            employee=actor.hsa_id,
            place=place,
            assignment=visit.assignment.name,
            activity=decision.log.activity,
            owners=(place.provider,),
        )
        for person, decision in decided.items()
    )
