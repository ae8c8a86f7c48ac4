"""Combinations of what the rules say one by one: what is asked first, and what plays no part."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from portal.deciding import differences
from stodtjanster.access import Policy, Reason, judge
from stodtjanster.access.cases import WrittenCase
from stodtjanster.model import PersonId
from tests.access_table import (
    ADULT,
    ATTESTED,
    CHILD_8,
    CITIZEN,
    CONSENTED,
    CROSS,
    DOCTOR,
    EARLY,
    EMERGENCY,
    EMPLOYEE,
    GUARDIAN,
    HANDLER,
    HEMTJANST,
    HIDDEN,
    HOME_OWN,
    HT02,
    KOMO,
    LOG_FIELDS,
    OMBUD,
    OMBUD_PERSON,
    OTHER_UNIT,
    PARENT,
    PSA1,
    REGA,
    REGB,
    TEENS_GUARDIAN,
    VCA1,
    VCB1,
    Written,
    administrator,
    changed,
    deny,
    inner,
    lifted,
    outer,
    permit,
    redact,
    staff,
)

SEALED = {"subject.sealed": True}
LOCKED = {"subject.login_locked": True}
PROTECTED = {"subject.protected": "sekretessmarkering"}
REVOKED = {"grant.revoked_at": "2026-11-19T10:00:00+01:00"}
TEEN_OPENED = changed(TEENS_GUARDIAN, {"guardian.extended_access": EARLY})
UNTIL_MIDNIGHT = {"grant.valid_to": "2026-11-21T00:00:00+01:00"}
CHILD_CROSS = changed(CROSS, {"subject.person_id": CHILD_8, "subject.consent_capable": False})
REFUSED = {"consent": {"status": "refused", "unit": VCB1, "person_hsa_id": None, "valid_to": None}}
EXPIRED = {
    "consent": {
        "status": "given",
        "unit": VCB1,
        "person_hsa_id": None,
        "valid_to": "2026-11-20T10:00:00+01:00",
    }
}
EMERGENCY_OPENS = permit("EMERGENCY_ACCESS", activity="Nödöppning", review=True)
NURSE_OF_THE_MUNICIPALITY = changed(
    HOME_OWN,
    {
        "actor": staff("sjukskoterska", "vardgivare", KOMO, HT02, ["Läsa;Alla;SJF"]),
        "resource.info_type": "care_plan",
    },
)

MIXED: dict[str, tuple[Written, Written, Written]] = {
    # Closed by the person, and something else against it too.
    "sealed and locked: the lock is told first": (
        CITIZEN,
        {**SEALED, **LOCKED},
        deny("LOGIN_LOCKED"),
    ),
    "a parent of a sealed child": (GUARDIAN, SEALED, deny("SUBJECT_SEALED")),
    "a parent of a child whose login is locked": (GUARDIAN, LOCKED, permit("GUARDIAN")),
    "a sealed child with protected identity": (
        GUARDIAN,
        {**SEALED, **PROTECTED},
        deny("SUBJECT_SEALED"),
    ),
    "sealed, with a revoked grant": (OMBUD, {**SEALED, **REVOKED}, deny("SUBJECT_SEALED")),
    "locked, and an ombud": (OMBUD, LOCKED, permit("OMBUD")),
    "sealed and dead": (
        CITIZEN,
        {**SEALED, "subject.deceased": True},
        deny("SUBJECT_DECEASED"),
    ),
    "sealed is no secret from care": (DOCTOR, {**SEALED, **LOCKED}, permit("OWN_UNIT")),
    # Parents.
    "an extended access, and the child is protected": (
        TEEN_OPENED,
        PROTECTED,
        deny("GUARDIAN_CHILD_PROTECTED"),
    ),
    "an extended access does not open what is secret from parents": (
        TEEN_OPENED,
        {"resource.secrecy": ["against_guardian"]},
        deny("SECRECY_AGAINST_GUARDIAN"),
    ),
    "an extended access, the last minute of its last day": (
        TEEN_OPENED,
        {"now": "2026-11-20T22:59:59+00:00"},
        permit("GUARDIAN_EXTENDED"),
    ),
    "an extended access, and the day is over in Sweden but not in UTC": (
        TEEN_OPENED,
        {"now": "2026-11-20T23:00:00+00:00"},
        deny("GUARDIAN_CHILD_13_15"),
    ),
    "a blocked parent of a protected child": (
        GUARDIAN,
        {"guardian.blocked": True, **PROTECTED},
        deny("GUARDIAN_BLOCKED"),
    ),
    "a parent reads the log of a child": (
        GUARDIAN,
        {"resource.info_type": "access_log", "resource.approved_for_patient": None},
        redact("GUARDIAN", keep=LOG_FIELDS),
    ),
    "a grant makes nobody a parent": (
        changed(GUARDIAN, {"guardian.registered": False}),
        {"grant": {**OMBUD["grant"], "grantor": CHILD_8, "grantee": PARENT}},
        deny("GUARDIAN_NOT_REGISTERED"),
    ),
    # Ombud.
    "a grant, one second before midnight": (
        OMBUD,
        {**UNTIL_MIDNIGHT, "now": "2026-11-20T23:59:59+01:00"},
        permit("OMBUD"),
    ),
    "a grant, at midnight, by a clock in UTC": (
        OMBUD,
        {**UNTIL_MIDNIGHT, "now": "2026-11-20T23:00:00+00:00"},
        deny("GRANT_EXPIRED"),
    ),
    "custody makes nobody an ombud": (
        OMBUD,
        {"grant": None, "guardian": GUARDIAN["guardian"]},
        deny("GRANT_MISSING"),
    ),
    "a grant for plans opens no times, also of its own provider": (
        OMBUD,
        {"grant.scopes": ["plan"], "grant.providers": [REGA]},
        deny("GRANT_SCOPE"),
    ),
    "an ombud sees a plan without what is written for the staff": (
        OMBUD,
        {"resource.info_type": "implementation_plan", "resource.has_internal_notes": True},
        redact("OMBUD", drop=("internal_notes",)),
    ),
    "what is secret from parents is not secret from an ombud": (
        OMBUD,
        {"resource.secrecy": ["against_guardian"]},
        permit("OMBUD"),
    ),
    "who acts for one and asks about another": (
        OMBUD,
        {"actor.acting_for": OMBUD_PERSON},
        deny("ACTING_CONTEXT_MISMATCH", review=True),
    ),
    "an ombud who asks as a citizen": (
        OMBUD,
        {"actor.kind": "citizen", "actor.acting_for": None},
        deny("NOT_SELF", review=True),
    ),
    # Inside one's own provider.
    "a block of one's own unit stops nobody there": (
        DOCTOR,
        {"resource.blocks": [inner(unit=VCA1)]},
        permit("OWN_UNIT"),
    ),
    "what the patient may not see, staff may": (
        DOCTOR,
        {
            "resource.secrecy": ["against_patient"],
            "resource.made_available_under": "2:6",
            "resource.approved_for_patient": False,
            "resource.available_svod": False,
        },
        permit("OWN_UNIT"),
    ),
    "an emergency lifts no inner block by itself": (
        OTHER_UNIT,
        {"resource.blocks": [inner()], "emergency": EMERGENCY},
        deny("BLOCKED_INNER"),
    ),
    "one of two blocks is lifted": (
        OTHER_UNIT,
        {"resource.blocks": [inner(lifted=lifted("emergency")), inner()]},
        deny("BLOCKED_INNER"),
    ),
    "a lifting that ended this moment": (
        OTHER_UNIT,
        {"resource.blocks": [inner(lifted=lifted(valid_to="2026-11-20T10:00:00+01:00"))]},
        deny("BLOCKED_INNER"),
    ),
    "no right, and nobody to ask about blocks": (
        OTHER_UNIT,
        {"actor.commission.rights": ["Läsa;Alla;VE"], "dependencies.blocking": "down"},
        deny("COMMISSION_RIGHT"),
    ),
    "an outer block does not work inside": (
        OTHER_UNIT,
        {"resource.blocks": [outer()]},
        permit("OWN_PROVIDER"),
    ),
    "one's own record in somebody else's emergency": (
        changed(DOCTOR, {"subject.person_id": EMPLOYEE}),
        {"actor.context.unit": PSA1, "emergency": EMERGENCY},
        deny("STAFF_OWN_RECORD", review=True),
    ),
    "another place than the commission's, for the log too": (
        administrator("loggadministrator", "access_log"),
        {"actor.context.provider": REGB},
        deny("CONTEXT_TAMPERED", review=True),
    ),
    "the log of a protected person": (
        administrator("loggadministrator", "access_log"),
        PROTECTED,
        permit("LOG_REVIEW"),
    ),
    # Across providers.
    "an inner block that was lifted there": (
        CONSENTED,
        {
            "resource.unit": PSA1,
            "resource.blocks": [inner(lifted=lifted(unit=VCB1))],
        },
        deny("BLOCKED_OUTER"),
    ),
    "blocked and in danger": (
        CROSS,
        {"resource.blocks": [outer()], "emergency": EMERGENCY},
        deny("BLOCKED_OUTER"),
    ),
    "refused and in danger": (CROSS, {**REFUSED, "emergency": EMERGENCY}, deny("CONSENT_REFUSED")),
    "refused, and nobody to ask about consents": (
        CROSS,
        {**REFUSED, "dependencies.consent": "down"},
        deny("DEPENDENCY_UNAVAILABLE"),
    ),
    "a consent that ended this moment, and in danger": (
        CROSS,
        {**EXPIRED, "emergency": EMERGENCY},
        EMERGENCY_OPENS,
    ),
    "a consent that ended this moment": (CROSS, EXPIRED, deny("CONSENT_EXPIRED")),
    "a child whose consent has ended": (CHILD_CROSS, EXPIRED, permit("CHILD_NO_CONSENT_NEEDED")),
    "a child for whom somebody refused": (CHILD_CROSS, REFUSED, deny("CONSENT_REFUSED")),
    "lacks capacity, attested, and refused before": (
        CROSS,
        {**REFUSED, "subject.capacity": "lacking", "incapacity": ATTESTED},
        deny("CONSENT_REFUSED"),
    ),
    "the dead can be asked no more, whatever they said": (
        CONSENTED,
        {"subject.deceased": True, "emergency": EMERGENCY},
        deny("DECEASED_NO_CONSENT"),
    ),
    "not published, and nobody to ask": (
        CONSENTED,
        {"resource.available_svod": False, "dependencies.blocking": "down"},
        deny("NOT_AVAILABLE_SVOD"),
    ),
    "that something is there, of the blocked, dead and protected": (
        CROSS,
        {
            "resource.info_type": "existence",
            "resource.blocks": [outer()],
            "subject.deceased": True,
            **PROTECTED,
        },
        redact("EXISTENCE_ONLY", keep=("exists",)),
    ),
    "one municipality, but the other side": (
        NURSE_OF_THE_MUNICIPALITY,
        {},
        deny("CONSENT_MISSING"),
    ),
    "one municipality, the other side, and a right inside one side only": (
        NURSE_OF_THE_MUNICIPALITY,
        {"actor.commission.rights": ["Läsa;Alla;VG"]},
        deny("COMMISSION_RIGHT"),
    ),
    "one municipality, the other side, in danger, protected": (
        NURSE_OF_THE_MUNICIPALITY,
        {
            "actor.commission.rights": ["läsa;ALLA;sjf"],
            "emergency": EMERGENCY,
            **PROTECTED,
        },
        redact("PROTECTED_IDENTITY_REDACTED", drop=HIDDEN, review=True),
    ),
    "a visit on the first day outside, though it begins within so many hours": (
        HANDLER,
        {"resource.start": "2027-02-18T00:00:00+01:00"},
        deny("OUTSIDE_WINDOW"),
    ),
    "hemtjänst, sensitive and protected: neither place nor unit": (
        HEMTJANST,
        {"resource.sensitive_unit": True, **PROTECTED},
        redact("PROTECTED_IDENTITY_REDACTED", keep=("start", "end", "status"), review=True),
    ),
}


@pytest.mark.parametrize("says", MIXED)
def test_what_follows_of_several_rules(says: str) -> None:
    base, changes, expect = MIXED[says]
    written = {**changed(base, changes), "expect": expect}
    read = WrittenCase.model_validate_json(json.dumps(written))
    assert read.expect is not None
    assert list(differences(judge(read.read(), Policy()), read.expect)) == []


@pytest.mark.parametrize(
    ("others", "reason"),
    [((), Reason.GRANT_MISSING), ((ADULT,), Reason.GRANT_MISSING), ((PARENT,), Reason.OMBUD)],
    ids=["none", "another's", "theirs"],
)
def test_a_grant_may_name_another_number_of_the_ombud(
    others: tuple[str, ...], reason: Reason
) -> None:
    written = changed(OMBUD, {"grant.grantee": PARENT})
    case = WrittenCase.model_validate_json(json.dumps(written)).read()
    numbers = tuple(PersonId.parse(number) for number in others)
    said = judge(replace(case, actor=replace(case.actor, others=numbers)), Policy())
    assert said.reason is reason
