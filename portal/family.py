"""Familjeveckan: one week for oneself and those whom one acts for, time and place only.

A permit for each person, each in the log, and each with the week's few fields: what is not needed
never comes here. All are asked at once, and nobody's silence hides another's times.
"""

import logging
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from time import monotonic
from types import MappingProxyType
from typing import Any, Final

from flask import Blueprint, make_response, request

from portal.acting import Standing, handle_of, is_unsure, stand, ties
from portal.gate import Refused, note_shown, open_for
from portal.i18n import at
from portal.visit import Answered, Visit, about
from stodtjanster.access import Permit
from stodtjanster.audit import AuditUnavailable
from stodtjanster.fetch import Harvest
from stodtjanster.model import ActorKind, Answer
from views.kit.family import FIELDS, Member, family_week
from views.kit.view import Asked
from views.kit.week_days import DAYS
from views.kit.words import N_
from views.week.choose import Choice, choose, first_day, needs_for

log = logging.getLogger(__name__)
bp = Blueprint("family", __name__)

PAGE: Final = "familj"
_DETAIL: Final = "family-week"
_WEEK: Final = timedelta(days=DAYS)
_TITLE: Final = N_("Familjeveckan")
_YOU: Final = N_("Du")
_UNNAMED: Final = N_("Ditt barn")


@dataclass(frozen=True, slots=True)
class _Asked:
    """One person, and what is on its way of theirs: None when it is not for the reader."""

    visit: Visit
    harvest: Harvest | None


@about(bp, PAGE)
def week(visit: Visit) -> Answered:
    """Everybody's days in one."""
    if visit.situation.actor.kind is not ActorKind.CITIZEN:
        return visit.refused("unknown-page")
    asked = Asked(None, MappingProxyType(request.args.to_dict()))
    today = visit.situation.today
    first = first_day(asked, today)
    seen, unsure = _people(visit)
    people = [_begin(one, asked) for one in seen]
    until = monotonic() + visit.house.settings.hard_seconds
    members = [_landed(one, until) for one in people]
    with at(visit.situation.now):
        page = visit.render(
            "family.html",
            _TITLE,
            body=family_week(members, first, today),
            choice=_choice(visit, asked),
            unsure=unsure,
            person_url=f"{visit.base}person",
        )
    return _closing(page, people)


def _choice(visit: Visit, asked: Asked) -> Choice:
    """The same weeks as the week's own page, with their addresses here."""
    chosen = choose(visit.scene(asked))

    def week_from(day: date) -> str:
        start = "" if day == visit.situation.today else f"?start={day.isoformat()}"
        return f"{visit.base}{PAGE}{start}"

    return Choice(
        first=chosen.first,
        last=chosen.last,
        earlier=week_from(chosen.first - _WEEK) if chosen.earlier else None,
        later=week_from(chosen.first + _WEEK) if chosen.later else None,
        today=week_from(visit.situation.today) if chosen.today else None,
    )


def _people(visit: Visit) -> tuple[list[Visit], list[str]]:
    """Oneself first, then whomever one may see something of now; and the names of those of whom the
    register does not say now whether one may."""
    h, session, language = visit.house, visit.session, visit.language
    found = [visit]
    unsure = []
    for tie in ties(h, session, language):
        standing = stand(h, session, language, tie)
        if standing is not None:
            base = f"/{language}/for/{handle_of(session, tie)}/"
            found.append(Visit(h, session, standing, base))
        elif is_unsure(h, session, language, tie):
            unsure.append(tie.name or h.pages.speaker(language).gettext(_UNNAMED))
    return found, unsure


def _begin(visit: Visit, asked: Asked) -> _Asked:
    standing = visit.standing
    needs = needs_for(asked, standing.situation.today)
    # What people put in themselves is for nobody else.
    wanted = ("booked", "own") if standing.tie is None else ("booked",)
    chosen = {name: need for name, need in needs.items() if name in wanted}
    try:
        permit = open_for(
            visit.house,
            standing.situation,
            {need.information for need in chosen.values()},
            visit.session,
            facts=standing.facts,
            detail=_DETAIL,
            no_more_than=FIELDS,
        )
    except Refused:
        return _Asked(visit, None)
    return _Asked(visit, visit.house.fetch.begin(permit, chosen))


def _landed(one: _Asked, until: float) -> Member:
    visit, harvest = one.visit, one.harvest
    if harvest is None:
        return Member(_name(visit), visit.scene(), None)
    names = ["booked"] if visit.standing.tie is not None else ["booked", "own"]
    while not harvest.settled(names) and harvest.wait(until - monotonic()):
        pass
    answers: list[Answer[Any]] = [harvest.answer(name) for name in names]
    whole: Answer[Any] = sum(answers[1:], answers[0])
    _note(visit, harvest.permit, whole)
    return Member(_name(visit), visit.scene(), whole)


def _note(visit: Visit, permit: Permit, answer: Answer[Any]) -> None:
    """The disclosure itself is logged already; this adds which systems it came to be from."""
    try:
        note_shown(visit.house, permit, answer.reports)
    except AuditUnavailable:
        log.exception("what was shown is not recorded", extra={"view": PAGE})


def _name(visit: Visit) -> str:
    words = visit.house.pages.speaker(visit.language)
    tie = visit.standing.tie
    if tie is None:
        return words.gettext(_YOU)
    return tie.given_name or tie.name or words.gettext(_UNNAMED)


def _closing(page: str, people: list[_Asked]) -> Answered:
    """The page is asked for again when what it rests on may have changed, for any of them."""
    standings: list[Standing] = [one.visit.standing for one in people]
    ends = [s.closes - s.situation.now for s in standings if s.closes is not None]
    response = make_response(page)
    if ends:
        response.headers["Refresh"] = str(ceil(min(ends).total_seconds()))
    return response
