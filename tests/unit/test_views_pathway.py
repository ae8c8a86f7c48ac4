"""A pathway holds what records say belongs to its plan, and nothing that only looks like it."""

from __future__ import annotations

from typing import Any

import pytest

from stodtjanster.information import (
    Activity,
    ActivityState,
    Appointment,
    Assigned,
    CarePlanKind,
    ReferralKind,
    ReferralStatus,
    ReferralStep,
)
from stodtjanster.model import Answer, Told
from tests.rendering import printed_in
from tests.unit.test_views_patient import OURS, at_work, of_unit, task
from tests.viewing import (
    BIRGITTA,
    FAILED,
    REGION,
    TOWN,
    answer,
    asked,
    at,
    booking,
    day,
    origin,
    plan,
)
from views.kit.staff import CHOSEN
from views.kit.view import Scene, show
from views.pathway import pathway, view
from views.pathway.steps import Pathway

REHAB = plan("Rehabiliteringsplan", kind=CarePlanKind.RP)
OTHER = plan("Diabetes")


def referral(
    record: str = "r1", step: ReferralStep = ReferralStep.RECEIVED, days: int = -9, **more: Any
) -> ReferralStatus:
    given = {"names": frozenset({"R-7050"}), "plans": (), **more}
    return ReferralStatus(
        subject=BIRGITTA,
        origin=origin(TOWN, record),
        step=step,
        text=Told(step.name.lower()),
        at=at(days).start,
        kind=ReferralKind.GENERAL,
        sender=Told("Ortopeden"),
        receiver=Told("Rehab"),
        **given,
    )


def followed(
    *plans: Any,
    booked: tuple[Appointment, ...] = (),
    referrals: tuple[ReferralStatus, ...] = (),
    seen: Scene | None = None,
) -> Pathway:
    made = pathway(
        plans=answer(*plans),
        booked=answer(*booked),
        referrals=answer(*referrals),
        scene=seen or at_work(),
    )
    assert isinstance(made, Pathway)
    return made


def steps(made: Pathway) -> list[tuple[str, str]]:
    return [(step.state, step.text.text) for step in made.steps]


class TestWhatBelongs:
    def test_the_plans_own_tasks_and_those_of_the_plans_under_it(self) -> None:
        top = plan("RP", children=("VP",), activities=(task("Träna", "Jonas"),))
        below = plan("VP", activities=(task("Mäta", "Amina", state=ActivityState.DONE),))
        assert steps(followed(top, below)) == [("planned", "Träna"), ("done", "Mäta")]

    def test_a_task_of_another_plan_that_says_it_stands_in_this(self) -> None:
        sip = plan(
            "SIP",
            kind=CarePlanKind.SIP,
            activities=(
                task("Träna", "Jonas", plans=("Rehabiliteringsplan",)),
                task("Ringa", "Lena"),
            ),
        )
        assert steps(followed(sip, REHAB)) == [("planned", "Träna")]

    def test_a_referral_that_is_part_of_the_plan_and_the_time_that_is_booked_for_it(self) -> None:
        made = followed(
            REHAB,
            booked=(
                booking(at(6), "b", title="Träning", requests=("R-7050",)),
                booking(at(5), "c", title="Träning"),
            ),
            referrals=(
                referral(plans=("Rehabiliteringsplan",)),
                referral("r2", ReferralStep.FIRST_CONTACT_BOOKED, -5),
                referral("x", names=frozenset({"R-9"})),
            ),
        )
        assert steps(made) == [("booked", "Träning"), ("referred", "Remiss")]
        assert made.steps[0].day == day(6)
        assert made.steps[1].note == Told("first_contact_booked")
        assert [unit.text for unit in made.steps[1].by] == ["Ortopeden", "Rehab"]

    def test_a_time_that_is_booked_for_the_plan_or_that_the_plan_counts(self) -> None:
        asked_for = task("Prov", names=frozenset({"s1"}))
        made = followed(
            plan("P", meetings=(f"{REGION}|m",), activities=(asked_for,)),
            booked=(
                booking(at(1), "a", title="För planen", requests=("P",)),
                booking(at(2), "m", title="Uppföljning"),
                booking(at(3), "d", title="Provtagning", requests=("s1",)),
                booking(at(4), "n", title="P"),
            ),
        )
        assert [text for state, text in steps(made) if state == "booked"] == [
            *("För planen", "Uppföljning", "Provtagning")
        ]

    def test_the_same_title_is_not_the_same_thing(self) -> None:
        made = followed(
            plan("Diabetes", activities=(task("Fotundersökning"),)),
            booked=(booking(at(3), "b", title="Diabetes"),),
            referrals=(referral(kind_text=Told("Diabetes")),),
        )
        assert steps(made) == [("planned", "Fotundersökning")]

    def test_what_has_been_is_done(self) -> None:
        made = followed(
            REHAB,
            booked=(booking(at(-2), "b", title="Träning", requests=("Rehabiliteringsplan",)),),
            referrals=(referral(step=ReferralStep.CLOSED, plans=("Rehabiliteringsplan",)),),
        )
        assert {state for state, _ in steps(made)} == {"done"}


class TestTheChoice:
    def test_a_sip_is_no_pathway(self) -> None:
        sip = plan("SIP", kind=CarePlanKind.SIP)
        made = followed(sip, REHAB, OTHER)
        assert [way.title.text for way in made.ways] == ["Rehabiliteringsplan", "Diabetes"]
        assert (
            pathway(plans=answer(sip), booked=answer(), referrals=answer(), scene=at_work()) is None
        )

    def test_the_reader_begins_with_their_own_units(self) -> None:
        assert followed(REHAB, of_unit(OTHER)).title.text == "Diabetes"
        assert followed(REHAB, OTHER).title.text == "Rehabiliteringsplan"

    @pytest.mark.parametrize("asked_for", ["", "nobody", "../../x", "x" * 5000])
    def test_what_the_address_says_is_only_compared(self, asked_for: str) -> None:
        seen = at_work(asked=asked(**{CHOSEN: asked_for}))
        assert followed(REHAB, OTHER, seen=seen).title.text == "Rehabiliteringsplan"

    def test_the_address_chooses(self) -> None:
        seen = at_work()
        named = at_work(asked=asked(**{CHOSEN: seen.handle(OTHER.origin)}))
        made = followed(REHAB, OTHER, seen=named)
        assert made.title.text == "Diabetes"
        assert [way.current for way in made.ways] == [False, True]
        assert made.ways[1].href.endswith(f"vardforlopp/?plan={seen.handle(OTHER.origin)}")


class TestThePage:
    def page(self, **answers: Answer[Any]) -> str:
        known = {name: answer() for name in view.needs} | answers
        return printed_in(view, "pathway", known, at_work())

    def test_every_step_says_how_far_it_has_come_and_who(self) -> None:
        page = self.page(
            plans=answer(
                plan(
                    "Rehabiliteringsplan",
                    activities=(task("Ta prov"), task("Träna", "Hemsjukvården", units=(OURS,))),
                )
            ),
            referrals=answer(referral(plans=("Rehabiliteringsplan",))),
        )
        for said in ("Planerat", "Remitterat", "Ingen är ansvarig", "Från Ortopeden till Rehab"):
            assert said in page
        assert page.count("Din enhet") == 1

    def test_times_that_are_lacking_are_said_to_be_beside_the_steps(self) -> None:
        quiet = answer(reports=[FAILED])
        shown = show(
            view.sections[0],
            {"plans": answer(REHAB), "booked": quiet, "referrals": answer()},
            at_work(),
        )
        assert shown.state == "full"
        page = self.page(plans=answer(REHAB), booked=quiet)
        assert "Region Sydkust svarade inte" in page
        assert "pekar på den här planen" not in page
        assert "pekar på den här planen" in self.page(plans=answer(REHAB))

    def test_a_task_is_somebodys_or_said_to_be_nobodys(self) -> None:
        unnamed = Activity(Told("Väga"), Assigned.SOMEBODY)
        page = self.page(plans=answer(plan("P", activities=(unnamed,))))
        assert "namnet framgår inte" in page
