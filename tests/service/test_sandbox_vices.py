"""What the aggregating services do to a consumer, each by a person whom it always happens to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.service.conftest import ROOT, Sandbox
from tests.service.sandbox_wire import (
    CONTACTS_2,
    CONTACTS_3,
    HEADERS,
    LISTING,
    MANAGERS,
    NOTES_2,
    NOTES_3,
    SCHEDULE,
    XSD,
    Answer,
    Platform,
    schema,
)

NORDMARK = "TSTNMT2321000156-RNVG"
OK, FAILED = "DataFromSource", "NoDataSynchFailed"


@pytest.fixture
def platform(sandbox: Sandbox) -> Iterator[Platform]:
    with Platform(sandbox.info) as consumer:
        yield consumer


@pytest.fixture
def numbers(sandbox: Sandbox) -> dict[str, str]:
    """The numbers of people by their keys."""
    return {person["key"]: person["person_id"] for person in sandbox.info["people"]}


def why(answer: Answer, code: str) -> tuple[str, str]:
    """The error of a status row: its code and its text."""
    row = answer.status[f"TSTNMT2321000156-{code}"]
    return row.findtext(f".//{{{HEADERS}}}code"), row.findtext(f".//{{{HEADERS}}}text")


def test_everybody_who_provokes_something_is_in_the_table(sandbox: Sandbox) -> None:
    table = (ROOT / "docs" / "sandbox.md").read_text("utf-8")
    told = set(re.findall(r"^\| ([^|]+) \| ([0-9]{12}) \|", table, re.MULTILINE))
    provoking = {
        (person["name"], person["person_id"])
        for person in sandbox.info["people"]
        if person["provokes"]
    }
    assert provoking
    assert told == provoking


def test_each_fault_behind_the_platform_is_a_row_of_its_own(
    platform: Platform, numbers: dict[str, str]
) -> None:
    answer = platform.ask(SCHEDULE, numbers["vp_alla"])
    assert answer.texts("bookingId") == ["BJ-2001"]
    # The one that may not be called has no row at all.
    behind = [f"VP{number:02}" for number in range(1, 16) if number != 7]
    assert answer.codes == {"BJOR": OK, **dict.fromkeys(behind, FAILED)}
    for unit in behind:
        code, text = why(answer, unit)
        assert code == "500"
        assert text.startswith(f"VP0{unit[2:]} [")


def test_a_unit_is_found_up_the_tree_and_one_without_right_left_out(
    platform: Platform, numbers: dict[str, str]
) -> None:
    answer = platform.ask(SCHEDULE, numbers["trad"])
    assert answer.codes == {"BARM": OK, "PROV": OK}
    assert answer.texts("bookingId") == ["BM-2101", "PT-2102"]


def test_only_what_may_not_be_called_looks_like_nothing(
    platform: Platform, numbers: dict[str, str]
) -> None:
    answer = platform.ask(SCHEDULE, numbers["gomd"])
    assert (answer.response.status_code, answer.rows, answer.codes) == (200, [], {})


def test_an_index_that_is_not_up_to_date_gives_an_empty_answer(
    platform: Platform, numbers: dict[str, str]
) -> None:
    answer = platform.ask(SCHEDULE, numbers["inaktuell"])
    assert answer.texts("bookingId") == ["BJ-2201"]
    # A row that leads back to the service itself is not followed.
    assert answer.codes == {"BJOR": OK, "SYNC": OK}


def test_two_answer_and_one_never_does(platform: Platform, numbers: dict[str, str]) -> None:
    answer = platform.ask(SCHEDULE, numbers["tyst"])
    assert answer.codes == {"ORTO": OK, "BJOR": OK, "SYNC": FAILED}
    assert why(answer, "SYNC") == ("504", "Read timed out")


def test_who_answers_a_byte_at_a_time_is_given_up_with_the_whole(
    platform: Platform, numbers: dict[str, str]
) -> None:
    answer = platform.ask(SCHEDULE, numbers["dropp"])
    assert answer.codes == {"BJOR": FAILED, "SYNC": OK}
    assert why(answer, "BJOR") == ("43000", "Unknown error")


def test_a_source_that_answers_with_an_error(platform: Platform, numbers: dict[str, str]) -> None:
    answer = platform.ask(SCHEDULE, numbers["fel"])
    assert answer.codes == {"BJOR": OK, "SYNC": FAILED}
    code, text = why(answer, "SYNC")
    assert code == "500"
    assert text.endswith("VP_PRODUCER_EXCEPTION_HTTP_STATUS=500")


def test_a_source_that_answers_about_somebody_else(
    platform: Platform, numbers: dict[str, str]
) -> None:
    answer = platform.ask(SCHEDULE, numbers["vaxlad"])
    assert set(answer.codes.values()) == {OK}
    assert len(set(answer.texts("subject_of_care"))) == 2
    assert "BJ-2701" not in answer.texts("bookingId")


def test_the_index_that_never_answers_is_a_fault(
    platform: Platform, numbers: dict[str, str]
) -> None:
    answer = platform.ask(SCHEDULE, numbers["index"])
    assert answer.response.status_code == 500
    assert (answer.fault or "").startswith("EI000")


def test_what_breaks_the_schema_is_passed_on(
    platform: Platform, numbers: dict[str, str], shared: Path
) -> None:
    answer = platform.ask(SCHEDULE, numbers["format"])
    assert answer.codes == {"BJOR": OK}
    assert [len(text or "") for text in answer.texts("startTimeInclusive")] == [14, 12, 8, 0]
    assert not schema(shared / "rivta" / XSD[SCHEDULE]).validate(answer.body)


def test_care_managers_alone_are_held_to_their_schema(
    platform: Platform, numbers: dict[str, str]
) -> None:
    answer = platform.ask(MANAGERS, numbers["format"])
    assert (answer.rows, answer.codes) == ([], {"NORD": FAILED})
    assert why(answer, "NORD")[0] == "43000"


def test_dates_may_be_empty(platform: Platform, numbers: dict[str, str]) -> None:
    answer = platform.ask(LISTING, numbers["format"], NORDMARK)
    assert answer.texts("validFromDate") == [None]
    assert answer.texts("validToDate") == [None]


def test_the_hours_when_the_clocks_change(platform: Platform, numbers: dict[str, str]) -> None:
    answer = platform.ask(SCHEDULE, numbers["sommartid"])
    written = dict(zip(answer.texts("bookingId"), answer.texts("startTimeInclusive"), strict=True))
    gap, twice = (date.fromisoformat(written[each][:8]) for each in ("BJ-2902", "BJ-2903"))
    for sunday, month in ((gap, 3), (twice, 10)):
        assert (sunday.isoweekday(), sunday.month) == (7, month)
        assert sunday.day > 24
    assert {written[each][8:] for each in ("BJ-2902", "BJ-2903")} == {"023000"}


def test_both_majors_have_the_same_record_and_one_answer_has_it_twice(
    platform: Platform, numbers: dict[str, str]
) -> None:
    for major in (CONTACTS_2, CONTACTS_3):
        assert platform.ask(major, numbers["dubbel"]).texts("documentId") == ["VK-3001"] * 2
    (older,) = platform.ask(NOTES_2, numbers["dubbel"]).texts("documentId")
    assert older in platform.ask(NOTES_3, numbers["dubbel"]).texts("extension")


def test_the_same_booking_comes_twice(platform: Platform, numbers: dict[str, str]) -> None:
    answer = platform.ask(SCHEDULE, numbers["dubbel"])
    assert answer.texts("bookingId") == ["BJ-3001", "BJ-3001"]
    assert answer.codes == {"BJOR": OK}


def test_the_older_notes_lose_their_result_on_the_way(
    platform: Platform, numbers: dict[str, str]
) -> None:
    number = numbers["dubbel"]
    own = platform.ask(NOTES_2, number, "TSTNMT2321000156-NORD").texts("resultCode")
    assert (own, platform.ask(NOTES_2, number).texts("resultCode")) == (["OK"], [])
    assert platform.ask(NOTES_3, number).texts("resultCode") == ["INFO"]


def test_a_thousand_rows_come_at_once(platform: Platform, numbers: dict[str, str]) -> None:
    answer = platform.ask(SCHEDULE, numbers["tusen"])
    assert len(set(answer.texts("bookingId"))) == len(answer.rows) == 1000
    assert len({text[:8] for text in answer.texts("startTimeInclusive")}) == 40
