"""What a person may want to ask about, and what kind of contact it is for.

Curated: no source tells whom to ask about what. An installation may have a list of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from stodtjanster.model import Told
from views.kit.words import N_, Words

_SHORTEST_PREFIX: Final = 3


class Way(StrEnum):
    """A kind of contact.

    `PLANNED` is whoever gives something whose name has one of the matter's words in it; `CLINIC` a
    clinic of a region where a time is booked.
    """

    COORDINATOR = "coordinator"
    CARE_CONTACT = "care_contact"
    DOCTOR = "doctor"
    HOME_CARE_CONTACT = "home_care_contact"
    HEALTH_CENTRE = "health_centre"
    HANDLER = "handler"
    CLINIC = "clinic"
    PLANNED = "planned"


@dataclass(frozen=True, slots=True)
class Matter:
    """`key` names it in addresses. `words` are the beginnings of words that mean it, with commas
    between; both it and `name` are Swedish and are translated. `ways` are tried in order."""

    key: str
    name: str
    words: str
    ways: tuple[Way, ...]


MATTERS: Final = (
    Matter(
        "saret",
        N_("Såret"),
        N_("sår, omläggning, stygn, förband, infektion, hemsjukvård"),
        (Way.PLANNED, Way.CARE_CONTACT, Way.HEALTH_CENTRE),
    ),
    Matter(
        "lakemedel",
        N_("Läkemedel"),
        N_("läkemedel, medicin, recept, tablett, dos"),
        (Way.DOCTOR, Way.HEALTH_CENTRE, Way.PLANNED),
    ),
    Matter(
        "hemtjansten",
        N_("Hemtjänstens tider"),
        N_("hemtjänst, dusch, städ, matlåd"),
        (Way.HOME_CARE_CONTACT, Way.PLANNED, Way.HANDLER),
    ),
    Matter(
        "hjalpmedel",
        N_("Hjälpmedel"),
        N_("hjälpmed, läshjälpmed, rollator, rullator, rullstol, hörapparat, rehab, träning"),
        (Way.PLANNED, Way.HEALTH_CENTRE),
    ),
    Matter(
        "sjukhuset",
        N_("En tid på sjukhuset"),
        N_("sjukhus, operation, återbesök, kallelse, avboka, boka, röntgen"),
        (Way.CLINIC,),
    ),
    Matter(
        "planen",
        N_("Planen och mötena om den"),
        N_("plan, sip, möte, samordn, mål"),
        (Way.COORDINATOR, Way.CARE_CONTACT),
    ),
    Matter(
        "besluten",
        N_("Beslut om insatser"),
        N_("beslut, insats, ansök, bistånd, handläggare, avgift"),
        (Way.HANDLER,),
    ),
    Matter(
        "larmet",
        N_("Trygghetslarmet"),
        N_("trygghetslarm, larm"),
        (Way.PLANNED, Way.HOME_CARE_CONTACT, Way.HANDLER),
    ),
)


def title_of(matter: Matter, words: Words) -> Told:
    """A matter that an installation has added has no translation."""
    said = words.gettext(matter.name)
    return Told(said, words.language) if said != matter.name else Told(said)


def stems(matter: Matter, words: Words) -> frozenset[str]:
    """In Swedish, which what is planned is written in, and in the language of the page."""
    said = f"{matter.words}, {words.gettext(matter.words)}"
    return frozenset(stem for each in said.split(",") if (stem := each.strip().casefold()))


def named_by(text: str, found: Iterable[str]) -> bool:
    """Whether a word of the text begins as one of these, which are in lower case."""
    starts = tuple(found)
    return any(word.startswith(starts) for word in split(text))


def split(text: str) -> tuple[str, ...]:
    """The words of a text in lower case, without signs around them."""
    return tuple(word for each in text.casefold().split() if (word := each.strip(".,;:!?()”\"'")))


def meant_by(asked: str, matters: Iterable[Matter], words: Words) -> tuple[Matter, ...]:
    """The matters that somebody's own words may be about."""
    return tuple(matter for matter in matters if _is_meant(split(asked), matter, words))


def _is_meant(asked: tuple[str, ...], matter: Matter, words: Words) -> bool:
    named = (word for word in split(words.gettext(matter.name)) if len(word) > _SHORTEST_PREFIX)
    known = stems(matter, words) | set(named)
    return any(
        word.startswith(stem) or (len(word) >= _SHORTEST_PREFIX and stem.startswith(word))
        for word in asked
        for stem in known
    )
