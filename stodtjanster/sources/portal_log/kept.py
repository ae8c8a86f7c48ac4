"""What the portal's own log is asked for. `portal/readings.py` answers."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from stodtjanster.information import Opener
from stodtjanster.model import PersonId, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Something about a person was opened here, from the first time to the last of so many.

    `reference` is the log's own name for it. `name` is what the person calls an ombud of theirs.
    `information` are keys of kinds. `place` is where staff worked: the person is told the unit
    and never who (PDL 8 kap. 5 §).
    """

    reference: str
    first: datetime
    last: datetime
    times: int = 1
    opener: Opener
    name: str | None = field(default=None, repr=False)
    information: tuple[str, ...]
    purpose: str | None = None
    emergency: bool = False
    changed: bool = False
    place: Place | None = None


class LogRows(Protocol):
    def about(
        self, person: PersonId, since: datetime, until: datetime, most: int
    ) -> tuple[Opening, ...]:
        """The `most` newest openings from `since` until `until` (exclusive), newest first. May
        raise anything."""
        ...
