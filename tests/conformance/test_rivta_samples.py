"""Every real message of the three contracts, and every real fault, is read or refused."""

from pathlib import Path

import pytest

from stodtjanster.model import Cause
from stodtjanster.sources.care_managers import adapter as care_managers
from stodtjanster.sources.care_plans import adapter as care_plans
from stodtjanster.sources.kit.soap import body_of
from stodtjanster.sources.kit.source import Response, SourceFailed
from stodtjanster.sources.subject_of_care_schedule import adapter as booked
from tests.conftest import SHARED
from tests.rivta_messages import TOLVAN, reading

SAMPLES = SHARED / "rivta" / "samples"
READERS = {
    "GetSubjectOfCareSchedule": booked.read,
    "GetCareManagers": care_managers.read,
    "GetCarePlans": care_plans.read,
}
PLACEHOLDERS = ("${subject_of_care}", "${patientId}", "?", "222222222222", "191414141414")
"""What stands for a person in the samples; some never were anybody's number."""


def found(pattern: str) -> list[str]:
    return sorted(str(path.relative_to(SAMPLES)) for path in SAMPLES.glob(pattern))


def named(pattern: str) -> list[str]:
    """Names for parametrizing, so that an absent folder is a skip and not an empty test."""
    return found(pattern) or [pattern]


def body(shared: Path, name: str) -> bytes:
    return (shared / "rivta" / "samples" / name).read_bytes()


def reader(name: str):
    return next(read for operation, read in READERS.items() if f".{operation}." in name)


def occupied(body: bytes) -> bytes:
    """The message with Tolvan in the place of its nobody."""
    text = body.decode()
    for tag in ("subject_of_care", "id"):
        for nobody in PLACEHOLDERS:
            text = text.replace(f":{tag}>{nobody}<", f":{tag}>{TOLVAN.value}<")
            text = text.replace(f"<{tag}>{nobody}<", f"<{tag}>{TOLVAN.value}<")
    return text.encode()


RESPONSES = [name for operation in READERS for name in named(f"*.{operation}.*/response-*.xml")]
REQUESTS = [name for operation in READERS for name in named(f"*.{operation}.*/request-*.xml")]


@pytest.mark.parametrize("name", RESPONSES)
def test_a_real_answer_is_read_and_every_row_accounted_for(shared: Path, name: str) -> None:
    if "*" in name:
        pytest.skip("no real answer of this contract is public")
    raw = body(shared, name)
    rows = raw.count(b"timeslotDetail>") // 2 + raw.count(b"carePlan>") // 2
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
def test_a_real_answer_about_nobody_shows_nothing(shared: Path, name: str) -> None:
    if "*" in name:
        pytest.skip("no real answer of this contract is public")
    heard = reader(name)(body(shared, name), reading=reading())
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
    assert bare.value.cause in (Cause.FAULT, Cause.TIMEOUT)
    assert bare.value.detail.startswith(("VP", "SOAP fault"))


def test_a_real_timeout_of_a_producer_is_told_as_one(shared: Path) -> None:
    with pytest.raises(SourceFailed) as failed:
        booked.read(body(shared, "soap-fault/fault-16-noschema-bf7f48a7.xml"), reading=reading())
    assert (failed.value.cause, failed.value.detail) == (Cause.TIMEOUT, "VP009")
