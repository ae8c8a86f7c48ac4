"""`python -m bench`: everything in one run, as a table and as artifacts/bench.json."""

import argparse
import json
import logging
import os
import platform
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from bench import clients, growth, guard, latency, memory, page, parse, peer, render, screens
from bench.figures import Figure, as_json, table

RESULT = Path(__file__).parents[1] / "artifacts" / "bench.json"
PARTS: dict[str, Callable[[Path], list[Figure]]] = {
    "parse": parse.measure,
    "render": lambda _folder: render.measure(),
    "clients": clients.measure,
    "latency": latency.measure,
    "page": page.measure,
    "memory": memory.measure,
    "growth": growth.measure,
    "peer": peer.measure,
    "screens": screens.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="all when none is named")
    parser.add_argument("--accept", action="store_true", help="compare with this run from now on")
    asked = parser.parse_args()
    chosen = asked.parts or list(PARTS)
    # A hanging source that is called busy is told of once for every page; the table is enough.
    logging.disable(logging.WARNING)
    began = perf_counter()
    figures: list[Figure] = []
    for name in chosen:
        with TemporaryDirectory() as folder:
            figures += PARTS[name](Path(folder))
        print(f"{name}: {perf_counter() - began:.0f} s", file=sys.stderr)
    about = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load_at_end": os.getloadavg()[0],
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(about | {"figures": as_json(figures)}, indent=1) + "\n")
    print(", ".join(f"{name} {value}" for name, value in about.items()))
    print()
    print(table(figures))
    print()
    print(guard.said(figures))
    if asked.accept:
        guard.accept(figures)


if __name__ == "__main__":
    main()
