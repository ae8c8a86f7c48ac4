"""Vad är ändrat sedan sist: what is new, moved, changed or gone, by the day that it is about."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final

from stodtjanster.information import (
    Agreement,
    Appointment,
    CareManager,
    CarePlan,
    CareService,
    Item,
    Listing,
    Message,
)
from stodtjanster.model import Answer, Need, Outcome, Report, Timed, Told, first_day
from views.kit import agenda, care, plans
from views.kit import messages as letters
from views.kit.cards import Before
from views.kit.memory import Asked, Change, News, changes
from views.kit.notices import Mark, Why, mark_of
from views.kit.rows import Explainer, event_row
from views.kit.traces import Pen, Trace
from views.kit.view import Scene
from views.kit.words import N_, Words

NEEDS: Final[Mapping[str, Need[Any]]] = {
    "booked": agenda.BOOKED,
    "plans": plans.PLANS,
    "agreements": plans.AGREEMENTS,
    "services": plans.SERVICES,
    "listings": care.LISTINGS,
    "managers": care.MANAGERS,
    "messages": letters.MESSAGES,
}
"""What is remembered. The same as where each is shown, so that it lies on the shelf."""

NONE: Final = N_("Inget har ändrats sedan du var här senast, hos dem som svarade.")

FOLD_FROM: Final = 3
_FEW: Final = 4

_LABELS: Final[Mapping[Change, Mapping[type[Item], str]]] = {
    Change.NEW: {
        Appointment: N_("Ny tid"),
        CarePlan: N_("Ny plan"),
        Agreement: N_("Ny överenskommelse"),
        CareService: N_("Nytt beslut om en insats"),
        CareManager: N_("Ny fast kontakt"),
        Listing: N_("Nytt vårdval"),
        Message: N_("Nytt meddelande"),
    },
    Change.MOVED: {Appointment: N_("Flyttad tid")},
    Change.CHANGED: {
        Appointment: N_("Ändrade uppgifter om en tid"),
        CarePlan: N_("Ändrad plan"),
        Agreement: N_("Ändrad överenskommelse"),
        CareService: N_("Ändrat beslut om en insats"),
        CareManager: N_("Ändrad fast kontakt"),
        Listing: N_("Ändrat vårdval"),
    },
    Change.GONE: {
        Appointment: N_("En tid står inte kvar"),
        CarePlan: N_("En plan står inte kvar"),
        Agreement: N_("En överenskommelse står inte kvar"),
        CareService: N_("Ett beslut om en insats står inte kvar"),
        CareManager: N_("En fast kontakt står inte kvar"),
        Listing: N_("Ett vårdval står inte kvar"),
    },
}
_INVITED: Final = N_("Ny kallelse")
_GONE_TIME: Final = N_("Den kan vara avbokad, eller flyttad längre fram än sex veckor.")
_GONE_UNDATED: Final = N_("En tid utan dag står inte kvar")
_GONE_OR_BOOKED: Final = N_("Den kan ha fått en dag, eller ha tagits bort.")
_SEEN_BEFORE: Final = N_("Du har sett uppgiften här tidigare.")
_KINDS: Final = {
    kind.key: kind
    for kind in (Appointment, CarePlan, Agreement, CareService, CareManager, Listing, Message)
}
_ORDER: Final = tuple(_KINDS)


@dataclass(frozen=True, slots=True)
class NewsRow:
    """One change, or `count` of the same sort, of which this is the first.

    `title` is None for what is gone: what it was called is not remembered. `note` says what that
    may mean, `phone` leads to whoever knows.
    """

    change: Change
    label: str
    mark: Mark
    why: Why
    kind: str
    day: date | None = None
    start: datetime | None = None
    title: Told | None = None
    unit: Told | None = None
    before: Before | None = None
    href: str | None = None
    note: str | None = None
    phone: str | None = None
    phone_name: str | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class NewsDay:
    day: date
    rows: tuple[NewsRow, ...]


@dataclass(frozen=True, slots=True)
class Latest:
    """`since` is None on the first visit, and when nothing is `kept`: then nothing can be told.
    `count` is how many things have changed; the rows may be fewer."""

    since: datetime | None
    kept: bool = True
    days: tuple[NewsDay, ...] = ()
    others: tuple[NewsRow, ...] = ()
    count: int = 0

    @property
    def few(self) -> tuple[NewsRow, ...]:
        """Those that have room on a page about other things as well."""
        return (*(row for day in self.days for row in day.rows), *self.others)[:_FEW]


def latest(
    booked: Answer[Appointment],
    plans: Answer[CarePlan],
    agreements: Answer[Agreement],
    services: Answer[CareService],
    listings: Answer[Listing],
    managers: Answer[CareManager],
    messages: Answer[Message],
    scene: Scene,
) -> Latest | None:
    """None when nothing has changed, as far as those who answered tell."""
    given = {
        "booked": booked,
        "plans": plans,
        "agreements": agreements,
        "services": services,
        "listings": listings,
        "managers": managers,
        "messages": messages,
    }
    return tell(given, scene)


def tell(given: Mapping[str, Answer[Any]], scene: Scene) -> Latest | None:
    """`given` are answers under the names of `NEEDS`."""
    recalled = scene.recalled
    if recalled.memory is None:
        return Latest(since=None, kept=recalled.kept)
    since = recalled.memory.since
    found = changes(since, asked(given, scene), pen_of(scene), scene.situation.now)
    if not found:
        return None
    explain = Explainer.of(scene, *given.values())
    reports = [report for answer in given.values() for report in answer.reports]
    rows = sorted(_folded([_row(each, explain, reports) for each in found], scene.words), key=_sort)
    dated = [row for row in rows if row.day is not None]
    return Latest(
        since=since.at,
        days=tuple(
            NewsDay(day, tuple(of_day))
            for day, of_day in groupby(dated, lambda row: row.day)
            if day is not None
        ),
        others=tuple(row for row in rows if row.day is None),
        count=sum(row.count for row in rows),
    )


def asked(given: Mapping[str, Answer[Any]], scene: Scene) -> tuple[Asked, ...]:
    """The answers as what is remembered of them is made."""
    today = scene.situation.today
    return tuple(
        Asked(NEEDS[name].information, NEEDS[name].period(today), answer)
        for name, answer in given.items()
    )


def pen_of(scene: Scene) -> Pen:
    return Pen(scene.secret, scene.situation.subject.person)


def _row(news: News, explain: Explainer, reports: Iterable[Report]) -> NewsRow:
    if news.item is None:
        assert news.was is not None
        return _gone(news.was, explain.scene, reports)
    return _told(news.item, news, explain)


def _told(item: Item, news: News, explain: Explainer) -> NewsRow:
    words = explain.scene.words
    row = NewsRow(
        change=news.change,
        label=words.gettext(_LABELS[news.change][type(item)]),
        mark=explain.mark(item),
        why=explain.why(item),
        kind=item.key,
    )
    match item:
        case Appointment():
            shown = event_row(item, explain)
            label = _INVITED if item.invitation and news.change is Change.NEW else None
            return replace(
                row,
                label=words.gettext(label) if label else row.label,
                day=shown.day,
                start=shown.start,
                title=shown.title,
                unit=shown.unit,
                href=shown.href,
                before=_before(news) if news.change is Change.MOVED else None,
            )
        case CarePlan():
            scene = explain.scene
            title = plans.plan_title(item, words)
            return replace(row, title=title, href=plans.plan_href(item, scene))
        case Agreement():
            return replace(row, title=item.text, href=f"{explain.scene.base}overenskommelser/")
        case CareService():
            return replace(row, title=item.name, href=f"{explain.scene.base}insatser/")
        case CareManager() | Listing():
            return replace(row, title=item.name or item.unit, unit=item.unit if item.name else None)
        case Message():
            letter = letters.message_row(item, explain)
            return replace(row, title=letter.title, unit=letter.sender, href=letter.href)
        case _:
            return row


def _gone(was: Trace, scene: Scene, reports: Iterable[Report]) -> NewsRow:
    words, place = scene.words, was.place
    said = next(
        (r for r in reports if (r.information, r.source) == (place.kind, place.source)),
        Report(place.source, place.system, place.kind, Outcome.NOT_ASKED),
    )
    unit = scene.directory.behind(replace(said, system=place.system))
    before = _when(was)
    label, note = _LABELS[Change.GONE][_KINDS[place.kind]], None
    if was.when is not None:
        label, note = (label, _GONE_TIME) if before else (_GONE_UNDATED, _GONE_OR_BOOKED)
    return NewsRow(
        change=Change.GONE,
        label=words.gettext(label),
        mark=mark_of(unit.kind),
        why=Why(
            source_name=unit.owner,
            unit_name=None,
            fetched_at=said.as_of or said.tried_at or scene.situation.now,
            from_copy=False,
            ground=words.gettext(_SEEN_BEFORE),
            contract_words=words.gettext(label),
        ),
        kind=place.kind,
        day=before.day if before else None,
        start=before.start if before else None,
        unit=Told(unit.owner),
        note=words.gettext(note) if note else None,
        phone=unit.phone,
        phone_name=unit.name if unit.phone else None,
    )


def _before(news: News) -> Before | None:
    return _when(news.was) if news.was else None


def _when(trace: Trace) -> Before | None:
    day = first_day(trace.when) if trace.when is not None else None
    if day is None:
        return None
    return Before(day, trace.when.start if isinstance(trace.when, Timed) else None)


def _folded(rows: list[NewsRow], words: Words) -> Iterable[NewsRow]:
    """Many of the same sort are one thing to read: a service that began, or ended."""
    groups: dict[tuple[object, ...], list[NewsRow]] = {}
    for row in sorted(rows, key=_sort):
        sort = (row.change, row.kind, row.why.source_name, row.title and row.title.text)
        groups.setdefault(sort, []).append(row)
    for same in groups.values():
        if len(same) < FOLD_FROM or same[0].kind != Appointment.key:
            yield from same
        else:
            label = _many(same[0].change, len(same), words)
            yield replace(same[0], label=label, count=len(same), before=None)


def _many(change: Change, count: int, words: Words) -> str:
    said = {
        Change.NEW: words.ngettext("{count} ny tid", "{count} nya tider", count),
        Change.MOVED: words.ngettext("{count} flyttad tid", "{count} flyttade tider", count),
        Change.CHANGED: words.ngettext("{count} ändrad tid", "{count} ändrade tider", count),
        Change.GONE: words.ngettext(
            "{count} tid står inte kvar", "{count} tider står inte kvar", count
        ),
    }
    return said[change].format(count=count)


def _sort(row: NewsRow) -> tuple[object, ...]:
    day = row.day or date.max
    start = row.start.isoformat() if row.start else ""
    title = row.title.text if row.title else ""
    return day, start, _ORDER.index(row.kind), row.change.value, title
