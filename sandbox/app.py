"""The whole sandbox put together: applications, ports, and what is told about them."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox import fhir, oidc, panel, platform
from sandbox.bookings import Bookings
from sandbox.ca import FHIR_CLIENT_ID, PLATFORM_HSA, PORTAL_HSA, Keys, ensure_keys
from sandbox.calls import CallLog
from sandbox.clock import Clock
from sandbox.country import CAPACITY, Country, Timeouts
from sandbox.faults import Fault, Faults, deliver
from sandbox.fhir.auth import ALGORITHM, Tokens
from sandbox.fhir.server import FAST_KONTAKT, SJOVIK
from sandbox.index import Index
from sandbox.messages import Postman
from sandbox.notifications import teller
from sandbox.people import Person, load_people
from sandbox.people.employees import Workforce, load_employees
from sandbox.people.units import load_units
from sandbox.platform import guardians
from sandbox.producers import contracts
from sandbox.raw import RawMessages
from sandbox.safeguards import Safeguards
from sandbox.sending import Sender

HOST = "127.0.0.1"
PORTS = ("panel", "platform", "fhir", "oidc", "fast-kontakt", "platform-http", "siths")
_FHIR = {"fhir": SJOVIK, "fast-kontakt": FAST_KONTAKT}
# Long enough to finish an answer, short enough that a hanging one does not hold the stop.
_SHUTDOWN = 0.5


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says. Times are in seconds.

    `subscriber` is the URL at which the portal wants to hear what changes in the index, `inbox`
    the one at which it takes messages to people.
    """

    state: Path
    port_base: int = 9400
    raw: Path | None = None
    clock: Clock = field(default_factory=Clock)
    timeouts: Timeouts = field(default_factory=Timeouts)
    capacity: int = CAPACITY
    subscriber: str | None = None
    inbox: str | None = None
    token_lifetime: float = 300.0
    page_size: int = 20
    broken: Mapping[str, Fault] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The applications by the name of their port, and the content of sandbox.json."""

    applications: Mapping[str, web.Application]
    info: Mapping[str, Any]
    keys: Keys


def build(options: Options, ports: Mapping[str, int]) -> Sandbox:
    """Put everything together for a set of ports; nothing listens yet.

    Raises UnknownFaultError when a fault to start with is none.
    """
    keys = ensure_keys(options.state)
    country = _country(options)
    for target, fault in options.broken.items():
        country.faults.set(target, fault)
    postman = None
    if options.inbox is not None:
        inbox = Sender(options.inbox, keys.client_context(), country.calls, "inkorg")
        postman = Postman(inbox, PORTAL_HSA, country)
    bases = {name: f"https://{HOST}:{ports[name]}{place.path}" for name, place in _FHIR.items()}
    issuer = f"http://{HOST}:{ports['oidc']}"
    provider, provider_info = oidc.create(
        issuer=issuer,
        people=country.people,
        state=options.state,
        clock=lambda: country.clock.now().timestamp(),
    )
    provider.middlewares.append(_breakable(country.faults, "bankid"))
    siths, siths_info = _siths(country, ports["siths"], options.state)
    applications = {
        "panel": panel.create(country, postman),
        "platform": platform.create(country),
        "platform-http": platform.outside_tls(),
        "oidc": provider,
        **{
            name: fhir.create(
                country,
                Tokens(FHIR_CLIENT_ID, keys.fhir_client, options.token_lifetime),
                place,
                base=bases[name],
                page_size=options.page_size,
            )
            for name, place in _FHIR.items()
        },
        **siths,
    }
    if postman is not None:
        applications["platform"].on_startup.append(postman.send_all)
        applications["platform"].on_cleanup.append(inbox.close)
    if options.subscriber is not None:
        told = Sender(options.subscriber, keys.client_context(), country.calls, "prenumerant")
        country.index.told = teller(told, PORTAL_HSA)
        applications["platform"].on_cleanup.append(told.close)
    info = {
        "ca": str(keys.ca),
        "client_cert": str(keys.portal.certificate),
        "client_key": str(keys.portal.key),
        "unauthorised_cert": str(keys.unauthorised.certificate),
        "unauthorised_key": str(keys.unauthorised.key),
        "nameless_cert": str(keys.nameless.certificate),
        "nameless_key": str(keys.nameless.key),
        "endpoint_cert": str(keys.endpoint.certificate),
        "endpoint_key": str(keys.endpoint.key),
        "platform_hsa_id": PLATFORM_HSA,
        "platform": f"https://{HOST}:{ports['platform']}",
        "guardianships": f"https://{HOST}:{ports['platform']}{guardians.PATH}",
        "platform_http": f"http://{HOST}:{ports['platform-http']}",
        "fhir": {place.name: bases[name] for name, place in _FHIR.items()},
        "fhir_client": {
            "client_id": FHIR_CLIENT_ID,
            "key": str(keys.fhir_client),
            "alg": ALGORITHM,
        },
        "panel": f"http://{HOST}:{ports['panel']}",
        "seconds_ahead": country.clock.ahead.total_seconds(),
        "oidc": provider_info,
        **siths_info,
        "people": [_published(person) for person in country.people],
        "units": [unit.published() for unit in country.units.values()],
    }
    return Sandbox(applications, info, keys)


def _siths(
    country: Country, port: int, state: Path
) -> tuple[dict[str, web.Application], dict[str, object]]:
    """Nothing where the program that it signs with is absent."""
    if shutil.which("xmlsec1") is None:
        return {}, {}
    # A heavy library, which only this part of the sandbox needs.
    from sandbox import siths

    application, told = siths.create(port=port, employees=country.workforce.employees, state=state)
    return {"siths": application}, {"siths": told}


def configure(options: Options) -> Path:
    """Make the keys and write sandbox.json without starting anything; returns its path."""
    ports = {name: options.port_base + number for number, name in enumerate(PORTS)}
    return _write(options.state, build(options, ports).info)


async def run(options: Options) -> None:
    """Listen on every port until SIGTERM or SIGINT.

    Raises OSError when a port is taken. Prints one line when everything listens.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    sockets = _listen(options.port_base)
    ports = {name: each.getsockname()[1] for name, each in sockets.items()}
    sandbox = build(options, ports)
    contexts = {
        "platform": sandbox.keys.server_context(client_certificate=True),
        "fhir": sandbox.keys.server_context(client_certificate=False),
        # A client certificate and a token, as the way through Inera is to be.
        "fast-kontakt": sandbox.keys.server_context(client_certificate=True),
    }
    runners = []
    try:
        for name, application in sandbox.applications.items():
            # A client that gives up must end the handler that it waits for.
            runner = web.AppRunner(
                application, handler_cancellation=True, shutdown_timeout=_SHUTDOWN, access_log=None
            )
            runners.append(runner)
            await runner.setup()
            await web.SockSite(runner, sockets[name], ssl_context=contexts.get(name)).start()
        _write(options.state, sandbox.info)
        print(f"Sandlådan är igång: {sandbox.info['panel']}", flush=True)
        await stop.wait()
    finally:
        await asyncio.gather(*(runner.cleanup() for runner in runners))


def _country(options: Options) -> Country:
    people = load_people()
    raw = RawMessages(options.raw)
    strangers = raw.strangers({person.person_id for person in people})
    everybody = (*people, *strangers)
    units = load_units()
    bookings = Bookings(everybody)
    index = Index(tuple(contracts().values()), everybody, units, options.clock)
    bookings.told = index.booking_changed
    return Country(
        people=everybody,
        units=units,
        clock=options.clock,
        calls=CallLog(options.clock),
        raw=raw,
        bookings=bookings,
        index=index,
        safeguards=Safeguards(everybody, units, options.clock),
        workforce=Workforce(load_employees(people)),
        faults=Faults((p.person_id, row) for p in everybody for row in p.rows("faults")),
        timeouts=options.timeouts,
        capacity=options.capacity,
    )


def _breakable(faults: Faults, target: str) -> Any:
    """A middleware that lets a whole application be a fault target, save for its static files."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith("/static/"):
            return await handler(request)

        async def answer() -> web.Response:
            response = await handler(request)
            if not isinstance(response, web.Response):
                raise TypeError("a streamed response cannot be broken")
            return response

        return await deliver(request, faults.take(target), answer, "json")

    return middleware


def _listen(base: int) -> dict[str, socket.socket]:
    """A socket for each port, bound before anything is built, so that the numbers are known."""
    bound: dict[str, socket.socket] = {}
    try:
        for number, name in enumerate(PORTS):
            bound[name] = each = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            each.bind((HOST, base + number if base else 0))
    except OSError:
        for each in bound.values():
            each.close()
        raise
    return bound


def _published(person: Person) -> dict[str, object]:
    return {
        "key": person.key,
        "name": person.name,
        "person_id": person.person_id,
        "role": person.role,
        "description": person.description,
        "login": person.login,
        "provokes": person.provokes,
        "staff": person.staff,
    }


def _write(state: Path, info: Mapping[str, Any]) -> Path:
    """Write sandbox.json so that a reader sees the old one or the new one, never half."""
    path = state / "sandbox.json"
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(info, ensure_ascii=False, indent=2) + "\n", "utf-8")
    temporary.replace(path)
    return path
