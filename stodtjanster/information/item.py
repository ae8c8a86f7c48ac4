"""What every normalised record has."""

from collections.abc import Collection, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from types import MappingProxyType
from typing import Any, ClassVar, Self

from stodtjanster.model import Origin, PersonId, Sharing, When

_NOWHERE: Mapping[str, Any] = MappingProxyType({})
_UNTOLD: Mapping[str, tuple[str, ...]] = MappingProxyType({})
_ITSELF = frozenset({"subject", "origin"})
_UNIT = frozenset({"unit", "unit_name", "responsible_unit"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One record about one person.

    `key` names the kind of information in configuration, reports and the log; `info_type` is its
    name in the access rules. `subject` is None only for a row that was read from a file and names
    nobody we can identify; the fetch service refuses such rows, since no person equals None.
    `whereabouts` are the fields that tell where the person can be found, each with what stands in
    its place for somebody whose identity is protected. `rule_fields` says what the fields of the
    decision rules (`keep`, `drop`) are called here; without it nobody knows how to leave any out.
    """

    key: ClassVar[str]
    info_type: ClassVar[str]
    whereabouts: ClassVar[Mapping[str, Any]] = _NOWHERE
    rule_fields: ClassVar[Mapping[str, tuple[str, ...]]] = _UNTOLD

    subject: PersonId | None
    origin: Origin

    @property
    def ruled_as(self) -> str:
        """Its name in the access rules: `info_type`, where no record of the kind has another."""
        return self.info_type

    @property
    def during(self) -> When | None:
        """When it applies; None when it is not bound to a time and so belongs to every period."""
        return None

    @property
    def sharing(self) -> Sharing | None:
        """Whom the person lets see it; None for what they have not written themself."""
        return None

    def with_twin(self, twin: Self) -> Self:  # noqa: ARG002 - for kinds that are told in parts
        """The same record as another source also told it: this one stands."""
        return self

    def hidden(self) -> Self:
        """The same record without whereabouts: no address, no phone, no place (OSL 21:3, 22)."""
        return replace(self, **self.whereabouts) if self.whereabouts else self

    def redacted(
        self, keep: Collection[str] | None, drop: Collection[str] | None = None
    ) -> Self | None:
        """The same record with these fields of the decision rules only, or without those.

        What stands for several of them is kept when all are. None when nobody knows how, or when
        something would have to go without which it is no record.
        """
        if not self.rule_fields:
            return None
        left = {
            field
            for name, said in self.rule_fields.items()
            if (name in (drop or ()) if keep is None else name not in keep)
            for field in said
        }
        known = {field for said in self.rule_fields.values() for field in said}
        given: dict[str, Any] = {}
        for field in fields(self):
            unnamed = keep is not None and field.name not in known | _ITSELF
            if field.name in left or unnamed:
                if field.default is MISSING:
                    return None
                given[field.name] = field.default
        unit = keep is None or not _UNIT.isdisjoint(keep)
        return replace(self, origin=self.origin if unit else self.origin.unitless(), **given)
