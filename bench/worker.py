"""What gunicorn serves when the bench looks at a process from outside.

Each takes in only what it serves: what it weighs is measured.
"""

import os
from datetime import datetime
from pathlib import Path
from typing import Any, Final

CLOCK: Final = "BENCH_CLOCK"
"""The variable with the time that it always is."""
PEER: Final = "BENCH_PEER"
"""The variable with the arguments of `bench.peer_app.peer`, as JSON; `tls` as a source has it."""


def portal() -> Any:
    """Ours, with its settings where it always looks for them. All languages are compiled when it
    answers, and not beside the pages that it is weighed with."""
    from portal.app import create_app
    from portal.house import House
    from portal.i18n import LANGUAGES

    now = datetime.fromisoformat(os.environ[CLOCK])
    app = create_app(clock=lambda: now)
    house: House = app.extensions["house"]
    for language in LANGUAGES:
        house.pages.compile(language)
    return app


def empty() -> Any:
    """The floor: Flask and a page with nothing in it."""
    from flask import Flask

    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: "")
    return app


def peer() -> Any:
    """What one would pick otherwise."""
    import orjson

    from bench.peer_app import peer
    from stodtjanster.fetch.driver import tls_context
    from stodtjanster.sources.kit.source import Tls

    said = orjson.loads(os.environ[PEER])
    tls = tls_context(Tls(**said["tls"]))
    return peer(Path(said["national"]), said["urls"], tls, said["threads"])
