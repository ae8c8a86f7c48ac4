"""Where mandates are kept, as the rest of the house asks for it. `portal/store` keeps them."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from stodtjanster.grants.mandate import Mandate
from stodtjanster.model import PersonId


class GrantBook(Protocol):
    """Nothing in it is ever removed but drafts. What cannot be read is not there.

    Whatever cannot be asked or kept now raises; then nothing follows from it.
    """

    def add(self, mandate: Mandate) -> None:
        """Keep a new one."""

    def get(self, mandate: UUID) -> Mandate | None: ...

    def given_by(self, person: PersonId) -> tuple[Mandate, ...]:
        """All that a person has written, drafts too, newest first."""

    def given_to(self, person: PersonId) -> tuple[Mandate, ...]:
        """All that a person has been offered, newest first."""

    def change(self, mandate: Mandate) -> bool:
        """Keep `mandate` in the place of its own `version`, as the next one.

        False when another version has come in between: then nothing is changed.
        """

    def forget_drafts(self, before: datetime) -> int:
        """Remove drafts that were written before then and never given; returns how many."""
