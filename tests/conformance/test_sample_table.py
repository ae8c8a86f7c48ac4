"""docs/samples.md says what becomes of the public messages today."""

from __future__ import annotations

import re
from difflib import unified_diff
from pathlib import Path

import pytest

from stodtjanster.model import Cause
from stodtjanster.sources.kit.source import Heard, Rejection, SourceFailed
from tools.sample_table import PAGE, Result, made_of, page, readers, result_of


def test_the_page_is_what_is_read_today(shared: Path) -> None:
    kept = PAGE.read_text("utf-8").splitlines()
    today = page(shared).splitlines()
    print("\n".join(today))
    changed = "\n".join(unified_diff(kept, today, "docs/samples.md", "today", lineterm=""))
    assert not changed, f"run python tools/sample_table.py and read what changed\n{changed}"


def test_every_answer_and_fault_is_on_the_page(shared: Path) -> None:
    samples = (shared / "rivta" / "samples").glob("*/*.xml")
    messages = [path for path in samples if not path.name.startswith("request-")]
    told = PAGE.read_text("utf-8")
    one_each = re.findall(r"^\| [\w.-]+/(?:response|fault)-\d+ \|", told, re.MULTILINE)
    _, _, last = told.partition("that no source asks for | messages")
    of_others = re.findall(r"^\| [\w.]+ \| (\d+) \|", last, re.MULTILINE)
    assert len(one_each) + sum(map(int, of_others)) == len(messages)


def test_every_contract_that_we_read_is_on_the_page() -> None:
    told = PAGE.read_text("utf-8")
    for contract, _ in readers().values():
        assert f"| {contract.operation}.{contract.major} |" in told


def test_nobodys_number_is_on_the_page() -> None:
    assert not re.search(r"\d{8}-?\d{4}", PAGE.read_text("utf-8"))


@pytest.mark.parametrize(
    ("items", "rejected", "verdict"),
    [
        (0, 0, "read"),
        (2, 0, "read"),
        (1, 1, "rows refused"),
        (0, 1, "refused"),
    ],
)
def test_a_message_is_read_in_part_or_refused(items: int, rejected: int, verdict: str) -> None:
    assert Result(items, ("why",) * rejected).verdict == verdict


def test_a_reason_says_the_element_and_never_which_row() -> None:
    made = made_of(Heard(rejected=(Rejection("row[7]/body/content[2]/value", "not base64"),)))
    assert made.whys == ("body/content/value: not base64",)


def test_an_answer_that_fails_is_refused_with_its_cause() -> None:
    def fails(_: bytes) -> Result:
        raise SourceFailed(Cause.TIMEOUT, "VP009")

    assert result_of(fails, b"") == Result(0, ("timeout: VP009",), whole=False)
