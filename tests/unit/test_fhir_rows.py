"""How one FHIR row becomes one of our items, or does not."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest

from stodtjanster.information import (
    Agreement,
    Appointment,
    Attachment,
    CareManager,
    CareManagerKind,
    CarePlan,
    CarePlanKind,
    CareService,
    Goal,
    GoalState,
    Item,
    ListingKind,
    Party,
    Telecom,
    TelecomKind,
    VisitForm,
)
from stodtjanster.model import Cause, Dated, HsaId, Open, Timed, Told
from stodtjanster.sources.kit.fhir import read
from stodtjanster.sources.kit.fhir.bundle import Page
from stodtjanster.sources.kit.fhir.gathering import Gathering
from stodtjanster.sources.kit.fhir.scope import Scope
from stodtjanster.sources.kit.reading import Reading
from stodtjanster.sources.kit.source import Heard, SourceFailed
from tests.fhir_pages import (
    NOW,
    OTHER,
    PERSON,
    PERSONNUMMER,
    SUBJECT,
    appointment,
    bundle,
    care_plan,
    care_team,
    encounter,
    patient,
    service_request,
    task,
)

HSA = "urn:oid:1.2.752.29.4.19"


def heard(*rows: Any, beside: Any = (), subject: Any = PERSON) -> Heard:
    return read(
        orjson.dumps(bundle(*rows, beside=beside)),
        reading=Reading("kommun", NOW, subject),
        release="R4",
        patient="Patient/p1",
    )


def only(*rows: Any, beside: Any = ()) -> Any:
    """The one item that the rows give; nothing may have been lost on the way."""
    found = heard(*rows, beside=beside)
    assert found.rejected == ()
    (item,) = found.items
    return item


def why(row: Any, beside: Any = ()) -> str:
    """Why the row gives no item."""
    found = heard(row, beside=beside)
    assert found.items == ()
    return found.rejected[0].why


def test_a_booked_time():
    item = only(
        appointment(
            description="Omläggning av operationssåret",
            patientInstruction="Ha  lösa kläder",
            created="2026-11-01",
            participant=[
                {"actor": SUBJECT},
                {"actor": {"reference": "Practitioner/1", "display": "Amina Yusuf"}},
                {"actor": {"display": "Anders, närstående"}},
                {
                    "actor": {
                        "reference": "HealthcareService/h",
                        "display": "Hemsjukvården",
                        "identifier": {"system": HSA, "value": "tstnmt2321000156-hsjv"},
                    }
                },
                {"actor": {"reference": "Location/l", "display": "Ditt hem"}},
            ],
        ),
        beside=[
            {
                "resourceType": "Location",
                "id": "l",
                "physicalType": {"coding": [{"code": "ho"}]},
            }
        ],
    )
    assert isinstance(item, Appointment)
    assert item.subject == PERSON
    assert item.when.start == datetime(2026, 12, 1, 8, 15, tzinfo=UTC)
    assert item.when.end == datetime(2026, 12, 1, 8, 45, tzinfo=UTC)
    assert item.title == Told("Såromläggning")
    assert item.reason == Told("Omläggning av operationssåret")
    assert item.instruction == Told("Ha lösa kläder")
    assert item.who == (Told("Amina Yusuf"), Told("Anders, närstående"))
    assert item.unit == item.origin.unit_name == Told("Hemsjukvården")
    assert item.place == Told("Ditt hem")
    assert item.form is VisitForm.HOME
    assert not item.recurring
    assert not item.invitation
    assert item.origin.care_unit == HsaId("TSTNMT2321000156-HSJV")
    assert item.origin.identity == ("kommun", "Appointment/a1")
    assert item.origin.approved_for_patient is True
    assert item.origin.documented_at == datetime(2026, 10, 31, 23, tzinfo=UTC)


def test_daily_home_help_is_recurring():
    by_code = appointment(serviceCategory=[{"coding": [{"system": "x", "code": "HEMTJANST"}]}])
    by_word = appointment(serviceCategory=[{"text": "Hemtjänst"}])
    assert only(by_code).recurring
    assert only(by_word).recurring
    assert not only(appointment(serviceCategory=[{"text": "Rehabilitering"}])).recurring


@pytest.mark.parametrize(
    ("more", "end"),
    [
        ({"end": "2026-12-01T09:00:00+01:00"}, None),  # before the start
        ({"end": None, "minutesDuration": 30}, datetime(2026, 12, 1, 8, 45, tzinfo=UTC)),
        ({"end": None}, None),
    ],
)
def test_an_end_that_is_no_end(more, end):
    assert only(appointment(**more)).when.end == end


def test_a_wish_for_a_time_is_days_and_an_invitation():
    period = {"start": "2026-12-01", "end": "2026-12-05"}
    item = only(appointment(status="proposed", start=None, end=None, requestedPeriod=[period]))
    assert item.when == Dated(date(2026, 12, 1), date(2026, 12, 5))
    assert item.invitation


def test_no_time_at_all_is_said_so():
    assert only(appointment(status="pending", start=None, end=None)).when == Open()


def test_a_visit_that_has_been_is_told_as_such():
    assert only(appointment(status="fulfilled")).done
    assert not only(appointment()).done


R5_IN_R4 = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Appointment.previousAppointment"
FORMER = {"resourceType": "Appointment", "id": "f", "start": "2026-11-30T13:00:00+01:00"}


@pytest.mark.parametrize(
    "told",
    [
        {"previousAppointment": {"reference": "#f"}},
        {"extension": [{"url": R5_IN_R4, "valueReference": {"reference": "#f"}}]},
    ],
)
def test_the_time_that_a_moved_one_replaces(told):
    item = only(appointment(contained=[FORMER], **told))
    assert item.previous == Timed(datetime.fromisoformat(FORMER["start"]))


@pytest.mark.parametrize(
    ("former", "reference"),
    [
        (FORMER, "Appointment/f"),
        (FORMER, "#g"),
        (FORMER | {"start": "i förrgår"}, "#f"),
        (FORMER | {"resourceType": "Slot"}, "#f"),
    ],
)
def test_a_former_time_that_cannot_be_read_costs_nothing_but_itself(former, reference):
    row = appointment(contained=[former], previousAppointment={"reference": reference})
    assert only(row).previous is None
    assert only(encounter()).when == Open()


def test_a_planned_encounter_is_a_visit_at_home():
    item = only(
        encounter(
            period={"start": "2026-12-02T10:00:00Z", "end": "2026-12-02T11:00:00Z"},
            serviceProvider={"reference": "Organization/o", "display": "Biståndsenheten"},
            participant=[{"individual": {"display": "Maria Lund"}}],
        )
    )
    assert isinstance(item, Appointment)
    assert item.form is VisitForm.HOME
    assert item.title == Told("Uppföljning")
    assert item.unit == Told("Biståndsenheten")
    assert item.who == (Told("Maria Lund"),)


def test_r5_names_are_read_too():
    item = only(
        encounter(
            **{"class": [{"coding": [{"code": "HH"}]}]},
            plannedStartDate="2026-12-02T10:00:00Z",
            participant=[{"actor": {"display": "Maria Lund"}}],
        )
    )
    assert item.when.start == datetime(2026, 12, 2, 10, tzinfo=UTC)
    assert item.form is VisitForm.HOME
    assert item.who == (Told("Maria Lund"),)
    concept = {"concept": {"text": "Träning"}}
    assert only(appointment(serviceType=[concept])).title == Told("Träning")


def test_the_same_meeting_is_shown_once():
    twin = encounter(appointment=[{"reference": "Appointment/a1"}])
    assert only(appointment(), twin).origin.record == "Appointment/a1"
    alone = encounter(appointment=[{"reference": "Appointment/elsewhere"}])
    assert len(heard(appointment(), alone).items) == 2


def test_a_fast_kontakt_with_those_beside_it():
    role = {
        "resourceType": "PractitionerRole",
        "id": "r1",
        "practitioner": {"reference": "Practitioner/x"},
        "organization": {"reference": "Organization/o", "display": "Hemtjänsten Norr"},
        "code": [{"text": "undersköterska"}],
        "telecom": [{"system": "phone", "value": "0980-319 299"}],
    }
    person = {
        "resourceType": "Practitioner",
        "id": "x",
        "identifier": [{"system": HSA, "value": OTHER.value}],
        "name": [{"given": ["Omar"], "family": "Said"}],
        "telecom": [{"system": "phone", "value": "070-174 06 05"}],
    }
    item = only(care_team(period={"start": "2026-05-04"}), beside=[role, person])
    assert isinstance(item, CareManager)
    assert item.kind is CareManagerKind.OMSORGSKONTAKT
    assert item.kind_text == Told("fast omsorgskontakt i hemtjänsten")
    assert item.name == Told("Omar Said")
    assert item.qualification == Told("undersköterska")
    assert item.unit == Told("Hemtjänsten Norr")
    assert item.telecom == (Telecom(TelecomKind.PHONE, "0980-319 230"),)
    assert item.first == date(2026, 5, 4)
    assert OTHER.value not in repr(item)


def test_a_team_of_several_gives_each_its_own_record():
    one = care_team()["participant"][0]
    items = heard(care_team(participant=[one, {**one, "member": {"display": "Ulla"}}])).items
    assert [item.origin.record for item in items] == ["CareTeam/t1#0", "CareTeam/t1#1"]
    assert {item.team_id for item in items} == {"CareTeam/t1"}


def test_contact_goes_by_the_team_that_is_pointed_at():
    url = "https://fhir.inera.se/ig/careteam/StructureDefinition/riv-contact-via-team-extension"
    member = {
        **care_team()["participant"][0],
        "extension": [{"url": url, "valueReference": {"reference": "CareTeam/norra"}}],
    }
    team = {
        "resourceType": "CareTeam",
        "id": "norra",
        "name": "Norra teamet",
        "telecom": [{"system": "phone", "value": "0980-319 201"}],
    }
    for own, number in ([], "0980-319 201"), (care_team()["telecom"], "0980-319 230"):
        found = heard(care_team(participant=[member], telecom=own), team)
        assert found.items[0].team_name == Told("Norra teamet")
        assert found.items[0].telecom == (Telecom(TelecomKind.PHONE, number),)


def test_an_unknown_kind_keeps_its_own_words():
    role = {
        "coding": [
            {"system": "urn:oid:1.2.752.129.5.1.69", "code": "9", "display": "kontaktsjuksköterska"}
        ]
    }
    item = only(care_team(category=None, participant=[{"role": role, "member": {"display": "A"}}]))
    assert item.kind is CareManagerKind.UNKNOWN
    assert item.kind_text == Told("kontaktsjuksköterska")


def test_another_team_is_not_a_fast_kontakt():
    assert "fast kontakt" in why(care_team(category=None, participant=[{"member": {}}]))


def test_a_plan_with_goals_and_its_place_among_plans():
    goal = {
        "resourceType": "Goal",
        "id": "g1",
        "lifecycleStatus": "active",
        "achievementStatus": {"coding": [{"code": "achieved"}]},
        "description": {"text": "Gå inomhus utan rullator"},
        "subject": SUBJECT,
        "target": [{"dueDate": "2026-12-30"}],
    }
    document = "urn:oid:1.2.752.129.2.1.2.1"
    item = only(
        care_plan(
            identifier=[{"system": document, "value": "KOMM#gp1"}],
            goal=[{"reference": "Goal/g1"}, {"display": "Jämnt blodsocker"}],
            partOf=[{"type": "CarePlan", "identifier": {"system": document, "value": "NORD#SIP"}}],
            basedOn=[{"reference": "https://region.example/r4/CarePlan/7"}],
            activity=[
                {"reference": {"reference": "CarePlan/child"}},
                {"reference": {"reference": "ServiceRequest/s1"}},
            ],
            author={"reference": "PractitionerRole/m", "display": "Maria Lund"},
            contributor=[{"reference": "Organization/h", "display": "Hemtjänsten Norr"}],
            created="2026-10-23T10:00:00+02:00",
        ),
        beside=[goal],
    )
    assert isinstance(item, CarePlan)
    assert item.kind is CarePlanKind.GP
    assert item.title == Told("Genomförandeplan")
    assert (item.first, item.last) == (date(2026, 10, 23), date(2027, 2, 28))
    assert item.authored == datetime(2026, 10, 23, 8, tzinfo=UTC)
    assert item.responsible == Told("Maria Lund")
    assert item.owner == item.origin.unit_name == Told("Hemtjänsten Norr")
    assert item.goals == (
        Goal(
            Told("Gå inomhus utan rullator"),
            GoalState.REACHED,
            date(2026, 12, 30),
            frozenset({"kommun|Goal/g1"}),
        ),
        Goal(Told("Jämnt blodsocker")),
    )
    assert [goal.reached for goal in item.goals] == [True, None]
    assert item.keys == {"kommun|CarePlan/c1", "KOMM|gp1"}
    assert item.parents == ("NORD|SIP", "https://region.example/r4|CarePlan/7")
    assert item.children == ("kommun|CarePlan/child",)


def test_somebody_elses_goal_is_not_quoted():
    goal = {
        "resourceType": "Goal",
        "id": "g1",
        "lifecycleStatus": "active",
        "description": {"text": "Hemligt"},
        "subject": {"reference": "Patient/other"},
    }
    assert only(care_plan(goal=[{"reference": "Goal/g1"}]), beside=[goal]).goals == ()


def test_a_replaced_plan_is_history():
    old, new = care_plan("c1"), care_plan("c2", replaces=[{"reference": "CarePlan/c1"}])
    newest = care_plan("c3", replaces=[{"reference": "CarePlan/c2"}])
    assert only(old, newest, new).origin.record == "CarePlan/c3"


def test_plans_that_replace_each_other_are_all_shown():
    one = care_plan("c1", replaces=[{"reference": "CarePlan/c2"}])
    two = care_plan("c2", replaces=[{"reference": "CarePlan/c1"}])
    assert len(heard(one, two).items) == 2


def test_a_danish_intervention_is_a_service():
    detail = {"code": {"text": "Sårvård"}, "status": "in-progress", "scheduledString": "dagligen"}
    item = only(care_plan(category=None, title=None, intent="order", activity=[{"detail": detail}]))
    assert isinstance(item, CareService)
    assert item.name == Told("Sårvård")
    assert item.extent == Told("dagligen")
    assert item.started is True
    assert item.decided == date(2026, 10, 23)
    titled = only(care_plan(activity=[{"detail": detail}]))
    assert isinstance(titled, CarePlan)


@pytest.mark.parametrize(
    ("more", "extent"),
    [
        ({"quantityQuantity": {"value": 14, "unit": "timmar i veckan"}}, "14 timmar i veckan"),
        ({"quantityQuantity": {"value": 1.5, "unit": "timmar"}}, "1,5 timmar"),
        (
            {
                "quantityRatio": {
                    "numerator": {"value": 5, "unit": "dagar"},
                    "denominator": {"value": 1, "unit": "vecka"},
                }
            },
            "5 dagar per vecka",
        ),
        ({"occurrenceTiming": {"code": {"text": "varje dag"}}}, "varje dag"),
        ({"orderDetail": [{"text": "dygnet runt"}]}, "dygnet runt"),
        ({}, None),
    ],
)
def test_a_decided_service(more, extent):
    item = only(service_request(occurrencePeriod={"start": "2026-10-23"}, **more))
    assert isinstance(item, CareService)
    assert item.name == Told("Hemtjänst")
    assert item.law == "SoL"
    assert item.authority == Told("Vård- och omsorgsnämnden")
    assert item.performer == item.origin.unit_name == Told("Hemtjänsten Norr")
    assert item.decided == date(2026, 10, 16)
    assert (item.first, item.last) == (date(2026, 10, 23), None)
    assert item.started is None
    assert item.extent == (Told(extent) if extent else None)


def test_a_person_who_requested_handles_the_matter_and_is_not_the_authority():
    item = only(service_request(requester={"reference": "Practitioner/m", "display": "Maria"}))
    assert (item.authority, item.handler, item.phone) == (None, Told("Maria"), None)


def test_a_role_says_in_whose_name_somebody_decided_and_where_to_ring():
    role = {
        "resourceType": "PractitionerRole",
        "id": "m",
        "organization": {"reference": "Organization/n", "display": "Vård- och omsorgsnämnden"},
        "telecom": [
            {"system": "email", "value": "maria@example.se"},
            {"system": "phone", "value": "0980-319 299", "use": "old"},
            {"system": "phone", "value": "0980-319 222"},
        ],
    }
    row = service_request(requester={"reference": "PractitionerRole/m", "display": "Maria Lund"})
    item = only(row, beside=[role])
    assert (item.authority, item.handler) == (Told("Vård- och omsorgsnämnden"), Told("Maria Lund"))
    assert item.phone == "0980-319 222"
    labelled = {**row, "meta": {"security": [{"code": "sekretessmarkering"}]}}
    assert only(labelled, beside=[role]).phone is None


def test_a_decision_on_hold_is_still_a_decision():
    assert [only(service_request(status=s)).paused for s in ("active", "on-hold")] == [False, True]


@pytest.mark.parametrize(
    ("owner", "party", "name"),
    [
        (SUBJECT, Party.PERSON, None),
        ({**SUBJECT, "display": "Birgitta Lindqvist"}, Party.PERSON, None),
        ({"reference": "Organization/o", "display": "Hemtjänsten"}, Party.CARE, "Hemtjänsten"),
        ({"reference": "Patient/other", "display": "Någon"}, Party.UNKNOWN, None),
        ({"reference": "RelatedPerson/r", "display": "Anders"}, Party.UNKNOWN, None),
        (None, Party.UNKNOWN, None),
    ],
)
def test_an_agreement_says_who_has_promised(owner, party, name):
    item = only(
        task(
            owner=owner,
            status="completed",
            basedOn=[{"reference": "CarePlan/c1"}],
            focus={"reference": "Goal/g"},
            restriction={"period": {"start": "2026-11-18", "end": "2026-11-21"}},
        )
    )
    assert isinstance(item, Agreement)
    assert item.text == Told("Du tränar i trappan tre gånger i veckan")
    assert item.party is party
    assert item.owner == (Told(name) if name else None)
    assert (item.first, item.until) == (date(2026, 11, 18), date(2026, 11, 21))
    assert item.done
    assert item.plans == ("kommun|CarePlan/c1",)
    assert item.goals == ("kommun|Goal/g",)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (appointment(status="entered-in-error"), "status entered-in-error"),
        (appointment(status="cancelled"), "status cancelled"),
        (encounter(status="finished"), "status finished"),
        (care_team(status="inactive"), "status inactive"),
        (care_plan(status="draft"), "status draft"),
        (care_plan(intent="proposal"), "intent proposal"),
        (service_request(intent="plan"), "intent plan"),
        (service_request(doNotPerform=True), "not to be performed"),
        (task(status="rejected"), "status rejected"),
    ],
)
def test_what_is_not_to_be_shown_is_set_aside_without_being_a_loss(row, reason):
    assert why(row) == reason
    assert heard(row).reports[0].rejected == 0


@pytest.mark.parametrize(
    "row",
    [
        appointment(status="bokad"),
        appointment(status=None),
        appointment(start="2026-12-01T09:15:00"),  # nobody's time
        appointment(id=None),
        appointment(id="x" * 200),
        appointment(serviceType="Besök"),
        appointment(modifierExtension=[{"url": "x"}]),
        appointment(implicitRules="https://rules.example"),
        appointment(contained=[{"resourceType": "Location", "implicitRules": "x"}]),
        appointment(participant=[{"modifierExtension": [{"url": "x"}], "actor": SUBJECT}]),
        appointment(meta={"security": [{"display": "hemligt"}]}),
        care_plan(intent="plan2"),
        care_plan(period={"start": "2026-05-02", "end": "2026-05-01"}),
        service_request(code=None, category=None),
        service_request(quantityQuantity={"value": "14"}),
        task(description=None),
        {"resourceType": "Observation", "id": "o"},
    ],
)
def test_what_cannot_be_read_is_a_loss_and_spares_the_others(row):
    found = heard(row, appointment("good"))
    assert [item.origin.record for item in found.items] == ["Appointment/good"]
    assert sum(report.rejected for report in found.reports) == 1
    assert len(found.rejected) == 1


def test_an_escaped_name_hides_no_modifier_extension():
    body = orjson.dumps(bundle(appointment(modifierExtension=[{"url": "x"}])))
    escaped = body.replace(b"modifierExtension", b"\\u006dodifierExtension")
    found = read(
        escaped, reading=Reading("kommun", NOW, PERSON), release="R4", patient="Patient/p1"
    )
    assert found.items == ()
    assert found.reports[0].rejected == 1


@pytest.mark.parametrize(
    "label",
    [
        {"code": "NOPATIENT"},
        {"code": "R"},
        {"code": "V"},
        {"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "X"},
    ],
)
def test_a_label_takes_the_approval_away(label):
    item = only(appointment(meta={"security": [label]}))
    assert item.origin.approved_for_patient is False


def test_an_ordinary_label_does_not():
    label = {"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "N"}
    assert only(appointment(meta={"security": [label]})).origin.approved_for_patient is True


@pytest.mark.parametrize(
    ("said", "approved"),
    [({"valueBoolean": False}, False), ({}, False), ({"valueBoolean": True}, True)],
)
def test_ineras_extension_says_who_has_approved(said, approved):
    url = "https://fhir.inera.se/ig/ehds-tk/StructureDefinition/approved-for-patient"
    extension = [{"url": url, **said}, {"url": "urn:x", "valueBoolean": False}]
    assert only(care_plan(extension=extension)).origin.approved_for_patient is approved
    assert only(care_plan(extension=extension[1:])).origin.approved_for_patient is True


@pytest.mark.parametrize("code", ["sekretessmarkering", "skyddadFolkbokforing"])
def test_protected_identity_hides_whereabouts(code):
    labelled = {"meta": {"security": [{"code": code}]}}
    place = {"actor": {"reference": "Location/l", "display": "Storgatan 1"}}
    visit = appointment(participant=[{"actor": SUBJECT}, place])
    assert only({**visit, **labelled}).place is None
    assert only(visit, beside=[patient(**labelled)]).place is None
    assert only({**care_team(), **labelled}).telecom == ()
    located = encounter(location=[{"location": {"display": "Storgatan 1"}}])
    assert only(located).place == Told("Storgatan 1")
    assert only({**located, **labelled}).place is None


def test_a_resource_that_may_not_be_shown_is_not_quoted_either():
    goal = {
        "resourceType": "Goal",
        "id": "g1",
        "meta": {"security": [{"code": "NOPATIENT"}]},
        "description": {"text": "FÅR EJ VISAS"},
        "subject": SUBJECT,
    }
    assert only(care_plan(goal=[{"reference": "Goal/g1"}]), beside=[goal]).goals == ()


SAME_PERSON = [
    {"reference": "Patient/p1"},
    {"reference": "kommun/Patient/p1"},
    {"reference": "Patient/p1/_history/3"},
    {"identifier": {"system": PERSONNUMMER, "value": PERSON.value}},
    {"type": "Patient", "identifier": {"system": PERSONNUMMER, "value": "19000101-9801"}},
    {
        "reference": "https://master.example/Patient/9",
        "identifier": {"system": PERSONNUMMER, "value": PERSON.value},
    },
    {"reference": "#me"},
]


@pytest.mark.parametrize("reference", SAME_PERSON)
def test_the_person_is_known_under_many_names(reference):
    mine = patient("me")
    assert only(care_plan(subject=reference, contained=[mine])).subject == PERSON


OTHER_PERSON = [
    {"reference": "Patient/p2"},
    {"reference": "https://kommun.example/fhir/Patient/p2"},
    {"reference": "Group/p1"},
    {"identifier": {"system": PERSONNUMMER, "value": OTHER.value}},
    {"reference": "Patient/p1", "identifier": {"system": PERSONNUMMER, "value": OTHER.value}},
    {"reference": "Patient/p2", "identifier": {"system": PERSONNUMMER, "value": PERSON.value}},
    {"reference": "#other"},
]


@pytest.mark.parametrize("reference", OTHER_PERSON)
@pytest.mark.parametrize("make", [encounter, care_team, care_plan, service_request])
def test_somebody_elses_row_is_dropped_and_told(reference, make):
    row = make(subject=reference, contained=[patient("other", OTHER)])
    found = heard(row, appointment("mine"))
    assert [item.origin.record for item in found.items] == ["Appointment/mine"]
    assert {report.cause for report in found.reports} <= {Cause.FOREIGN, None}
    assert found.reports[0].cause is Cause.FOREIGN or found.reports[0].rejected == 1


def test_a_row_about_nobody_is_not_shown():
    for subject in (None, {"display": "Birgitta"}, {"reference": "#nobody"}):
        found = heard(care_plan(subject=subject))
        assert found.items == ()
        assert found.reports[0].rejected == 1


def test_a_subject_that_is_only_a_name_is_read_from_a_file():
    (item,) = heard(care_plan(subject={"display": "Jane Doe"}), subject=None).items
    assert item.subject is None


def test_a_time_for_several_is_the_persons_too_but_names_no_other_patient():
    others = [{"actor": {"reference": "Patient/p2", "display": "Någon Annan"}}, {"actor": SUBJECT}]
    item = only(appointment(participant=others))
    assert "Annan" not in repr(item)


def test_without_a_subject_a_file_is_read_about_anyone():
    named = care_plan(
        subject={"identifier": {"system": PERSONNUMMER, "value": OTHER.value}}, id="c2"
    )
    found = heard(care_plan(), named, subject=None)
    assert [item.subject for item in found.items] == [None, OTHER]


def test_a_references_urn_is_resolved_inside_the_bundle():
    whole = bundle(care_plan(subject={"reference": "urn:uuid:1"}))
    whole["entry"].append({"fullUrl": "urn:uuid:1", "resource": patient("p9")})
    whole["type"] = "collection"
    found = read(orjson.dumps(whole), reading=Reading("kommun", NOW, PERSON), release="R4")
    assert found.items[0].subject == PERSON


def test_narrative_is_never_read():
    item = only(appointment(text={"status": "generated", "div": "<div>FÅR EJ VISAS</div>"}))
    assert "VISAS" not in repr(item)


def test_text_carries_the_language_of_its_resource():
    assert only(appointment(language="da")).title == Told("Såromläggning", "da")
    assert only(appointment(language=5)).title == Told("Såromläggning", "sv")


def test_one_resource_alone_is_read_and_another_kind_is_refused():
    single = read(orjson.dumps(care_team()), reading=Reading("fil", NOW), release="R5")
    assert len(single.items) == 1
    other = read(orjson.dumps(patient()), reading=Reading("fil", NOW), release="R4")
    assert other.items == ()
    assert [rejection.why for rejection in other.rejected] == ["not of a kind shown"]


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"null", b"[]", b'"Bundle"', b"{}", b'{"resourceType": 5}', b"<Bundle/>", b"\xff"),
        b'{"resourceType": "Bundle", "entry": {}}',
        b'{"resourceType": "Bundle", "link": 1}',
        b'{"resourceType": "Bundle", "link": [{"relation": "next"}]}',
        b"[" * 10_000 + b"]" * 10_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    ],
)
def test_what_is_no_fhir_is_unreadable(body):
    with pytest.raises(SourceFailed) as failed:
        read(body, reading=Reading("fil", NOW), release="R4")
    assert failed.value.cause is Cause.UNREADABLE


def test_fifty_megabytes_are_refused_before_they_are_read():
    with pytest.raises(SourceFailed) as failed:
        read(b" " * 50 * 2**20, reading=Reading("fil", NOW), release="R4")
    assert failed.value.cause is Cause.TOO_LARGE


def test_rubbish_is_counted_but_not_all_named():
    whole = {"resourceType": "Bundle", "type": "searchset", "entry": [5] * 5000}
    found = read(orjson.dumps(whole), reading=Reading("fil", NOW), release="R4")
    assert found.reports[0].rejected == 5000
    assert len(found.rejected) == 100


def test_no_reason_ever_quotes_the_row():
    secret = "FÅR EJ VISAS"
    rows: list[Any] = [
        appointment(status=secret),
        appointment(start=secret),
        care_plan(id=secret * 20),
        service_request(quantityQuantity={"value": secret}),
        {"resourceType": secret, "id": "x"},
    ]
    said = repr(heard(*rows).rejected)
    assert secret not in said


def test_every_item_is_hashable_and_so_can_lie_on_a_shelf():
    items: tuple[Item, ...] = heard(
        appointment(), care_team(), care_plan(), service_request(), task()
    ).items
    assert len({hash(item) for item in items}) == 5


# Whom the person has chosen


def chosen(*beside: Any, **more: Any) -> Heard:
    """What is told of a Patient when listings are asked for."""
    gathering = Gathering()
    scope = Scope("kommun", "kommun", NOW, PERSON)
    entries = [{"resource": one} for one in (patient(**more), *beside)]
    gathering.add(Page(entries, None, False), frozenset({"Patient"}), scope)
    assert gathering.rejected == []
    return gathering.shown()


def test_the_health_centre_and_the_doctor_that_the_person_has_chosen():
    role = {
        "resourceType": "PractitionerRole",
        "id": "r",
        "practitioner": {"display": "Sara Nyström"},
        "organization": {
            "reference": "Organization/vc",
            "identifier": {"system": HSA, "value": "TSTNMT2321000156-BJOR"},
            "display": "Björkbackens vårdcentral",
        },
    }
    references = [role["organization"], {"reference": "PractitionerRole/r"}]
    centre, doctor = chosen(role, generalPractitioner=references)
    assert (centre.kind, doctor.kind) == (ListingKind.DOCTORS_OFFICE, ListingKind.DOCTOR)
    assert centre.unit == doctor.unit == Told("Björkbackens vårdcentral")
    assert (centre.name, doctor.name) == (None, Told("Sara Nyström"))
    assert {item.origin.care_unit for item in (centre, doctor)} == {HsaId("TSTNMT2321000156-BJOR")}
    assert [item.origin.record for item in (centre, doctor)] == ["Patient/p1#0", "Patient/p1#1"]
    assert {item.subject for item in (centre, doctor)} == {PERSON}
    assert centre.during is not None


def test_where_a_protected_person_goes_is_not_told_nor_an_old_record():
    references = [{"reference": "Organization/vc", "display": "Vårdcentralen"}]
    protected = {"security": [{"code": "sekretessmarkering"}]}
    assert len(chosen(generalPractitioner=references)) == 1
    assert chosen(generalPractitioner=references, meta=protected) == ()
    assert chosen(generalPractitioner=references, active=False) == ()
    assert chosen() == ()


# What else is read


def test_a_plan_that_came_from_its_contract_has_its_text():
    item = only(care_plan(note=[{"text": "Mål\n1. Gå"}, {"text": " <p>Mål</p>"}, {"text": " "}]))
    assert item.attachments == (
        Attachment("text/plain", "Mål\n1. Gå".encode()),
        Attachment("text/html", b" <p>M\xc3\xa5l</p>"),
    )
    assert why(care_plan(note=[{"text": "x" * 20_001}])) == "text too long"
    assert why(care_plan(note=[{"text": 5}])) == "text of another type"


def test_r5_keeps_the_telephone_of_a_role_one_level_down():
    role = {
        "resourceType": "PractitionerRole",
        "id": "r1",
        "contact": [{"telecom": [{"system": "phone", "value": "0980-319 240"}]}],
    }
    item = only(care_team(telecom=None), beside=[role])
    assert item.telecom == (Telecom(TelecomKind.PHONE, "0980-319 240"),)


def test_a_time_says_what_it_is_booked_for():
    number = {
        "system": "urn:oid:1.2.752.129.2.1.2.1",
        "value": "TSTNMT2321000156-NORD#R-7050",
    }
    item = only(
        appointment(
            basedOn=[
                {"reference": "CarePlan/c1"},
                {"type": "ServiceRequest", "identifier": number},
            ]
        )
    )
    assert item.requests == ("kommun|CarePlan/c1", "TSTNMT2321000156-NORD|R-7050")
    assert only(appointment()).requests == ()
