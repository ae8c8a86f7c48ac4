"""Ending a consent and lifting a block over the sandbox's wire: valid, remembered, and broken."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from lxml import etree

from sandbox.faults import TARGETS
from stodtjanster.fetch import NotKnown
from stodtjanster.model import Cause
from stodtjanster.security.consents import Assertion, cancel_consent, register_consent
from stodtjanster.security.kit import Registered, Registration
from stodtjanster.security.liftings import LiftReason, Standing, lift_block, list_blocks
from tests.security_messages import BIRGITTA, CLINIC
from tests.service.conftest import Sandbox
from tests.service.sandbox_wire import schema
from tests.service.test_security_wire import (
    AT_CLINIC,
    KARIN,
    LENA,
    NOW,
    ROWS,
    Desk,
    content,
    desk,
)

__all__ = ["desk"]

CONSENT = "informationsecurity/authorization/consent/2.0/interactions"
BLOCKING = "ehr/blocking/3.2/interactions"
XSD = {
    "RegisterExtendedConsent": f"{CONSENT}/RegisterExtendedConsentInteraction"
    "/RegisterExtendedConsentResponder_2.0.xsd",
    "CancelExtendedConsent": f"{CONSENT}/CancelExtendedConsentInteraction"
    "/CancelExtendedConsentResponder_2.0.xsd",
    "GetAllBlocksForPatientRequest": f"{BLOCKING}/querying/GetAllBlocksForPatientInteraction"
    "/GetAllBlocksForPatientResponder_2.0.xsd",
    "RegisterTemporaryExtendedRevokeRequest": f"{BLOCKING}/administration"
    "/RegisterTemporaryExtendedRevokeInteraction/RegisterTemporaryExtendedRevokeResponder_2.0.xsd",
}


def registration(**changes: object) -> Registration:
    said = {"id": str(uuid4()), "at": NOW, "valid_to": NOW + timedelta(hours=2), "personal": True}
    return Registration(**{**said, **changes})  # type: ignore[arg-type]


def blocks(desk: Desk) -> tuple[Standing, ...]:
    said = desk.ask(desk.settings.blocks, list_blocks, LENA, BIRGITTA, now=NOW)
    assert not isinstance(said, NotKnown), said
    return said


def lift(desk: Desk, block: str, one: Registration | None = None) -> object:
    reason = LiftReason.EMERGENCY
    return desk.ask(
        desk.settings.blocks,
        lift_block,
        LENA,
        BIRGITTA,
        one or registration(),
        block=block,
        reason=reason,
        words="Medvetslös",
    )


def certify(desk: Desk, one: Registration) -> object:
    return desk.ask(
        desk.settings.consents,
        register_consent,
        KARIN,
        BIRGITTA,
        one,
        kind=Assertion.EMERGENCY,
        reason="Medvetslös",
    )


def cancel(desk: Desk, assertion: str) -> object:
    settings = desk.settings.consents
    return desk.ask(settings, cancel_consent, KARIN, BIRGITTA, assertion=assertion, at=NOW)


def test_an_emergency_ends_before_its_time_and_does_not_begin_again(desk: Desk) -> None:
    one = registration()
    assert certify(desk, one) is Registered.DONE
    assert desk.consent(KARIN) is Assertion.EMERGENCY
    assert cancel(desk, one.id) is Registered.DONE
    assert desk.consent(KARIN) is None
    assert cancel(desk, one.id) is Registered.ALREADY
    assert certify(desk, one) is Registered.ALREADY
    assert desk.consent(KARIN) is None


def test_what_was_never_registered_cannot_be_ended(desk: Desk) -> None:
    assert cancel(desk, str(uuid4())) == NotKnown(Cause.FAULT)


def test_a_lifted_block_is_open_to_whom_it_was_lifted_for(desk: Desk) -> None:
    (standing,) = blocks(desk)
    assert (standing.inner, standing.unit) == (True, CLINIC.unit)
    assert not standing.is_lifted_for(LENA)
    one = registration()
    assert lift(desk, standing.id, one) is Registered.DONE
    assert lift(desk, standing.id, one) is Registered.ALREADY
    (standing,) = blocks(desk)
    assert standing.is_lifted_for(LENA)
    assert not standing.is_lifted_for(AT_CLINIC)
    assert desk.blocks(LENA) == set(ROWS)
    assert ROWS[1] not in desk.blocks(KARIN)


def test_a_block_that_there_is_not_is_not_lifted(desk: Desk) -> None:
    assert lift(desk, "nobodys-block") == NotKnown(Cause.FAULT)


def test_all_is_valid_both_ways(desk: Desk, shared: Path) -> None:
    one = registration()
    certify(desk, one), cancel(desk, one.id)
    (standing,) = blocks(desk)
    lift(desk, standing.id)
    schemas = {name: schema(shared / "rivta" / path) for name, path in XSD.items()}
    checked = set()
    for sent, came in zip(desk.driver.seen[::2], desk.driver.seen[1::2], strict=True):
        request, response = content(sent), content(came)
        valid = schemas[etree.QName(request).localname]
        assert valid.validate(request), valid.error_log
        assert valid.validate(response), valid.error_log
        checked.add(etree.QName(request).localname)
    assert checked == XSD.keys()


@pytest.mark.parametrize("kind", [k for k in TARGETS["sparr"] if k not in ("slow", "empty")])
def test_whatever_is_wrong_no_block_is_known_and_none_is_lifted(
    desk: Desk, sandbox: Sandbox, kind: str
) -> None:
    (standing,) = blocks(desk)
    sandbox.fault("sparr", kind)
    said = desk.ask(desk.settings.blocks, list_blocks, LENA, BIRGITTA, now=NOW)
    assert isinstance(said, NotKnown)
    if kind != "wrong-person":
        assert isinstance(lift(desk, standing.id), NotKnown)


def test_nothing_is_sent_to_a_service_that_is_switched_off(desk: Desk) -> None:
    off = desk.settings.blocks.model_copy(update={"enabled": False})
    said = desk.ask(off, list_blocks, LENA, BIRGITTA, now=NOW)
    assert said == NotKnown(Cause.SWITCHED_OFF)
    assert desk.driver.seen == []
