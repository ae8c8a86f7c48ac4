"""May this be shown? Rules with their law, and the permit that they make."""

from stodtjanster.access.case import Case, Facts, Resource
from stodtjanster.access.decision import Decision, Verdict
from stodtjanster.access.engine import judge
from stodtjanster.access.permit import NotPermitted, Permit, ProviderOf, decide
from stodtjanster.access.policy import Policy
from stodtjanster.access.reasons import Law, Reason

__all__ = [
    "Case",
    "Decision",
    "Facts",
    "Law",
    "NotPermitted",
    "Permit",
    "Policy",
    "ProviderOf",
    "Reason",
    "Resource",
    "Verdict",
    "decide",
    "judge",
]
