"""The language of the page, as views see it."""

from typing import Protocol


class Words(Protocol):
    """Swedish is the source text; an implementation gives the same in the page's language."""

    @property
    def language(self) -> str:
        """BCP 47."""
        ...

    def gettext(self, message: str) -> str: ...

    def ngettext(self, singular: str, plural: str, n: int) -> str: ...


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for it
    """Mark a text for translation where no language is known yet."""
    return message
