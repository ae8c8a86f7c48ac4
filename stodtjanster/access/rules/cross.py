"""Rule 11 of the staff channel: across providers, and across the two sides of one."""

from stodtjanster.access.case import Case
from stodtjanster.access.decision import Ground, Path, Rule
from stodtjanster.access.policy import Policy
from stodtjanster.access.reasons import Reason
from stodtjanster.access.rules.consent import emergency_objection, ladder
from stodtjanster.access.rules.minimised import hide_whereabouts, shape
from stodtjanster.access.rules.rights import ACROSS, may_read
from stodtjanster.access.rules.staff import CARE
from stodtjanster.model import Side


def omsorg_is_of_svod(case: Case, policy: Policy) -> Reason | None:
    """11. SVOD 1 kap. 3 §: only omsorg about older persons and persons with disabilities."""
    relation = case.facts.relation
    category = relation.category if relation else None
    if case.actor.side is Side.VARD or category in policy.svod_categories:
        return None
    return Reason.NOT_SVOD_CARE_TYPE


def is_available(case: Case, _: Policy) -> Reason | None:
    """11. SVOD 2 kap. 4 §."""
    return None if case.resource.available_svod else Reason.NOT_AVAILABLE_SVOD


def services_answer(case: Case, _: Policy) -> Reason | None:
    """11. Without them nobody knows what is blocked or consented to."""
    services = case.facts.dependencies
    if services.blocking_up and services.consent_up:
        return None
    return Reason.DEPENDENCY_UNAVAILABLE


def blocks_are_for_vard(case: Case, _: Policy) -> Reason | None:
    """11. SVOD 2 kap. 5 § and 3 kap. 5 § speak of vårdgivare only."""
    return None if case.actor.side is Side.VARD else Reason.BLOCK_INFO_NOT_FOR_OMSORG


def is_not_blocked(case: Case, _: Policy) -> Reason | None:
    """11. SVOD 2 kap. 3 §: who reads cannot lift it, and an inner block acts as an outer one."""
    return Reason.BLOCKED_OUTER if case.resource.matching_blocks() else None


def right_reaches_across(case: Case, _: Policy) -> Reason | None:
    """11. HSA's rights are given for healthcare."""
    if case.actor.side is Side.OMSORG or may_read(case, ACROSS):
        return None
    return Reason.COMMISSION_RIGHT


def subject_can_consent(case: Case, _: Policy) -> Reason | None:
    """11. The dead give no consent, and nothing stands in its place."""
    return Reason.DECEASED_NO_CONSENT if case.subject.deceased else None


def existence_ground(_: Case, policy: Policy) -> Ground:
    """11. SVOD 2 kap. 4 §: that something exists may be seen before consent."""
    return Ground(Reason.EXISTENCE_ONLY, keep=policy.existence_fields)


def block_ground(case: Case, policy: Policy) -> Ground:
    """11. SVOD 2 kap. 5 § and 3 kap. 5 §: who has blocked is told in an emergency only."""
    said = case.facts.emergency
    if said is not None and said.declared and emergency_objection(said) is None:
        return Ground(Reason.BLOCK_IDENTITY_EMERGENCY)
    return Ground(Reason.BLOCK_EXISTENCE_ONLY, keep=policy.existence_fields)


def cross_ground(case: Case, policy: Policy) -> Ground | Reason:
    """11 a-f, 12 and 13."""
    said = ladder(case, policy)
    if isinstance(said, Reason):
        return said
    return hide_whereabouts(case, policy, shape(case, policy, said.reason))


PUBLISHED: tuple[Rule, ...] = (*CARE, omsorg_is_of_svod, is_available, services_answer)

CROSS_EXISTENCE = Path(PUBLISHED, existence_ground)
CROSS_BLOCKS = Path((*PUBLISHED, blocks_are_for_vard), block_ground)
CROSS = Path((*PUBLISHED, is_not_blocked, right_reaches_across, subject_can_consent), cross_ground)
