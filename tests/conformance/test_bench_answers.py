"""What the bench reads is what a source may send."""

from pathlib import Path

import pytest
from lxml import etree

from bench.parse_fhir import KINDS, body_of, read
from bench.parse_peers import fhir_resources
from bench.parse_rivta import ANSWERS, Answer
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
