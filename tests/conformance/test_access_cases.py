"""The worked cases of the decision rules, decided as an operator would decide them."""

import json

import pytest
from click.testing import CliRunner

from portal.cli import main
from stodtjanster.access import Policy
from stodtjanster.access.cases import read_cases
from tests.conftest import SHARED

FILE = SHARED / "access" / "cases.json"
CASES = json.loads(FILE.read_text("utf-8"))["cases"] if FILE.is_file() else []
absent = pytest.mark.skipif(not CASES, reason="../shared is absent: the worked cases are not here")


@absent
def test_every_worked_case_is_decided_as_it_expects():
    done = CliRunner().invoke(main, ["decide", "--check", str(FILE)])
    assert done.exit_code == 0, done.stderr
    assert done.stderr == f"portal decide: {len(CASES)} of {len(CASES)} as expected\n"


@absent
def test_the_lines_say_what_the_cases_expect():
    done = CliRunner().invoke(main, ["decide", str(FILE)])
    assert done.exit_code == 0
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    expected = [{"keep": None, "drop": None, "id": case["id"], **case["expect"]} for case in CASES]
    assert lines == expected


@absent
def test_the_constants_of_the_cases_are_ours():
    assert read_cases(FILE.read_bytes()).policy == Policy()
