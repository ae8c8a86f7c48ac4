"""Whatever becomes of a unit's day on the way: a failure or fewer visits, never another unit's."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from stodtjanster.model import PersonId
from stodtjanster.sources.kit.source import Request, Response, SourceFailed
from stodtjanster.worklists import Visits
from tests.fhir_pages import NOW, OTHER, PERSON, answer, bundle, patient
from tests.unit.test_worklists import END, KNOWN, START, THEIRS, UNIT, day, row, worklist

# A busy machine is no finding.
unhurried = settings(deadline=None)

SECRET = "FÅR EJ VISAS"
ELSEWHERE = PersonId.parse("201111042386")
WHOLE = day(
    row(meta={"security": [{"code": "N"}]}),
    row("a2", of={"reference": "Patient/p2"}),
    row("b1", at=THEIRS, of={"reference": "Patient/p3"}, serviceType=[{"text": SECRET}]),
    beside=(
        patient(name=[{"text": "Birgitta"}]),
        patient("p2", OTHER),
        patient("p3", ELSEWHERE, name=[{"text": SECRET}]),
    ),
)
ODD = st.sampled_from([None, True, 0, -1, "", " ", "x" * 600, [], {}, [None], {"a": 1}, "2026"])


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value."""
    if path:
        yield path
    if isinstance(node, dict | list):
        for name, child in node.items() if isinstance(node, dict) else enumerate(node):
            yield from places(child, (*path, name))


PLACES = st.sampled_from([*places(WHOLE)])


def changed(path: tuple[Any, ...], value: Any, *, gone: bool) -> bytes:
    whole = copy.deepcopy(WHOLE)
    holder: Any = whole
    for step in path[:-1]:
        holder = holder[step]
    if gone:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return orjson.dumps(whole)


def heard(body: bytes) -> Visits | None:
    """None when nothing was said. Whoever did not come along, nobody has."""

    def server(request: Request) -> Response:
        if "HealthcareService?" in request.url:
            return KNOWN
        return answer(body if "Appointment?" in request.url else bundle())

    talk = worklist().visits(UNIT, START, END, at=NOW, correlation="c0ffee")
    try:
        request = next(talk)
        while True:
            request = talk.send(server(request))
    except StopIteration as end:
        said: Visits = end.value
        return said
    except SourceFailed:
        return None


def test_the_day_itself_is_told() -> None:
    said = heard(orjson.dumps(WHOLE))
    assert said is not None
    assert [visit.person for visit in said.rows] == [PERSON, OTHER]


@unhurried
@given(PLACES, ODD, st.booleans())
def test_a_part_that_is_gone_or_odd_shows_nobody_elses(
    path: tuple[Any, ...], value: Any, gone: bool
) -> None:
    said = heard(changed(path, value, gone=gone))
    if said is not None:
        assert {visit.person for visit in said.rows} <= {PERSON, OTHER}
        assert SECRET not in repr(said)


@unhurried
@given(st.binary())
def test_bytes_say_nothing(body: bytes) -> None:
    assert heard(body) is None
