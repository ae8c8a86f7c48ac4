"""The portal at a moment of our choosing: what it shows is then the same on any day.

Run by gunicorn as `e2e.still:app()`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask

from portal.app import create_app
from portal.demo import SERVER, Process, tied
from portal.settings import FILE_VARIABLE

_AHEAD_VARIABLE = "E2E_AHEAD"


def app() -> Flask:
    """Its clock is ahead of the machine's by as many seconds as the environment says."""
    ahead = timedelta(seconds=float(os.environ[_AHEAD_VARIABLE]))
    return create_app(clock=lambda: datetime.now(UTC) + ahead)


def run_still(port: int, config: Path, seconds_ahead: float) -> Process:
    """As `portal.demo.run_server`, with a clock that is ahead of the machine's, or behind it."""
    environment = {**os.environ, FILE_VARIABLE: str(config), _AHEAD_VARIABLE: str(seconds_ahead)}
    command = [sys.executable, "-m", "gunicorn", "--config", str(SERVER)]
    command += ["--bind", f"127.0.0.1:{port}", "e2e.still:app()"]
    return subprocess.Popen(tied(command), env=environment)
