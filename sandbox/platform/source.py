"""One call from the platform to a producer, with whatever is wrong with it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from sandbox.country import Country
from sandbox.faults import Fault, spoil
from sandbox.platform import soap
from sandbox.producers.kit import Asked, Contract, InvalidRequestError


class UnreachableError(Exception):
    """The producer closed the connection or refused it."""


async def call_source(
    country: Country,
    contract: Contract,
    envelope: soap.Envelope,
    address: str,
    *,
    correlation_id: str,
    impostor: bool,
) -> soap.Reply:
    """Ask the producer at an address. Raises UnreachableError; may never return.

    `impostor` makes it answer about somebody else than it is asked about.
    """
    system = country.system_of(address)
    target = system.system if system is not None else "inera"
    person_id = _patient(country, contract, envelope)
    country.calls.note(
        target,
        contract.name,
        person_id=person_id,
        logical_address=address,
        correlation_id=correlation_id,
    )
    # A national register has no target of its own: it breaks with the platform.
    fault = country.faults.take(target, person_id)
    if fault is not None:
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        if fault.kind == "hang":
            # Ends when the caller's time is up.
            await asyncio.Event().wait()
        if fault.kind == "refuse":
            raise UnreachableError
        if fault.kind == "http500":
            return soap.Reply(500, b"<html><body>Internal Server Error</body></html>")
        if fault.kind == "vpfault":
            # A platform on the way failed; its fault comes through as the producer's.
            return soap.fault("Server", f"{fault.code} [Regional plattform] Fel.", "Chosen fault")
    reply = _answered(country, contract, envelope, address, fault, impostor=impostor)
    if fault is not None and fault.kind == "lost-answer":
        raise UnreachableError
    return reply


def _answered(
    country: Country,
    contract: Contract,
    envelope: soap.Envelope,
    address: str,
    fault: Fault | None,
    *,
    impostor: bool,
) -> soap.Reply:
    kind = fault.kind if fault is not None else ""
    if contract.wants_actor and "Actor" not in envelope.headers:
        return soap.fault("Client", "Headern Actor saknas")
    try:
        person = country.person(contract.about(envelope.body, country.bookings))
    except InvalidRequestError as error:
        return soap.fault("Client", "Felaktigt anrop", str(error))
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
    if (kind == "wrong-person" or impostor) and not contract.writes:
        asked = _about_somebody_else(country, contract, asked)
    if kind == "error-result":
        return _with_items(contract, asked, "Ett internt fel inträffade", items=False)
    refusal = contract.refuses(asked)
    reply = _with_items(contract, asked, refusal, items=kind != "empty" and refusal is None)
    if kind in ("", "slow", "wrong-person", "empty", "lost-answer"):
        return reply
    return soap.Reply(reply.status, spoil(kind, reply.body, "xml"))


def _with_items(
    contract: Contract, asked: Asked, refusal: str | None, *, items: bool
) -> soap.Reply:
    rows = list(contract.items(asked)) if items else []
    result = contract.result("OK") if refusal is None else contract.result("ERROR", refusal)
    return soap.Reply(200, soap.envelope(contract.response(rows, result)))


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
