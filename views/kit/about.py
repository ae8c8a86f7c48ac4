"""Whose the page is: the words to the person themself, and the same about them to somebody else."""

from collections.abc import Mapping
from typing import Final

from views.kit.words import N_, Words

OF_ANOTHER: Final[Mapping[str, str]] = {
    N_("Du har inga tider de närmaste sex veckorna hos dem som svarade."): N_(
        "{name} har inga tider de närmaste sex veckorna hos dem som svarade."
    ),
    N_("Du har inga planer, överenskommelser eller insatser hos dem som svarade."): N_(
        "{name} har inga planer, överenskommelser eller insatser hos dem som svarade."
    ),
    N_(
        "Du har varken vårdval eller fast kontakt hos dem som svarade. Ring 1177 om du vill ha råd."
    ): N_(
        "{name} har varken vårdval eller fast kontakt hos dem som svarade. "
        "Ring 1177 om du vill ha råd."
    ),
    N_("Du har ingen plan hos dem som svarade. Du kan be om en."): N_(
        "{name} har ingen plan hos dem som svarade. Det går att be om en."
    ),
    N_("Du har inga beslut om insatser från de kommuner som svarade."): N_(
        "{name} har inga beslut om insatser från de kommuner som svarade."
    ),
    N_("Du har inga överenskommelser hos dem som svarade."): N_(
        "{name} har inga överenskommelser hos dem som svarade."
    ),
    N_("Du har inte lovat något, enligt dem som svarade."): N_(
        "{name} har inte lovat något, enligt dem som svarade."
    ),
    N_("Dina planer"): N_("{whose} planer"),
    N_("Dina insatser"): N_("{whose} insatser"),
    N_("Vi hämtar dina planer."): N_("Vi hämtar {whose} planer."),
    N_("Vem kommer när?"): N_("{whose} vecka"),
    N_("Översikt"): N_("{whose} översikt"),
}
"""By what is said to the person. A text that says nothing of whose it is does not stand here."""


def say(text: str, name: str | None, words: Words) -> str:
    """A text in the page's language, about `name` when that is somebody else than the reader."""
    if name is None:
        return words.gettext(text)
    about = words.gettext(OF_ANOTHER.get(text, text))
    return about.replace("{name}", name).replace("{whose}", whose(name, words))


def whose(name: str, words: Words) -> str:
    """ "Birgittas", "Lars", "Birgitta's"."""
    if words.language.startswith("sv"):
        return name if name[-1:].lower() in ("s", "x", "z") else f"{name}s"
    return words.gettext(N_("{name}s")).format(name=name)
