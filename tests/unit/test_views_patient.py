"""What care staff see of a patient: times, tasks, plans, hand-over, and what is their own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from stodtjanster.access import Policy
from stodtjanster.information import (
    Activity,
    ActivityState,
    Assigned,
    CarePlanKind,
    Item,
    OwnNote,
    OwnNoteKind,
    Party,
    VisitForm,
)
from stodtjanster.model import (
    Actor,
    ActorKind,
    Answer,
    Cause,
    HsaId,
    Open,
    Outcome,
    Place,
    Sharing,
    Side,
    Told,
)
from tests.rendering import printed_in
from tests.viewing import (
    BIRGITTA,
    FAILED,
    TOWN,
    agreement,
    answer,
    at,
    booking,
    day,
    hospital_stay,
    manager,
    origin,
    plan,
    report,
    scene,
)
from views.kit.rows import Explainer
from views.kit.view import Scene, show
from views.pathway import view as pathway_view
from views.patient import Coming, coming, contacts, handover, plans, tasks, view

OURS = HsaId("TSTNMT2321000156-HSJV")
THEIRS = HsaId("TSTNMT2321000156-ORTO")
NOTHING: dict[str, Answer[Any]] = {name: answer() for name in view.needs}


def at_work(role: str = "sjukskoterska", **more: Any) -> Scene:
    """A scene of an employee of a unit, about Birgitta."""
    made = scene(name="Birgitta", base="/sv/personal/patient/abc/", secret=b"s", **more)
    place = Place(HsaId("TSTNMT2321000156-SJVG"), OURS)
    actor = Actor(
        ActorKind.STAFF,
        BIRGITTA,
        "loa3",
        hsa_id=HsaId("TSTNMT2321000156-AMYU"),
        role=role,
        side=Side.VARD,
        place=place,
    )
    return replace(made, situation=replace(made.situation, actor=actor))


def of_unit(item: Any, unit: HsaId = OURS, **more: Any) -> Any:
    return replace(item, origin=replace(item.origin, care_unit=unit, **more))


def task(text: str, *owners: str, units: tuple[HsaId, ...] = (), **more: Any) -> Activity:
    return Activity(
        Told(text),
        Assigned.SOMEBODY if owners else Assigned.NOBODY,
        tuple(Told(name) for name in owners),
        units=frozenset(units),
        **more,
    )


def note(text: str, days: int = 0) -> OwnNote:
    return OwnNote(
        subject=BIRGITTA,
        origin=origin("own", text),
        kind=OwnNoteKind.TOPIC,
        text=Told(text),
        chosen=Sharing(True, frozenset({OURS})),
        version=1,
        changed=at(days).start,
    )


def seen(*items: Item, stays: Answer[Any] | None = None) -> Coming:
    found = coming(booked=answer(*items), stays=stays or answer(), scene=at_work())
    assert isinstance(found, Coming)
    return found


class TestComing:
    def test_the_own_units_times_are_marked_and_stand_in_the_order_of_time(self) -> None:
        found = seen(
            of_unit(booking(at(3), "b", title="Återbesök"), THEIRS),
            of_unit(booking(at(1), "a", title="Såromläggning", system=TOWN)),
            of_unit(booking(Open(), "c", title="Utan tid"), THEIRS),
        )
        assert [(one.row.title.text, one.own) for one in found.visits] == [
            ("Såromläggning", True),
            ("Återbesök", False),
            ("Utan tid", False),
        ]

    def test_what_comes_every_day_is_one_row(self) -> None:
        daily = [
            booking(at(n, clock), f"{n}{clock}", system=TOWN, title="Hemtjänst", recurring=True)
            for n in range(1, 8)
            for clock in ("07.30", "18.30")
        ]
        found = seen(*daily, booking(at(2), "x", title="Återbesök"))
        (series,) = found.series
        assert series.folded.every_day
        assert [f"{time:%H.%M}" for time in series.folded.times] == ["07.30", "18.30"]
        assert [one.row.title.text for one in found.visits] == ["Återbesök"]

    def test_what_meets_is_said_on_both(self) -> None:
        met = (
            booking(at(2, "08.45"), "h", system=TOWN, title="Hemtjänst", form=VisitForm.HOME),
            booking(at(2, "09.00"), "o", title="Återbesök", form=VisitForm.VISIT),
        )
        assert [len(one.row.conflicts) for one in seen(*met).visits] == [1, 1]
        assert printed("coming", booked=answer(*met)).count("Krockar") == 2
        assert "Krockar" not in printed("coming", booked=answer(met[0]))

    def test_a_stay_is_reckoned_with_and_lacks_nothing(self) -> None:
        home = booking(at(1), "h", system=TOWN, title="Hemtjänst", form=VisitForm.HOME)
        found = seen(home, stays=answer(hospital_stay(at(0, minutes=None))))
        assert found.visits[0].row.conflicts
        shown = show(
            _section("coming"),
            NOTHING | {"booked": answer(home), "stays": answer(reports=[FAILED])},
            at_work(),
        )
        assert shown.state == "full"

    def test_what_the_patient_is_not_shown_is_said_to_be_so(self) -> None:
        hidden = of_unit(booking(at(1), "a"), approved_for_patient=False)
        assert "Patienten ser inte det här." in printed("coming", booked=answer(hidden))
        assert "Patienten ser inte" not in printed("coming", booked=answer(booking(at(1), "a")))


class TestTasks:
    def test_what_nobody_is_to_do_stands_first_and_then_the_own_units(self) -> None:
        held = plan(
            "Plan",
            activities=(
                task("Kontrollera", "Ortopeden", units=(THEIRS,), due=day(1)),
                task("Lägga om såret", "Hemsjukvården", units=(OURS,)),
                task("Ta bort stygnen"),
                task("Träna", "Jonas Berg", state=ActivityState.DONE),
            ),
        )
        found = tasks(plans=answer(held), scene=at_work())
        assert [(one.task.text.text, one.task.missing, one.own) for one in found] == [
            ("Ta bort stygnen", "nobody", False),
            ("Lägga om såret", None, True),
            ("Kontrollera", None, False),
        ]
        page = printed("tasks", plans=answer(held))
        assert page.count("Saknar ansvarig") == 1
        assert page.count("Din enhet") == 1
        assert "Träna" not in page

    def test_a_unit_of_the_same_name_is_not_ours(self) -> None:
        held = plan("Plan", activities=(task("Gå ut", "Hemsjukvården", units=(THEIRS,)),))
        assert "Din enhet" not in printed("tasks", plans=answer(held))

    def test_a_task_that_two_plans_point_at_stands_once(self) -> None:
        same = task("Träna", "Jonas", names=frozenset({"t1"}))
        found = tasks(
            plans=answer(
                plan("SIP", children=("RP",), activities=(same,)), plan("RP", activities=(same,))
            ),
            scene=at_work(),
        )
        assert [one.holder.text for one in found] == ["RP"]


class TestPlans:
    def test_plans_stand_under_the_sip_that_holds_them(self) -> None:
        sip = plan("SIP", kind=CarePlanKind.SIP, responsible=Told("Lena Ek"))
        below = of_unit(plan("Vårdplan", parents=("SIP",)))
        (top,) = plans(plans=answer(sip, below), scene=at_work())
        assert top.plan.title.text == "SIP"
        assert "Lena Ek" in top.plan.owner.text
        assert [(child.plan.title.text, child.own) for child in top.children] == [
            ("Vårdplan", True)
        ]

    @pytest.mark.parametrize(
        ("role", "followed"), [("lakare", True), ("rehab", True), ("underskoterska_hsl", False)]
    )
    def test_a_plan_leads_to_its_steps_for_whom_they_are(self, role: str, followed: bool) -> None:
        sip = plan("SIP", kind=CarePlanKind.SIP)
        top, other = plans(plans=answer(sip, plan("Vårdplan")), scene=at_work(role))
        assert top.href is None
        assert (other.href is not None) is followed
        page = printed("plans", role, plans=answer(sip, plan("Vårdplan")))
        assert "planer/" not in page


class TestHandover:
    def test_own_words_and_agreements_the_newest_first(self) -> None:
        rows = handover(
            notes=answer(note("Sover dåligt", -1)),
            agreements=answer(
                replace(
                    agreement("Du tränar i trappan", Party.PERSON),
                    origin=replace(origin(TOWN, "o"), documented_at=at(-3).start),
                ),
                agreement("Är redan klart", done=True),
            ),
            plans=answer(plan("SIP", own_words=(Told("Sova i min egen säng"),))),
            scene=at_work(),
        )
        assert [(row.text.text, row.by.text) for row in rows] == [
            ("Sover dåligt", "Birgitta"),
            ("Du tränar i trappan", "Birgitta"),
            ("Sova i min egen säng", "Birgitta"),
        ]

    def test_nobody_believes_that_the_patient_reads_what_they_do_not(self) -> None:
        hidden = of_unit(agreement("Följa upp"), approved_for_patient=False)
        assert "Patienten ser inte det här." in printed("handover", agreements=answer(hidden))
        assert "Patienten ser inte" not in printed("handover", notes=answer(note("Ont")))

    def test_it_does_not_say_that_something_can_be_written_here(self) -> None:
        page = printed("handover")
        assert "<form" not in page
        assert "journalsystem" in page


def test_contacts_can_be_rung() -> None:
    known = answer(manager("Lena Ek"))
    made = contacts(managers=known, listings=answer(), scene=at_work())
    assert [one.name.text for one in made.rows] == ["Lena Ek"]
    assert 'href="tel:0980319201"' in printed("contacts", managers=known)


class TestWhatIsLacking:
    @pytest.mark.parametrize(
        ("cause", "said"),
        [
            (Cause.NO_CONSENT, "behöver du patientens samtycke"),
            (Cause.BLOCKED, "låtit spärra uppgifterna"),
        ],
    )
    @pytest.mark.parametrize("slot", ["coming", "tasks", "plans", "handover", "contacts"])
    def test_what_is_withheld_is_told_as_it_is(self, slot: str, cause: Cause, said: str) -> None:
        kinds = {name: view.needs[name].information for name in _section(slot).needs}
        withheld = {
            name: answer(
                reports=[report(Outcome.NOT_ASKED, cause, system="", source="", information=kind)]
            )
            for name, kind in kinds.items()
        }
        page = printed(slot, **withheld)
        assert said in page
        assert "Vi vet inte" not in page
        assert "hos dem som svarade." not in page

    @pytest.mark.parametrize("slot", ["coming", "tasks", "plans", "handover", "contacts"])
    def test_silence_is_never_nothing(self, slot: str) -> None:
        quiet = {name: answer(reports=[FAILED]) for name in _section(slot).needs}
        page = printed(slot, **quiet)
        assert "Vi vet inte" in page
        assert "Region Sydkust svarade inte" in page

    @pytest.mark.parametrize("slot", ["coming", "tasks", "plans", "handover", "contacts"])
    def test_nothing_is_nothing_of_what_one_may_see(self, slot: str) -> None:
        assert "som du får se i ditt uppdrag, hos dem som svarade." in printed(slot)


def test_a_role_asks_only_for_what_it_may_see() -> None:
    """Otherwise the page would tell of a kind that the role is not for as something lacking."""
    allowed = Policy().role_types
    for each in (view, pathway_view):
        for role in each.roles:
            assert {kind.info_type for kind in each.kinds} <= allowed[role], (each.key, role)


def test_the_ground_is_said_to_the_employee() -> None:
    why = Explainer.of(at_work(), answer()).why(booking(at(1)))
    assert "deltar i vården" in why.ground
    assert "gäller dig" not in why.ground


def _section(slot: str) -> Any:
    section = view.find(slot)
    assert section is not None
    return section


def printed(slot: str, role: str = "sjukskoterska", **answers: Answer[Any]) -> str:
    """A section as it stands on the page."""
    return printed_in(view, slot, NOTHING | answers, at_work(role))
