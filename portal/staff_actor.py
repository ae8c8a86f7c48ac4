"""Who an employee is to the decision rules, in the assignment that they have chosen.

Pure. What is not known is what the rules refuse: a role or a purpose that has no word of theirs is
an empty word, and then they say ROLE_INFO_TYPE or COMMISSION_PURPOSE.
"""

from datetime import date, timedelta
from typing import Final

from portal.settings import AssignmentSettings
from portal.staff_sessions import StaffSession
from stodtjanster.model import Actor, ActorKind, Commission, local_day
from stodtjanster.security.assignments import Assignment

OMSORG: Final = "OMSORG_SOL_LSS"
_PURPOSES: Final = {
    "vård och behandling": "VARD_OCH_BEHANDLING",
    "administration": "ADMINISTRATION",
    "kvalitetssäkring": "KVALITETSSAKRING",
    "annan dokumentation enligt lag": "ANNAN_DOKUMENTATION",
    "statistik": "STATISTIK",
    "kvalitetsregister": "KVALITETSREGISTER",
}
"""HSA's purposes, and what the rules call them."""
_MOMENT: Final = timedelta(microseconds=1)


def actor_of(session: StaffSession, assignment: Assignment, settings: AssignmentSettings) -> Actor:
    """`assignment` is what HSA last said of the one that `session` has chosen."""
    return Actor(
        kind=ActorKind.STAFF,
        person=session.person,
        loa=session.loa,
        hsa_id=session.hsa_id,
        role=assignment.works_as,
        side=assignment.side,
        place=session.chosen.place if session.chosen else None,
        commission=_commission(assignment, settings),
    )


def purpose_code(purpose: str, settings: AssignmentSettings) -> str:
    """What the rules call a purpose; the empty word for one that they do not know."""
    said = purpose.casefold()
    if said in {each.casefold() for each in settings.omsorg_purposes}:
        return OMSORG
    return _PURPOSES.get(said, "")


def _commission(said: Assignment, settings: AssignmentSettings) -> Commission:
    """By Swedish days, both included. What HSA gives no start or end has been and will be."""
    return Commission(
        purpose=purpose_code(said.purpose, settings),
        rights=said.rights,
        place=said.place,
        valid_from=local_day(said.starts) if said.starts else date.min,
        valid_to=local_day(said.ends - _MOMENT) if said.ends else date.max,
    )
