"""Rule 5 of the staff channel: those who run the systems read logs and blocks, never care."""

from stodtjanster.access.case import Case
from stodtjanster.access.decision import Ground, Path
from stodtjanster.access.policy import Policy
from stodtjanster.access.reasons import Reason
from stodtjanster.access.rules.staff import EMPLOYEE


def operators_read_nothing(_case: Case, _policy: Policy) -> Reason:
    """5. PDL 4 kap. 1-2 §§."""
    return Reason.ADMIN_NO_CLINICAL


def log_of_own_provider(case: Case, _: Policy) -> Ground | Reason:
    """5. PDL 4 kap. 3 §: each provider checks its own."""
    if case.resource.info_type != "access_log":
        return Reason.ADMIN_NO_CLINICAL
    return Ground(Reason.LOG_REVIEW) if _is_own(case) else Reason.LOG_OTHER_PROVIDER


def blocks_of_own_provider(case: Case, _: Policy) -> Ground | Reason:
    """5. PDL 4 kap. 4-5 §§."""
    if case.resource.info_type == "block_info" and _is_own(case):
        return Ground(Reason.BLOCK_ADMIN)
    return Reason.ADMIN_NO_CLINICAL


def _is_own(case: Case) -> bool:
    provider = case.actor.provider
    return provider is not None and provider == case.resource.provider


OPERATOR = Path(EMPLOYEE, operators_read_nothing)
LOG_ADMINISTRATOR = Path(EMPLOYEE, log_of_own_provider)
BLOCK_ADMINISTRATOR = Path(EMPLOYEE, blocks_of_own_provider)
