"""One call from the platform to a producer, with whatever is wrong with it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from lxml import etree

from sandbox.country import Country
from sandbox.faults import Fault, spoil
from sandbox.platform import soap
from sandbox.platform.errors import REGIONAL, VpError
from sandbox.platform.inbound import Inbound
from sandbox.platform.tak import NOBODY, Route
from sandbox.producers.kit import Asked, Contract, InvalidRequestError

_REFUSED, _RESET = "Connection refused", "Connection reset"


class UnreachableError(Exception):
    """There is no connection to the producer, or no longer; says which."""


async def call_source(country: Country, inbound: Inbound, route: Route) -> soap.Reply:
    """Ask the producer that a route leads to.

    Raises UnreachableError, and TimeoutError when nothing has come for as long as the platform
    waits for one source. May never return: from who answers a byte at a time something comes.
    """
    contract, envelope = inbound.contract, inbound.envelope
    # The old way to write an address names a unit and what it is in: the row says which it was.
    address = envelope.address if envelope.address in country.units else route.place
    target = route.leads_to
    person_id = _patient(country, contract, envelope)
    country.calls.note(
        target,
        contract.name,
        person_id=person_id,
        logical_address=address,
        correlation_id=inbound.correlation_id,
    )
    if target == NOBODY:
        raise UnreachableError(_REFUSED)
    # A national register has no target of its own: it breaks with the platform.
    fault = country.faults.take(target, person_id)
    if fault is not None:
        await _delay(fault, country.timeouts.producer)
        if fault.kind == "refuse":
            raise UnreachableError(_REFUSED)
        if fault.kind == "http500":
            return soap.Reply(500, b"<html><body>Internal Server Error</body></html>")
        if fault.kind == "vpfault":
            # A platform on the way failed; its fault comes through as the producer's.
            return VpError(fault.code, "Chosen fault", platform=REGIONAL).reply()
    if envelope.profile != route.profile:
        return soap.fault("Client", f"Adressen står inte som i {route.profile}")
    try:
        reply = _answered(country, inbound, address, fault)
    except InvalidRequestError as error:
        return soap.fault("Client", error.title, str(error))
    if fault is not None and fault.kind == "lost-answer":
        raise UnreachableError(_RESET)
    return reply


async def _delay(fault: Fault, patience: float) -> None:
    """However long the fault makes the answer wait.

    Raises TimeoutError after `patience` seconds, save for a byte at a time, which never ends.
    """
    if fault.kind == "drip":
        await asyncio.Event().wait()
    async with asyncio.timeout(patience):
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        if fault.kind == "hang":
            await asyncio.Event().wait()


def _answered(country: Country, inbound: Inbound, address: str, fault: Fault | None) -> soap.Reply:
    """Raises InvalidRequestError."""
    contract, envelope = inbound.contract, inbound.envelope
    kind = fault.kind if fault is not None else ""
    if contract.wants_actor and "Actor" not in envelope.headers:
        return soap.fault("Client", "Headern Actor saknas")
    person = country.person(contract.about(envelope.body, country.bookings))
    stranger = contract.unknown_person()
    if person is None and stranger is not None:
        return soap.fault("Server", "Personen finns inte", stranger)
    asked = Asked(
        envelope.body,
        address,
        person,
        country.units,
        country.clock.now(),
        country.clock.anchor(),
        country.bookings,
        actor=envelope.actor("actorId"),
        agent=envelope.actor("actorType") == "subject_of_care_agent",
    )
    if (kind == "wrong-person" or inbound.impostor) and not contract.writes:
        asked = _about_somebody_else(country, contract, asked)
    if kind == "error-result":
        return _with_items(contract, asked, "Ett internt fel inträffade", items=False)
    refusal = contract.refuses(asked)
    items = kind != "empty" and refusal is None
    reply = _with_items(contract, asked, refusal, items=items, valid=kind != "invalid")
    if kind in ("", "slow", "wrong-person", "empty", "lost-answer", "invalid"):
        return reply
    return soap.Reply(reply.status, spoil(kind, reply.body, "xml"))


def _with_items(
    contract: Contract, asked: Asked, refusal: str | None, *, items: bool, valid: bool = True
) -> soap.Reply:
    rows = list(contract.items(asked)) if items else []
    if not valid:
        # All is there, and can be read, in an order that no schema has.
        rows = [_backwards(row) for row in rows]
    result = contract.result("OK") if refusal is None else contract.result("ERROR", refusal)
    return soap.Reply(200, soap.envelope(contract.response(rows, result)), valid)


def _backwards(row: etree._Element) -> etree._Element:
    row[:] = reversed(list(row))
    return row


def _about_somebody_else(country: Country, contract: Contract, asked: Asked) -> Asked:
    """The same question about another person, whom the same source system has rows about."""
    system = country.system_of(asked.address)
    address = asked.address if system is None else system.hsa_id
    others = (
        replace(asked, person=person, address=address)
        for person in country.people
        if person != asked.person
    )
    return next((other for other in others if any(True for _ in contract.items(other))), asked)


def _patient(country: Country, contract: Contract, envelope: soap.Envelope) -> str:
    try:
        return contract.about(envelope.body, country.bookings)
    except InvalidRequestError:
        return ""
