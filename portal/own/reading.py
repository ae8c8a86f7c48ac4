"""What a form of the person's own stands on: what they have put in, and what it may belong to."""

import logging
from collections.abc import Callable
from time import monotonic
from typing import Any, Final, TypeAlias

from portal.gate import note_shown
from portal.visit import Visit
from stodtjanster.access import Permit
from stodtjanster.audit import AuditUnavailable
from stodtjanster.fetch import Harvest
from stodtjanster.information import Appointment, CarePlan, OwnEntry, OwnNote
from stodtjanster.model import ActorKind, Answer
from views.event import view as event_view
from views.kit.own_ways import PATH
from views.kit.plans import PLANS
from views.kit.view import View
from views.kit.words import N_
from views.own import view as own_view

log = logging.getLogger(__name__)

Own: TypeAlias = OwnEntry | OwnNote

# Not in the menu and without sections: what the gate is asked about, and no more than that.
KEPT: Final = View(
    key="own-form",
    path=f"{PATH}/ny",
    question=N_("Det du har lagt in själv"),
    audience=frozenset({ActorKind.CITIZEN}),
    needs={name: own_view.needs[name] for name in ("times", "notes")},
)
TIED: Final = View(
    key="own-tied",
    path=f"{PATH}/ny",
    question=N_("Det du har lagt in själv"),
    audience=KEPT.audience,
    needs={"plans": PLANS, "booked": event_view.needs["booked"]},
)
_DETAIL: Final = "own-words"


class Unreadable(Exception):  # noqa: N818 - a state
    """What the person has put in cannot be read now, so nobody knows whether it is there."""


class Shelf:
    """What the person has put in, as it is known now.

    Raises Refused when the rules say no, and AuditUnavailable.
    """

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self.permit = visit.permit(KEPT, detail=_DETAIL)
        harvest = visit.house.fetch.begin(self.permit, KEPT.needs)
        wait_for(harvest, KEPT.needs, visit.house.settings.hard_seconds)
        both = harvest.answer("times") + harvest.answer("notes")
        self._known: Answer[Any] = both

    def find(self, handle: str) -> Own | None:
        """The one that an address names; None when it is not there. Raises Unreadable."""
        scene = self._visit.scene()
        return self._find(lambda item: scene.handle(item.origin) == handle)

    def kept_as(self, key: str) -> Own | None:
        """The one that the store calls so. Raises Unreadable."""
        return self._find(lambda item: item.origin.record == key)

    def _find(self, is_it: Callable[[Own], bool]) -> Own | None:
        for item in self._known.items:
            if is_it(item):
                _note(self._visit, self.permit, self._known)
                own: Own = item
                return own
        if not self._known.complete:
            raise Unreadable
        return None


class Ties:
    """The plans and times that a note may belong to, as far as they are known.

    It waits for them `seconds`, or until `wanted` is among them.
    """

    def __init__(self, visit: Visit, seconds: float, wanted: Callable[["Ties"], bool]) -> None:
        permit = visit.permit(TIED, detail=_DETAIL)
        self._harvest = visit.house.fetch.begin(permit, TIED.needs)
        wait_for(self._harvest, TIED.needs, seconds, lambda: wanted(self))
        _note(visit, permit, self.plans + self.booked)

    @property
    def plans(self) -> Answer[CarePlan]:
        return _of(self._harvest.answer("plans"), CarePlan)

    @property
    def booked(self) -> Answer[Appointment]:
        return _of(self._harvest.answer("booked"), Appointment)


def wait_for(
    harvest: Harvest,
    needs: Any,
    seconds: float,
    enough: Callable[[], bool] = lambda: False,
) -> None:
    """Until all has landed, it is enough, or the time has gone."""
    until = monotonic() + seconds
    while not harvest.settled(needs) and not enough():
        left = until - monotonic()
        if left <= 0 or not harvest.wait(left):
            return


def _of(answer: Answer[Any], kind: type[Any]) -> Answer[Any]:
    return Answer(tuple(i for i in answer.items if isinstance(i, kind)), answer.reports)


def _note(visit: Visit, permit: Permit, shown: Answer[Any]) -> None:
    """The disclosure is logged already; this adds from where it came to be."""
    try:
        note_shown(visit.house, permit, shown.reports)
    except AuditUnavailable:
        log.exception("what was shown is not recorded", extra={"view": KEPT.key})
