"""What is missing, said in plain words: who did not answer, what follows, what to do."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Literal

from stodtjanster.catalogue import Directory, OwnerKind, Unit
from stodtjanster.model import Cause, Outcome, Report, Told
from views.kit.words import N_, Words

State = Literal["full", "empty", "partial", "unknown", "waiting", "excluded"]
"""full: rows, and everybody answered. empty: no rows, and everybody answered. partial: rows, and
something is missing. unknown: no rows, and something is missing. waiting: no answer yet.
excluded: none of it is for the reader."""


class Mark(StrEnum):
    """Who is responsible, shown by shape and word, never by colour alone (WCAG 1.4.1)."""

    REGION = "region"
    KOMMUN = "kommun"
    OTHER = "other"
    OWN = "own"
    """The person themself."""


@dataclass(frozen=True, slots=True)
class SourceNotice:
    """One source that could not give all, said in plain words.

    `heading` is a whole sentence without full stop, `consequence` one or more with. `fact` is a
    clause that can stand after a colon: "Region Norrbäck svarade inte". What is `excluded` is
    no gap in what is known, but outside what the reader may see.
    """

    tone: Literal["warning", "waiting", "info"]
    heading: str
    consequence: str
    fact: str
    last_answer: datetime | None = None
    phone: str | None = None
    phone_name: str | None = None
    retry: bool = False
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class StatusRow:
    """How many of the asked organisations have answered all that they were asked."""

    answered: int
    asked: int
    checked_at: datetime
    notices: tuple[SourceNotice, ...] = ()


@dataclass(frozen=True, slots=True)
class Why:
    """The answer to "Varför ser jag detta?".

    `from_copy`: an older copy, shown because the source did not answer now. `ground` is the reason
    the reader may see it, `contract_words` what kind of information it is and how it was fetched.
    `own`: the person has put it in, and `fetched_at` is when it was last changed.
    """

    source_name: str
    unit_name: Told | None
    fetched_at: datetime
    from_copy: bool
    ground: str
    contract_words: str
    own: bool = False


_NOUNS = {
    "appointment": N_("tider"),
    "care_manager": N_("fasta kontakter"),
    "care_plan": N_("planer"),
    "agreement": N_("överenskommelser"),
    "care_service": N_("beslut om insatser"),
    "listing": N_("vårdval"),
    "care_contact": N_("besök"),
    "medication": N_("uppgifter om läkemedel"),
    "referral_status": N_("uppgifter om remisser"),
    "message": N_("meddelanden"),
    "own_entry": N_("egna tider"),
    "own_note": N_("egna anteckningar"),
    "person_record": N_("personuppgifter"),
    "free_day": N_("lediga dagar"),
    "free_time": N_("lediga tider"),
    "access_log": N_("läsningar"),
    "block": N_("spärrar"),
    "consent": N_("samtycken"),
}
_NOUN_OTHERWISE = N_("uppgifter")

Trouble = Literal[
    "silent",
    "waiting",
    "ordered",
    "copy",
    "rows",
    "partial",
    "unconnected",
    "paused",
    "nobody",
    "refused",
    "ours",
    "consent",
    "blocked",
    "unchecked",
]
"""Why a source has not told all: it was asked and did not answer, is still waited for, is making
the answer and wants to be asked again, has only an older copy, some rows could not be read, it
answered in part, it is not connected, it is switched off, nobody is connected, a rule says no, or
the fault is ours. Staff are told also of what waits for consent, is blocked, or could not be
checked: whose it is is not said (SVOD 2 kap. 4-5 §§)."""

_HEADINGS: dict[Trouble, str] = {
    "silent": N_("Vi kunde inte hämta {what} från {who}"),
    "waiting": N_("Vi väntar fortfarande på svar från {who}"),
    "ordered": N_("Vi har beställt {what} från {who}"),
    "copy": N_("Du ser en äldre kopia av {what} från {who}"),
    "rows": N_("Vi kunde inte läsa alla {what} från {who}"),
    "partial": N_("Vi fick inte alla {what} från {who}"),
    "unconnected": N_("{who} delar inte {what} här ännu"),
    "paused": N_("Vi hämtar inte {what} från {who} just nu"),
    "nobody": N_("Ingen delar {what} här ännu"),
    "refused": N_("Du ser inte {what} här"),
    "ours": N_("Vi kunde inte hämta {what} från {who}"),
    "consent": N_("Det finns {what} hos andra som du inte ser"),
    "blocked": N_("Det finns {what} som är spärrade"),
    "unchecked": N_("Vi kunde inte kontrollera om du får se alla {what}"),
}
_CONSEQUENCES: dict[Trouble, str] = {
    "silent": N_("Det kan finnas {what} som inte syns här."),
    "waiting": N_("Det kan finnas {what} som inte syns här än."),
    "ordered": N_("Svaret är beställt. Kom tillbaka om en stund."),
    "copy": N_("Uppgifterna kan ha ändrats."),
    "rows": N_("Det finns uppgifter som inte syns här."),
    "partial": N_("Det kan finnas {what} som inte syns här."),
    "unconnected": N_("Fråga dem direkt om du vill veta."),
    "paused": N_("Det kan finnas {what} som inte syns här."),
    "nobody": N_("Fråga mottagningen eller kommunen om du vill veta."),
    "refused": N_("Det ingår inte i det som du får se."),
    "ours": N_("Felet ligger hos oss. Det kan finnas {what} som inte syns här."),
    "consent": N_("För att se uppgifterna behöver du patientens samtycke."),
    "blocked": N_("Patienten har låtit spärra uppgifterna."),
    "unchecked": N_("Tjänsten för spärrar eller samtycken svarar inte. Därför visar vi inte allt."),
}
_FACTS: dict[Trouble, str] = {
    "silent": N_("{who} svarade inte"),
    "waiting": N_("{who} har inte svarat än"),
    "ordered": N_("{who} håller på att ta fram svaret"),
    "copy": N_("{who} svarade inte, och vi har bara en äldre kopia"),
    "rows": N_("en del från {who} gick inte att läsa"),
    "partial": N_("{who} svarade bara delvis"),
    "unconnected": N_("{who} delar inte {what} här ännu"),
    "paused": N_("vi hämtar inte {what} från {who} just nu"),
    "nobody": N_("ingen delar {what} här ännu"),
    "refused": N_("det som du får se innehåller inte {what}"),
    "ours": N_("vi kunde inte hämta {what} från {who}"),
    "consent": N_("det finns {what} som kräver samtycke"),
    "blocked": N_("det finns {what} som är spärrade"),
    "unchecked": N_("vi kunde inte kontrollera om du får se alla {what}"),
}
_TONES: dict[Trouble, Literal["waiting", "info"]] = {
    "waiting": "waiting",
    "ordered": "waiting",
    "unconnected": "info",
    "paused": "info",
    "nobody": "info",
    "refused": "info",
    "consent": "info",
    "blocked": "info",
}
_WITHHELD: dict[Cause | None, Trouble] = {
    Cause.NOT_PERMITTED: "refused",
    Cause.SWITCHED_OFF: "paused",
    Cause.NO_CONSENT: "consent",
    Cause.BLOCKED: "blocked",
    Cause.UNCHECKED: "unchecked",
}
_AND = N_("och")
_OR = N_("eller")
_OF_ALL: frozenset[Trouble] = frozenset(
    {"copy", "rows", "partial", "unchecked", "consent", "blocked"}
)
"""The sentences that speak of all of the kinds; the others deny or doubt each of them."""


def notices_of(
    reports: Iterable[Report], directory: Directory, words: Words
) -> tuple[SourceNotice, ...]:
    """One notice per responsible organisation and kind of trouble, in the order they were asked.

    Who is still waited for is named beside other trouble; alone it is no trouble of a list yet, and
    the state of the list says it.
    """
    reports = tuple(reports)
    if all(report.pending or report.answered for report in reports):
        return ()
    return _notices(reports, directory, words)


def _notices(
    reports: Iterable[Report], directory: Directory, words: Words
) -> tuple[SourceNotice, ...]:
    groups: dict[tuple[str, Trouble], list[tuple[Report, Unit]]] = {}
    for report in reports:
        kind = trouble_of(report)
        if kind is not None:
            unit = directory.behind(report)
            groups.setdefault((source_name(kind, unit), kind), []).append((report, unit))
    for owner, kind in [key for key in groups if key[1] == "waiting"]:
        # Who did not answer one question is not also waited for: that would be two stories.
        if (owner, "silent") in groups:
            groups[owner, "silent"] += groups.pop((owner, kind))
    return tuple(_notice(kind, troubled, words) for (_, kind), troubled in groups.items())


def trouble_of(report: Report) -> Trouble | None:
    """None when nothing is missing."""
    if report.answered:
        return None
    if report.pending:
        return "waiting"
    if report.outcome is Outcome.NOT_ASKED:
        return _WITHHELD.get(report.cause) or ("unconnected" if report.source else "nobody")
    if report.outcome is Outcome.DATA_FROM_CACHE_SYNCH_FAILED:
        return "copy"
    if report.cause is Cause.ORDERED:
        return "ordered"
    if report.cause in (Cause.BUSY, Cause.FAILED):
        return "ours"
    if report.outcome is Outcome.NO_DATA_SYNCH_FAILED:
        return "silent"
    return "rows" if report.rejected else "partial"


def source_name(trouble: Trouble | None, unit: Unit) -> str:
    """The organisation; but of one unit that shares nothing its region must not be said to."""
    return unit.name if trouble == "unconnected" else unit.owner


def _notice(kind: Trouble, troubled: list[tuple[Report, Unit]], words: Words) -> SourceNotice:
    unit = next((u for _, u in troubled if u.phone), troubled[0][1])
    keys = dict.fromkeys(report.information for report, _ in troubled)
    nouns = [noun(key, words) for key in keys]
    named = {
        "who": source_name(kind, unit),
        "what": joined(nouns, words, _AND if kind in _OF_ALL else _OR),
    }
    answers = [report.as_of for report, _ in troubled if report.as_of is not None]
    return SourceNotice(
        tone=_TONES.get(kind, "warning"),
        heading=words.gettext(_HEADINGS[kind]).format(**named),
        consequence=words.gettext(_CONSEQUENCES[kind]).format(**named),
        fact=words.gettext(_FACTS[kind]).format(**named),
        last_answer=min(answers, default=None),
        phone=unit.phone,
        phone_name=unit.name if unit.phone else None,
        retry=kind in ("silent", "waiting", "ordered", "copy", "partial", "ours", "unchecked"),
        excluded=kind in ("refused", "consent", "blocked"),
    )


def noun(information: str, words: Words) -> str:
    """What a kind of information is called, in the plural."""
    return words.gettext(_NOUNS.get(information, _NOUN_OTHERWISE))


def joined(parts: list[str], words: Words, last: str = _AND) -> str:
    """ "tider, planer och överenskommelser". `last` is the word before the last of them."""
    if len(parts) < 2:
        return "".join(parts)
    return ", ".join(parts[:-1]) + " " + words.gettext(last) + " " + parts[-1]


def status_row(
    reports: Iterable[Report], directory: Directory, words: Words, checked_at: datetime
) -> StatusRow:
    """The state of the whole page: organisations that answered all that they were asked.

    An organisation counts once, however many systems and kinds of information stand behind it.
    """
    reports = tuple(r for r in reports if r.outcome is not Outcome.NOT_ASKED or r.source)
    owners: dict[str, list[Report]] = {}
    for report in reports:
        unit = directory.behind(report)
        # What the person has put in is here already, and nobody was asked, unless it is missing.
        if unit.kind is not OwnerKind.OWN or not report.answered:
            owners.setdefault(unit.owner, []).append(report)
    return StatusRow(
        answered=sum(all(r.answered for r in mine) for mine in owners.values()),
        asked=len(owners),
        checked_at=checked_at,
        notices=_notices(reports, directory, words),
    )


def unrecognised(row: StatusRow, words: Words) -> StatusRow:
    """The row when the register has not said who the person is, which is asked of it first."""
    notice = SourceNotice(
        tone="warning",
        heading=words.gettext(N_("Vi kunde inte hämta personuppgifter från folkbokföringen")),
        consequence=words.gettext(
            N_(
                "Därför visar vi inte platser och telefonnummer till fasta kontakter. "
                "Det kan finnas uppgifter under ett tidigare personnummer som inte syns här."
            )
        ),
        fact=words.gettext(N_("folkbokföringen svarade inte")),
        retry=True,
    )
    return replace(row, asked=row.asked + 1, notices=(notice, *row.notices))


def mark_of(kind: OwnerKind) -> Mark:
    return Mark(kind.value)
