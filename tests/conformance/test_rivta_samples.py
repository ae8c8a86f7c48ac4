"""Every real message of the contracts we read, and every real fault, is read or refused."""

from importlib import import_module
from pathlib import Path

import pytest
from lxml import etree

from portal.reading import contracts_of
from stodtjanster.model import Cause
from stodtjanster.sources import kinds
from stodtjanster.sources.kit.soap import body_of
from stodtjanster.sources.kit.source import Response, SourceFailed
from stodtjanster.sources.subject_of_care_schedule import adapter as booked
from tests.conftest import SHARED
from tests.platform_causes import allowed
from tests.rivta_messages import OTHER, TOLVAN, reading

SAMPLES = SHARED / "rivta" / "samples"
MODULES = [import_module(f"stodtjanster.sources.{kind}.adapter") for kind in kinds()]
ADAPTERS = [module for module in MODULES if hasattr(module.Adapter, "gives")]
CONTRACTS = [(contract, adapter) for adapter in ADAPTERS for contract in contracts_of(adapter)]
READERS = {contract.operation: adapter.read for contract, adapter in CONTRACTS}
NAMESPACES = {contract.namespace.encode() for contract, _ in CONTRACTS}
CHOOSY = frozenset({"GetCareDocumentation", "GetMedicationHistory", "FindContent"})
"""Contracts of which not every row is ours to show: untagged notes, what is no medicine, and what
the index has of other categories."""
PLACEHOLDERS = ("${subject_of_care}", "${patientId}", "?", "222222222222", "191414141414")
"""What stands for a person in the samples; some never were anybody's number."""


def found(pattern: str) -> list[str]:
    return sorted(str(path.relative_to(SAMPLES)) for path in SAMPLES.glob(pattern))


def named(pattern: str) -> list[str]:
    """Names for parametrizing, so that an absent folder is a skip and not an empty test."""
    return found(pattern) or [pattern]


def body(shared: Path, name: str) -> bytes:
    return (shared / "rivta" / "samples" / name).read_bytes()


def operation(name: str) -> str:
    return next(operation for operation in READERS if f".{operation}." in name)


def reader(name: str):
    return READERS[operation(name)]


def occupied(body: bytes) -> bytes:
    """The message with Tolvan in the place of its nobody."""
    text = body.decode()
    for tag in ("subject_of_care", "id"):
        for nobody in PLACEHOLDERS:
            text = text.replace(f":{tag}>{nobody}<", f":{tag}>{TOLVAN.value}<")
            text = text.replace(f"<{tag}>{nobody}<", f"<{tag}>{TOLVAN.value}<")
    return text.encode()


def rows_of(raw: bytes) -> int:
    """How many rows stand in a message: a listing is one, and stands inside its person."""
    root = etree.fromstring(raw)
    (response,) = root.findall("{*}Body/*") or [root]
    names = (etree.QName(part).localname for part in response.iterchildren("{*}*"))
    rows = sum(name not in ("result", "hasMore", "subjectOfCare") for name in names)
    return rows + len(response.findall("{*}subjectOfCare/{*}listing"))


RESPONSES = [name for each in READERS for name in named(f"*.{each}.*/response-*.xml")]
REQUESTS = [
    name for each in READERS for name in named(f"*.{each}.*/request-*.xml") if "*" not in name
]


@pytest.mark.parametrize("name", RESPONSES)
def test_a_real_answer_is_read_and_every_row_accounted_for(shared: Path, name: str) -> None:
    if "*" in name:
        pytest.skip("no real answer of this contract is public")
    raw = body(shared, name)
    if not any(namespace in raw for namespace in NAMESPACES):
        with pytest.raises(SourceFailed) as failed:
            reader(name)(raw, reading=reading())
        assert (failed.value.cause, bool(failed.value.detail)) == (Cause.UNREADABLE, True)
        return
    rows = 0 if operation(name) in CHOOSY else rows_of(raw)
    for subject in (TOLVAN, None):
        heard = reader(name)(occupied(raw), reading=reading(subject=subject))
        refused = {rejection.where.split("/")[0] for rejection in heard.rejected}
        assert len(heard.items) + len(refused) >= rows
        assert all(rejection.why for rejection in heard.rejected)
        assert sum(report.rejected for report in heard.reports) == len(heard.rejected)


@pytest.mark.parametrize(
    ("name", "records"),
    [
        ("crm.scheduling.GetSubjectOfCareSchedule.1/response-03-valid-anchors-3443eb8a.xml", 3),
        ("crm.scheduling.GetSubjectOfCareSchedule.1/response-08-INVALID-5cddc47c.xml", 2),
        ("crm.scheduling.GetSubjectOfCareSchedule.1/response-12-INVALID-tmpl-0d963e9b.xml", 3),
        (
            (
                "clinicalprocess.logistics.logistics.GetCarePlans.2"
                "/response-03-INVALID-tmpl-9d65f0f6.xml"
            ),
            1,
        ),
        (
            (
                "clinicalprocess.logistics.logistics.GetCareContacts.2"
                "/response-03-valid-tmpl-55fa6095.xml"
            ),
            6,
        ),
        (
            (
                "clinicalprocess.logistics.logistics.GetCareContacts.3"
                "/response-06-INVALID-tmpl-c5de8880.xml"
            ),
            1,
        ),
        (
            (
                "clinicalprocess.logistics.logistics.GetCareServices.2"
                "/response-08-INVALID-tmpl-b6ea2eb7.xml"
            ),
            1,
        ),
    ],
)
def test_a_real_answer_about_somebody_is_shown(shared: Path, name: str, records: int) -> None:
    heard = reader(name)(occupied(body(shared, name)), reading=reading())
    assert len(heard.items) == records


def test_a_real_answer_is_read_as_it_is_when_nobody_was_asked_about(shared: Path) -> None:
    name = "crm.scheduling.GetSubjectOfCareSchedule.1/response-03-valid-anchors-3443eb8a.xml"
    heard = reader(name)(body(shared, name), reading=reading(subject=None))
    assert [item.subject for item in heard.items] == [None, None, None]


@pytest.mark.parametrize("name", RESPONSES)
def test_a_real_answer_about_others_shows_nothing(shared: Path, name: str) -> None:
    if "*" in name:
        pytest.skip("no real answer of this contract is public")
    raw = body(shared, name)
    if not any(namespace in raw for namespace in NAMESPACES):
        pytest.skip("a message of another contract with the same name, which is refused")
    heard = reader(name)(raw, reading=reading(subject=OTHER))
    assert heard.items == ()
    assert heard.reports


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_is_no_answer(shared: Path, name: str) -> None:
    with pytest.raises(SourceFailed) as failed:
        reader(name)(body(shared, name), reading=reading())
    assert failed.value.cause is Cause.UNREADABLE


@pytest.mark.parametrize("name", named("soap-fault/*.xml"))
@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_a_real_fault_is_a_failure_with_a_cause(shared: Path, read: object, name: str) -> None:
    raw = body(shared, name)
    with pytest.raises(SourceFailed) as bare:
        read(raw, reading=reading())
    with pytest.raises(SourceFailed) as answered:
        body_of(Response(500, {}, raw))
    assert (bare.value.cause, bare.value.detail) == (answered.value.cause, answered.value.detail)
    assert bare.value.detail.startswith(("VP", "SOAP fault"))
    assert bare.value.cause in allowed(bare.value.detail)


def test_a_real_timeout_of_a_producer_is_told_as_one(shared: Path) -> None:
    with pytest.raises(SourceFailed) as failed:
        booked.read(body(shared, "soap-fault/fault-16-noschema-bf7f48a7.xml"), reading=reading())
    assert (failed.value.cause, failed.value.detail) == (Cause.TIMEOUT, "VP009")
