"""What a FHIR source says of one unit's day, row by row and page by page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from stodtjanster.model import Cause, HsaId, PersonId, Timed, Told
from stodtjanster.sources.fhir.settings import Settings as SourceSettings
from stodtjanster.sources.kit.source import Request, Response, SourceFailed
from stodtjanster.worklists import Settings, Status, Visits, Worklist
from tests.fhir_pages import (
    BASE,
    NOW,
    OTHER,
    PERSON,
    PERSONNUMMER,
    Json,
    answer,
    appointment,
    bundle,
    outcome,
    patient,
)

UNIT = HsaId("TSTNMT2321000156-HSJV")
HSA = "urn:oid:1.2.752.29.4.19"
START = datetime(2026, 11, 30, 23, 0, tzinfo=UTC)
END = datetime(2026, 12, 1, 23, 0, tzinfo=UTC)
RESERVE = "http://electronichealth.se/identifier/nationelltReservnummer"
SERVICE = {
    "resourceType": "HealthcareService",
    "id": "hsjv",
    "identifier": [{"system": HSA, "value": UNIT.value}],
    "name": "Hemsjukvård Sjövik",
}
OURS = {"reference": "HealthcareService/hsjv"}
THEIRS = {
    "reference": "HealthcareService/htjn",
    "identifier": {"system": HSA, "value": "TSTNMT2321000156-HTJN"},
}
KNOWN = answer(bundle(SERVICE))


def row(logical: str = "a1", *, of: Json | None = None, at: Json = OURS, **more: Any) -> Json:
    whom = {"reference": "Patient/p1"} if of is None else of
    participant = [{"actor": whom, "status": "accepted"}, {"actor": at, "status": "accepted"}]
    return appointment(logical, **{"participant": participant, **more})


def day(*rows: Json, beside: tuple[Json, ...] = (patient(),), following: str | None = None) -> Json:
    return bundle(*rows, beside=beside, following=following)


def worklist(source: Json | None = None, **settings: Any) -> Worklist:
    raw = {"key": "kommun", "kind": "fhir", "name": "Kommunen", "base_url": BASE, "method": "GET"}
    return Worklist(
        Settings(source="kommun", provider="TSTNMT2321000156-SJVG", **settings),
        SourceSettings.model_validate({**raw, **(source or {})}),
        clock=lambda: NOW,
    )


def asked(
    *answers: Response | SourceFailed, source: Json | None = None, **settings: Any
) -> tuple[Visits, list[Request]]:
    asking = worklist(source, **settings)
    sent: list[Request] = []
    left: Iterator[Response | SourceFailed] = iter(answers)
    talk = asking.visits(UNIT, START, END, at=NOW, correlation="c0ffee")
    try:
        request = next(talk)
        while True:
            sent.append(request)
            said = next(left)
            thrown = isinstance(said, SourceFailed)
            request = talk.throw(said) if thrown else talk.send(said)
    except StopIteration as end:
        assert not list(left)
        return end.value, sent


def parameters(request: Request) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(request.url).query)


def of(*rows: Json, **more: Any) -> Visits:
    """What is made of a day with these rows."""
    return asked(KNOWN, answer(day(*rows, **more)))[0]


def test_a_visit_is_whose_when_and_what() -> None:
    named = patient(name=[{"given": ["Birgitta"], "family": "Lindqvist"}])
    (visit,) = of(row(), beside=(named,)).rows
    assert visit.person == PERSON
    assert visit.name == Told("Birgitta Lindqvist")
    assert visit.at == Timed(
        datetime.fromisoformat("2026-12-01T09:15:00+01:00"),
        datetime.fromisoformat("2026-12-01T09:45:00+01:00"),
    )
    assert visit.what == Told("Såromläggning")
    assert (visit.status, visit.protected) == (Status.BOOKED, False)
    assert visit.record == "Appointment/a1"


def test_the_unit_is_looked_up_and_then_searched_for() -> None:
    _, (lookup, search) = asked(KNOWN, answer(day(row())))
    assert urlsplit(lookup.url).path.endswith("/HealthcareService")
    assert parameters(lookup) == [("identifier", f"{HSA}|{UNIT.value}")]
    said = parameters(search)
    assert said[0] == ("actor", "HealthcareService/hsjv")
    # Two hours wider, and never in a zone of its own.
    assert ("date", "ge2026-11-30T21:00:00Z") in said
    assert ("date", "lt2026-12-02T01:00:00Z") in said
    assert ("status", "booked,pending,arrived,checked-in,fulfilled") in said
    assert ("_include", "Appointment:patient") in said


@pytest.mark.parametrize(
    ("settings", "whom"),
    [
        ({"naming": "identifier"}, ("actor:identifier", f"{HSA}|{UNIT.value}")),
        ({"naming": "chained"}, ("actor:HealthcareService.identifier", f"{HSA}|{UNIT.value}")),
        (
            {"naming": "chained", "parameter": "location"},
            ("location.identifier", f"{HSA}|{UNIT.value}"),
        ),
        (
            {"naming": "identifier", "hsa_system": "urn:oid:1.2.752.129.2.1.4.1"},
            ("actor:identifier", f"urn:oid:1.2.752.129.2.1.4.1|{UNIT.value}"),
        ),
    ],
)
def test_the_unit_is_named_as_the_source_wants_it(
    settings: dict[str, str], whom: tuple[str, str]
) -> None:
    visits, (search,) = asked(answer(day(row(), beside=(patient(), SERVICE))), **settings)
    assert parameters(search)[0] == whom
    assert len(visits.rows) == 1
    assert visits.complete


def test_a_unit_may_be_a_place() -> None:
    place = {**SERVICE, "resourceType": "Location"}
    at = {"reference": "Location/hsjv"}
    found = (answer(bundle(place)), answer(day(row(at=at))))
    visits, (lookup, search) = asked(*found, parameter="location")
    assert urlsplit(lookup.url).path.endswith("/Location")
    assert parameters(search)[0] == ("location", "Location/hsjv")
    assert len(visits.rows) == 1


def test_an_empty_day_of_a_known_unit_is_an_empty_day() -> None:
    visits = of()
    assert visits == Visits()
    assert visits.complete


@pytest.mark.parametrize(
    "nobody",
    [
        bundle(),
        bundle({**SERVICE, "identifier": [{"system": HSA, "value": "TSTNMT2321000156-HTJN"}]}),
        bundle({**SERVICE, "resourceType": "Organization"}),
        bundle({**SERVICE, "identifier": "HSJV"}, {**SERVICE, "id": 7}),
    ],
)
def test_a_unit_that_the_source_does_not_know_is_no_empty_day(nobody: Json) -> None:
    with pytest.raises(SourceFailed) as failed:
        asked(answer(nobody))
    assert failed.value.cause is Cause.NOT_CONNECTED


def test_a_source_that_fails_says_nothing() -> None:
    for cause in (Cause.TIMEOUT, Cause.REFUSED):
        for answers in ((SourceFailed(cause),), (KNOWN, SourceFailed(cause))):
            with pytest.raises(SourceFailed) as failed:
                asked(*answers)
            assert failed.value.cause is cause
    for broken in (answer(outcome()), answer(b"<html>", 500), answer(b"[]")):
        with pytest.raises(SourceFailed):
            asked(KNOWN, broken)


def test_a_page_that_is_lost_is_told() -> None:
    first = answer(day(row(), following=f"{BASE}?_page=2"))
    visits, sent = asked(KNOWN, first, SourceFailed(Cause.TIMEOUT))
    assert sent[-1].url == f"{BASE}?_page=2"
    assert len(visits.rows) == 1
    assert visits.cause is Cause.PARTIAL
    assert not visits.complete


def test_a_page_elsewhere_is_never_fetched() -> None:
    visits, sent = asked(KNOWN, answer(day(row(), following="https://evil.example/fhir?_page=2")))
    assert all(request.url.startswith(BASE) for request in sent)
    assert visits.cause is Cause.PARTIAL


def test_pages_are_one_day_and_a_row_that_comes_twice_is_one() -> None:
    early = row("a2", start="2026-12-01T07:30:00+01:00", end="2026-12-01T07:45:00+01:00")
    visits, _ = asked(
        KNOWN,
        answer(day(row(), following=f"{BASE}?_page=2")),
        # Whom the rows are about came along on the first page only.
        answer(day(row(), early, beside=())),
    )
    assert [visit.record for visit in visits.rows] == ["Appointment/a2", "Appointment/a1"]
    assert visits.complete


def test_an_outcome_among_the_rows_says_that_more_exists() -> None:
    visits = of(row(), beside=(patient(), outcome("warning", "incomplete")))
    assert visits.cause is Cause.PARTIAL


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("booked", Status.BOOKED),
        ("pending", Status.UNCONFIRMED),
        ("arrived", Status.ARRIVED),
        ("checked-in", Status.ARRIVED),
        ("fulfilled", Status.DONE),
    ],
)
def test_what_has_become_of_a_visit(said: str, status: Status) -> None:
    (visit,) = of(row(status=said)).rows
    assert visit.status is status


@pytest.mark.parametrize(
    "said", ["cancelled", "noshow", "entered-in-error", "proposed", "waitlist"]
)
def test_what_is_not_booked_is_left_out_and_no_loss(said: str) -> None:
    assert of(row(status=said)) == Visits()


def test_a_visit_that_the_person_has_declined_says_so() -> None:
    declined = [
        {"actor": {"reference": "Patient/p1"}, "status": "declined"},
        {"actor": OURS, "status": "accepted"},
    ]
    (visit,) = of(row(participant=declined)).rows
    assert visit.status is Status.DECLINED


def test_that_the_unit_has_declined_is_not_the_persons_word() -> None:
    participant = [
        {"actor": {"reference": "Patient/p1"}, "status": "accepted"},
        {"actor": OURS, "status": "declined"},
    ]
    (visit,) = of(row(participant=participant)).rows
    assert visit.status is Status.BOOKED


def test_a_time_for_several_is_a_visit_for_each() -> None:
    participant = [
        {"actor": {"reference": "Patient/p1"}, "status": "accepted"},
        {"actor": {"reference": "Patient/p2"}, "status": "declined"},
        {"actor": {"reference": "Patient/p3"}, "status": "accepted"},
        {"actor": OURS, "status": "accepted"},
    ]
    nameless = {"resourceType": "Patient", "id": "p3"}
    beside = (patient(), patient("p2", OTHER), nameless)
    visits = of(row(participant=participant), beside=beside)
    assert {visit.person: visit.status for visit in visits.rows} == {
        PERSON: Status.BOOKED,
        OTHER: Status.DECLINED,
    }
    # The third cannot be told of, and that is not hidden.
    assert visits.lost == 1


def test_r5_has_its_subject_beside_the_participants() -> None:
    whole = row(
        participant=[{"actor": {**OURS}, "status": "accepted"}],
        subject={"reference": "Patient/p1"},
        serviceType=[{"concept": {"text": "Såromläggning"}}],
    )
    found = (KNOWN, answer(day(whole)))
    visits, (_, search) = asked(*found, source={"release": "R5"})
    assert "fhirVersion=5.0" in search.headers["Accept"]
    (visit,) = visits.rows
    assert (visit.person, visit.what) == (PERSON, Told("Såromläggning"))


def test_a_subject_who_also_takes_part_is_one() -> None:
    twice = row(subject={"identifier": {"system": PERSONNUMMER, "value": PERSON.value}})
    (visit,) = of(twice).rows
    assert visit.person == PERSON


def test_a_meeting_without_patients_is_nobodys_visit() -> None:
    assert of(row(of={"reference": "Practitioner/amina"})) == Visits()


def test_another_units_time_is_never_shown_and_is_told() -> None:
    visits = of(row("b1", at=THEIRS), row())
    assert [visit.record for visit in visits.rows] == ["Appointment/a1"]
    assert visits.cause is Cause.FOREIGN


def test_a_row_that_names_no_unit_is_not_taken_for_ours() -> None:
    alone = row(participant=[{"actor": {"reference": "Patient/p1"}, "status": "accepted"}])
    visits, _ = asked(answer(day(alone)), naming="identifier")
    assert (visits.rows, visits.lost) == ((), 1)


def test_a_unit_by_its_number_alone_is_ours() -> None:
    logical = {
        "identifier": {"system": "urn:oid:1.2.752.129.2.1.4.1", "value": "tstnmt2321000156-hsjv"}
    }
    visits, _ = asked(answer(day(row(at=logical))), naming="identifier")
    assert len(visits.rows) == 1


@pytest.mark.parametrize(
    ("start", "inside"),
    [
        ("2026-11-30T23:59:59+01:00", False),
        ("2026-12-01T00:00:00+01:00", True),
        ("2026-12-01T22:59:59Z", True),
        ("2026-12-01T23:00:00Z", False),
    ],
)
def test_only_what_begins_within_is_there(start: str, *, inside: bool) -> None:
    more = row(start=start, end=None)
    visits = of({name: value for name, value in more.items() if value is not None})
    assert len(visits.rows) == inside
    assert visits.complete


@pytest.mark.parametrize(
    "broken",
    [
        row(start="2026-12-01T09:15:00"),
        row(start=7),
        row(status="bokad"),
        row(participant={"actor": 7}),
        row(participant="Patient/p1"),
        row(modifierExtension=[{"url": "https://example.se/motsatsen", "valueBoolean": True}]),
        row(implicitRules="https://example.se/regler"),
        row(contained=[{"resourceType": "Patient", "id": "p", "implicitRules": "https://x.se"}]),
        row(meta={"security": [{}]}),
        row(of={"reference": "Patient/okänd"}),
        row(
            of={"identifier": {"system": PERSONNUMMER, "value": "190001019800"}, "type": "Patient"}
        ),
        {**row(), "id": None},
        {"resourceType": "Task", "id": "t1"},
    ],
)
def test_a_row_that_cannot_be_read_costs_itself_alone(broken: Json) -> None:
    visits = of(broken, row("a2"))
    assert [visit.record for visit in visits.rows] == ["Appointment/a2"]
    assert visits.lost == 1
    assert not visits.complete


@pytest.mark.parametrize("entry", [None, 7, "a1", {}, {"resource": None}, {"resource": {}}])
def test_an_entry_that_is_none_costs_itself_alone(entry: Any) -> None:
    page = day(row())
    page["entry"].insert(0, entry)
    visits, _ = asked(KNOWN, answer(page))
    assert (len(visits.rows), visits.lost) == (1, 1)


def test_what_came_along_is_no_row() -> None:
    assert of(row(), beside=(patient(), row("a9"))).rows == of(row()).rows


def test_people_who_did_not_come_along_are_asked_for_by_their_ids() -> None:
    rows = (row(), row("a2", of={"reference": f"{BASE}/Patient/p2"}))
    visits, sent = asked(
        KNOWN,
        answer(day(*rows, beside=())),
        answer(bundle(patient(), patient("p2", OTHER))),
    )
    assert parameters(sent[-1])[0] == ("_id", "p1,p2")
    assert [visit.person for visit in visits.rows] == [PERSON, OTHER]
    assert visits.complete


def test_people_who_could_not_be_asked_for_are_lost_and_told() -> None:
    visits, _ = asked(KNOWN, answer(day(row(), beside=())), SourceFailed(Cause.TIMEOUT))
    assert (visits.rows, visits.lost, visits.cause) == ((), 1, Cause.PARTIAL)


def test_a_number_in_the_row_itself_needs_nobody_beside() -> None:
    logical = {"identifier": {"system": PERSONNUMMER, "value": PERSON.value}, "display": "Birgitta"}
    visits, sent = asked(KNOWN, answer(day(row(of=logical), beside=())))
    assert len(sent) == 2
    (visit,) = visits.rows
    assert (visit.person, visit.name) == (PERSON, Told("Birgitta"))


def numbers(*values: str, system: str = PERSONNUMMER) -> Json:
    identifiers = [{"system": system, "value": value} for value in values]
    return {"resourceType": "Patient", "id": "p1", "identifier": identifiers}


def test_of_several_numbers_the_personnummer_is_used() -> None:
    (visit,) = of(row(), beside=(numbers("195401875769", PERSON.value),)).rows
    assert visit.person == PERSON
    (visit,) = of(row(), beside=(numbers("195401875769"),)).rows
    assert visit.person == PersonId.parse("195401875769")
    (visit,) = of(row(), beside=(numbers("98240301AA06", system=RESERVE),)).rows
    assert visit.person == PersonId.parse("98240301AA06")


def test_two_numbers_of_one_kind_are_nobody() -> None:
    visits = of(row(), beside=(numbers(PERSON.value, OTHER.value),))
    assert (visits.rows, visits.lost) == ((), 1)


@pytest.mark.parametrize("label", ["sekretessmarkering", "skyddadFolkbokforing"])
def test_a_protected_person_is_marked(label: str) -> None:
    meta = {"security": [{"code": label}]}
    for rows, beside in (((row(meta=meta),), (patient(),)), ((row(),), (patient(meta=meta),))):
        (visit,) = of(*rows, beside=beside).rows
        assert visit.protected


def test_what_is_not_for_the_patient_is_for_staff() -> None:
    (visit,) = of(row(meta={"security": [{"code": "NOPATIENT"}]})).rows
    assert visit.person == PERSON


def test_no_number_stands_in_what_is_printed() -> None:
    assert PERSON.value not in repr(of(row()))


@pytest.mark.parametrize(
    "wrong",
    [
        {"source": "Sjövik", "provider": "TSTNMT2321000156-SJVG"},
        {"source": "sjovik", "provider": "tstnmt"},
        {"source": "sjovik"},
        {"source": "sjovik", "provider": "A-1", "naming": "gissning"},
        {"source": "sjovik", "provider": "A-1", "patient": "lookup"},
    ],
)
def test_settings_that_are_wrong_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        Settings.model_validate(wrong)
