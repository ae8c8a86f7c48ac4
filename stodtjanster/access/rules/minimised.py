"""Rules 12-13 of the staff channel: no more of a record than the task needs."""

from stodtjanster.access.case import Case
from stodtjanster.access.decision import Ground
from stodtjanster.access.policy import Policy
from stodtjanster.access.reasons import Reason
from stodtjanster.model import Protection


def shape(case: Case, policy: Policy, basis: Reason) -> Ground:
    """12. GDPR article 5.1 c and 9: a unit's name or place may tell what somebody is ill with."""
    role = case.actor.role
    if role == "hemtjanst":
        place = () if case.resource.sensitive_unit else policy.visit_place_fields
        return Ground(basis, keep=policy.visit_fields + place)
    if role == "fast_omsorgskontakt" and case.resource.info_type == "care_plan":
        return Ground(basis, keep=policy.plan_headline_fields)
    return Ground(basis)


def hide_whereabouts(case: Case, policy: Policy, ground: Ground) -> Ground:
    """13. OSL 21 kap. 3 § and 22 kap.: where somebody with protected identity is, is not told."""
    if case.subject.protected is Protection.NONE:
        return ground
    if ground.keep is None:
        return Ground(Reason.PROTECTED_IDENTITY_REDACTED, drop=policy.whereabouts_fields)
    kept = tuple(name for name in ground.keep if name not in policy.whereabouts_fields)
    return Ground(Reason.PROTECTED_IDENTITY_REDACTED, keep=kept)
