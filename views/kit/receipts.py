"""What is said before something is done about a time, and of what came of it.

Nothing here says that something was done, or was not, unless that is known.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

from stodtjanster.information.booking import (
    ActOutcome,
    BookingAct,
    CancelBooking,
    Done,
    MakeBooking,
    MoveBooking,
    Refused,
    ReportAbsence,
    Unknown,
)
from stodtjanster.model import Told
from views.kit.actions import named
from views.kit.view import Scene
from views.kit.words import N_

_ICONS: Final[Mapping[str, Literal["check", "warning", "clock"]]] = {
    "good": "check",
    "warning": "warning",
    "waiting": "clock",
}

Texts: TypeAlias = tuple[str, str]
"""To the one whose time it is, and to somebody else about them."""


@dataclass(frozen=True, slots=True)
class Question:
    """Before it is done. `button` does it, and `keep` leaves everything as it is."""

    title: str
    consequences: tuple[str, ...]
    button: str
    keep: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """After. `heard_at` is when `heard_by` was told, None where that is not known; without a name
    it is the clinic. `told` are the words of the source, which are to be shown. `ring`: only a call
    can settle it. `again`: nothing was done, and it can be tried once more. `gone`: the
    time is there no more."""

    tone: Literal["good", "warning", "waiting"]
    title: str
    sentences: tuple[str, ...] = ()
    heard_at: datetime | None = None
    heard_by: str | None = None
    told: Told | None = None
    ring: bool = False
    again: bool = False
    gone: bool = False

    @property
    def icon(self) -> Literal["check", "warning", "clock"]:
        return _ICONS[self.tone]


@dataclass(frozen=True, slots=True)
class _Words:
    """`title` begins the page before, `done` and the others the page after."""

    title: str
    consequences: tuple[Texts, ...]
    button: Texts
    keep: str
    done: str
    refused: str
    unsent: str
    unknown: str
    sent: str
    kept: str
    cannot: str
    silent: str


_KEPT: Final = N_("Tiden är kvar som den var.")
_WORDS: Final[Mapping[type[BookingAct], _Words]] = {
    CancelBooking: _Words(
        title=N_("Vill du avboka?"),
        consequences=(
            (N_("Du får ingen ny tid automatiskt."), N_("{name} får ingen ny tid automatiskt.")),
        ),
        button=(N_("Avboka tiden"), N_("Avboka {whose} tid")),
        keep=N_("Behåll tiden"),
        done=N_("Tiden är avbokad"),
        refused=N_("Tiden är inte avbokad"),
        unsent=N_("Tiden är inte avbokad"),
        unknown=N_("Vi vet inte om avbokningen kom fram"),
        sent=N_("Avbokningen är skickad."),
        kept=_KEPT,
        cannot=N_("Tiden går inte att avboka här."),
        silent=N_("Vi kunde inte ta reda på om tiden går att avboka här."),
    ),
    MoveBooking: _Words(
        title=N_("Vill du boka om?"),
        consequences=((N_("Den gamla tiden blir ledig."), N_("Den gamla tiden blir ledig.")),),
        button=(N_("Boka om tiden"), N_("Boka om {whose} tid")),
        keep=N_("Behåll tiden"),
        done=N_("Tiden är ombokad"),
        refused=N_("Tiden är inte ombokad"),
        unsent=N_("Tiden är inte ombokad"),
        unknown=N_("Vi vet inte om ombokningen kom fram"),
        sent=N_("Ombokningen är skickad."),
        kept=_KEPT,
        cannot=N_("Tiden går inte att boka om här."),
        silent=N_("Vi kunde inte ta reda på om tiden går att boka om här."),
    ),
    MakeBooking: _Words(
        title=N_("Vill du boka tiden?"),
        consequences=(),
        button=(N_("Boka tiden"), N_("Boka {whose} tid")),
        keep=N_("Boka inte"),
        done=N_("Tiden är bokad"),
        refused=N_("Tiden är inte bokad"),
        unsent=N_("Tiden är inte bokad"),
        unknown=N_("Vi vet inte om bokningen kom fram"),
        sent=N_("Bokningen är skickad."),
        kept=N_("Kallelsen är kvar som den var."),
        cannot=N_("Det går inte att boka tid här."),
        silent=N_("Vi kunde inte ta reda på om det går att boka tid här."),
    ),
    ReportAbsence: _Words(
        title=N_("Vill du lämna besked?"),
        consequences=(
            (
                N_("De som skulle komma får veta att du inte är hemma."),
                N_("De som skulle komma får veta att {name} inte är hemma."),
            ),
            (N_("Besöket avbokas inte automatiskt."), N_("Besöket avbokas inte automatiskt.")),
        ),
        button=(N_("Jag är inte hemma"), N_("{name} är inte hemma")),
        keep=N_("Behåll besöket"),
        done=N_("Beskedet är lämnat"),
        refused=N_("Beskedet togs inte emot"),
        unsent=N_("Beskedet är inte lämnat"),
        unknown=N_("Vi vet inte om beskedet kom fram"),
        sent=N_("Beskedet är skickat."),
        kept=N_("Besöket är kvar som det var."),
        cannot=N_("Det går inte att lämna besked om besöket här."),
        silent=N_("Vi kunde inte ta reda på om det går att lämna besked om besöket här."),
    ),
}
_NOT_REACHED: Final = N_("Det gick inte att skicka just nu. Försök igen om en stund, eller ring.")
_WAITING: Final = N_("Vi väntar på svar")
_NO_ANSWER_YET: Final = N_("Svaret har inte kommit än. Skicka inte en gång till.")
_ANSWER_LOST: Final = N_("Det skickades, men svaret kom inte fram till oss. Ring och fråga.")
_MAY_BE_DONE: Final = N_("Gör inte om det här innan du har fått veta.")


def question(act: type[BookingAct], scene: Scene) -> Question:
    words, said = scene.words, _WORDS[act]
    return Question(
        words.gettext(said.title),
        tuple(named(texts, scene) for texts in said.consequences),
        named(said.button, scene),
        words.gettext(said.keep),
    )


def cannot(act: type[BookingAct], scene: Scene) -> str:
    """The source has said that it may not be done."""
    return scene.words.gettext(_WORDS[act].cannot)


def silent(act: type[BookingAct], scene: Scene) -> str:
    """The source was asked whether it may be done, and did not answer."""
    return scene.words.gettext(_WORDS[act].silent)


def receipt(
    act: BookingAct, outcome: ActOutcome | None, at: datetime, unit: str, scene: Scene
) -> Receipt:
    """`outcome` is None while the answer is waited for, `at` when it was sent, and `unit` what the
    one that it was sent to is called."""
    words, said = scene.words, _WORDS[type(act)]
    match outcome:
        case None:
            sentences = (words.gettext(said.sent), words.gettext(_NO_ANSWER_YET))
            return Receipt("waiting", words.gettext(_WAITING), sentences)
        case Done(message):
            by = unit if isinstance(act, ReportAbsence) else None
            done, gone = words.gettext(said.done), isinstance(act, CancelBooking | MakeBooking)
            return Receipt("good", done, heard_at=at, heard_by=by, told=message, gone=gone)
        case Refused(message):
            kept = words.gettext(said.kept)
            refused = words.gettext(said.refused)
            return Receipt("warning", refused, (kept,), told=message, ring=True)
        case Unknown():
            sentences = (words.gettext(_ANSWER_LOST), words.gettext(_MAY_BE_DONE))
            return Receipt("warning", words.gettext(said.unknown), sentences, ring=True)
        case _:
            sentences = (words.gettext(_NOT_REACHED), words.gettext(said.kept))
            unsent = words.gettext(said.unsent)
            return Receipt("warning", unsent, sentences, ring=True, again=True)
