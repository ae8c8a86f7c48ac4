"""An answer is a monoid that loses nothing, and only a full one may say that there is nothing."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from stodtjanster.model import Answer, Cause, Outcome, Report, gather

moments = st.none() | st.datetimes(timezones=st.just(UTC))
reports = st.builds(
    Report,
    source=st.sampled_from(["region", "kommun"]),
    system=st.sampled_from(["SE-1", "SE-2", "SE-3"]),
    information=st.sampled_from(["appointment", "care_plan"]),
    outcome=st.sampled_from(Outcome),
    tried_at=moments,
    as_of=moments,
    cause=st.none() | st.sampled_from(Cause),
    rejected=st.integers(0, 3),
)
good_reports = st.builds(
    Report,
    source=st.just("region"),
    system=st.sampled_from(["SE-1", "SE-2"]),
    information=st.just("appointment"),
    outcome=st.sampled_from([Outcome.DATA_FROM_SOURCE, Outcome.DATA_FROM_CACHE]),
    as_of=st.just(datetime(2026, 11, 20, tzinfo=UTC)),
)


def answers(of=reports):
    return st.builds(
        Answer,
        items=st.lists(st.integers()).map(tuple),
        reports=st.lists(of, max_size=4).map(tuple),
    )


@given(answers())
def test_the_empty_answer_changes_nothing(answer):
    assert Answer() + answer == answer == answer + Answer()


@given(answers(), answers(), answers())
def test_it_does_not_matter_in_which_order_answers_are_put_together(a, b, c):
    assert (a + b) + c == a + (b + c) == gather([a, b, c])


@given(st.lists(answers()))
def test_nothing_is_lost(parts):
    whole = gather(parts)
    assert len(whole.items) == sum(len(part.items) for part in parts)
    assert len(whole.reports) == sum(len(part.reports) for part in parts)
    assert whole.rejected == sum(part.rejected for part in parts)
    assert whole.pending == any(part.pending for part in parts)
    assert whole.gaps == tuple(gap for part in parts for gap in part.gaps)


@given(answers(of=good_reports | reports))
def test_complete_is_exactly_reports_without_gaps(answer):
    assert answer.complete == (bool(answer.reports) and not answer.gaps)


@given(answers(), answers())
def test_a_gap_is_never_healed_by_another_answer(a, b):
    if a.gaps or b.gaps:
        assert not (a + b).complete


@given(answers(of=good_reports), reports)
def test_one_bad_report_is_enough(answer, bad):
    fresh = bad.outcome in (Outcome.DATA_FROM_SOURCE, Outcome.DATA_FROM_CACHE)
    with_it = answer + Answer(reports=(bad,))
    assert with_it.complete == (fresh and bad.cause is None and bad.rejected == 0)


def test_nobody_asked_means_that_nobody_knows():
    assert not Answer().complete
    assert not Answer(items=(1,)).complete


@given(answers(of=good_reports | reports))
def test_fewer_items_are_not_a_better_answer(answer):
    some = answer.only(lambda item: item % 2 == 0)
    assert some.reports == answer.reports
    assert some.complete == answer.complete
    assert set(some.items) <= set(answer.items)
