"""What stands above every page about somebody else: whose it is, as what one reads, and what of."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from portal.acting import Tie
from portal.i18n import Speaker, at
from stodtjanster.model import ActorKind, Situation, local_day
from views.kit.notices import joined
from views.kit.words import N_

SCOPES: Final = {
    "booking": N_("tider"),
    "plan": N_("planer"),
    "contact": N_("kontakter"),
    "message": N_("meddelanden"),
    "log": N_("vem som har läst"),
    "journal": N_("journal"),
}
"""What the scopes of a grant are called, in the order in which they are said."""

_MOMENT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Banner:
    """`role` and `scope` are whole sentences in the page's language."""

    name: str
    role: str
    scope: str
    switch_url: str
    own_url: str


def banner(tie: Tie, situation: Situation, words: Speaker, base: str) -> Banner:
    """`base` is where the pages about the other person begin."""
    return Banner(
        name=tie.name,
        role=role(tie, situation, words),
        scope=scope(tie, words),
        switch_url=f"{base}person",
        own_url=f"/{words.code}/mig/",
    )


def role(tie: Tie, situation: Situation, words: Speaker) -> str:
    """As what one reads, and until when."""
    if tie.kind is ActorKind.GUARDIAN:
        return words.gettext(N_("Du är vårdnadshavare."))
    if tie.until is None:
        return words.gettext(N_("Du är ombud."))
    with at(situation.now):
        last = words.dateword(local_day(tie.until - _MOMENT))
    return words.gettext(N_("Du är ombud till och med {day}.")).format(day=last)


def scope(tie: Tie, words: Speaker) -> str:
    """What one sees, in the words of who gave it."""
    if tie.kind is ActorKind.GUARDIAN and tie.extended:
        return words.gettext(N_("Du ser bara det som en mottagning har låtit dig se."))
    if tie.kind is ActorKind.GUARDIAN:
        return words.gettext(N_("Du ser det som delas om barn under 13 år."))
    return words.gettext(N_("Du ser {what}.")).format(what=named_scopes(tie.scopes, words))


def named_scopes(scopes: frozenset[str], words: Speaker) -> str:
    """ "tider, planer och kontakter"."""
    return joined([words.gettext(name) for key, name in SCOPES.items() if key in scopes], words)
