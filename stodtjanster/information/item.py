"""What every normalised record has."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, ClassVar, Self

from stodtjanster.model import Origin, PersonId, Sharing, When

_NOWHERE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One record about one person.

    `key` names the kind of information in configuration, reports and the log; `info_type` is its
    name in the access rules. `subject` is None only for a row that was read from a file and names
    nobody we can identify; the fetch service refuses such rows, since no person equals None.
    `whereabouts` are the fields that tell where the person can be found, each with what stands in
    its place for somebody whose identity is protected.
    """

    key: ClassVar[str]
    info_type: ClassVar[str]
    whereabouts: ClassVar[Mapping[str, Any]] = _NOWHERE

    subject: PersonId | None
    origin: Origin

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
