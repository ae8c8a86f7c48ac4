"""Who the units, systems and sources are: names and ways to reach them, never people."""

from stodtjanster.catalogue.directory import Directory, OwnerKind, Unit

__all__ = ["Directory", "OwnerKind", "Unit"]
