"""Rules 3-7 of the citizen channel: the person reads their own."""

from stodtjanster.access.ages import age_for_own
from stodtjanster.access.case import Case
from stodtjanster.access.decision import Ground, Path
from stodtjanster.access.policy import Policy
from stodtjanster.access.reasons import Reason
from stodtjanster.access.rules.login import login_is_strong
from stodtjanster.access.rules.record import RECORD, opened


def citizen_reads_own(case: Case, _: Policy) -> Reason | None:
    """3. PDL 5 kap. 5 §: direct access is for the individual."""
    return None if case.actor.person == case.subject.person else Reason.NOT_SELF


def subject_lives(case: Case, _: Policy) -> Reason | None:
    """5."""
    return Reason.SUBJECT_DECEASED if case.subject.deceased else None


def login_is_not_locked(case: Case, _: Policy) -> Reason | None:
    """6. The person has locked their own login (låsa inloggning)."""
    return Reason.LOGIN_LOCKED if case.subject.login_locked else None


def record_is_not_sealed(case: Case, _: Policy) -> Reason | None:
    """6. The person has sealed it (försegla), for everyone in this channel and themself."""
    return Reason.SUBJECT_SEALED if case.subject.sealed else None


def old_enough(case: Case, policy: Policy) -> Reason | None:
    """7. Units may open early for someone of 13-15, never for someone younger."""
    age = age_for_own(case.subject.person, case.today)
    if age is None or age < policy.child_age:
        return Reason.CHILD_UNDER_13
    if age < policy.adult_access_age and not _has_early_access(case):
        return Reason.CHILD_13_15_NO_ACCESS
    return None


def own_ground(case: Case, policy: Policy) -> Ground:
    """14."""
    age = age_for_own(case.subject.person, case.today)
    grown = age is not None and age >= policy.adult_access_age
    return opened(case, policy, Reason.SELF if grown else Reason.SELF_EARLY_ACCESS)


def _has_early_access(case: Case) -> bool:
    early = case.facts.early_access
    return early is not None and early.covers(case.resource.unit, case.today)


PERSON = Path(
    (
        login_is_strong,
        citizen_reads_own,
        subject_lives,
        login_is_not_locked,
        record_is_not_sealed,
        old_enough,
        *RECORD,
    ),
    own_ground,
)
