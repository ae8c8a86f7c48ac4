"""Nobody who is not logged in can fill the audit log."""

from datetime import datetime, timedelta
from threading import Lock


class Strangers:
    """At most `events` of people without a session in `span`; then none until it has passed.

    What is beyond that is for the operational log, and for a limit in front of the portal.
    """

    def __init__(self, events: int = 120, span: timedelta = timedelta(minutes=1)) -> None:
        self._most = events
        self._span = span
        self._began: datetime | None = None
        self._counted = 0
        self._lock = Lock()

    def may_write(self, now: datetime) -> bool:
        with self._lock:
            if self._began is None or not now - self._span < self._began <= now:
                self._began, self._counted = now, 0
            self._counted += 1
            return self._counted <= self._most
