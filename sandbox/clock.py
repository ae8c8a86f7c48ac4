"""What time it is in the sandbox: the real time, or a time told at the start."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")


class Clock:
    """As the machine's, or as far from it as when it was set: also when the machine has slept."""

    def __init__(self, start: dt.datetime | None = None) -> None:
        """`start` without a zone is Swedish local time; None means now."""
        real = dt.datetime.now(dt.UTC)
        moment = start or real
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=STOCKHOLM)
        self._start = moment.astimezone(STOCKHOLM)
        self.ahead = self._start - real

    def now(self) -> dt.datetime:
        """Aware, in Europe/Stockholm."""
        return (dt.datetime.now(dt.UTC) + self.ahead).astimezone(STOCKHOLM)

    def anchor(self) -> dt.datetime:
        """The moment that relative dates count from.

        It stands still during a day, so that a booking has the same time each
        time it is fetched, and moves to the next midnight when the day does.
        """
        today = self.now().date()
        if today == self._start.date():
            return self._start.replace(second=0, microsecond=0)
        return dt.datetime.combine(today, dt.time(), STOCKHOLM)
