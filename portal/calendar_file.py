"""A calendar file (RFC 5545) of what is known: little of each time, and what may be missing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from icalendar import Calendar, Event

from stodtjanster.information import Appointment, OwnEntry, VisitForm
from stodtjanster.model import (
    Answer,
    Approximate,
    Dated,
    Outcome,
    Timed,
    When,
)
from views.kit.notices import notices_of
from views.kit.rows import in_order, unit_of
from views.kit.traces import Pen, Trace
from views.kit.view import Scene
from views.kit.words import N_

MIME: Final = "text/calendar; charset=utf-8"

_PRODUCT: Final = "-//Sammanhållen planering//Portalen//SV"
_COPY: Final = Outcome.DATA_FROM_CACHE_SYNCH_FAILED
_AGAIN: Final = timedelta(hours=6)
_DAY: Final = timedelta(days=1)
_NAME: Final = N_("Vårdtider")
_TIME: Final = N_("Vårdtid")
_OWN: Final = N_("Egen tid")
_SEE: Final = N_("Se Sammanhållen planering: {url}")
_OLD: Final = N_("Den som gav tiden svarade inte när kalendern hämtades. Tiden kan ha ändrats.")
_GAP: Final = N_("Alla vårdtider syns kanske inte")
_GAPS: Final = N_(
    "Alla svarade inte när kalendern hämtades. Det kan finnas tider som inte syns här."
)


@dataclass(frozen=True, slots=True)
class Saying:
    """How much the calendar says. `detailed`: what a time is about, where and with whom. `daily`:
    it has the visits of every day."""

    detailed: bool = False
    daily: bool = False

    def includes(self, item: Appointment) -> bool:
        return self.daily or not item.recurring


def calendar_file(
    booked: Answer[Appointment],
    believed: Iterable[Trace],
    scene: Scene,
    pen: Pen,
    saying: Saying,
    url: str,
) -> bytes:
    """What is to come and has a day. `believed` is what the silent told before. `url` is where the
    person logs in."""
    words = scene.words
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for name in ("name", "x-wr-calname"):
        calendar.add(name, words.gettext(_NAME))
    calendar.add("refresh-interval", _AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT6H")
    made = _Maker(scene, pen, saying, url)
    for event in (*made.told(booked), *made.old(believed), *made.gap(booked)):
        calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written


@dataclass(frozen=True, slots=True)
class _Maker:
    scene: Scene
    pen: Pen
    saying: Saying
    url: str

    def told(self, booked: Answer[Appointment]) -> Iterator[Event]:
        copies = {report.system for report in booked.reports if report.outcome is _COPY}
        for item in in_order(booked.items, self.scene.situation.now):
            if self.saying.includes(item) and _has_day(item.when):
                said = self._description(item)
                if item.origin.system in copies:
                    said = f"{self.scene.words.gettext(_OLD)}\n{said}"
                name, place = self.pen.name(item.origin), self._place(item)
                yield self._event(name, self._summary(item), item.when, said, place)

    def old(self, believed: Iterable[Trace]) -> Iterator[Event]:
        gettext = self.scene.words.gettext
        for trace in believed:
            if trace.when is not None and _has_day(trace.when):
                said = f"{gettext(_OLD)}\n{self._see()}"
                yield self._event(trace.name, gettext(_TIME), trace.when, said)

    def gap(self, booked: Answer[Appointment]) -> Iterator[Event]:
        """Calendars show nothing of a calendar but its events."""
        silent = [r for r in booked.gaps if r.outcome is not Outcome.NOT_ASKED]
        if not silent:
            return
        scene, today = self.scene, self.scene.situation.today
        said = [scene.words.gettext(_GAPS)]
        if self.saying.detailed:
            notices = notices_of(silent, scene.directory, scene.words)
            said += [f"{notice.heading}." for notice in notices]
        text = "\n".join((*said, self._see()))
        name = f"allt-syns-inte-{today.isoformat()}"
        yield self._event(name, scene.words.gettext(_GAP), Dated(today), text, busy=False)

    def _event(
        self,
        name: str,
        summary: str,
        when: When,
        description: str,
        place: str | None = None,
        *,
        busy: bool = True,
    ) -> Event:
        event = Event()
        event.add("uid", f"{name}@{urlsplit(self.url).hostname}")
        event.add("dtstamp", self.scene.situation.now.astimezone(UTC))
        for name_of_it, moment in _span(when):
            event.add(name_of_it, moment)
        event.add("summary", summary)
        event.add("description", description)
        event.add("url", self.url)
        event.add("class", "PRIVATE")
        event.add("transp", "OPAQUE" if busy else "TRANSPARENT")
        if place is not None:
            event.add("location", place)
        return event

    def _summary(self, item: Appointment) -> str:
        if self.saying.detailed and item.title is not None:
            return item.title.text
        return self.scene.words.gettext(_OWN if isinstance(item, OwnEntry) else _TIME)

    def _description(self, item: Appointment) -> str:
        if not self.saying.detailed:
            return self._see()
        unit = None if isinstance(item, OwnEntry) else unit_of(item, self.scene)
        said = (*((unit,) if unit else ()), *item.who)
        return "\n".join((*(each.text for each in said), self._see()))

    def _place(self, item: Appointment) -> str | None:
        """Never where the person lives."""
        if not self.saying.detailed or item.place is None or item.form is VisitForm.HOME:
            return None
        return item.place.text

    def _see(self) -> str:
        return self.scene.words.gettext(_SEE).format(url=self.url)


def _has_day(when: When) -> bool:
    return isinstance(when, Timed | Approximate | Dated)


def _span(when: When) -> Iterator[tuple[str, datetime | date]]:
    """Moments in UTC, which every calendar knows; whole days without zone. Ends are exclusive."""
    match when:
        case Timed(start, end) | Approximate(start, end):
            yield "dtstart", start.astimezone(UTC)
            if end is not None:
                yield "dtend", end.astimezone(UTC)
        case Dated(day, last):
            yield "dtstart", day
            yield "dtend", (last or day) + _DAY
