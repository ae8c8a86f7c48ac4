"""How calls to sources have ended: counted for operators, without anything of a person."""

from collections import Counter
from threading import Lock
from typing import Any

from stodtjanster.fetch import Call


class Tally:
    """Since the start, by source and kind of information."""

    def __init__(self) -> None:
        self._ended: dict[tuple[str, str], Counter[str]] = {}
        self._seconds: dict[tuple[str, str], float] = {}
        self._lock = Lock()

    def note(self, call: Call) -> None:
        key = call.source, call.information
        with self._lock:
            self._ended.setdefault(key, Counter())[call.outcome] += 1
            self._seconds[key] = call.seconds

    def rows(self) -> list[dict[str, Any]]:
        """Endings by cause, and the seconds of the last call."""
        with self._lock:
            return [
                {
                    "source": source,
                    "information": information,
                    "last_seconds": round(self._seconds[source, information], 3),
                    "ended": dict(ended),
                }
                for (source, information), ended in sorted(self._ended.items())
            ]
