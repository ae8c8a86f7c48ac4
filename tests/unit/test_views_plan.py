"""One plan as a page: goal, task, who and in which plan, without any HTML."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from stodtjanster.information import (
    Activity,
    ActivityState,
    Agreement,
    Assigned,
    Attachment,
    CareManagerKind,
    CarePlan,
    CarePlanKind,
    CarePlanStatus,
    Goal,
    GoalState,
    Participant,
    Party,
    VisitForm,
)
from stodtjanster.model import STOCKHOLM, Answer, HsaId, PersonId, Told
from tests.viewing import (
    FAILED,
    OTHER_REGION,
    REGION,
    TOWN,
    agreement,
    answer,
    at,
    booking,
    day,
    manager,
    origin,
    plan,
    report,
    scene,
)
from views.kit.notices import Mark
from views.kit.plan_cards import GoalRow, PlanPage, Tag, TaskRow
from views.kit.view import Asked, Scene, show
from views.plan import view
from views.plan.page import find_plan, make_page

WALK = Goal(Told("Gå till brevlådan"), GoalState.FORWARD, names=frozenset({"g1"}))
EVERYTHING = {name: answer() for name in view.needs}
HEAL = Goal(Told("Såret läker"), names=frozenset({"g2"}))


def asking(item: CarePlan) -> Scene:
    made = scene()
    return replace(made, asked=Asked(made.handle(item.origin)))


def page(
    *plans: CarePlan,
    about: CarePlan | None = None,
    agreements: Answer[Any] | None = None,
    managers: Answer[Any] | None = None,
    booked: Answer[Any] | None = None,
    stays: Answer[Any] | None = None,
) -> PlanPage:
    """The page of the first plan, or of `about`."""
    made = make_page(
        answer(*plans),
        agreements or answer(),
        managers or answer(),
        booked or answer(),
        stays or answer(),
        asking(about or plans[0]),
    )
    assert made is not None
    return made


def task(text: str, *goals: str, **more: Any) -> Activity:
    told = {"assigned": Assigned.SOMEBODY, "owners": (Told("Hemtjänsten"),)} | more
    return Activity(Told(text), goals=goals, **told)


def texts(rows: Iterable[TaskRow]) -> list[str]:
    return [row.text.text for row in rows]


def outline(made: PlanPage) -> list[tuple[str, list[str]]]:
    return [(goal.text.text, texts(goal.tasks)) for goal in made.goals]


def test_goal_then_task_across_every_keeper() -> None:
    sip = plan("sip", goals=(WALK, HEAL), activities=(task("Kontrollera", "g2"),))
    home = plan(
        "gp", parents=["sip"], goals=(HEAL,), activities=(task("Följa med", "g1"), task("Mat"))
    )
    deep = plan("vp", parents=["gp"], activities=(task("Lägga om", "g2"),))
    made = page(sip, home, deep)
    assert outline(made) == [
        ("Gå till brevlådan", ["Följa med"]),
        ("Såret läker", ["Kontrollera", "Lägga om"]),
    ]
    assert texts(made.loose) == ["Mat"]
    stands = {
        row.text.text: row.plan and row.plan.title.text for goal in made.goals for row in goal.tasks
    }
    assert stands == {"Följa med": "gp", "Kontrollera": None, "Lägga om": "vp"}


def test_goals_in_the_same_words_are_two_without_a_common_name() -> None:
    nameless = Goal(Told("Såret läker"))
    made = page(plan("sip", goals=(HEAL, nameless)), plan("gp", parents=["sip"], goals=(nameless,)))
    assert [goal.number for goal in made.goals] == [1, 2, 3]


def test_a_task_that_two_plans_point_at_stands_once_where_most_is_said() -> None:
    shared = task("Träna", "g1", names=frozenset({"t1"}))
    sip = plan("sip", goals=(WALK,), activities=(shared, task("Efter", "g1")))
    made = page(sip, plan("rp", parents=["sip"], activities=(shared,)))
    (goal,) = made.goals
    assert texts(goal.tasks) == ["Träna", "Efter"]
    assert goal.tasks[0].plan is not None
    assert goal.tasks[0].plan.title == Told("rp")


def test_a_task_says_in_which_plan_it_stands_also_one_elsewhere() -> None:
    sip = plan("sip", goals=(WALK,), activities=(task("Träna", "g1", plans=("rp",)),))
    made = page(sip, plan("rp"))
    link = made.goals[0].tasks[0].plan
    assert link is not None
    assert link.title == Told("rp")
    assert link.href.startswith("/sv/mig/planer/")


@pytest.mark.parametrize(
    ("more", "missing", "counted"),
    [
        ({}, None, 0),
        ({"owners": (), "mine": True}, None, 0),
        ({"owners": ()}, "unnamed", 0),
        ({"owners": (), "assigned": Assigned.NOBODY}, "nobody", 1),
        ({"owners": (), "assigned": Assigned.UNKNOWN}, "unknown", 0),
        # What is done needs nobody any more.
        (
            {"owners": (), "assigned": Assigned.NOBODY, "state": ActivityState.DONE},
            "unknown",
            0,
        ),
    ],
)
def test_who_does_it_or_why_that_is_not_said(more: Any, missing: Any, counted: int) -> None:
    made = page(plan("sip", goals=(WALK,), activities=(task("Träna", "g1", **more),)))
    (goal,) = made.goals
    assert (goal.tasks[0].missing, goal.unowned) == (missing, counted)


def test_a_task_for_two_goals_stands_under_both() -> None:
    made = page(plan("sip", goals=(WALK, HEAL), activities=(task("Äta", "g1", "g2", "g1"),)))
    assert [texts(goal.tasks) for goal in made.goals] == [["Äta"], ["Äta"]]


def test_agreements_of_the_plans_are_tasks_too_and_others_are_not() -> None:
    sip = plan("sip", goals=(WALK,))
    made = page(
        sip,
        plan("gp", parents=["sip"]),
        agreements=answer(
            agreement("Jag tränar", Party.PERSON, plans=("gp",), goals=("g1",), until=day(9)),
            agreement("Vi ringer", Party.CARE, plans=("sip",), owner=Told("Vi"), done=True),
            agreement("Någon", Party.UNKNOWN, plans=("sip",)),
            agreement("Annat", plans=("x",)),
        ),
    )
    (mine,) = made.goals[0].tasks
    assert (mine.mine, mine.agreed, mine.due) == (True, True, day(9))
    assert mine.plan is not None
    assert mine.plan.title == Told("gp")
    assert texts(made.loose) == ["Vi ringer", "Någon"]
    ours, unknown = made.loose
    assert (ours.owners, ours.tag) == ((Told("Vi"),), Tag("Klart", "good"))
    assert unknown.missing == "unknown"


def test_who_the_person_is_depends_on_who_reads() -> None:
    sip = plan("sip", activities=(task("Gå", mine=True, owners=()),))
    agreed = answer(agreement("Jag går", Party.PERSON, plans=("sip",)))
    assert [row.for_other for row in page(sip, agreements=agreed).loose] == [False, False]
    mine = asking(sip)
    ombud = replace(
        mine,
        situation=replace(
            mine.situation,
            actor=replace(mine.situation.actor, person=PersonId.parse("199001012385")),
        ),
    )
    made = make_page(answer(sip), agreed, answer(), answer(), answer(), ombud)
    assert made is not None
    assert [row.for_other for row in made.loose] == [True, True]


@pytest.mark.parametrize("state", list(GoalState))
def test_every_state_of_a_goal_has_a_word_or_none_at_all(state: GoalState) -> None:
    made = page(plan("sip", goals=(replace(WALK, state=state),)))
    row: GoalRow = made.goals[0]
    assert (row.tag is None) is (state is GoalState.UNKNOWN)
    assert row.reached is (state is GoalState.REACHED)


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({}, None),
        ({"status": CarePlanStatus.ACTIVE}, "Pågår"),
        ({"first": day(-9)}, "Pågår"),
        ({"first": day(-9), "status": CarePlanStatus.ON_HOLD}, "Pausad"),
        ({"last": day(-1), "status": CarePlanStatus.ACTIVE}, "Har gått ut"),
        ({"last": day(0), "status": CarePlanStatus.ACTIVE}, "Pågår"),
        ({"first": day(1), "status": CarePlanStatus.ACTIVE}, "Har inte börjat"),
    ],
)
def test_whether_a_plan_is_in_force_is_said_as_far_as_it_is_told(more: Any, word: Any) -> None:
    tag = page(plan("sip", **more)).tag
    assert (tag and tag.text) == word


def test_everybody_responsible_has_a_mark() -> None:
    sip = plan("sip", participants=(Participant(unit=HsaId(TOWN)),))
    assert page(sip).marks == (Mark.REGION, Mark.KOMMUN)
    assert page(plan("vp")).marks == (Mark.REGION,)


class TestHolder:
    def test_the_one_whom_the_plan_names_with_the_units_number(self) -> None:
        held = page(plan("sip", responsible=Told("Lena Ek"), owner=Told("Vårdcentralen"))).holder
        assert (held.name, held.unit) == (Told("Lena Ek"), Told("Vårdcentralen"))
        assert held.phone == "0980-319 201"

    def test_a_unit_that_holds_it_is_named_once(self) -> None:
        held = page(plan("sip", responsible=Told("Teamet"), owner=Told("Teamet"))).holder
        assert (held.name, held.unit) == (Told("Teamet"), None)

    def test_when_the_plan_names_nobody_the_contact_who_coordinates_is_given(self) -> None:
        managers = answer(
            manager("Läkaren", CareManagerKind.LAKARKONTAKT),
            manager("Fast", CareManagerKind.VARDKONTAKT),
            manager("Samordnar", CareManagerKind.SAMORDNANDE_VARDKONTAKT),
        )
        held = page(plan("sip"), managers=managers).holder
        assert held.name is None
        assert held.instead is not None
        assert held.instead.name == Told("Samordnar")
        assert held.gaps == ()

    def test_nobody_is_said_to_be_missing_where_contacts_are_not_known(self) -> None:
        held = page(plan("sip"), managers=answer(reports=[report(), FAILED])).holder
        assert held.instead is None
        assert held.unit == Told("Nordmarks sjukhus")
        assert [gap.fact for gap in held.gaps] == ["Region Sydkust svarade inte"]


class TestFollowUp:
    def test_the_next_meeting_that_the_plan_counts_as_its_own(self) -> None:
        sip = plan("sip", meetings=(f"{TOWN}|sip-9", f"{TOWN}|sip-1"), follow_up=day(3))
        meeting = booking(at(11), "sip-1", system=TOWN, title="SIP-möte")
        over = booking(at(-2), "sip-9", system=TOWN)
        made = page(sip, booked=answer(over, booking(at(1), "2"), meeting)).follow_up
        assert made.meeting is not None
        assert made.meeting.title == Told("SIP-möte")
        # A booked time says more than a day that was meant for it.
        assert made.day is None

    def test_a_meeting_of_a_plan_below_counts_and_is_known_by_its_twins_name(self) -> None:
        below = plan("gp", parents=["sip"], meetings=(f"{REGION}|77",))
        copy = booking(at(5), "Appointment/1", system=TOWN)
        known = replace(copy, origin=replace(copy.origin, known_as=(REGION, "77")))
        assert page(plan("sip"), below, booked=answer(known)).follow_up.meeting is not None

    def test_what_it_meets_is_said(self) -> None:
        sip = plan("sip", meetings=(f"{TOWN}|m",))
        meeting = booking(at(5, "10.00"), "m", system=TOWN, form=VisitForm.VISIT)
        other = booking(at(5, "10.15"), "x", form=VisitForm.VISIT, title="Röntgen")
        row = page(sip, booked=answer(meeting, other)).follow_up.meeting
        assert row is not None
        (clash,) = row.conflicts
        assert clash.against(row.anchor).title == Told("Röntgen")

    def test_a_day_that_is_meant_for_it_is_the_next_to_come(self) -> None:
        made = page(
            plan("sip", follow_up=day(-1)),
            plan("a", parents=["sip"], follow_up=day(20)),
            plan("b", parents=["sip"], follow_up=day(8)),
        ).follow_up
        assert (made.meeting, made.day, made.known) == (None, day(8), True)

    def test_none_is_known_only_when_everybody_answered(self) -> None:
        assert page(plan("sip")).follow_up.known
        made = page(plan("sip"), booked=answer(reports=[report(), FAILED])).follow_up
        assert not made.known
        assert made.gaps


def test_those_who_take_part_are_named_once_and_never_by_number() -> None:
    members = (
        Participant(unit=HsaId(TOWN)),
        Participant(Told("Hemtjänsten"), Told("hjälp")),
        Participant(unit=HsaId("SE2321000999-1001")),
        Participant(Told("Lena Ek"), Told("samordnar")),
    )
    made = page(
        plan("sip", participants=members), plan("gp", parents=["sip"], participants=members)
    )
    assert [(one.name.text, one.role and one.role.text) for one in made.members] == [
        ("Hemtjänsten", None),
        ("Lena Ek", "samordnar"),
    ]


def test_documents_have_an_address_only_where_there_is_content() -> None:
    sip = plan(
        "sip",
        attachments=(
            Attachment("application/pdf", b"%PDF" * 1000),
            Attachment("text/html", b"<p>"),
            Attachment("application/pdf", reference="https://x.example/1"),
        ),
    )
    below = plan("gp", parents=["sip"], attachments=(Attachment("konst/egen", b"x"),))
    handle = scene().handle(sip.origin)
    first, second, third, other = page(sip, below).documents
    assert (first.href, first.size) == (f"/sv/mig/planer/{handle}/bilaga/1", 4000)
    assert (first.kind, first.download, second.download) == ("PDF", False, True)
    assert (third.href, third.held_by, third.number) == (None, "Region Nordmark", 3)
    assert (other.plan, other.kind, other.number) == (Told("gp"), "Dokument", None)


def test_the_latest_changes_are_the_sources_own_dates() -> None:
    written = datetime(2026, 11, 10, 12, tzinfo=STOCKHOLM)
    sip = plan(
        "sip",
        authored=written,
        changed=written,
        goals=(replace(WALK, changed=day(-1)), replace(HEAL, changed=day(-31))),
        activities=(task("Träna", "g1", added=day(-2)), task("Framtid", added=day(1))),
    )
    agreed = agreement("Jag går", Party.PERSON, plans=("sip",))
    dated = replace(agreed, origin=replace(agreed.origin, documented_at=written))
    made = page(sip, agreements=answer(dated))
    assert [(one.day, one.what, one.about.text) for one in made.changes] == [
        (day(-1), "Nytt läge för målet", "Gå till brevlådan"),
        (day(-2), "Ny uppgift", "Träna"),
        (day(-10), "Ny överenskommelse", "Jag går"),
        (day(-10), "Planen skrevs", "sip"),
    ]


def test_a_plan_under_another_leads_back_to_it() -> None:
    below = plan("gp", parents=["sip"], own_words=(Told("Mitt"),))
    made = page(plan("sip", own_words=(Told("Mitt"),)), below, about=below)
    assert made.above is not None
    assert made.above.title == Told("sip")
    assert made.below == ()
    top = page(plan("sip", own_words=(Told("Mitt"),)), below)
    assert (top.above, len(top.below), top.own_words) == (None, 1, (Told("Mitt"),))


def test_a_circle_of_plans_is_a_page_all_the_same() -> None:
    one, other = plan("a", parents=["b"]), plan("b", parents=["a"])
    assert page(one, other).title == Told("a")
    assert page(one, other, about=other).title == Told("b")


class TestTheWholeView:
    def test_another_handle_than_any_is_gone_only_when_everybody_answered(self) -> None:
        section = view.find("plan")
        assert section is not None
        known = replace(scene(), asked=Asked("0" * 24))
        gone = show(section, EVERYTHING | {"plans": answer(plan("sip"))}, known)
        assert (gone.state, gone.body) == ("empty", None)
        assert "finns inte längre" in gone.empty_text
        silent = {"plans": answer(plan("sip"), reports=[report(), FAILED])}
        assert show(section, EVERYTHING | silent, known).state == "unknown"

    def test_a_plan_lacks_nothing_because_times_or_contacts_are_silent(self) -> None:
        section = view.find("plan")
        assert section is not None
        sip = plan("sip")
        broken = {name: answer(reports=[FAILED]) for name in ("booked", "stays", "managers")}
        shown = show(section, EVERYTHING | broken | {"plans": answer(sip)}, asking(sip))
        assert shown.state == "full"
        silent = broken | {"plans": answer(sip), "agreements": answer(reports=[FAILED])}
        assert show(section, EVERYTHING | silent, asking(sip)).state == "partial"

    def test_a_handle_is_another_for_another_record(self) -> None:
        sip, vp = plan("sip"), plan("vp")
        assert find_plan((sip, vp), asking(vp)) == vp
        assert find_plan((sip,), asking(vp)) is None
        assert find_plan((sip,), scene()) is None

    def test_a_plan_without_anything_stands_with_who_answers_for_it(self) -> None:
        made = page(plan("x", title=None, kind=CarePlanKind.SIP))
        assert "SIP" in made.title.text
        assert (made.goals, made.loose, made.documents, made.changes) == ((), (), (), ())


def test_agreements_and_plans_from_two_regions_do_not_mix() -> None:
    """The same number in two systems is two records."""
    sip = plan("sip", goals=(WALK,))
    foreign: Agreement = replace(
        agreement("Andra", plans=("annan|sip",)), origin=origin(OTHER_REGION, "sip")
    )
    assert page(sip, agreements=answer(foreign)).loose == ()
