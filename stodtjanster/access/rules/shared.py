"""Rule 15: what the person has written themself is shown to whom the person has chosen."""

from stodtjanster.access.case import Case
from stodtjanster.access.decision import Ground, Path
from stodtjanster.access.policy import Policy
from stodtjanster.access.reasons import Reason
from stodtjanster.access.rules.minimised import hide_whereabouts
from stodtjanster.access.rules.person import subject_lives
from stodtjanster.access.rules.staff import CARE
from stodtjanster.model import PRIVATE


def is_own_words(case: Case) -> bool:
    """No provider answers for it, and none has made it available."""
    return case.resource.sharing is not None


def person_shares_it(case: Case, _: Policy) -> Reason | None:
    """15. Whoever reads for another. The person themself is not asked."""
    sharing = case.resource.sharing
    return None if sharing is None or sharing.shared else Reason.NOT_SHARED


def unit_was_chosen(case: Case, _: Policy) -> Reason | None:
    """15. Consent is given to somebody: to the units that took part when it was."""
    sharing = case.resource.sharing or PRIVATE
    chosen = sharing.shared and case.actor.unit in sharing.units
    return None if chosen else Reason.NOT_SHARED


def shared_ground(case: Case, policy: Policy) -> Ground:
    """13 and 15."""
    return hide_whereabouts(case, policy, Ground(Reason.SHARED_BY_PERSON))


SHARED = Path((*CARE, subject_lives, unit_was_chosen), shared_ground)
