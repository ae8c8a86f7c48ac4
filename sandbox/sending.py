"""Calls that the platform makes to the portal, over mutual TLS: again until they are done with."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import aiohttp

from sandbox.calls import CallLog

_SENDER = "x-rivta-original-serviceconsumer-hsaid"
_PATIENCE = aiohttp.ClientTimeout(total=10)


@dataclass(frozen=True, slots=True)
class Errand:
    """An envelope to be brought. `sender` is the HSA-id of whom the platform forwards for.

    `is_done` is told the status and the bytes of an answer. `pauses` are the seconds before each
    new try; when they end it is given up.
    """

    contract: str
    body: bytes
    sender: str
    person_id: str
    logical_address: str
    is_done: Callable[[int, bytes], bool]
    pauses: Callable[[], Iterable[float]]


class Sender:
    """Brings errands to one address. `target` is what it is called in the call log."""

    def __init__(self, url: str, context: ssl.SSLContext, calls: CallLog, target: str) -> None:
        self._url = url
        self._context = context
        self._calls = calls
        self._target = target
        self._sending: set[asyncio.Task[None]] = set()

    def send(self, errand: Errand) -> None:
        """Begin. Nobody waits for it."""
        sending = asyncio.get_running_loop().create_task(self._deliver(errand))
        self._sending.add(sending)
        sending.add_done_callback(self._sending.discard)

    async def close(self, _app: object = None) -> None:
        """Give up what has not arrived."""
        for sending in self._sending:
            sending.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)

    async def _deliver(self, errand: Errand) -> None:
        if await self._try(errand):
            return
        for pause in errand.pauses():
            await asyncio.sleep(pause)
            if await self._try(errand):
                return

    async def _try(self, errand: Errand) -> bool:
        self._calls.note(
            self._target,
            errand.contract,
            person_id=errand.person_id,
            logical_address=errand.logical_address,
        )
        headers = {"Content-Type": "text/xml; charset=utf-8", _SENDER: errand.sender}
        connector = aiohttp.TCPConnector(ssl=self._context)
        try:
            async with (
                aiohttp.ClientSession(connector=connector, timeout=_PATIENCE) as session,
                session.post(self._url, data=errand.body, headers=headers) as answer,
            ):
                return errand.is_done(answer.status, await answer.read())
        except (aiohttp.ClientError, OSError, TimeoutError):
            return False
