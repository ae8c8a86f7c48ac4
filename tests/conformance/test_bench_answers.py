"""What the bench reads is what a source may send."""

from importlib import import_module
from pathlib import Path

import pytest
from lxml import etree

from bench.parse_fhir import KINDS, body_of, read
from bench.parse_peers import fhir_resources
from bench.parse_rivta import ANSWERS, Answer
from portal.reading import contracts_of
from stodtjanster.sources import kinds
from stodtjanster.sources.access_logs import adapter as access_logs
from stodtjanster.sources.blocks import adapter as blocks
from stodtjanster.sources.consents import adapter as consents
from stodtjanster.sources.kit.fhir.gathering import READERS
from tests.conformance.test_rivta_requests import load


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer.name)
def test_an_answer_is_valid_and_read_whole(shared: Path, answer: Answer) -> None:
    body = answer.body()
    content = etree.fromstring(body)[1][0]
    schema = load(shared / "rivta" / answer.schema)
    assert schema.validate(etree.fromstring(etree.tostring(content))), schema.error_log
    assert answer.read(body) >= answer.rows


@pytest.mark.parametrize("kind", KINDS)
def test_a_bundle_is_valid_and_read_whole(kind: str) -> None:
    body = body_of(kind, KINDS[kind])
    assert read(kind, body) == len(fhir_resources(body).entry)


def test_every_contract_that_a_source_reads_is_measured() -> None:
    adapters = [import_module(f"stodtjanster.sources.{kind}.adapter") for kind in kinds()]
    read = {
        contract.namespace
        for adapter in adapters
        for contract in contracts_of(adapter)
        if contract not in getattr(adapter, "WRITES", ())
    }
    # Nobody waits for who has read: the national log answers when its report is ready. Of blocks
    # and of consents at one provider nobody has more than a few.
    few = (access_logs, blocks, consents)
    read -= {adapter.CONTRACT.namespace for adapter in few}
    assert read <= {answer.contract.namespace for answer in ANSWERS}


def test_every_kind_of_resource_that_is_read_is_measured() -> None:
    of_r5_alone = {"DeviceUsage"}
    assert set(KINDS) == set(READERS) - of_r5_alone
