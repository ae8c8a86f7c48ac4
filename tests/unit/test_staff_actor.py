"""Licences, roles in systems and purposes, and what the rules then say of an employee."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError

from portal.assignments import OTHER_PURPOSE, allowed
from portal.settings import AssignmentSettings, Settings
from portal.staff_actor import actor_of, purpose_code
from portal.staff_sessions import StaffSession
from stodtjanster.access import Case, Facts, Policy, Reason, Resource, judge
from stodtjanster.access.case import Dependencies, Relation
from stodtjanster.model import ActorKind, HsaId, PersonId, Place, Side, Subject
from stodtjanster.security.assignments import Assignment, Credentials
from tests.security_messages import BIRGITTA, EMPLOYEE, NOW, NURSE, OWN

CARE, ADMINISTRATION, OMSORG = "Vård och behandling", "Administration", "Omsorg enligt SoL och LSS"
IT, LOGS, HOME_HELP = (f"Planering;{role}" for role in ("IT", "Logg", "Hemtjänst"))
ROW = {
    "role": HOME_HELP,
    "works_as": "hemtjanst",
    "id": "TSTNMT2321000156-R001",
    "name": "Hemtjänst",
    "purpose": OMSORG,
    "unit": "TSTNMT2321000156-HTJN",
    "unit_name": "Hemtjänsten",
    "provider": "TSTNMT2321000156-SJVG",
    "provider_name": "Sjövik",
}
SAID = {
    "omsorg_purposes": (OMSORG,),
    "duties": (
        {"role": IT, "purpose": ADMINISTRATION, "works_as": "it_admin"},
        {"role": LOGS, "purpose": "ADMINISTRATION", "works_as": "loggadministrator"},
    ),
    "by_role": (ROW,),
}
SETTINGS = AssignmentSettings.model_validate(SAID)
ASSIGNMENT = Assignment(
    id=HsaId("TSTNMT2321000156-C001"),
    name="Vård",
    purpose=CARE,
    rights=("Läsa;alla;SJF",),
    place=OWN,
    unit_name="Björkbacken",
    provider_name="Region Nordmark",
)


def offer(purpose=CARE, licences=(), system_roles=(), settings=SETTINGS):
    assignment = replace(ASSIGNMENT, purpose=purpose)
    return allowed(Credentials((assignment,), (), system_roles, licences), settings)


def role_of(*args, **more):
    (found,) = offer(*args, **more).assignments
    return found.works_as


def session(chosen):
    return StaffSession(
        id_hash="h",
        csrf="c",
        created=NOW,
        expires=NOW,
        seen=NOW,
        hsa_id=EMPLOYEE,
        person=NURSE,
        name="Lena Ek",
        loa="loa3",
        issuer="https://idp.example",
        commissions=(),
        system_roles=(),
        login=None,
        chosen=chosen,
    )


def actor(chosen, settings=SETTINGS):
    return actor_of(session(chosen), chosen, settings)


def reason(who, info_type="note"):
    """What the rules say of a record of the unit itself."""
    resource = Resource(info_type, OWN.provider, OWN.unit, Side.VARD, start=NOW)
    facts = Facts(relation=Relation(active=True), dependencies=Dependencies(True, True))
    return judge(Case(NOW, who, Subject(BIRGITTA), resource, facts), Policy()).reason


class TestTheRole:
    @pytest.mark.parametrize(
        ("licences", "role"),
        [
            (("Läkare",), "lakare"),
            (("LÄKARE",), "lakare"),
            (("Sjuksköterska",), "sjukskoterska"),
            (("Barnmorska", "Sjuksköterska"), "sjukskoterska"),
            (("Sjuksköterska", "Läkare"), "lakare"),
            (("Fysioterapeut",), "rehab"),
            (("Sjukgymnast",), "rehab"),
            (("Arbetsterapeut",), "rehab"),
            (("Logoped",), "rehab"),
            (("Dietist",), "rehab"),
            (("Arbetsterapeut", "Sjuksköterska"), "sjukskoterska"),
            (("Kiropraktor",), ""),
            ((), ""),
        ],
    )
    def test_a_licence_gives_it_in_care(self, licences, role):
        assert role_of(licences=licences) == role

    def test_the_order_of_licences_is_the_installations(self):
        settings = AssignmentSettings(
            licences={"Sjuksköterska": "sjukskoterska", "Läkare": "lakare"}
        )
        assert role_of(licences=("Läkare", "Sjuksköterska"), settings=settings) == "sjukskoterska"

    @pytest.mark.parametrize(
        ("system_roles", "role"),
        [
            ((IT,), "it_admin"),
            ((LOGS,), "loggadministrator"),
            ((LOGS, IT), "it_admin"),
            (("Annat system;IT", LOGS), "loggadministrator"),
        ],
    )
    def test_a_role_in_a_system_counts_before_a_licence(self, system_roles, role):
        assert role_of(ADMINISTRATION, ("Läkare",), system_roles) == role

    def test_a_role_in_a_system_counts_where_it_belongs_and_nowhere_else(self):
        assert role_of(CARE, ("Läkare",), (IT,)) == "lakare"
        assert role_of(CARE, (), (IT,)) == ""

    @pytest.mark.parametrize("purpose", [ADMINISTRATION, "Kvalitetssäkring", "Hittepå"])
    def test_a_purpose_that_opens_nothing_is_not_offered(self, purpose):
        said = offer(purpose, ("Läkare",), ("Annat system;IT",))
        assert (said.assignments, said.refused) == ((), (OTHER_PURPOSE,))

    def test_an_assignment_by_role_has_its_own_and_no_licence_counts(self):
        said = allowed(Credentials((), (), (HOME_HELP,), ("Läkare",)), SETTINGS)
        (found,) = said.assignments
        assert (found.works_as, found.side) == ("hemtjanst", Side.OMSORG)


class TestThePurpose:
    @pytest.mark.parametrize(
        ("said", "code"),
        [
            ("Vård och behandling", "VARD_OCH_BEHANDLING"),
            ("VÅRD OCH BEHANDLING", "VARD_OCH_BEHANDLING"),
            ("Administration", "ADMINISTRATION"),
            ("Kvalitetssäkring", "KVALITETSSAKRING"),
            ("Annan dokumentation enligt lag", "ANNAN_DOKUMENTATION"),
            ("Statistik", "STATISTIK"),
            ("Kvalitetsregister", "KVALITETSREGISTER"),
            ("omsorg enligt sol och lss", "OMSORG_SOL_LSS"),
            ("VARD_OCH_BEHANDLING", ""),
            ("Vård", ""),
            ("", ""),
        ],
    )
    def test_hsas_words_have_a_code(self, said, code):
        assert purpose_code(said, SETTINGS) == code

    def test_omsorg_has_none_unless_the_installation_says_so(self):
        assert purpose_code(OMSORG, AssignmentSettings()) == ""

    def test_hsas_own_assignment_is_of_omsorg_when_its_purpose_is(self):
        settings = SETTINGS.model_copy(update={"purposes": (CARE, OMSORG)})
        (found,) = offer(OMSORG, settings=settings).assignments
        assert found.side is Side.OMSORG
        (found,) = offer(CARE, settings=settings).assignments
        assert found.side is Side.VARD


class TestTheActor:
    def test_a_nurse_at_work(self):
        (chosen,) = offer(licences=("Sjuksköterska",)).assignments
        found = actor(chosen)
        assert (found.kind, found.person, found.hsa_id) == (ActorKind.STAFF, NURSE, EMPLOYEE)
        assert (found.role, found.side, found.loa) == ("sjukskoterska", Side.VARD, "loa3")
        assert (found.place, found.acting_for) == (OWN, None)
        assert found.commission.place == OWN
        assert found.commission.rights == ("Läsa;alla;SJF",)
        assert reason(found) is Reason.OWN_UNIT

    @pytest.mark.parametrize(
        ("starts", "ends", "first", "last"),
        [
            (None, None, date.min, date.max),
            # Half past eleven at night in Sweden, and what is not yet a new day there.
            (datetime(2026, 11, 20, 22, 30, tzinfo=UTC), None, date(2026, 11, 20), date.max),
            (datetime(2026, 11, 20, 23, 30, tzinfo=UTC), None, date(2026, 11, 21), date.max),
            # The end is over: at midnight the day before was the last.
            (None, datetime(2026, 11, 20, 23, 0, tzinfo=UTC), date.min, date(2026, 11, 20)),
            (None, datetime(2026, 11, 20, 23, 1, tzinfo=UTC), date.min, date(2026, 11, 21)),
            (None, datetime(2026, 7, 1, 22, 0, tzinfo=UTC), date.min, date(2026, 7, 1)),
        ],
    )
    def test_it_holds_by_swedish_days(self, starts, ends, first, last):
        commission = actor(replace(ASSIGNMENT, starts=starts, ends=ends)).commission
        assert (commission.valid_from, commission.valid_to) == (first, last)

    def test_without_a_role_nothing_is_opened(self):
        (chosen,) = offer().assignments
        for info_type in ("note", "booked_visit", "access_log", "existence", "block_info"):
            assert reason(actor(chosen), info_type) is Reason.ROLE_INFO_TYPE

    def test_a_purpose_that_nobody_knows_opens_nothing(self):
        settings = AssignmentSettings(purposes=("Hittepå",))
        (chosen,) = offer("Hittepå", ("Läkare",), settings=settings).assignments
        assert reason(actor(chosen, settings)) is Reason.COMMISSION_PURPOSE

    def test_omsorg_that_is_not_configured_opens_nothing(self):
        settings = AssignmentSettings.model_validate(SAID | {"omsorg_purposes": ()})
        (chosen,) = allowed(Credentials((), (), (HOME_HELP,)), settings).assignments
        assert reason(actor(chosen, settings), "booked_visit") is Reason.COMMISSION_PURPOSE

    def test_an_assignment_that_nobody_has_offered_opens_nothing(self):
        assert reason(actor(ASSIGNMENT)) is Reason.COMMISSION_PURPOSE

    def test_one_that_is_not_the_sessions_is_tampered_with(self):
        (chosen,) = offer(licences=("Läkare",)).assignments
        elsewhere = replace(chosen, place=Place(OWN.provider, HsaId("TSTNMT2321000156-PSYK")))
        for held in (None, elsewhere):
            found = actor_of(session(held), chosen, SETTINGS)
            assert reason(found) is Reason.CONTEXT_TAMPERED

    def test_nobody_reads_their_own_record(self):
        (chosen,) = offer(licences=("Läkare",)).assignments
        own = replace(session(chosen), person=PersonId.parse(BIRGITTA.value))
        assert reason(actor_of(own, chosen, SETTINGS)) is Reason.STAFF_OWN_RECORD


class TestTheConfiguration:
    @pytest.mark.parametrize(
        "said",
        [
            {"licences": {"Läkare": "läkare"}},
            {"duties": [{"role": IT, "purpose": ADMINISTRATION, "works_as": "itadmin"}]},
            {"by_role": [ROW | {"works_as": ""}]},
        ],
    )
    def test_a_role_that_no_rule_knows_stops_the_start(self, said):
        with pytest.raises(ValidationError, match="no rule knows the role"):
            Settings.model_validate({"assignments": said})

    def test_a_role_may_be_taken_from_the_rules_or_added_to_them(self):
        said = {
            "access": {"role_types": {"lakare": ["note"], "barnmorska": ["booked_visit"]}},
            "assignments": {"licences": {"Barnmorska": "barnmorska", "Dietist": "rehab"}},
        }
        found = Settings.model_validate(said)
        assert [*found.assignments.roles()] == ["barnmorska", "rehab"]

    @pytest.mark.parametrize(
        "said",
        [
            {"by_role": [ROW, ROW | {"role": LOGS}]},
            {"by_role": [{k: v for k, v in ROW.items() if k != "works_as"}]},
            {"by_role": [ROW | {"side": "omsorg"}]},
            {"duties": [{"role": "IT", "purpose": ADMINISTRATION, "works_as": "it_admin"}]},
        ],
    )
    def test_what_is_half_said_stops_the_start(self, said):
        with pytest.raises(ValidationError):
            AssignmentSettings.model_validate(said)
