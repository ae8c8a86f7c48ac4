"""A plan asks each source once, only what is granted, and never without a log record."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stodtjanster.access import NotPermitted, decide
from stodtjanster.fetch import plan
from stodtjanster.information import (
    Agreement,
    Appointment,
    CareManager,
    CarePlan,
    CareService,
)
from stodtjanster.model import Cause, Need, Outcome, PersonId, Protection, Situation, Subject
from tests.fetching import ANNA, BO, ScriptedSource, situation

BEFORE = PersonId.parse("189912309805")
RESERVE = PersonId.parse("19640823A1B2")
KINDS = (Appointment, CareManager, CarePlan, CareService, Agreement)
kinds = st.sets(st.sampled_from(KINDS))
needs = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=3),
    st.builds(
        Need,
        information=st.sampled_from(KINDS),
        days_back=st.integers(0, 400),
        days_ahead=st.integers(0, 400),
    ),
    max_size=8,
)


@st.composite
def situations(draw) -> Situation:
    """Some that are granted, and some that are not, for each reason that a person may have."""
    subject = draw(st.sampled_from([ANNA, BO]))
    who = situation(subject=subject, loa=draw(st.sampled_from(["loa2", "loa3", "loa4"])))
    return Situation(
        who.actor,
        Subject(
            subject,
            deceased=draw(st.booleans()),
            protected=draw(st.sampled_from(Protection)),
            sealed=draw(st.booleans()),
            others=draw(st.sampled_from([(), (BEFORE,), (BEFORE, RESERVE)])),
        ),
        who.language,
        who.now,
    )


@st.composite
def source_lists(draw) -> list[ScriptedSource]:
    count = draw(st.integers(0, 5))
    return [
        ScriptedSource(f"s{number}", gives=draw(kinds), enabled=draw(st.booleans()))
        for number in range(count)
    ]


@st.composite
def permits(draw):
    """Mostly of a person who may see their own, so that plans are not all empty."""
    who = draw(st.just(situation()) | situations())
    return decide(who, draw(kinds), reach=draw(st.sampled_from(["s1", "s2"])))


@given(permits(), needs, source_lists())
def test_what_is_not_granted_is_never_asked(permit, asked, sources):
    made = plan(permit.logged("log"), asked, sources)
    for kind, orders in made.orders.items():
        for order in orders:
            assert kind in permit.granted
            assert order.information is kind
            assert order.subject in permit.situation.subject.numbers
            assert order.reach == permit.reach


@given(permits(), needs, source_lists(), st.sampled_from([None, ""]))
def test_nothing_is_planned_without_a_log_record(permit, asked, sources, reference):
    assert permit.audit is None
    with pytest.raises(NotPermitted):
        plan(permit, asked, sources)
    with pytest.raises(NotPermitted):
        plan(permit.logged(reference or ""), asked, sources)


@given(permits(), needs, source_lists())
def test_each_source_is_asked_once_for_each_number_and_only_what_it_gives(permit, asked, sources):
    made = plan(permit.logged("log"), asked, sources)
    by_key = {source.settings.key: source for source in sources}
    orders = [order for some in made.orders.values() for order in some]
    questions = {(order.source, order.information) for order in orders}
    numbers = permit.situation.subject.numbers
    assert {(order.source, order.information, order.subject) for order in orders} == {
        (*question, number) for question in questions for number in numbers
    }
    assert len(orders) == len(questions) * len(numbers)
    for order in orders:
        assert order.information in by_key[order.source].gives
        assert by_key[order.source].settings.enabled


@given(permits(), needs, source_lists())
def test_every_source_is_asked_or_said_not_to_be(permit, asked, sources):
    """No kind that a view asks for is left without a word: silence would read as nothing."""
    made = plan(permit.logged("log"), asked, sources)
    assert set(made.orders) == set(made.reports) == set(made.kinds.values())
    for kind in made.kinds.values():
        givers = {source.settings.key for source in sources if kind in source.gives}
        said = {report.source for report in made.reports[kind]}
        asked_of = {order.source for order in made.orders[kind]}
        reasons = {report.cause for report in made.reports[kind]}
        assert all(report.outcome is Outcome.NOT_ASKED for report in made.reports[kind])
        if kind not in permit.granted:
            assert (reasons, asked_of) == ({Cause.NOT_PERMITTED}, set())
        elif not givers:
            assert reasons == {Cause.NOT_CONNECTED}
        else:
            assert said | asked_of == givers
            assert not said & asked_of
            assert reasons <= {Cause.SWITCHED_OFF}


@given(permits(), needs, source_lists())
def test_one_question_covers_the_days_of_all_needs_of_its_kind(permit, asked, sources):
    made = plan(permit.logged("log"), asked, sources)
    for name, need in asked.items():
        period = made.periods[name]
        today = permit.situation.today
        assert period.first == today - timedelta(days=need.days_back)
        assert period.last == today + timedelta(days=need.days_ahead)
        for order in made.orders[need.information]:
            assert order.period.first <= period.first
            assert order.period.last >= period.last


@given(st.booleans(), st.booleans())
def test_what_is_optional_is_missing_only_when_somebody_else_wants_it(
    optional: bool, also_wanted: bool
) -> None:
    wanted = {"mine": Need(CarePlan, optional=optional)}
    if also_wanted:
        wanted["theirs"] = Need(CarePlan)
    permit = decide(situation(), [CarePlan], reach="s").logged("log")
    planned = plan(permit, wanted, [ScriptedSource("s", gives={Appointment})])
    nobody = [report.cause for report in planned.reports[CarePlan]]
    assert nobody == ([] if optional and not also_wanted else [Cause.NOT_CONNECTED])


def test_what_is_optional_and_switched_off_is_told_of() -> None:
    """Somebody has decided that it is to be there, and it is not."""
    permit = decide(situation(), [CarePlan], reach="s").logged("log")
    off = ScriptedSource("s", gives={CarePlan}, enabled=False)
    planned = plan(permit, {"mine": Need(CarePlan, optional=True)}, [off])
    assert [report.cause for report in planned.reports[CarePlan]] == [Cause.SWITCHED_OFF]
