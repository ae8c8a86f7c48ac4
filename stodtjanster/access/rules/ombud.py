"""Rules 3-9 of the citizen channel: an adult reads for another adult, by grant."""

from stodtjanster.access.ages import age_for_own
from stodtjanster.access.case import Case
from stodtjanster.access.decision import Ground, Path
from stodtjanster.access.policy import Policy
from stodtjanster.access.reasons import Reason
from stodtjanster.access.rules.guardian import acts_for_subject
from stodtjanster.access.rules.login import login_is_strong
from stodtjanster.access.rules.person import record_is_not_sealed, subject_lives
from stodtjanster.access.rules.record import RECORD, opened
from stodtjanster.access.rules.shared import person_shares_it
from stodtjanster.model import PersonId, Protection


def no_legal_representatives(_case: Case, _policy: Policy) -> Reason:
    """4. There is no register of god man and förvaltare to ask."""
    return Reason.LEGAL_REP_NOT_SUPPORTED


def ombud_is_adult(case: Case, policy: Policy) -> Reason | None:
    """9."""
    return None if _is_adult(case.actor.person, case, policy) else Reason.OMBUD_UNDERAGE


def grantor_is_adult(case: Case, policy: Policy) -> Reason | None:
    """9. To grant is the person's own right, so it starts as their own access does."""
    return None if _is_adult(case.subject.person, case, policy) else Reason.OMBUD_SUBJECT_MINOR


def grantor_is_not_protected(case: Case, _: Policy) -> Reason | None:
    """9."""
    if case.subject.protected is not Protection.NONE:
        return Reason.OMBUD_SUBJECT_PROTECTED
    return None


def grant_is_theirs(case: Case, _: Policy) -> Reason | None:
    """9. From this person to this ombud, under whichever number of theirs it was given."""
    grant = case.facts.grant
    if grant is None or grant.grantor != case.subject.person:
        return Reason.GRANT_MISSING
    return None if grant.grantee in case.actor.numbers else Reason.GRANT_MISSING


def grant_is_not_revoked(case: Case, _: Policy) -> Reason | None:
    """9. Revoking takes effect at once: whatever time it names, it has been done."""
    grant = case.facts.grant
    return Reason.GRANT_REVOKED if grant and grant.revoked_at is not None else None


def grant_has_begun(case: Case, _: Policy) -> Reason | None:
    """9."""
    grant = case.facts.grant
    return Reason.GRANT_NOT_YET_VALID if grant and case.now < grant.valid_from else None


def grant_has_not_ended(case: Case, _: Policy) -> Reason | None:
    """9."""
    grant = case.facts.grant
    return Reason.GRANT_EXPIRED if grant and case.now >= grant.valid_to else None


def scope_may_be_granted(case: Case, policy: Policy) -> Reason | None:
    """9. HFD 2017 ref. 67: nobody but the individual has direct access to the journal."""
    return None if _scope(case, policy) in policy.enabled_scopes else Reason.OMBUD_NO_LEGAL_BASIS


def scope_is_granted(case: Case, policy: Policy) -> Reason | None:
    """9."""
    grant = case.facts.grant
    return Reason.GRANT_SCOPE if grant and _scope(case, policy) not in grant.scopes else None


def provider_is_granted(case: Case, _: Policy) -> Reason | None:
    """9. A grant that names no provider is for all of them."""
    grant = case.facts.grant
    if grant and grant.providers and case.resource.provider not in grant.providers:
        return Reason.GRANT_PROVIDER
    return None


def ombud_ground(case: Case, policy: Policy) -> Ground:
    """14."""
    return opened(case, policy, Reason.OMBUD)


def _is_adult(person: PersonId, case: Case, policy: Policy) -> bool:
    age = age_for_own(person, case.today)
    return age is not None and age >= policy.majority


def _scope(case: Case, policy: Policy) -> str:
    return policy.scope_of_type.get(case.resource.info_type, policy.other_scope)


LEGAL_REPRESENTATIVE = Path((login_is_strong, acts_for_subject), no_legal_representatives)

OMBUD = Path(
    (
        login_is_strong,
        acts_for_subject,
        subject_lives,
        record_is_not_sealed,
        ombud_is_adult,
        grantor_is_adult,
        grantor_is_not_protected,
        grant_is_theirs,
        grant_is_not_revoked,
        grant_has_begun,
        grant_has_not_ended,
        scope_may_be_granted,
        scope_is_granted,
        provider_is_granted,
        *RECORD,
        person_shares_it,
    ),
    ombud_ground,
)
