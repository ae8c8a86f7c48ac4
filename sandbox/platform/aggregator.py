"""The aggregating services (AgP): ask the engagement index, then every source at once.

With the real platform's habits (design note rivta 5): what one may not call is left
out without a word, a source that answers ERROR counts as having answered, what breaks
the contract's schema is passed on, and the status rows of failed sources break theirs.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass

from lxml import etree

from sandbox.country import Country
from sandbox.index import Entry
from sandbox.platform import soap
from sandbox.platform.errors import VpError
from sandbox.platform.inbound import Inbound
from sandbox.platform.tak import NATIONAL, Tak
from sandbox.producers.kit import Contract, InvalidRequestError, stamp

_INDEX = "engagemangsindex"
_SOCKET_TIMEOUT = "504"
_OTHER_ERROR = "43000"
# Where the call goes to the engagement's logicalAddress; elsewhere to its sourceSystem.
_BY_LOGICAL_ADDRESS = ("GetSubjectOfCareSchedule", "GetCareManagers")
# Whose answers are held to the schema; all others are passed on as they are.
_VALIDATED = ("GetCareManagers",)
# Has a result, which its aggregating service leaves out.
_WITHOUT_RESULT = (
    "urn:riv:clinicalprocess:healthcond:description:GetCareDocumentationResponder:2",
)


@dataclass(frozen=True, slots=True)
class _Failed:
    code: str
    text: str


_Outcome = list[etree._Element] | _Failed
Send = Callable[[Inbound], Awaitable[soap.Reply]]


async def aggregate(country: Country, tak: Tak, inbound: Inbound, send: Send) -> soap.Reply:
    """Ask every source that the consumer may call, and put their rows together.

    Answers 200 even when every source fails; a SOAP fault when the request cannot be
    read or the engagement index does not answer. `send` goes through VP, and raises as it does.
    """
    contract, envelope = inbound.contract, inbound.envelope
    try:
        person_id = contract.patient(envelope.body)
    except InvalidRequestError as error:
        return soap.fault("Client", "Felaktigt anrop till aggregerande tjänst", str(error))
    if not contract.goes_through_aggregator(envelope.body):
        return soap.fault("Client", "Felaktigt anrop till aggregerande tjänst")
    if contract.wants_actor and "Actor" not in envelope.headers:
        return soap.fault("Client", "Headern Actor saknas")
    found = await _find_content(country, contract, person_id, inbound.correlation_id)
    if found is None:
        return soap.fault("Server", "EI000 Fel vid kontakt med engagemangsindex", "FindContent")
    # One call for each source; never one to itself, whatever the index says.
    addresses = dict.fromkeys(
        each.logical_address if contract.name in _BY_LOGICAL_ADDRESS else each.source_system
        for each in found
        if each.logical_address != NATIONAL
        and tak.may_call(inbound.consumer, contract, each.logical_address)
    )
    asked = {address: _ask(send, inbound.to(address)) for address in addresses}
    outcomes = await _all(country.timeouts.fanout, asked)
    rows = [
        row for outcome in outcomes.values() if isinstance(outcome, list) for row in outcome
    ]  # neither sorted nor de-duplicated
    now = country.clock.now()
    status = soap.header("ProcessingStatus", *(_row(a, o, now) for a, o in outcomes.items()))
    result = None if contract.namespace in _WITHOUT_RESULT else contract.result("INFO")
    return soap.Reply(200, soap.envelope(contract.response(rows, result), status))


async def _find_content(
    country: Country, contract: Contract, person_id: str, correlation_id: str
) -> list[Entry] | None:
    """The engagements of a person in the contract's category; None when the index fails."""
    country.calls.note(_INDEX, "FindContent", person_id=person_id, correlation_id=correlation_id)
    fault = country.faults.take(_INDEX, person_id)
    if fault is not None and fault.kind in ("refuse", "http500"):
        return None
    if fault is not None and fault.kind in ("slow", "hang"):
        limit = country.timeouts.producer
        wanted = fault.seconds if fault.kind == "slow" else limit
        await asyncio.sleep(min(wanted, limit))
        if wanted >= limit:
            return None
    person = country.person(person_id)
    if person is None or (fault is not None and fault.kind == "empty"):
        return []
    return country.index.find(person_id, contract.service_domain, contract.category or None)


async def _all(
    seconds: float, asked: Mapping[str, Coroutine[None, None, _Outcome]]
) -> dict[str, _Outcome]:
    """Every outcome by address; who has not answered when the time is up has failed."""
    tasks = {address: asyncio.create_task(asking) for address, asking in asked.items()}
    if tasks:
        _, late = await asyncio.wait(tasks.values(), timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
    unknown = _Failed(_OTHER_ERROR, "Unknown error")
    return {a: unknown if task.cancelled() else task.result() for a, task in tasks.items()}


async def _ask(send: Send, inbound: Inbound) -> _Outcome:
    """Rows from one source, or how it failed as the aggregator sees it."""
    try:
        reply = await send(inbound)
    except TimeoutError:
        return _Failed(_SOCKET_TIMEOUT, "Read timed out")
    except VpError as error:
        # Between the aggregator and the source stands VP, which answers 500.
        reply = error.reply()
    return _rows_of(inbound.contract, reply)


def _rows_of(contract: Contract, reply: soap.Reply) -> _Outcome:
    try:
        answer = soap.parse(reply.body)
    except soap.UnreadableError as error:
        return _Failed(_OTHER_ERROR, f"Unreadable answer: {error}")
    if answer.is_fault:
        return _Failed(str(reply.status), answer.body.findtext("faultstring") or "Unknown error")
    if answer.namespace != contract.namespace:
        return _Failed(_OTHER_ERROR, "Unexpected element in the answer")
    if not reply.valid and contract.name in _VALIDATED:
        return _Failed(_OTHER_ERROR, "Schema validation failed")
    names = (name for name in (contract.item, contract.beside) if name)
    return [row for name in names for row in answer.body.findall(f"{{{contract.namespace}}}{name}")]


def _row(address: str, outcome: _Outcome, now: dt.datetime) -> etree._Element:
    failed = isinstance(outcome, _Failed)
    return soap.header(
        "ProcessingStatusList",
        soap.header("logicalAddress", address),
        soap.header("statusCode", "NoDataSynchFailed" if failed else "DataFromSource"),
        soap.header("isResponseFromCache", "false"),
        soap.header("isResponseInSynch", "false" if failed else "true"),
        # The schema wants lastSuccessfulSynch always; the real aggregator leaves it out here.
        *(_failure(outcome, now) if isinstance(outcome, _Failed) else _success(now)),
    )


def _success(now: dt.datetime) -> list[etree._Element]:
    return [soap.header("lastSuccessfulSynch", stamp(now))]


def _failure(failed: _Failed, now: dt.datetime) -> list[etree._Element]:
    return [
        soap.header("lastUnsuccessfulSynch", stamp(now)),
        soap.header(
            "lastUnsuccessfulSynchError",
            soap.header("causingAgent", "virtualization_platform"),
            soap.header("code", failed.code),
            soap.header("text", failed.text),
        ),
    ]
