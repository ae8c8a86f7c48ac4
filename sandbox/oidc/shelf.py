"""Things that are kept for a while and then forgotten."""

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Shelf(Generic[T]):
    """Values by key, each for `seconds` after it was put there."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._seconds = seconds
        self._clock = clock
        self._kept: dict[str, tuple[float, T]] = {}

    def put(self, key: str, value: T) -> None:
        now = self._clock()
        self._kept = {k: (end, v) for k, (end, v) in self._kept.items() if end > now}
        self._kept[key] = (now + self._seconds, value)

    def get(self, key: str) -> T | None:
        end, value = self._kept.get(key, (0.0, None))
        return value if end > self._clock() else None

    def pop(self, key: str) -> T | None:
        value = self.get(key)
        self._kept.pop(key, None)
        return value
