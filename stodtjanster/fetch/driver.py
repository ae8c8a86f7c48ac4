"""The only file that opens a connection: carries out what adapters ask for."""

import asyncio
import ssl
from typing import Protocol

import aiohttp
from aiohttp.http_exceptions import ContentEncodingError

from stodtjanster.model import Cause
from stodtjanster.sources.kit.source import Request, Response, SourceFailed, SourceSettings, Tls

KEEP_ALIVE_SECONDS = 60
_TAKING_DOWN = 0.05


class Driver(Protocol):
    """Sends requests for sources. All methods run on the fetch service's event loop."""

    async def send(self, source: SourceSettings, request: Request) -> Response:
        """Raises SourceFailed with TIMEOUT, REFUSED, FAULT (the answer was cut off), UNREADABLE
        (not HTTP), TOO_LARGE or FAILED (our own TLS files); nothing else.
        """
        ...

    async def close(self) -> None: ...


class AiohttpDriver:
    """One connection pool per source: a hung source cannot fill another's pool.

    Redirects are not followed, cookies not kept, proxies of the environment not used.
    """

    def __init__(self) -> None:
        self._pools: dict[str, aiohttp.ClientSession] = {}
        # Reading the system's authorities takes 20 ms, on the loop: once for all that share them.
        self._contexts: dict[Tls, ssl.SSLContext] = {}

    async def send(self, source: SourceSettings, request: Request) -> Response:
        pool = self._pools.get(source.key) or self._open(source)
        try:
            async with pool.request(
                request.method,
                request.url,
                headers=request.headers,
                data=request.body,
                allow_redirects=False,
            ) as answer:
                body = await _read(answer.content, source.limits.max_bytes)
                headers = {name.lower(): value for name, value in answer.headers.items()}
                return Response(answer.status, headers, body)
        except TimeoutError as late:
            raise SourceFailed(Cause.TIMEOUT) from late
        except (aiohttp.ClientError, ValueError) as broken:
            raise SourceFailed(_cause(broken), _name(broken)) from broken

    def _open(self, source: SourceSettings) -> aiohttp.ClientSession:
        limits = source.limits
        pool = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=limits.concurrent,
                ssl=self._context(source.tls),
                keepalive_timeout=KEEP_ALIVE_SECONDS,
            ),
            timeout=aiohttp.ClientTimeout(
                total=limits.answer_seconds, sock_connect=limits.connect_seconds
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "portalen"},
            trust_env=False,
        )
        self._pools[source.key] = pool
        return pool

    def _context(self, tls: Tls) -> ssl.SSLContext:
        context = self._contexts.get(tls)
        if context is None:
            try:
                context = tls_context(tls)
            except OSError as unusable:
                raise SourceFailed(Cause.FAILED, _name(unusable)) from unusable
            self._contexts[tls] = context
        return context

    async def close(self) -> None:
        for pool in self._pools.values():
            await pool.close()
        self._pools.clear()
        # What was aborted is closed some turns of the loop later. Were the loop closed before that,
        # the descriptor would be closed when the transport is collected, and be another's by then.
        await asyncio.sleep(_TAKING_DOWN)


async def _read(content: aiohttp.StreamReader, limit: int) -> bytes:
    """The whole body, or SourceFailed as soon as it is larger than `limit` bytes."""
    parts: list[bytes] = []
    size = 0
    async for part in content.iter_any():
        size += len(part)
        if size > limit:
            raise SourceFailed(Cause.TOO_LARGE)
        parts.append(part)
    return b"".join(parts)


def _cause(error: Exception) -> Cause:
    """No connection, an answer that broke off, or one that is not HTTP."""
    if isinstance(error, aiohttp.ClientConnectorError):
        return Cause.REFUSED
    garbled = isinstance(error.__cause__, ContentEncodingError)
    cut = isinstance(error, aiohttp.ClientConnectionError | aiohttp.ClientPayloadError)
    return Cause.FAULT if cut and not garbled else Cause.UNREADABLE


def _name(error: Exception) -> str:
    return type(error).__name__


def tls_context(tls: Tls) -> ssl.SSLContext:
    """Server certificate and host name are always checked. OSError when a file is unusable."""
    context = ssl.create_default_context(cafile=str(tls.ca) if tls.ca else None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if tls.certificate:
        context.load_cert_chain(str(tls.certificate), str(tls.key) if tls.key else None)
    return context
