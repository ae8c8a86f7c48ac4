"""What can be done about a booked time: which ways are open, and what they are called.

A way is offered only when the source has said that it is open. What a source leaves unsaid is asked
for on a page of its own, never guessed at with a button.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from stodtjanster.information import Appointment, OwnEntry
from stodtjanster.information.booking import (
    BookingAct,
    CancelBooking,
    MakeBooking,
    MoveBooking,
    ReportAbsence,
)
from stodtjanster.model import Approximate, Open, Origin, Timed, last_day
from views.kit.about import whose
from views.kit.cards import Action
from views.kit.own_ways import change_or_remove
from views.kit.view import Scene
from views.kit.words import N_

PATHS: Final[Mapping[type[BookingAct], str]] = {
    MakeBooking: "boka",
    CancelBooking: "avboka",
    MoveBooking: "boka-om",
    ReportAbsence: "inte-hemma",
}
"""Where each begins, below the page of the time, in the order in which they are offered."""
ASK: Final = "andra"
"""Where it is found out what can be done."""

_LABELS: Final[Mapping[type[BookingAct], tuple[str, str]]] = {
    MakeBooking: (N_("Boka tid"), N_("Boka tid åt {name}")),
    CancelBooking: (N_("Avboka"), N_("Avboka {whose} tid")),
    MoveBooking: (N_("Boka om"), N_("Boka om {whose} tid")),
    ReportAbsence: (N_("Jag är inte hemma"), N_("{name} är inte hemma")),
}
"""What is on the button for one's own time, and for somebody else's."""
_ASK_LABEL: Final = N_("Se om tiden kan ändras")
_CANNOT: Final = N_("Tiden går inte att avboka eller boka om här.")


@dataclass(frozen=True, slots=True)
class Offer:
    """`note` says that nothing can be done here, where that is known."""

    actions: tuple[Action, ...] = ()
    note: str | None = None


def offered(item: Appointment, scene: Scene) -> tuple[Action, ...]:
    """What the source has said may be done, each as a link to where it begins."""
    if isinstance(item, OwnEntry):
        return change_or_remove(item.origin, scene)
    allowed = _allowed(item, scene)
    return tuple(
        Action(f"{event_href(scene, item.origin)}/{path}", label(act, scene))
        for act, path in PATHS.items()
        if allowed.get(act) is True
    )


def offer(item: Appointment, scene: Scene) -> Offer:
    """The same on the page of the time itself, where it is also said what cannot be done, and where
    what the source has left unsaid can be asked for."""
    actions = offered(item, scene)
    if unsaid(item, scene):
        page = event_href(scene, item.origin)
        ask = Action(f"{page}/{ASK}", scene.words.gettext(_ASK_LABEL))
        return Offer((*actions, ask))
    if actions or not _is_ahead(item, scene) or item.absent or isinstance(item, OwnEntry):
        return Offer(actions)
    return Offer(note=scene.words.gettext(_CANNOT))


def may(item: Appointment, act: type[BookingAct], scene: Scene) -> bool | None:
    """Whether an act is open: None when the source has not said."""
    return _allowed(item, scene).get(act, False)


def unsaid(item: Appointment, scene: Scene) -> bool:
    """True when the source must be asked before it is known what may be done."""
    return None in _allowed(item, scene).values()


def label(act: type[BookingAct], scene: Scene) -> str:
    """The words of the button; those of a time that is somebody else's name the person."""
    return named(_LABELS[act], scene)


def named(texts: tuple[str, str], scene: Scene) -> str:
    """Of two texts the one to the person, or the one about them with {name} or {whose} in it."""
    own, others = texts
    if scene.name is None:
        return scene.words.gettext(own)
    name, owner = scene.name, whose(scene.name, scene.words)
    return scene.words.gettext(others).format(name=name, whose=owner)


def _allowed(item: Appointment, scene: Scene) -> dict[type[BookingAct], bool | None]:
    """Of what can be done here to this source's bookings, what it says of this one."""
    here = scene.acts.get(item.origin.source, frozenset())
    if not here or not _is_ahead(item, scene):
        return {}
    if isinstance(item.when, Open):
        said: dict[type[BookingAct], bool | None] = {MakeBooking: item.invitation}
    else:
        said = {CancelBooking: item.cancel_allowed, MoveBooking: item.rebook_allowed}
    said[ReportAbsence] = item.absence_allowed and not item.absent
    return {act: known for act, known in said.items() if act in here}


def _is_ahead(item: Appointment, scene: Scene) -> bool:
    """What has begun cannot be changed; what has no clock time, until its day is over."""
    if item.done:
        return False
    match item.when:
        case Timed(start) | Approximate(start):
            return start > scene.situation.now
        case Open():
            return item.invitation
        case when:
            last = last_day(when)
            return last is None or last >= scene.situation.today


def event_href(scene: Scene, origin: Origin) -> str:
    """The page of a booked time."""
    return f"{scene.base}handelse/{scene.handle(origin)}"
