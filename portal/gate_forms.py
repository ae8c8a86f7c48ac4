"""What employees write at the gates: read field by field, and kept as it was written.

Pure. How long something may hold is the portal's policy: the contracts only want an end.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from portal.forms import FieldReader, Mistake, Option
from stodtjanster.access.case import Emergency
from stodtjanster.model import PersonId
from stodtjanster.security.consents import LONGEST_REASON
from stodtjanster.security.liftings import LiftReason
from views.kit.words import N_, Words

DAYS: Final = {
    "1": (timedelta(hours=24), N_("24 timmar")),
    "7": (timedelta(days=7), N_("7 dagar")),
    "30": (timedelta(days=30), N_("30 dagar")),
    "90": (timedelta(days=90), N_("90 dagar")),
}
HOURS: Final = {
    "2": (timedelta(hours=2), N_("2 timmar")),
    "4": (timedelta(hours=4), N_("4 timmar")),
    "8": (timedelta(hours=8), N_("8 timmar")),
    "24": (timedelta(hours=24), N_("24 timmar")),
}
"""An emergency, and the lifting of a block, are over within a day."""

SELF, OTHER = "sjalv", "foretradare"
UNIT, ME = "enhet", "jag"

_LONG: Final = N_("Välj hur länge.")
_WHO: Final = N_("Välj vem som svarade.")
_WHOM: Final = N_("Välj vem samtycket gäller.")
_NUMBER: Final = N_("Skriv företrädarens hela personnummer eller samordningsnummer.")
_OWN_NUMBER: Final = N_("Företrädaren kan inte vara patienten.")
_WORDS: Final = N_("Skriv varför, i ord.")
_UNSENDABLE: Final = re.compile(r"[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UNPRINTED: Final = N_(
    "Texten innehöll tecken som inte går att skicka. De är borttagna. Läs igenom den och skicka "
    "igen."
)
_TOO_LONG: Final = N_("Skriv högst {most} tecken.")
_DANGER: Final = N_(
    "Nödöppning kräver fara för patientens liv eller annars allvarlig risk för hälsan."
)
_ASKED: Final = N_("Går det att fråga patienten ska du fråga om samtycke i stället.")
_GROUND: Final = N_("Välj varför spärren hävs.")
_NEEDED: Final = N_("Spärren får bara hävas om vården inte kan ges utan uppgifterna.")


@dataclass(frozen=True, slots=True)
class RelationForm:
    """`lasting` is None when something is wrong."""

    chosen: str
    lasting: timedelta | None
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True)
class ConsentForm:
    """`personal`: for the employee alone. `represented_by` is who answered in the person's place,
    None when it was they. Nothing of it counts when there are `mistakes`."""

    who: str
    number: str
    whom: str
    chosen: str
    lasting: timedelta | None
    represented_by: PersonId | None
    mistakes: tuple[Mistake, ...] = ()

    @property
    def personal(self) -> bool:
        return self.whom == ME


@dataclass(frozen=True, slots=True)
class EmergencyForm:
    reason: str
    danger: bool
    unanswering: bool
    chosen: str
    lasting: timedelta | None
    mistakes: tuple[Mistake, ...] = ()

    @property
    def said(self) -> Emergency:
        """As the rules have it."""
        return Emergency(
            declared=True,
            danger=self.danger,
            consent_obtainable=not self.unanswering,
            reason=self.reason,
        )


@dataclass(frozen=True, slots=True)
class LiftForm:
    ground: str
    reason: str
    needed: bool
    chosen: str
    lasting: timedelta | None
    mistakes: tuple[Mistake, ...] = ()

    @property
    def by(self) -> LiftReason:
        return LiftReason(self.ground)


def read_relation(said: Mapping[str, str], words: Words) -> RelationForm:
    reader = FieldReader(words)
    chosen = said.get("tid", "")
    lasting = reader.read("tid", lambda: _lasting(reader, DAYS, chosen))
    return RelationForm(chosen, lasting, tuple(reader.mistakes))


def read_consent(said: Mapping[str, str], patient: Iterable[PersonId], words: Words) -> ConsentForm:
    """`patient` are the numbers of the person who is asked."""
    reader = FieldReader(words)
    who, whom = said.get("vem", ""), said.get("for", "")
    number, chosen = said.get("nummer", "").strip(), said.get("tid", "")
    reader.read("vem", lambda: _one_of(reader, who, (SELF, OTHER), _WHO))
    instead = None
    if who == OTHER:
        instead = reader.read("nummer", lambda: _another(reader, number, patient))
    reader.read("for", lambda: _one_of(reader, whom, (UNIT, ME), _WHOM))
    lasting = reader.read("tid", lambda: _lasting(reader, DAYS, chosen))
    return ConsentForm(who, number, whom, chosen, lasting, instead, tuple(reader.mistakes))


def read_emergency(said: Mapping[str, str], words: Words) -> EmergencyForm:
    reader = FieldReader(words)
    written, chosen = said.get("skal", ""), said.get("tid", "")
    reason = _printed(written)
    danger, unanswering = said.get("fara") == "ja", said.get("kan-inte") == "ja"
    reader.read("skal", lambda: _words(reader, written, needed=True))
    reader.read("fara", lambda: _ticked(reader, _DANGER, ticked=danger))
    reader.read("kan-inte", lambda: _ticked(reader, _ASKED, ticked=unanswering))
    lasting = reader.read("tid", lambda: _lasting(reader, HOURS, chosen))
    return EmergencyForm(reason, danger, unanswering, chosen, lasting, tuple(reader.mistakes))


def read_lift(said: Mapping[str, str], words: Words) -> LiftForm:
    reader = FieldReader(words)
    ground, written = said.get("grund", ""), said.get("skal", "")
    reason = _printed(written)
    needed, chosen = said.get("behovs") == "ja", said.get("tid", "")
    reader.read("grund", lambda: _one_of(reader, ground, tuple(LiftReason), _GROUND))
    emergency = ground == LiftReason.EMERGENCY
    reader.read("skal", lambda: _words(reader, written, needed=emergency))
    if emergency:
        reader.read("behovs", lambda: _ticked(reader, _NEEDED, ticked=needed))
    lasting = reader.read("tid", lambda: _lasting(reader, HOURS, chosen))
    return LiftForm(ground, reason, needed, chosen, lasting, tuple(reader.mistakes))


def times(
    offered: Mapping[str, tuple[timedelta, str]], chosen: str, words: Words
) -> tuple[Option, ...]:
    """How long something may hold, for a form."""
    return tuple(
        Option(key, words.gettext(name), key == chosen) for key, (_, name) in offered.items()
    )


def _lasting(
    reader: FieldReader, offered: Mapping[str, tuple[timedelta, str]], chosen: str
) -> timedelta:
    if chosen not in offered:
        raise reader.wrong(_LONG)
    return offered[chosen][0]


def _one_of(reader: FieldReader, said: str, known: Iterable[str], wrong: str) -> str:
    if said not in known:
        raise reader.wrong(wrong)
    return said


def _another(reader: FieldReader, written: str, patient: Iterable[PersonId]) -> PersonId:
    try:
        person = PersonId.parse(written)
    except ValueError:
        raise reader.wrong(_NUMBER) from None
    if person in patient:
        raise reader.wrong(_OWN_NUMBER)
    return person


def _words(reader: FieldReader, written: str, *, needed: bool) -> str:
    text = _printed(written)
    if text != written.strip():
        raise reader.wrong(_UNPRINTED)
    if needed and not text:
        raise reader.wrong(_WORDS)
    if len(text) > LONGEST_REASON:
        raise reader.wrong(_TOO_LONG, most=LONGEST_REASON)
    return text


def _printed(written: str) -> str:
    """Without what XML has no place for, so that the service can be told of it."""
    return _UNSENDABLE.sub("", written).strip()


def _ticked(reader: FieldReader, wrong: str, *, ticked: bool) -> bool:
    if not ticked:
        raise reader.wrong(wrong)
    return ticked
