"""Text that a source wrote, together with the language it is in (WCAG 3.1.2)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Told:
    """Untrusted text. Templates print it only through the `told` filter."""

    text: str
    lang: str = "sv"

    @classmethod
    def maybe(cls, text: str | None, lang: str = "sv") -> "Told | None":
        """None for absent or blank text; white space inside is folded to one line per line."""
        if text is None:
            return None
        # What is printable has no line break in it, and most texts are one line.
        if text.isprintable():
            folded = " ".join(text.split())
        else:
            lines = [" ".join(line.split()) for line in text.splitlines()]
            folded = "\n".join([line for line in lines if line])
        return cls(folded, lang) if folded else None
