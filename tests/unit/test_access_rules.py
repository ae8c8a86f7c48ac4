"""Every sentence of the decision rules, with what follows from it."""

import pytest

from portal.deciding import differences
from stodtjanster.access import Policy, judge
from stodtjanster.access.reasons import LAW, Reason
from tests.access_table import Row, rows

ROWS = rows()


@pytest.mark.parametrize("row", [pytest.param(row, id=f"{row.rule}-{row.says}") for row in ROWS])
def test_what_the_rules_say(row: Row):
    said = judge(row.case, Policy(**row.policy))
    assert list(differences(said, row.expect)) == []


def test_every_reason_is_reached():
    assert {row.expect.reason for row in ROWS} == {reason.value for reason in Reason}


def test_every_reason_has_its_law():
    assert set(LAW) == set(Reason)
