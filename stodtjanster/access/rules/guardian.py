"""Rules 3-8 of the citizen channel: whoever reads for another, and a guardian for a child."""

from stodtjanster.access.ages import age_for_others
from stodtjanster.access.case import Case
from stodtjanster.access.decision import Ground, Path
from stodtjanster.access.policy import Policy
from stodtjanster.access.reasons import Reason
from stodtjanster.access.rules.login import login_is_strong
from stodtjanster.access.rules.person import record_is_not_sealed, subject_lives
from stodtjanster.access.rules.record import GUARDED_RECORD, opened
from stodtjanster.access.rules.shared import person_shares_it
from stodtjanster.model import Protection


def acts_for_subject(case: Case, _: Policy) -> Reason | None:
    """3. The acting state of the session names the person, or nothing is opened."""
    if case.actor.acting_for == case.subject.person:
        return None
    return Reason.ACTING_CONTEXT_MISMATCH


def guardian_is_registered(case: Case, _: Policy) -> Reason | None:
    """8. Custody is read from folkbokföringen, never claimed."""
    guardian = case.facts.guardian
    return None if guardian and guardian.registered else Reason.GUARDIAN_NOT_REGISTERED


def guardian_is_not_blocked(case: Case, _: Policy) -> Reason | None:
    """8."""
    guardian = case.facts.guardian
    return Reason.GUARDIAN_BLOCKED if guardian and guardian.blocked else None


def child_is_not_protected(case: Case, _: Policy) -> Reason | None:
    """8. A record tells where its subject is; a guardian may be the one it is hidden from."""
    if case.subject.protected is not Protection.NONE:
        return Reason.GUARDIAN_CHILD_PROTECTED
    return None


def child_is_not_grown(case: Case, policy: Policy) -> Reason | None:
    """8. Without a sure age there is no guardianship."""
    age = age_for_others(case.subject.person, case.today)
    if age is None or age >= policy.adult_access_age:
        return Reason.GUARDIAN_CHILD_16_PLUS
    return None


def child_is_young(case: Case, policy: Policy) -> Reason | None:
    """8. Units may let a guardian go on until 16."""
    age = age_for_others(case.subject.person, case.today)
    if age is None or age < policy.child_age or _is_extended(case):
        return None
    return Reason.GUARDIAN_CHILD_13_15


def guardian_ground(case: Case, policy: Policy) -> Ground:
    """14."""
    age = age_for_others(case.subject.person, case.today)
    young = age is not None and age < policy.child_age
    return opened(case, policy, Reason.GUARDIAN if young else Reason.GUARDIAN_EXTENDED)


def _is_extended(case: Case) -> bool:
    guardian = case.facts.guardian
    if guardian is None or guardian.extended_access is None:
        return False
    return guardian.extended_access.covers(case.resource.unit, case.today)


GUARDIAN = Path(
    (
        login_is_strong,
        acts_for_subject,
        subject_lives,
        record_is_not_sealed,
        guardian_is_registered,
        guardian_is_not_blocked,
        child_is_not_protected,
        child_is_not_grown,
        child_is_young,
        *GUARDED_RECORD,
        person_shares_it,
    ),
    guardian_ground,
)
