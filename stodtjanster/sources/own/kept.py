"""What a person's own words say, and how they are kept. `portal/store` keeps them, sealed."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import Any, Final, Protocol, TypeAlias

import orjson

from stodtjanster.information import OwnNoteKind, VisitForm
from stodtjanster.model import PRIVATE, HsaId, PersonId, Sharing

_VERSION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A time of one's own, by the clock on a Swedish wall. `lang` is the language of the page that
    it was written on."""

    title: str
    day: date
    start: time | None = None
    end: time | None = None
    form: VisitForm = VisitForm.VISIT
    place: str | None = None
    note: str | None = None
    lang: str = "sv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """See `OwnNote`."""

    kind: OwnNoteKind
    text: str
    plan: frozenset[str] = frozenset()
    plan_at: tuple[str, str] | None = None
    meeting: tuple[str, str] | None = None
    belongs: str | None = None
    sharing: Sharing = PRIVATE
    lang: str = "sv"


Words: TypeAlias = Entry | Note


@dataclass(frozen=True, slots=True)
class KeptWords:
    """`id` names them, and `version` this state of them. `content` is None for what could not be
    opened. `changed` is aware.
    """

    id: str
    version: int
    changed: datetime
    content: bytes | None


class OwnRows(Protocol):
    def of(self, person: PersonId) -> tuple[KeptWords, ...]:
        """All that a person has put in, oldest first. May raise anything."""
        ...


def encode(words: Words) -> bytes:
    """Equal words, equal bytes."""
    said: dict[str, Any] = {"v": _VERSION, "is": _NAMES[type(words)], **asdict(words)}
    if isinstance(words, Note):
        units = sorted(unit.value for unit in words.sharing.units)
        said["plan"] = sorted(words.plan)
        said["sharing"] = {"shared": words.sharing.shared, "units": units}
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)


def decode(content: bytes) -> Words:
    """Read what `encode` wrote. Raises ValueError for anything else."""
    try:
        said = orjson.loads(content)
        version, read = said.pop("v"), _READERS[said.pop("is")]
        words = read(said)
    except (KeyError, TypeError, AttributeError, ValueError):
        raise ValueError("not a person's own words") from None
    if version != _VERSION:
        raise ValueError("own words of another version")
    return words


def _entry(said: dict[str, Any]) -> Words:
    return Entry(
        **said
        | {
            "day": date.fromisoformat(said["day"]),
            "start": _clock(said["start"]),
            "end": _clock(said["end"]),
            "form": VisitForm(said["form"]),
        }
    )


def _note(said: dict[str, Any]) -> Words:
    sharing = said["sharing"]
    return Note(
        **said
        | {
            "kind": OwnNoteKind(said["kind"]),
            "plan": frozenset(said["plan"]),
            "plan_at": _identity(said["plan_at"]),
            "meeting": _identity(said["meeting"]),
            "sharing": Sharing(sharing["shared"], frozenset(map(HsaId.parse, sharing["units"]))),
        }
    )


def _identity(said: list[str] | None) -> tuple[str, str] | None:
    return None if said is None else (said[0], said[1])


def _clock(text: str | None) -> time | None:
    return None if text is None else time.fromisoformat(text)


_NAMES: Final[dict[type[Words], str]] = {Entry: "entry", Note: "note"}
_READERS: Final = {"entry": _entry, "note": _note}
