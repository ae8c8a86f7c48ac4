"""The port of the SOAP endpoint, in the portal's own process: what it learns must reach the shelf.

One thread with an event loop reads and answers; the desk works in a few threads beside it.
"""

import asyncio
import logging
import ssl
import threading
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from aiohttp import web

from portal.inbound.callers import caller_of, sender_of
from portal.inbound.desk import Desk
from portal.inbound.settings import InboundSettings, TlsSettings
from portal.inbound.soap import Fault, Reply, refusal

log = logging.getLogger(__name__)

_THREADS = 8
_SHUTDOWN = 5.0


class Listener:
    """`start` once, after any fork. Raises OSError when the port or a file cannot be used."""

    def __init__(self, settings: InboundSettings, desk: Desk) -> None:
        self._settings = settings
        self._desk = desk
        self._workers = ThreadPoolExecutor(_THREADS, thread_name_prefix="inbound")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="inbound", daemon=True)
        self._runner: web.AppRunner | None = None
        self.port = settings.port

    def start(self) -> None:
        context = None if self._settings.tls is None else server_context(self._settings.tls)
        self._thread.start()
        try:
            self._do(self._listen(context))
        except OSError:
            self.stop()
            raise

    def stop(self) -> None:
        """Finish what is being answered, and close the port."""
        if self._runner is not None:
            self._do(self._runner.cleanup())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._workers.shutdown()

    def _do(self, coroutine: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    async def _listen(self, context: ssl.SSLContext | None) -> None:
        application = web.Application(client_max_size=self._settings.max_bytes)
        application.router.add_post("/{path:.*}", self._handle)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=_SHUTDOWN)
        await self._runner.setup()
        # Two of us listen for a moment when the portal is told to start anew.
        site = web.TCPSite(
            self._runner,
            self._settings.host,
            self._settings.port,
            ssl_context=context,
            reuse_port=True,
        )
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def _handle(self, request: web.Request) -> web.Response:
        reply = await self._reply(request)
        return web.Response(
            status=reply.status, body=reply.body, content_type="text/xml", charset="utf-8"
        )

    async def _reply(self, request: web.Request) -> Reply:
        if request.content_type != "text/xml" or (request.charset or "utf-8").lower() != "utf-8":
            raise web.HTTPUnsupportedMediaType
        try:
            async with asyncio.timeout(self._settings.seconds):
                body = await request.read()
                take = partial(
                    self._desk.take,
                    body,
                    caller=caller_of(request, self._settings),
                    sender=sender_of(request),
                )
                return await self._loop.run_in_executor(self._workers, take)
        except web.HTTPRequestEntityTooLarge:
            return refusal(Fault("Client", "too large"))
        except TimeoutError:
            return refusal(Fault("Server", "out of time; send it again later"))


def server_context(tls: TlsSettings) -> ssl.SSLContext:
    """Nobody gets in without a certificate that the authority has signed."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(tls.ca))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(str(tls.certificate), str(tls.key))
    context.verify_mode = ssl.CERT_REQUIRED
    return context
