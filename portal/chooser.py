"""Whose planning one wants to see: oneself and those whom one may read for, each with what is next.

To say what comes next is to read of each of them, so each is opened by the rules and in the log.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from time import monotonic
from typing import Final

from flask import Blueprint, current_app

from portal import acting, grants
from portal.acting import Standing, handle_of
from portal.banner import role, scope
from portal.gate import Refused, note_shown
from portal.i18n import Speaker, at
from portal.visit import Answered, Visit, about
from stodtjanster.audit import AuditUnavailable
from stodtjanster.fetch import Harvest
from stodtjanster.grants import Stage
from stodtjanster.information import Appointment
from stodtjanster.model import Answer, Situation, Told
from views.kit import agenda
from views.kit.cards import NextUp
from views.kit.view import RESIDENTS, View
from views.kit.words import N_

log = logging.getLogger(__name__)
bp = Blueprint("chooser", __name__)

# Not in the menu and without sections: what the gate is asked about, and no more than that.
ASKED: Final = View(
    key="chooser",
    path="person",
    question=N_("Vems planering vill du se?"),
    audience=RESIDENTS,
    needs={"booked": agenda.BOOKED},
)
FAMILY: Final = "family"
_DETAIL: Final = "chooser"
_WAITING: Final = frozenset({Stage.OFFERED, Stage.COMING})


@dataclass(frozen=True, slots=True)
class Next:
    """What comes next: `when` in words, None when there is nothing to say `what` of."""

    said: str
    what: Told | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One person. `lines` are whole sentences; `href` is where their pages begin."""

    name: str
    born: int
    lines: tuple[str, ...]
    href: str
    chosen: bool
    upcoming: Next | None


@about(bp, ASKED.path)
def choose(visit: Visit) -> Answered:
    """Oneself first, then those whom one is an ombud for, then children."""
    h, session, language = visit.house, visit.session, visit.language
    # Read for somebody else one is still oneself: the list is that of the one who is logged in.
    me = Standing(acting.about_me(h, session, language))
    ties = tuple(acting.ties(h, session, language))
    found = [stand for tie in ties if (stand := acting.stand(h, session, language, tie))]
    visits = [Visit(h, session, one, _base(visit, one)) for one in (me, *found)]
    upcoming = _upcoming(visits)
    choices = tuple(_choice(one, visit, said) for one, said in zip(visits, upcoming, strict=True))
    custodies = acting.custodies(h, session, language)
    stopped = any(acting.is_unsure(h, session, language, tie) for tie in ties)
    return visit.render(
        "person.html",
        ASKED.question,
        choices=choices,
        unsure=stopped or not custodies.certain,
        has_children=bool(custodies.children),
        waiting=_waiting(visit, me.situation),
        family_url=_own(visit) + "familj" if FAMILY in current_app.blueprints else None,
        ombud_url=_own(visit) + "ombud",
    )


def _own(visit: Visit) -> str:
    return f"/{visit.language}/mig/"


def _base(visit: Visit, standing: Standing) -> str:
    if standing.tie is None:
        return _own(visit)
    return f"/{visit.language}/for/{handle_of(visit.session, standing.tie)}/"


def _waiting(visit: Visit, me: Situation) -> int:
    """How many have offered something that waits for an answer, or has not begun."""
    h, now = visit.house, me.now
    offered = grants.received(h, me, grants.my_name(h, visit.session, me))
    return sum(one.stage(now) in _WAITING for one in offered)


def _choice(one: Visit, visit: Visit, upcoming: Next | None) -> Choice:
    words = visit.house.pages.speaker(visit.language)
    tie, born = one.standing.tie, one.situation.subject.person.birth_date
    return Choice(
        name=tie.name if tie is not None else visit.session.name,
        born=born.year,
        lines=_lines(one, words),
        href=one.base,
        chosen=one.base == visit.base,
        upcoming=upcoming,
    )


def _lines(one: Visit, words: Speaker) -> tuple[str, ...]:
    tie = one.standing.tie
    if tie is None:
        return (words.gettext(N_("Du själv")),)
    return role(tie, one.situation, words), scope(tie, words)


def _upcoming(visits: Iterable[Visit]) -> list[Next | None]:
    """Everybody is asked about at once, and nobody's silence is waited for longer than a list may
    wait."""
    begun = [(visit, _begin(visit)) for visit in visits]
    until = monotonic() + min((v.house.settings.soft_seconds for v, _ in begun), default=0)
    return [None if harvest is None else _next(visit, harvest, until) for visit, harvest in begun]


def _begin(visit: Visit) -> Harvest | None:
    """None when what comes next is not for this reader."""
    try:
        permit = visit.permit(ASKED, detail=_DETAIL)
    except Refused:
        return None
    return visit.house.fetch.begin(permit, ASKED.needs)


def _next(visit: Visit, harvest: Harvest, until: float) -> Next:
    while not harvest.settled(ASKED.needs):
        left = until - monotonic()
        if left <= 0 or not harvest.wait(left):
            break
    answer = harvest.answer("booked")
    _note(visit, harvest)
    booked = Answer(
        tuple(item for item in answer.items if isinstance(item, Appointment)), answer.reports
    )
    words = visit.house.pages.speaker(visit.language)
    with at(visit.situation.now):
        return _said(agenda.next_up(booked, visit.scene()), words, complete=booked.complete)


def _said(found: NextUp | None, words: Speaker, *, complete: bool) -> Next:
    row = found.row if found is not None else None
    if row is None:
        nothing = N_("Inget är inbokat de närmaste sex veckorna hos dem som svarade.")
        unknown = N_("Vi vet inte vad som händer härnäst: alla har inte svarat.")
        return Next(words.gettext(nothing if complete else unknown))
    when = words.gettext(N_("dagen är inte bestämd"))
    if row.start is not None:
        when = words.asof(row.start)
    elif row.day is not None:
        when = words.near(row.day) or words.dateword(row.day, weekday=True)
    next_of_all, next_known = N_("Nästa: {when}, "), N_("Nästa som vi känner till: {when}, ")
    return Next(words.gettext(next_of_all if complete else next_known).format(when=when), row.title)


def _note(visit: Visit, harvest: Harvest) -> None:
    """The disclosure is logged already; this adds which systems it came to be from."""
    try:
        note_shown(visit.house, harvest.permit, harvest.answer("booked").reports)
    except AuditUnavailable:
        log.exception("what was shown is not recorded", extra={"view": ASKED.key})
