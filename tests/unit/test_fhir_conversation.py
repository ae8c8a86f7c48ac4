"""The conversation with a FHIR source: login, the person, searches, pages, failures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from pydantic import ValidationError

from stodtjanster.information import (
    Agreement,
    Appointment,
    CareContact,
    CareManager,
    CarePlan,
    CareService,
    Item,
    Listing,
    Medication,
    Message,
    ReferralStatus,
)
from stodtjanster.model import Cause, Outcome, Period, PersonId
from stodtjanster.sources import kinds
from stodtjanster.sources.fhir.adapter import Adapter
from stodtjanster.sources.fhir.settings import GIVES, Settings
from stodtjanster.sources.kit.source import Request, Response, SourceFailed
from tests.fhir_pages import (
    BASE,
    NOW,
    OTHER,
    PERSON,
    PERSONNUMMER,
    SUBJECT,
    adapter,
    answer,
    appointment,
    ask,
    bundle,
    care_plan,
    care_team,
    communication,
    converse,
    device_request,
    device_use,
    document,
    encounter,
    medication_request,
    medication_statement,
    outcome,
    patient,
    referral_request,
    referral_task,
    script,
    service_request,
    supply_request,
    task,
)

FOUND = answer(bundle(patient()))
NOTHING = answer(bundle())


def fields(request: Request) -> dict[str, str]:
    """The search parameters, wherever they stand; repeated names keep the last."""
    said = request.body.decode() if request.body else urlsplit(request.url).query
    return dict(parse_qsl(said))


def gather(kind: type[Item], *answers: Response | SourceFailed, **settings: Any) -> Any:
    return converse(adapter(planned_encounters=False, **settings), ask(kind), script(*answers))


def test_the_kind_is_found_and_built_from_configuration():
    raw = {"key": "kommun", "kind": "fhir", "name": "Kommunen", "base_url": f"{BASE}/"}
    source = kinds()["fhir"].build(raw)
    assert isinstance(source, Adapter)
    assert source.settings.base_url == BASE
    assert source.gives == {
        *(Appointment, CareContact, CareManager, CarePlan, CareService, Agreement, Medication),
        ReferralStatus,
    }
    assert kinds()["fhir"].adapter.gives == {*source.gives, Listing, Message}


@pytest.mark.parametrize(
    "wrong",
    [
        {"base_url": "http://kommun.example/fhir"},
        {"base_url": "https://u:p@kommun.example/fhir"},
        {"base_url": "https://kommun.example/fhir?x=1"},
        {"base_url": "ftp://kommun.example"},
        {"client_id": "portalen"},
        {"patient_key": "guess"},
        {"release": "STU3"},
        {"information": []},
        {"information": ["weather"]},
        {"unknown": True},
    ],
)
def test_settings_that_cannot_work_are_refused(wrong):
    raw = {"key": "kommun", "kind": "fhir", "name": "Kommunen", "base_url": BASE, **wrong}
    with pytest.raises(ValidationError):
        Settings.model_validate(raw)


def test_the_person_is_looked_up_and_then_searched_for():
    heard, sent = gather(Appointment, FOUND, answer(bundle(appointment())))
    lookup, search = sent
    assert lookup.url == f"{BASE}/Patient/_search"
    assert fields(lookup) == {"identifier": f"{PERSONNUMMER}|{PERSON.value}"}
    assert search.url == f"{BASE}/Appointment/_search"
    assert fields(search)["patient"] == "Patient/p1"
    assert search.headers["Prefer"] == "handling=strict"
    assert search.headers["Accept"] == "application/fhir+json; fhirVersion=4.0"
    assert [item.origin.record for item in heard.items] == ["Appointment/a1"]
    (report,) = heard.reports
    assert report.answered
    assert (report.source, report.system, report.information) == ("kommun", BASE, "appointment")
    assert (report.outcome, report.as_of, report.tried_at) == (Outcome.DATA_FROM_SOURCE, NOW, NOW)


def test_a_source_is_asked_in_its_own_release_and_about_what_it_knows():
    source = adapter(release="R5", information=["care_manager"])
    assert source.gives == {CareManager}
    assert kinds()["fhir"].adapter.gives >= {CareManager, Appointment}
    _, sent = converse(source, ask(CareManager), script(FOUND, NOTHING))
    assert {one.headers["Accept"] for one in sent} == {"application/fhir+json; fhirVersion=5.0"}


EVERYTHING = {
    "plans_from": ["CarePlan", "DocumentReference"],
    "devices_from": ["DeviceUseStatement", "DeviceRequest", "SupplyRequest"],
    "referrals_from": ["Task", "ServiceRequest"],
    "medications_from": ["MedicationStatement", "MedicationRequest"],
    "services_in_care_plans": False,
}


@pytest.mark.parametrize(
    ("kind", "release", "asked"),
    [
        (
            CarePlan,
            "R4",
            {
                "CarePlan": {"status": "active,on-hold"},
                "DocumentReference": {
                    "status": "current",
                    "type": "https://fhir.inera.se/CodeSystem/typeofcareplan-cs|",
                },
            },
        ),
        (
            CareService,
            "R4",
            {
                "ServiceRequest": {},
                "DeviceUseStatement": {},
                "DeviceRequest": {},
                "SupplyRequest": {"subject": "Patient/p1", "status": "active,suspended"},
            },
        ),
        (
            CareService,
            "R5",
            {
                "ServiceRequest": {},
                "DeviceUsage": {},
                "DeviceRequest": {},
                "SupplyRequest": {"patient": "Patient/p1"},
            },
        ),
        (CareContact, "R4", {"Encounter": {"status": "arrived,triaged,in-progress,onleave"}}),
        (CareContact, "R5", {"Encounter": {"status": "in-progress,on-hold"}}),
        (
            ReferralStatus,
            "R4",
            {
                "Task": {"modified": "ge2024-11-20"},
                "ServiceRequest": {"authored": "ge2024-11-20"},
            },
        ),
        (
            Medication,
            "R4",
            {
                "MedicationStatement": {"status": "active"},
                "MedicationRequest": {"status": "active"},
            },
        ),
        (
            Medication,
            "R5",
            {
                "MedicationStatement": {"status": "recorded"},
                "MedicationRequest": {"intent": "order,original-order,instance-order"},
            },
        ),
        (Agreement, "R4", {"Task": {"code": "overenskommelse,överenskommelse"}}),
    ],
)
def test_what_may_be_asked_beside_is_set_for_each_source(kind, release, asked):
    source = adapter(release=release, **EVERYTHING)
    _, sent = converse(source, ask(kind), script(FOUND, *[NOTHING] * len(asked)))
    searched = {request.url.split("/")[-2]: fields(request) for request in sent[1:]}
    assert list(searched) == list(asked)
    for name, parameters in asked.items():
        assert parameters.items() <= searched[name].items()


def test_every_kind_of_row_becomes_what_it_is_asked_for_as():
    rows = {
        CarePlan: (care_plan(), document()),
        CareService: (service_request(), device_use(), device_request(), supply_request()),
        ReferralStatus: (referral_task(), referral_request()),
        Medication: (medication_statement(), medication_request()),
    }
    for kind, given in rows.items():
        pages = [answer(bundle(row)) for row in given]
        heard, _ = converse(adapter(**EVERYTHING), ask(kind), script(FOUND, *pages))
        assert [item.origin.contract for item in heard.items] == [
            row["resourceType"] for row in given
        ]
        assert heard.reports[0].answered


def test_provenance_is_asked_for_where_it_names_the_units_of_a_block():
    _, sent = gather(CareManager, FOUND, NOTHING, provenance=True)
    assert fields(sent[1])["_revinclude"] == "Provenance:target"
    _, sent = gather(CareManager, FOUND, NOTHING)
    assert "_revinclude" not in fields(sent[1])


def test_other_tasks_than_agreements_are_not_shown_as_such():
    other = task("k2", code={"coding": [{"code": "uppgift"}]})
    heard, _ = gather(Agreement, FOUND, answer(bundle(task(), other)))
    assert [item.origin.record for item in heard.items] == ["Task/k1"]
    assert heard.reports[0].rejected == 0
    heard, sent = gather(Agreement, FOUND, answer(bundle(task(), other)), agreement_codes=[])
    assert len(heard.items) == 2
    assert "code" not in fields(sent[1])


def test_an_agreement_may_be_told_by_a_code_of_the_source_itself():
    own = "https://kommun.example/uppgift|ok"
    coded = {"coding": [{"system": "https://kommun.example/uppgift", "code": "ok"}]}
    rows = task(code=coded), task("k2", code={"coding": [{"system": "urn:x", "code": "ok"}]})
    heard, _ = gather(Agreement, FOUND, answer(bundle(*rows)), agreement_codes=[own])
    assert [item.origin.record for item in heard.items] == ["Task/k1"]


GOAL = {
    "resourceType": "Goal",
    "id": "g1",
    "lifecycleStatus": "active",
    "description": {"text": "Gå i trappan"},
    "subject": SUBJECT,
}


def test_goals_that_an_ignored_include_left_out_are_asked_for():
    plan = care_plan(goal=[{"reference": "Goal/g1"}, {"reference": "Goal/theirs"}])
    theirs = {**GOAL, "id": "theirs", "subject": {"reference": "Patient/p2"}}
    heard, sent = gather(
        CarePlan, FOUND, answer(bundle(plan)), answer(bundle(GOAL, theirs)), page_size=7
    )
    assert sent[2].url == f"{BASE}/Goal/_search"
    assert fields(sent[2]) == {"patient": "Patient/p1", "_id": "g1,theirs", "_count": "100"}
    (item,) = heard.items
    assert [goal.text.text for goal in item.goals] == ["Gå i trappan"]
    assert heard.reports[0].answered


def test_what_came_along_is_not_asked_for_again():
    plan = care_plan(goal=[{"reference": "Goal/g1"}])
    heard, sent = gather(CarePlan, FOUND, answer(bundle(plan, beside=[GOAL])))
    assert len(sent) == 2
    assert len(heard.items[0].goals) == 1


def test_goals_that_cannot_be_asked_for_make_the_plans_partial():
    plan = care_plan(goal=[{"reference": "Goal/g1"}])
    heard, _ = gather(CarePlan, FOUND, answer(bundle(plan)), answer(outcome(), 403))
    assert len(heard.items) == 1
    assert heard.reports[0].cause is Cause.PARTIAL
    assert heard.rejected[0].where == "Goal"


def test_asking_beside_can_be_turned_off():
    plan = care_plan(goal=[{"reference": "Goal/g1"}])
    heard, sent = gather(CarePlan, FOUND, answer(bundle(plan)), complete=False)
    assert len(sent) == 2
    assert heard.items[0].goals == ()


ROLE = {
    "resourceType": "PractitionerRole",
    "id": "r1",
    "practitioner": {"reference": "Practitioner/o1"},
    "organization": {"reference": f"{BASE}/Organization/htjn"},
}
NAMELESS = care_team(participant=[{"member": {"reference": "PractitionerRole/r1"}}])


def test_who_a_team_is_made_of_is_asked_for_in_two_steps_and_no_further():
    omar = {"resourceType": "Practitioner", "id": "o1", "name": [{"text": "Omar Said"}]}
    unit = {
        "resourceType": "Organization",
        "id": "htjn",
        "name": "Hemtjänsten",
        "partOf": {"reference": "Organization/x"},
    }
    heard, sent = gather(
        CareManager,
        *(FOUND, answer(bundle(NAMELESS)), answer(bundle(ROLE))),
        *(answer(bundle(omar)), answer(bundle(unit))),
    )
    assert [request.url.split("/")[-2] for request in sent[2:]] == [
        *("PractitionerRole", "Practitioner", "Organization")
    ]
    assert fields(sent[3]) == {"_id": "o1", "_count": "100"}
    (item,) = heard.items
    assert (item.name.text, item.unit.text) == ("Omar Said", "Hemtjänsten")


def test_names_that_cannot_be_had_cost_no_row():
    lost = SourceFailed(Cause.TIMEOUT)
    heard, _ = gather(CareManager, FOUND, answer(bundle(NAMELESS)), lost)
    (item,) = heard.items
    assert item.name is None
    assert heard.reports[0].answered


@pytest.mark.parametrize(
    "reference",
    [
        "https://evil.example/fhir/Goal/g1",
        "Goal/g1?x=1",
        "Goal/../Patient",
        "Patient/p2",
        "urn:uuid:1",
        "#g1",
        5,
        None,
    ],
)
def test_only_ids_of_this_very_source_are_asked_for(reference):
    plan = care_plan(goal=[{"reference": reference, "display": "Mål"}])
    _, sent = gather(CarePlan, FOUND, answer(bundle(plan)))
    assert len(sent) == 2


@pytest.mark.parametrize(
    ("said", "readable"),
    [
        ("application/fhir+json; fhirVersion=5.0", False),
        ("application/fhir+json; FHIRVERSION=4.0.1", True),
        ("application/fhir+json", True),
    ],
)
def test_an_answer_in_another_release_is_not_guessed_at(said, readable):
    page = Response(200, {"content-type": said}, answer(bundle(care_team())).body)
    if readable:
        assert len(gather(CareManager, FOUND, page)[0].items) == 1
        return
    with pytest.raises(SourceFailed) as failed:
        gather(CareManager, FOUND, page)
    assert failed.value.cause is Cause.UNREADABLE
    assert failed.value.detail == "FHIR 5.0, not R4"


def test_no_persons_number_stands_in_a_url():
    sent = [
        request
        for key in ("lookup", "identifier", "chained")
        for request in gather(CareManager, FOUND, NOTHING, patient_key=key)[1]
    ]
    assert sent
    assert not any(PERSON.value in request.url for request in sent)


def test_get_is_there_for_servers_that_know_nothing_else():
    _, (lookup, search) = gather(CareManager, FOUND, NOTHING, method="GET")
    assert (lookup.method, lookup.body) == ("GET", None)
    assert fields(search)["patient"] == "Patient/p1"


@pytest.mark.parametrize(
    ("kind", "types"),
    [
        (Appointment, ["Appointment", "Encounter"]),
        (CareManager, ["CareTeam"]),
        (CarePlan, ["CarePlan"]),
        (CareService, ["ServiceRequest", "CarePlan"]),
        (Agreement, ["Task"]),
        (Medication, ["MedicationStatement"]),
        (CareContact, ["Encounter"]),
        (ReferralStatus, ["Task"]),
        (Message, ["Communication"]),
    ],
)
def test_each_kind_asks_its_own_searches(kind, types):
    _, sent = converse(adapter(), ask(kind), script(FOUND, NOTHING, NOTHING))
    assert [request.url.split("/")[-2] for request in sent[1:]] == types
    assert all(fields(request)["_count"] == "50" for request in sent[1:])


def test_each_kind_gives_only_its_own_items():
    chosen = {"reference": "Organization/vc", "display": "Vårdcentralen"}
    rows = {
        "Patient": [patient(generalPractitioner=[chosen])],
        "Appointment": [appointment()],
        "Encounter": [encounter(), encounter("e2", status="in-progress")],
        "CareTeam": [care_team()],
        "CarePlan": [care_plan()],
        "ServiceRequest": [service_request()],
        "Task": [task(), referral_task()],
        "MedicationStatement": [medication_statement()],
        "Communication": [communication()],
    }

    def server(request: Request) -> Response:
        return answer(bundle(*rows[request.url.split("/")[-2]]))

    source = adapter(information=list(GIVES))
    for kind in source.gives:
        heard, _ = converse(source, ask(kind), server)
        assert heard.items
        assert {type(item) for item in heard.items} == {kind}
        assert {item.subject for item in heard.items} == {PERSON}


def test_what_is_outside_the_period_is_left_out():
    past = appointment("past", start="2026-11-19T09:00:00Z", end=None)
    tonight = appointment("tonight", start="2026-11-19T23:30:00Z", end=None)  # 20 November here
    heard, sent = gather(Appointment, FOUND, answer(bundle(past, tonight)))
    assert [item.origin.record for item in heard.items] == ["Appointment/tonight"]
    assert "date=ge2026-11-19" in sent[1].body.decode()
    assert "date=lt2027-11-22" in sent[1].body.decode()


@pytest.mark.parametrize("key", ["identifier", "chained"])
def test_other_ways_to_say_whom_it_is_about(key):
    literal = care_plan(subject={"reference": "Patient/p7"})
    logical = {"identifier": {"system": PERSONNUMMER, "value": PERSON.value}}
    rows = [literal] if key == "chained" else [care_plan("c2", subject=logical), literal]
    beside = [patient("p7")] if key == "chained" else []
    heard, sent = gather(CarePlan, answer(bundle(*rows, beside=beside)), patient_key=key)
    mark = {"identifier": ":", "chained": "."}[key]
    assert fields(sent[0])[f"patient{mark}identifier"] == f"{PERSONNUMMER}|{PERSON.value}"
    assert len(heard.items) == 1
    # A literal reference that nothing explains cannot be confirmed.
    assert heard.reports[0].rejected == len(rows) - 1


def test_a_samordningsnummer_is_asked_for_under_its_own_system():
    person = PersonId.parse("194001612383")
    source = adapter(samordningsnummer_system="urn:x")
    _, sent = converse(source, ask(CareManager, person), script(NOTHING))
    assert fields(sent[0])["identifier"] == f"urn:x|{person.value}"


def test_nobody_with_the_number_is_a_whole_answer():
    heard, sent = gather(Appointment, NOTHING)
    assert heard.items == ()
    assert heard.reports[0].answered
    assert len(sent) == 1


@pytest.mark.parametrize(
    ("found", "cause"),
    [
        (bundle(patient("p1"), patient("p2")), Cause.FAULT),
        (bundle(patient("p1", OTHER)), Cause.FOREIGN),
        (bundle(patient(identifier=[])), Cause.FOREIGN),
        (bundle(patient(identifier=5)), Cause.UNREADABLE),
        ({**bundle(), "entry": [5]}, Cause.UNREADABLE),
        (bundle(following="https://evil.example/fhir"), Cause.FAULT),
        (bundle(outcome("warning")), Cause.FAULT),
    ],
)
def test_who_it_is_must_be_certain(found, cause):
    with pytest.raises(SourceFailed) as failed:
        gather(Appointment, answer(found))
    assert failed.value.cause is cause
    assert PERSON.value not in str(failed.value)


def test_a_merged_patient_gives_way_to_the_one_in_use():
    both = answer(bundle(patient("old", active=False), patient("p1")))
    heard, sent = gather(Appointment, both, NOTHING)
    assert fields(sent[1])["patient"] == "Patient/p1"
    assert heard.reports[0].answered


def test_an_answer_about_the_person_that_was_cut_makes_the_rest_partial():
    warned = answer(bundle(patient(), outcome("warning")))
    heard, _ = gather(Appointment, warned, answer(bundle(appointment())))
    assert len(heard.items) == 1
    assert heard.reports[0].cause is Cause.PARTIAL


def test_who_it_is_is_remembered_for_the_other_sections_of_a_page():
    source = adapter()
    converse(source, ask(CareManager), script(FOUND, NOTHING))
    _, sent = converse(source, ask(CarePlan), script(NOTHING))
    assert len(sent) == 1
    _, sent = converse(
        source, ask(CarePlan, OTHER), script(answer(bundle(patient("p2", OTHER))), NOTHING)
    )
    assert fields(sent[1])["patient"] == "Patient/p2"


def test_remembering_can_be_turned_off():
    source = adapter(patient_cache_seconds=0)
    for _ in range(2):
        _, sent = converse(source, ask(CareManager), script(FOUND, NOTHING))
        assert len(sent) == 2


def test_a_protected_person_is_nowhere():
    label = {"security": [{"code": "sekretessmarkering"}]}
    place = {"actor": {"display": "Storgatan 1", "reference": "Location/1"}}
    visit = appointment(participant=[*appointment()["participant"], place])
    heard, _ = gather(Appointment, answer(bundle(patient(meta=label))), answer(bundle(visit)))
    assert heard.items[0].place is None


def test_pages_are_followed_and_a_row_that_moved_between_them_comes_once():
    heard, sent = gather(
        Appointment,
        FOUND,
        answer(bundle(appointment("a1"), appointment("a2"), following=f"{BASE}?_getpages=7&o=2")),
        answer(bundle(appointment("a2"), appointment("a3"), following="Appointment?page=3")),
        answer(bundle(appointment("a4"))),
    )
    assert [request.url for request in sent[2:]] == [
        f"{BASE}?_getpages=7&o=2",
        f"{BASE}/Appointment?page=3",
    ]
    assert [request.method for request in sent[2:]] == ["GET", "GET"]
    assert [item.origin.record[-2:] for item in heard.items] == ["a1", "a2", "a3", "a4"]
    assert heard.reports[0].answered


def login(tmp_path: Path, alg: str = "ES384") -> dict[str, Any]:
    key = ECKey.generate_key("P-384") if alg == "ES384" else RSAKey.generate_key(2048)
    file = tmp_path / "key.json"
    file.write_bytes(orjson.dumps({**key.as_dict(private=True), "kid": "k1"}))
    return {"client_id": "portalen", "private_key": str(file), "alg": alg}


DISCOVERY = answer({"token_endpoint": f"{BASE}/token"})


def token(value: str = "t0ken", **more: Any) -> Response:
    whole = {"access_token": value, "token_type": "Bearer", "expires_in": 300, **more}
    return answer(whole)


@pytest.mark.parametrize("elsewhere", ["https://evil.example/fhir?p=2", "//evil.example/fhir"])
def test_a_next_link_elsewhere_takes_neither_us_nor_the_token_along(elsewhere, tmp_path):
    heard, sent = gather(
        Appointment,
        *(DISCOVERY, token(), FOUND),
        answer(bundle(appointment(), following=elsewhere)),
        **login(tmp_path),
    )
    assert not any("evil" in request.url for request in sent)
    assert len(heard.items) == 1
    assert heard.reports[0].cause is Cause.PARTIAL
    assert heard.rejected[0].why == "a next link outside the base"
    assert heard.reports[0].rejected == 0


def test_pages_that_lead_back_end():
    page = answer(bundle(appointment(), following=f"{BASE}?page=2"))
    heard, sent = gather(Appointment, FOUND, page, page)
    assert len(sent) == 3
    assert heard.reports[0].cause is Cause.PARTIAL


def test_pages_without_end_end():
    def server(request: Request) -> Response:
        if "Patient" in request.url:
            return FOUND
        number = len(request.url)
        return answer(
            bundle(appointment(f"a{number}"), following=f"{request.url.split('/_')[0]}/x")
        )

    heard, sent = converse(adapter(max_pages=4, planned_encounters=False), ask(Appointment), server)
    assert len(sent) == 1 + 4
    assert len(heard.items) == 4
    assert heard.reports[0].cause is Cause.PARTIAL


@pytest.mark.parametrize(
    "lost",
    [
        SourceFailed(Cause.TIMEOUT),
        SourceFailed(Cause.TOO_LARGE),
        answer(b"", 503),
        answer(b"{", 200),
        answer(outcome()),
    ],
)
def test_a_lost_page_leaves_what_came_before_it(lost):
    first = answer(bundle(appointment(), following=f"{BASE}?page=2"))
    heard, _ = gather(Appointment, FOUND, first, lost)
    assert len(heard.items) == 1
    assert heard.reports[0].cause is Cause.PARTIAL
    assert not heard.reports[0].answered


def test_a_later_search_that_fails_leaves_the_first():
    answers = script(FOUND, answer(bundle(appointment())), answer(outcome(), 404))
    heard, _ = converse(adapter(), ask(Appointment), answers)
    assert len(heard.items) == 1
    assert heard.reports[0].cause is Cause.PARTIAL


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        (answer(b"", 401), Cause.DENIED),
        (answer(outcome(), 403), Cause.DENIED),
        (answer(outcome(code="not-supported"), 404), Cause.FAULT),
        (answer(b"<html>", 500), Cause.FAULT),
        (answer(b"", 429), Cause.FAULT),
        (answer(b"", 302), Cause.FAULT),
        (answer(b"", 504), Cause.TIMEOUT),
        (answer(outcome()), Cause.FAULT),
        (answer(b""), Cause.UNREADABLE),
        (answer(b"[" * 10_000), Cause.UNREADABLE),
        (answer(appointment()), Cause.UNREADABLE),
        (answer({"resourceType": "Bundle", "type": "transaction-response"}), Cause.UNREADABLE),
        (answer({**bundle(), "entry": "x"}), Cause.UNREADABLE),
        (answer(b" " * (16 * 2**20 + 1)), Cause.TOO_LARGE),
        (SourceFailed(Cause.TIMEOUT), Cause.TIMEOUT),
    ],
)
def test_a_first_page_that_fails_is_the_sources_failure(said, cause):
    with pytest.raises(SourceFailed) as failed:
        gather(Appointment, FOUND, said)
    assert failed.value.cause is cause
    assert PERSON.value not in str(failed.value)


def test_the_code_of_an_outcome_goes_on_but_no_prose():
    with pytest.raises(SourceFailed) as failed:
        gather(Appointment, FOUND, answer(outcome(code="not-supported"), 404))
    assert failed.value.detail == "HTTP 404 not-supported"


@pytest.mark.parametrize(
    ("severity", "cause"),
    [("warning", Cause.PARTIAL), ("error", Cause.PARTIAL), ("information", None)],
)
def test_an_outcome_among_the_rows_says_that_they_are_not_all(severity, cause):
    page = bundle(appointment(), outcome(severity))
    page["entry"][1]["search"]["mode"] = "outcome"
    heard, _ = gather(Appointment, FOUND, answer(page))
    assert len(heard.items) == 1
    assert heard.reports[0].cause is cause


def test_a_server_that_ignores_whom_we_ask_about_shows_nobody_elses_rows():
    theirs = appointment("b1", participant=[{"actor": {"reference": "Patient/p2"}}])
    heard, _ = gather(Appointment, FOUND, answer(bundle(theirs, appointment("a1"))))
    assert [item.origin.record for item in heard.items] == ["Appointment/a1"]
    assert heard.reports[0].cause is Cause.FOREIGN


def test_the_login_of_smart_backend_services(tmp_path):
    settings = login(tmp_path)
    heard, sent = gather(Appointment, DISCOVERY, token(), FOUND, NOTHING, **settings)
    discovery, asked, lookup, search = sent
    assert discovery.url == f"{BASE}/.well-known/smart-configuration"
    assert "Authorization" not in discovery.headers
    assert asked.url == f"{BASE}/token"
    form = fields(asked)
    assert form["grant_type"] == "client_credentials"
    assert form["scope"] == "system/*.rs"
    assert form["client_assertion_type"].endswith(":jwt-bearer")
    public = ECKey.import_key(orjson.loads(Path(settings["private_key"]).read_bytes()))
    signed = jwt.decode(form["client_assertion"], public, algorithms=["ES384"])
    assert signed.header["kid"] == "k1"
    assert signed.claims["iss"] == signed.claims["sub"] == "portalen"
    assert signed.claims["aud"] == f"{BASE}/token"
    assert signed.claims["iat"] == NOW.timestamp()
    assert 0 < signed.claims["exp"] - NOW.timestamp() <= 300
    assert lookup.headers["Authorization"] == search.headers["Authorization"] == "Bearer t0ken"
    assert heard.reports[0].answered


def test_rs384_and_pem_keys_work_too(tmp_path):
    settings = login(tmp_path, "RS384")
    pem = tmp_path / "key.pem"
    raw = orjson.loads(Path(settings["private_key"]).read_bytes())
    pem.write_bytes(RSAKey.import_key(raw).as_pem(private=True))
    for file in (settings["private_key"], str(pem)):
        answers = (DISCOVERY, token(), FOUND, NOTHING)
        _, sent = gather(Appointment, *answers, **{**settings, "private_key": file})
        assert fields(sent[1])["client_assertion"].count(".") == 2


@pytest.mark.parametrize("content", [b"", b"{}", b"not a key", b'{"kty": "oct", "k": "c2VjcmV0"}'])
def test_a_key_that_cannot_sign_is_refused_at_start_without_being_told(tmp_path, content):
    file = tmp_path / "key"
    file.write_bytes(content)
    with pytest.raises(ValueError, match="no private key") as refused:
        adapter(client_id="portalen", private_key=str(file))
    assert "c2Vj" not in str(refused.value)
    public = tmp_path / "public"
    public.write_bytes(orjson.dumps(ECKey.generate_key("P-384").as_dict(private=False)))
    with pytest.raises(ValueError, match="no private key"):
        adapter(client_id="portalen", private_key=str(public))


def test_a_token_is_kept_until_a_minute_before_it_ends(tmp_path):
    now = [NOW]
    raw = {"key": "kommun", "kind": "fhir", "name": "K", "base_url": BASE, **login(tmp_path)}
    source = Adapter(Settings.model_validate(raw), clock=lambda: now[0])
    question = ask(CareManager)
    _, sent = converse(source, question, script(DISCOVERY, token("one"), FOUND, NOTHING))
    assert len(sent) == 4
    now[0] = NOW + timedelta(seconds=239)
    _, sent = converse(source, question, script(NOTHING))
    assert sent[0].headers["Authorization"] == "Bearer one"
    now[0] = NOW + timedelta(seconds=240)
    _, sent = converse(source, question, script(token("two"), NOTHING))
    assert sent[1].headers["Authorization"] == "Bearer two"


def test_a_refused_token_is_renewed_once(tmp_path):
    refused = answer(b"", 401)
    answers = (DISCOVERY, token("one"), refused, token("two"), FOUND, NOTHING)
    heard, sent = gather(CareManager, *answers, **login(tmp_path))
    assert sent[4].headers["Authorization"] == "Bearer two"
    assert heard.reports[0].answered
    with pytest.raises(SourceFailed) as failed:
        gather(
            CareManager, DISCOVERY, token("one"), refused, token("two"), refused, **login(tmp_path)
        )
    assert failed.value.cause is Cause.DENIED


def test_a_second_refusal_in_one_conversation_is_not_renewed(tmp_path):
    refused = answer(b"", 401)
    answers = (DISCOVERY, token("one"), refused, token("two"), FOUND, refused)
    with pytest.raises(SourceFailed) as failed:
        gather(CareManager, *answers, **login(tmp_path))
    assert failed.value.cause is Cause.DENIED


@pytest.mark.parametrize(
    ("answers", "cause"),
    [
        ((answer(b"", 404),), Cause.FAULT),
        ((answer(b"x"),), Cause.UNREADABLE),
        ((answer({}),), Cause.UNREADABLE),
        ((answer({"token_endpoint": "https://evil.example/token"}),), Cause.FAULT),
        ((DISCOVERY, answer({"error": "invalid_client"}, 401)), Cause.DENIED),
        ((DISCOVERY, answer({"error": "invalid_scope"}, 400)), Cause.DENIED),
        ((DISCOVERY, answer(b"", 500)), Cause.FAULT),
        ((DISCOVERY, answer(b"x")), Cause.UNREADABLE),
        ((DISCOVERY, token("två\r\nrader")), Cause.UNREADABLE),
        ((DISCOVERY, token(token_type="mac")), Cause.UNREADABLE),
        ((DISCOVERY, token(expires_in="snart")), Cause.UNREADABLE),
        ((DISCOVERY, SourceFailed(Cause.TIMEOUT)), Cause.TIMEOUT),
    ],
)
def test_a_login_that_fails_is_the_sources_failure(answers, cause, tmp_path):
    with pytest.raises(SourceFailed) as failed:
        gather(CareManager, *answers, **login(tmp_path))
    assert failed.value.cause is cause


def test_a_token_endpoint_elsewhere_may_be_named_in_the_settings(tmp_path):
    elsewhere = "https://login.example/token"
    answers = (token(), FOUND, NOTHING)
    _, sent = gather(CareManager, *answers, token_endpoint=elsewhere, **login(tmp_path))
    assert sent[0].url == elsewhere


def test_a_token_is_not_told_by_accident(tmp_path):
    source = adapter(planned_encounters=False, **login(tmp_path))
    converse(source, ask(CareManager), script(DISCOVERY, token("h3mlig"), FOUND, NOTHING))
    assert "h3mlig" not in repr(vars(source._login))


# Whom it is about, where a type has its own way of saying so


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("lookup", "subject"),
        ("identifier", "subject:identifier"),
        ("chained", "subject:Patient.identifier"),
    ],
)
def test_supplies_are_for_whom_they_are_delivered_to(key, name):
    source = adapter(patient_key=key, devices_from=["SupplyRequest"], services_in_care_plans=False)
    answers = [FOUND] * (key == "lookup") + [NOTHING, NOTHING]
    _, sent = converse(source, ask(CareService), script(*answers))
    asked = fields(sent[-1])
    assert name in asked
    assert "patient" not in asked
    if key == "chained":
        assert asked["_include"] == "SupplyRequest:subject"


@pytest.mark.parametrize("key", ["lookup", "identifier", "chained"])
def test_whom_the_person_has_chosen_stands_in_the_patient(key):
    chosen = {"reference": "Organization/vc"}
    centre = {"resourceType": "Organization", "id": "vc", "name": "Björkbackens vårdcentral"}
    heard, sent = gather(
        Listing,
        answer(bundle(patient(generalPractitioner=[chosen]))),
        answer(bundle(centre)),
        information=["listing"],
        patient_key=key,
    )
    assert fields(sent[0])["identifier"] == f"{PERSONNUMMER}|{PERSON.value}"
    assert sent[1].url == f"{BASE}/Organization/_search"
    (item,) = heard.items
    assert (item.unit.text, item.name) == ("Björkbackens vårdcentral", None)
    assert heard.reports[0].answered


def test_whom_somebody_else_has_chosen_is_not_told():
    theirs = patient("p2", OTHER, generalPractitioner=[{"display": "Deras vårdcentral"}])
    heard, _ = gather(Listing, answer(bundle(theirs)), information=["listing"])
    assert heard.items == ()
    assert heard.reports[0].cause is Cause.FOREIGN


def test_a_patient_that_another_has_taken_the_place_of_gives_way():
    link = [{"type": "replaced-by", "other": {"reference": "Patient/p1"}}]
    both = answer(bundle(patient("old", link=link), patient("p1")))
    _, sent = gather(Appointment, both, NOTHING)
    assert fields(sent[1])["patient"] == "Patient/p1"
    with pytest.raises(SourceFailed) as failed:
        gather(Appointment, answer(bundle(patient(link=5))))
    assert failed.value.cause is Cause.UNREADABLE


def test_mixed_posts_what_holds_a_number_and_gets_the_rest():
    _, sent = gather(CareManager, FOUND, NOTHING, method="mixed")
    assert [request.method for request in sent] == ["POST", "GET"]
    for key in ("identifier", "chained"):
        _, sent = gather(CareManager, NOTHING, method="mixed", patient_key=key)
        assert [request.method for request in sent] == ["POST"]


# Times without zone


def test_times_without_zone_are_swedish_where_the_source_is_known_to_mean_that():
    rows = [
        appointment("winter", start="2026-12-01T09:15:00", end="2026-12-01T09:45"),
        appointment("summer", start="2027-06-01T09:15:00", end=None),
        appointment("twice", start="2026-10-25T02:30:00", end=None),
        appointment("never", start="2027-03-28T02:30:00", end=None),
        appointment("told", start="2026-12-02T09:15:00+00:00", end=None),
    ]
    period = Period(date(2026, 10, 1), date(2027, 11, 20))
    question = replace(ask(Appointment), period=period)
    found = script(FOUND, answer(bundle(*rows)))
    source = adapter(planned_encounters=False, times_without_zone="swedish")
    heard, _ = converse(source, question, found)
    assert [f"{item.when.start:%d %H:%M %z}" for item in heard.items] == [
        *("01 09:15 +0100", "01 09:15 +0200", "25 02:30 +0200", "28 03:30 +0200"),
        "02 09:15 +0000",
    ]
    assert heard.items[0].when.end.hour == 9
    heard, _ = gather(Appointment, FOUND, answer(bundle(*rows)))
    assert heard.reports[0].rejected == 4


def test_a_text_that_names_a_time_is_left_alone():
    row = appointment(description="Ring 2026-12-01T09:15 om du inte kan")
    heard, _ = gather(Appointment, FOUND, answer(bundle(row)), times_without_zone="swedish")
    assert heard.items[0].reason.text == "Ring 2026-12-01T09:15 om du inte kan"


# Visits that only a timing tells of

HOME_HELP = service_request(
    occurrenceTiming={
        "repeat": {
            "boundsPeriod": {"start": "2026-10-23"},
            "frequency": 1,
            "period": 1,
            "periodUnit": "d",
            "timeOfDay": ["07:30:00"],
        }
    }
)


def test_visits_are_told_one_by_one_only_where_the_source_is_set_up_so():
    answers = (FOUND, NOTHING, answer(bundle(HOME_HELP)))
    heard, sent = gather(Appointment, *answers, visits_from=["ServiceRequest"])
    assert sent[2].url == f"{BASE}/ServiceRequest/_search"
    assert len(heard.items) == 42
    assert {item.origin.contract for item in heard.items} == {"ServiceRequest"}
    heard, sent = gather(Appointment, FOUND, NOTHING)
    assert len(sent) == 2


def test_what_is_booked_is_not_told_again_by_a_timing():
    booked = appointment(basedOn=[{"reference": "ServiceRequest/s1"}])
    other = {**HOME_HELP, "id": "s2"}
    heard, _ = gather(
        Appointment,
        *(FOUND, answer(bundle(booked)), answer(bundle(HOME_HELP, other))),
        visits_from=["ServiceRequest"],
    )
    records = [item.origin.record for item in heard.items]
    assert records[0] == "Appointment/a1"
    assert {record.partition("#")[0] for record in records[1:]} == {"ServiceRequest/s2"}


def test_a_referral_is_no_loss_among_services_nor_a_service_among_referrals():
    unreadable = referral_request(authoredOn="i går")
    heard, _ = gather(
        CareService,
        *(FOUND, answer(bundle(service_request(), unreadable))),
        services_in_care_plans=False,
    )
    assert [item.origin.record for item in heard.items] == ["ServiceRequest/s1"]
    assert heard.reports[0].answered
    odd = service_request(quantityQuantity={"value": "14"})
    heard, _ = gather(
        ReferralStatus,
        *(FOUND, answer(bundle(odd, referral_request()))),
        referrals_from=["ServiceRequest"],
    )
    assert len(heard.items) == 1
    assert heard.reports[0].answered


def test_every_task_may_be_about_a_referral():
    uncoded = referral_task(code={"text": "Aktivitet"}, businessStatus=None)
    for settings, number in ({}, 0), ({"referral_codes": []}, 1):
        heard, _ = gather(ReferralStatus, FOUND, answer(bundle(uncoded, task())), **settings)
        assert len(heard.items) == number
        assert heard.reports[0].answered
