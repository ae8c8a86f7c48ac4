"""What leaves the portal on the pages of care staff, for each row of the decision table that one of
them can come to: the raw answer lacks what must not leave, and says why in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sandbox.people import load_people
from stodtjanster.fetch.driver import AiohttpDriver
from stodtjanster.model import HsaId
from stodtjanster.sources.kit.source import Request, Response, SourceSettings
from tests.markup import assert_is_a_page
from tests.security_messages import BIRGITTA
from tests.service.conftest import Sandbox
from tests.service.portal_client import Portal, running_portal
from tests.service.saml_forging import need_xmlsec1
from tests.service.test_own_sharing import SECRET, SHARED, write
from tests.service.test_patients import look_for
from tests.service.test_staff_assignment import BJORKBACKEN, HOME_CARE, SYNC, at_work
from tests.service.test_staff_login import METADATA, Staff

NUMBERS = {person.key: person.person_id for person in load_people()}
NEEDS_CONSENT = "behöver du patientens samtycke"
IS_BLOCKED = "Patienten har låtit spärra uppgifterna"
NOT_CHECKED = "inte kontrollera om du får se alla"
PATHWAY = "vardforlopp/"
SECTIONS = ("coming", "tasks", "plans", "handover", "contacts")
CHECK_RESULT = re.compile(rb"<(\w+:)?checkResults\b.*?</(?:\w+:)?checkResults>", re.DOTALL)


@pytest.fixture
def portal(sandbox: Sandbox, tmp_path: Path) -> Iterator[Portal]:
    """A page waits long: a busy machine is no silent service."""
    need_xmlsec1()
    with running_portal(sandbox, tmp_path, soft_seconds=15, hard_seconds=20) as running:
        own = running.browser().get(METADATA)
        siths = sandbox.info["siths"]["address"]
        httpx.put(f"{siths}/_test/service", content=own.content).raise_for_status()
        yield running
    sandbox.panel.delete("/api/bookings").raise_for_status()


@pytest.fixture
def staff(portal: Portal) -> Staff:
    return Staff(portal)


@pytest.fixture
def amina(staff: Staff) -> Staff:
    """Hemsjukvården of the municipality: Birgitta and Gunnar have said yes, Rolf is not asked."""
    at_work(staff, "amina", HOME_CARE)
    return staff


@pytest.fixture
def lena(staff: Staff) -> Staff:
    """A health centre of the region. Nobody has been asked for consent to what others have."""
    at_work(staff, "lena", BJORKBACKEN)
    return staff


@pytest.fixture
def karin(staff: Staff) -> Staff:
    """A doctor of another region."""
    at_work(staff, "karin", SYNC)
    return staff


@pytest.fixture
def rows_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """The service for blocks answers, and says nothing of any row but the first."""
    send = AiohttpDriver.send

    async def losing(self: AiohttpDriver, source: SourceSettings, request: Request) -> Response:
        answer = await send(self, source, request)
        found = list(CHECK_RESULT.finditer(answer.body))
        if len(found) < 2:
            return answer
        kept = answer.body[: found[0].end()] + answer.body[found[-1].end() :]
        return Response(answer.status, answer.headers, kept)

    monkeypatch.setattr(AiohttpDriver, "send", losing)


def address(staff: Staff, person: str = "birgitta") -> str:
    return look_for(staff, NUMBERS[person]).headers["location"]


def page_of(staff: Staff, person: str = "birgitta", path: str = "") -> str:
    answer = staff.browser.get(address(staff, person) + path)
    assert answer.status_code == 200, answer.text
    assert_is_a_page(answer.text)
    return answer.text


class TestTheTable:
    """`seen` and `kept` are titles and names that only one record has."""

    def test_own_unit(self, amina: Staff) -> None:
        page = page_of(amina, "rolf")
        assert "Läkemedelsdelning" in page
        assert "Din enhet" in page

    def test_own_provider_of_another_unit(self, lena: Staff) -> None:
        page = page_of(lena)
        assert "Återbesök efter operation" in page
        assert "Diabetes – årlig plan" in page

    def test_an_inner_block(self, amina: Staff) -> None:
        page = page_of(amina, "rolf")
        assert "Balansträning" not in page
        assert "Rehab Sjövik" not in page
        assert IS_BLOCKED in page

    def test_an_outer_block_holds_also_with_consent(self, amina: Staff) -> None:
        page = page_of(amina, "gunnar")
        assert "Diabeteskontroll" in page
        assert "Synundersökning" not in page
        assert "Syncentralen" not in page
        assert IS_BLOCKED in page
        assert NEEDS_CONSENT not in page

    def test_consent_is_missing(self, amina: Staff) -> None:
        page = page_of(amina, "rolf")
        assert "Uppföljning hos läkare" not in page
        assert "Björkbackens" not in page
        assert NEEDS_CONSENT in page

    def test_consent_is_missing_for_whoever_is_in_the_region(self, lena: Staff) -> None:
        page = page_of(lena)
        for kept in ("Såromläggning", "Omar Said", "Lägga om såret", "Utprovning"):
            assert kept not in page
        assert NEEDS_CONSENT in page

    def test_consent_is_given(self, amina: Staff) -> None:
        page = page_of(amina)
        for seen in ("Återbesök efter operation", "Trygg hemma", "Lena Ek", "Omar Said"):
            assert seen in page
        assert NEEDS_CONSENT not in page

    @pytest.mark.parametrize("kind", ["http500", "hang", "error-result", "garbage"])
    def test_the_service_for_blocks_does_not_answer(
        self, amina: Staff, sandbox: Sandbox, kind: str
    ) -> None:
        sandbox.fault("sparr", kind)
        page = page_of(amina)
        assert "Såromläggning" in page
        for kept in ("Återbesök efter operation", "Träning hemma", "Trygg hemma", "Sara Nyström"):
            assert kept not in page
        assert NOT_CHECKED in page

    def test_the_service_for_blocks_leaves_rows_out(self, amina: Staff, rows_lost: None) -> None:
        page = page_of(amina)
        assert "Såromläggning" in page
        for kept in ("Återbesök efter operation", "Träning hemma", "Trygg hemma", "Sara Nyström"):
            assert kept not in page
        assert IS_BLOCKED in page

    @pytest.mark.parametrize("kind", ["http500", "error-result"])
    def test_the_service_for_consents_does_not_answer(
        self, amina: Staff, sandbox: Sandbox, kind: str
    ) -> None:
        sandbox.fault("samtycke", kind)
        page = page_of(amina)
        assert "Såromläggning" in page
        assert "Träning hemma" in page  # of the own provider: nobody's consent is asked
        for kept in ("Återbesök efter operation", "Trygg hemma", "Sara Nyström"):
            assert kept not in page
        assert NOT_CHECKED in page

    @pytest.mark.parametrize("path", ["", PATHWAY, *(f"del/{slot}" for slot in SECTIONS)])
    def test_no_relation(self, amina: Staff, path: str) -> None:
        answer = amina.browser.get(address(amina, "elias") + path)
        assert answer.status_code == 403
        assert "ingen vårdrelation" in answer.text
        assert "Elias" not in answer.text

    def test_protected_identity(self, lena: Staff) -> None:
        page = page_of(lena, "skyddad")
        assert "Vaccination" in page
        assert "Skyddade personuppgifter" in page
        for kept in ("0980-319 277", "0980-319 200", "FÅR EJ VISAS", "Björkvägen", "Boendestöd"):
            assert kept not in page

    @pytest.mark.parametrize("path", ["", PATHWAY, *(f"del/{slot}" for slot in SECTIONS)])
    def test_another_region_without_consent_has_no_row(self, karin: Staff, path: str) -> None:
        page = page_of(karin, path=path)
        for kept in (
            *("Återbesök", "Såromläggning", "Hemtjänst", "Trygg hemma", "Rehabiliteringsplan"),
            *("Omar Said", "Lena Ek", "Sara Nyström", "Träna", "stygnen", "Björkbacken", "TSTNMT"),
        ):
            assert kept not in page
        assert NEEDS_CONSENT in page


class TestTheAnswer:
    """The same as JSON, where every field of a record would be in sight."""

    @pytest.mark.parametrize("path", ["", PATHWAY])
    @pytest.mark.parametrize(
        ("who", "assignment", "person", "seen", "kept"),
        [
            ("amina", HOME_CARE, "birgitta", "Rehabiliteringsplan", ("NORD", "|Goal", "190001")),
            ("amina", HOME_CARE, "rolf", '"complete"', ("Balansträning", "REHB", "Uppföljning")),
            ("amina", HOME_CARE, "gunnar", '"complete"', ("Synundersökning", "SYNC", "RSVG")),
            (
                "lena",
                BJORKBACKEN,
                "birgitta",
                "Rehabiliteringsplan",
                ("Omar", "Såromläggning", "RSVG"),
            ),
            ("lena", BJORKBACKEN, "skyddad", '"complete"', ("0980", "FÅR EJ VISAS", "Boende")),
            ("karin", SYNC, "birgitta", '"complete"', ("RNVG", "SJVG", "Återbesök", "Trygg")),
        ],
    )
    def test_it_lacks_what_must_not_leave(
        self,
        staff: Staff,
        who: str,
        assignment: str,
        person: str,
        seen: str,
        kept: tuple[str, ...],
        path: str,
    ) -> None:
        at_work(staff, who, assignment)
        answer = staff.browser.get(address(staff, person) + path, Accept="application/json")
        assert answer.headers["content-type"] == "application/json"
        assert seen in answer.text
        for each in kept:
            assert each not in answer.text


class TestHandover:
    def test_what_the_patient_shares_is_read_by_those_in_the_plan_alone(
        self, portal: Portal
    ) -> None:
        birgitta = portal.logged_in("birgitta")
        write(birgitta, SHARED, share=True)
        write(birgitta, SECRET, share=False)
        for who, assignment, seen in (
            ("amina", HOME_CARE, True),
            ("lena", BJORKBACKEN, True),
            ("karin", SYNC, False),
        ):
            reader = Staff(portal)
            at_work(reader, who, assignment)
            page = page_of(reader)
            assert (SHARED in page) is seen, who
            assert SECRET not in page


class TestThePathway:
    def test_it_holds_what_points_at_the_plan(self, amina: Staff) -> None:
        page = page_of(amina, path=PATHWAY)
        chosen = re.search(r'href="([^"]+\?plan=\w+)"[^>]*>\s*Rehabiliteringsplan', page)
        assert chosen is not None
        rehab = amina.browser.get(chosen[1]).text
        for step in ("Träning hemma med fysioterapeut", "Träna i trappan", "Remitterat"):
            assert step in rehab
        assert "Såromläggning" not in rehab
        assert "Återbesök efter operation" not in rehab

    def test_it_follows_the_rules_record_by_record(self, lena: Staff) -> None:
        page = page_of(lena, path=PATHWAY)
        assert "Rehabiliteringsplan" in page
        assert "Vårdplan hemsjukvård" not in page
        assert "Träning hemma med fysioterapeut" not in page
        assert NEEDS_CONSENT in page


class TestTheLog:
    def test_a_section_is_in_the_log_with_its_owners_before_it_is_printed(
        self, amina: Staff
    ) -> None:
        page_of(amina)
        events = amina.portal.events("Disclosure", "Shown")
        (disclosed,) = (event for event in events if event.event == "Disclosure")
        shown = [event for event in events if event.event == "Shown"]
        assert events[0] == disclosed
        assert len(shown) >= len(SECTIONS)
        owners = {owner for event in shown for owner in event.owners}
        assert owners >= {HsaId("TSTNMT2321000156-SJVG"), HsaId("TSTNMT2321000156-RNVG")}
        for event in shown:
            assert (event.subject, event.reference) == (BIRGITTA, disclosed.reference)
            assert event.activity == "Läsa"
            assert event.employee is not None

    def test_whose_records_were_kept_back_is_nobodys_owner(self, karin: Staff) -> None:
        page_of(karin)
        owners = {owner for event in karin.portal.events("Shown") for owner in event.owners}
        assert owners <= {HsaId("TSTNMT2321000156-RSVG")}

    def test_a_fragment_is_logged_as_its_page_is(self, amina: Staff) -> None:
        page_of(amina, path="del/plans")
        shown = amina.portal.events("Shown")
        assert all("care_plan" in event.information for event in shown)
        (by_consent,) = (event for event in shown if event.ground == "CONSENT")
        assert HsaId("TSTNMT2321000156-RNVG") in by_consent.owners


def test_residents_have_no_pages_of_staff(portal: Portal, tmp_path: Path) -> None:
    resident = portal.logged_in()
    assert resident.get("/sv/mig/vardforlopp/").status_code == 404
