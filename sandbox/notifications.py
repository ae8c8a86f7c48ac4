"""ProcessNotification: the index tells its subscriber of what has changed, over mutual TLS.

As from the real one, a notification comes some time after the change, and again until it is
accepted or given up.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence

import aiohttp
from lxml import etree

from sandbox.ca import PLATFORM_HSA
from sandbox.calls import CallLog
from sandbox.index import Transaction
from sandbox.platform import soap
from sandbox.platform.national import engagement_transaction
from sandbox.producers.kit import builder

_NS = "urn:riv:itintegration:engagementindex:ProcessNotificationResponder:1"
_TARGET = "prenumerant"
_SENDER = "x-rivta-original-serviceconsumer-hsaid"
# Seconds to wait before each new try.
_PAUSES = (0.5, 2.0, 8.0, 30.0)
_PATIENCE = aiohttp.ClientTimeout(total=10)

_own = builder(_NS)
_registry = builder(soap.REGISTRY)


class Notifications:
    """`subscriber` is the URL of who wants to know, and its HSA-id."""

    def __init__(
        self, subscriber: tuple[str, str], context: ssl.SSLContext, calls: CallLog
    ) -> None:
        self._url, self._hsa_id = subscriber
        self._context = context
        self._calls = calls
        self._sending: set[asyncio.Task[None]] = set()

    def send(self, transactions: Sequence[Transaction]) -> None:
        """Begin to tell of changes. Nobody waits for it."""
        sending = asyncio.get_running_loop().create_task(self._deliver(transactions))
        self._sending.add(sending)
        sending.add_done_callback(self._sending.discard)

    async def close(self, _app: object = None) -> None:
        """Give up what has not arrived."""
        for sending in self._sending:
            sending.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)

    async def _deliver(self, transactions: Sequence[Transaction]) -> None:
        body = soap.envelope(
            _own(
                "ProcessNotification",
                *(engagement_transaction(_own, each) for each in transactions),
            ),
            _registry("LogicalAddress", self._hsa_id),
        )
        for pause in (*_PAUSES, None):
            self._calls.note(
                _TARGET,
                "ProcessNotification",
                person_id=transactions[0].entry.resident,
                logical_address=self._hsa_id,
            )
            if await self._accepted(body):
                return
            if pause is not None:
                await asyncio.sleep(pause)

    async def _accepted(self, body: bytes) -> bool:
        headers = {"Content-Type": "text/xml; charset=utf-8", _SENDER: PLATFORM_HSA}
        connector = aiohttp.TCPConnector(ssl=self._context)
        try:
            async with (
                aiohttp.ClientSession(connector=connector, timeout=_PATIENCE) as session,
                session.post(self._url, data=body, headers=headers) as answer,
            ):
                return answer.status == 200 and _is_yes(await answer.read())
        except (aiohttp.ClientError, OSError, TimeoutError):
            return False


def _is_yes(data: bytes) -> bool:
    try:
        said: etree._Element = soap.parse(data).body
    except soap.UnreadableError:
        return False
    return said.findtext(f"{{{_NS}}}ResultCode") in ("OK", "INFO")
