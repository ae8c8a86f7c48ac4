"""What a person has closed, for themself and for whoever acts for them: försegla, and låsa
inloggning (rule 6 of the citizen channel)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from stodtjanster.model import PersonId

__all__ = ["OPEN", "Closure", "ClosureBook"]


@dataclass(frozen=True, slots=True)
class Closure:
    """Since when; None for what is open. Aware times.

    What is sealed nobody outside care sees here, the person included. A login that is locked opens
    nothing here at all, whoever uses it.
    """

    sealed: datetime | None = None
    locked: datetime | None = None


OPEN = Closure()


class ClosureBook(Protocol):
    """Where it is kept. `portal/store` keeps it.

    Whatever cannot be asked or kept now raises; then nothing may be shown or said to be closed.
    """

    def of(self, person: PersonId) -> Closure: ...

    def seal(self, person: PersonId, since: datetime | None) -> None:
        """Seal, or with None unseal. Of two moments the first stands."""

    def lock(self, person: PersonId, since: datetime | None) -> None:
        """The same of the login."""
