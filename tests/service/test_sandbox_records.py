"""The sandbox's medicines, notes and referrals, with the vices that the portal must live with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.service.conftest import Sandbox
from tests.service.sandbox_wire import (
    MEDICINES,
    NOTES_2,
    NOTES_3,
    REFERRALS_1,
    REFERRALS_2,
    Platform,
)

BIRGITTA = "190001019801"
SARA = "199001012385"
NORD = "TSTNMT2321000156-NORD"


@pytest.fixture
def platform(sandbox: Sandbox) -> Iterator[Platform]:
    with Platform(sandbox.info) as consumer:
        yield consumer


def test_the_current_list_has_the_end_of_a_treatment_too(platform: Platform) -> None:
    wanted = "<m:prescriptionStatus>Active</m:prescriptionStatus>"
    active = platform.ask(MEDICINES, BIRGITTA, more=wanted)
    assert set(active.texts("prescriptionStatus")) == {"Active"}
    assert active.texts("typeOfPrescription").count("U") == 1
    assert "Inactive" in platform.ask(MEDICINES, BIRGITTA).texts("prescriptionStatus")


def test_both_majors_have_the_same_notes(platform: Platform) -> None:
    older = platform.ask(NOTES_2, BIRGITTA).texts("documentId")
    pages = [platform.ask(NOTES_3, BIRGITTA)]
    reference = f"<m:hasMoreReference>{pages[0].texts('reference')[0]}</m:hasMoreReference>"
    pages.append(platform.ask(NOTES_3, BIRGITTA, NORD, more=reference))
    newer = [row.findtext(".//{*}record/{*}id/{*}extension") for p in pages for row in p.rows]
    assert newer == older
    assert pages[0].texts("logicalAddress")[-1] == NORD
    assert pages[1].texts("reference") == []


def test_more_is_asked_for_at_the_source_itself(platform: Platform) -> None:
    reference = "<m:hasMoreReference>fr-o-m-3</m:hasMoreReference>"
    answer = platform.ask(NOTES_3, BIRGITTA, more=reference)
    assert answer.response.status_code == 500
    assert answer.fault


def test_a_reference_that_nobody_gave_is_an_error(platform: Platform) -> None:
    reference = "<m:hasMoreReference>tredje sidan</m:hasMoreReference>"
    assert platform.ask(NOTES_3, BIRGITTA, NORD, more=reference).texts("resultCode") == ["ERROR"]


def test_the_result_of_the_older_notes_stands_in_a_namespace_of_its_own(
    platform: Platform,
) -> None:
    body = platform.ask(NOTES_2, BIRGITTA, NORD).body
    namespace = "urn:riv:clinicalprocess:healthcond:description:2.1"
    assert body.findtext(f"{{{namespace}}}result/{{{namespace}}}resultCode") == "OK"


def test_sender_and_receiver_each_tell_of_a_referral(platform: Platform) -> None:
    answer = platform.ask(REFERRALS_2, BIRGITTA)
    assert answer.codes == {"NORD": "DataFromSource", "SYDK": "DataFromSource"}
    older = platform.ask(REFERRALS_1, BIRGITTA)
    assert older.texts("eventTime") == answer.texts("eventTime")
    codes = [row.findtext("{*}statusCode") for row in older.rows]
    assert codes == [row.findtext(".//{*}statusCode/{*}code") for row in answer.rows]


def test_only_the_newer_major_can_say_what_is_not_approved(platform: Platform) -> None:
    assert "false" in platform.ask(REFERRALS_2, SARA).texts("approvedForPatient")
    assert "R-7790" not in platform.ask(REFERRALS_1, SARA).texts("senderRequestId")


def test_a_period_limits_the_steps_of_the_older_major_too(platform: Platform) -> None:
    period = "<m:fromDate>19990101000000</m:fromDate><m:toDate>19991231235959</m:toDate>"
    assert platform.ask(REFERRALS_1, BIRGITTA, NORD, more=period).rows == []
