"""Who is known not to be connected, and who is merely not known of."""

from datetime import timedelta

import pytest

from stodtjanster.catalogue import Connection, Coverage, Expectation, Expecting
from stodtjanster.catalogue.coverage import TRUSTED
from stodtjanster.model import Cause
from stodtjanster.sources import kinds
from stodtjanster.sources.connections.adapter import CONTRACT, Adapter, read_addresses
from stodtjanster.sources.connections.settings import Settings
from stodtjanster.sources.kit.source import Response, SourceFailed
from tests.fetching import NOON
from tests.rivta_messages import SETTINGS, envelope, fault

PLANS = Connection(
    "SE-PORTAL", "urn:riv:clinicalprocess:logistics:logistics:GetCarePlansResponder:2"
)
EXPECTED = Expectation(PLANS, "SE-1", frozenset({"SE-1", "se-2", "SE-3"}))


def record(address: str | None, more: str = "") -> str:
    said = "" if address is None else f"<r:logicalAddress>{address}</r:logicalAddress>"
    return f"<r:logicalAddressRecord>{said}{more}</r:logicalAddressRecord>"


def answer(*rows: str) -> bytes:
    return envelope(CONTRACT, "".join(rows))


# -- what is known ---------------------------------------------------------------------------------


def test_of_what_was_never_looked_up_nothing_is_said() -> None:
    assert Coverage().unconnected(EXPECTED, NOON) == frozenset()


def test_whom_the_list_lacks_is_not_connected() -> None:
    coverage = Coverage()
    coverage.learn(PLANS, ["se-1", "SE-2", "SE-9"], NOON)
    assert coverage.unconnected(EXPECTED, NOON) == {"SE-3"}


def test_a_list_is_of_one_contract_and_one_consumer() -> None:
    coverage = Coverage()
    coverage.learn(Connection("SE-PORTAL", "urn:riv:other:OtherResponder:1"), ["SE-9"], NOON)
    coverage.learn(Connection("SE-OTHER", PLANS.contract), ["SE-9"], NOON)
    assert coverage.unconnected(EXPECTED, NOON) == frozenset()


def test_a_new_list_takes_the_place_of_the_old() -> None:
    coverage = Coverage()
    coverage.learn(PLANS, ["SE-1", "SE-2"], NOON)
    coverage.learn(PLANS, ["SE-1", "SE-2", "SE-3"], NOON + timedelta(hours=6))
    assert coverage.unconnected(EXPECTED, NOON + timedelta(hours=6)) == frozenset()


def test_an_old_list_is_believed_for_a_while_only() -> None:
    coverage = Coverage()
    coverage.learn(PLANS, ["SE-1", "SE-2"], NOON)
    assert coverage.unconnected(EXPECTED, NOON + TRUSTED) == {"SE-3"}
    assert coverage.unconnected(EXPECTED, NOON + TRUSTED + timedelta(seconds=1)) == frozenset()


@pytest.mark.parametrize("major", [2, 3])
def test_a_source_expects_what_it_is_configured_with_in_its_own_major(major: int) -> None:
    raw = {**SETTINGS, "kind": "care_contacts", "major": major, "expects": ["SE-1"]}
    source = kinds()["care_contacts"].build(raw)
    assert isinstance(source, Expecting)
    assert source.expects == Expectation(
        Connection(
            "SE2321000230-9000",
            f"urn:riv:clinicalprocess:logistics:logistics:GetCareContactsResponder:{major}",
        ),
        "5565594230",
        frozenset({"SE-1"}),
    )


# -- what the catalogue answers --------------------------------------------------------------------


def test_the_catalogue_is_asked_about_a_contract_and_nobody() -> None:
    request = next(adapter().look_up(PLANS, correlation="c-1"))
    sent = request.body.decode()
    assert f"serviceConsumerHsaId>{PLANS.consumer}<" in sent
    assert f"ServiceContractNamespace>{PLANS.contract}<" in sent
    assert request.headers["x-skltp-correlation-id"] == "c-1"


def test_filters_and_extensions_are_none_of_ours() -> None:
    more = "<r:filter><r:serviceDomain>riv:x</r:serviceDomain></r:filter>"
    own = '<x:own xmlns:x="urn:x"/>'
    assert read_addresses(answer(record("se-1", more + more), own, record("SE-2"))) == {
        "SE-1",
        "SE-2",
    }


@pytest.mark.parametrize(
    "body",
    [
        answer(),
        answer(record("SE-1"), record(None)),
        answer(record("SE-1"), record(" ")),
        answer(record("SE-1"), record("x" * 129)),
        answer(record("SE-1"), record("SE-2", "<r:logicalAddress>SE-3</r:logicalAddress>")),
        answer(record("SE-1"), "<r:logicalAddress>SE-2</r:logicalAddress>"),
        answer(
            record("SE-1"),
            record("SE-2").replace("r:logicalAddressRecord", "c:logicalAddressRecord"),
        ),
        answer(record("SE-1"))[:-40],
    ],
)
def test_a_list_that_may_be_short_is_no_list(body: bytes) -> None:
    with pytest.raises(SourceFailed) as failed:
        read_addresses(body)
    assert failed.value.cause is Cause.UNREADABLE
    assert "SE-" not in failed.value.detail


def test_a_fault_is_the_catalogues_failure() -> None:
    conversation = adapter().look_up(PLANS, correlation="c-1")
    next(conversation)
    with pytest.raises(SourceFailed) as failed:
        conversation.send(Response(500, {}, fault("soap:Server", "VP008 [NTjP] Fel")))
    assert failed.value.detail == "VP008"


def adapter() -> Adapter:
    return Adapter(Settings.model_validate({**SETTINGS, "kind": "connections"}))
