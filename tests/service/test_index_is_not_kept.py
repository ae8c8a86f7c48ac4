"""What the engagemangsindex says shows the way and is then gone (rivta.md 4, ADR 13)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from pydantic import ValidationError

from stodtjanster.fetch import FetchService, Shelf
from stodtjanster.model import Cause, Outcome
from stodtjanster.sources import kinds
from stodtjanster.sources.kit.engagements import FIND, IndexSettings
from stodtjanster.sources.kit.rivta import RivtaSettings
from stodtjanster.sources.kit.source import SourceSettings
from tests.fetching import (
    BOOKED,
    Clock,
    ScriptedDriver,
    ScriptedSource,
    landed,
    outcomes,
    permit,
)
from tests.invitations import INDEXED, adapter, engagement, found, invited
from tests.rivta_messages import TOLVAN, asked, question

FOUND, DETAILS = "FindContent", "GetBookingDetails"


class Passing(SourceSettings):
    kept: ClassVar[bool] = False


class SpiedShelf(Shelf):
    """Remembers whose answers were put on it."""

    def __init__(self) -> None:
        super().__init__()
        self.put_by: list[str] = []

    def put(self, order: Any, *rest: Any) -> None:
        self.put_by.append(order.source)
        super().put(order, *rest)


class House:
    def __init__(self, *sources: Any) -> None:
        self.clock = Clock()
        self.shelf = SpiedShelf()
        self.driver = ScriptedDriver()
        self.service = FetchService(sources, self.driver, clock=self.clock, shelf=self.shelf)
        self.service.start()

    def begin(self, **who: Any) -> Any:
        return self.service.begin(permit(TOLVAN, reach="s1", **who), BOOKED)

    def answer(self, *bodies: bytes) -> None:
        """To the requests that come next, in order."""
        for body in bodies:
            self.driver.next().reply(body)


@pytest.fixture
def house() -> Iterator[House]:
    made = House(adapter(key="open-invitations", kind="open_invitations"))
    yield made
    made.service.stop()


def test_the_index_is_asked_anew_for_every_page(house: House) -> None:
    for record in ("b-1", "b-2"):
        page = house.begin()
        house.answer(found(engagement(record)), invited(record))
        answer = landed(page)
        assert [item.origin.record for item in answer.items] == [record]
        assert set(outcomes(answer)) == {Outcome.DATA_FROM_SOURCE}
    assert house.shelf.put_by == []


def test_nobody_in_the_index_is_not_remembered_either(house: House) -> None:
    for _ in range(2):
        page = house.begin()
        house.answer(found())
        assert landed(page).complete
    assert house.shelf.put_by == []


def test_an_index_that_fails_is_not_helped_out_by_what_it_said_before(house: House) -> None:
    page = house.begin()
    house.answer(found(engagement()), invited())
    assert landed(page).items
    page = house.begin()
    house.driver.next().fail(Cause.TIMEOUT)
    answer = landed(page)
    assert answer.items == ()
    assert outcomes(answer) == [Outcome.NO_DATA_SYNCH_FAILED]
    assert house.shelf.put_by == []


def test_two_pages_at_once_are_one_question(house: House) -> None:
    first, second = house.begin(), house.begin()
    house.answer(found(engagement()), invited())
    assert landed(first).items == landed(second).items
    assert house.driver.count == 2


def test_what_others_say_is_kept_as_before() -> None:
    ordinary, passing = ScriptedSource("ordinary"), ScriptedSource("passing")
    passing.settings = Passing(key="passing", kind="scripted", name="passing")
    here = House(ordinary, passing)
    try:
        page = here.begin()
        here.answer(b"", b"")
        landed(page)
        assert here.shelf.put_by == ["ordinary"]
    finally:
        here.service.stop()


def test_it_cannot_be_configured_away() -> None:
    with pytest.raises(ValidationError, match="kept"):
        kinds()["open_invitations"].build({**INDEXED, "kind": "open_invitations", "kept": True})


def test_every_kind_that_asks_the_index_is_one_whose_answers_are_not_kept() -> None:
    """Seen from what is sent, so that no kind can ask it some other way."""
    asking = set()
    for name, kind in kinds().items():
        if issubclass(kind.settings, RivtaSettings):
            (information,) = kind.adapter.gives
            source = kind.build({**INDEXED, "kind": name, "logical_address": "SE-1"})
            if FIND.namespace in asked(source, question(information)).body.decode():
                asking.add(name)
                assert issubclass(kind.settings, IndexSettings)
                assert kind.settings.kept is False
    assert asking == {"open_invitations"}
