"""`portal decide`: what it prints, what it compares, and what it refuses to read."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from portal.cli import main
from tests.access_table import (
    ADULT,
    CHILD_8,
    CITIZEN,
    CONSENTED,
    DOCTOR,
    GUARDIAN,
    HEMTJANST,
    OMBUD,
    changed,
    deny,
    inner,
    permit,
    redact,
)

POLICY = {"required_loa": "loa3", "timezone": "Europe/Stockholm"}


def decide(*cases: Any, check: bool = False, **file: Any) -> Result:
    body = json.dumps({"schema_version": 1, "cases": cases, **file})
    return decide_text(body, check=check)


def decide_text(body: str | bytes, *, check: bool = False) -> Result:
    return CliRunner().invoke(main, ["decide", *(["--check"] if check else []), "-"], input=body)


def case(base: dict[str, Any] = CITIZEN, name: str = "A1", **changes: Any) -> dict[str, Any]:
    said = {key.replace("__", "."): value for key, value in changes.items()}
    return changed(base, {"id": name, **said})


def test_one_line_of_json_for_each_case_in_their_order():
    done = decide(case(name="B"), case(HEMTJANST, "A"), case(CITIZEN, "C", actor__loa="loa1"))
    assert done.exit_code == 0
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"id": "B", "keep": None, "drop": None, **permit("SELF")},
        {
            "id": "A",
            "drop": None,
            **redact("CONSENT", keep=["start", "end", "status", "location", "unit_name"]),
        },
        {"id": "C", "keep": None, "drop": None, **deny("AUTHN_LOA_TOO_LOW")},
    ]
    assert list(json.loads(done.stdout.splitlines()[0])) == [
        "id",
        "decision",
        "reason",
        "keep",
        "drop",
        "log",
    ]
    assert "Läsa" in done.stdout
    assert done.stderr == ""


def test_no_cases_are_no_lines():
    assert decide().stdout == ""


def test_check_is_quiet_about_what_agrees():
    done = decide(case(expect=permit("SELF")), check=True)
    assert done.exit_code == 0
    assert done.stderr == "portal decide: 1 of 1 as expected\n"
    assert json.loads(done.stdout)["reason"] == "SELF"


@pytest.mark.parametrize(
    ("expect", "told"),
    [
        (deny("SELF"), ['decision is "permit", expected "deny"', "log is "]),
        (permit("GUARDIAN"), ['reason is "SELF", expected "GUARDIAN"']),
        (redact("SELF", keep=["time"]), ['keep is null, expected ["time"]']),
        (redact("SELF", drop=["time"]), ['drop is null, expected ["time"]']),
        (permit("SELF", review=True), ['"review": false}, expected {']),
        (permit("SELF", activity="Nödöppning"), ['"activity": "Läsa"']),
    ],
)
def test_check_tells_every_difference(expect, told):
    agreeing = case(name="A2", expect=permit("SELF"))
    done = decide(case(expect=expect), agreeing, check=True)
    assert done.exit_code == 1
    for said in told:
        assert said in done.stderr
    assert "A2" not in done.stderr
    assert "portal decide: 1 of 2 as expected" in done.stderr


def test_check_needs_something_to_compare_with():
    done = decide(case(), check=True)
    assert done.exit_code == 1
    assert "A1: expects nothing" in done.stderr


def test_fields_have_no_order():
    fields = ["unit_name", "location", "status", "end", "start"]
    assert decide(case(HEMTJANST, expect=redact("CONSENT", keep=fields)), check=True).exit_code == 0
    missing = redact("CONSENT", keep=fields[1:])
    assert decide(case(HEMTJANST, expect=missing), check=True).exit_code == 1


def test_the_files_own_policy_goes_before_the_configured():
    short = {**POLICY, "window_days": {"hemtjanst": 5}}
    done = decide(case(HEMTJANST), policy=short)
    assert json.loads(done.stdout)["reason"] == "OUTSIDE_WINDOW"
    loose = {**POLICY, "required_loa": "loa2"}
    done = decide(case(actor__loa="loa2"), policy=loose)
    assert json.loads(done.stdout)["reason"] == "SELF"


def test_the_configured_policy_is_used_where_the_file_has_none(monkeypatch):
    monkeypatch.setenv("PORTAL_ACCESS__REQUIRED_LOA", "loa4")
    assert json.loads(decide(case()).stdout)["reason"] == "AUTHN_LOA_TOO_LOW"
    done = decide(case(), policy=POLICY)
    assert json.loads(done.stdout)["reason"] == "SELF"


@pytest.mark.parametrize(
    ("base", "changes", "member"),
    [
        (CITIZEN, {"now": "2026-11-20T10:00:00"}, "now"),
        (CITIZEN, {"now": "i dag"}, "now"),
        (CITIZEN, {"now": 1_795_000_000}, "now"),
        (CITIZEN, {"now": "9999-12-31T23:59:59-12:00"}, "now"),
        (CITIZEN, {"actor__person_id": "196408233235"}, "actor.person_id"),
        (CITIZEN, {"actor__person_id": "6408233234"}, "actor.person_id"),
        (CITIZEN, {"actor__person_id": 196408233234}, "actor.person_id"),
        (CITIZEN, {"actor": None}, "actor"),
        (CITIZEN, {"actor__kind": None}, "actor.kind"),
        (CITIZEN, {"subject__sealed": "false"}, "subject.sealed"),
        (CITIZEN, {"subject__sealed": 0}, "subject.sealed"),
        (CITIZEN, {"subject__protected": "hemlig"}, "subject.protected"),
        (CITIZEN, {"subject__capacity": "half"}, "subject.capacity"),
        (CITIZEN, {"resource__source_type": "region"}, "resource.source_type"),
        (CITIZEN, {"resource__secrecy": ["against_all"]}, "resource.secrecy.0"),
        (CITIZEN, {"resource__made_available_under": "2:5"}, "resource.made_available_under"),
        (CITIZEN, {"resource__approved_for_patient": "true"}, "resource.approved_for_patient"),
        (CITIZEN, {"resource__provider": None}, "resource.provider"),
        (CITIZEN, {"resource__unit": "VC 1"}, "resource.unit"),
        (CITIZEN, {"resource__blocks": [{**inner(), "level": "mitten"}]}, "blocks.0.level"),
        (CITIZEN, {"resource__blocks": [{**inner(), "valid_from": None}]}, "blocks.0.valid_from"),
        (CITIZEN, {"dependencies__blocking": "unknown"}, "dependencies.blocking"),
        (CITIZEN, {"dependencies": None}, "dependencies"),
        (OMBUD, {"grant__scopes": "booking"}, "grant.scopes"),
        (OMBUD, {"grant__valid_to": None}, "grant.valid_to"),
        (GUARDIAN, {"guardian__registered": None}, "guardian.registered"),
        (DOCTOR, {"actor__commission__valid_to": None}, "actor.commission.valid_to"),
        (DOCTOR, {"actor__commission__rights": None}, "actor.commission.rights"),
        (DOCTOR, {"relation__active": "yes"}, "relation.active"),
        (CONSENTED, {"consent__status": "maybe"}, "consent.status"),
        (CONSENTED, {"consent__valid_to": "2027-01-01T00:00:00"}, "consent.valid_to"),
        (CITIZEN, {"id": ""}, "id"),
    ],
)
def test_a_case_that_cannot_be_read_is_named_and_nothing_is_decided(base, changes, member):
    bad = case(base, **{"name": "B7", **changes})
    done = decide(case(), bad, check=True)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert f"{member}:" in done.stderr
    assert ("case no 2: " if "id" in changes else "case B7: ") in done.stderr


@pytest.mark.parametrize(
    "member",
    [member for member in CITIZEN if member != "id"],
)
def test_what_decides_has_to_be_there(member):
    bad = case(name="B7")
    del bad[member]
    done = decide(bad)
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"case B7: {member}: " in done.stderr


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"cases": []}',
        '{"schema_version": 2, "cases": []}',
        '{"schema_version": 1}',
        '{"schema_version": 1, "cases": {}}',
        '{"schema_version": 1, "cases": [7]}',
        '{"schema_version": 1, "cases": [], "policy": {"timezone": "UTC"}}',
        '{"schema_version": 1, "cases": [], "policy": {"required_loa": "loa9"}}',
        '{"schema_version": 1, "cases": [], "policy": {"window_days": {"hemtjanst": -1}}}',
        '{"schema_version": 1, "cases": [], "policy": {"required_lao": "loa2"}}',
        b"\xff\xfe",
        "[" * 5_000,
    ],
)
def test_a_file_of_another_kind_is_refused(body):
    done = decide_text(body)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("portal decide: ")


def test_a_complaint_holds_nothing_of_what_stood_there():
    done = decide(
        case(
            OMBUD,
            actor__person_id="196408233235",
            subject__person_id=[ADULT],
            grant__grantee=f"{CHILD_8}?",
            subject__protected=ADULT,
            resource__unit=f"person {ADULT}",
        )
    )
    assert done.exit_code == 2
    for number in (ADULT, CHILD_8, "196408233235"):
        assert number not in done.stderr
    assert len(done.stderr.splitlines()) == 5


def test_documentation_is_not_read():
    noted = case(title="A title", why=["because"], resource__color="blue", actor__hsa_id=None)
    assert decide(noted).exit_code == 0


@pytest.mark.parametrize(
    ("base", "changes", "reason"),
    [
        (CITIZEN, {"actor__kind": "robot"}, "INVALID_CONTEXT"),
        (CITIZEN, {"actor__loa": "high"}, "AUTHN_LOA_TOO_LOW"),
        (CITIZEN, {"resource__info_type": "x-ray"}, "INVALID_CONTEXT"),
        (DOCTOR, {"actor__role": "stadare"}, "ROLE_INFO_TYPE"),
        (DOCTOR, {"actor__role": None}, "ROLE_INFO_TYPE"),
        (DOCTOR, {"actor__commission__purpose": "NYFIKENHET"}, "COMMISSION_PURPOSE"),
        (DOCTOR, {"actor__commission__rights": ["Läsa"]}, "COMMISSION_RIGHT"),
        (OMBUD, {"grant__scopes": ["everything"]}, "GRANT_SCOPE"),
    ],
)
def test_words_that_nobody_knows_open_nothing(base, changes, reason):
    told = json.loads(decide(case(base, **changes)).stdout)
    assert (told["decision"], told["reason"]) == ("deny", reason)
