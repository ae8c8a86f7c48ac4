"""Rows of the log as a log administrator reads them, and the form that chooses among them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from portal.forms import FieldReader, Mistake
from portal.house import House
from portal.i18n import SOURCE_LANGUAGE
from portal.log_review import EMERGENCIES, LOOKS, MARKED
from portal.store import Read, Wanted
from stodtjanster.access import Reason
from stodtjanster.audit import AuditEvent, EventKind
from stodtjanster.model import HsaId, PersonId, Told, midnight
from views.kit.notices import joined, noun
from views.kit.words import N_, Words

DAYS: Final = 7
"""How far back one looks when one has not chosen."""
LONGEST: Final = 366
_YEARS: Final = range(2000, 2200)
"""Outside these there is no log, and not all days of theirs have a day before and after."""

_GROUNDS: Final[Mapping[str, str]] = {
    Reason.OWN_UNIT: N_("Egen enhet"),
    Reason.OWN_PROVIDER: N_("Egen vårdgivare"),
    Reason.CONSENT: N_("Samtycke"),
    Reason.EMERGENCY_ACCESS: N_("Nödöppning"),
    Reason.BLOCK_LIFTED_CONSENT: N_("Spärr hävd med samtycke"),
    Reason.BLOCK_LIFTED_EMERGENCY: N_("Spärr hävd vid nödöppning"),
    Reason.BLOCK_IDENTITY_EMERGENCY: N_("Vem som har spärrat, vid nödöppning"),
    Reason.CHILD_NO_CONSENT_NEEDED: N_("Barn, samtycke behövs inte"),
    Reason.SVOD_INCAPACITY: N_("Patienten kan inte samtycka"),
    Reason.PROTECTED_IDENTITY_REDACTED: N_("Skyddade personuppgifter"),
    Reason.STAFF_OWN_RECORD: N_("Egna uppgifter"),
    Reason.CONTEXT_TAMPERED: N_("Ändrat uppdrag"),
    Reason.LOG_REVIEW: N_("Loggkontroll"),
}
_ASKED_FOR: Final[Mapping[str, str]] = {
    "emergency": N_("Begäran om nödöppning"),
    "lifting": N_("Begäran om att häva spärr"),
}
"""What an employee has registered, and nothing was read by itself."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What the form says, as it was written, and what it means when nothing is wrong with it."""

    first: str
    last: str
    employee: str
    patient: str
    with_looks: bool
    page: int
    wanted: Wanted | None
    mistakes: tuple[Mistake, ...] = ()

    def wrong(self, field: str) -> str | None:
        return next((each.text for each in self.mistakes if each.field == field), None)


@dataclass(frozen=True, slots=True)
class LogRow:
    """One entry. `owners` are others whose records were shown; `mine` that the reader made it."""

    seq: int
    at: datetime
    employee: str
    name: str | None
    unit: Told
    assignment: Told | None
    patient: str
    what: str
    owners: tuple[Told, ...]
    ground: str
    purpose: Told | None
    emergency: bool
    review: bool
    refused: bool
    mine: bool


def chosen(said: Mapping[str, str], provider: HsaId, today: date, words: Words) -> Choice:
    """Read the form; without one it is the last `DAYS` days of everybody."""
    reader = FieldReader(words)
    first = said.get("fran", (today - timedelta(days=DAYS - 1)).isoformat())
    last = said.get("till", today.isoformat())
    employee, patient = said.get("medarbetare", "").strip(), said.get("patient", "").strip()
    since = reader.read("fran", lambda: _day(reader, first))
    until = reader.read("till", lambda: _day(reader, last))
    who = reader.read("medarbetare", lambda: _employee(reader, employee))
    whose = reader.read("patient", lambda: _patient(reader, patient))
    if since and until:
        reader.read("till", lambda: _in_order(reader, since, until))
    number = said.get("sida", "")
    choice = Choice(
        first=first,
        last=last,
        employee=employee,
        patient=patient,
        with_looks=said.get("loggkontroller") == "ja",
        page=int(number) if number.isascii() and number.isdecimal() and len(number) < 5 else 1,
        wanted=None,
        mistakes=tuple(reader.mistakes),
    )
    if choice.mistakes or since is None or until is None:
        return choice
    wanted = Wanted(
        provider=provider,
        since=midnight(since),
        until=midnight(until + timedelta(days=1)),
        employee=who,
        patient=whose,
        first=MARKED,
        without=frozenset() if choice.with_looks else LOOKS,
    )
    return replace(choice, page=max(1, choice.page), wanted=wanted)


def log_row(h: House, read: Read, provider: HsaId, me: HsaId, name: str, words: Words) -> LogRow:
    """`name` is that of `me`, who reads the log: no other name is known by its HSA-id."""
    event = read.event
    kinds = (*event.information, *(kind for one in read.shown for kind in one.information))
    nouns = list(dict.fromkeys(noun(kind, words) for kind in kinds))
    told = joined(nouns, words) or _asked_for(event, words)
    owners = {owner for one in (event, *read.shown) for owner in one.owners} - {provider}
    ground = event.ground or ""
    return LogRow(
        seq=read.seq,
        at=event.at,
        employee=event.employee.value if event.employee else "",
        name=name if event.employee == me else None,
        unit=_named(h, event.place.unit) if event.place else Told("", SOURCE_LANGUAGE),
        assignment=Told.maybe(event.assignment),
        patient=_spaced(event.subject) if event.subject else "",
        what=told[:1].upper() + told[1:],
        owners=tuple(_named(h, owner) for owner in sorted(owners)),
        ground=words.gettext(_GROUNDS[ground]) if ground in _GROUNDS else ground,
        purpose=Told.maybe(event.purpose),
        emergency=ground in EMERGENCIES,
        review=ground in MARKED,
        refused=event.event is EventKind.REFUSED,
        mine=event.employee == me,
    )


def subjects(reads: Iterable[Read]) -> dict[PersonId, tuple[PersonId, ...]]:
    """Everybody whom these entries are about, each once, with their other numbers."""
    return {read.event.subject: read.event.others for read in reads if read.event.subject}


def _asked_for(event: AuditEvent, words: Words) -> str:
    asked = _ASKED_FOR.get(event.detail or "")
    return words.gettext(asked) if event.event is EventKind.REGISTERED and asked else ""


def _named(h: House, unit: HsaId) -> Told:
    known = h.directory.find(unit.value)
    return Told(known.name if known is not None else unit.value, SOURCE_LANGUAGE)


def _spaced(number: PersonId) -> str:
    return f"{number.value[:8]}-{number.value[8:]}"


def _day(reader: FieldReader, written: str) -> date:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        day = None
    if day is None or day.year not in _YEARS:
        raise reader.wrong(N_("Skriv en dag, till exempel 2026-11-20"))
    return day


def _in_order(reader: FieldReader, first: date, last: date) -> None:
    if not timedelta(0) <= last - first < timedelta(days=LONGEST):
        raise reader.wrong(N_("Perioden ska sluta efter att den börjar, och vara högst ett år"))


def _employee(reader: FieldReader, written: str) -> HsaId | None:
    try:
        return HsaId.parse(written) if written else None
    except ValueError:
        raise reader.wrong(N_("Skriv medarbetarens HSA-id")) from None


def _patient(reader: FieldReader, written: str) -> PersonId | None:
    try:
        return PersonId.parse(written.replace("-", "")) if written else None
    except ValueError:
        raise reader.wrong(N_("Skriv personnumret med tolv siffror")) from None
