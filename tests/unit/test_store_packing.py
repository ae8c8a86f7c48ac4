"""Answers as bytes: they come back as they were, and nothing else comes back at all."""

import os
import pickle
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from portal.store.packing import Unpackable, pack, shape, unpack
from stodtjanster.fetch.revalidation import Tagged
from stodtjanster.fetch.shelf import Kept
from stodtjanster.model import STOCKHOLM, Answer, Approximate, Dated, Open, Partial, Timed
from stodtjanster.sources.kit.source import Response
from tests.fetching import NOON, appointment, report

LATER = NOON + timedelta(minutes=5)
SWEDISH = datetime(2026, 11, 25, 9, 15, tzinfo=STOCKHOLM)
WHENS = (
    Timed(SWEDISH, SWEDISH + timedelta(hours=1)),
    Approximate(SWEDISH, SWEDISH + timedelta(hours=1)),
    Timed(SWEDISH.astimezone(UTC)),
    Dated(date(2026, 11, 25)),
    Partial(2026, 11),
    Open(),
)


@pytest.mark.parametrize("when", WHENS, ids=repr)
def test_a_time_comes_back_as_the_kind_it_was(when):
    kept = Kept(Answer((replace(appointment("1"), when=when),), (report(),)), LATER)
    back = unpack(pack(kept))
    assert back == kept
    assert type(back.answer.items[0].when) is type(when)


def test_a_time_in_sweden_is_still_in_sweden():
    kept = Kept(Answer((replace(appointment("1"), when=Timed(SWEDISH)),)), LATER)
    (item,) = unpack(pack(kept)).answer.items
    assert item.when.start.tzinfo is STOCKHOLM


def test_what_it_was_read_from_comes_back():
    tagged = {"https://region.example": Tagged('"1"', Response(200, {"etag": '"1"'}, b"{}"))}
    kept = Kept(Answer((), (report(),)), LATER, tagged)
    assert unpack(pack(kept)) == kept


class Evil:
    def __reduce__(self):
        return os.getcwd, ()


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"no pickle",
        pickle.dumps(Evil()),
        pickle.dumps(print),
        pickle.dumps(report),
        pickle.dumps(Answer()),
        pickle.dumps(["Kept"]),
        b"cstodtjanster.model.when\nZoneInfo\n(S'Europe/Stockholm'\ntR.",
        b"cstodtjanster.model.person\n_luhn\n(S'1'\ntR.",
    ],
)
def test_nothing_else_is_unpacked(packed):
    with pytest.raises(Unpackable):
        unpack(packed)


def test_the_shape_is_the_same_as_long_as_the_values_are():
    assert shape() == shape()
    assert len(shape()) == 32
