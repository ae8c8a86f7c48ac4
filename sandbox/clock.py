"""What time it is in the sandbox: the real time, or a time told at the start."""

from __future__ import annotations

import datetime as dt
import time
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")


class Clock:
    """Runs at the speed of a real clock from the moment it is set to."""

    def __init__(self, start: dt.datetime | None = None) -> None:
        """`start` without a zone is Swedish local time; None means now."""
        moment = start or dt.datetime.now(dt.UTC)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=STOCKHOLM)
        self._start = moment.astimezone(STOCKHOLM)
        self._origin = time.monotonic()

    def now(self) -> dt.datetime:
        """Aware, in Europe/Stockholm."""
        elapsed = dt.timedelta(seconds=time.monotonic() - self._origin)
        return (self._start.astimezone(dt.UTC) + elapsed).astimezone(STOCKHOLM)

    def anchor(self) -> dt.datetime:
        """The moment that relative dates count from.

        It stands still during a day, so that a booking has the same time each
        time it is fetched, and moves to the next midnight when the day does.
        """
        today = self.now().date()
        if today == self._start.date():
            return self._start.replace(second=0, microsecond=0)
        return dt.datetime.combine(today, dt.time(), STOCKHOLM)
