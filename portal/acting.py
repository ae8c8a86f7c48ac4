"""Who is logged in, and whom an address is about. Made anew for every request.

`/<language>/mig/…` is about the one who is logged in. `/<language>/for/<handle>/…` is about
another person; no handle has been given out yet, so every one of them is unknown and refused.
"""

from flask import request

from portal.house import House
from portal.security import SESSION_COOKIE
from portal.sessions import Session
from stodtjanster.model import Actor, ActorKind, Situation, Subject


def current_session(house: House) -> Session | None:
    """The session of this request. Raises StoreUnavailable."""
    token = request.cookies.get(SESSION_COOKIE)
    return house.sessions.load(token, house.clock()) if token else None


def about_me(house: House, session: Session, language: str) -> Situation:
    """The one who is logged in about themself, as the register knows them now.

    Raises AuditUnavailable when it cannot be logged that the register is asked.
    """
    bare = Situation(
        actor=Actor(ActorKind.CITIZEN, session.person, session.loa),
        subject=Subject(session.person),
        language=language,
        now=house.clock(),
    )
    return house.people.recognised(bare, reach=session.id_hash, audit=house.audit)


def whom(house: House, session: Session, language: str, handle: str | None) -> Situation | None:
    """The situation of an address; None when the handle is nobody's whom this session may see."""
    return about_me(house, session, language) if handle is None else None
