"""What the tjänsteplattform's own faults mean to whoever asked (rivta.md 2)."""

import re
from typing import Final

from stodtjanster.model import Cause

_CODE: Final = re.compile(r"\s*((?:VP|EI)\d{3})\b", re.ASCII)
_CAUSES: Final = {
    # What was sent is wrong, or in a version that is not spoken there.
    **dict.fromkeys(("VP001", "VP003", "VP005", "VP015"), Cause.FAILED),
    # Certificate, behörighet, not through TLS, may not set the original consumer.
    **dict.fromkeys(("VP002", "VP007", "VP011", "VP013"), Cause.DENIED),
    # No vägval, or one without URL.
    **dict.fromkeys(("VP004", "VP010"), Cause.NOT_CONNECTED),
}
_UNANSWERED: Final = "VP009"
_TIMED_OUT: Final = re.compile(r"time[d-]?[ -]?out|HTTP_STATUS=504", re.IGNORECASE)
_NO_CONNECTION: Final = re.compile(
    r"connection refused|ConnectException|unknown ?host|no route to host", re.IGNORECASE
)


def platform_fault(said: str, more: str = "") -> tuple[Cause, str] | None:
    """The cause and the code of a platform's fault, None when a text is no such fault.

    `said` is the faultstring, `more` what else the fault tells. All that has no cause of its own is
    FAULT: several ways (VP006), no catalogue (VP008), no resources (VP012), a loop (VP014), and the
    engagemangsindex (EI). Neither a wrong message nor a wrong row of the catalogue is the source's
    illness, so none of those keeps others from asking it.
    """
    found = _CODE.match(said)
    if found is None:
        return None
    code = found.group(1)
    if code == _UNANSWERED:
        return _unanswered(said + more), code
    return _CAUSES.get(code, Cause.FAULT), code


def _unanswered(text: str) -> Cause:
    if _TIMED_OUT.search(text):
        return Cause.TIMEOUT
    return Cause.REFUSED if _NO_CONNECTION.search(text) else Cause.FAULT
