"""docs/access.md says where each reason comes from, and says it truly."""

import inspect
import re
from importlib import import_module
from pathlib import Path

from stodtjanster.access.reasons import EMERGENCY_OPENINGS, LAW, TO_REVIEW, Reason

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "access.md"
ROW = re.compile(
    r"\| [\d a-f]+ \| `(?P<reason>\w+)` \| [^|]+ \| (?P<result>[^|]+) \| (?P<law>[^|]+)"
    r" \| `(?P<module>\w+)\.(?P<rule>\w+)` \|"
)
ROWS = [found.groupdict() for found in ROW.finditer(DOCUMENT.read_text("utf-8"))]


def test_every_reason_has_its_row():
    assert {row["reason"] for row in ROWS} == {reason.value for reason in Reason}


def test_a_row_names_the_function_that_says_it():
    for row in ROWS:
        module = import_module(f"stodtjanster.access.rules.{row['module']}")
        source = inspect.getsource(getattr(module, row["rule"]))
        assert f"Reason.{row['reason']}" in source, row


def test_a_row_tells_the_law_and_the_log():
    for row in ROWS:
        reason = Reason(row["reason"])
        assert row["law"] == LAW[reason].value, row
        assert ("(N)" in row["result"]) is (reason in EMERGENCY_OPENINGS), row
        assert ("(r)" in row["result"]) is (reason in TO_REVIEW), row
