"""Answers as bytes, for a shelf outside the process. Read back only what we ourselves sealed.

Pickle, because it keeps apart what JSON would confuse: a `Timed` and an `Approximate` have the same
fields. It is opened after its seal only (AES-GCM, with a key that the
shelf never sees), and builds nothing but our own values: no other name is looked up.
"""

import io
import pickle
from collections.abc import Iterator
from copyreg import dispatch_table
from dataclasses import fields, is_dataclass
from enum import Enum
from hashlib import sha256
from typing import Any, Final
from zoneinfo import ZoneInfo

from stodtjanster import information, model
from stodtjanster.fetch import Kept
from stodtjanster.fetch.revalidation import Tagged
from stodtjanster.sources.kit.source import Response

_OUR_ROOMS: Final = (model.__name__ + ".", information.__name__ + ".")
_OUR_OWN: Final = {(each.__module__, each.__qualname__): each for each in (Kept, Tagged, Response)}
_TIMES: Final = {
    ("datetime", name) for name in ("date", "datetime", "time", "timedelta", "timezone")
}
# A zone is kept by its name. Its own way of being kept asks for `getattr`, which is not let in.
_BY_NAME: Final = {**dispatch_table, ZoneInfo: lambda zone: (ZoneInfo, (zone.key,))}


class Unpackable(Exception):  # noqa: N818 - a finding
    """It holds what no answer holds, or was packed by another version."""


def pack(kept: Kept) -> bytes:
    """What is kept, as `unpack` of this same version reads it."""
    plain = Kept(kept.answer, kept.fresh_until, {url: _plain(t) for url, t in kept.tagged.items()})
    out = io.BytesIO()
    packer = pickle.Pickler(out, protocol=5)
    packer.dispatch_table = _BY_NAME
    packer.dump(plain)
    return out.getvalue()


def unpack(packed: bytes) -> Kept:
    """Raises Unpackable."""
    try:
        kept = _Unpacker(io.BytesIO(packed)).load()
    except (pickle.UnpicklingError, AttributeError, EOFError, ImportError, TypeError, ValueError):
        raise Unpackable from None
    if not isinstance(kept, Kept):
        raise Unpackable
    return kept


def shape() -> bytes:
    """32 bytes that change when any value that an answer may hold is made otherwise: what another
    version has packed is never opened by this one."""
    said = sorted(f"{each.__qualname__}({', '.join(_members(each))})" for each in _values())
    return sha256("\n".join(said).encode()).digest()


def _plain(tagged: Tagged) -> Tagged:
    response = tagged.response
    return Tagged(tagged.tag, Response(response.status, dict(response.headers), response.body))


class _Unpacker(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _TIMES or (module, name) == ("zoneinfo", "ZoneInfo"):
            return super().find_class(module, name)
        if (module, name) in _OUR_OWN:
            return _OUR_OWN[module, name]
        if module.startswith(_OUR_ROOMS) and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) and (is_dataclass(found) or issubclass(found, Enum)):
                return found
        raise Unpackable


def _values() -> Iterator[type]:
    """Every class of ours that may be in an answer."""
    for each in (Kept, Tagged, Response, *vars(model).values(), *vars(information).values()):
        if isinstance(each, type) and (is_dataclass(each) or issubclass(each, Enum)):
            yield each


def _members(each: type) -> list[str]:
    if issubclass(each, Enum):
        return [f"{member.name}={member.value!r}" for member in each]
    assert is_dataclass(each)
    return [f"{field.name}: {field.type}" for field in fields(each)]
