"""Rules 10-14 of the citizen channel: what may be shown of a record to anyone outside care."""

from stodtjanster.access.case import Case, Secrecy
from stodtjanster.access.decision import Ground, Rule
from stodtjanster.access.policy import Policy
from stodtjanster.access.reasons import Reason

PUBLISHED_WITHOUT_CONSENT = "2:6"
ACCESS_LOG = "access_log"


def not_secret_from_patient(case: Case, _: Policy) -> Reason | None:
    """10. OSL 25 kap. 6 §."""
    if Secrecy.AGAINST_PATIENT in case.resource.secrecy:
        return Reason.SECRECY_AGAINST_PATIENT
    return None


def not_secret_from_guardian(case: Case, _: Policy) -> Reason | None:
    """10. OSL 12 kap. 3 §."""
    if Secrecy.AGAINST_GUARDIAN in case.resource.secrecy:
        return Reason.SECRECY_AGAINST_GUARDIAN
    return None


def not_published_without_consent(case: Case, _: Policy) -> Reason | None:
    """11. SVOD 4 kap. 2 §."""
    if case.resource.made_available_under == PUBLISHED_WITHOUT_CONSENT:
        return Reason.SVOD_2_6_NOT_FOR_PATIENT
    return None


def approved_for_patient(case: Case, policy: Policy) -> Reason | None:
    """12. Not saying counts as no, save for kinds that have no such element."""
    approved = case.resource.approved_for_patient
    free = case.resource.info_type in policy.approval_not_needed
    if approved is False or (approved is None and not free):
        return Reason.NOT_APPROVED_FOR_PATIENT
    return None


def names_records(case: Case, policy: Policy) -> Reason | None:
    """13. Meta types are for staff systems; a type that nobody knows is not for anyone."""
    if case.resource.info_type not in policy.readable_by_citizens:
        return Reason.INVALID_CONTEXT
    return None


def opened(case: Case, policy: Policy, basis: Reason) -> Ground:
    """14. Who worked is not told to the person (PDL 8 kap. 5 §); notes between staff are not."""
    if case.resource.info_type == ACCESS_LOG:
        return Ground(basis, keep=policy.access_log_fields)
    if case.resource.has_internal_notes:
        return Ground(basis, drop=policy.internal_fields)
    return Ground(basis)


OPEN_RECORD: tuple[Rule, ...] = (
    not_published_without_consent,
    approved_for_patient,
    names_records,
)
RECORD: tuple[Rule, ...] = (not_secret_from_patient, *OPEN_RECORD)
GUARDED_RECORD: tuple[Rule, ...] = (
    not_secret_from_patient,
    not_secret_from_guardian,
    *OPEN_RECORD,
)
