"""What may be said of answers: states, notices, and that emptiness is never guessed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stodtjanster.information import Appointment, CareManager
from stodtjanster.model import ActorKind, Answer, Cause, Need, Outcome, Report
from tests.viewing import (
    DIRECTORY,
    FAILED,
    NOW,
    PENDING,
    REGION,
    TOWN,
    Swedish,
    answer,
    at,
    booking,
    report,
    scene,
)
from views.kit.notices import notices_of, status_row
from views.kit.view import Scene, Section, View, broken, show, state_of

WORDS = Swedish()
NOTHING = "Det finns inget hos dem som svarade."

outcomes = st.sampled_from(list(Outcome))
causes = st.none() | st.sampled_from(list(Cause))
reports = st.builds(
    Report,
    source=st.sampled_from(["ntjp", "sjovik", ""]),
    system=st.sampled_from([REGION, TOWN, "okänt", ""]),
    information=st.sampled_from([Appointment.key, CareManager.key, "ny_sort"]),
    outcome=outcomes,
    tried_at=st.none() | st.just(NOW),
    as_of=st.none() | st.just(NOW),
    cause=causes,
    rejected=st.integers(0, 3),
)
answers = st.builds(
    Answer,
    items=st.lists(st.builds(booking, st.just(at(1)), record=st.uuids().map(str)), max_size=3).map(
        tuple
    ),
    reports=st.lists(reports, max_size=5).map(tuple),
)


def listed(booked: Answer[Appointment], scene: Scene) -> object | None:
    return booked.items or None


SECTION = Section("events", "Händelser", NOTHING, ("booked",), listed, merged=False)


class TestState:
    @pytest.mark.parametrize(
        ("has_rows", "told", "state"),
        [
            (True, [report()], "full"),
            (False, [report()], "empty"),
            (True, [report(), FAILED], "partial"),
            (False, [report(), FAILED], "unknown"),
            (True, [report(), PENDING], "partial"),
            (False, [report(), PENDING], "waiting"),
            (False, [PENDING], "waiting"),
            (False, [FAILED, PENDING], "unknown"),
            (False, [report(Outcome.NOT_ASKED, Cause.NOT_CONNECTED)], "unknown"),
            (False, [report(rejected=1)], "unknown"),
            (True, [report(rejected=1)], "partial"),
            (False, [report(cause=Cause.PARTIAL)], "unknown"),
            (False, [report(Outcome.DATA_FROM_CACHE)], "empty"),
            (False, [report(Outcome.DATA_FROM_CACHE_SYNCH_FAILED)], "unknown"),
            (False, [], "unknown"),
            (True, [], "partial"),
        ],
    )
    def test_each(self, has_rows: bool, told: list[Report], state: str) -> None:
        assert state_of(has_rows=has_rows, answer=Answer(reports=tuple(told))) == state

    @given(st.booleans(), answers)
    def test_empty_only_when_everybody_answered(self, has_rows: bool, told: Answer[Any]) -> None:
        state = state_of(has_rows=has_rows, answer=told)
        assert (state == "empty") == (not has_rows and told.complete)
        assert (state == "full") == (has_rows and told.complete)
        if state == "waiting":
            assert told.pending


class TestShow:
    @given(answers)
    def test_emptiness_is_never_guessed(self, told: Answer[Any]) -> None:
        """THE invariant: "inget" is true of what everybody said, or it is not said."""
        shown = show(SECTION, {"booked": told}, scene())
        assert shown.empty_text == NOTHING
        if shown.state == "empty":
            assert told.reports
            assert all(each.answered for each in told.reports)
            assert not told.items
            assert shown.gaps == ()
            assert shown.unreadable == 0
        if shown.state == "full":
            assert shown.gaps == ()

    @given(answers, answers)
    def test_a_part_that_is_missing_is_missing_in_the_whole(
        self, one: Answer[Any], other: Answer[Any]
    ) -> None:
        def both(booked: Answer[Any], more: Answer[Any], scene: Scene) -> object | None:
            return (booked.items + more.items) or None

        section = Section("x", "X", NOTHING, ("booked", "more"), both, merged=False)
        shown = show(section, {"booked": one, "more": other}, scene())
        if shown.state in ("empty", "full"):
            assert one.complete or not one.reports
            assert other.complete or not other.reports
            assert one.complete or other.complete

    @given(answers, answers)
    def test_what_is_only_looked_at_beside_decides_nothing(
        self, main: Answer[Any], beside: Answer[Any]
    ) -> None:
        def both(booked: Answer[Any], more: Answer[Any], scene: Scene) -> object | None:
            return listed(booked, scene)

        needs = ("booked", "more")
        section = Section("x", "X", NOTHING, needs, both, merged=False, aside=frozenset({"more"}))
        shown = show(section, {"booked": main, "more": beside}, scene())
        assert (shown.state, shown.gaps) == (
            show(SECTION, {"booked": main}, scene()).state,
            show(SECTION, {"booked": main}, scene()).gaps,
        )

    @given(answers)
    def test_every_gap_is_said_or_waited_for(self, told: Answer[Any]) -> None:
        shown = show(SECTION, {"booked": told}, scene())
        silent = [gap for gap in told.gaps if not gap.pending]
        assert bool(shown.gaps) == bool(silent)
        for notice in shown.gaps:
            assert notice.heading
            assert notice.consequence
            assert notice.fact
            assert "{" not in notice.heading + notice.consequence + notice.fact

    def test_unreadable_rows_are_counted(self) -> None:
        told = answer(reports=[report(rejected=2), report(system=TOWN, rejected=1)])
        assert show(SECTION, {"booked": told}, scene()).unreadable == 3

    def test_other_answers_are_not_its_business(self) -> None:
        shown = show(SECTION, {"booked": answer(), "other": answer(reports=[FAILED])}, scene())
        assert shown.state == "empty"

    def test_what_it_needs_must_be_there(self) -> None:
        with pytest.raises(KeyError):
            show(SECTION, {}, scene())

    def test_broken_says_that_it_is_our_fault_and_nothing_else(self) -> None:
        shown = broken(SECTION, scene())
        assert (shown.state, shown.body, shown.unreadable) == ("unknown", None, 0)
        assert shown.empty_text == ""
        assert "hos oss" in shown.gaps[0].consequence


class TestNotices:
    def test_a_source_is_named_once_for_each_kind_of_trouble(self) -> None:
        told = [
            report(Outcome.NO_DATA_SYNCH_FAILED, Cause.TIMEOUT, information=Appointment),
            report(Outcome.NO_DATA_SYNCH_FAILED, Cause.FAULT, information=CareManager),
            report(Outcome.DATA_FROM_SOURCE, rejected=2),
        ]
        silent, rows = notices_of(told, DIRECTORY, WORDS)
        assert silent.heading == (
            "Vi kunde inte hämta tider eller fasta kontakter från Region Nordmark"
        )
        assert silent.phone == "0980-319 201"
        assert silent.retry
        assert rows.fact == "en del från Region Nordmark gick inte att läsa"
        assert not rows.retry, "asking again gives the same unreadable rows"

    def test_waiting_is_no_trouble(self) -> None:
        assert notices_of([PENDING, report()], DIRECTORY, WORDS) == ()

    def test_who_is_waited_for_is_named_beside_who_failed(self) -> None:
        failed = report(Outcome.NO_DATA_SYNCH_FAILED, Cause.FAULT)
        facts = [notice.fact for notice in notices_of([failed, PENDING], DIRECTORY, WORDS)]
        assert facts == ["Region Nordmark svarade inte", "Sjöviks kommun har inte svarat än"]

    def test_an_unknown_system_is_called_by_its_source(self) -> None:
        told = report(Outcome.NO_DATA_SYNCH_FAILED, Cause.FAULT, system="SE-OKÄND")
        assert "från regionerna" in notices_of([told], DIRECTORY, WORDS)[0].heading

    def test_the_oldest_answer_is_told(self) -> None:
        older = NOW.replace(hour=9)
        told = [
            report(Outcome.DATA_FROM_CACHE_SYNCH_FAILED, Cause.TIMEOUT, as_of=NOW),
            report(Outcome.DATA_FROM_CACHE_SYNCH_FAILED, Cause.TIMEOUT, as_of=older),
        ]
        assert notices_of(told, DIRECTORY, WORDS)[0].last_answer == older

    @given(st.lists(reports, max_size=6))
    def test_a_warning_for_each_failure_and_none_for_what_is_whole(
        self, told: list[Report]
    ) -> None:
        found = notices_of(told, DIRECTORY, WORDS)
        troubled = [each for each in told if not each.answered and not each.pending]
        assert bool(found) == bool(troubled)
        warned = any(notice.tone == "warning" for notice in found)
        assert warned == any(not _is_quiet(each) for each in troubled)


def _is_quiet(told: Report) -> bool:
    """Nothing has failed: nobody was asked, or the answer is being made. An old copy is a warning
    whatever it stands in for, and so is what could not be checked."""
    copied = told.outcome is Outcome.DATA_FROM_CACHE_SYNCH_FAILED
    ordered = told.cause is Cause.ORDERED and not copied
    unasked = told.outcome is Outcome.NOT_ASKED and told.cause is not Cause.UNCHECKED
    return unasked or ordered


class TestStatusRow:
    def row(self, *told: Report) -> Any:
        return status_row(told, DIRECTORY, WORDS, NOW)

    def test_an_organisation_counts_once(self) -> None:
        row = self.row(report(), report(information=CareManager), report(system=TOWN))
        assert (row.answered, row.asked) == (2, 2)

    def test_it_has_answered_when_it_answered_everything(self) -> None:
        row = self.row(report(), report(rejected=1), report(system=TOWN))
        assert (row.answered, row.asked) == (1, 2)

    def test_who_is_waited_for_is_named(self) -> None:
        row = self.row(report(), PENDING, PENDING)
        assert (row.answered, row.asked) == (1, 2)
        (notice,) = row.notices
        assert notice.heading == "Vi väntar fortfarande på svar från Sjöviks kommun"
        assert (notice.tone, notice.retry, bool(notice.phone)) == ("waiting", True, True)

    def test_nobody_is_both_silent_and_waited_for(self) -> None:
        silent = report(
            Outcome.NO_DATA_SYNCH_FAILED, Cause.BROKEN, system=TOWN, information=CareManager
        )
        (notice,) = self.row(PENDING, silent).notices
        assert notice.tone == "warning"
        assert "fasta kontakter eller tider från Sjöviks kommun" in notice.heading

    def test_nobody_was_asked(self) -> None:
        row = self.row(report(Outcome.NOT_ASKED, Cause.NOT_CONNECTED, source="", system=""))
        assert (row.answered, row.asked) == (0, 0)

    @given(st.lists(reports, max_size=6))
    def test_all_have_answered_only_when_all_did(self, told: list[Report]) -> None:
        row = self.row(*told)
        assert 0 <= row.answered <= row.asked
        if row.asked and row.answered == row.asked:
            assert all(each.answered for each in told if each.source)


class TestView:
    def made(self) -> View:
        return View(
            key="x",
            path="x",
            question="?",
            audience=frozenset({ActorKind.CITIZEN}),
            needs={"booked": Need(Appointment), "managers": Need(CareManager)},
        )

    def test_the_parameters_are_the_needs(self) -> None:
        view = self.made()

        @view.section("one", title="Ett", none=NOTHING, merged=True)
        def one(booked: object, scene: object) -> None: ...

        section = view.find("one")
        assert section is not None
        assert (section.needs, section.merged) == (("booked",), True)
        assert view.kinds == {Appointment, CareManager}
        assert view.find("two") is None

    def test_a_need_that_is_not_declared_is_an_error_at_the_start(self) -> None:
        view = self.made()

        def one(plans: object, scene: object) -> None: ...

        with pytest.raises(ValueError, match="plans"):
            view.section("one", title="Ett", none=NOTHING)(one)
