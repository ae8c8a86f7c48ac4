"""An ETag is sent back to the one who gave it, and "nothing has changed" means what we have."""

from __future__ import annotations

import asyncio

import pytest

from stodtjanster.fetch import Shelf
from stodtjanster.fetch.revalidation import MOST_BYTES, Revalidation, Tagged
from stodtjanster.fetch.shelf import Kept
from stodtjanster.sources.kit.source import Request, Response
from tests.fetching import NOON
from tests.unit.test_fetch_shelf import LATER, ORDER, answer

URL = "https://kommun.example/fhir/Goal?patient=Patient/1"
ASK = Request("GET", URL, {"Accept": "application/fhir+json"})
WHOLE = Response(200, {"etag": 'W/"1"'}, b"{}")
UNCHANGED = Response(304, {}, b"")


def told(
    anew: Revalidation, response: Response, request: Request = ASK
) -> tuple[Response, Request]:
    """What an adapter is told, and what was sent to be told it."""
    sent: list[Request] = []

    async def send(request: Request) -> Response:
        sent.append(request)
        return response

    found = asyncio.run(anew.send(send, request))
    return found, sent[0]


def known(response: Response = WHOLE) -> Revalidation:
    return Revalidation({URL: Tagged('W/"1"', response)})


def test_what_has_not_changed_is_what_we_have():
    response, sent = told(known(), UNCHANGED)
    assert response == WHOLE
    assert sent.headers == {"Accept": "application/fhir+json", "If-None-Match": 'W/"1"'}


def test_what_has_changed_takes_the_place_of_what_we_had():
    newer = Response(200, {"etag": '"2"'}, b"[]")
    anew = known()
    assert told(anew, newer)[0] == newer
    assert anew.tagged == {URL: Tagged('"2"', newer)}


def test_without_anything_to_compare_with_nothing_is_compared():
    anew = Revalidation({})
    assert told(anew, WHOLE) == (WHOLE, ASK)
    assert anew.tagged == {URL: Tagged('W/"1"', WHOLE)}


def test_another_address_is_another_matter():
    elsewhere = Request("GET", f"{URL}2")
    assert told(known(), WHOLE, elsewhere) == (WHOLE, elsewhere)


def test_unchanged_to_one_who_has_not_asked_goes_on_as_it_came():
    assert told(Revalidation({}), UNCHANGED) == (UNCHANGED, ASK)


def test_only_a_get_is_asked_so():
    search = Request("POST", URL, {}, b"patient=Patient/1")
    anew = known()
    assert told(anew, WHOLE, search) == (WHOLE, search)
    assert anew.tagged == known().tagged


@pytest.mark.parametrize(
    "response",
    [
        Response(200, {}, b"{}"),
        Response(200, {"etag": "1"}, b"{}"),
        Response(200, {"etag": '"1\r\nX: y"'}, b"{}"),
        Response(200, {"etag": f'"{"x" * 200}"'}, b"{}"),
        Response(200, {"etag": '"1"', "cache-control": "private, No-Store"}, b"{}"),
        Response(200, {"etag": '"1"', "vary": "*"}, b"{}"),
        Response(200, {"etag": '"1"'}, b" " * (MOST_BYTES + 1)),
        Response(410, {"etag": '"1"'}, b"{}"),
    ],
    ids=range(8),
)
def test_what_may_not_or_cannot_be_compared_is_not_kept(response):
    anew = Revalidation({})
    assert told(anew, response) == (response, ASK)
    assert anew.tagged == {}


def test_a_flight_that_heard_nothing_leaves_what_there_was():
    anew = known()
    assert told(anew, Response(503, {}, b""))[0].status == 503
    assert anew.tagged == known().tagged


def test_it_is_erased_with_the_answer_and_weighs_what_it_weighs():
    kept = Kept(answer(), LATER, {URL: Tagged('"1"', Response(200, {}, b" " * 8192))})
    shelf = Shelf(6)
    shelf.put(ORDER, kept, NOON)
    assert shelf.landed(ORDER) == kept
    shelf.forget(ORDER.reach)
    assert shelf.landed(ORDER) is None
    small = Shelf(5)
    small.put(ORDER, kept, NOON)
    assert small.landed(ORDER) is None
