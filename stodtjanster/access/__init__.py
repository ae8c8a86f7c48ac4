"""May this be shown? Rules with their law, and the permit that they make."""

from stodtjanster.access.case import Case, Facts, Resource
from stodtjanster.access.decision import Decision, Verdict
from stodtjanster.access.engine import judge
from stodtjanster.access.permit import NOT_SCREENED, NotPermitted, OwnerOf, Permit, Screened, decide
from stodtjanster.access.policy import Policy
from stodtjanster.access.reasons import Law, Reason

__all__ = [
    "NOT_SCREENED",
    "Case",
    "Decision",
    "Facts",
    "Law",
    "NotPermitted",
    "OwnerOf",
    "Permit",
    "Policy",
    "Reason",
    "Resource",
    "Screened",
    "Verdict",
    "decide",
    "judge",
]
