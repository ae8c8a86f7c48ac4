"""The sandbox's FHIR server speaks R4 as the portal's counterpart would."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fhir.resources import get_fhir_model_class as get_r5_model_class
from fhir.resources.R4B import get_fhir_model_class
from joserfc.jwk import ECKey

from tests.service.conftest import Sandbox, start_sandbox, stopping
from tests.service.sandbox_wire import Municipality, entries, next_link

BIRGITTA = "190001019801"
PROTECTED = "200512312398"
NOBODY = "199606292382"
CLINICAL = (
    *("Appointment", "Encounter", "CareTeam", "CarePlan", "Goal", "ServiceRequest", "Task"),
    *("MedicationStatement", "DeviceUseStatement", "SupplyRequest", "DocumentReference"),
    "Communication",
)
SARA = "199001012385"


@pytest.fixture
def municipality(sandbox: Sandbox) -> Iterator[Municipality]:
    with Municipality(sandbox.info) as client:
        yield client.login()


@pytest.fixture(scope="module")
def fixed_day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Municipality]:
    """A municipality where it is a told day, so that dates can be written out."""
    state = tmp_path_factory.mktemp("fixed")
    running = start_sandbox(state, "--now", "2026-11-20T13:00")
    with stopping(running), Municipality(running.info) as client:
        yield client.login()


def whom(resource_type: str) -> str:
    """By which parameter a type is searched for about somebody."""
    return "subject" if resource_type == "SupplyRequest" else "patient"


def validated(resource: dict[str, Any]) -> None:
    get_fhir_model_class(resource["resourceType"]).model_validate(resource)


# Content.


def test_every_resource_of_everybody_is_valid_r4(
    sandbox: Sandbox, municipality: Municipality
) -> None:
    seen = set()
    for person in sandbox.info["people"]:
        kind = "samordningsnummer" if int(person["person_id"][6:8]) > 60 else "personnummer"
        found = municipality.bundle(
            "/Patient",
            identifier=f"http://electronichealth.se/identifier/{kind}|{person['person_id']}",
        )
        validated(found)
        for patient in entries(found):
            for resource_type in CLINICAL:
                for page in municipality.all_pages(
                    f"/{resource_type}",
                    **{whom(resource_type): f"Patient/{patient['id']}"},
                    _revinclude="Provenance:target",
                    _include=[
                        "Appointment:location",
                        "Appointment:practitioner",
                        "CareTeam:participant",
                        "Encounter:service-provider",
                        "DeviceUseStatement:device",
                    ],
                ):
                    validated(page)
                    for entry in page.get("entry", []):
                        validated(entry["resource"])
                        seen.add(entry["resource"]["resourceType"])
    assert seen >= {*CLINICAL, "Practitioner", "PractitionerRole", "Organization", "Location"}
    assert "Provenance" in seen


def test_the_capability_statement_is_valid_and_public(sandbox: Sandbox) -> None:
    with Municipality(sandbox.info) as stranger:
        statement = stranger.bundle("/metadata")
    validated(statement)
    assert statement["fhirVersion"] == "4.0.1"
    offered = {each["type"] for each in statement["rest"][0]["resource"]}
    assert offered >= {"Patient", *CLINICAL}


def test_home_visits_are_three_a_day_with_different_people(fixed_day: Municipality) -> None:
    visits = [
        visit
        for page in fixed_day.all_pages(
            "/Appointment",
            patient=fixed_day.patient(BIRGITTA),
            date=["ge2026-11-10", "lt2026-11-20"],
        )
        for visit in entries(page)
    ]
    assert len(visits) == 30
    assert {visit["status"] for visit in visits} == {"fulfilled"}
    names = {p["actor"]["display"] for v in visits for p in v["participant"][2:3]}
    assert len(names) == 7


def test_some_coming_visits_have_no_name_yet(fixed_day: Municipality) -> None:
    found = fixed_day.bundle(
        "/Appointment", patient=fixed_day.patient(BIRGITTA), date="2026-11-30", _sort="date"
    )
    assert [len(visit["participant"]) for visit in entries(found)] == [4, 4, 3]


def test_a_visit_is_moved_for_the_hospital(fixed_day: Municipality) -> None:
    patient = fixed_day.patient(BIRGITTA)
    found = fixed_day.bundle("/Appointment", patient=patient, date="2026-11-24", _sort="date")
    assert [visit["start"][11:16] for visit in entries(found)] == ["08:45", "12:00", "18:30"]


def test_there_is_something_coming_up_today(fixed_day: Municipality) -> None:
    patient = fixed_day.patient(BIRGITTA)
    (visit,) = entries(fixed_day.bundle("/Appointment", patient=patient, _id="hsv-1001"))
    assert visit["start"] == "2026-11-20T14:30:00+01:00"
    assert visit["serviceType"] == [{"text": "Såromläggning"}]


def test_the_vices_are_there_to_be_dropped(municipality: Municipality) -> None:
    patient = municipality.patient(BIRGITTA)
    found = municipality.bundle("/Appointment", patient=patient, _id="fel-4001,dold-4002")
    wrong, hidden = entries(found)
    assert wrong["status"] == "entered-in-error"
    assert [label["code"] for label in hidden["meta"]["security"]] == ["NOPATIENT"]
    planned = municipality.bundle("/Encounter", patient=patient, status="planned")
    twin, untimed = entries(planned)
    assert twin["appointment"] == [{"reference": "Appointment/hsv-1001"}]
    assert "period" not in untimed


def test_the_municipal_plan_belongs_to_the_regions_sip(municipality: Municipality) -> None:
    patient = municipality.patient(BIRGITTA)
    found = municipality.bundle("/CarePlan", patient=patient, _id="gp-1", _include="CarePlan:goal")
    (plan,) = entries(found)
    parent = plan["partOf"][0]["identifier"]["value"]
    assert parent == "TSTNMT2321000156-NORD#SIP-2026-0412"
    (whole,) = entries(municipality.bundle("/CarePlan", patient=patient, _id="sip-1"))
    assert [number["value"] for number in whole["identifier"]] == [parent]
    assert [goal["lifecycleStatus"] for goal in entries(found, "include")] == [
        "completed",
        "active",
        "active",
    ]


def test_only_decided_services_are_orders(municipality: Municipality) -> None:
    decided = municipality.bundle(
        "/ServiceRequest", patient=municipality.patient(BIRGITTA), intent="order", status="active"
    )
    assert {each["code"]["text"] for each in entries(decided)} == {
        "Hemtjänst",
        "Trygghetslarm",
        "Matlåda",
    }


def test_a_protected_person_is_labelled_everywhere(municipality: Municipality) -> None:
    patient = municipality.patient(PROTECTED)
    resources = [
        resource
        for resource_type in CLINICAL
        for resource in entries(
            municipality.bundle(f"/{resource_type}", **{whom(resource_type): patient})
        )
    ]
    assert len(resources) == 2
    for resource in resources:
        labels = {label["code"] for label in resource["meta"]["security"]}
        assert "sekretessmarkering" in labels


# Search.


def test_long_lists_come_in_pages_with_opaque_links(municipality: Municipality) -> None:
    patient = municipality.patient(BIRGITTA)
    pages = municipality.all_pages("/Appointment", patient=patient, _count="50")
    assert len(pages) > 4
    assert {len(entries(page)) for page in pages[:-1]} == {20}
    ids = [visit["id"] for page in pages for visit in entries(page)]
    assert len(ids) == len(set(ids)) == pages[0]["total"]
    following = next_link(pages[0]) or ""
    assert following.startswith(f"{municipality.base}?_page=")
    assert patient not in following


def test_a_smaller_page_may_be_asked_for(municipality: Municipality) -> None:
    found = municipality.bundle("/Appointment", patient=municipality.patient(BIRGITTA), _count="3")
    assert len(entries(found)) == 3


def test_an_unknown_page_is_gone(municipality: Municipality) -> None:
    answer = municipality.http.get("", params={"_page": "gissning"})
    assert answer.status_code == 410
    assert answer.json()["resourceType"] == "OperationOutcome"


def test_search_may_be_posted_so_that_no_number_is_in_a_url(municipality: Municipality) -> None:
    answer = municipality.http.post(
        "/Patient/_search",
        data={"identifier": f"http://electronichealth.se/identifier/personnummer|{BIRGITTA}"},
    )
    assert len(entries(answer.json())) == 1


def test_a_patient_may_be_named_by_identifier(municipality: Municipality) -> None:
    by_identifier = municipality.bundle(
        "/Goal",
        **{"patient:identifier": f"http://electronichealth.se/identifier/personnummer|{BIRGITTA}"},
    )
    assert len(entries(by_identifier)) == 4


@pytest.mark.parametrize(
    ("resource_type", "key"),
    [
        ("Goal", "patient.identifier"),
        ("SupplyRequest", "subject:identifier"),
        ("SupplyRequest", "subject:Patient.identifier"),
    ],
)
def test_a_number_may_be_chained(municipality: Municipality, resource_type: str, key: str) -> None:
    number = f"http://electronichealth.se/identifier/personnummer|{SARA}"
    found = municipality.bundle(
        f"/{resource_type}", **{key: number}, _include=f"{resource_type}:{whom(resource_type)}"
    )
    assert entries(found)
    (patient,) = entries(found, "include")
    assert patient["identifier"][0]["value"] == SARA


def test_who_is_not_known_is_an_empty_bundle(municipality: Municipality) -> None:
    found = municipality.bundle(
        "/Patient", identifier=f"http://electronichealth.se/identifier/personnummer|{NOBODY}"
    )
    assert found["total"] == 0
    assert "entry" not in found


def test_included_resources_are_followed_on_request(municipality: Municipality) -> None:
    found = municipality.bundle(
        "/CareTeam",
        patient=municipality.patient(BIRGITTA),
        _id="fok-1",
        _include="CareTeam:participant",
        **{"_include:iterate": ["PractitionerRole:practitioner", "PractitionerRole:organization"]},
    )
    assert [r["resourceType"] for r in entries(found)] == ["CareTeam"]
    assert {r["resourceType"] for r in entries(found, "include")} == {
        "PractitionerRole",
        "Practitioner",
        "Organization",
    }


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        ("/Appointment", {}, 400),
        ("/Appointment", {"patient": "Patient/x", "date": "igår"}, 400),
        ("/Appointment", {"patient": "Patient/x", "date": "ge2026-13-40"}, 400),
        ("/Observation", {"patient": "Patient/x"}, 404),
        ("/Appointment/finns-inte", {}, 404),
    ],
)
def test_bad_searches_are_operation_outcomes(
    municipality: Municipality, path: str, params: dict[str, str], status: int
) -> None:
    answer = municipality.http.get(path, params=params)
    assert answer.status_code == status
    validated(answer.json())


def test_unknown_parameters_are_ignored_unless_handling_is_strict(
    municipality: Municipality,
) -> None:
    params = {"patient": municipality.patient(BIRGITTA), "favourite": "yes"}
    assert municipality.http.get("/Goal", params=params).status_code == 200
    strict = municipality.http.get("/Goal", params=params, headers={"Prefer": "handling=strict"})
    assert strict.status_code == 400


# What has changed.


def etag(answer: httpx.Response) -> str:
    tag = answer.headers["ETag"]
    assert tag.startswith('W/"')
    return tag


def test_whoever_has_an_answer_is_told_that_it_still_holds(
    sandbox: Sandbox, municipality: Municipality
) -> None:
    patient = municipality.patient(BIRGITTA)
    for path, params in (
        ("/Appointment", {"patient": patient, "_count": "3"}),
        ("/Goal/mal-1", {}),
    ):
        whole = municipality.http.get(path, params=params)
        again = municipality.http.get(path, params=params, headers={"If-None-Match": etag(whole)})
        assert (again.status_code, again.content) == (304, b"")
        assert etag(again) == etag(whole)
        other = municipality.http.get(path, params=params, headers={"If-None-Match": 'W/"x"'})
        assert other.status_code == 200
    sandbox.fault("sjovik", "empty")
    changed = municipality.http.get("/Goal", params={"patient": patient})
    assert etag(changed) != etag(whole)


def test_a_search_that_is_posted_has_no_etag(municipality: Municipality) -> None:
    answer = municipality.http.post(
        "/Goal/_search", data={"patient": municipality.patient(BIRGITTA)}
    )
    assert "ETag" not in answer.headers


def test_a_difference_does_not_tell_of_what_went_away(fixed_day: Municipality) -> None:
    """Why the portal asks for everything, see ADR 12."""
    about = {"patient": fixed_day.patient(BIRGITTA), "_id": "hsv-1001,fel-4001"}
    since = {"_lastUpdated": "gt2026-11-19"}
    assert len(entries(fixed_day.bundle("/Appointment", **about, **since))) == 2
    # One of them was withdrawn since then, and so is no longer among those that are booked.
    left = entries(fixed_day.bundle("/Appointment", **about, **since, status="booked"))
    assert [row["id"] for row in left] == ["hsv-1001"]
    later = fixed_day.bundle("/Appointment", **about, _lastUpdated="gt2026-11-20")
    assert later["total"] == 0


# Who answers for a record.


def test_every_record_has_its_provenance_when_asked_for(municipality: Municipality) -> None:
    found = municipality.bundle(
        "/CarePlan", patient=municipality.patient(SARA), _revinclude="Provenance:target"
    )
    agents = {
        one["target"][0]["reference"]: [
            agent["who"]["identifier"]["value"].rpartition("-")[2] for agent in one["agent"]
        ]
        for one in entries(found, "include")
    }
    assert agents == {
        "CarePlan/rp-sara-1": ["SJVG", "REHB"],
        "CarePlan/kopia-vp": ["RNVG", "NEUR"],
    }
    assert municipality.http.get("/Provenance", params={}).status_code == 400


# Tokens.


def test_the_smart_configuration_points_at_the_token_endpoint(sandbox: Sandbox) -> None:
    with Municipality(sandbox.info) as stranger:
        told = stranger.bundle("/.well-known/smart-configuration")
    assert told["token_endpoint"] == f"{stranger.base}/token"
    assert told["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]


@pytest.mark.parametrize("authorization", [None, "Bearer gissning", "Basic eDp5"])
def test_nothing_is_read_without_a_token(sandbox: Sandbox, authorization: str | None) -> None:
    with Municipality(sandbox.info) as stranger:
        headers = {"Authorization": authorization} if authorization else {}
        answer = stranger.http.get("/Goal", params={"patient": "Patient/x"}, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    validated(answer.json())


def test_a_token_holds_only_its_scopes(sandbox: Sandbox) -> None:
    with Municipality(sandbox.info) as client:
        client.login("system/Goal.rs")
        params = {"patient": "Patient/x"}
        assert client.http.get("/Goal", params=params).status_code == 200
        assert client.http.get("/Task", params=params).status_code == 403


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "https://annan.example/token"},
        {"iss": "nagon-annan"},
        {"sub": "nagon-annan"},
        {"exp": int(time.time()) - 120},
        {"exp": int(time.time()) + 3600},
        {"exp": "snart"},
        {"jti": ""},
    ],
)
def test_a_wrong_assertion_is_refused(sandbox: Sandbox, changed: dict[str, Any]) -> None:
    with Municipality(sandbox.info) as client:
        answer = client.token_request(client.assertion(**changed))
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_client"


def test_an_assertion_of_another_key_is_refused(sandbox: Sandbox) -> None:
    with Municipality(sandbox.info) as client:
        foreign = ECKey.generate_key("P-384")
        assert client.token_request(client.assertion(key=foreign)).status_code == 401
        assert client.token_request("inte en jwt").status_code == 401


def test_an_assertion_is_good_once(sandbox: Sandbox) -> None:
    with Municipality(sandbox.info) as client:
        assertion = client.assertion()
        assert client.token_request(assertion).status_code == 200
        assert client.token_request(assertion).status_code == 401


@pytest.mark.parametrize("scope", ["", "patient/*.rs", "system/*.cruds", "openid"])
def test_other_scopes_are_refused(sandbox: Sandbox, scope: str) -> None:
    with Municipality(sandbox.info) as client:
        answer = client.token_request(client.assertion(), scope)
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_scope"


def test_a_token_expires(tmp_path: Path) -> None:
    running = start_sandbox(tmp_path, "--token-lifetime", "0")
    with stopping(running), Municipality(running.info) as client:
        client.login()
        answer = client.http.get("/Goal", params={"patient": "Patient/x"})
    assert answer.status_code == 401


# Faults.


def test_partial_is_told_in_the_bundle(sandbox: Sandbox, municipality: Municipality) -> None:
    patient = municipality.patient(BIRGITTA)
    sandbox.fault("sjovik", "partial")
    found = municipality.bundle("/Goal", patient=patient)
    validated(found)
    assert len(entries(found)) == 4
    (outcome,) = entries(found, "outcome")
    assert outcome["issue"][0]["code"] == "incomplete"


def test_wrong_person_is_somebody_elses_resources(
    sandbox: Sandbox, municipality: Municipality
) -> None:
    patient = municipality.patient(BIRGITTA)
    sandbox.fault("sjovik", "wrong-person")
    found = entries(municipality.bundle("/Goal", patient=patient))
    assert found
    assert all(goal["subject"]["reference"] != patient for goal in found)


def test_next_may_point_at_another_host(sandbox: Sandbox, municipality: Municipality) -> None:
    patient = municipality.patient(BIRGITTA)
    sandbox.fault("sjovik", "next-elsewhere")
    following = next_link(municipality.bundle("/Goal", patient=patient)) or ""
    assert httpx.URL(following).host != httpx.URL(municipality.base).host
    # Whoever follows it is seen.
    assert sandbox.calls("annan-server") == []
    municipality.http.get(following)
    assert len(sandbox.calls("annan-server")) == 1


@pytest.mark.parametrize("kind", ["garbage", "truncated", "deep"])
def test_what_is_not_json(sandbox: Sandbox, municipality: Municipality, kind: str) -> None:
    patient = municipality.patient(BIRGITTA)
    sandbox.fault("sjovik", kind)
    answer = municipality.http.get("/Goal", params={"patient": patient})
    assert answer.status_code == 200
    with pytest.raises((ValueError, RecursionError)):
        json.loads(answer.content)


def test_what_is_json_but_no_bundle(sandbox: Sandbox, municipality: Municipality) -> None:
    patient = municipality.patient(BIRGITTA)
    sandbox.fault("sjovik", "bomb")
    assert isinstance(municipality.http.get("/Goal", params={"patient": patient}).json(), list)


def test_empty_and_huge_and_500(sandbox: Sandbox, municipality: Municipality) -> None:
    patient = municipality.patient(BIRGITTA)
    sandbox.fault("sjovik", "empty")
    assert municipality.bundle("/Goal", patient=patient)["total"] == 0
    sandbox.fault("sjovik", "http500")
    assert municipality.http.get("/Goal", params={"patient": patient}).status_code == 500
    sandbox.fault("sjovik", "huge")
    assert len(municipality.http.get("/Goal", params={"patient": patient}).content) > 50_000_000


def test_the_token_endpoint_breaks_on_its_own(sandbox: Sandbox) -> None:
    sandbox.fault("sjovik-token", "http500", times=1)
    with Municipality(sandbox.info) as client:
        assert client.token_request(client.assertion()).status_code == 500
        assert client.token_request(client.assertion()).status_code == 200


def test_a_fault_for_one_person_leaves_the_others(
    sandbox: Sandbox, municipality: Municipality
) -> None:
    birgitta, protected = municipality.patient(BIRGITTA), municipality.patient(PROTECTED)
    sandbox.fault("sjovik", "http500", person=BIRGITTA)
    assert municipality.http.get("/Task", params={"patient": birgitta}).status_code == 500
    assert municipality.http.get("/Task", params={"patient": protected}).status_code == 200


# Raw messages.


def test_raw_resources_are_served_verbatim(tmp_path: Path) -> None:
    stranger = "198510219994"
    folder = tmp_path / "raw" / stranger / "Appointment"
    folder.mkdir(parents=True)
    (folder / "a.json").write_bytes(b'{"resourceType": "Bundle"  }')
    running = start_sandbox(tmp_path / "state", "--raw", str(tmp_path / "raw"))
    with stopping(running), Municipality(running.info) as client:
        patient = client.login().patient(stranger)
        answer = client.http.get("/Appointment", params={"patient": patient})
        assert answer.content == b'{"resourceType": "Bundle"  }'
        assert client.bundle("/Task", patient=patient)["total"] == 0


def test_a_raw_patient_names_its_own_id(tmp_path: Path) -> None:
    stranger = "198510219994"
    folder = tmp_path / "raw" / stranger
    for resource_type, content in {
        "Patient": {
            "resourceType": "Bundle",
            "type": "searchset",
            "link": [],
            "entry": [
                {
                    "resource": {"resourceType": "Patient", "id": "egen-id"},
                    "search": {"mode": "match"},
                }
            ],
        },
        "Goal": {"resourceType": "Bundle", "id": "egna-mal"},
    }.items():
        (folder / resource_type).mkdir(parents=True)
        (folder / resource_type / "1.json").write_text(json.dumps(content), "utf-8")
    running = start_sandbox(tmp_path / "state", "--raw", str(tmp_path / "raw"))
    with stopping(running), Municipality(running.info) as client:
        patient = client.login().patient(stranger)
        assert patient == "Patient/egen-id"
        assert client.bundle("/Goal", patient=patient)["id"] == "egna-mal"


# Inera's fast kontakt, in R5.


@pytest.fixture
def fast_kontakt(sandbox: Sandbox) -> Iterator[Municipality]:
    with Municipality(sandbox.info, "fast-kontakt") as client:
        yield client.login()


def test_fast_kontakt_is_valid_r5_and_nothing_else(fast_kontakt: Municipality) -> None:
    statement = fast_kontakt.bundle("/metadata")
    r5(statement)
    assert statement["fhirVersion"] == "5.0.0"
    found = fast_kontakt.bundle(
        "/CareTeam",
        patient=fast_kontakt.patient(SARA),
        _include="CareTeam:participant",
        **{"_include:iterate": ["PractitionerRole:practitioner", "PractitionerRole:organization"]},
    )
    r5(found)
    shown, twin, hidden = entries(found)
    assert isinstance(shown["participant"][0]["role"], dict)
    assert twin["meta"]["source"].endswith("/TSTNMT2321000156-NORD")
    assert hidden["status"] == "entered-in-error"
    (team,) = entries(fast_kontakt.bundle("/CareTeam", _id="team-syn"))
    assert "subject" not in team
    assert fast_kontakt.http.get("/Appointment", params={"_id": "1"}).status_code == 404


def r5(resource: dict[str, Any]) -> None:
    get_r5_model_class(resource["resourceType"]).model_validate(resource)


def test_another_release_is_not_acceptable(fast_kontakt: Municipality) -> None:
    answers = [
        fast_kontakt.http.get(
            "/CareTeam",
            params={"_id": "team-syn"},
            headers={"Accept": f"application/fhir+json; fhirVersion={version}"},
        )
        for version in ("4.0", "5.0")
    ]
    assert [answer.status_code for answer in answers] == [406, 200]
    assert "fhirVersion=5.0" in answers[1].headers["Content-Type"]


def test_fast_kontakt_wants_a_certificate_and_a_token(sandbox: Sandbox) -> None:
    base = sandbox.info["fhir"]["fast-kontakt"]
    plain = ssl.create_default_context(cafile=sandbox.info["ca"])
    with httpx.Client(verify=plain) as stranger, pytest.raises(httpx.TransportError):
        stranger.get(f"{base}/metadata")
    with Municipality(sandbox.info, "fast-kontakt") as client:
        assert client.http.get("/CareTeam", params={"_id": "team-syn"}).status_code == 401
