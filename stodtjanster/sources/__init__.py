"""One folder per kind of source; found by walking this package, so adding one touches one place."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from stodtjanster.sources.kit.act import Performer
from stodtjanster.sources.kit.local import LocalSource
from stodtjanster.sources.kit.source import Source, SourceSettings

Connected: TypeAlias = Source | LocalSource | Performer

_NO_KINDS: Final = frozenset({"kit", "units", "connections"})
_NOTHING_KEPT: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of source: its settings and its adapter, which gives information or performs acts."""

    name: str
    settings: type[SourceSettings]
    adapter: Any

    @property
    def offers(self) -> list[str]:
        """Keys of the information that it gives, or of the acts that it performs."""
        adapter = self.adapter
        return sorted(each.key for each in (getattr(adapter, "gives", None) or adapter.does))

    @property
    def local(self) -> bool:
        """It tells of what the portal itself keeps."""
        return hasattr(self.adapter, "recall")

    def read(self, raw: Mapping[str, object]) -> SourceSettings:
        """Raises pydantic.ValidationError when the settings are wrong."""
        return self.settings.model_validate(raw)

    def build(
        self, raw: Mapping[str, object], kept: Mapping[str, Any] = _NOTHING_KEPT
    ) -> Connected:
        """`kept` is what is kept for local kinds, by their names; others need nothing of it.

        Raises pydantic.ValidationError when the settings are wrong, and ValueError for a local
        kind of which nothing is kept.
        """
        settings = self.read(raw)
        if self.local and self.name not in kept:
            raise ValueError(f"nothing is kept for sources of kind {self.name}: is there a secret?")
        source: Connected = (
            self.adapter(settings, kept[self.name]) if self.local else self.adapter(settings)
        )
        return source


def kinds() -> dict[str, Kind]:
    """Every folder here but the kit and the national catalogues, which are not about people."""
    found = (m.name for m in iter_modules(__path__) if m.ispkg and m.name not in _NO_KINDS)
    return {
        name: Kind(
            name,
            import_module(f"{__name__}.{name}.settings").Settings,
            import_module(f"{__name__}.{name}.adapter").Adapter,
        )
        for name in sorted(found)
    }
