"""The rules of the citizen channel, in order: small named functions that may say no.

Each returns None when it has no objection. Rule numbers are those of the decision rules.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from stodtjanster.access.decision import Decision, Law, Policy, Reason, Resource, age_on
from stodtjanster.model import ActorKind, PersonIdKind, Situation

META_TYPES = frozenset({"existence", "block_info"})


@dataclass(frozen=True, slots=True)
class Case:
    situation: Situation
    resource: Resource
    policy: Policy


Objection: TypeAlias = tuple[Reason, Law] | None
Rule: TypeAlias = Callable[[Case], Objection]


def actor_is_known(case: Case) -> Objection:
    """1. Only channels that are open; the others are opened with their own rules."""
    if case.situation.actor.kind is not ActorKind.CITIZEN:
        return Reason.INVALID_CONTEXT, Law.POLICY
    return None


def login_is_strong(case: Case) -> Objection:
    """2."""
    if case.situation.actor.loa not in case.policy.accepted_loa:
        return Reason.AUTHN_LOA_TOO_LOW, Law.HSLF_2016_40
    return None


def citizen_reads_own(case: Case) -> Objection:
    """3."""
    return None if case.situation.about_self else (Reason.NOT_SELF, Law.PDL_5_5)


def subject_lives(case: Case) -> Objection:
    """5."""
    if case.situation.subject.deceased:
        return Reason.SUBJECT_DECEASED, Law.NATIONAL_RULE
    return None


def login_is_not_locked(case: Case) -> Objection:
    """6."""
    if case.situation.subject.login_locked:
        return Reason.LOGIN_LOCKED, Law.NATIONAL_RULE
    return None


def record_is_not_sealed(case: Case) -> Objection:
    """6."""
    if case.situation.subject.sealed:
        return Reason.SUBJECT_SEALED, Law.NATIONAL_RULE
    return None


def old_enough(case: Case) -> Objection:
    """7. A reserve number has no sure birth date: then nobody can say that the age is right."""
    if case.situation.subject.person.kind is PersonIdKind.RESERVNUMMER:
        return Reason.CHILD_UNDER_13, Law.NATIONAL_RULE
    age = age_on(case.situation)
    if age < case.policy.child_age:
        return Reason.CHILD_UNDER_13, Law.NATIONAL_RULE
    if age < case.policy.adult_access_age:
        return Reason.CHILD_13_15_NO_ACCESS, Law.NATIONAL_RULE
    return None


def not_secret_from_patient(case: Case) -> Objection:
    """10."""
    if case.resource.against_patient:
        return Reason.SECRECY_AGAINST_PATIENT, Law.OSL_25_6
    return None


def not_published_without_consent(case: Case) -> Objection:
    """11."""
    if case.resource.made_available_under == "2:6":
        return Reason.SVOD_2_6_NOT_FOR_PATIENT, Law.SVOD_4_2
    return None


def approved_for_patient(case: Case) -> Objection:
    """12. Not saying counts as no, save for kinds that have no such element."""
    approved = case.resource.approved_for_patient
    free = case.resource.info_type in case.policy.approval_not_needed
    if approved is False or (approved is None and not free):
        return Reason.NOT_APPROVED_FOR_PATIENT, Law.NATIONAL_RULE
    return None


def names_records(case: Case) -> Objection:
    """13. That something exists, or is blocked, is knowledge for staff systems only."""
    if case.resource.info_type in META_TYPES:
        return Reason.INVALID_CONTEXT, Law.POLICY
    return None


CITIZEN_RULES: tuple[Rule, ...] = (
    actor_is_known,
    login_is_strong,
    citizen_reads_own,
    subject_lives,
    login_is_not_locked,
    record_is_not_sealed,
    old_enough,
    not_secret_from_patient,
    not_published_without_consent,
    approved_for_patient,
    names_records,
)


def judge(case: Case) -> Decision:
    """Run every rule. The first that objects gives the reason; all are kept for explanation."""
    against = tuple(said for rule in CITIZEN_RULES if (said := rule(case)) is not None)
    if against:
        reason, law = against[0]
        return Decision(False, reason, law, against)
    return Decision(True, Reason.SELF, Law.PDL_5_5)
