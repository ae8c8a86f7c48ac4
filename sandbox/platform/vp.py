"""The virtualisation platform (VP): who calls, with what right, and where to."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
import uuid
from collections.abc import Mapping
from dataclasses import replace

from aiohttp import web

from sandbox.ca import PLATFORM_HSA
from sandbox.country import Country
from sandbox.faults import Fault, deliver
from sandbox.platform import guardians, soap
from sandbox.platform.aggregator import aggregate
from sandbox.platform.credentials import GetCredentialsForPersonIncludingProtectedPerson
from sandbox.platform.errors import CONSUMER, LARGEST, REGIONAL, VpError, passed_on
from sandbox.platform.inbound import Inbound
from sandbox.platform.national import with_national
from sandbox.platform.security import security_contracts
from sandbox.platform.source import UnreachableError, call_source
from sandbox.platform.tak import AGGREGATOR, LOOP, NATIONAL, PLATFORM, Route, Tak
from sandbox.producers import contracts
from sandbox.producers.kit import Contract, InvalidRequestError
from sandbox.producers.ping import PingForConfiguration

PROFILES = (soap.RIVTABP20, soap.RIVTABP21)
CORRELATION = "x-skltp-correlation-id"
HISTORY = "x-rivta-routing-history"


def create(country: Country) -> web.Application:
    """The platform as an application: POST to any path, as dispatch is on the message. Whose
    guardian somebody is is asked at a path of its own."""
    app = web.Application(client_max_size=LARGEST)
    app.router.add_post(guardians.PATH, guardians.Guardians(country).handle)
    platform = _Platform(country)
    app.router.add_post("/{path:.*}", platform.handle)
    return app


def outside_tls() -> web.Application:
    """What answers where the platform is called without TLS: only ever that it must not be."""

    async def refuse(_request: web.Request) -> web.Response:
        return _http(VpError("VP011", "Caller is not on the list of accepted addresses").reply())

    app = web.Application(client_max_size=LARGEST)
    app.router.add_post("/{path:.*}", refuse)
    return app


class _Platform:
    def __init__(self, country: Country) -> None:
        self._country = country
        self._tak = Tak(country.units)
        hsa = GetCredentialsForPersonIncludingProtectedPerson(country.workforce)
        about_staff = (*security_contracts(country.safeguards), hsa)
        secure = {each.namespace: each for each in about_staff}
        self._contracts = with_national(contracts() | secure, country.index, self._tak)
        self._calls = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        data = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        # VP makes an id when the consumer has none, and always returns it.
        correlation_id = headers.setdefault(CORRELATION, str(uuid.uuid4()))
        self._country.calls.keep(
            "plattformen", request.path, headers, data.decode("utf-8", "replace")
        )
        fault = self._country.faults.take("plattformen", self._person_in(data))

        async def answer() -> web.Response:
            reply = await self._reply(request, data, headers, fault)
            return _http(reply, correlation_id)

        return await deliver(request, fault, answer, "xml")

    def _person_in(self, data: bytes) -> str | None:
        try:
            envelope = soap.parse(data)
            contract = self._contracts[envelope.namespace]
            return contract.about(envelope.body, self._country.bookings)
        except (soap.UnreadableError, InvalidRequestError, KeyError):
            return None

    async def _reply(
        self,
        request: web.Request,
        data: bytes,
        headers: Mapping[str, str],
        fault: Fault | None,
    ) -> soap.Reply:
        if fault is not None and fault.kind == "vpfault":
            return VpError(fault.code, "Fault chosen on the panel").reply()
        if self._calls >= self._country.capacity:
            return VpError("VP012", "Too many calls at once").reply()
        self._calls += 1
        try:
            inbound = self._let_in(_consumer(request), request.path, data, headers)
            impostor = fault is not None and fault.kind == "wrong-person"
            return await self._answer(replace(inbound, impostor=impostor))
        except VpError as error:
            return error.reply()
        finally:
            self._calls -= 1

    def _let_in(
        self, consumer: str | None, path: str, data: bytes, headers: Mapping[str, str]
    ) -> Inbound:
        """Who calls, and with what. Raises VpError."""
        if consumer is None:
            raise VpError("VP002", "No sender id (serialNumber) found in certificate")
        if PLATFORM_HSA in headers.get(HISTORY, "").split(","):
            raise VpError("VP014", "Own id found in the routing history")
        try:
            envelope = soap.parse(data)
        except soap.UnreadableError as error:
            raise VpError("VP015", str(error)) from error
        if headers.get(CONSUMER, consumer) != consumer:
            # The real one may be set to warn only.
            raise VpError("VP013", f"Sender {consumer} may not set {CONSUMER}")
        if self._country.faults.take("tak") is not None:
            raise VpError("VP008", "No contact with the catalogue and no copy of it")
        address = envelope.address
        if not address:
            raise VpError("VP003", "No logical address found in message header")
        contract = self._contracts.get(envelope.namespace)
        if contract is None:
            where = f"serviceNamespace: {envelope.namespace}, receiverId: {address}"
            raise VpError("VP004", f"No route found for {where}")
        correlation_id = headers[CORRELATION]
        return Inbound(contract, envelope, consumer, correlation_id, path, impostor=False)

    def _route(self, inbound: Inbound) -> Route:
        """The one way there, if it may be gone: vägval before behörighet. Raises VpError."""
        contract, address = inbound.contract, inbound.envelope.address
        where = f"serviceNamespace: {contract.namespace}, receiverId: {address}"
        routes = self._tak.routes(contract, address)
        if not routes:
            hint = " The address has whitespace." if address != address.strip() else ""
            raise VpError("VP004", f"No route found for {where}.{hint}")
        if len(routes) > 1:
            raise VpError("VP006", f"More than one route found for {where}")
        (route,) = routes
        if not route.leads_to:
            raise VpError("VP010", f"No URL in the route for {where}")
        if not self._tak.may_call(inbound.consumer, contract, address):
            raise VpError("VP007", f"Missing for {where}, senderId: {inbound.consumer}")
        profile = inbound.path.rpartition("/")[2].upper()
        if profile.startswith("RIVTABP") and profile not in PROFILES:
            raise VpError("VP001", f"{profile} is not supported")
        if route.strict and inbound.envelope.profile != route.profile:
            raise VpError("VP005", f"{inbound.envelope.profile} is not supported for {where}")
        return route

    async def _answer(self, inbound: Inbound) -> soap.Reply:
        route = self._route(inbound)
        contract = inbound.contract
        person_id = self._patient_or_none(inbound)
        self._country.calls.note(
            "plattformen",
            contract.name,
            person_id=person_id,
            logical_address=inbound.envelope.address,
            correlation_id=inbound.correlation_id,
        )
        raw = self._country.raw.next(person_id, contract.name)
        if raw is not None:
            return soap.Reply(500 if _is_fault(raw) else 200, raw)
        if route.leads_to == AGGREGATOR:
            return await aggregate(self._country, self._tak, inbound, self._send)
        try:
            async with asyncio.timeout(self._country.timeouts.fanout):
                return await self._along(route, inbound)
        except TimeoutError as error:
            raise VpError("VP009", "Timeout when waiting on response from producer") from error

    def _patient_or_none(self, inbound: Inbound) -> str:
        try:
            return inbound.contract.about(inbound.envelope.body, self._country.bookings)
        except InvalidRequestError:
            return ""

    async def _send(self, inbound: Inbound) -> soap.Reply:
        return await self._along(self._route(inbound), inbound)

    async def _along(self, route: Route, inbound: Inbound) -> soap.Reply:
        """The answer of whoever a route leads to. Raises VpError and TimeoutError."""
        if route.leads_to == PLATFORM:
            return _pong(inbound.contract, route.place, self._country.clock.now())
        if route.leads_to == LOOP:
            raise VpError("VP014", "Own id found in the routing history")
        if re.fullmatch("VP[0-9]{3}", route.leads_to):
            return VpError(route.leads_to, "Standing fault", platform=REGIONAL).reply()
        address = inbound.envelope.address
        # From here on it is in the profile that the producer speaks.
        sent = replace(inbound, envelope=inbound.envelope.addressed(address, route.profile))
        where = f"at address {address}"
        try:
            reply = await call_source(self._country, sent, route)
        except UnreachableError as error:
            said = f"Error connecting to service producer {where}: {error}"
            raise VpError("VP009", said) from error
        return passed_on(reply, where)


def _pong(contract: Contract, place: str, now: dt.datetime) -> soap.Reply:
    who = "Aggregerande tjänster" if place == NATIONAL else "Tjänsteplattformen"
    rows = [*contract.pong(who, now)] if isinstance(contract, PingForConfiguration) else []
    return soap.Reply(200, soap.envelope(contract.response(rows, None)))


def _http(reply: soap.Reply, correlation_id: str | None = None) -> web.Response:
    return web.Response(
        status=reply.status,
        body=reply.body,
        content_type=soap.MEDIA_TYPE,
        charset="utf-8",
        headers={CORRELATION: correlation_id or str(uuid.uuid4())},
    )


def _is_fault(data: bytes) -> bool:
    try:
        return soap.parse(data).is_fault
    except soap.UnreadableError:
        return False


def _consumer(request: web.Request) -> str | None:
    """The HSA-id of the client certificate: its subject's serialNumber."""
    transport = request.transport
    certificate = transport.get_extra_info("peercert") if transport is not None else None
    if not certificate:
        return None
    subject = {name: value for part in certificate["subject"] for name, value in part}
    value = subject.get("serialNumber")
    return value if isinstance(value, str) else None
