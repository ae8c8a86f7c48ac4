"""What one person lets another do for them: given, accepted, in force, ended."""

from stodtjanster.grants.book import GrantBook
from stodtjanster.grants.mandate import LONGEST_MONTHS, Mandate, NotPossible, Party, Stage, months

__all__ = [
    "LONGEST_MONTHS",
    "GrantBook",
    "Mandate",
    "NotPossible",
    "Party",
    "Stage",
    "months",
]
