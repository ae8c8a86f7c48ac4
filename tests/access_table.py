"""What the decision rules say, sentence by sentence: a base case, what is changed, what follows.

The numbers are those of the rules (docs/access.md). Rows are built without ../shared: they are
read from the words of the rules, not from the worked cases.
"""

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

from stodtjanster.access.case import Case, Dependencies, Facts, Resource
from stodtjanster.access.cases import Expected, WrittenCase
from stodtjanster.model import Subject

REGA, REGB, KOMO = (f"TSTNMT2321000156-{name}" for name in ("REGA", "REGB", "KOMO"))
VCA1, VCA2, PSA1, VCB1 = (f"TSTNMT2321000156-{name}" for name in ("VCA1", "VCA2", "PSA1", "VCB1"))
HT01, HT02, BIS1 = (f"TSTNMT2321000156-{name}" for name in ("HT01", "HT02", "BIS1"))
STAFF, OTHER_STAFF = "TSTNMT2321000156-S001", "TSTNMT2321000156-S009"

NOW = "2026-11-20T10:00:00+01:00"
ADULT = "196408233234"
OMBUD_PERSON = "199206282387"
PARENT = "198510219994"
EMPLOYEE = "199005112389"
CHILD_8 = "201803092384"  # born 2018-03-09
CHILD_15 = "201111042386"  # born 2011-11-04
LEAP_2024 = "202402292383"
LEAP_2000 = "200002292399"
COORDINATION_13 = "201310752389"  # born 2013-10-15
COORDINATION_12 = "201311842395"  # born 2013-11-24
COORDINATION_17 = "200812872380"  # born 2008-12-27

VISIT_FIELDS = ("start", "end", "status", "location", "unit_name")
LOG_FIELDS = ("time", "provider", "unit", "purpose", "resource_type")
HIDDEN = ("address", "phone", "location")
CLINICAL = (
    "booked_visit",
    "care_contact",
    "care_plan",
    "implementation_plan",
    "contact_person",
    "medication",
    "diagnosis",
    "lab",
    "note",
    "decision",
)
META = ("existence", "block_info")
EVERY_TYPE = (*CLINICAL, "message", "access_log", *META)
CLINICAL_ROLES = {
    "lakare": CLINICAL,
    "sjukskoterska": CLINICAL,
    "rehab": CLINICAL,
    "underskoterska_hsl": ("booked_visit", "care_contact", "care_plan", "contact_person"),
    "hemtjanst": ("booked_visit",),
    "fast_omsorgskontakt": ("booked_visit", "contact_person", "care_plan"),
    "bistandshandlaggare": (
        "booked_visit",
        "contact_person",
        "care_plan",
        "implementation_plan",
        "decision",
    ),
}


@dataclass(frozen=True, slots=True)
class Row:
    rule: str
    says: str
    case: Case
    expect: Expected
    policy: dict[str, Any] = field(default_factory=dict)


Written = dict[str, Any]


def changed(base: Written, changes: Written) -> Written:
    """A copy of `base`, where each dotted name of `changes` has its value."""
    made = deepcopy(base)
    for name, value in changes.items():
        *path, last = name.split(".")
        place = made
        for part in path:
            place = place[part]
        place[last] = value
    return made


CITIZEN: Written = {
    "id": "row",
    "now": NOW,
    "actor": {"kind": "citizen", "person_id": ADULT, "loa": "loa3", "acting_for": None},
    "subject": {
        "person_id": ADULT,
        "deceased": False,
        "protected": "none",
        "sealed": False,
        "login_locked": False,
        "capacity": "full",
        "consent_capable": True,
    },
    "resource": {
        "info_type": "booked_visit",
        "source_type": "vardgivare",
        "provider": REGA,
        "unit": VCA1,
        "documented_at": "2026-11-01T09:00:00+01:00",
        "start": "2026-11-25T13:30:00+01:00",
        "approved_for_patient": True,
        "available_svod": True,
        "made_available_under": "2:4",
        "secrecy": [],
        "sensitive_unit": False,
        "has_internal_notes": False,
        "blocks": [],
    },
    "relation": None,
    "consent": None,
    "emergency": None,
    "grant": None,
    "guardian": None,
    "early_access": None,
    "incapacity": None,
    "dependencies": {"blocking": "up", "consent": "up"},
}
CHILD = changed(CITIZEN, {"actor.person_id": CHILD_8, "subject.person_id": CHILD_8})
TEEN = changed(CITIZEN, {"actor.person_id": CHILD_15, "subject.person_id": CHILD_15})
EARLY = {"units": [VCA1], "valid_to": "2026-11-21"}
GUARDIAN = changed(
    CITIZEN,
    {
        "actor": {
            "kind": "guardian",
            "person_id": PARENT,
            "loa": "loa3",
            "acting_for": CHILD_8,
        },
        "subject.person_id": CHILD_8,
        "guardian": {"registered": True, "blocked": False, "extended_access": None},
    },
)
TEENS_GUARDIAN = changed(GUARDIAN, {"actor.acting_for": CHILD_15, "subject.person_id": CHILD_15})
OMBUD = changed(
    CITIZEN,
    {
        "actor": {
            "kind": "ombud",
            "person_id": OMBUD_PERSON,
            "loa": "loa3",
            "acting_for": ADULT,
        },
        "grant": {
            "grantor": ADULT,
            "grantee": OMBUD_PERSON,
            "scopes": ["booking", "contact", "plan"],
            "valid_from": "2026-01-01T00:00:00+01:00",
            "valid_to": "2027-01-01T00:00:00+01:00",
            "revoked_at": None,
            "providers": [],
        },
    },
)


def staff(role: str, side: str, provider: str, unit: str, rights: list[str]) -> Written:
    purpose = "VARD_OCH_BEHANDLING" if side == "vardgivare" else "OMSORG_SOL_LSS"
    return {
        "kind": "staff",
        "person_id": EMPLOYEE,
        "hsa_id": STAFF,
        "loa": "loa3",
        "role": role,
        "source_type": side,
        "context": {"provider": provider, "unit": unit},
        "commission": {
            "commission_hsa_id": "TSTNMT2321000156-C001",
            "purpose": purpose,
            "rights": rights,
            "provider": provider,
            "unit": unit,
            "valid_from": "2026-01-01",
            "valid_to": "2026-12-31",
        },
    }


NOTE = {"resource.info_type": "note", "resource.start": None}
PLAN = {"resource.info_type": "care_plan", "resource.start": None}
SVOD_ALL = ["Läsa;Alla;SJF"]
PATIENT = {"active": True, "basis": "patientrelation", "unit": None, "category": None}
DOCTOR = changed(
    CITIZEN,
    {"actor": staff("lakare", "vardgivare", REGA, VCA1, SVOD_ALL), "relation": PATIENT, **NOTE},
)
OTHER_UNIT = changed(DOCTOR, {"resource.unit": PSA1})
CROSS = changed(
    CITIZEN,
    {"actor": staff("lakare", "vardgivare", REGB, VCB1, SVOD_ALL), "relation": PATIENT, **PLAN},
)
CONSENT = {"status": "given", "unit": VCB1, "person_hsa_id": None, "valid_to": None}
CONSENTED = changed(CROSS, {"consent": CONSENT})


def omsorg(role: str, unit: str) -> Written:
    """Omsorg of the municipality reads a booked visit of the region, with consent."""
    actor = staff(role, "omsorgsgivare", KOMO, unit, [])
    insats = {"active": True, "basis": "insats", "unit": unit, "category": "aldre"}
    consent = {**CONSENT, "unit": unit}
    return changed(CITIZEN, {"actor": actor, "relation": insats, "consent": consent})


MUNICIPAL = {
    "resource.source_type": "omsorgsgivare",
    "resource.provider": KOMO,
    "resource.unit": HT01,
}
HEMTJANST = omsorg("hemtjanst", HT01)
HOME_OWN = changed(HEMTJANST, {**MUNICIPAL, "consent": None})
CONTACT = omsorg("fast_omsorgskontakt", HT01)
HANDLER = omsorg("bistandshandlaggare", BIS1)
HANDLER_OWN = changed(HANDLER, {**MUNICIPAL, "consent": None})


def administrator(role: str, info_type: str = "care_plan") -> Written:
    actor = staff(role, "vardgivare", REGA, VCA1, SVOD_ALL)
    actor["commission"]["purpose"] = "ADMINISTRATION"
    return changed(CITIZEN, {"actor": actor, "resource.info_type": info_type})


def permit(reason: str, *, activity: str = "Läsa", review: bool = False) -> Written:
    log = {"access_log": True, "activity": activity, "review": review}
    return {"decision": "permit", "reason": reason, "log": log}


def deny(reason: str, *, review: bool = False) -> Written:
    log = {"access_log": False, "activity": None, "review": review}
    return {"decision": "deny", "reason": reason, "log": log}


def redact(reason: str, **more: Any) -> Written:
    fields = {name: more.pop(name) for name in ("keep", "drop") if name in more}
    return {**permit(reason, **more), **fields, "decision": "redact"}


def inner(unit: str = PSA1, **more: Any) -> Written:
    return {
        "level": "inre",
        "provider": REGA,
        "unit": unit,
        "valid_from": "2020-01-01T00:00:00+01:00",
        "valid_to": None,
        "lifted": None,
        **more,
    }


def outer(**more: Any) -> Written:
    return inner(**{"unit": None, "level": "yttre", **more})


def lifted(kind: str = "consent", **more: Any) -> Written:
    return {"kind": kind, "unit": VCA1, "valid_to": "2026-11-21T00:00:00+01:00", **more}


EMERGENCY = {
    "declared": True,
    "danger": True,
    "consent_obtainable": False,
    "reason": "Medvetslös",
}
ATTESTED = {"attested": True}
Said = tuple[str, str, Written, Written, Written]


def _login() -> Iterator[Said]:
    for kind in ("", "robot", "Citizen", "professional"):
        yield "1", f"kind {kind!r}", CITIZEN, {"actor.kind": kind}, deny("INVALID_CONTEXT")
    unknown = {"actor.kind": "robot", "actor.loa": "loa1"}
    yield "1", "kind before loa", CITIZEN, unknown, deny("INVALID_CONTEXT")
    for loa in ("loa1", "loa2", "", "LOA3", "loa5"):
        low = {"actor.loa": loa}
        for base in (CITIZEN, GUARDIAN, OMBUD, DOCTOR, administrator("it_admin")):
            yield "2", f"loa {loa!r}", base, low, deny("AUTHN_LOA_TOO_LOW")
        legal = changed(OMBUD, {"actor.kind": "legal_representative", "actor.acting_for": None})
        yield "2", f"loa {loa!r}", legal, low, deny("AUTHN_LOA_TOO_LOW")
    yield "2", "loa4 is enough", CITIZEN, {"actor.loa": "loa4"}, permit("SELF")
    both = {"actor.loa": "loa2", "subject.person_id": CHILD_8}
    yield "2", "loa before 3", CITIZEN, both, deny("AUTHN_LOA_TOO_LOW")
    for base in (GUARDIAN, OMBUD):
        nobody = {**both, "actor.acting_for": None}
        yield "2", "loa before 3", base, nobody, deny("AUTHN_LOA_TOO_LOW")
    own = {"actor.loa": "loa2", "subject.person_id": EMPLOYEE}
    yield "2", "loa before 3", DOCTOR, own, deny("AUTHN_LOA_TOO_LOW")


def _context() -> Iterator[Said]:
    other = {"subject.person_id": CHILD_8}
    yield "3", "citizen, other person", CITIZEN, other, deny("NOT_SELF", review=True)
    acting = {**other, "actor.acting_for": CHILD_8}
    yield "3", "acting state is not for citizens", CITIZEN, acting, deny("NOT_SELF", review=True)
    mismatch = deny("ACTING_CONTEXT_MISMATCH", review=True)
    legal = changed(OMBUD, {"actor.kind": "legal_representative"})
    for base in (GUARDIAN, OMBUD, legal):
        yield "3", "acting for another", base, {"actor.acting_for": PARENT}, mismatch
        yield "3", "acting for nobody", base, {"actor.acting_for": None}, mismatch
        dead = {"actor.acting_for": None, "subject.deceased": True}
        yield "3", "before 5", base, dead, mismatch
    yield (
        "3",
        "before 5",
        CITIZEN,
        {**other, "subject.deceased": True},
        deny("NOT_SELF", review=True),
    )
    no = deny("LEGAL_REP_NOT_SUPPORTED")
    yield "4", "legal representative", legal, {}, no
    yield "4", "before 5", legal, {"subject.deceased": True}, no
    for base in (CITIZEN, GUARDIAN, OMBUD):
        dead = {"subject.deceased": True}
        yield "5", "deceased", base, dead, deny("SUBJECT_DECEASED")
        sealed = {**dead, "subject.sealed": True, "subject.login_locked": True}
        yield "5", "before 6", base, sealed, deny("SUBJECT_DECEASED")
        yield "6", "sealed", base, {"subject.sealed": True}, deny("SUBJECT_SEALED")
    locked = {"subject.login_locked": True}
    yield "6", "locked", CITIZEN, locked, deny("LOGIN_LOCKED")
    yield (
        "6",
        "locked before sealed",
        CITIZEN,
        {**locked, "subject.sealed": True},
        deny("LOGIN_LOCKED"),
    )
    yield "6", "the lock is for citizens", GUARDIAN, locked, permit("GUARDIAN")
    yield "6", "the lock is for citizens", OMBUD, locked, permit("OMBUD")
    for base in (CHILD, TEEN):
        yield "6", "before 7", base, {"subject.sealed": True}, deny("SUBJECT_SEALED")
        yield "6", "before 7", base, locked, deny("LOGIN_LOCKED")
    unregistered = {"subject.sealed": True, "guardian": None}
    yield "6", "before 8", GUARDIAN, unregistered, deny("SUBJECT_SEALED")
    child = {"actor.person_id": CHILD_15, "subject.sealed": True, "grant": None}
    yield "6", "before 9", OMBUD, child, deny("SUBJECT_SEALED")


def own(person: str, now: str) -> Written:
    return {"actor.person_id": person, "subject.person_id": person, "now": now}


def _own_ages() -> Iterator[Said]:
    under, teen, grown = deny("CHILD_UNDER_13"), deny("CHILD_13_15_NO_ACCESS"), permit("SELF")
    for person, now, expect in (
        (CHILD_8, NOW, under),
        (CHILD_8, "2031-03-08T23:59:59+01:00", under),
        (CHILD_8, "2031-03-09T00:00:00+01:00", teen),
        (CHILD_8, "2031-03-08T23:00:00+00:00", teen),
        (CHILD_8, "2034-03-08T23:59:59+01:00", teen),
        (CHILD_8, "2034-03-09T00:00:00+01:00", grown),
        (CHILD_15, "2027-11-03T23:59:59+01:00", teen),
        (CHILD_15, "2027-11-03T22:59:59+00:00", teen),
        (CHILD_15, "2027-11-03T23:00:00+00:00", grown),
        (COORDINATION_13, "2026-10-14T21:59:59+00:00", under),  # summer time: two hours
        (COORDINATION_13, "2026-10-14T22:00:00+00:00", teen),
        (COORDINATION_12, "2026-11-23T23:59:59+01:00", under),
        (COORDINATION_12, "2026-11-24T00:00:00+01:00", teen),
        (COORDINATION_17, NOW, grown),
        (LEAP_2024, "2037-02-28T23:59:59+01:00", under),
        (LEAP_2024, "2037-03-01T00:00:00+01:00", teen),
        (LEAP_2024, "2040-02-28T23:59:59+01:00", teen),
        (LEAP_2024, "2040-02-29T00:00:00+01:00", grown),
        (LEAP_2000, "2016-02-29T00:00:00+01:00", grown),
        (LEAP_2000, "2016-02-28T12:00:00+01:00", teen),
        (LEAP_2000, "2013-02-28T12:00:00+01:00", under),
        (LEAP_2000, "2013-03-01T00:00:00+01:00", teen),
        ("19000101XXXX", NOW, under),
    ):
        yield "7", f"born {person[:8]} at {now}", CITIZEN, own(person, now), expect
    early = permit("SELF_EARLY_ACCESS")
    for says, base, access, expect in (
        ("early access", TEEN, EARLY, early),
        ("early access, among other units", TEEN, {**EARLY, "units": [PSA1, VCA1]}, early),
        ("early access, other unit", TEEN, {**EARLY, "units": [PSA1]}, teen),
        ("early access, no unit", TEEN, {**EARLY, "units": []}, teen),
        ("early access, last day is excluded", TEEN, {**EARLY, "valid_to": "2026-11-20"}, teen),
        ("early access, ended", TEEN, {**EARLY, "valid_to": "2026-11-19"}, teen),
        ("early access under 13", CHILD, EARLY, under),
        ("early access is not needed", CITIZEN, EARLY, grown),
    ):
        yield "7", says, base, {"early_access": access}, expect
    last = {"early_access": EARLY, "now": "2026-11-20T23:59:59+01:00"}
    yield "7", "early access, last moment", TEEN, last, early
    after = {"early_access": EARLY, "now": "2026-11-20T23:00:00+00:00"}
    yield "7", "early access, Swedish midnight", TEEN, after, teen
    log = {"early_access": EARLY, "resource.info_type": "access_log"}
    yield "7", "early access to the log", TEEN, log, redact("SELF_EARLY_ACCESS", keep=LOG_FIELDS)
    secret = {"resource.secrecy": ["against_patient"]}
    yield "7", "before 10", TEEN, secret, teen
    yield (
        "7",
        "protected identity does not stop the person",
        CITIZEN,
        {"subject.protected": "skyddad_folkbokforing"},
        grown,
    )


def _guardians() -> Iterator[Said]:
    yield "8", "registered", GUARDIAN, {}, permit("GUARDIAN")
    blocked = {"guardian.blocked": True}
    protected = {"subject.protected": "sekretessmarkering"}
    for says, base, changes, reason in (
        ("no register entry", GUARDIAN, {"guardian": None}, "NOT_REGISTERED"),
        ("not registered", GUARDIAN, {"guardian.registered": False}, "NOT_REGISTERED"),
        (
            "not registered before blocked",
            GUARDIAN,
            {"guardian.registered": False, **blocked},
            "NOT_REGISTERED",
        ),
        ("blocked", GUARDIAN, blocked, "BLOCKED"),
        ("blocked before protected", GUARDIAN, {**blocked, **protected}, "BLOCKED"),
        ("protected", GUARDIAN, protected, "CHILD_PROTECTED"),
        (
            "protected",
            GUARDIAN,
            {"subject.protected": "skyddad_folkbokforing"},
            "CHILD_PROTECTED",
        ),
        ("protected before 13-15", TEENS_GUARDIAN, protected, "CHILD_PROTECTED"),
        (
            "protected before 16",
            TEENS_GUARDIAN,
            {**protected, "now": "2028-01-01T00:00:00+01:00"},
            "CHILD_PROTECTED",
        ),
        ("13-15", TEENS_GUARDIAN, {}, "CHILD_13_15"),
        ("13-15, no register entry", TEENS_GUARDIAN, {"guardian": None}, "NOT_REGISTERED"),
        (
            "13-15 before secrecy",
            TEENS_GUARDIAN,
            {"resource.secrecy": ["against_patient"]},
            "CHILD_13_15",
        ),
        ("16", TEENS_GUARDIAN, {"now": "2027-11-04T00:00:00+01:00"}, "CHILD_16_PLUS"),
        ("still 15", TEENS_GUARDIAN, {"now": "2027-11-03T23:59:59+01:00"}, "CHILD_13_15"),
        ("13th birthday", GUARDIAN, {"now": "2031-03-09T00:00:00+01:00"}, "CHILD_13_15"),
        ("13th birthday in UTC", GUARDIAN, {"now": "2031-03-08T23:00:00+00:00"}, "CHILD_13_15"),
        (
            "16 before secrecy",
            TEENS_GUARDIAN,
            {"now": "2028-01-01T00:00:00+01:00", "resource.secrecy": ["against_patient"]},
            "CHILD_16_PLUS",
        ),
    ):
        yield "8", says, base, changes, deny(f"GUARDIAN_{reason}")
    before = {"now": "2031-03-08T23:59:59+01:00"}
    yield "8", "the day before the 13th birthday", GUARDIAN, before, permit("GUARDIAN")
    for person, now, expect in (
        (LEAP_2024, "2037-02-27T23:59:59+01:00", permit("GUARDIAN")),
        (LEAP_2024, "2037-02-28T00:00:00+01:00", deny("GUARDIAN_CHILD_13_15")),
        (LEAP_2024, "2040-02-28T23:59:59+01:00", deny("GUARDIAN_CHILD_13_15")),
        (LEAP_2024, "2040-02-29T00:00:00+01:00", deny("GUARDIAN_CHILD_16_PLUS")),
        (LEAP_2000, "2013-02-28T00:00:00+01:00", deny("GUARDIAN_CHILD_13_15")),
        (COORDINATION_12, "2026-11-23T23:59:59+01:00", permit("GUARDIAN")),
        (COORDINATION_12, "2026-11-24T00:00:00+01:00", deny("GUARDIAN_CHILD_13_15")),
        ("20180101XXXX", NOW, deny("GUARDIAN_CHILD_16_PLUS")),
    ):
        changes = {"actor.acting_for": person, "subject.person_id": person, "now": now}
        yield "8", f"born {person[:8]} at {now}", GUARDIAN, changes, expect
    extended = permit("GUARDIAN_EXTENDED")
    no = deny("GUARDIAN_CHILD_13_15")
    for says, access, expect in (
        ("extended", EARLY, extended),
        ("extended, other unit", {**EARLY, "units": [PSA1]}, no),
        ("extended, last day is excluded", {**EARLY, "valid_to": "2026-11-20"}, no),
    ):
        yield "8", says, TEENS_GUARDIAN, {"guardian.extended_access": access}, expect
    thirteen = {"actor.acting_for": COORDINATION_13, "subject.person_id": COORDINATION_13}
    just = {**thirteen, "guardian.extended_access": EARLY, "now": "2026-10-15T00:00:00+02:00"}
    yield "8", "extended from the 13th birthday", GUARDIAN, just, extended
    forever = {"guardian.extended_access": {**EARLY, "valid_to": "2030-01-01"}}
    grown = {**forever, "now": "2027-11-04T00:00:00+01:00"}
    yield "8", "extended at 16", TEENS_GUARDIAN, grown, deny("GUARDIAN_CHILD_16_PLUS")
    yield "8", "extended is not needed", GUARDIAN, forever, permit("GUARDIAN")
    yield (
        "8",
        "extended, but blocked",
        TEENS_GUARDIAN,
        {**forever, **blocked},
        deny("GUARDIAN_BLOCKED"),
    )
    yield "8", "early access is the child's", TEENS_GUARDIAN, {"early_access": EARLY}, no
    theirs = {"guardian": TEENS_GUARDIAN["guardian"] | {"extended_access": EARLY}}
    yield "8", "extended access is the guardian's", TEEN, theirs, deny("CHILD_13_15_NO_ACCESS")


def _ombud() -> Iterator[Said]:
    def for_subject(person: str, now: str = NOW) -> Written:
        return {
            "actor.acting_for": person,
            "subject.person_id": person,
            "grant.grantor": person,
            "grant.valid_from": "2000-01-01T00:00:00+01:00",
            "grant.valid_to": "2100-01-01T00:00:00+01:00",
            "now": now,
        }

    def by(person: str, now: str = NOW) -> Written:
        return {
            "actor.person_id": person,
            "grant.grantee": person,
            "grant.valid_from": "2000-01-01T00:00:00+01:00",
            "grant.valid_to": "2100-01-01T00:00:00+01:00",
            "now": now,
        }

    yes, minor = permit("OMBUD"), deny("OMBUD_SUBJECT_MINOR")
    underage = deny("OMBUD_UNDERAGE")
    yield "9", "grant", OMBUD, {}, yes
    for person, now, expect in (
        (COORDINATION_17, "2026-12-26T23:59:59+01:00", False),
        (COORDINATION_17, "2026-12-27T00:00:00+01:00", True),
        (COORDINATION_17, "2026-12-26T23:00:00+00:00", True),
        (LEAP_2024, "2042-02-28T23:59:59+01:00", False),
        (LEAP_2024, "2042-03-01T00:00:00+01:00", True),
        ("19000101XXXX", NOW, False),
    ):
        says = f"born {person[:8]} at {now}"
        yield "9", f"ombud {says}", OMBUD, by(person, now), yes if expect else underage
        yield "9", f"grantor {says}", OMBUD, for_subject(person, now), yes if expect else minor
    both = {"actor.person_id": CHILD_15, "subject.person_id": CHILD_8, "actor.acting_for": CHILD_8}
    yield "9", "underage before minor", OMBUD, both, underage
    protected = {"subject.protected": "sekretessmarkering"}
    yield "9", "minor before protected", OMBUD, {**for_subject(CHILD_8), **protected}, minor
    yield "9", "protected", OMBUD, protected, deny("OMBUD_SUBJECT_PROTECTED")
    yield (
        "9",
        "protected before missing",
        OMBUD,
        {**protected, "grant": None},
        deny("OMBUD_SUBJECT_PROTECTED"),
    )
    revoked = {"grant.revoked_at": "2026-11-20T09:59:59+01:00"}
    early = {"grant.valid_from": "2026-11-20T10:00:01+01:00"}
    late = {"grant.valid_to": NOW}
    journal = {"resource.info_type": "note"}
    nothing = {"grant.scopes": []}
    elsewhere = {"grant.providers": [REGB]}
    for says, changes, reason in (
        ("no grant", {"grant": None}, "GRANT_MISSING"),
        ("other grantor", {"grant.grantor": PARENT}, "GRANT_MISSING"),
        ("other grantee", {"grant.grantee": PARENT}, "GRANT_MISSING"),
        (
            "the other way round",
            {"grant.grantor": OMBUD_PERSON, "grant.grantee": ADULT},
            "GRANT_MISSING",
        ),
        ("missing before revoked", {"grant.grantee": PARENT, **revoked}, "GRANT_MISSING"),
        ("revoked", revoked, "GRANT_REVOKED"),
        ("revoked now", {"grant.revoked_at": NOW}, "GRANT_REVOKED"),
        ("revoked before not yet", {**revoked, **early}, "GRANT_REVOKED"),
        ("revoked before expired", {**revoked, **late}, "GRANT_REVOKED"),
        ("not yet", early, "GRANT_NOT_YET_VALID"),
        ("not yet before expired", {**early, **late}, "GRANT_NOT_YET_VALID"),
        ("expired now", late, "GRANT_EXPIRED"),
        ("expired in UTC", {"grant.valid_to": "2026-11-20T09:00:00+00:00"}, "GRANT_EXPIRED"),
        ("expired before basis", {**late, **journal}, "GRANT_EXPIRED"),
        ("no legal basis before scope", {**journal, **nothing}, "OMBUD_NO_LEGAL_BASIS"),
        ("scope", nothing, "GRANT_SCOPE"),
        ("scope before provider", {**nothing, **elsewhere}, "GRANT_SCOPE"),
        ("provider", elsewhere, "GRANT_PROVIDER"),
        (
            "provider before secrecy",
            {**elsewhere, "resource.secrecy": ["against_patient"]},
            "GRANT_PROVIDER",
        ),
    ):
        yield "9", says, OMBUD, changes, deny(reason)
    for says, changes in (
        ("from now", {"grant.valid_from": NOW}),
        ("the last moment", {"grant.valid_to": "2026-11-20T10:00:01+01:00"}),
        ("the provider", {"grant.providers": [REGB, REGA]}),
        ("the only scope needed", {"grant.scopes": ["booking"]}),
    ):
        yield "9", says, OMBUD, changes, yes
    scopes = {
        "booked_visit": "booking",
        "contact_person": "contact",
        "care_plan": "plan",
        "implementation_plan": "plan",
    }
    every = ["booking", "contact", "plan", "message", "log", "journal"]
    for info_type in EVERY_TYPE:
        kind = {"resource.info_type": info_type}
        scope = scopes.get(info_type)
        expect = yes if scope else deny("OMBUD_NO_LEGAL_BASIS")
        yield "9", f"all scopes, {info_type}", OMBUD, {**kind, "grant.scopes": every}, expect
        if scope:
            yield "9", f"{scope}, {info_type}", OMBUD, {**kind, "grant.scopes": [scope]}, yes
            others = [one for one in every if one != scope]
            yield (
                "9",
                f"without {scope}",
                OMBUD,
                {**kind, "grant.scopes": others},
                deny("GRANT_SCOPE"),
            )


def _records() -> Iterator[Said]:
    basis = {"SELF": CITIZEN, "GUARDIAN": GUARDIAN, "OMBUD": OMBUD}
    for reason, base in basis.items():
        secret = {"resource.secrecy": ["against_patient"]}
        published = {"resource.made_available_under": "2:6"}
        unapproved = {"resource.approved_for_patient": False}
        yield "10", "secret", base, secret, deny("SECRECY_AGAINST_PATIENT")
        yield "10", "before 11", base, {**secret, **published}, deny("SECRECY_AGAINST_PATIENT")
        guarded = {"resource.secrecy": ["against_guardian"]}
        is_guardian = reason == "GUARDIAN"
        yield (
            "10",
            "against guardian",
            base,
            guarded,
            (deny("SECRECY_AGAINST_GUARDIAN") if is_guardian else permit(reason)),
        )
        both = {"resource.secrecy": ["against_guardian", "against_patient"]}
        yield "10", "both", base, both, deny("SECRECY_AGAINST_PATIENT")
        if is_guardian:
            yield (
                "10",
                "before 11",
                base,
                {**guarded, **published},
                deny("SECRECY_AGAINST_GUARDIAN"),
            )
        yield "11", "2:6", base, published, deny("SVOD_2_6_NOT_FOR_PATIENT")
        yield "11", "before 12", base, {**published, **unapproved}, deny("SVOD_2_6_NOT_FOR_PATIENT")
        unpublished = {"resource.made_available_under": None}
        yield "11", "not published at all", base, unpublished, permit(reason)
        yield "12", "not approved", base, unapproved, deny("NOT_APPROVED_FOR_PATIENT")
        unsaid = {"resource.approved_for_patient": None}
        yield "12", "not said", base, unsaid, deny("NOT_APPROVED_FOR_PATIENT")
        contact = {"resource.info_type": "contact_person"}
        yield "12", "contact, not said", base, {**contact, **unsaid}, permit(reason)
        yield "12", "contact, no", base, {**contact, **unapproved}, deny("NOT_APPROVED_FOR_PATIENT")
        notes = {"resource.has_internal_notes": True}
        yield "14", "internal notes", base, notes, redact(reason, drop=("internal_notes",))
        blocked = {"resource.blocks": [inner(VCA1), outer()]}
        yield "14", "blocks do not hide", base, blocked, permit(reason)
        unavailable = {
            "resource.available_svod": False,
            "dependencies": {"blocking": "down", "consent": "down"},
        }
        yield "14", "what is for staff only", base, unavailable, permit(reason)
    for base in (CITIZEN, GUARDIAN):
        reason = "SELF" if base is CITIZEN else "GUARDIAN"
        log = {"resource.info_type": "access_log"}
        seen = redact(reason, keep=LOG_FIELDS)
        yield "14", "access log", base, log, seen
        yield "12", "log, not said", base, {**log, "resource.approved_for_patient": None}, seen
        yield (
            "12",
            "log, no",
            base,
            {**log, "resource.approved_for_patient": False},
            deny("NOT_APPROVED_FOR_PATIENT"),
        )
        yield "14", "log with notes", base, {**log, "resource.has_internal_notes": True}, seen
        for info_type in (*META, "something_new"):
            kind = {"resource.info_type": info_type}
            yield "13", info_type, base, kind, deny("INVALID_CONTEXT")
            yield (
                "13",
                f"{info_type}, after 12",
                base,
                {
                    **kind,
                    "resource.approved_for_patient": None,
                },
                deny("NOT_APPROVED_FOR_PATIENT"),
            )
        for info_type in (*CLINICAL, "message"):
            kind = {"resource.info_type": info_type}
            yield "14", info_type, base, kind, permit(reason)


def _employees() -> Iterator[Said]:
    self_read = {"subject.person_id": EMPLOYEE}
    own_record = deny("STAFF_OWN_RECORD", review=True)
    tampered = deny("CONTEXT_TAMPERED", review=True)
    administrators = ("it_admin", "support", "loggadministrator", "sparradministrator")
    for base in (DOCTOR, CONSENTED, HEMTJANST, HOME_OWN, *map(administrator, administrators)):
        yield "3", "own record", base, self_read, own_record
        elsewhere = {"actor.context": {"provider": REGA, "unit": PSA1}}
        yield "3", "before 4", base, {**self_read, **elsewhere}, own_record
        yield "3", "before 6", base, {**self_read, "actor.commission": None}, own_record
        yield "4", "other unit", base, elsewhere, tampered
        provider = {"actor.context": {**base["actor"]["context"], "provider": PSA1}}
        yield "4", "other provider", base, provider, tampered
        yield "4", "no context", base, {"actor.context": None}, tampered
    yield (
        "4",
        "before 5",
        administrator("it_admin"),
        {"actor.context": {"provider": REGA, "unit": PSA1}},
        tampered,
    )
    changes = {"actor.context": {"provider": REGA, "unit": PSA1}, "relation": None}
    expired = {**changes, "actor.commission.valid_to": "2025-12-31"}
    yield "4", "before 6", DOCTOR, expired, tampered
    same = {"actor.context": {"provider": REGA.lower(), "unit": VCA1.lower()}}
    yield "4", "HSA-ids have no case", DOCTOR, same, permit("OWN_UNIT")


def _administrators() -> Iterator[Said]:
    no = deny("ADMIN_NO_CLINICAL")
    for role in ("it_admin", "support", "loggadministrator", "sparradministrator"):
        for info_type in EVERY_TYPE:
            base = administrator(role, info_type)
            expect = no
            if (role, info_type) == ("loggadministrator", "access_log"):
                expect = permit("LOG_REVIEW")
                other = {"resource.provider": REGB}
                yield "5", "log of another", base, other, deny("LOG_OTHER_PROVIDER")
                nowhere = {"actor.context": None, "actor.commission": None}
                yield "5", "of nobody", base, nowhere, deny("LOG_OTHER_PROVIDER")
            if (role, info_type) == ("sparradministrator", "block_info"):
                expect = permit("BLOCK_ADMIN")
                other = {"resource.provider": REGB}
                yield "5", "blocks of another", base, other, no
                yield (
                    "5",
                    "of nobody",
                    base,
                    {
                        "actor.context": None,
                        "actor.commission": None,
                    },
                    no,
                )
            yield "5", f"{role} {info_type}", base, {}, expect
            if expect is not no:
                unit = {"resource.unit": PSA1, "resource.source_type": "omsorgsgivare"}
                yield "5", "the whole provider", base, unit, expect
                yield "5", "no commission needed", base, {"actor.commission": None}, expect
                hidden = {"subject.protected": "sekretessmarkering"}
                yield "13", "not for administrators", base, hidden, expect


def _commissions() -> Iterator[Said]:
    missing, expired = deny("COMMISSION_MISSING"), deny("COMMISSION_EXPIRED")
    purpose = deny("COMMISSION_PURPOSE")
    stranger = {"relation": None}
    for base, ok in (
        (DOCTOR, permit("OWN_UNIT")),
        (HOME_OWN, permit("OWN_UNIT")),
        (CONSENTED, permit("CONSENT")),
    ):
        none = {"actor.commission": None}
        yield "6", "missing", base, none, missing
        yield "6", "before 8", base, {**none, **stranger}, missing
        last = {"now": "2026-12-31T23:59:59+01:00", "resource.start": "2026-12-31T23:59:59+01:00"}
        yield "6", "last day included", base, last, ok
        over = {"now": "2027-01-01T00:00:00+01:00"}
        yield "6", "over", base, over, expired
        yield "6", "over at Swedish midnight", base, {"now": "2026-12-31T23:00:00+00:00"}, expired
        begun = {"now": "2026-01-01T00:00:00+01:00", "resource.start": "2026-01-01T08:00:00+01:00"}
        yield "6", "first day included", base, begun, ok
        yield "6", "not begun", base, {"now": "2025-12-31T23:59:59+01:00"}, expired
        for word in (
            "ADMINISTRATION",
            "KVALITETSSAKRING",
            "ANNAN_DOKUMENTATION",
            "STATISTIK",
            "KVALITETSREGISTER",
            "Vård och behandling",
            "",
        ):
            yield "6", f"purpose {word!r}", base, {"actor.commission.purpose": word}, purpose
        both = {**over, "actor.commission.purpose": "STATISTIK"}
        yield "6", "expired before purpose", base, both, expired
        wrong = {"actor.commission.purpose": "STATISTIK", "resource.info_type": "message"}
        yield "6", "before 7", base, wrong, purpose
    yield (
        "6",
        "omsorg's purpose in healthcare",
        DOCTOR,
        {"actor.commission.purpose": "OMSORG_SOL_LSS"},
        purpose,
    )
    yield (
        "6",
        "healthcare's purpose in omsorg",
        HOME_OWN,
        {"actor.commission.purpose": "VARD_OCH_BEHANDLING"},
        purpose,
    )
    yield "6", "no side", DOCTOR, {"actor.source_type": None}, purpose


def _roles() -> Iterator[Said]:
    for role, types in CLINICAL_ROLES.items():
        vard = role in ("lakare", "sjukskoterska", "rehab", "underskoterska_hsl")
        base = changed(DOCTOR if vard else HOME_OWN, {"actor.role": role})
        for info_type in (*EVERY_TYPE, "something_new"):
            start = "2026-11-21T08:00:00+01:00" if info_type == "booked_visit" else None
            kind = {"resource.info_type": info_type, "resource.start": start}
            allowed = info_type in types or info_type in META
            expect = permit("OWN_UNIT") if allowed else deny("ROLE_INFO_TYPE")
            yield "7", f"{role} {info_type}", base, kind, expect
    for role in (None, "", "stadare", "Lakare"):
        for info_type in ("note", "existence"):
            changes = {"actor.role": role, "resource.info_type": info_type}
            yield "7", f"role {role!r}", DOCTOR, changes, deny("ROLE_INFO_TYPE")
    both = {"resource.info_type": "message", "relation": None}
    yield "7", "before 8", DOCTOR, both, deny("ROLE_INFO_TYPE")


def _relations() -> Iterator[Said]:
    no = deny("NO_CARE_RELATION")
    for base in (DOCTOR, CONSENTED, HEMTJANST, HOME_OWN, HANDLER):
        yield "8", "missing", base, {"relation": None}, no
        yield "8", "inactive", base, {"relation.active": False}, no
        for info_type in META:
            changes = {"relation.active": False, "resource.info_type": info_type}
            yield "8", f"also for {info_type}", base, changes, no
    far = {"relation": None, "resource.start": "2028-01-01T00:00:00+01:00"}
    yield "8", "before 9", HEMTJANST, far, no
    for basis in ("insats", "utredning", "patientrelation"):
        yield "8", basis, HANDLER_OWN, {"relation.basis": basis}, permit("OWN_PROVIDER")


def _windows() -> Iterator[Said]:
    no = deny("OUTSIDE_WINDOW")
    seen = redact("CONSENT", keep=VISIT_FIELDS)
    for base, last, first_outside, ok in (
        (HEMTJANST, "2026-12-03", "2026-12-04", seen),
        (CONTACT, "2026-12-19", "2026-12-20", permit("CONSENT")),
        (HANDLER, "2027-02-17", "2027-02-18", permit("CONSENT")),
        (HOME_OWN, "2026-12-03", "2026-12-04", permit("OWN_UNIT")),
    ):
        for start, expect in (
            ("2026-11-20T00:00:00+01:00", ok),
            ("2026-11-19T23:00:00+00:00", ok),
            ("2026-11-19T23:59:59+01:00", no),
            (f"{last}T23:59:59+01:00", ok),
            (f"{first_outside}T00:00:00+01:00", no),
            (f"{last}T23:00:00+00:00", no),
            ("2026-11-20", ok),
            (None, no),
        ):
            yield "9", f"start {start}", base, {"resource.start": start}, expect
    # Winter time begins in the night of 25 October 2026: fourteen days are an hour longer.
    october = {"now": "2026-10-20T10:00:00+02:00"}
    inside = {**october, "resource.start": "2026-11-02T23:59:59+01:00"}
    yield "9", "over the end of summer time", HEMTJANST, inside, seen
    outside = {**october, "resource.start": "2026-11-02T23:00:00+00:00"}
    yield "9", "over the end of summer time", HEMTJANST, outside, no
    late = {"now": "2026-11-19T23:30:00+00:00", "resource.start": "2026-11-19T12:00:00+01:00"}
    yield "9", "today is Swedish", HEMTJANST, late, no
    visit = {"resource.info_type": "booked_visit", "resource.start": None}
    yield "9", "no window for others", DOCTOR, visit, permit("OWN_UNIT")
    old = {**visit, "resource.start": "2019-01-01T08:00:00+01:00"}
    yield "9", "no window for others", CONSENTED, old, permit("CONSENT")
    plan = {"resource.info_type": "care_plan", "resource.start": "2019-01-01T08:00:00+01:00"}
    yield "9", "visits only", HANDLER, plan, permit("CONSENT")
    far = {"resource.start": "2028-01-01T00:00:00+01:00"}
    yield "9", "before 10", HOME_OWN, {**far, "resource.unit": HT02}, no
    yield "9", "before 10", HOME_OWN, {**far, "subject.deceased": True}, no
    yield "9", "before 11", HEMTJANST, {**far, "relation.category": "ifo"}, no


def _own_omsorg() -> Iterator[Said]:
    dead = {"subject.deceased": True}
    for base in (HOME_OWN, HANDLER_OWN):
        yield "10", "omsorg, deceased", base, dead, deny("SUBJECT_DECEASED")
    elsewhere = {"resource.unit": HT02}
    yield "10", "deceased before unit", HOME_OWN, {**dead, **elsewhere}, deny("SUBJECT_DECEASED")
    yield "10", "other unit", HOME_OWN, elsewhere, deny("OTHER_UNIT")
    contact = changed(CONTACT, {**MUNICIPAL, "consent": None})
    yield "10", "other unit", contact, elsewhere, deny("OTHER_UNIT")
    yield (
        "10",
        "unit before services",
        HOME_OWN,
        {
            **elsewhere,
            "dependencies.blocking": "down",
        },
        deny("OTHER_UNIT"),
    )
    yield "10", "handler, other unit", HANDLER_OWN, {}, permit("OWN_PROVIDER")
    yield "10", "handler, own unit", HANDLER_OWN, {"resource.unit": BIS1}, permit("OWN_UNIT")
    yield "10", "omsorg needs no right", HOME_OWN, {}, permit("OWN_UNIT")
    unpublished = {"resource.available_svod": False, "relation.category": "ifo"}
    yield "10", "SVOD is for others", HOME_OWN, unpublished, permit("OWN_UNIT")
    yield (
        "10",
        "handler, services down",
        HANDLER_OWN,
        {"dependencies.blocking": "down"},
        deny("DEPENDENCY_UNAVAILABLE"),
    )
    block = {**inner(HT01), "provider": KOMO}
    yield (
        "10",
        "handler, inner block",
        HANDLER_OWN,
        {"resource.blocks": [block]},
        deny("BLOCKED_INNER"),
    )
    refused = {"consent": {**CONSENT, "status": "refused"}}
    yield "10", "consent is for others", HOME_OWN, refused, permit("OWN_UNIT")


def _own_vard() -> Iterator[Said]:
    right = "actor.commission.rights"
    no = deny("COMMISSION_RIGHT")
    for rights, own_unit, other_unit in (
        (["Läsa;Alla;VE"], True, False),
        (["Läsa;Alla;VG"], True, True),
        (["Läsa;Alla;SJF"], True, True),
        (["läsa;alla;ve"], True, False),
        (["LÄSA;ALLA;VG"], True, True),
        (["Skriva;Alla;SJF"], False, False),
        (["Läsa;Alla;XX"], False, False),
        (["Läsa;Alla;"], False, False),
        (["Läsa;Alla"], False, False),
        (["Läsa;Alla;SJF;extra"], False, False),
        (["Läsa;dia;SJF"], False, False),
        (["Läsa;vok;SJF"], False, False),
        ([""], False, False),
        ([], False, False),
        (["Läsa;dia;SJF", "Läsa;Alla;VE"], True, False),
        (["Skriva;Alla;SJF", "Läsa;Alla;VG"], True, True),
    ):
        says = f"rights {rights}"
        yield "10", says, DOCTOR, {right: rights}, permit("OWN_UNIT") if own_unit else no
        yield "10", says, OTHER_UNIT, {right: rights}, permit("OWN_PROVIDER") if other_unit else no
    for info_type in (*CLINICAL, *META):
        expect = permit("OWN_UNIT") if info_type in ("booked_visit", "care_contact") else no
        kind = {right: ["Läsa;VOK;VE"], "resource.info_type": info_type}
        yield "10", f"vok {info_type}", DOCTOR, kind, expect
    down = {"dependencies.blocking": "down"}
    yield "10", "right before services", OTHER_UNIT, {**down, right: []}, no
    unavailable = deny("DEPENDENCY_UNAVAILABLE")
    yield "10", "services down, other unit", OTHER_UNIT, down, unavailable
    yield "10", "services down, own unit", DOCTOR, down, permit("OWN_UNIT")
    consent_down = {"dependencies.consent": "down"}
    yield "10", "no consent is needed", OTHER_UNIT, consent_down, permit("OWN_PROVIDER")
    blocked = {"resource.blocks": [inner()]}
    yield "10", "services before blocks", OTHER_UNIT, {**down, **blocked}, unavailable
    yield "10", "the dead have records", DOCTOR, {"subject.deceased": True}, permit("OWN_UNIT")
    yield (
        "10",
        "approved plays no part",
        DOCTOR,
        {
            "resource.approved_for_patient": False,
            "resource.secrecy": ["against_patient", "against_guardian"],
            "resource.made_available_under": "2:6",
            "resource.has_internal_notes": True,
            "subject.sealed": True,
            "subject.login_locked": True,
        },
        permit("OWN_UNIT"),
    )
    yield "10", "unpublished", DOCTOR, {"resource.available_svod": False}, permit("OWN_UNIT")
    municipal = {"actor.source_type": "omsorgsgivare", "relation.category": "aldre"}
    yield (
        "11",
        "two sides of one provider",
        DOCTOR,
        {
            **municipal,
            "actor.commission.purpose": "OMSORG_SOL_LSS",
        },
        deny("CONSENT_MISSING"),
    )
    yield (
        "11",
        "two sides of one provider",
        DOCTOR,
        {"resource.source_type": "omsorgsgivare"},
        deny("CONSENT_MISSING"),
    )


def _inner_blocks() -> Iterator[Said]:
    no, provider = deny("BLOCKED_INNER"), permit("OWN_PROVIDER")
    by_consent = permit("BLOCK_LIFTED_CONSENT")
    by_emergency = permit("BLOCK_LIFTED_EMERGENCY", activity="Nödöppning", review=True)
    at = "2026-11-01T09:00:00+01:00"
    for says, blocks, expect in (
        ("blocked", [inner()], no),
        ("another unit's block", [inner(VCA2)], provider),
        ("another provider's block", [inner(provider=REGB)], provider),
        ("an outer block", [outer()], provider),
        ("an outer block of the unit", [outer(unit=PSA1)], provider),
        ("begins as documented", [inner(valid_from=at)], no),
        ("begins later", [inner(valid_from="2026-11-01T09:00:01+01:00")], provider),
        ("ends as documented", [inner(valid_to=at)], provider),
        ("ends later", [inner(valid_to="2026-11-01T09:00:01+01:00")], no),
        ("lifted by consent", [inner(lifted=lifted())], by_consent),
        ("lifted in an emergency", [inner(lifted=lifted("emergency"))], by_emergency),
        ("lifted for another unit", [inner(lifted=lifted(unit=VCA2))], no),
        ("lifting expired now", [inner(lifted=lifted(valid_to=NOW))], no),
        (
            "lifting lasts a second more",
            [inner(lifted=lifted(valid_to="2026-11-20T10:00:01+01:00"))],
            by_consent,
        ),
        ("one of two lifted", [inner(lifted=lifted()), inner()], no),
        ("one of two lifted", [inner(), inner(lifted=lifted())], no),
        (
            "lifted in two ways",
            [inner(lifted=lifted()), inner(lifted=lifted("emergency"))],
            by_emergency,
        ),
        (
            "lifted, and one that does not match",
            [inner(lifted=lifted()), inner(VCA2)],
            by_consent,
        ),
        (
            "the lifted one does not match",
            [inner(VCA2, lifted=lifted("emergency"))],
            provider,
        ),
    ):
        yield "10", says, OTHER_UNIT, {"resource.blocks": blocks}, expect
    yield "10", "own unit's block", DOCTOR, {"resource.blocks": [inner(VCA1)]}, permit("OWN_UNIT")
    mine = {"resource.blocks": [inner(VCA1, lifted=lifted("emergency"))]}
    yield "10", "own unit's block, lifted", DOCTOR, mine, permit("OWN_UNIT")
    undated = {"resource.blocks": [inner()], "resource.documented_at": None}
    yield "10", "not known when", OTHER_UNIT, undated, no
    meta = {"resource.blocks": [inner()], "resource.info_type": "existence"}
    yield "10", "existence inside the provider", OTHER_UNIT, meta, no


def _published() -> Iterator[Said]:
    no = deny("NOT_SVOD_CARE_TYPE")
    for category in ("ifo", None, "", "Aldre"):
        changes = {"relation.category": category}
        yield "11", f"category {category!r}", HEMTJANST, changes, no
    disability = {"relation.category": "funktionsnedsattning"}
    yield "11", "disability", HEMTJANST, disability, redact("CONSENT", keep=VISIT_FIELDS)
    unpublished = {"resource.available_svod": False}
    both = {"relation.category": "ifo", **unpublished}
    yield "11", "care type first", HEMTJANST, both, no
    hidden = deny("NOT_AVAILABLE_SVOD")
    unavailable = deny("DEPENDENCY_UNAVAILABLE")
    for base in (CONSENTED, HEMTJANST):
        yield "11", "not published", base, unpublished, hidden
        for service in ("blocking", "consent"):
            down = {f"dependencies.{service}": "down"}
            yield "11", f"{service} down", base, down, unavailable
            yield "11", "published first", base, {**down, **unpublished}, hidden
            for info_type in META:
                kind = {**down, "resource.info_type": info_type}
                yield "11", f"{service} down, {info_type}", base, kind, unavailable
            blocked = {**down, "resource.blocks": [outer()]}
            yield "11", "services before blocks", base, blocked, unavailable
        for info_type in META:
            kind = {**unpublished, "resource.info_type": info_type}
            yield "11", f"{info_type}, not published", base, kind, hidden
    other_category = {"relation.category": "ifo"}
    yield "11", "category is omsorg's", CONSENTED, other_category, permit("CONSENT")


def _meta() -> Iterator[Said]:
    exists = redact("EXISTENCE_ONLY", keep=("exists",))
    kind = {"resource.info_type": "existence"}
    blocked = {"resource.blocks": [outer()], "subject.deceased": True, "consent": None}
    for base in (CROSS, CONSENTED, HEMTJANST, HANDLER, CONTACT):
        yield "11", "existence", base, kind, exists
        yield "11", "existence needs no more", base, {**kind, **blocked}, exists
        protected = {**kind, "subject.protected": "sekretessmarkering"}
        yield "13", "not for existence", base, protected, exists
    no_rights = {**kind, "actor.commission.rights": []}
    yield "11", "existence needs no right", CROSS, no_rights, exists
    block_info = {"resource.info_type": "block_info"}
    only = redact("BLOCK_EXISTENCE_ONLY", keep=("exists",))
    who = permit("BLOCK_IDENTITY_EMERGENCY", activity="Nödöppning", review=True)
    for base in (HEMTJANST, HANDLER, CONTACT):
        no = deny("BLOCK_INFO_NOT_FOR_OMSORG")
        yield "11", "block_info", base, block_info, no
        yield (
            "11",
            "block_info in an emergency",
            base,
            {
                **block_info,
                "emergency": EMERGENCY,
            },
            no,
        )
    for says, said, expect in (
        ("no emergency", None, only),
        ("emergency", EMERGENCY, who),
        ("not declared", {**EMERGENCY, "declared": False}, only),
        ("no danger", {**EMERGENCY, "danger": False}, only),
        ("obtainable", {**EMERGENCY, "consent_obtainable": True}, only),
        ("no reason", {**EMERGENCY, "reason": " "}, only),
    ):
        for more in ({}, {"subject.protected": "sekretessmarkering"}):
            changes = {**block_info, "emergency": said, **more}
            yield "11", f"block_info, {says}", CROSS, changes, expect
    refused = {**block_info, "emergency": EMERGENCY, "consent": {**CONSENT, "status": "refused"}}
    yield "11", "block_info does not ask for consent", CROSS, refused, who
    yield (
        "11",
        "block_info needs no right",
        CROSS,
        {
            **block_info,
            "actor.commission.rights": [],
        },
        only,
    )


def _outer_blocks() -> Iterator[Said]:
    no, yes = deny("BLOCKED_OUTER"), permit("CONSENT")
    at = "2026-11-01T09:00:00+01:00"
    for says, block, expect in (
        ("outer", outer(), no),
        ("outer of some unit", outer(unit=PSA1), no),
        ("inner acts as outer", inner(VCA1), no),
        ("inner of another unit", inner(PSA1), yes),
        ("another provider's", outer(provider=REGB), yes),
        ("lifted", outer(lifted=lifted(unit=VCB1)), no),
        ("lifted in an emergency", inner(VCA1, lifted=lifted("emergency", unit=VCB1)), no),
        ("begins as documented", outer(valid_from=at), no),
        ("begins later", outer(valid_from="2026-11-01T09:00:01+01:00"), yes),
        ("ends as documented", outer(valid_to=at), yes),
        ("ends later", outer(valid_to="2026-11-01T09:00:01+01:00"), no),
    ):
        yield "11", says, CONSENTED, {"resource.blocks": [block]}, expect
        yield (
            "11",
            says,
            HEMTJANST,
            {"resource.blocks": [block]},
            (no if expect is no else redact("CONSENT", keep=VISIT_FIELDS)),
        )
    blocked = {"resource.blocks": [outer()]}
    yield "11", "also in an emergency", CROSS, {**blocked, "emergency": EMERGENCY}, no
    yield "11", "not known when", CONSENTED, {**blocked, "resource.documented_at": None}, no
    yield "11", "before the right", CONSENTED, {**blocked, "actor.commission.rights": []}, no
    dead = {"subject.deceased": True}
    for rights in ([], ["Läsa;Alla;VG"], ["Läsa;Alla;VE"], ["Läsa;vok;SJF"], ["Skriva;Alla;SJF"]):
        narrow = {"actor.commission.rights": rights}
        yield "11", f"rights {rights}", CONSENTED, narrow, deny("COMMISSION_RIGHT")
        yield "11", "right before deceased", CONSENTED, {**narrow, **dead}, deny("COMMISSION_RIGHT")
    lower = {"actor.commission.rights": ["läsa;alla;sjf"]}
    yield "11", "rights in small letters", CONSENTED, lower, yes
    for base in (CONSENTED, HEMTJANST):
        yield "11", "deceased", base, dead, deny("DECEASED_NO_CONSENT")
        yield (
            "11",
            "deceased, refused",
            base,
            {
                **dead,
                "consent": {**CONSENT, "status": "refused"},
            },
            deny("DECEASED_NO_CONSENT"),
        )
    yield (
        "11",
        "deceased in an emergency",
        CROSS,
        {**dead, "emergency": EMERGENCY},
        deny("DECEASED_NO_CONSENT"),
    )


def _consents() -> Iterator[Said]:
    yes = permit("CONSENT")
    expired, scope = deny("CONSENT_EXPIRED"), deny("CONSENT_SCOPE")
    withdrawn, missing = deny("CONSENT_WITHDRAWN"), deny("CONSENT_MISSING")
    refused = deny("CONSENT_REFUSED")
    for says, changes, expect in (
        ("without end", {}, yes),
        ("for every unit", {"unit": None}, yes),
        ("for the employee", {"person_hsa_id": STAFF}, yes),
        ("for another employee", {"person_hsa_id": OTHER_STAFF}, scope),
        ("for another unit", {"unit": VCA1}, scope),
        ("for another unit and employee", {"unit": VCA1, "person_hsa_id": OTHER_STAFF}, scope),
        ("expired now", {"valid_to": NOW}, expired),
        ("a second left", {"valid_to": "2026-11-20T10:00:01+01:00"}, yes),
        ("expired and elsewhere", {"valid_to": NOW, "unit": VCA1}, expired),
        ("withdrawn", {"status": "withdrawn"}, withdrawn),
        ("withdrawn, expired", {"status": "withdrawn", "valid_to": NOW}, withdrawn),
        ("refused", {"status": "refused"}, refused),
        ("refused elsewhere", {"status": "refused", "unit": VCA1}, refused),
    ):
        yield "11a", says, CONSENTED, {"consent": {**CONSENT, **changes}}, expect
    yield "11f", "missing", CROSS, {}, missing
    yield (
        "11a",
        "of an unknown employee",
        CONSENTED,
        {
            "consent.person_hsa_id": STAFF,
            "actor.hsa_id": None,
        },
        scope,
    )
    emergency = {"emergency": EMERGENCY}
    yield "11a", "before the emergency", CONSENTED, emergency, yes
    for status, changes, expect in (
        ("refused", {}, refused),
        ("withdrawn", {}, permit("EMERGENCY_ACCESS", activity="Nödöppning", review=True)),
        (
            "given",
            {"valid_to": NOW},
            permit("EMERGENCY_ACCESS", activity="Nödöppning", review=True),
        ),
    ):
        consent = {"consent": {**CONSENT, **changes, "status": status}, **emergency}
        yield "11b", f"{status} in an emergency", CROSS, consent, expect
    invalid = {"consent.status": "refused", "emergency": {**EMERGENCY, "danger": False}}
    yield "11b", "before c", CONSENTED, invalid, refused
    incapable = {
        "consent.status": "refused",
        "subject.capacity": "lacking",
        "incapacity": ATTESTED,
    }
    yield "11b", "before e", CONSENTED, incapable, refused


def _emergencies() -> Iterator[Said]:
    opened = permit("EMERGENCY_ACCESS", activity="Nödöppning", review=True)
    for says, changes, expect in (
        ("valid", {}, opened),
        ("not declared", {"declared": False}, deny("CONSENT_MISSING")),
        ("no reason", {"reason": ""}, deny("EMERGENCY_REASON_REQUIRED")),
        ("blank reason", {"reason": " \t"}, deny("EMERGENCY_REASON_REQUIRED")),
        ("null reason", {"reason": None}, deny("EMERGENCY_REASON_REQUIRED")),
        ("reason first", {"reason": "", "danger": False}, deny("EMERGENCY_REASON_REQUIRED")),
        ("no danger", {"danger": False}, deny("EMERGENCY_NO_DANGER")),
        (
            "danger before obtainable",
            {"danger": False, "consent_obtainable": True},
            deny("EMERGENCY_NO_DANGER"),
        ),
        ("obtainable", {"consent_obtainable": True}, deny("EMERGENCY_CONSENT_OBTAINABLE")),
    ):
        yield "11c", says, CROSS, {"emergency": {**EMERGENCY, **changes}}, expect
    no = deny("EMERGENCY_NOT_FOR_OMSORG")
    for said in (EMERGENCY, {**EMERGENCY, "reason": ""}):
        yield "11c", "omsorg", HEMTJANST, {"consent": None, "emergency": said}, no
        care = {"consent": None, "emergency": said, "resource.source_type": "omsorgsgivare"}
        yield "11c", "omsorg reads omsorg", HEMTJANST, care, no
    incapable = {"subject.consent_capable": False, "subject.person_id": CHILD_8}
    invalid = {"emergency": {**EMERGENCY, "danger": False}}
    yield "11c", "before d", CROSS, {**incapable, **invalid}, deny("EMERGENCY_NO_DANGER")
    lacking = {"subject.capacity": "lacking", "incapacity": ATTESTED}
    yield "11c", "before e", CROSS, {**lacking, **invalid}, deny("EMERGENCY_NO_DANGER")
    yield (
        "11c",
        "not declared, then d",
        CROSS,
        {
            **incapable,
            "emergency": {**EMERGENCY, "declared": False},
        },
        permit("CHILD_NO_CONSENT_NEEDED"),
    )


def _children() -> Iterator[Said]:
    free, missing = permit("CHILD_NO_CONSENT_NEEDED"), deny("CONSENT_MISSING")

    def child(person: str, now: str = NOW) -> Written:
        return {
            "subject.person_id": person,
            "subject.consent_capable": False,
            "now": now,
            "actor.commission.valid_to": "2099-12-31",
        }

    for person, now, expect in (
        (CHILD_8, NOW, free),
        (CHILD_15, NOW, free),
        (COORDINATION_17, "2026-12-26T23:59:59+01:00", free),
        (COORDINATION_17, "2026-12-27T00:00:00+01:00", missing),
        (LEAP_2024, "2042-02-27T23:59:59+01:00", free),
        (LEAP_2024, "2042-02-28T00:00:00+01:00", missing),
        (ADULT, NOW, missing),
        ("20180101XXXX", NOW, missing),
    ):
        yield "11d", f"born {person[:8]} at {now}", CROSS, child(person, now), expect
    yield "11d", "capable", CROSS, {"subject.person_id": CHILD_8}, missing
    of_omsorg = {"resource.source_type": "omsorgsgivare"}
    yield "11d", "vard reads omsorg", CROSS, {**child(CHILD_8), **of_omsorg}, free
    small = {**child(CHILD_8), "consent": None}
    yield "11d", "omsorg reads vard", HEMTJANST, small, missing
    seen = redact("CHILD_NO_CONSENT_NEEDED", keep=VISIT_FIELDS)
    yield "11d", "omsorg reads omsorg", HEMTJANST, {**small, **of_omsorg}, seen
    lacking = {**small, "subject.capacity": "lacking", "incapacity": ATTESTED}
    yield "11e", "for adults only", HEMTJANST, lacking, missing
    yield (
        "11e",
        "for adults only",
        CROSS,
        {
            **lacking,
            "subject.consent_capable": True,
        },
        missing,
    )
    given = {**child(CHILD_8), "consent": CONSENT}
    yield "11a", "before d", CROSS, given, permit("CONSENT")
    refused = {**child(CHILD_8), "consent": {**CONSENT, "status": "refused"}}
    yield "11b", "before d", CROSS, refused, deny("CONSENT_REFUSED")


def _incapacity() -> Iterator[Said]:
    lacking = {"subject.capacity": "lacking", "consent": None}
    attested = {**lacking, "incapacity": ATTESTED}
    ok = permit("SVOD_INCAPACITY", review=True)
    unattested = deny("INCAPACITY_NOT_ATTESTED")
    only = deny("INCAPACITY_OMSORG_ONLY")
    of_omsorg = {"resource.source_type": "omsorgsgivare"}
    yield "11e", "attested", CROSS, attested, ok
    yield "11e", "vard reads omsorg", CROSS, {**attested, **of_omsorg}, ok
    yield "11e", "not attested", CROSS, lacking, unattested
    yield "11e", "not attested", CROSS, {**lacking, "incapacity": {"attested": False}}, unattested
    yield "11e", "omsorg reads vard", HEMTJANST, attested, only
    yield "11e", "omsorg reads vard, not attested", HEMTJANST, lacking, only
    yield (
        "11e",
        "omsorg reads omsorg",
        HEMTJANST,
        {**attested, **of_omsorg},
        redact("SVOD_INCAPACITY", keep=VISIT_FIELDS, review=True),
    )
    yield "11e", "omsorg, not attested", HEMTJANST, {**lacking, **of_omsorg}, unattested
    yield "11e", "full capacity", CROSS, {"incapacity": ATTESTED}, deny("CONSENT_MISSING")
    for status in ("withdrawn", "given"):
        old = {**attested, "consent": {**CONSENT, "status": status, "valid_to": NOW}}
        yield "11e", f"before f, {status}", CROSS, old, ok
    yield (
        "11e",
        "not a reserve number",
        CROSS,
        {
            **attested,
            "subject.person_id": "19000101XXXX",
        },
        deny("CONSENT_MISSING"),
    )
    eighteen = {
        **attested,
        "subject.person_id": COORDINATION_17,
        "now": "2026-12-27T00:00:00+01:00",
    }
    yield "11e", "adult today", CROSS, eighteen, ok
    yield (
        "11e",
        "adult tomorrow",
        CROSS,
        {
            **eighteen,
            "now": "2026-12-26T23:59:59+01:00",
        },
        deny("CONSENT_MISSING"),
    )


def _shapes() -> Iterator[Said]:
    sensitive = {"resource.sensitive_unit": True}
    yield "12", "hemtjanst", HEMTJANST, {}, redact("CONSENT", keep=VISIT_FIELDS)
    yield "12", "sensitive", HEMTJANST, sensitive, redact("CONSENT", keep=VISIT_FIELDS[:3])
    yield "12", "own is whole", HOME_OWN, sensitive, permit("OWN_UNIT")
    plan = {"resource.info_type": "care_plan"}
    headline = ("title", "status", "responsible_unit")
    yield "12", "plan headline", CONTACT, plan, redact("CONSENT", keep=headline)
    yield "12", "plan headline", CONTACT, {**plan, **sensitive}, redact("CONSENT", keep=headline)
    for info_type in ("booked_visit", "contact_person"):
        yield (
            "12",
            f"whole {info_type}",
            CONTACT,
            {"resource.info_type": info_type},
            permit("CONSENT"),
        )
    own_plan = {**MUNICIPAL, **plan, "consent": None}
    yield "12", "own plan is whole", CONTACT, own_plan, permit("OWN_UNIT")
    for base in (HANDLER, CONSENTED):
        yield "12", "whole plan", base, {**plan, **sensitive}, permit("CONSENT")
    two_sides = {"resource.provider": KOMO, **sensitive}
    yield (
        "12",
        "the other side of the municipality",
        HEMTJANST,
        two_sides,
        redact("CONSENT", keep=VISIT_FIELDS[:3]),
    )


def _protected() -> Iterator[Said]:
    for word in ("sekretessmarkering", "skyddad_folkbokforing"):
        hidden = {"subject.protected": word}
        whole = redact("PROTECTED_IDENTITY_REDACTED", drop=HIDDEN, review=True)
        for base in (DOCTOR, OTHER_UNIT, HOME_OWN, HANDLER_OWN, CONSENTED, HANDLER):
            yield "13", word, base, hidden, whole
        visit = redact(
            "PROTECTED_IDENTITY_REDACTED", keep=("start", "end", "status", "unit_name"), review=True
        )
        yield "13", word, HEMTJANST, hidden, visit
        bare = redact("PROTECTED_IDENTITY_REDACTED", keep=("start", "end", "status"), review=True)
        yield "13", word, HEMTJANST, {**hidden, "resource.sensitive_unit": True}, bare
        headline = redact(
            "PROTECTED_IDENTITY_REDACTED", keep=("title", "status", "responsible_unit"), review=True
        )
        yield "13", word, CONTACT, {**hidden, "resource.info_type": "care_plan"}, headline
        for says, base, changes in (
            ("emergency", CROSS, {"emergency": EMERGENCY}),
            ("lifted", OTHER_UNIT, {"resource.blocks": [inner(lifted=lifted("emergency"))]}),
            ("lifted", OTHER_UNIT, {"resource.blocks": [inner(lifted=lifted())]}),
            ("incapacity", CROSS, {"subject.capacity": "lacking", "incapacity": ATTESTED}),
            ("own existence", DOCTOR, {"resource.info_type": "existence"}),
        ):
            yield "13", says, base, {**hidden, **changes}, whole
        yield "13", "a denial stays", CROSS, hidden, deny("CONSENT_MISSING")
        yield (
            "13",
            "a denial stays",
            HOME_OWN,
            {**hidden, "resource.unit": HT02},
            deny("OTHER_UNIT"),
        )


def _own_words() -> Iterator[Said]:
    """What the person has written themself: nobody else's, and then whose they say."""

    def sharing(shared: bool, *units: str) -> Written:
        return {"resource.sharing": {"shared": shared, "units": list(units)}}

    private, relatives = sharing(False), sharing(True)
    teens = {"guardian.extended_access": EARLY}
    for info_type in ("booked_visit", "care_plan"):
        kind = {"resource.info_type": info_type}
        yield "15", "the person's own", CITIZEN, {**kind, **private}, permit("SELF")
        early = {"early_access": EARLY, **kind, **private}
        yield "15", "the person's own", TEEN, early, permit("SELF_EARLY_ACCESS")
        for base, more, ground in (
            (OMBUD, {}, "OMBUD"),
            (GUARDIAN, {}, "GUARDIAN"),
            (TEENS_GUARDIAN, teens, "GUARDIAN_EXTENDED"),
        ):
            changes = {**kind, **more}
            yield "15", "not shared", base, {**changes, **private}, deny("NOT_SHARED")
            units_only = {**changes, **sharing(False, VCA1)}
            yield "15", "units are no relatives", base, units_only, deny("NOT_SHARED")
            yield "15", "shared", base, {**changes, **relatives}, permit(ground)
    unapproved = {**private, "resource.approved_for_patient": False}
    for base in (OMBUD, GUARDIAN):
        yield "15", "after 12", base, unapproved, deny("NOT_APPROVED_FOR_PATIENT")
    grant = {"grant.scopes": ["booking"], **PLAN}
    yield "15", "shared, but not granted", OMBUD, {**grant, **relatives}, deny("GRANT_SCOPE")

    plan = changed(DOCTOR, PLAN)
    contact = changed(CONTACT, {**PLAN, "consent": None})
    handler = changed(HANDLER_OWN, PLAN)
    for base, unit in ((plan, VCA1), (contact, HT01), (handler, BIS1)):
        no = deny("NOT_SHARED")
        yield "15", "not shared", base, private, no
        yield "15", "not shared, though chosen before", base, sharing(False, unit), no
        yield "15", "shared with relatives", base, relatives, no
        yield "15", "shared with another unit", base, sharing(True, PSA1), no
        chosen = sharing(True, PSA1, unit)
        yield "15", "shared with the unit", base, chosen, permit("SHARED_BY_PERSON")
        nowhere = {
            **chosen,
            "resource.available_svod": False,
            "resource.blocks": [outer()],
            "dependencies": {"blocking": "down", "consent": "down"},
            "consent": {**CONSENT, "status": "refused"},
        }
        yield "15", "it is no record of care", base, nowhere, permit("SHARED_BY_PERSON")
        hidden = {**chosen, "subject.protected": "sekretessmarkering"}
        less = redact("PROTECTED_IDENTITY_REDACTED", drop=HIDDEN, review=True)
        yield "13", "shared", base, hidden, less
        dead = {**chosen, "subject.deceased": True}
        yield "5", "shared", base, dead, deny("SUBJECT_DECEASED")
        dead = {**private, "subject.deceased": True}
        yield "5", "before 15", base, dead, deny("SUBJECT_DECEASED")
        stranger = {**chosen, "relation": None}
        yield "8", "shared", base, stranger, deny("NO_CARE_RELATION")
        stranger = {**stranger, "subject.deceased": True}
        yield "8", "before 5", base, stranger, deny("NO_CARE_RELATION")
    home = {**PLAN, **sharing(True, HT01)}
    yield "7", "shared with a unit whose role has no plans", HEMTJANST, home, deny("ROLE_INFO_TYPE")
    operator = sharing(True, VCA1)
    yield "5", "shared", administrator("support"), operator, deny("ADMIN_NO_CLINICAL")


SENTENCES = (
    _login,
    _context,
    _own_ages,
    _guardians,
    _ombud,
    _records,
    _employees,
    _administrators,
    _commissions,
    _roles,
    _relations,
    _windows,
    _own_omsorg,
    _own_vard,
    _inner_blocks,
    _published,
    _meta,
    _outer_blocks,
    _consents,
    _emergencies,
    _children,
    _incapacity,
    _shapes,
    _protected,
    _own_words,
)


def rows() -> tuple[Row, ...]:
    """Every row, read as a file of cases is read, and those that no file can hold."""
    written = (
        _row(rule, f"{group.__name__.strip('_')}: {says}", changed(base, changes), expect)
        for group in SENTENCES
        for rule, says, base, changes, expect in group()
    )
    return (*written, *_untold(), *_ratified())


def _row(rule: str, says: str, written: Written, expect: Written) -> Row:
    read = WrittenCase.model_validate_json(json.dumps({**written, "expect": expect}))
    assert read.expect is not None
    return Row(rule, says, read.read(), read.expect)


def _untold() -> Iterator[Row]:
    """What nobody has told is not taken as favourable."""
    for base, expect in (
        (CITIZEN, permit("SELF")),
        (DOCTOR, permit("OWN_UNIT")),
        (CROSS, deny("CONSENT_MISSING")),
        (changed(CROSS, {"incapacity": ATTESTED}), deny("CONSENT_MISSING")),
        (changed(CROSS, {"subject.person_id": CHILD_8}), deny("CONSENT_MISSING")),
    ):
        row = _row("untold", "subject", base, expect)
        subject = Subject(row.case.subject.person)
        yield replace(row, case=replace(row.case, subject=subject))
    for base, more, expect in (
        (CITIZEN, {}, permit("SELF")),
        (CONSENTED, {}, deny("NOT_AVAILABLE_SVOD")),
        (HEMTJANST, {"available_svod": True}, redact("CONSENT", keep=VISIT_FIELDS[:3])),
    ):
        row = _row("untold", "resource", base, expect)
        told = row.case.resource
        resource = Resource(
            told.info_type,
            told.provider,
            told.unit,
            told.side,
            start=told.start,
            approved_for_patient=True,
            **more,
        )
        yield replace(row, case=replace(row.case, resource=resource))
    for services in (
        Dependencies(),
        Dependencies(blocking_up=True),
        Dependencies(consent_up=True),
    ):
        row = _row("untold", "services", CONSENTED, deny("DEPENDENCY_UNAVAILABLE"))
        facts = replace(row.case.facts, dependencies=services)
        yield replace(row, case=replace(row.case, facts=facts))
    lacking = changed(CROSS, {"subject.capacity": "lacking"})
    row = _row("untold", "incapacity", lacking, deny("INCAPACITY_NOT_ATTESTED"))
    facts = Facts(relation=row.case.facts.relation, dependencies=row.case.facts.dependencies)
    yield replace(row, case=replace(row.case, facts=facts))
    base = administrator("loggadministrator", "access_log")
    row = _row("untold", "place", base, deny("LOG_OTHER_PROVIDER"))
    nowhere = replace(row.case.actor, place=None, commission=None)
    nobodys = replace(row.case.resource, provider=None)
    yield replace(row, case=replace(row.case, actor=nowhere, resource=nobodys))
    for block, unknown in ((outer(), {"provider": None}), (inner(VCA1), {"unit": None})):
        base = changed(CONSENTED, {"resource.blocks": [block]})
        row = _row("untold", f"{[*unknown]} of the resource", base, deny("BLOCKED_OUTER"))
        resource = replace(row.case.resource, **unknown)
        yield replace(row, case=replace(row.case, resource=resource))


def _ratified() -> Iterator[Row]:
    """What the customer may decide otherwise."""
    for scope, info_type, expect in (
        ("message", "message", permit("OMBUD")),
        ("log", "access_log", redact("OMBUD", keep=LOG_FIELDS)),
        ("journal", "note", permit("OMBUD")),
    ):
        changes = {"resource.info_type": info_type, "grant.scopes": [scope]}
        row = _row("9", f"scope {scope} enabled", changed(OMBUD, changes), expect)
        yield replace(row, policy={"enabled_scopes": frozenset({scope})})
    row = _row("9", "scope plan switched off", changed(OMBUD, PLAN), deny("OMBUD_NO_LEGAL_BASIS"))
    yield replace(row, policy={"enabled_scopes": frozenset({"booking", "contact"})})
    row = _row("2", "loa2 accepted", changed(CITIZEN, {"actor.loa": "loa2"}), permit("SELF"))
    yield replace(row, policy={"accepted_loa": frozenset({"loa2", "loa3", "loa4"})})
    row = _row("7", "own access from 13", TEEN, permit("SELF"))
    yield replace(row, policy={"adult_access_age": 13})
    row = _row("8", "guardians until 16", TEENS_GUARDIAN, permit("GUARDIAN"))
    yield replace(row, policy={"child_age": 16})
    row = _row("9", "a shorter window", HEMTJANST, deny("OUTSIDE_WINDOW"))
    yield replace(row, policy={"window_days": {"hemtjanst": 5}})
    row = _row("7", "a narrower role", DOCTOR, deny("ROLE_INFO_TYPE"))
    yield replace(row, policy={"role_types": {"lakare": frozenset({"care_plan"})}})
