"""Real FHIR resources: each is read or refused with a reason, and read as fhir.resources reads it.

The samples are read in place; fhir.resources is the authority on what they say.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import orjson
import pytest

from stodtjanster.model import STOCKHOLM, Dated, Open, Timed
from stodtjanster.sources.fhir.adapter import read
from stodtjanster.sources.kit.reading import Reading
from stodtjanster.sources.kit.source import Heard
from tests.conftest import SHARED
from tests.fhir_pages import NOW, PERSON

KINDS = (
    *("Appointment", "Encounter", "CareTeam", "CarePlan", "ServiceRequest", "Task"),
    *("MedicationStatement", "MedicationRequest", "DeviceUseStatement", "DeviceRequest"),
    "DocumentReference",
)
SAMPLES = SHARED / "fhir" / "samples"
R5 = "se-inera-careteam-r5"
# What makes a sample one to show, without touching what is compared.
SHOWN: dict[str, dict[str, Any]] = {
    "Appointment": {"status": "booked"},
    "Encounter": {"status": "planned"},
    "CareTeam": {"status": "active", "category": [{"coding": [{"code": "fast-kontakt"}]}]},
    "CarePlan": {"status": "active", "intent": "plan"},
    "ServiceRequest": {"status": "active", "intent": "order", "doNotPerform": False},
    "Task": {
        "status": "in-progress",
        "intent": "order",
        "code": {"coding": [{"code": "overenskommelse"}], "text": "Överenskommelse"},
    },
    "MedicationStatement": {"status": "active"},
    "MedicationRequest": {"status": "active", "intent": "order", "doNotPerform": False},
    "DeviceUseStatement": {"status": "active"},
    "DeviceRequest": {"status": "active", "intent": "order"},
    "DocumentReference": {
        "status": "current",
        "docStatus": "final",
        "type": {
            "coding": [
                {"system": "https://fhir.inera.se/CodeSystem/typeofcareplan-cs", "code": "VP"}
            ]
        },
    },
}


EVERY = sorted(SAMPLES.glob("*/*.json"))


def _files() -> list[Path]:
    singles = [path for kind in KINDS for path in SAMPLES.glob(f"*/{kind}-*.json")]
    bundles = [*SAMPLES.glob("*/Bundle-*.json"), *SAMPLES.glob("synthea-*/*.json")]
    return sorted({*singles, *bundles})


def _resources(path: Path) -> Iterator[dict[str, Any]]:
    whole = orjson.loads(path.read_bytes())
    entries = whole.get("entry", [{"resource": whole}])
    for entry in entries:
        resource = entry.get("resource", {})
        if resource.get("resourceType") in KINDS:
            yield resource


def _name(path: Path) -> str:
    return str(path.relative_to(SAMPLES))


THINGS = {
    "MedicationStatement": ("medicationCodeableConcept", "medicationReference"),
    "MedicationRequest": ("medicationCodeableConcept", "medicationReference"),
    "DeviceUseStatement": ("device",),
    "DeviceRequest": ("codeCodeableConcept", "codeReference"),
}


def _named(row: dict[str, Any]) -> bool:
    """A thing is called something in the row itself, or by what stands inside it."""
    said = orjson.dumps([row.get(name) for name in THINGS[row["resourceType"]]])
    return b'"display"' in said or b'"text"' in said or b'"#' in said


def _comparable(row: dict[str, Any]) -> bool:
    """A team without members, a service, task or thing without words: nothing of them can be
    shown, which the test above has seen them refused for."""
    if row["resourceType"] in THINGS:
        return _named(row)
    needed = {"CareTeam": ("participant",), "ServiceRequest": ("code", "category")}
    return any(map(row.get, needed.get(row["resourceType"], ("id",)))) and not (
        row["resourceType"] == "Task" and not row.get("description") and not row["code"].get("text")
    )


FILES = _files()
R4_ROWS = [
    pytest.param(row, id=f"{_name(path)}:{row['id']}")
    for path in FILES
    if R5 not in path.parts
    for row in _resources(path)
    if _comparable(row)
]
pytestmark = pytest.mark.skipif(
    not FILES, reason="../shared is absent: the real messages are not here"
)


def _read(body: bytes, release: str) -> Heard:
    return read(body, reading=Reading("fil", NOW), release=release)


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_every_sample_is_read_or_refused_with_a_reason(path):
    heard = _read(path.read_bytes(), "R5" if R5 in path.parts else "R4")
    rows = len(list(_resources(path)))
    whys = [rejection.why for rejection in heard.rejected]
    assert all(rejection.where and rejection.why for rejection in heard.rejected)
    assert "not shaped as FHIR" not in whys or "Bundle-bundle-response" in path.name
    # A hundred reasons are named; the largest bundles hold more rows that are not of our kinds.
    assert len(heard.items) + len(whys) >= min(rows, 100)


def test_the_fast_kontakt_of_inera_is_read(shared):
    path = shared / "fhir" / "samples" / R5 / "CareTeam-ExampleCareManager.json"
    (item,) = _read(path.read_bytes(), "R5").items
    assert item.kind.name == "VARDKONTAKT"
    assert item.name.text == "Eva Svensson, sjuksköterska"
    assert item.team_name.text == "Norra teamet"


@pytest.mark.parametrize("row", R4_ROWS)
def test_a_row_is_read_as_fhir_resources_reads_it(row):
    kind = row["resourceType"]
    model = _model({**row})
    original = _read(orjson.dumps(row), "R4")
    status = getattr(model, "status", None)
    if not original.items:
        assert original.rejected[0].why in _reasons(model, status)
    shown = _model({**row, **SHOWN[kind]})
    heard = _read(orjson.dumps({**row, **SHOWN[kind]}), "R4")
    if not heard.items:
        assert heard.rejected[0].why == "activity ended"
        return
    item = heard.items[0]
    assert (item.origin.contract, item.origin.record) == (kind, f"{kind}/{model.id}")
    assert COMPARE[kind](item) == EXPECT[kind](shown)


def _reasons(model: Any, status: str | None) -> set[str]:
    intent = getattr(model, "intent", None)
    return {
        *(f"status {status}", f"intent {intent}", "not to be performed", "activity ended"),
        *("not a team of fast kontakt", "not an agreement", "not a plan"),
    }


def _model(row: dict[str, Any]) -> Any:
    """The row as fhir.resources sees it; its narrative and what stands inside it do not matter."""
    name = row["resourceType"]
    module = import_module(f"fhir.resources.R4B.{name.lower()}")
    return getattr(module, name).model_validate(row)


def _text(concept: Any) -> str | None:
    if concept is None:
        return None
    displays = [coding.display for coding in concept.coding or () if coding.display]
    return concept.text or (displays[0] if displays else None)


def _texts(concepts: Any) -> str | None:
    return next((text for concept in concepts or () if (text := _text(concept))), None)


def _day(moment: Any) -> date | None:
    """The Swedish day of what fhir.resources gives: a datetime, a date, or text for less."""
    if isinstance(moment, datetime):
        return moment.astimezone(STOCKHOLM).date()
    assert moment is None or isinstance(moment, date), "no sample has a partial date here"
    return moment


def _days(period: Any) -> tuple[date | None, date | None]:
    return (_day(period.start), _day(period.end)) if period else (None, None)


def _folded(text: str | None) -> str | None:
    return " ".join(text.split()) if text else None


def _said(told: Any) -> str | None:
    return " ".join(told.text.split()) if told else None


def _ends(when: Any) -> tuple[Any, Any]:
    match when:
        case Timed(start, end):
            return start, end
        case Dated(day, last):
            return day, last
        case _:
            assert when == Open()
            return None, None


def _appointment(model: Any) -> tuple[Any, ...]:
    title = _texts(model.serviceType) or _texts(model.serviceCategory) or model.description
    if model.start:
        return (model.start, model.end, _folded(title))
    period = model.requestedPeriod[0]
    return (period.start, period.end, _folded(title))


def _encounter(model: Any) -> tuple[Any, ...]:
    period = model.period
    return (*((period.start, period.end) if period else (None, None)), _folded(_texts(model.type)))


def _care_plan(model: Any) -> tuple[Any, ...]:
    title = model.title or model.description
    details = [activity.detail for activity in model.activity or ()]
    if title is None and len(details) == 1 and details[0] and not (model.category or model.goal):
        title = _text(details[0].code)
    return (*_days(model.period), _folded(title))


def _service_request(model: Any) -> tuple[Any, ...]:
    period = model.occurrencePeriod
    timing = model.occurrenceTiming
    if period is None and timing is not None and timing.repeat is not None:
        period = timing.repeat.boundsPeriod
    days = _days(period) if period else (_day(model.occurrenceDateTime), None)
    return (_day(model.authoredOn), *days, _folded(_text(model.code) or _texts(model.category)))


def _task(model: Any) -> tuple[Any, ...]:
    period = model.restriction.period if model.restriction else None
    return (*_days(period), _folded(model.description or _text(model.code)))


def _care_team(model: Any) -> tuple[Any, ...]:
    people = [
        one
        for one in model.participant
        if not (one.member and (one.member.reference or "").startswith("Patient/"))
    ]
    return _days(people[0].period or model.period)


def _thing(model: Any) -> str | None:
    """What fhir.resources says that the medicine or device is called."""
    for name in THINGS[model.get_resource_type()]:
        said = getattr(model, name, None)
        if said is None:
            continue
        if hasattr(said, "coding"):
            return _text(said)
        inside = [one for one in model.contained or () if f"#{one.id}" == said.reference]
        return (_text(inside[0].code) if inside else None) or said.display
    return None


def _medication(model: Any) -> tuple[Any, ...]:
    taken = getattr(model, "effectivePeriod", None)
    if model.get_resource_type() == "MedicationStatement":
        dosages = model.dosage
        days = _days(taken) if taken else (_day(model.effectiveDateTime), None)
    else:
        dosages = model.dosageInstruction
        bounds = [
            getattr(one.timing and one.timing.repeat, "boundsPeriod", None) for one in dosages or ()
        ]
        days = _days(bounds[0]) if len(bounds) == 1 and bounds[0] else (None, None)
    lines = [line for one in dosages or () for line in (one.text, one.patientInstruction) if line]
    return (_folded(_thing(model)), _folded(" ".join(dict.fromkeys(lines))), *days)


def _device_use(model: Any) -> tuple[Any, ...]:
    return (_folded(_thing(model)), *_days(model.timingPeriod))


def _device_request(model: Any) -> tuple[Any, ...]:
    return (_folded(_thing(model)), _day(model.authoredOn))


def _document(model: Any) -> tuple[Any, ...]:
    contents = [
        one.attachment for one in model.content if one.attachment.data or one.attachment.url
    ]
    period = model.context.period if model.context else None
    return (_folded(model.description), *_days(period), [one.contentType for one in contents])


EXPECT = {
    "MedicationStatement": _medication,
    "MedicationRequest": _medication,
    "DeviceUseStatement": _device_use,
    "DeviceRequest": _device_request,
    "DocumentReference": _document,
    "Appointment": _appointment,
    "Encounter": _encounter,
    "CareTeam": _care_team,
    "CarePlan": _care_plan,
    "ServiceRequest": _service_request,
    "Task": _task,
}
COMPARE = {
    **{
        kind: lambda item: (_said(item.name), _said(item.dosage), item.first, item.last)
        for kind in ("MedicationStatement", "MedicationRequest")
    },
    "DeviceUseStatement": lambda item: (_said(item.name), item.first, item.last),
    "DeviceRequest": lambda item: (_said(item.name), item.decided),
    "DocumentReference": lambda item: (
        *(_said(item.title), item.first, item.last),
        [one.media_type for one in item.attachments],
    ),
    "Appointment": lambda item: (*_ends(item.when), _said(item.title)),
    "Encounter": lambda item: (*_ends(item.when), _said(item.title)),
    "CareTeam": lambda item: (item.first, item.last),
    "CarePlan": lambda item: (
        item.first,
        item.last,
        _said(item.title if hasattr(item, "title") else item.name),
    ),
    "ServiceRequest": lambda item: (item.decided, item.first, item.last, _said(item.name)),
    "Task": lambda item: (item.first, item.until, _said(item.text)),
}


# What one type may also be: how a sample is made one, what fhir.resources says, and what we say.
REMISS = {"coding": [{"code": "remiss"}]}
ALSO: dict[str, tuple[dict[str, Any], Any, Any]] = {
    "Encounter": (
        {"status": "in-progress"},
        lambda model: (
            (model.period.start, model.period.end) if model.period else (None, None),
            bool(model.period and model.period.end),
        ),
        lambda item: (_ends(item.when), item.ended),
    ),
    "Task": (
        {"status": "received", "code": REMISS, "businessStatus": None, "doNotPerform": None},
        lambda model: model.lastModified or model.authoredOn,
        lambda item: item.at,
    ),
    "ServiceRequest": (
        {"status": "active", "intent": "order", "category": [REMISS], "doNotPerform": False},
        lambda model: model.authoredOn,
        lambda item: item.at,
    ),
}


@pytest.mark.parametrize(
    "row", [param for param in R4_ROWS if param.values[0]["resourceType"] in ALSO]
)
def test_a_row_that_is_something_else_is_read_as_fhir_resources_reads_it(row):
    changes, expect, said = ALSO[row["resourceType"]]
    changed = {name: value for name, value in {**row, **changes}.items() if value is not None}
    expected = expect(_model(changed))
    heard = _read(orjson.dumps(changed), "R4")
    if expected is None:
        assert heard.rejected[0].why == "a referral without time"
        return
    told = said(heard.items[0])
    if isinstance(expected, date) and not isinstance(expected, datetime):
        told = _day(told)
    assert told == expected


@pytest.mark.parametrize("path", EVERY, ids=_name)
def test_of_every_public_file_something_is_made_or_a_reason_is_given(path):
    heard = _read(path.read_bytes(), "R5" if R5 in path.parts else "R4")
    assert heard.items or heard.rejected
    assert all(one.where and one.why for one in heard.rejected)


def test_the_persons_of_the_swedish_base_profiles_are_known(shared):
    """SEBasePatient carries the number as the reader expects it."""
    path = shared / "fhir" / "samples" / "se-base" / "Patient-PatientExample1.json"
    patient = orjson.loads(path.read_bytes())
    plan = {
        "resourceType": "CarePlan",
        "id": "c",
        "status": "active",
        "intent": "plan",
        "subject": {"reference": f"Patient/{patient['id']}"},
    }
    entries = [{"resource": plan}, {"resource": patient}]
    body = orjson.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries})
    heard = read(body, reading=Reading("fil", NOW), release="R4")
    assert heard.items[0].subject is not None
    assert heard.items[0].subject != PERSON
