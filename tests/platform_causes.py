"""What each fault of the tjänsteplattform means, when it says no more than its code."""

from stodtjanster.model import Cause

CAUSES = {
    "VP001": Cause.FAILED,
    "VP002": Cause.DENIED,
    "VP003": Cause.FAILED,
    "VP004": Cause.NOT_CONNECTED,
    "VP005": Cause.FAILED,
    "VP006": Cause.FAULT,
    "VP007": Cause.DENIED,
    "VP008": Cause.FAULT,
    "VP009": Cause.FAULT,
    "VP010": Cause.NOT_CONNECTED,
    "VP011": Cause.DENIED,
    "VP012": Cause.FAULT,
    "VP013": Cause.DENIED,
    "VP014": Cause.FAULT,
    "VP015": Cause.FAILED,
}


def allowed(detail: str) -> set[Cause]:
    """What a fault may mean that is told by this: VP009 may say more than its code, and a fault of
    a producer has none.
    """
    if detail == "VP009":
        return {Cause.TIMEOUT, Cause.REFUSED, Cause.FAULT}
    return {CAUSES.get(detail, Cause.FAULT)}
