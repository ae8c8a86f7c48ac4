"""Items as rows: what the person reads, and why they see it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2s
from typing import Any, Literal

from stodtjanster.information import Appointment, CareContact, Item, VisitForm
from stodtjanster.model import (
    ActorKind,
    Answer,
    Approximate,
    Dated,
    Origin,
    Outcome,
    Side,
    Timed,
    Told,
    When,
    last_day,
    local_day,
    midnight,
)
from views.kit.actions import event_href, offered
from views.kit.cards import Before, Conflict, EventRow
from views.kit.notices import Mark, Why, mark_of
from views.kit.view import Scene
from views.kit.words import N_

_FORMS: Mapping[VisitForm, tuple[str, Literal["home", "visit", "phone", "video"]]] = {
    VisitForm.HOME: (N_("Hembesök"), "home"),
    VisitForm.VISIT: (N_("Besök"), "visit"),
    VisitForm.PHONE: (N_("Telefon"), "phone"),
    VisitForm.VIDEO: (N_("Videomöte"), "video"),
}
_KINDS = {
    "appointment": N_("En bokad tid"),
    "care_manager": N_("En fast kontakt"),
    "listing": N_("Ett vårdval"),
    "care_plan": N_("En plan"),
    "agreement": N_("En överenskommelse"),
    "care_service": N_("Ett beslut om en insats"),
    "care_contact": N_("Ett besök"),
    "medication": N_("Ett läkemedel"),
    "message": N_("Ett meddelande"),
    "own_entry": N_("En egen tid"),
    "own_note": N_("En egen anteckning"),
}
_KIND_OTHERWISE = N_("En uppgift")
_TAKES_PART = N_("Du deltar i vården av patienten, och ditt uppdrag ger dig rätt att läsa.")
_GIVES = N_("Din enhet ger insatser, och ditt uppdrag ger dig rätt att läsa.")
_YOU = N_("Dig själv")
_THE_PERSON = N_("Den som planeringen gäller")


@dataclass(frozen=True, slots=True)
class Explainer:
    """Says of any item of some answers who it comes from and why it is seen."""

    scene: Scene
    copies: frozenset[str]

    @classmethod
    def of(cls, scene: Scene, *answers: Answer[Any]) -> "Explainer":
        copied = Outcome.DATA_FROM_CACHE_SYNCH_FAILED
        return cls(
            scene,
            frozenset(r.system for a in answers for r in a.reports if r.outcome is copied),
        )

    def why(self, item: Item) -> Why:
        if item.sharing is not None:
            return self._own(item)
        unit = self.scene.directory.of(item.origin)
        words = self.scene.words
        return Why(
            source_name=unit.owner,
            unit_name=item.origin.unit_name or Told(unit.name),
            fetched_at=item.origin.fetched_at,
            from_copy=item.origin.system in self.copies,
            ground=self._ground(),
            contract_words=words.gettext(_KINDS.get(item.key, _KIND_OTHERWISE)),
        )

    def _ground(self) -> str:
        """The words of the decision's ground: a law for oneself and a child, a grant for others."""
        scene = self.scene
        if scene.situation.actor.kind is ActorKind.OMBUD:
            granted = N_("{name} har gett dig tillgång som ombud.")
            return scene.words.gettext(granted).format(name=scene.name)
        if scene.situation.actor.kind is ActorKind.GUARDIAN:
            return scene.words.gettext(N_("Du är vårdnadshavare, och har rätt att se det."))
        if scene.situation.actor.kind is ActorKind.STAFF:
            gives = scene.situation.actor.side is Side.OMSORG
            return scene.words.gettext(_GIVES if gives else _TAKES_PART)
        return scene.words.gettext(N_("Uppgiften gäller dig, och du har rätt att se den."))

    def _own(self, item: Item) -> Why:
        """What the person has written themself, for themself or for whom they have chosen."""
        words = self.scene.words
        mine = self.scene.situation.about_self
        ground = N_("Du har lagt in uppgiften själv, och du ser alltid det du har lagt in.")
        shared = N_("Den som planeringen gäller har lagt in uppgiften och valt att dela den.")
        return Why(
            source_name=words.gettext(_YOU if mine else _THE_PERSON),
            unit_name=None,
            fetched_at=item.origin.fetched_at,
            from_copy=False,
            ground=words.gettext(ground if mine else shared),
            contract_words=words.gettext(_KINDS.get(item.key, _KIND_OTHERWISE)),
            own=True,
        )

    def mark(self, item: Item) -> Mark:
        return mark_of(self.scene.directory.of(item.origin).kind)


def anchor(origin: Origin) -> str:
    """An id on the page that says nothing of the record."""
    name = "\x1f".join(origin.identity).encode()
    return "h" + blake2s(name, digest_size=6).hexdigest()


def span(item: Appointment) -> tuple[date, datetime | None, datetime | None] | None:
    """Day, start and end in Sweden; None when not even the day is known."""
    match item.when:
        case Timed(start, end) | Approximate(start, end):
            return local_day(start), start, end
        case Dated(day):
            return day, None, None
        case _:
            return None


def is_to_come(item: Appointment, now: datetime) -> bool:
    """Neither over nor done. A thing without clock time lasts its whole day; one without any time
    at all cannot be over."""
    if item.done:
        return False
    match item.when:
        case Timed(start, end) | Approximate(start, end):
            return (end or start) > now
        case when:
            last = last_day(when)
            return last is None or last >= local_day(now)


def in_order(items: tuple[Appointment, ...], now: datetime) -> tuple[Appointment, ...]:
    """Those to come, by day and clock; within a day, whole-day things first. What has no day yet
    stands last: it must not be lost, or the page would say that there is nothing."""
    coming = [item for item in items if is_to_come(item, now)]
    return by_time(coming)


def by_time(items: Iterable[Appointment]) -> tuple[Appointment, ...]:
    """By day and clock, also what is over."""
    return tuple(sorted(items, key=_place))


def _place(item: Appointment) -> tuple[date, datetime]:
    day, start, _ = span(item) or (date.max, None, None)
    return day, start or midnight(day)


def unit_of(item: Appointment | CareContact, scene: Scene) -> Told | None:
    """What the source calls it, else the catalogue. None for what the person has put in."""
    if item.sharing is not None:
        return None
    return item.unit or item.origin.unit_name or Told(scene.directory.of(item.origin).name)


def event_row(
    item: Appointment, explain: Explainer, conflicts: tuple[Conflict, ...] = ()
) -> EventRow:
    day, start, end = span(item) or (None, None, None)
    words = explain.scene.words
    form = _FORMS.get(item.form)
    return EventRow(
        anchor=anchor(item.origin),
        day=day,
        start=start,
        end=end,
        approximate=isinstance(item.when, Approximate),
        title=item.title or Told(words.gettext(N_("Bokad tid")), words.language),
        unit=unit_of(item, explain.scene),
        who=_together(item.who),
        who_pending=item.form is VisitForm.HOME and not item.who,
        place=item.place,
        form=words.gettext(form[0]) if form else None,
        form_icon=form[1] if form else None,
        mark=explain.mark(item),
        invitation=item.invitation,
        note=item.instruction,
        why=explain.why(item),
        last_day=last_day(item.when) if isinstance(item.when, Dated) else None,
        href=event_href(explain.scene, item.origin),
        before=_before(item.previous),
        conflicts=conflicts,
        actions=offered(item, explain.scene),
        absent=item.absent,
    )


def _before(when: When | None) -> Before | None:
    match when:
        case Timed(start):
            return Before(local_day(start), start)
        case Dated(day):
            return Before(day)
        case _:
            return None


def _together(names: tuple[Told, ...]) -> Told | None:
    """Semicolons between: a name often comes with a title after a comma of its own."""
    return Told("; ".join(name.text for name in names), names[0].lang) if names else None
