"""What the house asks of an audit log. `portal/store` keeps it."""

from collections.abc import Iterable
from typing import Protocol

from stodtjanster.audit.event import AuditEvent


class AuditUnavailable(Exception):  # noqa: N818 - a state, not an error of the caller
    """The event could not be committed: whatever it was to allow must not happen."""


class AuditLog(Protocol):
    def record(self, event: AuditEvent) -> str:
        """Commit the event and return its reference.

        When it returns, the event is durable. Raises AuditUnavailable when it cannot be.
        """

    def record_all(self, events: Iterable[AuditEvent]) -> None:
        """Commit them together, in their order: all of them or none. Raises AuditUnavailable."""
