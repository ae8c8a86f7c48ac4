"""What a rule says, and the words that the whole house uses for it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from stodtjanster.model import PersonIdKind, Situation

__all__ = ["Decision", "Law", "Policy", "Reason", "Resource", "age_on"]


class Reason(StrEnum):
    """Reason codes of the decision rules. A permit is named by its ground."""

    SELF = "SELF"
    INVALID_CONTEXT = "INVALID_CONTEXT"
    AUTHN_LOA_TOO_LOW = "AUTHN_LOA_TOO_LOW"
    NOT_SELF = "NOT_SELF"
    SUBJECT_DECEASED = "SUBJECT_DECEASED"
    LOGIN_LOCKED = "LOGIN_LOCKED"
    SUBJECT_SEALED = "SUBJECT_SEALED"
    CHILD_UNDER_13 = "CHILD_UNDER_13"
    CHILD_13_15_NO_ACCESS = "CHILD_13_15_NO_ACCESS"
    SECRECY_AGAINST_PATIENT = "SECRECY_AGAINST_PATIENT"
    SVOD_2_6_NOT_FOR_PATIENT = "SVOD_2_6_NOT_FOR_PATIENT"
    NOT_APPROVED_FOR_PATIENT = "NOT_APPROVED_FOR_PATIENT"


class Law(StrEnum):
    """The ground of a rule, as it is said to a lawyer."""

    PDL_5_5 = "patientdatalagen (2008:355) 5 kap. 5 §"
    OSL_25_6 = "offentlighets- och sekretesslagen (2009:400) 25 kap. 6 §"
    SVOD_4_2 = "lagen (2022:913) om sammanhållen vård- och omsorgsdokumentation 4 kap. 2 §"
    HSLF_2016_40 = "HSLF-FS 2016:40 4 kap. 9 §"
    NATIONAL_RULE = "nationellt regelverk för invånares direktåtkomst"
    POLICY = "portalens policy"


@dataclass(frozen=True, slots=True)
class Decision:
    """Permitted or not, the first reason, and every reason that stands against it."""

    permitted: bool
    reason: Reason
    law: Law
    against: tuple[tuple[Reason, Law], ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """Constants that the customer decides."""

    accepted_loa: frozenset[str] = frozenset({"loa3", "loa4"})
    child_age: int = 13
    adult_access_age: int = 16
    approval_not_needed: frozenset[str] = frozenset({"contact_person", "access_log"})


@dataclass(frozen=True, slots=True)
class Resource:
    """What the rules may know of a record, or of a kind of record before any was fetched."""

    info_type: str
    approved_for_patient: bool | None = True
    made_available_under: str | None = None
    against_patient: bool = False


def age_on(situation: Situation) -> int:
    """Whole years of the subject on the Swedish day of the situation.

    Someone born on 29 February comes of age on 1 March in common years: their own access is never
    opened a day too early.
    """
    person = situation.subject.person
    if person.kind is PersonIdKind.RESERVNUMMER:
        raise ValueError("a reserve number says nothing sure of age")
    born, today = person.birth_date, situation.today
    return _years(born, today)


def _years(born: date, today: date) -> int:
    before_birthday = (today.month, today.day) < (born.month, born.day)
    return today.year - born.year - before_birthday
