"""Staff choose in what they work, through the SITHS and HSA of the sandbox, and keep it a while."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from portal.security import STAFF_COOKIE
from portal.staff_actor import actor_of
from sandbox.faults import TARGETS
from stodtjanster.access import Case, Facts, Policy, Reason, Resource, judge
from stodtjanster.access.case import Consent, ConsentStatus, Dependencies, Relation
from stodtjanster.access.policy import CLINICAL_TYPES, META_TYPES
from stodtjanster.model import Actor, ActorKind, HsaId, PersonId, Place, Side, Subject
from tests.markup import assert_is_a_page
from tests.security_messages import BIRGITTA
from tests.service.conftest import Sandbox
from tests.service.portal_client import Portal, csrf_token, running_portal
from tests.service.saml_forging import need_xmlsec1
from tests.service.test_staff_login import HOME, METADATA, Staff

CHOICE = "/sv/personal/uppdrag"
WORK = "/sv/personal/mitt-uppdrag"
BJORKBACKEN = "TSTNMT2321000156-C001"
HOME_CARE, QUALITY = "TSTNMT2321000156-C002", "TSTNMT2321000156-C003"
SYNC, LOGS, SYSTEMS = (f"TSTNMT2321000156-C{number}" for number in ("004", "005", "009"))
CONTACT, OFFICER, HOME_HELP = (f"TSTNMT2321000156-R{number}" for number in ("001", "002", "003"))


@pytest.fixture
def portal(sandbox: Sandbox, tmp_path: Path) -> Iterator[Portal]:
    need_xmlsec1()
    with running_portal(sandbox, tmp_path) as running:
        own = running.browser().get(METADATA)
        address = sandbox.info["siths"]["address"]
        httpx.put(f"{address}/_test/service", content=own.content).raise_for_status()
        yield running
    sandbox.panel.delete("/api/bookings").raise_for_status()


@pytest.fixture
def staff(portal: Portal) -> Staff:
    return Staff(portal)


def choose(staff: Staff, assignment: str) -> httpx.Response:
    token = csrf_token(staff.browser.get(CHOICE).text)
    return staff.browser.post(CHOICE, {"csrf_token": token, "uppdrag": assignment})


def at_work(staff: Staff, person: str = "lena", assignment: str = BJORKBACKEN) -> None:
    staff.log_in(person)
    answer = choose(staff, assignment)
    assert answer.status_code == 303


def actor_at(staff: Staff) -> Actor:
    session = staff.session()
    assert session.chosen is not None
    return actor_of(session, session.chosen, staff.portal.house.settings.assignments)


def everything_about(person: PersonId, actor: Actor, now: datetime) -> Iterator[Case]:
    """Every kind of record, of their own provider and of another, with every fact in favour."""
    facts = Facts(
        relation=Relation(active=True, category="aldre"),
        consent=Consent(ConsentStatus.GIVEN),
        dependencies=Dependencies(blocking_up=True, consent_up=True),
    )
    others = Place(HsaId("TSTNMT2321000156-RSVG"), HsaId("TSTNMT2321000156-SYNC"))
    for kind in (*CLINICAL_TYPES, *META_TYPES, "message", "access_log"):
        for place in (actor.place or others, others):
            resource = Resource(
                kind, place.provider, place.unit, Side.VARD, start=now, available_svod=True
            )
            yield Case(now, actor, Subject(person), resource, facts)


class TestTheChoice:
    @pytest.mark.parametrize(
        ("person", "offered"),
        [
            ("lena", ["Vård och behandling, Björkbacken"]),
            ("amina", ["Hemsjukvård"]),
            ("omar", ["Fast omsorgskontakt", "Hemtjänst"]),
            ("maria", ["Biståndshandläggare"]),
            ("karin", ["Vård och behandling, Syncentralen"]),
            ("peter", ["Loggkontroll"]),
            ("nils", ["Systemförvaltning"]),
        ],
    )
    def test_everybody_is_offered_what_they_have_also_when_it_is_one(
        self, staff: Staff, person: str, offered: list[str]
    ) -> None:
        staff.log_in(person)
        page = staff.browser.get(HOME).text
        assert_is_a_page(page)
        assert page.count('name="uppdrag"') == len(offered)
        assert all(name in page for name in offered)
        assert staff.browser.get(WORK).headers["location"] == HOME

    def test_who_has_no_assignment_has_nothing_to_work_in(
        self, staff: Staff, sandbox: Sandbox
    ) -> None:
        sandbox.panel.delete(f"/api/assignments/{SYSTEMS}").raise_for_status()
        staff.log_in("nils")
        page = staff.browser.get(CHOICE).text
        assert "Du har inget uppdrag" in page
        assert 'name="uppdrag"' not in page

    def test_what_cannot_be_chosen_is_told_with_its_reason(self, staff: Staff) -> None:
        staff.log_in("amina")
        page = staff.browser.get(CHOICE).text
        for reason in ("finns inte längre", "gäller inte längre", "till för prov", "Dess ändamål"):
            assert reason in page
        assert QUALITY not in page

    def test_what_is_chosen_is_alone_in_the_session_and_said_on_the_page(
        self, staff: Staff
    ) -> None:
        at_work(staff, "amina", HOME_CARE)
        session = staff.session()
        assert session.chosen is not None
        assert session.chosen.id.value == HOME_CARE
        assert session.chosen.rights == ("LÄSA;alla;SJF",)
        assert session.commissions == ()
        page = staff.browser.get(WORK)
        assert_is_a_page(page.text)
        assert 'aria-label="Ditt uppdrag"' in page.text
        assert "Hemsjukvård Sjövik, Sjöviks kommun" in page.text
        assert staff.browser.get(HOME).headers["location"] == "/sv/personal/patienter"

    def test_it_is_another_session_and_the_log_has_it_first(self, staff: Staff) -> None:
        before = staff.log_in("lena")
        old = staff.browser.cookie(STAFF_COOKIE) or ""
        assert choose(staff, BJORKBACKEN).status_code == 303
        after = staff.session()
        assert after.id_hash != before.id_hash
        assert after.csrf != before.csrf
        assert staff.portal.house.staff.sessions.load(old, staff.portal.clock()) is None
        (event,) = staff.portal.events("Assignment")
        assert event.detail == "chosen"
        assert event.employee == before.hsa_id
        assert event.assignment == "Vård och behandling, Björkbacken"
        assert event.place is not None
        assert event.place.unit.value == "TSTNMT2321000156-BJOR"
        assert event.session == before.id_hash

    def test_a_change_is_logged_and_renames_the_session_too(self, staff: Staff) -> None:
        at_work(staff)
        before = staff.session().id_hash
        assert choose(staff, BJORKBACKEN).status_code == 303
        assert staff.session().id_hash != before
        assert len(staff.portal.events("Assignment")) == 2

    @pytest.mark.parametrize(
        "forged",
        ["TSTNMT2321000156-C004", QUALITY, "TSTNMT2321000156-C006", "TSTNMT2321000156-R001", ""],
    )
    def test_another_in_the_form_is_refused_and_logged(self, staff: Staff, forged: str) -> None:
        before = staff.log_in("amina")
        token = csrf_token(staff.browser.get(CHOICE).text)
        answer = staff.browser.post(CHOICE, {"csrf_token": token, "uppdrag": forged})
        assert answer.status_code == 404
        assert staff.session() == before
        (event,) = staff.portal.events("SecurityEvent")
        assert event.detail == "foreign-assignment"
        assert event.employee == before.hsa_id
        assert staff.portal.events("Assignment") == []

    def test_a_form_from_elsewhere_is_refused(self, staff: Staff) -> None:
        before = staff.log_in("lena")
        answer = staff.browser.post(CHOICE, {"csrf_token": "x", "uppdrag": BJORKBACKEN})
        assert answer.status_code == 403
        assert staff.session() == before
        assert staff.portal.events("SecurityEvent")[-1].detail == "foreign-post"

    def test_nobody_is_asked_to_log_in(self, staff: Staff) -> None:
        for path in (CHOICE, WORK):
            answer = staff.browser.get(path)
            assert answer.headers["location"] == f"{HOME}?till={path}"
        assert staff.browser.post(CHOICE, {"uppdrag": BJORKBACKEN}).status_code == 302


class TestWhoTheRulesSee:
    @pytest.mark.parametrize(
        ("person", "assignment", "role", "side", "purpose"),
        [
            ("lena", BJORKBACKEN, "sjukskoterska", Side.VARD, "VARD_OCH_BEHANDLING"),
            ("amina", HOME_CARE, "sjukskoterska", Side.VARD, "VARD_OCH_BEHANDLING"),
            ("karin", SYNC, "lakare", Side.VARD, "VARD_OCH_BEHANDLING"),
            ("omar", CONTACT, "fast_omsorgskontakt", Side.OMSORG, "OMSORG_SOL_LSS"),
            ("omar", HOME_HELP, "hemtjanst", Side.OMSORG, "OMSORG_SOL_LSS"),
            ("maria", OFFICER, "bistandshandlaggare", Side.OMSORG, "OMSORG_SOL_LSS"),
            ("peter", LOGS, "loggadministrator", Side.VARD, "ADMINISTRATION"),
            ("nils", SYSTEMS, "it_admin", Side.VARD, "ADMINISTRATION"),
        ],
    )
    def test_everybody_is_an_actor_in_what_they_chose(
        self, staff: Staff, person: str, assignment: str, role: str, side: Side, purpose: str
    ) -> None:
        at_work(staff, person, assignment)
        actor = actor_at(staff)
        assert (actor.kind, actor.hsa_id) == (ActorKind.STAFF, staff.session().hsa_id)
        assert (actor.role, actor.side, actor.loa) == (role, side, "loa3")
        assert actor.commission is not None
        assert actor.commission.purpose == purpose
        assert actor.commission.place == actor.place

    def test_it_is_what_hsa_says_now(self, staff: Staff, sandbox: Sandbox) -> None:
        """A licence that was taken back holds no longer than the assignment's quarter."""
        at_work(staff)
        kept = staff.session()
        assert kept.chosen is not None
        token = staff.browser.cookie(STAFF_COOKIE) or ""
        other = replace(kept.chosen, works_as="lakare")
        staff.portal.house.staff.sessions.confirm(token, other, staff.portal.clock())
        assert actor_at(staff).role == "lakare"
        for _ in range(2):
            staff.portal.clock.forward(minutes=8)
            assert staff.browser.get(WORK).status_code == 200
        assert actor_at(staff).role == "sjukskoterska"

    def test_who_runs_the_systems_sees_nothing_of_anybody(self, staff: Staff) -> None:
        at_work(staff, "nils", SYSTEMS)
        actor = actor_at(staff)
        assert actor.commission is not None
        assert actor.commission.rights == ("Läsa;alla;SJF",)
        for case in everything_about(BIRGITTA, actor, staff.portal.clock()):
            assert judge(case, Policy()).reason is Reason.ADMIN_NO_CLINICAL

    def test_who_checks_logs_sees_those_of_the_own_provider_alone(self, staff: Staff) -> None:
        at_work(staff, "peter", LOGS)
        actor = actor_at(staff)
        for case in everything_about(BIRGITTA, actor, staff.portal.clock()):
            said = judge(case, Policy())
            if case.resource.info_type != "access_log":
                assert said.reason is Reason.ADMIN_NO_CLINICAL
            elif case.resource.provider == actor.provider:
                assert (said.permitted, said.reason) == (True, Reason.LOG_REVIEW)
            else:
                assert said.reason is Reason.LOG_OTHER_PROVIDER


class TestWhileItHolds:
    def test_it_is_read_again_after_a_quarter(self, staff: Staff) -> None:
        at_work(staff)
        staff.portal.clock.forward(minutes=8)
        assert staff.browser.get(WORK).status_code == 200
        first = staff.session().confirmed
        staff.portal.clock.forward(minutes=8)
        token = staff.browser.cookie(STAFF_COOKIE)
        assert staff.browser.get(WORK).status_code == 200
        session = staff.session()
        assert first is not None
        assert session.confirmed is not None
        assert session.confirmed > first
        assert staff.browser.cookie(STAFF_COOKIE) == token

    def test_one_that_is_gone_ends_in_plain_words(self, staff: Staff, sandbox: Sandbox) -> None:
        at_work(staff)
        sandbox.panel.delete(f"/api/assignments/{BJORKBACKEN}").raise_for_status()
        assert staff.browser.get(WORK).status_code == 200
        staff.portal.clock.forward(minutes=8)
        staff.browser.get(WORK)
        staff.portal.clock.forward(minutes=8)
        page = staff.browser.get(WORK)
        assert page.status_code == 403
        assert_is_a_page(page.text)
        assert "Ditt uppdrag gäller inte längre" in page.text
        assert "Björkbacken" not in page.text
        assert staff.session().chosen is None
        event = staff.portal.events("Assignment")[-1]
        assert (event.detail, event.assignment) == ("gone", "Vård och behandling, Björkbacken")
        assert staff.browser.get(WORK).headers["location"] == HOME

    def test_nothing_is_shown_while_hsa_is_silent_and_it_comes_back(
        self, staff: Staff, sandbox: Sandbox
    ) -> None:
        at_work(staff)
        for _ in range(2):
            staff.portal.clock.forward(minutes=8)
            staff.browser.get(WORK)
        sandbox.fault("hsa", "http500")
        for _ in range(2):
            staff.portal.clock.forward(minutes=8)
            page = staff.browser.get(WORK)
        assert page.status_code == 503
        assert_is_a_page(page.text)
        assert "Vi kan inte kontrollera ditt uppdrag" in page.text
        sandbox.panel.delete("/api/faults").raise_for_status()
        assert staff.browser.get(WORK).status_code == 200

    @pytest.mark.parametrize("kind", [k for k in TARGETS["hsa"] if k not in ("slow", "hang")])
    def test_nothing_can_be_chosen_while_hsa_is_broken(
        self, staff: Staff, sandbox: Sandbox, kind: str
    ) -> None:
        before = staff.log_in("lena")
        sandbox.fault("hsa", kind)
        page = staff.browser.get(CHOICE)
        assert page.status_code == (200 if kind == "empty" else 503)
        assert 'name="uppdrag"' not in page.text
        answer = staff.browser.post(CHOICE, {"csrf_token": before.csrf, "uppdrag": BJORKBACKEN})
        assert answer.status_code == (404 if kind == "empty" else 503)
        assert staff.session().chosen is None
