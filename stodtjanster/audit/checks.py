"""The systematic, recurring and random checks of the log that HSLF-FS 2016:40 4 kap. 9 § demands.

Pure: the same log, share and seed give the same entries, so that a check can be shown to have been
done, and nobody can choose what is looked at. Note the seed with the check.
"""

from collections.abc import Collection, Iterable, Iterator
from hashlib import sha256
from typing import Final

from stodtjanster.audit.chain import Entry
from stodtjanster.audit.event import AuditEvent, EventKind, decode
from stodtjanster.model import HsaId

_WHOLE: Final = 2**64


def to_check(
    entries: Iterable[Entry],
    *,
    provider: HsaId,
    share: float,
    seed: str,
    always: Collection[str] = (),
) -> Iterator[tuple[Entry, AuditEvent]]:
    """What the log administrator of a provider is to look at: disclosures to its own staff.

    `share` (0 to 1) of them are chosen, each by itself, and besides every one whose ground is one
    of `always`, such as an emergency. Raises ValueError for another share, and for an entry that
    is no event.
    """
    if not 0 <= share <= 1:
        raise ValueError("a share is between 0 and 1")
    for entry in entries:
        event = decode(entry.sealed.body)
        if event.event is not EventKind.DISCLOSURE:
            continue
        if event.place is None or event.place.provider != provider:
            continue
        if event.ground in always or _lot(seed, entry) < share:
            yield entry, event


def _lot(seed: str, entry: Entry) -> float:
    """At least 0 and less than 1, as even as the digest is."""
    digest = sha256(seed.encode() + b"\x1f" + entry.sealed.hash).digest()
    return int.from_bytes(digest[:8]) / _WHOLE
