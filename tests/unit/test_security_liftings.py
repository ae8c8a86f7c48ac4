"""The list of blocks is whole or unknown, and what lifts one says who, why and until when."""

from datetime import timedelta

import pytest
from lxml import etree

from stodtjanster.model import Cause
from stodtjanster.security.kit import Registered, Registration
from stodtjanster.security.liftings import LIFT, LIST, LiftReason, lift_block, list_blocks
from stodtjanster.sources.kit.source import SourceFailed
from tests.security_messages import (
    BIRGITTA,
    CLINIC,
    NOW,
    NURSE,
    OWN,
    READER,
    SETTINGS,
    answer,
    ended,
)

UNTIL = Registration("id-1", NOW, NOW + timedelta(hours=2), personal=True)


def revoke(**changes):
    said = {
        "EndDate": "2026-11-20T15:00:00",
        "RevokedForCareUnitId": OWN.unit.value,
        **changes,
    }
    return f"<c:TemporaryRevokes>{elements(said)}</c:TemporaryRevokes>"


def elements(said):
    return "".join(
        f"<c:{name}>{words}</c:{name}>" for name, words in said.items() if words is not None
    )


def row(parts="", **changes):
    said = {
        "BlockId": "b-1",
        "BlockType": "Inner",
        "PatientId": BIRGITTA.value,
        "InformationStartDate": "2024-02-01T00:00:00",
        "InformationCareUnitId": CLINIC.unit.value,
        "InformationCareProviderId": CLINIC.provider.value,
        **changes,
    }
    return f"<c:Blocks>{elements(said)}{parts}</c:Blocks>"


def listed(rows, code="OK"):
    result = f"<c:Result><c:ResultCode>{code}</c:ResultCode></c:Result>"
    body = answer(LIST, f"<r:BlockHeaderType>{result}{rows}</r:BlockHeaderType>")
    return ended(list_blocks(SETTINGS, READER, BIRGITTA, now=NOW, correlation="c"), body)


def test_what_holds_is_told_with_whom_it_is_lifted_for():
    (block,) = listed(row(revoke()))
    assert (block.id, block.inner, block.unit) == ("b-1", True, CLINIC.unit)
    assert block.is_lifted_for(READER)


@pytest.mark.parametrize(
    "changes",
    [
        {"EndDate": "2026-11-20T13:30:00"},
        {"RevokedForCareUnitId": CLINIC.unit.value},
        {"RevokedForEmployeeId": "TSTNMT2321000156-AMYU"},
    ],
)
def test_a_lifting_that_is_over_or_for_others_is_none(changes):
    (block,) = listed(row(revoke(**changes)))
    assert not block.is_lifted_for(READER)


def test_an_outer_block_has_no_unit():
    (block,) = listed(row(BlockType="Outer", InformationCareUnitId=None))
    assert (block.inner, block.unit) == (False, None)


def test_nobody_has_blocked_anything():
    assert listed("") == ()


@pytest.mark.parametrize(
    ("rows", "cause"),
    [
        (row() + row(BlockType="Inre"), Cause.UNREADABLE),
        (row(BlockId=None), Cause.UNREADABLE),
        (row(BlockId=""), Cause.UNREADABLE),
        (row(InformationCareProviderId="x y"), Cause.UNREADABLE),
        (row(InformationStartDate="i dag"), Cause.UNREADABLE),
        (row(revoke(EndDate=None)), Cause.UNREADABLE),
        (row() + row(PatientId=NURSE.value), Cause.FOREIGN),
    ],
)
def test_one_row_that_cannot_be_read_leaves_nothing_known(rows, cause):
    with pytest.raises(SourceFailed) as failed:
        listed(rows)
    assert failed.value.cause is cause
    assert BIRGITTA.value not in str(failed.value)


@pytest.mark.parametrize("code", ["ERROR", "ACCESSDENIED", "", "NOBODY_KNOWS"])
def test_an_answer_that_is_no_yes_leaves_nothing_known(code):
    with pytest.raises(SourceFailed):
        listed(row(), code)


@pytest.mark.parametrize(
    ("code", "said"), [("OK", Registered.DONE), ("ALREADYEXISTS", Registered.ALREADY)]
)
def test_what_lifts_a_block_says_who_why_and_until_when(code, said):
    talk = lift_block(
        SETTINGS,
        READER,
        BIRGITTA,
        UNTIL,
        block="b-1",
        reason=LiftReason.EMERGENCY,
        words="Medvetslös",
        correlation="c",
    )
    request = next(talk)
    sent = {
        etree.QName(each).localname: each.text for each in etree.fromstring(request.body).iter()
    }
    assert sent["BlockId"] == "b-1"
    assert sent["TemporaryRevokeId"] == "id-1"
    assert sent["EndDate"] == "2026-11-20T15:30:00"
    assert (sent["RevokeReason"], sent["RevokeReasonText"]) == ("Emergency", "Medvetslös")
    assert sent["RevokedForEmployeeId"] == READER.employee.value
    again = lift_block(
        SETTINGS,
        READER,
        BIRGITTA,
        UNTIL,
        block="b-1",
        reason=LiftReason.CONSENT,
        correlation="c",
    )
    result = f"<r:ResultType><c:ResultCode>{code}</c:ResultCode></r:ResultType>"
    assert ended(again, answer(LIFT, result)) is said
