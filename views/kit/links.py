"""Other services that a page may lead to: which, and where, is the installation's to say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from stodtjanster.model import Told
from views.kit.words import N_, Words


class LinkKind(StrEnum):
    """What is to be found there."""

    JOURNAL = "journal"
    TEST_RESULTS = "test_results"
    SELF_CARE = "self_care"
    RENEW_PRESCRIPTION = "renew_prescription"
    MEDICINES = "medicines"
    OTHER = "other"


ABOUT_MEDICINES = frozenset({LinkKind.RENEW_PRESCRIPTION, LinkKind.MEDICINES})

_NAMES: Mapping[LinkKind, str] = {
    LinkKind.JOURNAL: N_("Journalen"),
    LinkKind.TEST_RESULTS: N_("Provsvar och mätvärden"),
    LinkKind.SELF_CARE: N_("Råd om egenvård"),
    LinkKind.RENEW_PRESCRIPTION: N_("Förnya recept"),
    LinkKind.MEDICINES: N_("Nationella läkemedelslistan"),
    LinkKind.OTHER: N_("Annan tjänst"),
}


@dataclass(frozen=True, slots=True)
class DeepLink:
    """An address outside the portal. `name` stands in place of our word for the kind."""

    kind: LinkKind
    href: str
    name: Told | None = None


@dataclass(frozen=True, slots=True)
class OutLink:
    """The same, ready to print."""

    href: str
    name: Told


def led_to(links: Iterable[DeepLink], words: Words) -> tuple[OutLink, ...]:
    """In the order in which they were set."""
    return tuple(
        OutLink(link.href, link.name or Told(words.gettext(_NAMES[link.kind]), words.language))
        for link in links
    )
