"""May this be shown? Rules with their law, and the permit that they make."""

from stodtjanster.access.decision import Decision, Law, Policy, Reason, Resource
from stodtjanster.access.permit import NotPermitted, Permit, decide

__all__ = [
    "Decision",
    "Law",
    "NotPermitted",
    "Permit",
    "Policy",
    "Reason",
    "Resource",
    "decide",
]
