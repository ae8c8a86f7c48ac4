"""Consents and blocks in words: who, what, how long, and who can change it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from stodtjanster.catalogue import Unit
from stodtjanster.information import Block, BlockLevel, Consent, ConsentKind, Lifting
from stodtjanster.model import Answer, HsaId, Told, local_day
from views.kit.view import Scene

_MOMENT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Holder:
    """A unit and who answers for it. Both are None for an id that nobody has named; `phone` is the
    unit's, else that of who answers for it."""

    unit: Told | None
    provider: Told | None
    phone: str | None

    @property
    def name(self) -> Told | None:
        return self.unit or self.provider


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """Days are included. `first` is there when it has not begun, `last` when it ends."""

    holder: Holder
    emergency: bool
    personal: bool
    represented: bool
    given: date | None
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class LiftingRow:
    unit: Told | None
    personal: bool
    last: date


@dataclass(frozen=True, slots=True)
class BlockRow:
    """`inner` to other units of the same provider too. Days are of what is closed, included."""

    holder: Holder
    inner: bool
    first: date | None
    last: date | None
    liftings: tuple[LiftingRow, ...]
    excluded: tuple[Told, ...]


def consent_rows(consents: Answer[Consent], scene: Scene) -> tuple[ConsentRow, ...] | None:
    """What nobody asked the person about stands first."""
    now = scene.situation.now
    rows = [_consent(item, now, scene) for item in consents.items]
    rows.sort(key=lambda row: (not row.emergency, _by_name(row.holder), row.last or date.max))
    return tuple(rows) or None


def block_rows(blocks: Answer[Block], scene: Scene) -> tuple[BlockRow, ...] | None:
    """What closes most stands first."""
    rows = [_block(item, scene) for item in blocks.items]
    rows.sort(key=lambda row: (row.inner, _by_name(row.holder), row.first or date.min))
    return tuple(rows) or None


def _consent(item: Consent, now: datetime, scene: Scene) -> ConsentRow:
    return ConsentRow(
        holder=_holder(item.origin.care_provider, item.origin.care_unit, scene),
        emergency=item.kind is ConsentKind.EMERGENCY,
        personal=item.personal,
        represented=item.represented,
        given=local_day(item.given) if item.given else None,
        first=local_day(item.start) if item.start > now else None,
        last=_last(item.end) if item.end else None,
    )


def _block(item: Block, scene: Scene) -> BlockRow:
    inner = item.level is BlockLevel.INNER
    return BlockRow(
        holder=_holder(item.origin.care_provider, item.origin.care_unit if inner else None, scene),
        inner=inner,
        first=item.first,
        last=item.last,
        liftings=tuple(_lifting(each, scene) for each in item.liftings),
        excluded=item.excluded,
    )


def _lifting(lifting: Lifting, scene: Scene) -> LiftingRow:
    return LiftingRow(_name(_found(lifting.unit, scene)), lifting.personal, _last(lifting.until))


def _holder(provider: HsaId | None, unit: HsaId | None, scene: Scene) -> Holder:
    here, over = _found(unit, scene), _found(provider, scene)
    owner = _name(over) or (Told(here.owner) if here else None)
    phones = (each.phone for each in (here, over) if each is not None)
    return Holder(_name(here), owner, next((phone for phone in phones if phone), None))


def _found(key: HsaId | None, scene: Scene) -> Unit | None:
    return scene.directory.find(key.value) if key is not None else None


def _name(unit: Unit | None) -> Told | None:
    return Told(unit.name) if unit is not None else None


def _last(end: datetime) -> date:
    """The last day before an end that is itself not included."""
    return local_day(end - _MOMENT)


def _by_name(holder: Holder) -> str:
    return holder.name.text.casefold() if holder.name else ""
