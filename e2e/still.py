"""The portal at a moment of our choosing: what it shows is then the same on any day.

Run by gunicorn as `e2e.still:app()`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

from flask import Flask

from portal.app import create_app
from portal.demo import SERVER, Process
from portal.settings import FILE_VARIABLE

_NOW_VARIABLE = "E2E_NOW"


def app() -> Flask:
    """Its clock runs from the moment that the environment names (ISO 8601, with a zone)."""
    began, start = monotonic(), datetime.fromisoformat(os.environ[_NOW_VARIABLE])
    return create_app(clock=lambda: start + timedelta(seconds=monotonic() - began))


def run_still(port: int, config: Path, now: str) -> Process:
    """As `portal.demo.run_server`, beginning at `now`."""
    environment = {**os.environ, FILE_VARIABLE: str(config), _NOW_VARIABLE: now}
    command = [sys.executable, "-m", "gunicorn", "--config", str(SERVER)]
    command += ["--bind", f"127.0.0.1:{port}", "e2e.still:app()"]
    return subprocess.Popen(command, env=environment)
