"""What the person has put in themself, on every page where it stands."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from portal.i18n import LANGUAGES, Speaker
from portal.i18n import at as spoken_at
from portal.pages import Pages
from stodtjanster.access import Facts, Permit, decide
from stodtjanster.access.case import Grant
from stodtjanster.catalogue import Directory, OwnerKind, Unit
from stodtjanster.information import Appointment, OwnEntry, OwnNote, OwnNoteKind, VisitForm
from stodtjanster.model import (
    PRIVATE,
    Actor,
    ActorKind,
    Answer,
    Cause,
    HsaId,
    Outcome,
    PersonId,
    Protection,
    Sharing,
    Situation,
    Subject,
    Told,
)
from tests.viewing import (
    BIRGITTA,
    DIRECTORY,
    NOW,
    REGION,
    TOWN,
    answer,
    asked,
    at,
    booking,
    day,
    origin,
    plan,
    report,
    scene,
)
from views.event.page import event
from views.kit import agenda
from views.kit.notices import Mark, status_row
from views.kit.own import about_plan, about_time, to_bring_up
from views.kit.plan_cards import PlanLink
from views.kit.view import Scene
from views.own import Times, Ways, notes, times, ways
from views.plan import view as plan_view
from views.week.choose import choose
from views.week.days import days

OMBUD = PersonId.parse("199206282387")
HERE = Unit("own", "Portalen", "Portalen", OwnerKind.OWN)
UNITS = Directory([*DIRECTORY._units.values(), HERE])
ANSWERED = report(system="own", source="own", information=OwnEntry)
BROKEN = report(
    Outcome.NO_DATA_SYNCH_FAILED, Cause.FAILED, system="own", source="own", information=OwnEntry
)


def mine(**more: Any) -> Scene:
    return replace(scene(keeps_own=True), directory=UNITS, **more)


def theirs() -> Scene:
    """Somebody else reads, with leave."""
    actor = Actor(ActorKind.OMBUD, OMBUD, "loa3", acting_for=BIRGITTA)
    return replace(mine(), situation=Situation(actor, Subject(BIRGITTA), "sv", NOW))


def entry(when: Any = None, title: str = "Tandläkare", record: str = "1", **more: Any) -> OwnEntry:
    fields: dict[str, Any] = {"form": VisitForm.VISIT} | more
    return OwnEntry(
        subject=BIRGITTA,
        origin=origin("own", record),
        when=when or at(4, "09.15", minutes=45),
        title=Told(title),
        version=1,
        changed=NOW,
        **fields,
    )


def note(text: str = "Samma person", record: str = "n1", **more: Any) -> OwnNote:
    fields: dict[str, Any] = {"kind": OwnNoteKind.TOPIC} | more
    return OwnNote(
        subject=BIRGITTA,
        origin=origin("own", record),
        text=Told(text),
        version=1,
        changed=NOW,
        **fields,
    )


def own(*items: OwnEntry, reports: Any = (ANSWERED,)) -> Answer[Any]:
    return Answer(items, tuple(reports))


CARE = booking(at(4, "09.15"), "77", form=VisitForm.VISIT)
HOME = booking(at(4, "09.30"), "88", system=TOWN, title="Hemtjänst", form=VisitForm.HOME)


class TestAmongTheOthers:
    def test_it_comes_next_when_it_does(self) -> None:
        shown = agenda.next_up(answer(CARE), mine(), own=own(entry(at(1))))
        assert shown is not None
        assert shown.row is not None
        assert (shown.row.title, shown.row.mark) == (Told("Tandläkare"), Mark.OWN)

    def test_the_strip_and_the_list_mark_it(self) -> None:
        strip = agenda.week(answer(CARE), mine(), own=own(entry()))
        assert strip is not None
        assert dict(strip.days[4].marks) == {Mark.REGION: 1, Mark.OWN: 1}
        assert Mark.OWN in strip.marks
        listed = agenda.events(answer(CARE), mine(), own=own(entry()))
        assert listed is not None
        assert {row.mark for each in listed.days for row in each.rows} == {Mark.REGION, Mark.OWN}

    def test_no_organisation_is_named_for_it(self) -> None:
        shown = agenda.next_up(answer(), mine(), own=own(entry()))
        assert shown is not None
        assert shown.row is not None
        assert shown.row.unit is None
        assert shown.row.why.own
        assert shown.row.why.source_name == "Dig själv"
        assert "själv" in shown.row.why.ground

    def test_the_week_holds_it_and_says_so(self) -> None:
        shown = days(answer(CARE), answer(), mine(), own(entry()))
        assert shown is not None
        assert shown.own
        assert [row.mark for row in shown.columns[4].rows] == [Mark.REGION, Mark.OWN]
        without = days(answer(CARE), answer(), mine())
        assert without is not None
        assert not without.own

    def test_a_week_with_nothing_else_is_no_empty_week(self) -> None:
        assert days(answer(), answer(), mine(), own(entry())) is not None

    @pytest.mark.parametrize("compose", [agenda.next_up, agenda.week, agenda.events])
    def test_where_nothing_is_set_up_nothing_is_missing(self, compose: Any) -> None:
        whole = compose(answer(CARE), mine())
        assert whole == compose(answer(CARE), mine(), own=Answer())

    def test_a_store_that_fails_makes_no_day_empty(self) -> None:
        strip = agenda.week(answer(CARE), mine(), own=own(reports=[BROKEN]))
        assert strip is not None
        assert not strip.known


class TestClashes:
    def test_a_dentist_against_a_home_visit_with_the_number_to_ring(self) -> None:
        listed = agenda.events(answer(HOME), mine(), own=own(entry()))
        assert listed is not None
        (both,) = listed.days
        for row in both.rows:
            (clash,) = row.conflicts
            assert (clash.certain, clash.phone) == (True, "0980-319 220")
            assert {clash.one.title.text, clash.other.title.text} == {"Hemtjänst", "Tandläkare"}

    def test_two_of_ones_own_may_be_meant(self) -> None:
        other = entry(title="Frisör", record="2")
        listed = agenda.events(answer(), mine(), own=own(entry(), other))
        assert listed is not None
        clash = listed.days[0].rows[0].conflicts[0]
        assert (clash.certain, clash.phone, clash.phone_name) == (False, None, None)

    def test_a_way_that_is_too_short(self) -> None:
        after = entry(at(4, "10.10"))
        listed = agenda.events(answer(HOME), mine(travel_minutes=30), own=own(after))
        assert listed is not None
        assert listed.days[0].rows[0].conflicts[0].why == "travel"


class TestOnItsOwnPage:
    def page(self, item: OwnEntry, **more: Any) -> Any:
        there = replace(mine(**more), asked=asked(mine().handle(item.origin)))
        return event(answer(CARE), answer(), there, own(item))

    def test_it_can_be_changed_and_removed(self) -> None:
        page = self.page(entry())
        handle = mine().handle(entry().origin)
        assert [action.href for action in page.row.actions] == [
            f"/sv/mig/eget/{handle}/andra",
            f"/sv/mig/eget/{handle}/ta-bort",
        ]

    def test_nobody_is_to_be_rung_and_nothing_said_of_booking(self) -> None:
        page = self.page(entry())
        assert (page.phone, page.reached, page.cannot, page.own) == (None, None, None, None)

    def test_a_place_of_ones_own_goes_to_no_map(self) -> None:
        page = self.page(
            entry(place=Told("Storgatan 4")), map_url="https://karta.example/?q={place}"
        )
        assert page.row.place == Told("Storgatan 4")
        assert (page.place_map, page.unit_map) == (None, None)

    def test_where_nothing_is_kept_nothing_can_be_changed(self) -> None:
        assert self.page(entry(), keeps_own=False).row.actions == ()


class TestNotes:
    SIP = plan("sip")

    def test_they_stand_with_their_plan(self) -> None:
        other = note("Annat", "n2", plan=frozenset({"vp"}))
        box = about_plan(self.SIP, answer(note(plan=frozenset({"sip"})), other, note()), mine())
        assert box is not None
        assert [row.text.text for row in box.rows] == ["Samma person"]
        assert [row.kind for row in box.rows] == ["Det jag vill ta upp"]
        assert box.mine

    def test_a_plan_that_its_twin_tells_of_has_its_notes(self) -> None:
        twin = replace(self.SIP, origin=replace(self.SIP.origin, known_as=("X", "9")))
        box = about_plan(twin, answer(note(plan=frozenset({"X|9"}))), mine())
        assert box is not None
        assert len(box.rows) == 1

    def test_what_is_for_its_meeting_stands_there_too(self) -> None:
        meeting = replace(self.SIP, meetings=(f"{REGION}|77",))
        box = about_plan(meeting, answer(note(meeting=CARE.origin.identity)), mine())
        assert box is not None
        assert len(box.rows) == 1

    def test_the_ways_to_more_say_what_it_belongs_to(self) -> None:
        box = about_plan(self.SIP, answer(), mine())
        assert box is not None
        handle = mine().handle(self.SIP.origin)
        assert [way.href.partition("?")[2] for way in box.add] == [
            f"slag={kind}&hor-till=plan-{handle}" for kind in ("ta-upp", "fraga", "mal")
        ]
        assert to_bring_up(self.SIP, mine()) == box.add[:1]

    def test_they_stand_with_their_time(self) -> None:
        mine_there = note(meeting=CARE.origin.identity)
        box = about_time(CARE, answer(mine_there, note("Annat", "n2")), mine())
        assert box is not None
        assert [row.text.text for row in box.rows] == ["Samma person"]
        assert [way.href.partition("tid-")[1] for way in box.add] == ["tid-", "tid-"]

    def test_who_sees_is_said_by_name(self) -> None:
        shared = Sharing(True, frozenset({HsaId(REGION), HsaId(TOWN), HsaId("SE-NYTT")}))
        box = about_plan(
            self.SIP,
            answer(note(plan=frozenset({"sip"}), chosen=shared), note("2", "n2", plan={"sip"})),
            mine(),
        )
        assert box is not None
        first, second = (row.who_sees or "" for row in box.rows)
        units = "Hemtjänsten, Nordmarks sjukhus, SE-NYTT"
        assert first == f"Delas med {units} och den som är ombud för dina planer."
        assert second == "Bara du ser det här."

    def test_when_they_cannot_be_read_it_is_said(self) -> None:
        box = about_plan(self.SIP, answer(reports=[BROKEN]), mine())
        assert box is not None
        assert (box.rows, len(box.gaps)) == ((), 1)

    def test_where_nothing_is_kept_there_is_no_box(self) -> None:
        nothing = mine(keeps_own=False)
        assert about_plan(self.SIP, Answer(), nothing) is None
        assert about_time(CARE, Answer(), nothing) is None
        assert to_bring_up(self.SIP, nothing) == ()

    def test_a_time_of_ones_own_has_none(self) -> None:
        assert about_time(entry(), answer(), mine()) is None


class TestSomebodyElse:
    """The rules decide what a relative is given; the page gives them nothing to change."""

    def test_they_read_what_is_shared_and_change_nothing(self) -> None:
        shared = note(plan=frozenset({"sip"}), chosen=Sharing(shared=True))
        box = about_plan(plan("sip"), answer(shared), theirs())
        assert box is not None
        (row,) = box.rows
        assert (box.mine, box.add, row.actions, row.who_sees) == (False, (), (), None)
        assert row.why.source_name == "Den som planeringen gäller"
        assert "valt att dela" in row.why.ground

    def test_nothing_shared_is_no_box(self) -> None:
        assert about_plan(plan("sip"), answer(), theirs()) is None
        assert choose(theirs()).add == ()
        assert choose(mine()).add != ()

    @pytest.mark.parametrize(
        ("item", "seen"),
        [
            (entry(), False),
            (note(), False),
            (note(chosen=Sharing(False, frozenset({HsaId(REGION)}))), False),
            (note(chosen=Sharing(shared=True)), True),
        ],
    )
    def test_a_permit_admits_what_is_shared_only(
        self, item: OwnEntry | OwnNote, seen: bool
    ) -> None:
        given = permit(ActorKind.OMBUD)
        assert (given.shown(item) is not None) is seen
        assert permit(ActorKind.CITIZEN).shown(item) == item

    def test_two_that_are_alike_in_all_but_sharing_are_decided_apart(self) -> None:
        given = permit(ActorKind.OMBUD)
        assert given.shown(note(chosen=Sharing(shared=True))) is not None
        assert given.shown(note(chosen=PRIVATE)) is None

    def test_ones_own_place_is_not_hidden_from_oneself(self) -> None:
        kept = entry(place=Told("Storgatan 4"))
        hidden = permit(ActorKind.CITIZEN, Protection.SEKRETESSMARKERING)
        assert hidden.shown(kept) == kept


def permit(kind: ActorKind, protected: Protection = Protection.NONE) -> Permit:
    mine_own = kind is ActorKind.CITIZEN
    actor = Actor(kind, BIRGITTA if mine_own else OMBUD, "loa3", None if mine_own else BIRGITTA)
    situation = Situation(actor, Subject(BIRGITTA, protected=protected), "sv", NOW)
    grant = Grant(BIRGITTA, OMBUD, frozenset({"booking", "plan"}), at(-30).start, at(300).start)
    kinds = (OwnEntry, OwnNote, Appointment)
    return decide(situation, kinds, reach="r", facts=Facts(grant=grant)).logged("log")


class TestThePageOfAll:
    def test_what_is_to_come_first_and_what_has_been_last(self) -> None:
        shown = times(
            own(
                entry(at(3)),
                entry(at(-2), record="2"),
                entry(at(-9), record="3"),
                entry(at(1), record="4"),
            ),
            mine(),
        )
        assert isinstance(shown, Times)
        assert [each.day for each in shown.coming] == [day(1), day(3)]
        assert [each.day for each in shown.over] == [day(-2), day(-9)]

    def test_nothing_is_for_the_engine_to_say(self) -> None:
        assert times(own(), mine()) is None
        assert notes(answer(), mine()) is None

    def test_a_note_leads_to_what_it_belongs_to(self) -> None:
        sip = plan("sip")
        its = {"plan": frozenset({"sip"}), "plan_at": sip.origin.identity, "belongs": Told("SIP")}
        shown = notes(
            answer(
                note("Mål", "1", kind=OwnNoteKind.GOAL, **its),
                note("Löst", "2"),
                note(
                    "Tid",
                    "3",
                    kind=OwnNoteKind.QUESTION,
                    meeting=CARE.origin.identity,
                    belongs=Told("Besök"),
                ),
            ),
            mine(),
        )
        assert shown is not None
        assert [(row.text.text, row.kind) for row in shown] == [
            ("Mål", "Eget mål"),
            ("Tid", "Fråga"),
            ("Löst", "Det jag vill ta upp"),
        ]
        goal, question, loose = shown
        assert goal.plan == PlanLink(f"/sv/mig/planer/{mine().handle(sip.origin)}", Told("SIP"))
        there = f"/sv/mig/handelse/{mine().handle(CARE.origin)}"
        assert question.meeting == PlanLink(there, Told("Besök"))
        assert (loose.plan, loose.meeting) == (None, None)

    def test_a_long_note_is_named_by_its_beginning(self) -> None:
        shown = notes(answer(note("Ord " * 100)), mine())
        assert shown is not None
        assert len(shown[0].about.text) <= 60
        assert len(shown[0].text.text) == 400

    @pytest.mark.parametrize(
        ("choice", "said"), [("sparat", True), ("borttaget", True), ("<b>", False), ("", False)]
    )
    def test_what_was_done_is_said_in_our_own_words(self, choice: str, said: bool) -> None:
        shown = ways(replace(mine(), asked=asked(klart=choice)))
        assert isinstance(shown, Ways)
        assert (shown.said is not None) is said
        assert len(shown.add) == 4


class TestTheCountOfAnswers:
    def test_nobody_was_asked_for_what_one_has_put_in(self) -> None:
        row = status_row([report(), ANSWERED], UNITS, mine().words, NOW)
        assert (row.answered, row.asked) == (1, 1)

    def test_a_store_that_fails_is_told_of(self) -> None:
        row = status_row([report(), BROKEN], UNITS, mine().words, NOW)
        assert (row.answered, row.asked) == (1, 2)
        assert "egna tider" in row.notices[0].heading
        assert "hos oss" in row.notices[0].consequence


class TestTemplates:
    def shown(self, name: str, body: Any, **more: Any) -> str:
        context = {"title": "T", "state": "full", "body": body, "empty_text": "Inget", "gaps": ()}
        context |= {"unreadable": 0, "anchor": name, "fragment_url": "f", "page_url": "p"}
        with spoken_at(NOW):
            return Pages().render("sv", f"{name}.html", **(context | more))

    def test_every_part_says_whose_it_is(self) -> None:
        page = self.shown("own/times", times(own(entry(), entry(at(-1), record="2")), mine()))
        assert page.count("Inlagt av dig") == 2
        assert "Senast ändrat" in page
        assert "Hämtat" not in page
        kept = notes(answer(note("<b>Hej</b>\nrad")), mine())
        text = self.shown("own/notes", kept)
        assert "&lt;b&gt;Hej&lt;/b&gt;\nrad" in text

    def test_a_plan_that_is_not_known_has_nothing_said_of_its_notes(self) -> None:
        page = self.shown("plan/own", None, state="unknown")
        assert page.split() == ["<div", 'slot="own"></div>']
        assert plan_view.find("own") is not None

    def test_in_english_too(self) -> None:
        spoken = replace(mine(), words=Speaker(LANGUAGES["en"]))
        box = about_plan(plan("sip"), answer(note(plan=frozenset({"sip"}))), spoken)
        assert box is not None
        assert box.rows[0].who_sees == "Only you see this."
