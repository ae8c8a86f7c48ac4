"""What every normalised record has."""

from dataclasses import dataclass
from typing import ClassVar

from stodtjanster.model import Origin, PersonId, When


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One record about one person.

    `key` names the kind of information in configuration, reports and the log; `info_type` is its
    name in the access rules. `subject` is None only for a row that was read from a file and names
    nobody we can identify; the fetch service refuses such rows, since no person equals None.
    """

    key: ClassVar[str]
    info_type: ClassVar[str]

    subject: PersonId | None
    origin: Origin

    @property
    def during(self) -> When | None:
        """When it applies; None when it is not bound to a time and so belongs to every period."""
        return None
