"""What can be broken, how, and for whom.

`Faults` only knows what is broken. The effect is made where it belongs: content
in `spoil` (bytes that are wrong), the wire in `deliver` (an HTTP answer that is
late, cut or absent), and meaning (another person's rows, a VP fault) by the
platform and the FHIR server.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from aiohttp import web

Flavour = Literal["xml", "json"]

DEPTH = 10_000
HUGE = 50 * 1024 * 1024
_CHUNK = 64 * 1024

# How each kind is told on the panel.
KINDS = {
    "slow": "Långsam",
    "hang": "Svarar aldrig",
    "refuse": "Bryter förbindelsen",
    "http500": "HTTP 500",
    "vpfault": "Fel från tjänsteplattformen",
    "error-result": "Svarar ERROR i resultatet",
    "garbage": "Svarar med skräp",
    "truncated": "Svarar med ett avhugget meddelande",
    "cut": "Bryter förbindelsen mitt i svaret",
    "lost-answer": "Gör det som begärs men svaret försvinner",
    "wrong-person": "Svarar med någon annans uppgifter",
    "empty": "Svarar tomt",
    "partial": "Svarar ofullständigt (OperationOutcome)",
    "bomb": "Farligt innehåll (DTD, eller inte en Bundle)",
    "deep": "10 000 nivåer",
    "huge": "50 MB",
    "wrong-namespace": "Fel namnrymd",
    "next-elsewhere": "Nästa sida finns hos någon annan",
    "drip": "Svarar en byte i taget och blir aldrig klar",
    "invalid": "Bryter mot tjänstekontraktets schema",
}

_WIRE = ("slow", "hang", "refuse", "http500", "garbage", "truncated", "cut", "empty")
_CONTENT = ("bomb", "deep", "huge")
# A producer is reached through the platform: how its answer is cut never reaches us.
_BEHIND = tuple(kind for kind in (*_WIRE, *_CONTENT) if kind != "cut")
_PRODUCER = (
    *(*_BEHIND, "vpfault", "error-result"),
    *("lost-answer", "wrong-person", "wrong-namespace", "drip", "invalid"),
)

# Where only a yes or a no is asked for, somebody else's would look the same.
_SECURITY = (*_BEHIND, "vpfault", "error-result", "wrong-namespace", "drip")

# What may be broken, and the kinds that mean something there.
TARGETS: dict[str, tuple[str, ...]] = {
    "nordmark": _PRODUCER,
    "sydkust": _PRODUCER,
    "sjovik-omsorg": _PRODUCER,
    "plattformen": (
        *(*_WIRE, *_CONTENT, "vpfault"),
        *("lost-answer", "wrong-person", "wrong-namespace"),
    ),
    # Without a catalogue, and without an older copy of it, the platform finds nobody.
    "tak": ("refuse",),
    "engagemangsindex": ("slow", "hang", "refuse", "http500", "empty"),
    "sjovik": (
        *(*_WIRE, *_CONTENT, "lost-answer"),
        *("wrong-person", "partial", "next-elsewhere"),
    ),
    "sjovik-token": (*_WIRE, *_CONTENT),
    "fast-kontakt": (*_WIRE, *_CONTENT, "wrong-person", "partial", "next-elsewhere"),
    "vardnadshavare": (*_WIRE, *_CONTENT, "wrong-person"),
    "sparr": (*_SECURITY, "wrong-person"),
    "samtycke": (*_SECURITY, "lost-answer", "wrong-person"),
    "patientrelation": (*_SECURITY, "lost-answer"),
    "logg": (*_SECURITY, "lost-answer"),
    "hsa": (*_BEHIND, "vpfault", "wrong-namespace", "drip"),
    "bankid": (*_WIRE, *_CONTENT),
}

# Where it cannot be seen whom a call is about.
FOR_EVERYBODY = frozenset({"tak", "sjovik-token", "bankid"})


class UnknownFaultError(ValueError):
    """No such target, no such kind, or a kind that means nothing for that target."""

    def __init__(self, said: str, allowed: Iterable[str]) -> None:
        super().__init__(f"{said!r} is not one of {', '.join(allowed)}")


@dataclass(frozen=True, slots=True)
class Fault:
    """One way of being broken.

    `seconds` belongs to slow, `code` to vpfault. `times` counts down to mended;
    None lasts until it is taken away. `person` limits it to one person's number.
    """

    kind: str
    seconds: float = 2.0
    code: str = "VP009"
    times: int | None = None
    person: str | None = None

    def as_json(self) -> dict[str, object]:
        return asdict(self)


class Faults:
    """The state of every target: whole, or broken in one way.

    `standing` is what is always broken for somebody, whatever the panel says: a person's number,
    and a row of their file with `target`, `kind` and the fault's details. Raises UnknownFaultError.
    """

    def __init__(self, standing: Iterable[tuple[str, Mapping[str, Any]]] = ()) -> None:
        self._faults: dict[str, Fault] = {}
        self._standing: dict[tuple[str, str], Fault] = {}
        for person, row in standing:
            fault = Fault(person=person, **{k: v for k, v in row.items() if k != "target"})
            self._standing[row["target"], person] = _checked(row["target"], fault)

    def set(self, target: str, fault: Fault) -> None:
        """Break a target. Raises UnknownFaultError."""
        self._faults[target] = _checked(target, fault)

    def clear(self, target: str | None = None) -> None:
        """Mend one target, or all. Raises UnknownFaultError for a target that is not."""
        if target is None:
            self._faults.clear()
        elif target in TARGETS:
            self._faults.pop(target, None)
        else:
            raise UnknownFaultError(target, TARGETS)

    def take(self, target: str, person_id: str | None = None) -> Fault | None:
        """The fault that this call meets, counted off; None when the target is whole for it."""
        fault = self._faults.get(target)
        if fault is None or fault.person not in (None, person_id):
            return self._standing.get((target, person_id or ""))
        if fault.times == 1:
            del self._faults[target]
        elif fault.times is not None:
            self._faults[target] = replace(fault, times=fault.times - 1)
        return fault

    def state(self) -> dict[str, Fault | None]:
        return {target: self._faults.get(target) for target in TARGETS}


def _checked(target: str, fault: Fault) -> Fault:
    if target not in TARGETS:
        raise UnknownFaultError(target, TARGETS)
    if fault.kind not in TARGETS[target]:
        raise UnknownFaultError(fault.kind, TARGETS[target])
    if fault.person is not None and target in FOR_EVERYBODY:
        raise UnknownFaultError(target, TARGETS.keys() - FOR_EVERYBODY)
    return fault


def spoil(kind: str, body: bytes, flavour: Flavour) -> bytes:
    """The wrong bytes of a content kind. Raises KeyError for a kind that is not about bytes."""
    spoilers: dict[str, Callable[[bytes, Flavour], bytes]] = {
        "garbage": lambda _body, _flavour: b"\x89\x00\xffdetta \xe4r varken XML eller JSON",
        "truncated": lambda body, _flavour: body[: len(body) // 2],
        "empty": lambda _body, _flavour: b"",
        "bomb": _bomb,
        "deep": _deep,
        "huge": lambda _body, flavour: b"".join(_huge(flavour)),
        "wrong-namespace": lambda body, _flavour: body.replace(b"urn:riv:", b"urn:riv:fel:"),
    }
    return spoilers[kind](body, flavour)


def _bomb(body: bytes, flavour: Flavour) -> bytes:
    if flavour == "json":
        return b'["detta \\u00e4r ingen Bundle", {"resourceType": 7}, null]'
    entities = "".join(
        f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10)
    )  # a billion characters, if anyone should expand them
    doctype = f'<!DOCTYPE Envelope [<!ENTITY e0 "0123456789">{entities}]>'
    head, _, rest = body.partition(b"?>") if body.startswith(b"<?xml") else (b"", b"", body)
    prolog = head + b"?>" if head else b""
    return prolog + doctype.encode() + rest.replace(b"Body>", b"Body>&e9;", 1)


def _deep(_body: bytes, flavour: Flavour) -> bytes:
    if flavour == "json":
        return b'{"resourceType":"Bundle","type":"searchset","entry":' + b"[" * DEPTH + b"]" * DEPTH
    inner = b"<n>" * DEPTH + b"</n>" * DEPTH
    return b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>' + inner


def _huge(flavour: Flavour) -> Iterator[bytes]:
    start, filler, end = (
        (b'{"resourceType":"Bundle","type":"searchset","note":"', b"x", b'"}')
        if flavour == "json"
        else (
            b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><n>',
            b"x",
            b"</n></e:Body></e:Envelope>",
        )
    )
    yield start
    for _ in range(HUGE // _CHUNK):
        yield filler * _CHUNK
    yield end


async def deliver(
    request: web.Request,
    fault: Fault | None,
    answer: Callable[[], Awaitable[web.Response]],
    flavour: Flavour,
) -> web.StreamResponse:
    """The answer as a client meets it, given the fault.

    Kinds that are about meaning are left to `answer`, which is told of them by its caller.
    """
    if fault is None:
        return await answer()
    match fault.kind:
        case "slow":
            await asyncio.sleep(fault.seconds)
            return await answer()
        case "hang":
            # Ends when the client gives up, or the sandbox stops.
            await asyncio.Event().wait()
        case "refuse":
            return _hang_up(request)
        case "lost-answer":
            await answer()
            return _hang_up(request)
        case "http500":
            return web.Response(status=500, text="Internt fel")
        case "cut":
            return await _cut(request, await answer())
        case "huge":
            return await _stream(request, flavour)
        case "garbage" | "truncated" | "empty" | "bomb" | "deep" | "wrong-namespace":
            whole = await answer()
            wrong = spoil(fault.kind, _bytes(whole), flavour)
            return web.Response(status=whole.status, body=wrong, content_type=whole.content_type)
    return await answer()


def _bytes(response: web.Response) -> bytes:
    return response.body if isinstance(response.body, bytes) else b""


def _hang_up(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _cut(request: web.Request, whole: web.Response) -> web.StreamResponse:
    body = _bytes(whole)
    response = web.StreamResponse(status=whole.status)
    response.content_type = whole.content_type
    response.content_length = len(body) + 1
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        # Closing (unlike aborting) lets the first half arrive.
        request.transport.close()
    return response


async def _stream(request: web.Request, flavour: Flavour) -> web.StreamResponse:
    response = web.StreamResponse()
    response.content_type = "application/fhir+json" if flavour == "json" else "text/xml"
    await response.prepare(request)
    for chunk in _huge(flavour):
        await response.write(chunk)
    await response.write_eof()
    return response
