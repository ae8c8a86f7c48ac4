"""Whatever becomes of a message on the way: a failure or fewer rows, never another person's."""

from __future__ import annotations

import copy
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from stodtjanster.information import Appointment, CarePlan, Item
from stodtjanster.model import Answer, Period, PersonId, first_day
from stodtjanster.sources.fhir.settings import GIVES
from stodtjanster.sources.kit.fhir import read
from stodtjanster.sources.kit.fhir.search import inside, origin
from stodtjanster.sources.kit.reading import Reading
from stodtjanster.sources.kit.source import Heard, Request, Response, SourceFailed
from tests.fhir_pages import (
    BASE,
    NOW,
    OTHER,
    PERIOD,
    PERSON,
    PERSONNUMMER,
    adapter,
    answer,
    appointment,
    ask,
    bundle,
    care_plan,
    care_team,
    converse,
    device_request,
    device_use,
    document,
    encounter,
    medication_request,
    medication_statement,
    patient,
    referral_request,
    referral_task,
    script,
    service_request,
    supply_request,
    task,
)

# A busy machine is no finding.
unhurried = settings(deadline=None)

SECRET = "FÅR EJ VISAS"
THEIRS = {"reference": "Patient/annan", "display": SECRET}
GOAL = {
    "resourceType": "Goal",
    "id": "g",
    "lifecycleStatus": "active",
    "description": {"text": SECRET},
    "subject": THEIRS,
}
WHOLE = bundle(
    appointment(
        created="2026-11-01",
        serviceCategory=[{"text": "Hemtjänst"}],
        meta={"security": [{"code": "N"}]},
    ),
    encounter(period={"start": "2026-12-02T10:00:00Z"}, appointment=[{"reference": "x"}]),
    care_team(note=[{"text": "Ring gärna"}], period={"start": "2026-01-01"}),
    care_plan(
        goal=[{"reference": "Goal/g"}],
        identifier=[{"system": "urn:x", "value": "1"}],
        activity=[{"reference": {"reference": "CarePlan/2"}}],
    ),
    service_request(quantityQuantity={"value": 2, "unit": "timmar"}),
    task(basedOn=[{"reference": "CarePlan/c1"}]),
    care_plan("theirs", subject=THEIRS, title=SECRET),
    appointment("theirs", participant=[{"actor": THEIRS}], description=SECRET),
    beside=[GOAL, patient("annan", OTHER)],
)
# After the others, whose places are counted below.
WHOLE["entry"] += bundle(
    medication_statement(effectivePeriod={"start": "2026-01-01"}, category={"text": "x"}),
    medication_request(groupIdentifier={"system": "urn:x", "value": "1"}),
    device_use(timingPeriod={"start": "2026-01-01"}),
    device_request(authoredOn="2026-01-01"),
    document(
        relatesTo=[{"code": "replaces", "target": {"reference": "DocumentReference/0"}}],
        securityLabel=[{"coding": [{"code": "N"}]}],
        meta={"source": "urn:oid:1.2.752.129.2.1.4.1#TSTNMT2321000156-NORD"},
        identifier=[{"system": "urn:oid:1.2.752.129.2.1.2.1", "value": "VP-1"}],
    ),
    beside=[
        {
            "resourceType": "Provenance",
            "target": [{"reference": "DocumentReference/f1"}],
            "agent": [
                {
                    "type": {"coding": [{"code": "custodian"}]},
                    "who": {"type": "Organization", "identifier": {"system": "x", "value": "y"}},
                }
            ],
        }
    ],
)["entry"]

WHOLE["entry"] += bundle(
    referral_task(
        identifier=[{"system": "urn:oid:1.2.752.129.2.1.2.1", "value": "NORD#R-1"}],
        focus={"reference": "ServiceRequest/s9"},
        meta={"source": "https://tjanstekatalogen.inera.se/Endpoint/TSTNMT2321000156-NORD"},
    ),
    referral_request(requisition={"system": "urn:x", "value": "1"}),
    supply_request(occurrencePeriod={"start": "2026-01-01"}, supplier=[{"display": "x"}]),
    encounter(
        "e9",
        status="in-progress",
        period={"start": "2026-11-02T10:00:00Z"},
        participant=[{"individual": {"display": "x"}}],
        virtualService=[{"channelType": {"text": "video"}}],
    ),
    service_request(
        "s8",
        occurrenceTiming={
            "repeat": {
                "boundsPeriod": {"start": "2026-11-01"},
                "period": 1,
                "periodUnit": "wk",
                "dayOfWeek": ["mon"],
                "timeOfDay": ["07:30:00"],
                "when": ["EVE"],
                "duration": 30,
                "durationUnit": "min",
            }
        },
    ),
    care_plan("c9", note=[{"text": "x"}], extension=[{"url": "x", "valueBoolean": False}]),
    care_plan(
        "c8",
        goal=[{"reference": "Goal/g8"}],
        careTeam=[{"reference": "CareTeam/t8"}],
        note=[{"authorReference": {"reference": "Patient/p1"}, "text": "x"}],
        activity=[
            {"reference": {"reference": "Task/k8"}},
            {
                "detail": {
                    "kind": "Appointment",
                    "status": "scheduled",
                    "scheduledPeriod": {"start": "2027-01-01"},
                }
            },
            {
                "detail": {
                    "status": "scheduled",
                    "description": "x",
                    "goal": [{"reference": "Goal/g8"}],
                    "performer": [{"reference": "Patient/p1"}, THEIRS],
                }
            },
        ],
    ),
    beside=[
        {
            **GOAL,
            "id": "g8",
            "subject": {"reference": "Patient/p1"},
            "description": {"text": "x"},
            "addresses": [{"reference": "Task/k8"}],
            "achievementStatus": {"coding": [{"code": "x"}]},
        },
        task("k8", code={"text": "x"}, focus={"reference": "Goal/g8"}),
        {
            "resourceType": "CareTeam",
            "id": "t8",
            "subject": {"reference": "Patient/p1"},
            "participant": [{"role": [{"text": "x"}], "member": {"display": "y"}}],
        },
    ],
)["entry"]

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(["Patient/p1", "#", "urn:uuid:1", "9999-12-31", "0001-01-01T00:00:00Z"]),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["reference", "coding", "text", "code", "identifier", "x"]),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=8,
)


def _places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value in a JSON document."""
    children = node.items() if isinstance(node, dict) else enumerate(node)
    found = []
    for key, value in children:
        found.append((*path, key))
        if isinstance(value, dict | list):
            found += _places(value, (*path, key))
    return found


def _says_whose(path: tuple[Any, ...]) -> bool:
    """In the rows of the other person: what makes them the other's."""
    theirs = path[:2] in {("entry", number) for number in (6, 7, 8, 9)}
    return theirs and not {"subject", "participant", "identifier"}.isdisjoint(path)


# A source that says something else there has said something else: all the rest is mutated.
PLACES = [path for path in _places(WHOLE) if not _says_whose(path)]


def _mutated(whole: Any, path: tuple[Any, ...], value: Any, *, drop: bool) -> Any:
    changed = copy.deepcopy(whole)
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    if drop:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return changed


def _read(body: bytes) -> Heard | None:
    try:
        return read(
            body, reading=Reading("kommun", NOW, PERSON), release="R4", patient="Patient/p1"
        )
    except SourceFailed:
        return None


def _is_ours(heard: Heard | None) -> None:
    if heard is None:
        return
    assert all(item.subject == PERSON for item in heard.items)
    assert SECRET not in repr(heard)
    for item in heard.items:
        hash(item)  # the shelf and the engine need it
        _can_be_dated(item)
    assert Answer(heard.items, heard.reports).rejected >= 0


def _can_be_dated(item: Item) -> None:
    """Every time that passed can be placed on a Swedish day."""
    if item.during is not None:
        first_day(item.during)
        Period(PERIOD.first, PERIOD.last).touches(item.during)


def test_the_unharmed_message_gives_its_rows_less_the_foreign_and_their_goal():
    heard = _read(orjson.dumps(WHOLE))
    assert len(heard.items) == 18
    assert SECRET not in repr(heard)


@unhurried
@given(st.sampled_from(PLACES), values, st.booleans())
def test_any_one_change_loses_rows_at_most(path, value, drop):
    _is_ours(_read(orjson.dumps(_mutated(WHOLE, path, value, drop=drop))))


@unhurried
@given(st.data())
def test_many_changes_lose_rows_at_most(data):
    whole = WHOLE
    for _ in range(data.draw(st.integers(2, 6))):
        left = [path for path in _places(whole) if not _says_whose(path)]
        if not left:
            break
        path = data.draw(st.sampled_from(left))
        # Replaced, not dropped: a dropped row would move the numbers of those after it.
        whole = _mutated(whole, path, data.draw(values), drop=False)
    _is_ours(_read(orjson.dumps(whole)))


BODY = orjson.dumps(WHOLE)


@unhurried
@given(st.integers(0, len(BODY) - 1), st.integers(0, 255), st.booleans())
def test_a_flipped_byte_or_a_cut_message_loses_rows_at_most(position, byte, cut):
    changed = bytearray(BODY)
    changed[position] = byte
    heard = _read(bytes(changed[:position] if cut else changed))
    if cut:
        assert heard is None
    _is_ours(heard)


@unhurried
@given(st.sampled_from(PLACES), st.integers(1, 900))
def test_depth_is_bounded(path, depth):
    deep: Any = "x"
    for _ in range(depth):
        deep = {"x": [deep]} if depth % 2 else {"modifierExtension": deep}
    nested = orjson.dumps("NEST")
    body = orjson.dumps(_mutated(WHOLE, path, "NEST", drop=False))
    # orjson writes 254 levels and reads 1024, so the deep part is written by hand.
    _is_ours(_read(body.replace(nested, _written(deep))))


def _written(node: Any) -> bytes:
    opening, closing = [], []
    while isinstance(node, dict):
        (key, node) = next(iter(node.items()))
        opening.append(f'{{"{key}":')
        closing.append("}")
        if isinstance(node, list):
            node = node[0]
            opening.append("[")
            closing.append("]")
    return ("".join(opening) + '"x"' + "".join(reversed(closing))).encode()


WHOSE = {task: "for", referral_task: "for", supply_request: "deliverTo"}
PERSONS = [PersonId.parse(n) for n in ("199001012385", "194001612383", "196408233234")]


@unhurried
@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                [
                    *(appointment, encounter, care_team, care_plan, service_request, task),
                    *(medication_statement, medication_request, device_use, device_request),
                    *(document, referral_task, referral_request, supply_request),
                ]
            ),
            st.sampled_from(
                [
                    {"reference": "Patient/p2"},
                    {"reference": "patient/p1"},
                    {"reference": "Patient/p1 "},
                    {"reference": "Patient/p11"},
                    {"reference": "https://evil.example/fhir/Patient/p1"},
                    {"reference": f"{BASE}/Patient/p2"},
                    {"reference": "#x"},
                    {"reference": "urn:uuid:2"},
                    {"display": "Birgitta"},
                    *({"identifier": {"system": PERSONNUMMER, "value": p.value}} for p in PERSONS),
                ]
            ),
        ),
        max_size=8,
    )
)
def test_nobody_elses_row_comes_through_a_conversation(rows):
    """A server may answer with whatever rows it likes."""
    foreign = []
    for number, (make, whose) in enumerate(rows):
        name = f"f{number}"
        if make is appointment:
            foreign.append(make(name, participant=[{"actor": whose}]))
        else:
            foreign.append(make(name, **{WHOSE.get(make, "subject"): whose}))
    found, page = answer(bundle(patient())), answer(bundle(*foreign))

    def server(request: Request) -> Response:
        return found if "/Patient/" in request.url else page

    source = adapter(
        information=list(GIVES),
        devices_from=["DeviceUseStatement", "DeviceRequest", "SupplyRequest"],
        plans_from=["CarePlan", "DocumentReference"],
        referrals_from=["Task", "ServiceRequest"],
        visits_from=["ServiceRequest", "CarePlan"],
        patient_cache_seconds=0,
        complete=False,
    )
    for kind in source.gives:
        heard, _ = converse(source, ask(kind), server)
        assert heard.items == ()
        if any(row["resourceType"] == "CarePlan" for row in foreign) and kind is CarePlan:
            assert not heard.reports[0].answered


TIMED = WHOLE["entry"][-2]


@unhurried
@given(st.sampled_from(_places(TIMED)), values, st.booleans())
def test_whatever_becomes_of_a_timing_its_visits_are_ours_and_few(path, value, drop):
    page = {**bundle(), "entry": [_mutated(TIMED, path, value, drop=drop)]}
    heard, _ = converse(
        adapter(planned_encounters=False, visits_from=["ServiceRequest"], complete=False),
        ask(Appointment),
        script(answer(bundle(patient())), answer(bundle()), answer(page)),
    )
    assert len(heard.items) <= 42 * 24
    _is_ours(heard)


@unhurried
@given(values)
def test_any_json_is_a_failure_or_an_answer(value):
    for said in (value, {**bundle(), "entry": value}, {**bundle(), "link": value}):
        try:
            heard, _ = converse(
                adapter(planned_encounters=False),
                ask(Appointment),
                script(answer(bundle(patient())), Response(200, {}, orjson.dumps(said))),
            )
        except SourceFailed:
            continue
        assert heard.items == ()
        assert len(heard.reports) == 1


urls = st.one_of(
    st.text(max_size=60),
    st.builds(
        lambda *parts: "".join(parts),
        st.sampled_from(["https://", "http://", "//", "", "https:/", "HTTPS://"]),
        st.sampled_from(["kommun.example", "kommun.example:443", "evil.example", "a@evil.example"]),
        st.text("/.%2eEfhir\\?#@:", max_size=30),
    ),
)


@unhurried
@given(urls)
def test_whatever_is_followed_has_the_bases_origin(url):
    if inside(BASE, url):
        assert origin(url) == ("https", "kommun.example", 443)
        assert "/fhir" in url
