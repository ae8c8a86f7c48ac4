"""The portal with a clock that a test moves: so many seconds from the machine's, read each time."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask

from portal.app import create_app

VARIABLE = "E2E_CLOCK"
"""Names the file with the seconds."""
APPLICATION = "e2e.clocked:create()"


def create() -> Flask:
    path = Path(os.environ[VARIABLE])

    def clock() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(path.read_text(encoding="ascii")))

    return create_app(clock=clock)
