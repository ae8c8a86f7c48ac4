"""`python -m sandbox --state DIR`: start the country in a box."""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import sys
from pathlib import Path

from sandbox.app import Options, configure, run
from sandbox.clock import Clock
from sandbox.country import CAPACITY, Timeouts
from sandbox.faults import KINDS, TARGETS, Fault, UnknownFaultError


def main(arguments: list[str] | None = None) -> int:
    """Run until told to stop. Exit status 2 with one line when it cannot start."""
    parser = _parser()
    parsed = parser.parse_args(arguments)
    if parsed.config_only and not parsed.port_base:
        parser.error("--config-only needs ports that are known: --port-base above 0")
    options = Options(
        state=parsed.state.absolute(),
        port_base=parsed.port_base,
        raw=parsed.raw,
        clock=Clock(parsed.now),
        timeouts=Timeouts(producer=parsed.producer_timeout, fanout=parsed.fanout_timeout),
        capacity=parsed.capacity,
        subscriber=parsed.subscriber,
        inbox=parsed.inbox,
        token_lifetime=parsed.token_lifetime,
        page_size=parsed.page_size,
        broken=dict(parsed.broken),
    )
    try:
        if parsed.config_only:
            print(configure(options))
        else:
            asyncio.run(run(options))
    except (OSError, UnknownFaultError) as error:
        print(f"Sandlådan kunde inte starta: {error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sandbox", description="Landet i en låda, på 127.0.0.1.")
    parser.add_argument(
        "--state", type=Path, required=True, metavar="DIR", help="keys and sandbox.json"
    )
    parser.add_argument(
        "--port-base", type=int, default=9400, help="first of seven ports; 0: any free ones"
    )
    parser.add_argument(
        "--raw", type=Path, metavar="DIR", help="<person>/<contract>/*.xml|json, served as they are"
    )
    parser.add_argument(
        "--now", type=dt.datetime.fromisoformat, metavar="ISO", help="what time it is at the start"
    )
    parser.add_argument(
        "--config-only", action="store_true", help="write keys and sandbox.json, then stop"
    )
    parser.add_argument("--producer-timeout", type=float, default=27.0, metavar="SECONDS")
    parser.add_argument("--fanout-timeout", type=float, default=28.0, metavar="SECONDS")
    parser.add_argument(
        "--capacity", type=int, default=CAPACITY, metavar="CALLS", help="at once, in the platform"
    )
    parser.add_argument(
        "--subscriber",
        metavar="URL",
        help="who is told (ProcessNotification) when the index changes",
    )
    parser.add_argument("--inbox", metavar="URL", help="who takes messages to people (AddMessage)")
    parser.add_argument("--token-lifetime", type=float, default=300.0, metavar="SECONDS")
    parser.add_argument("--page-size", type=int, default=20, help="FHIR resources on a page")
    parser.add_argument(
        "--break",
        dest="broken",
        type=_broken,
        action="append",
        default=[],
        metavar="TARGET=KIND[:SECONDS|:CODE]",
        help=f"start broken; targets {', '.join(TARGETS)}; kinds {', '.join(KINDS)}",
    )
    return parser


def _broken(text: str) -> tuple[str, Fault]:
    target, _, rest = text.partition("=")
    kind, _, detail = rest.partition(":")
    if not detail:
        return target, Fault(kind)
    if kind == "vpfault":
        return target, Fault(kind, code=detail)
    return target, Fault(kind, seconds=float(detail))


if __name__ == "__main__":
    sys.exit(main())
