"""What the adapters make of a message that lies in a file: for operators and for tests."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from importlib import import_module
from typing import Any

import orjson

from stodtjanster.information import Item
from stodtjanster.information.booking import Done, Refused
from stodtjanster.model import PersonId
from stodtjanster.sources import kinds
from stodtjanster.sources.kit.reading import Reading
from stodtjanster.sources.kit.rivta import Contract
from stodtjanster.sources.kit.source import Heard

FILE = "file"
_CATALOGUES = ("connections", "units")
"""What is read beside the kinds of source: catalogues that are about nobody."""


class UnknownContract(Exception):  # noqa: N818 - a statement
    """No adapter reads this contract."""


def read_file(body: bytes, *, contract: str | None, release: str | None, at: datetime) -> str:
    """JSON with `items`, `reports` and `rejected`.

    `contract` is a RIV-TA interaction, else `release` is a FHIR release. The one item of an answer
    to a write is its outcome: `done` or `refused`, with what the source said. The items of an
    answer of a catalogue are what it tells of: addresses, or a unit. Raises UnknownContract, and
    SourceFailed when the message cannot be read.
    """
    reading = Reading(FILE, at)
    if contract is None:
        heard = import_module("stodtjanster.sources.fhir.adapter").read(
            body, reading=reading, release=release
        )
    else:
        adapter = _reader(contract)
        if contract in {written.operation for written in getattr(adapter, "WRITES", ())}:
            return _told([_outcome(adapter.read_outcome(body))], Heard())
        if hasattr(adapter, "read_places"):
            return _told(*adapter.read_places(body, reading=reading))
        heard = adapter.read(body, reading=reading)
    return _told([_item(item) for item in heard.items], heard)


def _reader(contract: str) -> Any:
    names = (*kinds(), *_CATALOGUES)
    modules = [import_module(f"stodtjanster.sources.{name}.adapter") for name in names]
    known = {contract.operation: m for m in modules for contract in contracts_of(m)}
    if contract not in known:
        msg = f"unknown contract; known are {', '.join(sorted(known))}"
        raise UnknownContract(msg)
    return known[contract]


def contracts_of(adapter: Any) -> tuple[Contract, ...]:
    """The contracts that an adapter module reads: one, several majors of one, or none (FHIR)."""
    one = getattr(adapter, "CONTRACT", None)
    several: tuple[Contract, ...] = getattr(adapter, "CONTRACTS", ())
    return several if one is None else (one,)


def _told(items: Sequence[object], heard: Heard) -> str:
    told = {"items": items, "reports": heard.reports, "rejected": heard.rejected}
    return orjson.dumps(told, default=_plain, option=orjson.OPT_INDENT_2).decode()


def _item(item: Item) -> dict[str, Any]:
    said = {field.name: getattr(item, field.name) for field in fields(item)}
    number = item.subject.value if isinstance(item.subject, PersonId) else None
    return {"information": item.key, **said, "subject": number}


def _outcome(outcome: Done | Refused) -> dict[str, Any]:
    said = {field.name: getattr(outcome, field.name) for field in fields(outcome)}
    return {"outcome": type(outcome).__name__.lower(), **said}


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError
