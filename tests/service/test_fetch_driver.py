"""The driver against real sockets on loopback: every way in which a wire can fail has a name."""

import asyncio
import gzip
import socket
import ssl
import struct
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from sandbox.ca import PORTAL_HSA, Keys, ensure_keys
from stodtjanster.fetch import AiohttpDriver
from stodtjanster.model import Cause
from stodtjanster.sources.kit.source import (
    Limits,
    Request,
    Response,
    SourceFailed,
    SourceSettings,
    Tls,
)

MEGABYTE = 2**20
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return ensure_keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def other_keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """Another authority with the same names."""
    return ensure_keys(tmp_path_factory.mktemp("other-keys"))


def settings(key: str = "region", tls: Tls | None = None, **limits: Any) -> SourceSettings:
    return SourceSettings(
        key=key, kind="test", name=key, tls=tls or Tls(), limits=Limits.model_validate(limits)
    )


@asynccontextmanager
async def driver() -> AsyncIterator[AiohttpDriver]:
    made = AiohttpDriver()
    try:
        yield made
    finally:
        await made.close()


@asynccontextmanager
async def served(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """A real server; gives its address without path."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def talking(talk: Talk) -> AsyncIterator[str]:
    """A server that says exactly the bytes it is told to."""

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(once, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await server.wait_closed()


def reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST instead of FIN."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.close()


async def fails(
    address: str, *, among: AiohttpDriver | None = None, tls: Tls | None = None, **limits: Any
) -> SourceFailed:
    async with driver() as fresh:
        with pytest.raises(SourceFailed) as said:
            await (among or fresh).send(settings(tls=tls, **limits), Request("GET", address))
    return said.value


async def get(address: str, tls: Tls | None = None) -> Response:
    async with driver() as fresh:
        return await fresh.send(settings(tls=tls), Request("GET", address))


# Answers


def test_a_request_is_sent_as_the_adapter_wrote_it_and_the_answer_comes_whole():
    seen = {}

    async def echo(request: web.Request) -> web.Response:
        seen.update(
            method=request.method,
            path=request.path_qs,
            headers=dict(request.headers),
            body=await request.read(),
        )
        return web.Response(status=500, body=b"fault", headers={"X-Trace": "abc"})

    async def run() -> Response:
        async with served(echo) as address, driver() as ours:
            asked = Request(
                "POST", f"{address}/a?b=c%7Cd", {"SOAPAction": '"urn:x"'}, b"<Envelope/>"
            )
            return await ours.send(settings(), asked)

    answer = asyncio.run(run())
    assert (answer.status, answer.body, answer.headers["x-trace"]) == (500, b"fault", "abc")
    assert (seen["method"], seen["path"], seen["body"]) == ("POST", "/a?b=c%7Cd", b"<Envelope/>")
    assert seen["headers"]["SOAPAction"] == '"urn:x"'
    assert seen["headers"]["User-Agent"] == "portalen"


def test_a_compressed_answer_comes_unpacked():
    async def zipped(_request: web.Request) -> web.Response:
        body = gzip.compress(b"text" * 1000)
        return web.Response(body=body, headers={"Content-Encoding": "gzip"})

    async def run() -> Response:
        async with served(zipped) as address:
            return await get(address)

    assert asyncio.run(run()).body == b"text" * 1000


def test_redirects_are_told_and_not_followed():
    seen = []

    async def elsewhere(request: web.Request) -> web.Response:
        seen.append(request.path)
        return web.Response(status=302, headers={"Location": "/other"})

    async def run() -> Response:
        async with served(elsewhere) as address:
            return await get(f"{address}/first")

    answer = asyncio.run(run())
    assert (answer.status, answer.headers["location"], seen) == (302, "/other", ["/first"])


def test_cookies_are_not_kept_from_one_person_to_the_next():
    seen = []

    async def sets(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Cookie"))
        answer = web.Response()
        answer.set_cookie("who", "anna")
        return answer

    async def run() -> None:
        async with served(sets) as address, driver() as ours:
            for _ in range(2):
                await ours.send(settings(), Request("GET", address))

    asyncio.run(run())
    assert seen == [None, None]


def test_proxies_of_the_environment_are_not_used(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    async def run() -> Response:
        async with served(plain) as address:
            return await get(address)

    assert asyncio.run(run()).status == 200


async def plain(_request: web.Request) -> web.Response:
    return web.Response(text="ok")


# Connections


def ports(seen: list[int]) -> Handler:
    async def note(request: web.Request) -> web.Response:
        seen.append(request.transport.get_extra_info("peername")[1])
        return web.Response(text="ok")

    return note


def test_connections_are_kept_and_used_again():
    seen: list[int] = []

    async def run() -> None:
        async with served(ports(seen)) as address, driver() as ours:
            for _ in range(5):
                await ours.send(settings(), Request("GET", address))

    asyncio.run(run())
    assert len(seen) == 5
    assert len(set(seen)) == 1


def test_each_source_has_a_pool_of_its_own():
    seen: list[int] = []

    async def run() -> None:
        async with served(ports(seen)) as address, driver() as ours:
            for key in ("region", "kommun", "region", "kommun"):
                await ours.send(settings(key), Request("GET", address))

    asyncio.run(run())
    assert len(set(seen)) == 2


def test_a_hung_source_does_not_fill_anothers_pool():
    async def run() -> Response:
        gate = asyncio.Event()

        async def hangs(_request: web.Request) -> web.Response:
            await gate.wait()
            return web.Response()

        async with served(hangs) as hung, served(plain) as well, driver() as ours:
            ill = settings("hung", concurrent=2)
            waiting = [asyncio.create_task(ours.send(ill, Request("GET", hung))) for _ in range(20)]
            answer = await ours.send(settings("well", concurrent=2), Request("GET", well))
            gate.set()
            await asyncio.gather(*waiting)
            return answer

    assert asyncio.run(run()).status == 200


def test_a_connection_that_the_server_closed_while_it_rested_is_not_used():
    async def run() -> list[bytes]:
        async def one_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            await writer.drain()
            writer.close()
            await writer.wait_closed()
            closed.release()

        closed = asyncio.Semaphore(0)
        bodies = []
        async with talking(one_answer) as address, driver() as ours:
            for _ in range(3):
                answer = await ours.send(settings(), Request("POST", address, body=b"x"))
                bodies.append(answer.body)
                await closed.acquire()
                await _until(lambda: not resting(ours))
        return bodies

    assert asyncio.run(run()) == [b"ok"] * 3


def resting(ours: AiohttpDriver) -> bool:
    """Some kept connection still looks alive to us."""
    pools = ours._pools.values()
    kept = (one for pool in pools for many in pool.connector._conns.values() for one in many)
    return any(protocol.is_connected() for protocol, _since in kept)


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0)


def test_a_closed_driver_has_let_go_of_its_connections():
    async def run() -> None:
        gone = asyncio.Event()

        async def until_closed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            await reader.read()
            gone.set()

        async with talking(until_closed) as address:
            async with driver() as ours:
                await ours.send(settings(), Request("GET", address))
                assert not gone.is_set()
            async with asyncio.timeout(20):
                await gone.wait()

    asyncio.run(run())


# Failures


def test_a_source_that_hangs_is_a_timeout():
    async def run() -> Cause:
        forever = asyncio.Event()

        async def hangs(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
            await reader.read()
            forever.set()

        async with talking(hangs) as address:
            cause = (await fails(address, answer_seconds=0.05)).cause
            await forever.wait()  # the connection of a call that was given up is closed
            return cause

    assert asyncio.run(run()) is Cause.TIMEOUT


def test_a_source_that_drips_is_a_timeout_too():
    async def run() -> Cause:
        async def drips(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            while not reader.at_eof() and not writer.is_closing():
                writer.write(b".")
                await asyncio.sleep(0.01)

        async with talking(drips) as address:
            return (await fails(address, answer_seconds=0.1)).cause

    assert asyncio.run(run()) is Cause.TIMEOUT


def test_a_closed_port_is_refused():
    async def run() -> Cause:
        with socket.socket() as taken:  # bound but not listening: nobody else gets it
            taken.bind(("127.0.0.1", 0))
            return (await fails(f"http://127.0.0.1:{taken.getsockname()[1]}")).cause

    assert asyncio.run(run()) is Cause.REFUSED


def test_a_name_that_does_not_exist_is_refused():
    assert asyncio.run(fails("http://source.invalid")).cause is Cause.REFUSED


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize("abrupt", [True, False], ids=["reset", "closed"])
@pytest.mark.parametrize(
    "before",
    [b"", b"HTTP/1.1 200 OK\r\nConte", HEAD, HEAD + b"half", CHUNKED + b"4\r\nhalf\r\n"],
    ids=["before the answer", "in the head", "before the body", "in the body", "between chunks"],
)
def test_an_answer_that_breaks_off_is_a_fault(before, abrupt):
    async def run() -> Cause:
        async def breaks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(before)
            await writer.drain()
            if abrupt:
                reset(writer)

        async with talking(breaks) as address:
            return (await fails(address)).cause

    assert asyncio.run(run()) is Cause.FAULT


@pytest.mark.parametrize(
    "said",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"\x00\x01\x02\x03\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
        CHUNKED + b"zz\r\nhalf\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 8\r\n\r\nnot gzip",
    ],
    ids=["ssh", "binary", "status", "length", "long header", "chunk", "gzip"],
)
def test_what_is_not_http_is_unreadable(said):
    async def run() -> SourceFailed:
        async def garbles(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(said)
            await writer.drain()
            await reader.read()

        async with talking(garbles) as address:
            return await fails(address)

    failed = asyncio.run(run())
    assert failed.cause is Cause.UNREADABLE
    assert failed.detail.isidentifier()  # the name of an error, never what was sent


def test_a_large_answer_is_cut_off_at_its_limit():
    sent = 0

    async def run() -> Cause:
        async def endless(request: web.Request) -> web.StreamResponse:
            nonlocal sent
            answer = web.StreamResponse()
            await answer.prepare(request)
            while True:
                await answer.write(b"x" * 65536)
                sent += 65536

        async with served(endless) as address:
            return (await fails(address, max_bytes=MEGABYTE)).cause

    assert asyncio.run(run()) is Cause.TOO_LARGE
    assert sent < 64 * MEGABYTE


def test_a_small_answer_that_unpacks_to_a_huge_one_is_cut_off_in_bounded_memory():
    bomb = gzip.compress(b"\0" * (96 * MEGABYTE), 1)

    async def run() -> tuple[Cause, int]:
        async def explode(_request: web.Request) -> web.Response:
            return web.Response(body=bomb, headers={"Content-Encoding": "gzip"})

        async with served(explode) as address:
            tracemalloc.start()
            try:
                cause = (await fails(address, max_bytes=4 * MEGABYTE)).cause
                return cause, tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()

    cause, peak = asyncio.run(run())
    assert cause is Cause.TOO_LARGE
    assert peak < 24 * MEGABYTE


def test_the_limit_itself_is_not_too_large():
    async def exact(_request: web.Request) -> web.Response:
        return web.Response(body=b"x" * 1000)

    async def run() -> int:
        async with served(exact) as address, driver() as ours:
            answer = await ours.send(settings(max_bytes=1000), Request("GET", address))
            return len(answer.body)

    assert asyncio.run(run()) == 1000


@pytest.mark.parametrize("url", ["nonsense", "http://", "ftp://127.0.0.1/", "http://[::1"])
def test_an_address_that_is_none_is_a_failure_of_that_source_only(url):
    assert asyncio.run(fails(url)).cause in {Cause.UNREADABLE, Cause.REFUSED}


# TLS


def client_tls(keys: Keys) -> Tls:
    return Tls(ca=keys.ca, certificate=keys.portal.certificate, key=keys.portal.key)


def test_mutual_tls_shows_the_portals_certificate(keys):
    seen = []

    async def note(request: web.Request) -> web.Response:
        subject = request.transport.get_extra_info("peercert")["subject"]
        seen.append(dict(pair for parts in subject for pair in parts)["serialNumber"])
        return web.Response()

    async def run() -> int:
        async with served(note, keys.server_context(client_certificate=True)) as address:
            return (await get(address, client_tls(keys))).status

    assert asyncio.run(run()) == 200
    assert seen == [PORTAL_HSA]


def tls_failure(server: ssl.SSLContext, tls: Tls, host: str = "127.0.0.1") -> SourceFailed:
    reached = []

    async def note(_request: web.Request) -> web.Response:
        reached.append(True)
        return web.Response()

    async def run() -> SourceFailed:
        async with served(note, server) as address:
            return await fails(address.replace("127.0.0.1", host), tls=tls)

    failed = asyncio.run(run())
    assert not reached, "the request was sent in spite of it"
    return failed


def test_a_server_of_an_unknown_authority_is_refused(keys, other_keys):
    server = other_keys.server_context(client_certificate=False)
    assert tls_failure(server, client_tls(keys)).cause is Cause.REFUSED
    assert tls_failure(server, Tls()).cause is Cause.REFUSED


def test_a_server_under_another_name_is_refused(keys, monkeypatch):
    resolve = socket.getaddrinfo

    def pretend(host, *rest, **more):
        return resolve("127.0.0.1" if host == "other.test" else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", pretend)
    server = keys.server_context(client_certificate=False)
    failed = tls_failure(server, Tls(ca=keys.ca), "other.test")
    assert (failed.cause, failed.detail) == (Cause.REFUSED, "ClientConnectorCertificateError")


def test_a_server_that_wants_a_certificate_lets_nobody_in_without_one(keys):
    server = keys.server_context(client_certificate=True)
    assert tls_failure(server, Tls(ca=keys.ca)).cause in {Cause.REFUSED, Cause.FAULT}


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_old_tls_is_refused(keys):
    server = keys.server_context(client_certificate=False)
    server.set_ciphers("ALL:@SECLEVEL=0")
    server.minimum_version = ssl.TLSVersion.TLSv1_1
    server.maximum_version = ssl.TLSVersion.TLSv1_1
    assert tls_failure(server, Tls(ca=keys.ca)).cause is Cause.REFUSED


def test_plain_http_where_tls_is_expected_is_refused(keys):
    async def run() -> Cause:
        async with served(plain) as address:
            said = await fails(address.replace("http:", "https:"), tls=Tls(ca=keys.ca))
            return said.cause

    assert asyncio.run(run()) is Cause.REFUSED


def test_key_files_that_cannot_be_used_are_our_own_failure(keys, tmp_path: Path):
    broken = tmp_path / "broken.pem"
    broken.write_text("not a certificate")
    for tls in (Tls(ca=broken), Tls(ca=keys.ca, certificate=broken, key=broken)):
        assert asyncio.run(fails("https://127.0.0.1:9", tls=tls)).cause is Cause.FAILED


def test_sources_that_trust_alike_share_what_they_trust_and_others_do_not(keys, other_keys):
    """Made on the event loop: twelve times the system's authorities would stop every flight."""

    async def run() -> None:
        async with served(plain) as address, driver() as ours:
            for key, tls in (
                ("a", Tls(ca=keys.ca)),
                ("b", Tls(ca=keys.ca)),
                ("c", client_tls(keys)),
                ("d", Tls(ca=other_keys.ca)),
            ):
                await ours.send(settings(key, tls), Request("GET", address))
            trust = {key: pool.connector._ssl for key, pool in ours._pools.items()}
            assert trust["a"] is trust["b"]
            assert len({id(context) for context in trust.values()}) == 3

    asyncio.run(run())
