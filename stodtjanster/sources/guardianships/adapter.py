"""Guardianships from the person service, over JSON (docs/guardianship.md).

The contract by which a national service tells who a guardian is is not public: this is the portal's
own question, which whoever has the agreement translates. Numbers stand in bodies, never in
addresses. Doubt about a child is no guardianship, and doubt about the answer is no answer.
"""

from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from typing import ClassVar, Final

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from stodtjanster.information import Guardianship, Item
from stodtjanster.model import Cause, HsaId, Origin, Outcome, PersonId, Report
from stodtjanster.sources.guardianships.settings import Settings
from stodtjanster.sources.kit.source import (
    Ask,
    Conversation,
    Heard,
    Rejection,
    Request,
    Response,
    SourceFailed,
)

INTERFACE: Final = "guardianships 1"
_MOST: Final = 50
"""Children of one guardian; more is another kind of answer."""
_OK: Final = 200
_DENIED: Final = frozenset({401, 403})


class _Extended(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    units: list[str] = Field(min_length=1, max_length=_MOST)
    valid_to: str = Field(alias="validTo", pattern=r"^\d{4}-\d{2}-\d{2}$")


class _Child(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    child: str
    blocked: bool
    extended: _Extended | None = Field(alias="extendedAccess", default=None)


class _Answer(BaseModel):
    """`children` are read one by one: what is wrong with one is not wrong with the others."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    guardian: str
    children: list[object] = Field(max_length=_MOST)


class Adapter:
    """The service at one address."""

    gives: ClassVar[frozenset[type[Item]]] = frozenset({Guardianship})

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def ask(self, ask: Ask) -> Conversation:
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "X-Correlation-Id": ask.correlation,
        }
        body = orjson.dumps({"guardian": ask.subject.value})
        response = yield Request("POST", self.settings.url, headers, body)
        return read(response, self.settings.key, ask)


def read(response: Response, source: str, ask: Ask) -> Heard:
    """The guardianships of one answer. Raises SourceFailed."""
    if response.status in _DENIED:
        raise SourceFailed(Cause.DENIED, str(response.status))
    if response.status != _OK:
        raise SourceFailed(Cause.FAULT, str(response.status))
    try:
        said = _Answer.model_validate_json(response.body)
    except ValidationError:
        raise SourceFailed(Cause.UNREADABLE) from None
    if said.guardian != ask.subject.value:
        raise SourceFailed(Cause.FOREIGN)
    items: dict[PersonId, Guardianship] = {}
    rejected = []
    for number, (found, why) in enumerate(_children(said.children, source, ask), 1):
        if found is None or found.child in items:
            rejected.append(Rejection(f"children[{number}]", why or "the same child again"))
        else:
            items[found.child] = found
    report = Report(
        source=source,
        system=source,
        information=Guardianship.key,
        outcome=Outcome.DATA_FROM_SOURCE,
        tried_at=ask.at,
        as_of=ask.at,
        rejected=len(rejected),
    )
    return Heard(tuple(items.values()), (report,), tuple(rejected))


def _children(
    rows: list[object], source: str, ask: Ask
) -> Iterator[tuple[Guardianship | None, str]]:
    """Each child, or why it could not be read."""
    for row in rows:
        try:
            yield _read(_Child.model_validate(row), source, ask), ""
        except ValidationError:
            yield None, "not as the protocol says"
        except ValueError:
            yield None, "a number, a unit or a day that cannot be"


def _read(row: _Child, source: str, ask: Ask) -> Guardianship:
    """Raises ValueError."""
    child = PersonId.parse(row.child)
    if child == ask.subject:
        raise ValueError("nobody is their own guardian")
    extended = row.extended
    return Guardianship(
        subject=ask.subject,
        # The number must not be the name of a record.
        origin=Origin(
            source, source, sha256(child.value.encode()).hexdigest()[:16], INTERFACE, ask.at
        ),
        child=child,
        blocked=row.blocked,
        units=frozenset(HsaId.parse(unit) for unit in extended.units) if extended else frozenset(),
        units_until=date.fromisoformat(extended.valid_to) if extended else None,
    )
