"""One thing that happened, in declared fields: nothing else can reach the audit log.

HSLF-FS 2016:40 4 kap. 9 § decides what must be there: the action, the unit or process, the time,
the user's and the patient's identity. No clinical content (ASVS 16.3.2).
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID, uuid4

import orjson

from stodtjanster.model import ActorKind, HsaId, PersonId, Place

_VERSION = 1
_LONGEST_TEXT = 200
_CODE = re.compile(r"[A-Za-z][A-Za-z_-]{0,63}")
_SESSION = re.compile(r"[0-9a-f]{64}")


class EventKind(StrEnum):
    LOGIN = "Login"
    LOGIN_REFUSED = "LoginRefused"
    LOGOUT = "Logout"
    DISCLOSURE = "Disclosure"
    """Access was granted: written before anything is fetched or shown."""
    SHOWN = "Shown"
    """What a disclosure came to: carries the reference of that disclosure."""
    LOOKED_UP = "LookedUp"
    """The register was asked who somebody is, so that the rules can decide: written before it is
    asked, and nothing of it is shown."""
    RECEIVED = "Received"
    """A system sent us something about a person: written before it is kept."""
    ACT = "Act"
    """Something is to be changed at a source in the person's name: written before it is sent. What,
    is its detail."""
    ACT_ENDED = "ActEnded"
    """What came of an act, as its detail: done, refused, unsent or unknown. Carries the reference
    of the act."""
    GRANT_OFFERED = "GrantOffered"
    """A person gives somebody access to their own: written, as the next two, before it is so."""
    GRANT_ACCEPTED = "GrantAccepted"
    GRANT_ENDED = "GrantEnded"
    """One of the two has ended it, or the ombud has said no."""
    CLOSURE = "Closure"
    """A person closes or opens what is shown of theirs, or their login: written before it is so.
    Which, is its detail: sealed, unsealed, locked or unlocked."""
    WRITTEN = "Written"
    """The person puts in, changes or removes words of their own: written before it is kept. Which,
    is its detail."""
    CALENDAR_GIVEN = "CalendarGiven"
    """A person lets whoever has an address read when their times are: written before it is so."""
    CALENDAR_ENDED = "CalendarEnded"
    """The address is ended, for the reason that is its detail. Without actor by the rules."""
    SEARCHED = "Searched"
    """An employee looks for a person by number: written before anything is told of them."""
    REGISTERED = "Registered"
    """An employee says that a relation, a consent or an emergency is there, or lifts blocks, or
    ends an emergency: written before it is registered. Which, is its detail: relation, consent,
    emergency, lifting, emergency-ended; or consent-refused, which is registered nowhere else."""
    ASSIGNMENT = "Assignment"
    """An employee begins to work in an assignment, or has lost it: written before it is so. Which,
    is its detail: chosen or gone."""
    CHECKED = "Checked"
    """A log administrator looks in the log, draws a sample of it or judges an entry of the sample:
    written before it is so. Which, is its detail: looked, drawn, reviewed or followed-up."""
    DISPOSED = "Disposed"
    """The oldest months of the log are about to be removed (gallring); the decision is the
    ground. Without actor by the rules."""
    REFUSED = "Refused"
    """A rule said no."""
    SECURITY_EVENT = "SecurityEvent"


_ABOUT_SOMEONE = frozenset(
    {
        *(EventKind.DISCLOSURE, EventKind.SHOWN, EventKind.LOOKED_UP),
        *(EventKind.ACT, EventKind.ACT_ENDED, EventKind.WRITTEN, EventKind.CALENDAR_GIVEN),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEvent:
    """Who, whose, what, from where, when, why and on what ground.

    `at` is aware. `others` are other numbers of the subject, under which it was asked for too.
    `information` holds kinds (`booked_visit`), `sources` keys of configured
    sources, `systems` logical addresses or bases. `ground` and `law` are the decision's reason
    code and law. `detail` is a code such as `level-too-low`: letters, hyphen and underscore only,
    so that it cannot carry a number. `session` is the hex SHA-256 of the session's token.
    `reference` names the matter: a `Shown` repeats that of its `Disclosure`, and all that happens
    to a grant has that of the grant. `ombud` is to whom it was given; the subject gave it. The
    actor who then reads on it may have logged in with another number of the same person.

    Raises ValueError, without values in the message, for a time without zone, for text that is
    not plain, and for a disclosure that does not say who, whose, what and on what ground.
    """

    event: EventKind
    at: datetime
    actor: PersonId | None = None
    actor_kind: ActorKind | None = None
    loa: str | None = None
    subject: PersonId | None = None
    others: tuple[PersonId, ...] = ()
    information: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    ground: str | None = None
    law: str | None = None
    purpose: str | None = None
    detail: str | None = None
    session: str | None = None
    reference: UUID = field(default_factory=uuid4)
    ombud: PersonId | None = None
    employee: HsaId | None = None
    place: Place | None = None
    assignment: str | None = None
    activity: str | None = None
    owners: tuple[HsaId, ...] = ()

    def __post_init__(self) -> None:
        if self.at.utcoffset() is None:
            raise ValueError("an audit event needs a time with a zone")
        if self.event in _ABOUT_SOMEONE:
            self._require_accountable()
        if self.detail is not None and not _CODE.fullmatch(self.detail):
            raise ValueError("the detail of an audit event is a code")
        if self.session is not None and not _SESSION.fullmatch(self.session):
            raise ValueError("the session of an audit event is a SHA-256 in hex")
        texts = (self.loa, self.ground, self.law, self.purpose, self.assignment, self.activity)
        for text in (*texts, *self.information, *self.sources, *self.systems):
            if text is not None and not _plain(text):
                raise ValueError("the text of an audit event is one short printable line")

    def _require_accountable(self) -> None:
        if self.actor is None or self.actor_kind is None:
            raise ValueError("a disclosure needs an actor")
        if self.subject is None:
            raise ValueError("a disclosure needs a subject")
        if not self.information or not self.ground or not self.purpose:
            raise ValueError("a disclosure says what, on what ground and for what purpose")


def encode(event: AuditEvent) -> bytes:
    """Canonical JSON: every field, sorted keys, times in UTC. Equal events, equal bytes."""
    return orjson.dumps(
        {
            "v": _VERSION,
            "event": event.event.value,
            "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor": event.actor.value if event.actor else None,
            "actor_kind": event.actor_kind.value if event.actor_kind else None,
            "loa": event.loa,
            "subject": event.subject.value if event.subject else None,
            "others": [number.value for number in event.others],
            "information": event.information,
            "sources": event.sources,
            "systems": event.systems,
            "ground": event.ground,
            "law": event.law,
            "purpose": event.purpose,
            "detail": event.detail,
            "session": event.session,
            "reference": str(event.reference),
            "ombud": event.ombud.value if event.ombud else None,
            "employee": event.employee.value if event.employee else None,
            "place": [event.place.provider.value, event.place.unit.value] if event.place else None,
            "assignment": event.assignment,
            "activity": event.activity,
            "owners": [owner.value for owner in event.owners],
        },
        option=orjson.OPT_SORT_KEYS,
    )


def decode(body: bytes) -> AuditEvent:
    """Read what `encode` wrote. Raises ValueError for anything else."""
    try:
        said = orjson.loads(body)
        version = said.pop("v")
        event = AuditEvent(
            event=EventKind(said.pop("event")),
            at=datetime.fromisoformat(said.pop("at")),
            actor=_person(said.pop("actor")),
            actor_kind=_actor_kind(said.pop("actor_kind")),
            subject=_person(said.pop("subject")),
            # What was written before there were such fields says nothing of them.
            others=tuple(PersonId.parse(number) for number in said.pop("others", ())),
            information=tuple(said.pop("information")),
            sources=tuple(said.pop("sources")),
            systems=tuple(said.pop("systems")),
            reference=UUID(said.pop("reference")),
            ombud=_person(said.pop("ombud", None)),
            employee=_hsa(said.pop("employee", None)),
            place=_place(said.pop("place", None)),
            owners=tuple(HsaId.parse(owner) for owner in said.pop("owners", ())),
            **said,
        )
    except (KeyError, TypeError, AttributeError, ValueError):
        raise ValueError("not an audit event") from None
    if version != _VERSION:
        raise ValueError("an audit event of another version")
    return event


def _person(value: str | None) -> PersonId | None:
    return None if value is None else PersonId.parse(value)


def _hsa(value: str | None) -> HsaId | None:
    return None if value is None else HsaId.parse(value)


def _place(value: list[str] | None) -> Place | None:
    if value is None:
        return None
    provider, unit = value
    return Place(HsaId.parse(provider), HsaId.parse(unit))


def _actor_kind(value: str | None) -> ActorKind | None:
    return None if value is None else ActorKind(value)


def _plain(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_TEXT and text.isprintable()
