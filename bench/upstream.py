"""A server of canned answers in a process of its own, so that its work is not counted as ours.

`/<name>/<milliseconds>` answers with the file `<name>` after that time, `/hang` never. It listens
on several ports of loopback, with mutual TLS when it is given keys.
"""

import argparse
import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import uvloop

from sandbox.ca import ensure_keys

READY = "ports"


class Answers(asyncio.Protocol):
    """HTTP/1.1 with keep-alive, no more of it than the bench needs."""

    def __init__(self, answers: dict[bytes, bytes]) -> None:
        self._answers = answers
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._wire = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._heard += data
        while (end := self._heard.find(b"\r\n\r\n")) >= 0:
            head = self._heard[:end]
            whole = end + 4 + _body_length(head)
            if len(self._heard) < whole:
                return
            self._heard = self._heard[whole:]
            self._answer(head.split(b" ", 2)[1])

    def _answer(self, path: bytes) -> None:
        _, name, *rest = path.split(b"/")
        if name == b"hang":
            return
        if rest and (milliseconds := int(rest[0])):
            loop = asyncio.get_running_loop()
            loop.call_later(milliseconds / 1000, self._write, self._answers[name])
        else:
            self._write(self._answers[name])

    def _write(self, answer: bytes) -> None:
        if not self._wire.is_closing():
            self._wire.write(answer)


def _body_length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


@contextmanager
def upstream(
    bodies: dict[str, bytes], folder: Path, *, ports: int, tls: bool
) -> Iterator[list[int]]:
    """Run it; gives its ports. The keys, if any, are those of `folder`."""
    files = folder / "bodies"
    files.mkdir(parents=True, exist_ok=True)
    for name, body in bodies.items():
        (files / name).write_bytes(body)
    keys = ["--keys", str(folder)] if tls else []
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.upstream", str(files), "--ports", str(ports), *keys],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        said = process.stdout.readline().split()
        if said[:1] != [READY]:
            raise RuntimeError("the bench's own server did not start")
        yield [int(port) for port in said[1:]]
    finally:
        process.terminate()
        process.wait()


async def _serve(files: Path, ports: int, keys: Path | None) -> None:
    answers = {}
    for file in files.iterdir():
        body = file.read_bytes()
        kind = b"text/xml; charset=UTF-8" if body.startswith(b"<") else b"application/fhir+json"
        head = b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n"
        answers[file.name.encode()] = head % (kind, len(body)) + body
    tls = ensure_keys(keys).server_context(client_certificate=True) if keys else None
    loop = asyncio.get_running_loop()
    servers = [
        await loop.create_server(lambda: Answers(answers), "127.0.0.1", 0, ssl=tls, backlog=4096)
        for _ in range(ports)
    ]
    print(READY, *(server.sockets[0].getsockname()[1] for server in servers), flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("files", type=Path)
    parser.add_argument("--ports", type=int, default=1)
    parser.add_argument("--keys", type=Path)
    args = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(args.files, args.ports, args.keys))


if __name__ == "__main__":
    main()
