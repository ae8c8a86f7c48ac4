"""FHIR that lies in a file: the same reading without a conversation."""

from typing import Any, Literal

from stodtjanster.information import Item
from stodtjanster.model import Cause, Outcome, Report
from stodtjanster.sources.kit.fhir import agreements, bundle, documents, referrals
from stodtjanster.sources.kit.fhir.gathering import Gathering
from stodtjanster.sources.kit.fhir.rows import READERS
from stodtjanster.sources.kit.fhir.scope import Scope
from stodtjanster.sources.kit.reading import Reading
from stodtjanster.sources.kit.source import Heard, Limits, Rejection, SourceFailed

KINDS = frozenset(READERS) - {"Patient"}
"""A Patient in a file says who the others are about."""


def read(
    body: bytes,
    *,
    reading: Reading,
    release: Literal["R4", "R5"],
    patient: str | None = None,
) -> Heard:
    """Any Bundle, or one resource, of the types that we show.

    `patient` is the reference (`Patient/<id>`) that means the subject, where it is known. Without
    a subject in `reading`, rows about anyone are read and an item's subject is whomever the row
    names, or None; the fetch service refuses such items. `rejected` also names rows that were
    read and are not shown, with the reason; a report counts only those that could not be read.

    Elements have one meaning in whichever release has them, so rows of both are read alike; the
    release decides what a source is asked (`Manners`).

    Raises SourceFailed(UNREADABLE) for what is neither a Bundle nor a resource.
    """
    whole = bundle.loads(body, Limits().max_bytes)
    if not isinstance(whole, dict) or not isinstance(whole.get("resourceType"), str):
        raise SourceFailed(Cause.UNREADABLE, f"no {release} resource")
    gathering = Gathering()
    gathering.add(
        _page(whole, body),
        KINDS,
        Scope(
            source=reading.source,
            system=reading.source,
            asked_at=reading.asked_at,
            subject=reading.subject,
            patients=frozenset() if patient is None else frozenset((patient,)),
            agreements=agreements.CODES,
            referrals=referrals.TYPES,
            plan_documents=documents.TYPES,
        ),
    )
    if whole["resourceType"] != "Bundle" and whole["resourceType"] not in KINDS:
        gathering.set_aside("resource", "not of a kind shown")
    made = gathering.shown()
    if whole["resourceType"] == "Bundle" and not (made or gathering.said):
        gathering.set_aside("Bundle", "holds nothing of a kind shown")
    items = tuple(item for item in made if _timely(item, reading))
    foreign = (Rejection("Bundle", "a row about another person"),) * min(gathering.foreign, 100)
    return Heard(
        items,
        _reports(reading, items, gathering),
        (*gathering.rejected, *gathering.aside, *foreign),
    )


def _page(whole: dict[str, Any], body: bytes) -> bundle.Page:
    if whole["resourceType"] == "Bundle":
        return bundle.read(whole, body)
    entries = [{"resource": whole}] if whole["resourceType"] in KINDS else []
    return bundle.Page(entries, None, bundle.is_wary(body))


def _timely(item: Item, reading: Reading) -> bool:
    return reading.period is None or item.during is None or reading.period.touches(item.during)


def _reports(reading: Reading, items: tuple[Item, ...], gathering: Gathering) -> tuple[Report, ...]:
    """One report per kind of information that was in the file; the losses stand with the first."""
    kinds = list(dict.fromkeys(item.key for item in items)) or ["unknown"]
    return tuple(
        Report(
            source=reading.source,
            system=reading.source,
            information=kind,
            outcome=Outcome.DATA_FROM_SOURCE,
            tried_at=reading.asked_at,
            as_of=reading.asked_at,
            cause=gathering.cause,
            rejected=gathering.lost if number == 0 else 0,
        )
        for number, kind in enumerate(kinds)
    )
