"""What RIV-TA and FHIR both tell of Sara is shown once: by whose record it is, and its id there.

Her region tells of itself through the platform; her municipality and Inera pass on copies.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from stodtjanster.information import (
    Appointment,
    CareContact,
    CareManager,
    CarePlan,
    Item,
    ReferralStatus,
    by_referral,
)
from stodtjanster.information.hierarchy import plan_trees
from tests.service.conftest import Sandbox
from tests.service.every_source import FAST_KONTAKT, ROWS, SARA, SJOVIK, Row
from tests.service.test_every_source import Wire, records

NORD, BJOR = "TSTNMT2321000156-NORD", "TSTNMT2321000156-BJOR"


@pytest.fixture
def wire(sandbox: Sandbox, tmp_path: Path) -> Iterator[Wire]:
    return Wire(sandbox, tmp_path)


def rows_of(information: type[Item]) -> list[Row]:
    """Everybody who tells of a kind, the platform first, as the demo is set up."""
    return [row for row in ROWS if row.information is information and not row.asked_about_a_booking]


@pytest.mark.parametrize(
    ("information", "copy", "identity"),
    [
        (Appointment, SJOVIK, (BJOR, "BJ-8021")),
        (CarePlan, SJOVIK, (NORD, "VP-77-310")),
        (CareContact, SJOVIK, (NORD, "VK-7710")),
        (ReferralStatus, SJOVIK, None),
        (CareManager, FAST_KONTAKT, None),
    ],
)
def test_a_twin_is_shown_once_as_its_own_system_tells_it(
    wire: Wire, information: type[Item], copy: str, identity: tuple[str, str] | None
) -> None:
    rows = rows_of(information)
    (copier,) = (row for row in rows if row.source == copy)
    others = [row for row in rows if row.source != copy and row.source.startswith("ntjp-")]
    copied, own = wire.ask(copier, SARA), wire.ask_all(others, SARA)
    (twin,) = records(copied).keys() & records(own).keys()
    assert identity in (None, twin)
    (alone,) = (item for item in copied.items if item.origin.identity == twin)
    assert (alone.origin.source, alone.origin.system) == (copy, wire.settings[copy]["base_url"])
    both = wire.ask_all([*others, copier], SARA)
    assert set(records(both)) == set(records(copied)) | set(records(own))
    assert set(records(both).values()) == {1}
    (shown,) = (item for item in both.items if item.origin.identity == twin)
    assert shown.origin.source.startswith("ntjp-")
    assert both.complete


def test_the_steps_of_a_referral_are_one_referral_whoever_tells(wire: Wire) -> None:
    answer = wire.ask_all(rows_of(ReferralStatus), SARA)
    (referral,) = by_referral(answer.items)
    assert [step.text.text for step in referral.steps] == ["komplettering begärd", "mottagen"]


def test_plans_stand_under_each_other_whoever_keeps_them(wire: Wire) -> None:
    answer = wire.ask_all(rows_of(CarePlan), SARA)
    trees = {tree.plan.origin.identity: tree for tree in plan_trees(answer.items)}
    over = trees[NORD, "VP-77-310"]
    assert [child.plan.origin.record for child in over.children] == ["CarePlan/rp-sara-1"]
