"""Whoever is not logged in cannot fill the audit log."""

from datetime import UTC, datetime, timedelta

from portal.strangers import Strangers

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def test_only_so_many_events_in_a_span_and_then_again():
    strangers = Strangers(events=2, span=timedelta(minutes=1))
    assert [strangers.may_write(NOON) for _ in range(4)] == [True, True, False, False]
    assert not strangers.may_write(NOON + timedelta(seconds=59))
    assert strangers.may_write(NOON + timedelta(seconds=60))


def test_a_clock_that_goes_back_shuts_nobody_out():
    strangers = Strangers(events=1)
    assert strangers.may_write(NOON)
    assert strangers.may_write(NOON - timedelta(hours=1))
