"""Who the units, systems and sources are: names and ways to reach them, never people."""

from stodtjanster.catalogue.coverage import Connection, Coverage, Expectation, Expecting
from stodtjanster.catalogue.directory import Directory, Naming, OwnerKind, Unit
from stodtjanster.catalogue.entries import Entries
from stodtjanster.catalogue.entry import Entry, Hours
from stodtjanster.catalogue.opening import Opening, opening

__all__ = [
    "Connection",
    "Coverage",
    "Directory",
    "Entries",
    "Entry",
    "Expectation",
    "Expecting",
    "Hours",
    "Naming",
    "Opening",
    "OwnerKind",
    "Unit",
    "opening",
]
