"""Forms read field by field: everything that is wrong is said at once, and nothing is lost."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from views.kit.words import Words

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a field. `field` is its id, `text` in the language of the page."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    name: str
    chosen: bool


class Wrong(Exception):  # noqa: N818 - found by the reader, and told
    """`text` is in the language of the page."""

    def __init__(self, text: str) -> None:
        super().__init__("wrong")
        self.text = text


class FieldReader:
    """Reads one field after another, and notes what is wrong with each."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.mistakes: list[Mistake] = []

    def read(self, field: str, value: Callable[[], T]) -> T | None:
        """What `value` makes of the field; None, and a mistake more, when it raises Wrong."""
        try:
            return value()
        except Wrong as wrong:
            self.mistakes.append(Mistake(field, wrong.text))
            return None

    def wrong(self, text: str, **filled: object) -> Wrong:
        """To raise: `text` is for gettext, with places for what is `filled` in."""
        return Wrong(self.words.gettext(text).format(**filled))
