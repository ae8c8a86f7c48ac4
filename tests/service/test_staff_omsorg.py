"""What leaves for omsorg's three roles, on the wire: the raw answers, not what a browser shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from portal.insatser import Insatser, Taking
from sandbox.people import load_people
from stodtjanster.access.case import Relation
from stodtjanster.model import HsaId, PersonId, Place, Side, Subject
from tests.markup import assert_is_a_page
from tests.security_messages import BIRGITTA, situation
from tests.service.conftest import Sandbox
from tests.service.portal_client import Portal, running_portal
from tests.service.saml_forging import need_xmlsec1
from tests.service.test_patients import look_for, opened
from tests.service.test_staff_assignment import CONTACT, HOME_HELP, OFFICER, at_work
from tests.service.test_staff_login import METADATA, Staff

NUMBERS = {person.key: person.person_id for person in load_people()}
HOME_HELP_UNIT, RESPITE = HsaId("TSTNMT2321000156-HTJN"), HsaId("TSTNMT2321000156-REHB")
TOWN = HsaId("TSTNMT2321000156-SJVG")
WHAT_FOR = (
    *("Såromläggning", "Omläggning", "Återbesök", "höftoperation", "Träning", "läshjälpmedel"),
    *("Telefontid med", "fasta läkare", "dold-4002", "dolt för patienten"),
)
"""What others' visits to Birgitta are about."""
WHO = ("Erik Holm", "Sara Nyström", "Amina Yusuf", "Jonas Berg", "Maj Ström")
WHERE = ("Hemma hos dig", "Sjukhusgatan", "hus B", "070-174 06 05")
SENSITIVE = (
    *("Ortoped", "Syncentral", "Rehab Sjövik", "Diabetesmottagning"),
    *("156-ORTO", "156-SYNC", "156-REHB", "156-DIAB"),
)
"""Units whose names may tell something."""
ITS_OWN = frozenset({"kind", "id", "contract", "fetched_at", "care_provider"})
"""What is said of any record."""


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


def at_home(staff: Staff, assignment: str, person: str = "birgitta") -> str:
    """The raw page of a patient, for who works in an assignment."""
    at_work(staff, "maria" if assignment == OFFICER else "omar", assignment)
    answer = opened(staff, NUMBERS[person])
    assert answer.status_code == 200, answer.text
    assert_is_a_page(answer.text)
    return answer.text


def records(staff: Staff, assignment: str, need: str, person: str = "birgitta") -> list[Any]:
    """What the JSON of the same address has of a need."""
    at_work(staff, "maria" if assignment == OFFICER else "omar", assignment)
    address = look_for(staff, NUMBERS[person]).headers["location"]
    answer = staff.browser.get(address, Accept="application/json")
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()["needs"][need]["records"]
    assert found
    return found


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


class TestHomeCare:
    def test_it_is_told_when_others_come_and_who_and_never_why(self, staff: Staff) -> None:
        page = at_home(staff, HOME_HELP)
        said = words(page)
        assert "Andra besök hos Birgitta" in said
        assert "Hemsjukvård Sjövik kommer hem" in said
        assert "Telefonsamtal med Björkbackens vårdcentral" in said
        assert "Ett besök" in said
        assert "Vi vet inte om Birgitta är hemma 08.45–10.15." in said
        assert "Kan krocka med ditt besök 08.45" in said
        assert [word for word in (*WHAT_FOR, *WHO, *WHERE, *SENSITIVE) if word in page] == []

    def test_it_can_ring_who_plans_and_nothing_is_changed_here(self, staff: Staff) -> None:
        page = at_home(staff, HOME_HELP)
        assert 'href="tel:0980319230"' in page
        assert "Ingen tid ändras här." in page

    @pytest.mark.parametrize("part", ["del/coming", "kallor", "kallor/del/asked"])
    def test_no_other_address_tells_more(self, staff: Staff, part: str) -> None:
        at_work(staff, "omar", HOME_HELP)
        address = look_for(staff, BIRGITTA.value).headers["location"]
        page = staff.browser.get(address + part).text
        assert [word for word in (*WHAT_FOR, *WHO, *WHERE, *SENSITIVE) if word in page] == []

    def test_a_clinic_that_does_not_answer_is_not_named(
        self, staff: Staff, sandbox: Sandbox
    ) -> None:
        sandbox.fault("sydkust", "http500")
        page = at_home(staff, HOME_HELP)
        assert "Region Sydkust svarade inte" in words(page)
        assert [word for word in SENSITIVE if word in page] == []

    def test_others_visits_leave_by_the_rules_fields_only(self, staff: Staff) -> None:
        rows = records(staff, HOME_HELP, "booked")
        others = [row for row in rows if row.get("care_unit") != HOME_HELP_UNIT.value]
        told = (ITS_OWN - {"care_provider"}) | {"when", "recurring", "done", "absent", "form"}
        told |= {"invitation", "absence_allowed"}  # false of every one: kept of none
        plain = {"care_unit", "care_provider", "unit_name", "unit", "place"}
        assert others
        assert {row.get("care_unit") for row in others} == {
            None,
            "TSTNMT2321000156-HSJV",
            "TSTNMT2321000156-BJOR",
        }
        for row in others:
            assert row.keys() <= (told | plain if "care_unit" in row else told)
            assert not row.get("invitation")
            assert not row.get("absence_allowed")
        secret = [row for row in others if "care_unit" not in row]
        assert {row["form"] for row in secret} == {"unknown"}

    def test_no_json_names_a_unit_that_tells_something(self, staff: Staff) -> None:
        at_work(staff, "omar", HOME_HELP)
        address = look_for(staff, BIRGITTA.value).headers["location"]
        body = staff.browser.get(address, Accept="application/json").text
        assert [word for word in (*WHAT_FOR, *WHO, *SENSITIVE) if word in body] == []

    def test_nothing_beyond_fourteen_days(self, staff: Staff) -> None:
        rows = records(staff, HOME_HELP, "booked")
        last = max(datetime.fromisoformat(row["when"]["start"]).date() for row in rows)
        assert last < staff.portal.clock().date() + timedelta(days=14)

    @pytest.mark.parametrize(
        "path", ["planer", "vardforlopp", "insatser", "kontakter", "lakemedel"]
    )
    def test_there_is_no_page_of_anything_else(self, staff: Staff, path: str) -> None:
        at_work(staff, "omar", HOME_HELP)
        address = look_for(staff, BIRGITTA.value).headers["location"]
        assert staff.browser.get(address + path).status_code == 404


class TestTheContactPerson:
    def test_plans_of_others_are_told_by_their_headlines(self, staff: Staff) -> None:
        page = at_home(staff, CONTACT)
        said = words(page)
        assert "Trygg hemma efter höftoperationen" in said
        assert "Vårdplan hemsjukvård" in said
        assert "Omar Said" in said
        for inside in (
            *("brevlådan", "Såret läker", "stygnen", "min egen säng", "Två gånger"),
            *("Anders Lindqvist", "Full belastning", "fotundersökning"),
        ):
            assert inside not in page

    def test_no_implementation_plan_leaves_for_a_role_that_it_is_not_for(
        self, staff: Staff
    ) -> None:
        rows = records(staff, CONTACT, "plans")
        titles = {row["title"]["text"] for row in rows}
        assert "Vårdplan hemsjukvård" in titles
        assert "Genomförandeplan hemtjänst" not in titles

    def test_plans_of_others_leave_by_the_rules_fields_only(self, staff: Staff) -> None:
        told = ITS_OWN | {"care_unit", "unit_name", "title", "status"}
        for row in records(staff, CONTACT, "plans"):
            # One that has no value says nothing.
            assert {name for name in row.keys() - told if row[name] != "unknown"} == set()

    def test_thirty_days(self, staff: Staff) -> None:
        rows = records(staff, CONTACT, "booked")
        days = {datetime.fromisoformat(row["when"]["start"]).date() for row in rows}
        today = staff.portal.clock().date()
        assert max(days) >= today + timedelta(days=15)
        assert max(days) < today + timedelta(days=30)

    def test_decisions_are_not_for_the_role(self, staff: Staff) -> None:
        page = at_home(staff, CONTACT)
        assert "14 timmar i veckan" not in page
        assert "Vård- och omsorgsnämnden" not in page


class TestTheOfficer:
    def test_decisions_plans_and_times(self, staff: Staff) -> None:
        said = words(at_home(staff, OFFICER))
        for word in (
            *("Hemtjänst, 14 timmar i veckan", "socialtjänstlagen (SoL)", "Trygghetslarm"),
            *("Utförs av Hemtjänsten Sjövik Norr.", "Genomförandeplan hemtjänst", "SIP"),
            *("Lena Ek", "Återbesök efter operation"),
        ):
            assert word in said

    def test_what_is_only_proposed_is_no_decision(self, staff: Staff) -> None:
        assert "föreslagen insats" not in at_home(staff, OFFICER)

    def test_medicines_and_notes_are_not_for_the_role(self, staff: Staff) -> None:
        page = at_home(staff, OFFICER)
        assert "Metformin" not in page
        assert "blodtryckstablett" not in page


class TestWithoutConsent:
    """Johan has boendestöd from the home help's unit, and nobody has asked him."""

    @pytest.mark.parametrize("assignment", [HOME_HELP, CONTACT, OFFICER])
    def test_it_is_only_said_that_there_is_more(self, staff: Staff, assignment: str) -> None:
        page = at_home(staff, assignment, "skyddad")
        said = words(page)
        assert "Det finns tider hos andra som du inte ser." in said
        assert "behöver du patientens samtycke" in said
        for theirs in ("Vaccination", "Lena Ek", "Björkbacken", "156-BJOR", "156-RNVG"):
            assert theirs not in page

    def test_nor_does_the_json_say_where(self, staff: Staff) -> None:
        at_work(staff, "omar", CONTACT)
        address = look_for(staff, NUMBERS["skyddad"]).headers["location"]
        body = staff.browser.get(address, Accept="application/json").text
        assert "no_consent" in body
        for theirs in ("Vaccination", "Lena Ek", "Björkbacken", "156-BJOR", "156-RNVG"):
            assert theirs not in body

    @pytest.mark.parametrize("person", ["sara", "skyddad"])
    def test_a_region_that_does_not_answer_is_not_named(
        self, staff: Staff, sandbox: Sandbox, person: str
    ) -> None:
        """That one of its clinics was asked says that there is something about them."""
        sandbox.fault("nordmark", "http500")
        page = at_home(staff, HOME_HELP, person)
        assert "svarade inte" in words(page)
        assert "Nordmark" not in page


class TestBlocked:
    """Sara has ledsagarservice from the home help's unit, and has blocked what the region wrote."""

    @pytest.mark.parametrize("assignment", [HOME_HELP, CONTACT, OFFICER])
    def test_omsorg_is_not_told_that_anything_is_blocked(
        self, staff: Staff, assignment: str
    ) -> None:
        page = at_home(staff, assignment, "sara")
        assert "som du får se i ditt uppdrag, hos dem som svarade." in words(page)
        for theirs in (
            *("Läkarbesök", "Provtagning", "Samtal om hjälpmedel", "Vårdplan ms", "Ingrid Falk"),
            *("Neurolog", "156-NEUR", "Björkbacken", "156-BJOR", "Psykiatri", "156-PSYK"),
            "spärra",
        ):
            assert theirs not in page


class TestSilence:
    def test_no_word_on_blocks_shows_the_own_units_only(
        self, staff: Staff, sandbox: Sandbox
    ) -> None:
        sandbox.fault("sparr", "http500")
        said = words(at_home(staff, CONTACT))
        assert "Hemtjänst" in said
        assert "Hemsjukvård Sjövik" not in said
        assert "kontrollera" in said

    def test_no_word_on_consent_shows_the_own_units_only(
        self, staff: Staff, sandbox: Sandbox
    ) -> None:
        sandbox.fault("samtycke", "http500")
        page = at_home(staff, HOME_HELP)
        assert "Hemsjukvård Sjövik" not in page
        assert "kontrollera" in words(page)

    @pytest.mark.parametrize("assignment", [HOME_HELP, CONTACT, OFFICER])
    def test_no_word_on_the_insats_opens_nothing_and_says_so(
        self, staff: Staff, sandbox: Sandbox, assignment: str
    ) -> None:
        for target in ("sjovik", "sjovik-omsorg"):
            sandbox.fault(target, "http500")
        at_work(staff, "maria" if assignment == OFFICER else "omar", assignment)
        page = opened(staff)
        assert page.status_code == 503
        assert "Tjänsten som vet om du har rätt att läsa svarar inte." in words(page.text)
        assert "Lindqvist" not in page.text
        assert staff.portal.events("Disclosure", "Shown") == []


class TestWhoTakesPart:
    @pytest.mark.parametrize("assignment", [HOME_HELP, CONTACT, OFFICER])
    def test_who_takes_no_part_is_let_in_nowhere(self, staff: Staff, assignment: str) -> None:
        """Aina has visits by the unit, and no decision that is told of: a visit is no insats."""
        at_work(staff, "maria" if assignment == OFFICER else "omar", assignment)
        address = look_for(staff, NUMBERS["aina"]).headers["location"]
        for part in ("", "del/coming", "del/plans", "kallor", "samtycke"):
            page = staff.browser.get(address + part)
            assert page.status_code in (403, 404)
            assert "Aina" not in page.text
        body = staff.browser.get(address, Accept="application/json")
        assert body.status_code == 403
        assert "Aina" not in body.text
        assert staff.portal.events("Disclosure", "Shown") == []

    def taking(self, portal: Portal, unit: HsaId, role: str, days: int = 0) -> Taking:
        """As the rules would be told of an employee at a unit, some days from now."""
        h = portal.house
        who = situation(role=role, side=Side.OMSORG, place=Place(TOWN, unit))
        commission = replace(who.actor.commission, purpose="OMSORG_SOL_LSS", place=who.actor.place)
        commission = replace(commission, valid_from=date(2020, 1, 1), valid_to=date.max)
        now = portal.clock() + timedelta(days=days)
        asked = replace(
            who, actor=replace(who.actor, commission=commission), subject=Subject(BIRGITTA), now=now
        )
        found = Insatser(
            h.fetch,
            h.clock,
            policy=h.settings.access.policy(),
            owner_of=h.directory.owner,
            patience=8,
        )
        return found.of(asked, reach="a" * 64, audit=h.audit)

    @pytest.mark.parametrize(
        ("unit", "role", "days", "takes_part"),
        [
            (HOME_HELP_UNIT, "hemtjanst", 0, True),
            (HOME_HELP_UNIT, "fast_omsorgskontakt", 99, True),
            (RESPITE, "hemtjanst", 0, False),
            (RESPITE, "hemtjanst", -35, True),
            (HsaId("TSTNMT2321000156-KOST"), "hemtjanst", 0, True),
            (HsaId("TSTNMT2321000156-KOST"), "hemtjanst", 102, False),
            (HsaId("TSTNMT2321000156-HSJV"), "hemtjanst", 0, False),
            (TOWN, "hemtjanst", 0, False),
            (TOWN, "bistandshandlaggare", 0, True),
        ],
    )
    def test_the_unit_that_gives_something_while_it_does(
        self, portal: Portal, unit: HsaId, role: str, days: int, *, takes_part: bool
    ) -> None:
        said = self.taking(portal, unit, role, days)
        assert said.relation == (Relation(active=True, category="aldre") if takes_part else None)
        assert said.certain

    def test_silence_is_not_that_there_is_nothing(self, portal: Portal, sandbox: Sandbox) -> None:
        sandbox.fault("sjovik", "http500")
        said = self.taking(portal, RESPITE, "hemtjanst")
        assert (said.relation, said.certain) == (None, False)

    def test_whom_the_rules_stop_anyway_is_not_asked_about(self, portal: Portal) -> None:
        said = self.taking(portal, HOME_HELP_UNIT, "it_admin")
        assert said.relation is None
        assert portal.events("LookedUp") == []


class TestProtected:
    def test_nothing_tells_where_the_person_is(self, staff: Staff) -> None:
        """Johan has boendestöd from the home help's unit."""
        for assignment in (HOME_HELP, CONTACT):
            page = at_home(staff, assignment, "skyddad")
            assert "FÅR EJ VISAS" not in page
            assert "0980-319 277" not in page
            assert "Skyddade personuppgifter" in page


class TestTheLog:
    @pytest.mark.parametrize("assignment", [HOME_HELP, CONTACT, OFFICER])
    def test_each_section_is_logged_with_whose_it_is_before_it_is_shown(
        self, staff: Staff, assignment: str
    ) -> None:
        at_home(staff, assignment)
        disclosed, *shown = staff.portal.events("Disclosure", "Shown")
        assert disclosed.event == "Disclosure"
        assert shown
        owners = {owner for event in shown for owner in event.owners}
        assert TOWN in owners
        assert HsaId("TSTNMT2321000156-RNVG") in owners
        assert {event.subject for event in shown} == {PersonId.parse(NUMBERS["birgitta"])}
        assert all(event.employee and event.place for event in shown)
