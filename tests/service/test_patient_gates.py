"""The gates on the wire: relation, consent, blocks and emergency, and what opens then and not."""

from __future__ import annotations

import re

import httpx
import pytest

from portal.security import STAFF_COOKIE
from tests.markup import assert_is_a_page
from tests.security_messages import BIRGITTA
from tests.service.conftest import Sandbox
from tests.service.portal_client import Portal, csrf_token
from tests.service.test_patients import ALIVE, NOBODY, PROTECTED, look_for, portal, told
from tests.service.test_staff_assignment import (
    BJORKBACKEN,
    HOME_CARE,
    HOME_HELP,
    SYNC,
    at_work,
)
from tests.service.test_staff_login import Staff

ELSEWHERE = "Såromläggning"
"""A time at home care, of another provider than Karin's."""
CLINIC = "TSTNMT2321000156-PSYK"
WORDS = "Hittad medvetslös vid brevlådan"
YES = {"svar": "ja", "vem": "sjalv", "for": "enhet", "tid": "7"}
DANGER = {"skal": WORDS, "fara": "ja", "kan-inte": "ja", "tid": "2"}
LIFTING = {"grund": "PatientsConsent", "tid": "2"}
# What is slow answers in time, and an empty answer to a registration is none.
BROKEN = ("http500", "error-result", "garbage", "hang", "lost-answer")


__all__ = ["portal"]


class Reader:
    """An employee, and the address of a patient."""

    def __init__(self, portal: Portal, person: str, assignment: str, number: str) -> None:
        self.staff = Staff(portal)
        self.portal = portal
        at_work(self.staff, person, assignment)
        self.base = look_for(self.staff, number).headers["location"]

    def get(self, gate: str = "") -> httpx.Response:
        return self.staff.browser.get(self.base + gate)

    def form(self, gate: str) -> dict[str, str]:
        """What the form of a gate has hidden in it."""
        page = self.get(gate).text
        name = re.search(r'name="blankett" value="([\w-]+)"', page)
        return {"csrf_token": csrf_token(page), **({"blankett": name[1]} if name else {})}

    def post(self, gate: str, said: dict[str, str], hidden: str = "") -> httpx.Response:
        form = self.form(hidden or gate)
        return self.staff.browser.post(self.base + gate, {**form, **said})

    def registered(self) -> list[str]:
        return [str(event.detail) for event in self.portal.events("Registered")]


def karin(portal: Portal, number: str = BIRGITTA.value) -> Reader:
    """A doctor of another region."""
    return Reader(portal, "karin", SYNC, number)


def amina(portal: Portal, number: str = ALIVE) -> Reader:
    return Reader(portal, "amina", HOME_CARE, number)


def lena(portal: Portal) -> Reader:
    return Reader(portal, "lena", BJORKBACKEN, BIRGITTA.value)


def omar(portal: Portal) -> Reader:
    return Reader(portal, "omar", HOME_HELP, BIRGITTA.value)


def sent(sandbox: Sandbox, operation: str) -> list[str]:
    rows = [str(row["body"]) for row in sandbox.requests("plattformen")]
    return [body for body in rows if f"{operation}Responder" in body]


class TestRelation:
    def test_what_is_attested_is_logged_and_then_opens(
        self, portal: Portal, sandbox: Sandbox
    ) -> None:
        reader = amina(portal)
        assert reader.get().status_code == 403
        done = reader.post("vardrelation", {"tid": "7"})
        assert (done.status_code, done.headers["location"]) == (303, reader.base)
        assert reader.get().status_code == 200
        (event,) = portal.events("Registered")
        assert (event.detail, event.subject and event.subject.value) == ("relation", ALIVE)
        assert event.employee is not None
        assert event.place is not None
        (body,) = sent(sandbox, "RegisterExtendedPatientRelation")
        assert str(event.reference) in body

    def test_everybody_is_met_by_the_same_page(self, portal: Portal) -> None:
        pages = []
        for number in (NOBODY, ALIVE, PROTECTED):
            page = amina(portal, number).get("vardrelation")
            assert page.status_code == 200
            assert_is_a_page(page.text)
            pages.append(re.sub(r"value=\"[\w-]{22}\"", "", told(page.text)))
        assert len(set(pages)) == 1

    @pytest.mark.parametrize("lasting", ["", "3650", "-1", "x"])
    def test_it_lasts_as_long_as_the_page_offers(self, portal: Portal, lasting: str) -> None:
        reader = amina(portal)
        answer = reader.post("vardrelation", {"tid": lasting})
        assert answer.status_code == 400
        assert "Välj hur länge." in answer.text
        assert reader.registered() == []

    def test_a_form_that_is_sent_twice_registers_once(
        self, portal: Portal, sandbox: Sandbox
    ) -> None:
        reader = amina(portal)
        form = {**reader.form("vardrelation"), "tid": "1"}
        address = f"{reader.base}vardrelation"
        answers = [reader.staff.browser.post(address, form) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [303, 303]
        assert len(sent(sandbox, "RegisterExtendedPatientRelation")) == 1

    def test_a_lost_answer_that_is_sent_again_is_the_same_relation(
        self, portal: Portal, sandbox: Sandbox
    ) -> None:
        reader = amina(portal)
        form = {**reader.form("vardrelation"), "tid": "1"}
        sandbox.fault("patientrelation", "error-result")
        first = reader.staff.browser.post(f"{reader.base}vardrelation", form)
        assert first.status_code == 503
        assert f'value="{form["blankett"]}"' in first.text
        sandbox.clear()
        assert reader.staff.browser.post(f"{reader.base}vardrelation", form).status_code == 303
        assert len({event.reference for event in portal.events("Registered")}) == 1

    @pytest.mark.parametrize("kind", BROKEN)
    def test_a_service_that_does_not_take_it_opens_nothing(
        self, portal: Portal, sandbox: Sandbox, kind: str
    ) -> None:
        reader = amina(portal)
        form = {**reader.form("vardrelation"), "tid": "30"}
        sandbox.fault("patientrelation", kind)
        answer = reader.staff.browser.post(f"{reader.base}vardrelation", form)
        assert answer.status_code == 503
        assert_is_a_page(answer.text)
        assert re.search(r"svarar? inte|svarade inte|tog inte emot", answer.text)
        assert portal.events("Disclosure") == []

    def test_it_does_not_wait_for_another_service(self, portal: Portal, sandbox: Sandbox) -> None:
        sandbox.fault("samtycke", "http500")
        reader = amina(portal)
        assert reader.post("vardrelation", {"tid": "1"}).status_code == 303
        assert reader.registered() == ["relation"]

    def test_silence_of_another_service_does_not_hide_what_is_lacking(
        self, portal: Portal, sandbox: Sandbox
    ) -> None:
        sandbox.fault("samtycke", "http500")
        page = amina(portal).get()
        assert page.status_code == 403
        assert "svarar inte" not in page.text
        assert "Intyga att du deltar" in page.text

    def test_a_post_from_elsewhere_is_refused(self, portal: Portal) -> None:
        reader, other = amina(portal), amina(portal)
        token = other.form("vardrelation")["csrf_token"]
        for said in ({}, {"csrf_token": "x"}, {"csrf_token": token}):
            form = {"tid": "1", **said}
            answer = reader.staff.browser.post(f"{reader.base}vardrelation", form)
            assert answer.status_code == 403
        assert reader.registered() == []

    def test_the_address_of_another_login_is_refused(self, portal: Portal) -> None:
        reader, other = amina(portal), amina(portal)
        form = {**reader.form("vardrelation"), "tid": "1"}
        answer = reader.staff.browser.post(f"{other.base}vardrelation", form)
        assert answer.status_code == 404
        assert reader.registered() == []

    def test_omsorg_has_no_relation_to_attest(self, portal: Portal) -> None:
        reader = omar(portal)
        page = reader.get("vardrelation")
        assert page.status_code == 403
        assert "insatsen" in page.text
        form = {"csrf_token": csrf_token(page.text), "tid": "1"}
        answer = reader.staff.browser.post(f"{reader.base}vardrelation", form)
        assert answer.status_code == 403
        assert reader.registered() == []

    @pytest.mark.parametrize("gate", ["samtycke", "sparr", "nodoppning"])
    def test_the_other_gates_come_after_it(self, portal: Portal, gate: str) -> None:
        reader = amina(portal)
        page = reader.get(gate)
        assert page.status_code == 403
        assert "vårdrelation" in page.text


class TestConsent:
    def test_a_yes_opens_what_is_others(self, portal: Portal, sandbox: Sandbox) -> None:
        reader = karin(portal)
        assert ELSEWHERE not in reader.get().text
        assert_is_a_page(reader.get("samtycke").text)
        assert reader.post("samtycke", YES).headers["location"] == reader.base
        page = reader.get().text
        assert ELSEWHERE in page
        assert "Samtycke finns" in page
        assert reader.registered() == ["consent"]
        (body,) = sent(sandbox, "RegisterExtendedConsent")
        assert "employeeId>" not in body.partition("registrationAction")[0]

    def test_it_may_be_for_me_alone_and_given_by_another(
        self, portal: Portal, sandbox: Sandbox
    ) -> None:
        reader = karin(portal)
        said = {**YES, "for": "jag", "vem": "foretradare", "nummer": ALIVE}
        assert reader.post("samtycke", said).status_code == 303
        (body,) = sent(sandbox, "RegisterExtendedConsent")
        before_action = body.partition("registrationAction")[0]
        assert "TSTNMT2321000156-KAST" in before_action
        assert ALIVE in before_action.partition("representedBy")[2]

    @pytest.mark.parametrize(
        ("said", "words"),
        [
            ({"vem": "foretradare", "nummer": "19000101-9802"}, "hela personnummer"),
            ({"vem": "foretradare", "nummer": BIRGITTA.value}, "kan inte vara patienten"),
            ({"vem": "nagon"}, "Välj vem som svarade"),
            ({"for": "alla"}, "Välj vem samtycket gäller"),
            ({"tid": "9999"}, "Välj hur länge"),
        ],
    )
    def test_what_is_wrong_is_told_and_what_was_written_is_kept(
        self, portal: Portal, said: dict[str, str], words: str
    ) -> None:
        reader = karin(portal)
        answer = reader.post("samtycke", {**YES, **said})
        assert answer.status_code == 400
        assert_is_a_page(answer.text)
        assert words in answer.text
        assert said.get("nummer", "") in answer.text
        assert reader.registered() == []

    def test_a_no_is_obeyed_in_this_login_whatever_was_registered(self, portal: Portal) -> None:
        reader = karin(portal)
        reader.post("samtycke", YES)
        assert ELSEWHERE in reader.get().text
        assert reader.post("samtycke", {"svar": "nej"}).status_code == 303
        page = reader.get().text
        assert ELSEWHERE not in page
        assert "Patienten samtycker inte" in page
        assert "sagt nej" in reader.get("samtycke").text
        assert reader.get("nodoppning").status_code == 403
        form = {"csrf_token": csrf_token(page), **DANGER}
        answer = reader.staff.browser.post(f"{reader.base}nodoppning", form)
        assert answer.status_code == 403
        assert "gäller också vid" in answer.text
        assert reader.registered() == ["consent", "consent-refused"]

    def test_a_no_is_kept_with_the_login_and_not_in_the_process(self, portal: Portal) -> None:
        reader = karin(portal)
        reader.post("samtycke", {"svar": "nej"})
        token = reader.staff.browser.cookie(STAFF_COOKIE)
        assert token is not None
        kept = portal.house.staff.sessions.load(token, portal.clock())
        assert kept is not None
        assert kept.refused == (BIRGITTA,)

    def test_who_changes_their_mind_is_obeyed_too(self, portal: Portal) -> None:
        reader = karin(portal)
        reader.post("samtycke", {"svar": "nej"})
        reader.post("samtycke", YES)
        assert ELSEWHERE in reader.get().text

    def test_who_cannot_answer_is_no_yes(self, portal: Portal) -> None:
        reader = karin(portal)
        answer = reader.post("samtycke", {"svar": "kan-inte"})
        assert answer.status_code == 303
        page = reader.staff.browser.get(answer.headers["location"]).text
        assert_is_a_page(page)
        assert f"{reader.base}nodoppning" in page
        assert "kan inte intyga" in page or "går inte att intyga" in page
        assert ELSEWHERE not in reader.get().text
        assert reader.registered() == []

    def test_an_answer_that_there_is_not_does_nothing(self, portal: Portal) -> None:
        reader = karin(portal)
        assert reader.post("samtycke", {"svar": "kanske"}).status_code == 400
        assert reader.registered() == []

    def test_omsorg_asks_too_and_has_no_emergency_to_go_to(self, portal: Portal) -> None:
        reader = omar(portal)
        assert reader.get("samtycke").status_code == 200
        page = reader.get("samtycke/kan-inte-svara").text
        assert "nodoppning" not in page
        assert "112" in page

    @pytest.mark.parametrize("kind", BROKEN)
    def test_a_service_that_does_not_take_it_opens_nothing(
        self, portal: Portal, sandbox: Sandbox, kind: str
    ) -> None:
        reader = karin(portal)
        form = {**reader.form("samtycke"), **YES}
        sandbox.fault("samtycke", kind)
        answer = reader.staff.browser.post(f"{reader.base}samtycke", form)
        assert answer.status_code == 503
        assert_is_a_page(answer.text)
        assert "Inget har" in answer.text
        assert ELSEWHERE not in reader.get().text

    def test_silence_is_told_and_is_no_consent(self, portal: Portal, sandbox: Sandbox) -> None:
        reader = karin(portal)
        sandbox.fault("samtycke", "http500")
        page = reader.get("samtycke").text
        assert "svarar inte" in page
        assert reader.get("sparr").status_code == 503
        assert reader.get("nodoppning").status_code == 503


class TestBlocks:
    def test_that_there_are_some_is_told_and_not_whose(self, portal: Portal) -> None:
        reader = lena(portal)
        page = reader.get("sparr").text
        assert_is_a_page(page)
        assert "Andra enheter har uppgifter som är spärrade" in page
        across = karin(portal).get("sparr").text
        assert "Det finns spärrade uppgifter." in across
        for said in (page, across):
            assert CLINIC not in said
            assert "sykiatri" not in said
        assert "Region Nordmark" not in across.partition("<main")[2]
        assert {event.ground for event in portal.events("LookedUp")} >= {"BLOCK_EXISTENCE_ONLY"}

    @pytest.mark.parametrize("by", ["PatientsConsent", "Emergency"])
    def test_an_inner_block_is_lifted_for_me_for_a_while(
        self, portal: Portal, sandbox: Sandbox, by: str
    ) -> None:
        reader = lena(portal)
        said = {"grund": by, "skal": WORDS, "behovs": "ja", "tid": "2"}
        assert reader.post("sparr", said).headers["location"] == reader.base
        assert reader.registered() == ["lifting"]
        (body,) = sent(sandbox, "RegisterTemporaryExtendedRevoke")
        assert by in body
        assert WORDS in body
        assert "TSTNMT2321000156-LEEK" in body.partition("RegisterAction")[0]
        assert "hävd för dig" in reader.get("sparr").text
        reader.get()
        grounds = {event.ground for event in portal.events("Disclosure")}
        assert ("BLOCK_LIFTED_EMERGENCY" in grounds) is (by == "Emergency")

    @pytest.mark.parametrize(
        ("said", "words"),
        [
            ({"grund": ""}, "Välj varför"),
            ({"grund": "Emergency", "behovs": "ja"}, "Skriv varför"),
            ({"grund": "Emergency", "skal": WORDS}, "utan uppgifterna"),
            ({"tid": "72"}, "Välj hur länge"),
            ({"skal": "x" * 1025}, "högst"),
        ],
    )
    def test_what_is_wrong_is_told_and_lifts_nothing(
        self, portal: Portal, sandbox: Sandbox, said: dict[str, str], words: str
    ) -> None:
        reader = lena(portal)
        answer = reader.post("sparr", {**LIFTING, **said})
        assert answer.status_code == 400
        assert words in answer.text
        assert sent(sandbox, "RegisterTemporaryExtendedRevoke") == []

    def test_nobody_lifts_anothers_block(self, portal: Portal, sandbox: Sandbox) -> None:
        reader = karin(portal)
        page = reader.get("sparr").text
        assert 'name="grund"' not in page
        reader.post("sparr", LIFTING)
        assert sent(sandbox, "RegisterTemporaryExtendedRevoke") == []

    def test_a_form_that_is_sent_twice_lifts_once(self, portal: Portal, sandbox: Sandbox) -> None:
        reader = lena(portal)
        form = {**reader.form("sparr"), **LIFTING}
        for _ in range(2):
            assert reader.staff.browser.post(f"{reader.base}sparr", form).status_code == 303
        assert len(sent(sandbox, "RegisterTemporaryExtendedRevoke")) == 1

    def test_omsorg_is_told_of_none(self, portal: Portal, sandbox: Sandbox) -> None:
        page = omar(portal).get("sparr")
        assert page.status_code == 403
        assert "hälso- och sjukvården" in page.text
        assert sent(sandbox, "GetAllBlocksForPatient") == []

    @pytest.mark.parametrize("kind", ["http500", "error-result", "wrong-person", "garbage", "hang"])
    def test_no_word_on_blocks_is_not_that_there_are_none(
        self, portal: Portal, sandbox: Sandbox, kind: str
    ) -> None:
        reader = lena(portal)
        form = {**reader.form("sparr"), **LIFTING}
        sandbox.fault("sparr", kind)
        for answer in (
            reader.get("sparr"),
            reader.staff.browser.post(f"{reader.base}sparr", form),
        ):
            assert answer.status_code == 503
            assert "kan inte kontrollera" in answer.text
            assert "känner inte till" not in answer.text
        assert reader.registered() == []


class TestEmergency:
    def test_it_opens_and_everything_says_so(self, portal: Portal, sandbox: Sandbox) -> None:
        reader = karin(portal)
        assert_is_a_page(reader.get("nodoppning").text)
        done = reader.post("nodoppning", DANGER)
        assert done.headers["location"] == reader.base
        page = reader.get().text
        assert ELSEWHERE in page
        assert "Nödöppning pågår till" in page
        for gate in ("samtycke", "sparr", "nodoppning"):
            assert "Nödöppning pågår till" in reader.get(gate).text
        (body,) = sent(sandbox, "RegisterExtendedConsent")
        assert f"reasonText>{WORDS}<" in body
        assert "TSTNMT2321000156-KAST" in body.partition("registrationAction")[0]

    def test_the_log_marks_it_and_keeps_no_words_of_it(self, portal: Portal) -> None:
        reader = karin(portal)
        reader.post("nodoppning", DANGER)
        reader.get()
        (declared,) = portal.events("Registered")
        assert (declared.detail, declared.ground) == ("emergency", "EMERGENCY_ACCESS")
        disclosed = portal.events("Disclosure")[-1]
        assert (disclosed.ground, disclosed.activity) == ("EMERGENCY_ACCESS", "Nödöppning")
        opened = [event for event in portal.events("Shown") if event.activity == "Nödöppning"]
        owners = {owner.value for event in opened for owner in event.owners}
        assert "TSTNMT2321000156-SJVG" in owners
        assert "TSTNMT2321000156-RSVG" not in owners
        assert WORDS not in portal.log.getvalue()
        assert WORDS not in str(portal.audit())

    def test_the_person_sees_it(self, portal: Portal) -> None:
        resident = portal.logged_in()
        before = resident.get("/sv/mig/lasningar/").text.count("Nödöppning")
        reader = karin(portal)
        reader.post("nodoppning", DANGER)
        reader.get()
        page = resident.get("/sv/mig/lasningar/").text
        assert page.count("Nödöppning") > before
        assert "Syncentralen" in page

    def test_who_has_blocked_is_told_in_it_and_the_log_says_so(self, portal: Portal) -> None:
        reader = karin(portal)
        reader.post("nodoppning", DANGER)
        page = reader.get("sparr").text
        assert "Region Nordmark" in page.partition("<main")[2]
        assert CLINIC not in page
        event = portal.events("Disclosure")[-1]
        assert (event.ground, event.activity) == ("BLOCK_IDENTITY_EMERGENCY", "Nödöppning")

    @pytest.mark.parametrize(
        ("said", "words"),
        [
            ({"skal": "  "}, "Skriv varför"),
            ({"skal": "x" * 1025}, "högst 1024"),
            ({"fara": ""}, "kräver fara"),
            ({"kan-inte": ""}, "fråga om samtycke"),
            ({"tid": "48"}, "Välj hur länge"),
        ],
    )
    def test_every_condition_is_asked_for_and_what_was_written_is_kept(
        self, portal: Portal, said: dict[str, str], words: str
    ) -> None:
        reader = karin(portal)
        answer = reader.post("nodoppning", {**DANGER, **said})
        assert answer.status_code == 400
        assert_is_a_page(answer.text)
        assert words in answer.text
        if "skal" not in said:
            assert WORDS in answer.text
        assert reader.registered() == []
        assert ELSEWHERE not in reader.get().text

    def test_it_can_be_ended_before_its_time(self, portal: Portal, sandbox: Sandbox) -> None:
        reader = karin(portal)
        reader.post("nodoppning", DANGER)
        ended = reader.post("nodoppning/avsluta", {}, "nodoppning")
        assert ended.headers["location"] == reader.base
        page = reader.get().text
        assert ELSEWHERE not in page
        assert "Nödöppning pågår" not in page
        assert reader.registered() == ["emergency", "emergency-ended"]
        assert len({event.reference for event in portal.events("Registered")}) == 1
        # And it can be declared again: another form, another certificate.
        reader.post("nodoppning", DANGER)
        assert ELSEWHERE in reader.get().text

    def test_an_end_that_is_not_taken_is_told(self, portal: Portal, sandbox: Sandbox) -> None:
        reader = karin(portal)
        reader.post("nodoppning", DANGER)
        form = {"csrf_token": csrf_token(reader.get("nodoppning").text)}
        sandbox.fault("samtycke", "http500")
        answer = reader.staff.browser.post(f"{reader.base}nodoppning/avsluta", form)
        assert answer.status_code == 503
        assert "kan fortfarande gälla" in answer.text

    def test_another_login_sees_it_and_cannot_end_it(
        self, portal: Portal, sandbox: Sandbox
    ) -> None:
        karin(portal).post("nodoppning", DANGER)
        other = karin(portal)
        assert "Nödöppning pågår" in other.get().text
        assert "annan inloggning" in other.get("nodoppning").text
        other.post("nodoppning/avsluta", {}, "nodoppning")
        assert sent(sandbox, "CancelExtendedConsent") == []

    def test_a_form_that_is_sent_twice_opens_once(self, portal: Portal, sandbox: Sandbox) -> None:
        reader = karin(portal)
        form = {**reader.form("nodoppning"), **DANGER}
        for _ in range(2):
            answer = reader.staff.browser.post(f"{reader.base}nodoppning", form)
            assert answer.status_code == 303
        assert len(sent(sandbox, "RegisterExtendedConsent")) == 1

    def test_it_is_there_for_those_whose_identity_is_protected(self, portal: Portal) -> None:
        reader = karin(portal, PROTECTED)
        reader.post("vardrelation", {"tid": "1"})
        reader.post("nodoppning", DANGER)
        assert reader.registered() == ["relation", "emergency"]
        assert "Nödöppning pågår till" in reader.get().text

    def test_one_that_goes_on_can_be_ended_after_a_no(self, portal: Portal) -> None:
        reader = karin(portal)
        reader.post("nodoppning", DANGER)
        reader.post("samtycke", {"svar": "nej"})
        assert ELSEWHERE not in reader.get().text
        reader.post("nodoppning/avsluta", {}, "nodoppning")
        assert reader.registered()[-1] == "emergency-ended"

    def test_omsorg_has_none(self, portal: Portal) -> None:
        reader = omar(portal)
        page = reader.get("nodoppning")
        assert page.status_code == 403
        form = {"csrf_token": csrf_token(page.text), **DANGER}
        answer = reader.staff.browser.post(f"{reader.base}nodoppning", form)
        assert answer.status_code == 403
        assert "hälso- och sjukvården" in answer.text
        assert portal.events("Refused")[-1].detail == "EMERGENCY_NOT_FOR_OMSORG"
        assert reader.registered() == []

    def test_who_has_consent_needs_none(self, portal: Portal) -> None:
        reader = karin(portal)
        reader.post("samtycke", YES)
        page = reader.get("nodoppning")
        assert page.status_code == 403
        assert "samtycker redan" in page.text

    @pytest.mark.parametrize("kind", BROKEN)
    def test_a_service_that_does_not_take_it_opens_nothing(
        self, portal: Portal, sandbox: Sandbox, kind: str
    ) -> None:
        reader = karin(portal)
        form = {**reader.form("nodoppning"), **DANGER}
        sandbox.fault("samtycke", kind)
        answer = reader.staff.browser.post(f"{reader.base}nodoppning", form)
        assert answer.status_code == 503
        assert "Inget har" in answer.text
        assert ELSEWHERE not in reader.get().text

    def test_one_whose_answer_was_lost_can_be_ended(self, portal: Portal, sandbox: Sandbox) -> None:
        reader = karin(portal)
        form = {**reader.form("nodoppning"), **DANGER}
        sandbox.fault("samtycke", "lost-answer")
        assert reader.staff.browser.post(f"{reader.base}nodoppning", form).status_code == 503
        sandbox.clear()
        portal.house.patients.forget(reader.staff.session().id_hash)
        portal.clock.forward(seconds=10)
        assert "Avsluta nödöppningen" in reader.get("nodoppning").text
        reader.post("nodoppning/avsluta", {}, "nodoppning")
        assert ELSEWHERE not in reader.get().text
