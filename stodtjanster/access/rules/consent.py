"""Rule 11 a-f of the staff channel: on what ground one provider may read another's records.

The conditions are exhaustive (SVOD 3 kap. 7 §). A step opens, denies, or leaves it to the next.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

from stodtjanster.access.ages import age_for_others
from stodtjanster.access.case import Case, Consent, ConsentStatus, Emergency
from stodtjanster.access.decision import Ground
from stodtjanster.access.policy import Policy
from stodtjanster.access.reasons import Reason
from stodtjanster.model import Side

Step: TypeAlias = Callable[[Case, Policy], Ground | Reason | None]


def consent_holds(case: Case, _: Policy) -> Ground | None:
    """a. SVOD 3 kap. 1-2 §§."""
    consent = case.facts.consent
    if consent is None or consent.status is not ConsentStatus.GIVEN:
        return None
    if _has_ended(consent, case) or not _reaches(consent, case):
        return None
    return Ground(Reason.CONSENT)


def refusal_stands(case: Case, _: Policy) -> Reason | None:
    """b. Also in an emergency: a cautious reading of SVOD 3 kap. 6 §."""
    consent = case.facts.consent
    refused = consent is not None and consent.status is ConsentStatus.REFUSED
    return Reason.CONSENT_REFUSED if refused else None


def emergency(case: Case, _: Policy) -> Ground | Reason | None:
    """c. SVOD 3 kap. 5-6 §§ speak of vårdgivare only."""
    said = case.facts.emergency
    if said is None or not said.declared:
        return None
    if case.actor.side is not Side.VARD:
        return Reason.EMERGENCY_NOT_FOR_OMSORG
    return emergency_objection(said) or Ground(Reason.EMERGENCY_ACCESS)


def emergency_objection(said: Emergency) -> Reason | None:
    """What a declared emergency lacks, or None when it is a valid one."""
    if not said.reason.strip():
        return Reason.EMERGENCY_REASON_REQUIRED
    if not said.danger:
        return Reason.EMERGENCY_NO_DANGER
    return Reason.EMERGENCY_CONSENT_OBTAINABLE if said.consent_obtainable else None


def child_cannot_consent(case: Case, policy: Policy) -> Ground | None:
    """d. SVOD 3 kap. 1-2 §§: omsorg may read so about a child only from other omsorg."""
    age = age_for_others(case.subject.person, case.today)
    if age is None or age >= policy.majority or case.subject.consent_capable:
        return None
    if case.actor.side is Side.VARD or case.resource.side is Side.OMSORG:
        return Ground(Reason.CHILD_NO_CONSENT_NEEDED)
    return None


def adult_lacks_capacity(case: Case, policy: Policy) -> Ground | Reason | None:
    """e. SVOD 3 kap. 3-4 §§: omsorg may read so only from other omsorg."""
    age = age_for_others(case.subject.person, case.today)
    if age is None or age < policy.majority or not case.subject.lacks_capacity:
        return None
    if case.actor.side is not Side.VARD and case.resource.side is not Side.OMSORG:
        return Reason.INCAPACITY_OMSORG_ONLY
    if not case.facts.incapacity_attested:
        return Reason.INCAPACITY_NOT_ATTESTED
    return Ground(Reason.SVOD_INCAPACITY)


STEPS: Final[tuple[Step, ...]] = (
    consent_holds,
    refusal_stands,
    emergency,
    child_cannot_consent,
    adult_lacks_capacity,
)


def ladder(case: Case, policy: Policy) -> Ground | Reason:
    """The first step that says something; else what is wrong with the consent."""
    for step in STEPS:
        said = step(case, policy)
        if said is not None:
            return said
    return consent_objection(case)


def consent_objection(case: Case) -> Reason:
    """f."""
    consent = case.facts.consent
    if consent is None:
        return Reason.CONSENT_MISSING
    if consent.status is ConsentStatus.WITHDRAWN:
        return Reason.CONSENT_WITHDRAWN
    return Reason.CONSENT_EXPIRED if _has_ended(consent, case) else Reason.CONSENT_SCOPE


def _has_ended(consent: Consent, case: Case) -> bool:
    return consent.valid_to is not None and case.now >= consent.valid_to


def _reaches(consent: Consent, case: Case) -> bool:
    unit, person = consent.unit, consent.person_hsa_id
    for_unit = unit is None or unit == case.actor.unit
    return for_unit and (person is None or person == case.actor.hsa_id)
