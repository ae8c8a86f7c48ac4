"""The virtualisation platform (VP): who calls, with what right, and where to."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from sandbox.country import Country
from sandbox.faults import Fault, deliver
from sandbox.platform import soap
from sandbox.platform.aggregator import aggregate
from sandbox.platform.errors import LARGEST, VpError, passed_on
from sandbox.platform.source import UnreachableError, call_source
from sandbox.platform.tak import NATIONAL, Tak
from sandbox.producers import contracts
from sandbox.producers.kit import Contract, InvalidRequestError

INSTANCE = "TSTNMT2321000156-PLAT"
CORRELATION = "x-skltp-correlation-id"
HISTORY = "x-rivta-routing-history"


@dataclass(frozen=True, slots=True)
class Inbound:
    """A call that VP let in."""

    contract: Contract
    envelope: soap.Envelope
    address: str
    consumer: str
    correlation_id: str


def create(country: Country) -> web.Application:
    """The platform as an application: POST to any path, as dispatch is on the message."""
    app = web.Application(client_max_size=LARGEST)
    platform = _Platform(country)
    app.router.add_post("/{path:.*}", platform.handle)
    return app


class _Platform:
    def __init__(self, country: Country) -> None:
        self._country = country
        self._tak = Tak(country.units)
        self._contracts = contracts()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        data = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        # VP makes an id when the consumer has none, and always returns it.
        correlation_id = headers.get(CORRELATION) or str(uuid.uuid4())
        self._country.calls.keep(
            "plattformen", request.path, headers, data.decode("utf-8", "replace")
        )
        person_id = self._person_in(data)
        fault = self._country.faults.take("plattformen", person_id)

        async def answer() -> web.Response:
            reply = await self._reply(data, headers, _consumer(request), correlation_id, fault)
            return web.Response(
                status=reply.status,
                body=reply.body,
                content_type=soap.MEDIA_TYPE,
                charset="utf-8",
                headers={CORRELATION: correlation_id},
            )

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
        data: bytes,
        headers: Mapping[str, str],
        consumer: str | None,
        correlation_id: str,
        fault: Fault | None,
    ) -> soap.Reply:
        if fault is not None and fault.kind == "vpfault":
            return VpError(fault.code, "Fault chosen on the panel").reply()
        try:
            inbound = self._let_in(data, headers, consumer, correlation_id)
            impostor = fault is not None and fault.kind == "wrong-person"
            return await self._route(inbound, impostor=impostor)
        except VpError as error:
            return error.reply()

    def _let_in(
        self,
        data: bytes,
        headers: Mapping[str, str],
        consumer: str | None,
        correlation_id: str,
    ) -> Inbound:
        if consumer is None:
            raise VpError("VP002", "No sender id (serialNumber) found in certificate")
        if INSTANCE in headers.get(HISTORY, "").split(","):
            raise VpError("VP014", "Own id found in the routing history")
        try:
            envelope = soap.parse(data)
        except soap.UnreadableError as error:
            raise VpError("VP015", str(error)) from error
        # RIVTABP21 has the one, RIVTABP20 the other; VP reads the local name only, and translates.
        address = envelope.header_text("LogicalAddress") or envelope.header_text("To")
        if not address:
            raise VpError("VP003", "No logical address found in message header")
        contract = self._contracts.get(envelope.namespace)
        where = f"serviceNamespace: {envelope.namespace}, receiverId: {address}"
        if contract is None or not self._tak.has_route(contract, address):
            hint = " The address has whitespace." if address != address.strip() else ""
            raise VpError("VP004", f"No route found for {where}.{hint}")
        if not self._tak.may_call(consumer, address):
            raise VpError("VP007", f"Authorization missing for {where}, senderId: {consumer}")
        return Inbound(contract, envelope, address, consumer, correlation_id)

    async def _route(self, inbound: Inbound, *, impostor: bool) -> soap.Reply:
        contract = inbound.contract
        self._country.calls.note(
            "plattformen",
            contract.name,
            person_id=self._patient_or_none(inbound),
            logical_address=inbound.address,
            correlation_id=inbound.correlation_id,
        )
        raw = self._country.raw.next(self._patient_or_none(inbound), contract.name)
        if raw is not None:
            return soap.Reply(500 if _is_fault(raw) else 200, raw)
        if inbound.address == NATIONAL:
            return await aggregate(
                self._country,
                self._tak,
                contract,
                inbound.envelope,
                consumer=inbound.consumer,
                correlation_id=inbound.correlation_id,
                impostor=impostor,
            )
        return await self._call_producer(inbound, impostor=impostor)

    def _patient_or_none(self, inbound: Inbound) -> str:
        try:
            return inbound.contract.about(inbound.envelope.body, self._country.bookings)
        except InvalidRequestError:
            return ""

    async def _call_producer(self, inbound: Inbound, *, impostor: bool) -> soap.Reply:
        where = f"at address {inbound.address}"
        try:
            async with asyncio.timeout(self._country.timeouts.producer):
                reply = await call_source(
                    self._country,
                    inbound.contract,
                    inbound.envelope,
                    inbound.address,
                    correlation_id=inbound.correlation_id,
                    impostor=impostor,
                )
        except (UnreachableError, TimeoutError) as error:
            raise VpError("VP009", f"Error connecting to service producer {where}") from error
        return passed_on(reply, where)


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
