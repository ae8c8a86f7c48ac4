"""Who a person is: the Swedish person numbers, checked and never printed by accident."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

# [0-9], for \d also takes the digits of other scripts, which no register knows.
_PERSON = re.compile(r"[0-9]{12}")
_RESERVE = re.compile(r"[0-9]{8}[0-9A-Z]{4}")
_COORDINATION_DAY = 60


class PersonIdKind(StrEnum):
    PERSONNUMMER = "personnummer"
    SAMORDNINGSNUMMER = "samordningsnummer"
    RESERVNUMMER = "reservnummer"


@dataclass(frozen=True, slots=True)
class PersonId:
    """Twelve characters, no hyphen (RIV-TA common types; SKV 704, SKV 707).

    Its `repr` and `str` are masked; read `.value` where the number itself must go on the wire.
    """

    value: str
    kind: PersonIdKind

    @classmethod
    def parse(cls, text: str) -> "PersonId":
        """Read a personnummer, samordningsnummer or nationellt reservnummer.

        Raises ValueError, without the number in the message, when the form, the date or the
        check digit is wrong. Ten-digit forms are refused: the century would be a guess.
        """
        if _PERSON.fullmatch(text):
            day = int(text[6:8])
            coordination = day > _COORDINATION_DAY
            _read_date(text, day - _COORDINATION_DAY if coordination else day)
            if not _luhn(text[2:]):
                raise ValueError("person number: wrong check digit")
            kind = PersonIdKind.SAMORDNINGSNUMMER if coordination else PersonIdKind.PERSONNUMMER
            return cls(text, kind)
        if _RESERVE.fullmatch(text):
            _read_date(text, int(text[6:8]))
            return cls(text, PersonIdKind.RESERVNUMMER)
        raise ValueError("person number: twelve characters without hyphen are needed")

    @property
    def birth_date(self) -> date:
        day = int(self.value[6:8])
        if self.kind is PersonIdKind.SAMORDNINGSNUMMER:
            day -= _COORDINATION_DAY
        return date(int(self.value[:4]), int(self.value[4:6]), day)

    def __repr__(self) -> str:
        return "PersonId(********-****)"

    __str__ = __repr__


def _read_date(text: str, day: int) -> date:
    try:
        return date(int(text[:4]), int(text[4:6]), day)
    except ValueError:
        raise ValueError("person number: no such date") from None


def _luhn(digits: str) -> bool:
    doubled = (int(d) * (2 - i % 2) for i, d in enumerate(digits))
    return sum(d // 10 + d % 10 for d in doubled) % 10 == 0
