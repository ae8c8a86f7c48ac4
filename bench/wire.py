"""The floor under every HTTP client: a stream that writes a request and reads the bytes back."""

import asyncio
import ssl
from collections.abc import Iterable


class RawPool:
    """Kept connections to one place, as many as are asked for at once. Checks nothing."""

    def __init__(self, port: int, tls: ssl.SSLContext | None = None) -> None:
        self._port = port
        self._tls = tls
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self.opened: list[asyncio.StreamWriter] = []

    async def get(self, path: str) -> bytes:
        """The body."""
        reader, writer = self._idle.pop() if self._idle else await self._open()
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        at = head.index(b"Content-Length: ") + 16
        body = await reader.readexactly(int(head[at : head.index(b"\r", at)]))
        self._idle.append((reader, writer))
        return body

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        name = "localhost" if self._tls else None
        pair = await asyncio.open_connection(
            "127.0.0.1", self._port, ssl=self._tls, server_hostname=name, limit=2**20
        )
        self.opened.append(pair[1])
        return pair


async def close(pools: Iterable[RawPool]) -> None:
    """Let go of all connections."""
    writers = [writer for pool in pools for writer in pool.opened]
    for writer in writers:
        writer.close()
    await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)
