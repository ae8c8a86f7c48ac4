"""What the inbox wants kept, and what is in it. `portal/store` keeps it, sealed."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final, Protocol

import orjson

from stodtjanster.model import PersonId

_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class KeptLetter:
    """`id` names it in addresses. `content` is None for what could not be opened.

    `received` and `read` are aware; `read` is None until the person has read it.
    """

    id: str
    received: datetime
    read: datetime | None
    content: bytes | None


class MessageRows(Protocol):
    def of(self, person: PersonId, most: int) -> tuple[KeptLetter, ...]:
        """The `most` newest messages to a person, newest first. May raise anything."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message as its sender wrote it (AddMessage 2.0, MessageCaseType), whomever it is to.

    `sender` is the HSA-id of the system that sent it and `record` that system's name for it;
    `source_system` is where the sender says that it was written. `date` and `time` are xs:date and
    xs:time. `body` is its texts in order: untrusted, and each may hold markup (DocBook).
    """

    sender: str
    record: str
    source_system: str | None = None
    date: str | None = None
    time: str | None = None
    category: str | None = None
    title: str | None = None
    body: tuple[str, ...] = ()
    unit: str | None = None
    unit_name: str | None = None
    booking: str | None = None
    invitation: bool = False

    def encode(self) -> bytes:
        """Equal letters, equal bytes."""
        return orjson.dumps({"v": _VERSION, **asdict(self)}, option=orjson.OPT_SORT_KEYS)

    @classmethod
    def decode(cls, content: bytes) -> "Letter":
        """Read what `encode` wrote. Raises ValueError for anything else."""
        try:
            said = orjson.loads(content)
            version = said.pop("v")
            letter = cls(**said | {"body": tuple(said["body"])})
        except (KeyError, TypeError, AttributeError, ValueError):
            raise ValueError("not a letter") from None
        if version != _VERSION:
            raise ValueError("a letter of another version")
        return letter
