"""The reason codes, the ground of each in law, and how each is marked in the logs."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

__all__ = ["EMERGENCY_OPENINGS", "LAW", "TO_REVIEW", "Law", "Reason"]


class Reason(StrEnum):
    """Reason codes of the decision rules. A permit is named by its ground."""

    # any channel
    INVALID_CONTEXT = "INVALID_CONTEXT"
    AUTHN_LOA_TOO_LOW = "AUTHN_LOA_TOO_LOW"
    SUBJECT_DECEASED = "SUBJECT_DECEASED"

    # citizen channel: the person
    SELF = "SELF"
    SELF_EARLY_ACCESS = "SELF_EARLY_ACCESS"
    NOT_SELF = "NOT_SELF"
    LOGIN_LOCKED = "LOGIN_LOCKED"
    SUBJECT_SEALED = "SUBJECT_SEALED"
    CHILD_UNDER_13 = "CHILD_UNDER_13"
    CHILD_13_15_NO_ACCESS = "CHILD_13_15_NO_ACCESS"

    # citizen channel: somebody for the person
    ACTING_CONTEXT_MISMATCH = "ACTING_CONTEXT_MISMATCH"
    LEGAL_REP_NOT_SUPPORTED = "LEGAL_REP_NOT_SUPPORTED"
    GUARDIAN = "GUARDIAN"
    GUARDIAN_EXTENDED = "GUARDIAN_EXTENDED"
    GUARDIAN_NOT_REGISTERED = "GUARDIAN_NOT_REGISTERED"
    GUARDIAN_BLOCKED = "GUARDIAN_BLOCKED"
    GUARDIAN_CHILD_PROTECTED = "GUARDIAN_CHILD_PROTECTED"
    GUARDIAN_CHILD_16_PLUS = "GUARDIAN_CHILD_16_PLUS"
    GUARDIAN_CHILD_13_15 = "GUARDIAN_CHILD_13_15"
    OMBUD = "OMBUD"
    OMBUD_UNDERAGE = "OMBUD_UNDERAGE"
    OMBUD_SUBJECT_MINOR = "OMBUD_SUBJECT_MINOR"
    OMBUD_SUBJECT_PROTECTED = "OMBUD_SUBJECT_PROTECTED"
    OMBUD_NO_LEGAL_BASIS = "OMBUD_NO_LEGAL_BASIS"
    GRANT_MISSING = "GRANT_MISSING"
    GRANT_REVOKED = "GRANT_REVOKED"
    GRANT_NOT_YET_VALID = "GRANT_NOT_YET_VALID"
    GRANT_EXPIRED = "GRANT_EXPIRED"
    GRANT_SCOPE = "GRANT_SCOPE"
    GRANT_PROVIDER = "GRANT_PROVIDER"

    # citizen channel: the record
    SECRECY_AGAINST_PATIENT = "SECRECY_AGAINST_PATIENT"
    SECRECY_AGAINST_GUARDIAN = "SECRECY_AGAINST_GUARDIAN"
    SVOD_2_6_NOT_FOR_PATIENT = "SVOD_2_6_NOT_FOR_PATIENT"
    NOT_APPROVED_FOR_PATIENT = "NOT_APPROVED_FOR_PATIENT"

    # any channel: what the person has written themself
    NOT_SHARED = "NOT_SHARED"
    SHARED_BY_PERSON = "SHARED_BY_PERSON"

    # staff: who, and in what assignment
    STAFF_OWN_RECORD = "STAFF_OWN_RECORD"
    CONTEXT_TAMPERED = "CONTEXT_TAMPERED"
    ADMIN_NO_CLINICAL = "ADMIN_NO_CLINICAL"
    LOG_REVIEW = "LOG_REVIEW"
    LOG_OTHER_PROVIDER = "LOG_OTHER_PROVIDER"
    BLOCK_ADMIN = "BLOCK_ADMIN"
    COMMISSION_MISSING = "COMMISSION_MISSING"
    COMMISSION_EXPIRED = "COMMISSION_EXPIRED"
    COMMISSION_PURPOSE = "COMMISSION_PURPOSE"
    COMMISSION_RIGHT = "COMMISSION_RIGHT"
    ROLE_INFO_TYPE = "ROLE_INFO_TYPE"
    NO_CARE_RELATION = "NO_CARE_RELATION"
    OUTSIDE_WINDOW = "OUTSIDE_WINDOW"
    DEPENDENCY_UNAVAILABLE = "DEPENDENCY_UNAVAILABLE"

    # staff: own provider
    OWN_UNIT = "OWN_UNIT"
    OWN_PROVIDER = "OWN_PROVIDER"
    OTHER_UNIT = "OTHER_UNIT"
    BLOCKED_INNER = "BLOCKED_INNER"
    BLOCK_LIFTED_CONSENT = "BLOCK_LIFTED_CONSENT"
    BLOCK_LIFTED_EMERGENCY = "BLOCK_LIFTED_EMERGENCY"

    # staff: across providers
    NOT_SVOD_CARE_TYPE = "NOT_SVOD_CARE_TYPE"
    NOT_AVAILABLE_SVOD = "NOT_AVAILABLE_SVOD"
    EXISTENCE_ONLY = "EXISTENCE_ONLY"
    BLOCK_INFO_NOT_FOR_OMSORG = "BLOCK_INFO_NOT_FOR_OMSORG"
    BLOCK_IDENTITY_EMERGENCY = "BLOCK_IDENTITY_EMERGENCY"
    BLOCK_EXISTENCE_ONLY = "BLOCK_EXISTENCE_ONLY"
    BLOCKED_OUTER = "BLOCKED_OUTER"
    DECEASED_NO_CONSENT = "DECEASED_NO_CONSENT"
    CONSENT = "CONSENT"
    CONSENT_REFUSED = "CONSENT_REFUSED"
    CONSENT_EXPIRED = "CONSENT_EXPIRED"
    CONSENT_SCOPE = "CONSENT_SCOPE"
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN"
    CONSENT_MISSING = "CONSENT_MISSING"
    EMERGENCY_ACCESS = "EMERGENCY_ACCESS"
    EMERGENCY_NOT_FOR_OMSORG = "EMERGENCY_NOT_FOR_OMSORG"
    EMERGENCY_REASON_REQUIRED = "EMERGENCY_REASON_REQUIRED"
    EMERGENCY_NO_DANGER = "EMERGENCY_NO_DANGER"
    EMERGENCY_CONSENT_OBTAINABLE = "EMERGENCY_CONSENT_OBTAINABLE"
    CHILD_NO_CONSENT_NEEDED = "CHILD_NO_CONSENT_NEEDED"
    SVOD_INCAPACITY = "SVOD_INCAPACITY"
    INCAPACITY_OMSORG_ONLY = "INCAPACITY_OMSORG_ONLY"
    INCAPACITY_NOT_ATTESTED = "INCAPACITY_NOT_ATTESTED"

    # staff: what is left out
    PROTECTED_IDENTITY_REDACTED = "PROTECTED_IDENTITY_REDACTED"


class Law(StrEnum):
    """The ground of a rule, as it is said to a lawyer.

    `POLICY` and `NATIONAL_RULE` are not law: the customer, and the national agreement on residents'
    direct access, may change them.
    """

    FB_6_2 = "föräldrabalken 6 kap. 2 §"
    FB_6_11 = "föräldrabalken 6 kap. 11 §"
    PDL_2_4 = "patientdatalagen (2008:355) 2 kap. 4 §"
    PDL_4_1 = "patientdatalagen (2008:355) 4 kap. 1 §"
    PDL_4_1_2 = "patientdatalagen (2008:355) 4 kap. 1–2 §§"
    PDL_4_3 = "patientdatalagen (2008:355) 4 kap. 3 §"
    PDL_4_4 = "patientdatalagen (2008:355) 4 kap. 4 §"
    PDL_4_5 = "patientdatalagen (2008:355) 4 kap. 5 §"
    PDL_5_5 = "patientdatalagen (2008:355) 5 kap. 5 §"
    GDPR_CONSENT = "dataskyddsförordningen (EU) 2016/679 artikel 6.1 a och 9.2 a"
    HFD_2017_67 = "patientdatalagen (2008:355) 5 kap. 5 §, HFD 2017 ref. 67"
    OSL_12_3 = "offentlighets- och sekretesslagen (2009:400) 12 kap. 3 §"
    OSL_21_22 = "offentlighets- och sekretesslagen (2009:400) 21 kap. 3 § och 22 kap."
    OSL_25_6 = "offentlighets- och sekretesslagen (2009:400) 25 kap. 6 §"
    OWN_CARE = "patientdatalagen (2008:355) 4 kap. 1–2 §§, i socialtjänsten lagen (2001:454) 10 §"
    SOLPUL_10 = "lagen (2001:454) om behandling av personuppgifter inom socialtjänsten 10 §"
    SVOD_1_3 = "lagen (2022:913) om sammanhållen vård- och omsorgsdokumentation 1 kap. 3 §"
    SVOD_2_3 = "lagen (2022:913) om sammanhållen vård- och omsorgsdokumentation 2 kap. 3 §"
    SVOD_2_4 = "lagen (2022:913) om sammanhållen vård- och omsorgsdokumentation 2 kap. 4 §"
    SVOD_2_5 = "lagen (2022:913) om sammanhållen vård- och omsorgsdokumentation 2 kap. 5 §"
    SVOD_3_1 = "lagen (2022:913) om sammanhållen vård- och omsorgsdokumentation 3 kap. 1–2 §§"
    SVOD_3_3 = "lagen (2022:913) om sammanhållen vård- och omsorgsdokumentation 3 kap. 3–4 §§"
    SVOD_3_4 = "lagen (2022:913) om sammanhållen vård- och omsorgsdokumentation 3 kap. 4 §"
    SVOD_3_5 = "lagen (2022:913) om sammanhållen vård- och omsorgsdokumentation 3 kap. 5–6 §§"
    SVOD_3_6 = "lagen (2022:913) om sammanhållen vård- och omsorgsdokumentation 3 kap. 6 §"
    SVOD_4_2 = "lagen (2022:913) om sammanhållen vård- och omsorgsdokumentation 4 kap. 2 §"
    SVOD_4_3 = "lagen (2022:913) om sammanhållen vård- och omsorgsdokumentation 4 kap. 3 §"
    HSLF_2016_40 = "HSLF-FS 2016:40 4 kap. 9 §"
    NATIONAL_RULE = "nationellt regelverk för invånares direktåtkomst"
    POLICY = "portalens policy"


LAW: Final[Mapping[Reason, Law]] = MappingProxyType(
    {
        Reason.INVALID_CONTEXT: Law.POLICY,
        Reason.AUTHN_LOA_TOO_LOW: Law.HSLF_2016_40,
        Reason.SUBJECT_DECEASED: Law.NATIONAL_RULE,
        Reason.SELF: Law.PDL_5_5,
        Reason.SELF_EARLY_ACCESS: Law.PDL_5_5,
        Reason.NOT_SELF: Law.PDL_5_5,
        Reason.LOGIN_LOCKED: Law.NATIONAL_RULE,
        Reason.SUBJECT_SEALED: Law.NATIONAL_RULE,
        Reason.CHILD_UNDER_13: Law.NATIONAL_RULE,
        Reason.CHILD_13_15_NO_ACCESS: Law.NATIONAL_RULE,
        Reason.ACTING_CONTEXT_MISMATCH: Law.PDL_5_5,
        Reason.LEGAL_REP_NOT_SUPPORTED: Law.POLICY,
        Reason.GUARDIAN: Law.FB_6_11,
        Reason.GUARDIAN_EXTENDED: Law.NATIONAL_RULE,
        Reason.GUARDIAN_NOT_REGISTERED: Law.FB_6_2,
        Reason.GUARDIAN_BLOCKED: Law.NATIONAL_RULE,
        Reason.GUARDIAN_CHILD_PROTECTED: Law.OSL_21_22,
        Reason.GUARDIAN_CHILD_16_PLUS: Law.NATIONAL_RULE,
        Reason.GUARDIAN_CHILD_13_15: Law.NATIONAL_RULE,
        Reason.OMBUD: Law.POLICY,
        Reason.OMBUD_UNDERAGE: Law.POLICY,
        Reason.OMBUD_SUBJECT_MINOR: Law.POLICY,
        Reason.OMBUD_SUBJECT_PROTECTED: Law.OSL_21_22,
        Reason.OMBUD_NO_LEGAL_BASIS: Law.HFD_2017_67,
        Reason.GRANT_MISSING: Law.POLICY,
        Reason.GRANT_REVOKED: Law.POLICY,
        Reason.GRANT_NOT_YET_VALID: Law.POLICY,
        Reason.GRANT_EXPIRED: Law.POLICY,
        Reason.GRANT_SCOPE: Law.POLICY,
        Reason.GRANT_PROVIDER: Law.POLICY,
        Reason.SECRECY_AGAINST_PATIENT: Law.OSL_25_6,
        Reason.SECRECY_AGAINST_GUARDIAN: Law.OSL_12_3,
        Reason.SVOD_2_6_NOT_FOR_PATIENT: Law.SVOD_4_2,
        Reason.NOT_APPROVED_FOR_PATIENT: Law.NATIONAL_RULE,
        Reason.NOT_SHARED: Law.GDPR_CONSENT,
        Reason.SHARED_BY_PERSON: Law.GDPR_CONSENT,
        Reason.STAFF_OWN_RECORD: Law.PDL_4_1,
        Reason.CONTEXT_TAMPERED: Law.HSLF_2016_40,
        Reason.ADMIN_NO_CLINICAL: Law.PDL_4_1_2,
        Reason.LOG_REVIEW: Law.PDL_4_3,
        Reason.LOG_OTHER_PROVIDER: Law.PDL_4_3,
        Reason.BLOCK_ADMIN: Law.PDL_4_5,
        Reason.COMMISSION_MISSING: Law.HSLF_2016_40,
        Reason.COMMISSION_EXPIRED: Law.HSLF_2016_40,
        Reason.COMMISSION_PURPOSE: Law.PDL_2_4,
        Reason.COMMISSION_RIGHT: Law.PDL_4_1_2,
        Reason.ROLE_INFO_TYPE: Law.SVOD_4_3,
        Reason.NO_CARE_RELATION: Law.PDL_4_1,
        Reason.OUTSIDE_WINDOW: Law.POLICY,
        Reason.DEPENDENCY_UNAVAILABLE: Law.SVOD_2_3,
        Reason.OWN_UNIT: Law.OWN_CARE,
        Reason.OWN_PROVIDER: Law.OWN_CARE,
        Reason.OTHER_UNIT: Law.SOLPUL_10,
        Reason.BLOCKED_INNER: Law.PDL_4_4,
        Reason.BLOCK_LIFTED_CONSENT: Law.PDL_4_5,
        Reason.BLOCK_LIFTED_EMERGENCY: Law.PDL_4_5,
        Reason.NOT_SVOD_CARE_TYPE: Law.SVOD_1_3,
        Reason.NOT_AVAILABLE_SVOD: Law.SVOD_2_4,
        Reason.EXISTENCE_ONLY: Law.SVOD_2_4,
        Reason.BLOCK_INFO_NOT_FOR_OMSORG: Law.SVOD_2_5,
        Reason.BLOCK_IDENTITY_EMERGENCY: Law.SVOD_3_5,
        Reason.BLOCK_EXISTENCE_ONLY: Law.SVOD_2_5,
        Reason.BLOCKED_OUTER: Law.SVOD_2_3,
        Reason.DECEASED_NO_CONSENT: Law.SVOD_3_1,
        Reason.CONSENT: Law.SVOD_3_1,
        Reason.CONSENT_REFUSED: Law.SVOD_3_6,
        Reason.CONSENT_EXPIRED: Law.SVOD_3_1,
        Reason.CONSENT_SCOPE: Law.SVOD_3_1,
        Reason.CONSENT_WITHDRAWN: Law.SVOD_3_1,
        Reason.CONSENT_MISSING: Law.SVOD_3_1,
        Reason.EMERGENCY_ACCESS: Law.SVOD_3_6,
        Reason.EMERGENCY_NOT_FOR_OMSORG: Law.SVOD_3_5,
        Reason.EMERGENCY_REASON_REQUIRED: Law.SVOD_3_6,
        Reason.EMERGENCY_NO_DANGER: Law.SVOD_3_6,
        Reason.EMERGENCY_CONSENT_OBTAINABLE: Law.SVOD_3_6,
        Reason.CHILD_NO_CONSENT_NEEDED: Law.SVOD_3_1,
        Reason.SVOD_INCAPACITY: Law.SVOD_3_3,
        Reason.INCAPACITY_OMSORG_ONLY: Law.SVOD_3_4,
        Reason.INCAPACITY_NOT_ATTESTED: Law.SVOD_3_3,
        Reason.PROTECTED_IDENTITY_REDACTED: Law.OSL_21_22,
    }
)

EMERGENCY_OPENINGS: Final = frozenset(
    {
        Reason.EMERGENCY_ACCESS,
        Reason.BLOCK_LIFTED_EMERGENCY,
        Reason.BLOCK_IDENTITY_EMERGENCY,
    }
)
"""Logged as Nödöppning instead of Läsa."""

TO_REVIEW: Final = EMERGENCY_OPENINGS | {
    Reason.SVOD_INCAPACITY,
    Reason.PROTECTED_IDENTITY_REDACTED,
    Reason.CONTEXT_TAMPERED,
    Reason.ACTING_CONTEXT_MISMATCH,
    Reason.NOT_SELF,
    Reason.STAFF_OWN_RECORD,
}
"""Flagged for whoever checks the logs."""
