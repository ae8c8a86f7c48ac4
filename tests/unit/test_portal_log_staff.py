"""What staff have opened, as the person reads it: the unit and the provider, and never who."""

from datetime import timedelta

import pytest

from portal.readings import Readings
from stodtjanster.information import AccessLog, Opener
from stodtjanster.sources.portal_log.adapter import Adapter
from stodtjanster.sources.portal_log.settings import Settings
from tests.rivta_messages import question
from tests.security_messages import BIRGITTA, EMPLOYEE, NOW, NURSE, OWN, disclosure


class Log:
    def __init__(self, *events):
        self.events = events

    def concerning(self, subject, kinds, **_period):
        return tuple(e for e in self.events if e.subject == subject and e.event in kinds)


def told(*events):
    adapter = Adapter(
        Settings(key="portal-log", kind="portal_log", name="Portalen"), Readings(Log(*events), None)
    )
    return adapter.recall(question(AccessLog, subject=BIRGITTA, at=NOW)).items


def test_the_unit_is_told_and_the_employee_is_not():
    (item,) = told(disclosure())
    assert item.opener is Opener.CARE
    assert (item.origin.care_provider, item.origin.care_unit) == (OWN.provider, OWN.unit)
    assert item.purpose.text == "Vård och behandling"
    assert EMPLOYEE.value not in repr(item)
    assert NURSE.value not in repr(item)


@pytest.mark.parametrize(("ground", "emergency"), [("EMERGENCY_ACCESS", True), ("OWN_UNIT", False)])
def test_an_emergency_is_told_as_one(ground, emergency):
    (item,) = told(disclosure(ground=ground))
    assert item.emergency is emergency


def test_each_opening_is_a_row():
    assert len(told(disclosure(), disclosure(at=NOW + timedelta(minutes=1)))) == 2
