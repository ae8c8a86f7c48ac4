"""Rules 1-2: the actor is known and surely identified."""

from stodtjanster.access.case import Case
from stodtjanster.access.decision import Path
from stodtjanster.access.policy import Policy
from stodtjanster.access.reasons import Reason


def nothing_for_strangers(_case: Case, _policy: Policy) -> Reason:
    """1. Nothing is opened for a kind of actor that no rule speaks of."""
    return Reason.INVALID_CONTEXT


def login_is_strong(case: Case, policy: Policy) -> Reason | None:
    """2. Policy; HSLF-FS 2016:40 asks for strong authentication over open networks."""
    return None if case.actor.loa in policy.accepted_loa else Reason.AUTHN_LOA_TOO_LOW


STRANGER = Path((), nothing_for_strangers)
