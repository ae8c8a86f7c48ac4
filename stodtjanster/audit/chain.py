"""The hash chain: each event is sealed to all that stands before it. Pure.

hash_n = SHA-256(hash_(n-1) || canonical bytes of event n); hash_0 is 32 zero bytes. The chain has
no key: it shows that something was changed afterwards, to whoever holds a head from before. Keep
heads outside the database for that (`Head`, the `anchor` of `verify`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from stodtjanster.audit.event import AuditEvent, encode

GENESIS = bytes(32)


@dataclass(frozen=True, slots=True)
class Sealed:
    """An event as bytes, chained to the one before it."""

    previous: bytes
    body: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """How many events there are, and the hash of the last one."""

    seq: int = 0
    hash: bytes = GENESIS


@dataclass(frozen=True, slots=True)
class Entry:
    """A sealed event as a store keeps it; `seq` counts from 1 without gaps.

    `agrees` is False when what the store keeps beside the body, to search by, says otherwise.
    """

    seq: int
    sealed: Sealed
    agrees: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """`count` entries stand unbroken up to `head`, after `start` if the oldest are disposed of.
    `first_bad_seq` is None when all do."""

    ok: bool
    count: int
    first_bad_seq: int | None
    head: Head
    start: Head = Head()


def seal(previous: bytes, event: AuditEvent) -> Sealed:
    """Chain `event` to the hash of the one before it."""
    body = encode(event)
    return Sealed(previous, body, _hash(previous, body))


def verify(
    entries: Iterable[Entry],
    *,
    head: Head | None = None,
    anchor: Head | None = None,
    start: Head | None = None,
) -> Verdict:
    """Walk the chain from its beginning, in order of seq.

    `head` is what the store says is last: without it a lost end is not seen. `anchor` is a head
    that was noted earlier, outside the store: it must still be on the chain. `start` is the last
    entry that has been disposed of (gallring): the chain is then walked from there, and an anchor
    from before it proves nothing any more, so it does not hold.
    """
    last = start = start or Head()
    if anchor is not None and (anchor.seq < start.seq or not _holds(anchor, start)):
        return Verdict(False, 0, anchor.seq, last, start)
    for entry in entries:
        here = Head(entry.seq, entry.sealed.hash)
        if not _follows(last, entry) or not _holds(anchor, here):
            return Verdict(False, last.seq - start.seq, last.seq + 1, last, start)
        last = here
    missing = any(known.seq > last.seq for known in (head, anchor) if known is not None)
    if missing or (head is not None and head.seq < last.seq):
        whole = min(last.seq, head.seq) if head is not None else last.seq
        return Verdict(False, whole - start.seq, whole + 1, last, start)
    if head is not None and head != last:
        return Verdict(False, last.seq - 1 - start.seq, last.seq, last, start)
    return Verdict(True, last.seq - start.seq, None, last, start)


def _follows(last: Head, entry: Entry) -> bool:
    sealed = entry.sealed
    return (
        entry.agrees
        and entry.seq == last.seq + 1
        and sealed.previous == last.hash
        and sealed.hash == _hash(sealed.previous, sealed.body)
    )


def _holds(anchor: Head | None, here: Head) -> bool:
    return anchor is None or anchor.seq != here.seq or anchor.hash == here.hash


def _hash(previous: bytes, body: bytes) -> bytes:
    return sha256(previous + body).digest()
