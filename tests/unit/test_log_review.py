"""Whom the rules let look in a log, which entries, and the periods of the checks."""

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from portal.log_review import CheckPeriod, decision_on, may_look, periods
from stodtjanster.access import Policy, Reason
from stodtjanster.audit import EventKind
from stodtjanster.model import Commission, PersonId
from tests.security_messages import BIRGITTA, ELSEWHERE, NOW, NURSE, OWN, disclosure, situation

POLICY = Policy()
ADMINISTRATION = Commission(
    "ADMINISTRATION", ("Läsa;log;VG",), OWN, date(2026, 1, 1), date(2026, 12, 31)
)


def actor(role="loggadministrator", **changes):
    return situation(role=role, commission=ADMINISTRATION, **changes).actor


class TestWhoMayLook:
    def test_a_log_administrator_may(self):
        assert may_look(actor(), NOW, POLICY)

    @pytest.mark.parametrize(
        "role",
        [
            *("lakare", "sjukskoterska", "rehab", "underskoterska_hsl", "hemtjanst"),
            *("fast_omsorgskontakt", "bistandshandlaggare", "it_admin", "support"),
            *("sparradministrator", "", "chef"),
        ],
    )
    def test_nobody_else_may(self, role):
        assert not may_look(actor(role), NOW, POLICY)
        assert not may_look(situation(role=role).actor, NOW, POLICY)

    def test_a_weak_login_may_not(self):
        assert not may_look(actor(loa="loa2"), NOW, POLICY)

    @pytest.mark.parametrize("place", [None, ELSEWHERE])
    def test_a_place_that_is_not_the_assignments_may_not(self, place):
        assert not may_look(actor(place=place), NOW, POLICY)


class TestEntries:
    def test_one_of_the_own_provider_is_shown_for_review(self):
        said = decision_on(actor(), OWN.provider, disclosure(), NOW, POLICY)
        assert said.permitted
        assert said.reason is Reason.LOG_REVIEW

    def test_one_of_another_provider_is_not(self):
        said = decision_on(actor(), ELSEWHERE.provider, disclosure(), NOW, POLICY)
        assert said.reason is Reason.LOG_OTHER_PROVIDER

    @pytest.mark.parametrize(
        "event",
        [
            disclosure(subject=NURSE),
            disclosure(others=(NURSE,)),
            replace(disclosure(event=EventKind.REFUSED), subject=None),
        ],
    )
    def test_one_about_oneself_is_for_somebody_else(self, event):
        said = decision_on(actor(person=NURSE), OWN.provider, event, NOW, POLICY)
        assert said.reason is Reason.STAFF_OWN_RECORD

    def test_other_numbers_of_the_patient_hide_nothing(self):
        event = disclosure(subject=BIRGITTA, others=(PersonId.parse("189001039800"),))
        assert decision_on(actor(), OWN.provider, event, NOW, POLICY).permitted


class TestPeriods:
    def test_weeks_are_from_monday_to_sunday_and_only_when_they_have_ended(self):
        first, second, *_ = periods(date(2026, 11, 21), 7)
        assert (first.first, first.last) == (date(2026, 11, 9), date(2026, 11, 15))
        assert second.last == date(2026, 11, 8)
        assert next(periods(date(2026, 11, 22), 7)) == first
        assert next(periods(date(2026, 11, 23), 7)).last == date(2026, 11, 22)

    @pytest.mark.parametrize("days", [1, 7, 30, 92])
    def test_they_follow_on_each_other_without_a_gap(self, days):
        found = list(periods(date(2026, 11, 21), days))
        for newer, older in itertools.pairwise(found):
            assert older.last + timedelta(days=1) == newer.first
            assert older.until == newer.since
        assert all((each.last - each.first).days == days - 1 for each in found)

    def test_a_day_is_a_swedish_one(self):
        period = CheckPeriod(date(2026, 10, 19), date(2026, 10, 25))
        # The clocks went back on the 25th.
        assert period.since == datetime(2026, 10, 18, 22, tzinfo=UTC)
        assert period.until == datetime(2026, 10, 25, 23, tzinfo=UTC)
        assert CheckPeriod.between(period.since, period.until) == period
