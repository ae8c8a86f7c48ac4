"""The sentences that may only be said when everybody has answered."""

from __future__ import annotations

from datetime import UTC, datetime

from portal.i18n import LANGUAGES, Speaker
from stodtjanster.catalogue import Directory
from stodtjanster.model import Actor, ActorKind, Answer, PersonId, Situation, Subject
from views.kit import plans
from views.kit.view import Scene
from views.overview import view

_PERSON = PersonId.parse("190001019801")
_SCENE = Scene(
    situation=Situation(
        actor=Actor(ActorKind.CITIZEN, _PERSON, "loa3"),
        subject=Subject(_PERSON),
        language="sv",
        now=datetime.now(UTC),
    ),
    words=Speaker(LANGUAGES["sv"]),
    directory=Directory([]),
)
_PARTS = plans.planning(Answer(), Answer(), Answer(), _SCENE)

NONE: tuple[str, ...] = (
    *dict.fromkeys(section.none for section in view.sections),
    *(part.empty_text for part in (_PARTS.plans, _PARTS.agreements, _PARTS.services)),
)
