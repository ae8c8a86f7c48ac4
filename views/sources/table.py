"""Sources by who answers for them: what each was asked for, what came of it, and how old it is."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

from stodtjanster.catalogue import Unit
from stodtjanster.information import (
    Agreement,
    Appointment,
    CareContact,
    CareManager,
    CarePlan,
    CareService,
    Listing,
    Medication,
    Message,
    ReferralStatus,
)
from stodtjanster.model import Answer, Report, gather
from views.kit.notices import Mark, Trouble, joined, mark_of, noun, source_name, trouble_of
from views.kit.plan_cards import Tag
from views.kit.view import Scene
from views.kit.words import N_, Words

Came: TypeAlias = Trouble | Literal["told", "nothing"]
"""What came of a question."""

_TAGS: Final[Mapping[Came, Tag]] = {
    "silent": Tag(N_("Svarar inte"), "warning"),
    "ours": Tag(N_("Felet ligger hos oss"), "warning"),
    "copy": Tag(N_("Bara en äldre kopia"), "warning"),
    "partial": Tag(N_("Svarade bara delvis"), "warning"),
    "rows": Tag(N_("En del gick inte att läsa"), "warning"),
    "waiting": Tag(N_("Har inte svarat än"), "quiet"),
    "ordered": Tag(N_("Svaret är beställt"), "quiet"),
    "paused": Tag(N_("Hämtas inte just nu"), "quiet"),
    "unconnected": Tag(N_("Inte ansluten"), "quiet"),
    "told": Tag(N_("Svarade"), "good"),
    # What another source has told of too is shown once, and may be from that one.
    "nothing": Tag(N_("Svarade: inget att visa härifrån"), "good"),
}
_TROUBLES: Final[tuple[Trouble, ...]] = (
    *("silent", "ours", "copy", "partial", "rows"),
    *("waiting", "ordered", "paused", "unconnected"),
)
"""The worst first."""
_SILENT: Final[frozenset[Trouble]] = frozenset({"silent", "ours"})
_WITHOUT: Final[frozenset[Trouble | None]] = _SILENT | {"waiting", "paused"}
"""Those of which nothing has come."""
_ORDER: Final[tuple[Came, ...]] = (*_TROUBLES, "told", "nothing")

_AGAIN: Final = N_("Försök igen om en stund. Ring dem om det inte kan vänta.")
_SEE_TO_IT: Final[Mapping[Came, str]] = {
    "silent": _AGAIN,
    "ours": _AGAIN,
    "copy": N_("Uppgifterna kan ha ändrats. Försök igen om en stund."),
    "partial": N_("Det kan finnas mer. Försök igen om en stund."),
    "rows": N_("Fråga dem vad som saknas."),
    "waiting": N_("Ladda om sidan om en stund."),
    "ordered": N_("Kom tillbaka om en stund."),
    "paused": N_("Fråga dem om något saknas."),
    "unconnected": N_("De delar inte det här ännu. Fråga dem."),
}


@dataclass(frozen=True, slots=True)
class Kinds:
    """Kinds of information of which the same came. `what` names them, with how many are shown;
    `as_of` is how old the oldest is, None when nothing came."""

    what: str
    tag: Tag
    as_of: datetime | None
    see_to_it: str | None


@dataclass(frozen=True, slots=True)
class Source:
    """Everything that one organisation was asked for. `phone` is there when there is something to
    ask it about."""

    name: str
    mark: Mark
    rows: tuple[Kinds, ...]
    phone: str | None


@dataclass(frozen=True, slots=True)
class Sources:
    """`whole` of the sources told all that they were asked for. `nobody` and `refused` name kinds
    that no source was asked for."""

    sources: tuple[Source, ...]
    whole: int
    checked_at: datetime
    nobody: str
    refused: str


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of information from one organisation."""

    what: str
    came: Came
    as_of: datetime | None


_Told: TypeAlias = Counter[tuple[str, str, str]]


def asked(
    booked: Answer[Appointment],
    visits: Answer[CareContact],
    managers: Answer[CareManager],
    listings: Answer[Listing],
    plans: Answer[CarePlan],
    agreements: Answer[Agreement],
    services: Answer[CareService],
    medicines: Answer[Medication],
    referrals: Answer[ReferralStatus],
    messages: Answer[Message],
    scene: Scene,
) -> Sources | None:
    """Those that have not told all stand first. None when there is nobody to ask."""
    everything: Answer[Any] = gather(
        (
            *(booked, visits, managers, listings, plans),
            *(agreements, services, medicines, referrals, messages),
        )
    )
    if not everything.reports:
        return None
    told = _told(everything)
    groups: dict[str, list[tuple[Report, Unit]]] = {}
    for report in everything.reports:
        if report.source:
            unit = scene.directory.behind(report)
            groups.setdefault(source_name(trouble_of(report), unit), []).append((report, unit))
    found = [_source(name, mine, told, scene.words) for name, mine in groups.items()]
    found.sort(key=lambda pair: (pair[0], pair[1].name.casefold()))
    unasked = [report for report in everything.reports if not report.source]
    return Sources(
        sources=tuple(source for _, source in found),
        whole=sum(_TAGS[_ORDER[place]].tone == "good" for place, _ in found),
        checked_at=scene.situation.now,
        nobody=_nouns((r for r in unasked if trouble_of(r) == "nobody"), scene.words),
        refused=_nouns((r for r in unasked if trouble_of(r) == "refused"), scene.words),
    )


def _told(everything: Answer[Any]) -> _Told:
    """How many things are shown from each source, system and kind. What a source passes on from
    systems that it has not reported belongs to all that it did report."""
    systems: dict[tuple[str, str], set[str]] = {}
    for report in everything.reports:
        systems.setdefault((report.source, report.information), set()).add(report.system)
    told: _Told = Counter()
    for item in everything.items:
        source = item.origin.source
        known = systems.get((source, item.key), set())
        told.update((source, each, item.key) for each in {item.origin.system} & known or known)
    return told


def _source(
    name: str, mine: list[tuple[Report, Unit]], told: _Told, words: Words
) -> tuple[int, Source]:
    """With the place in the order of the worst that came of its questions."""
    reports: dict[str, list[Report]] = {}
    for report, _ in mine:
        reports.setdefault(report.information, []).append(report)
    kinds = [_kind(key, same, told, words) for key, same in reports.items()]
    alike: dict[tuple[int, datetime | None], list[_Kind]] = {}
    for kind in kinds:
        alike.setdefault((_ORDER.index(kind.came), _minute(kind.as_of)), []).append(kind)
    rows = tuple(_row(alike[key], words) for key in sorted(alike, key=lambda key: key[0]))
    worst = min(place for place, _ in alike)
    unit = next((unit for _, unit in mine if unit.phone), mine[0][1])
    phone = unit.phone if _ORDER[worst] in _SEE_TO_IT else None
    return worst, Source(_capital(name), mark_of(unit.kind), rows, phone)


def _kind(key: str, reports: list[Report], told: _Told, words: Words) -> _Kind:
    count = sum(told[name] for name in {(r.source, r.system, key) for r in reports})
    what = noun(key, words)
    ages = (report.as_of for report in reports if report.as_of is not None)
    return _Kind(
        what=f"{what} ({count})" if count else what,
        came=_worst(reports) or ("told" if count else "nothing"),
        as_of=min(ages, default=None),
    )


def _worst(reports: Iterable[Report]) -> Trouble | None:
    """Who shares it in one way is connected; who told something has answered in part."""
    troubles = {trouble_of(report) for report in reports}
    if troubles != {"unconnected"}:
        troubles.discard("unconnected")
    worst = next((each for each in _TROUBLES if each in troubles), None)
    return "partial" if worst in _SILENT and troubles - _WITHOUT else worst


def _row(same: list[_Kind], words: Words) -> Kinds:
    tag = _TAGS[same[0].came]
    what = joined([kind.what for kind in same], words)
    see_to_it = _SEE_TO_IT.get(same[0].came)
    return Kinds(
        what=_capital(what),
        tag=Tag(words.gettext(tag.text), tag.tone),
        as_of=min((kind.as_of for kind in same if kind.as_of), default=None),
        see_to_it=words.gettext(see_to_it) if see_to_it else None,
    )


def _nouns(reports: Iterable[Report], words: Words) -> str:
    keys = dict.fromkeys(report.information for report in reports)
    return joined([noun(key, words) for key in keys], words)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _minute(moment: datetime | None) -> datetime | None:
    return moment.replace(second=0, microsecond=0) if moment else None
