"""Rules 3-9 of the staff channel: who reads, in what assignment, and for whom."""

from stodtjanster.access.case import Case
from stodtjanster.access.decision import Rule
from stodtjanster.access.policy import META_TYPES, Policy
from stodtjanster.access.reasons import Reason
from stodtjanster.access.rules.login import login_is_strong
from stodtjanster.model import local_day

BOOKED_VISIT = "booked_visit"


def not_own_record(case: Case, _: Policy) -> Reason | None:
    """3. Staff read about themselves as citizens do, under whatever number."""
    return Reason.STAFF_OWN_RECORD if case.actor.person in case.subject.numbers else None


def context_is_the_commissions(case: Case, _: Policy) -> Reason | None:
    """4. What the session holds is what HSA said, or somebody has changed it."""
    commission = case.actor.commission
    if commission is None or commission.place == case.actor.place:
        return None
    return Reason.CONTEXT_TAMPERED


def commission_is_chosen(case: Case, _: Policy) -> Reason | None:
    """6."""
    return Reason.COMMISSION_MISSING if case.actor.commission is None else None


def commission_is_in_force(case: Case, _: Policy) -> Reason | None:
    """6. Both days are included. One that has not begun is no more in force than one that ended."""
    commission = case.actor.commission
    if commission is None or commission.valid_from <= case.today <= commission.valid_to:
        return None
    return Reason.COMMISSION_EXPIRED


def commission_is_for_care(case: Case, policy: Policy) -> Reason | None:
    """6. PDL 2 kap. 4 §: the purpose of the assignment's own side."""
    commission, side = case.actor.commission, case.actor.side
    if commission is None:
        return None
    if side is not None and commission.purpose == policy.purpose_of_side[side]:
        return None
    return Reason.COMMISSION_PURPOSE


def role_needs_type(case: Case, policy: Policy) -> Reason | None:
    """7. PDL 4 kap. 2 §, SVOD 4 kap. 3 §. Meta types are free for every role that is known."""
    types = policy.role_types.get(case.actor.role)
    if types is not None and case.resource.info_type in types | META_TYPES:
        return None
    return Reason.ROLE_INFO_TYPE


def takes_part_in_care(case: Case, _: Policy) -> Reason | None:
    """8. PDL 4 kap. 1 §, SVOD 3 kap. 1-2 §§."""
    relation = case.facts.relation
    return None if relation and relation.active else Reason.NO_CARE_RELATION


def visit_is_near(case: Case, policy: Policy) -> Reason | None:
    """9. Whole Swedish days from today on; a visit without a time is not known to be near."""
    days = policy.window_days.get(case.actor.role)
    if case.resource.info_type != BOOKED_VISIT or days is None:
        return None
    start = case.resource.start
    if start is None:
        return Reason.OUTSIDE_WINDOW
    days_ahead = (local_day(start) - case.today).days
    return None if 0 <= days_ahead < days else Reason.OUTSIDE_WINDOW


EMPLOYEE: tuple[Rule, ...] = (login_is_strong, not_own_record, context_is_the_commissions)
CARE: tuple[Rule, ...] = (
    *EMPLOYEE,
    commission_is_chosen,
    commission_is_in_force,
    commission_is_for_care,
    role_needs_type,
    takes_part_in_care,
    visit_is_near,
)
