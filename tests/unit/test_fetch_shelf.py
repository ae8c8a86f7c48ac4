"""The shelf belongs to one login session and one person, and is bounded."""

from datetime import date, datetime, timedelta

from stodtjanster.fetch import Shelf
from stodtjanster.fetch.plan import Order
from stodtjanster.fetch.shelf import Change, Kept
from stodtjanster.information import Appointment, CarePlan
from stodtjanster.model import Answer, Period
from tests.fetching import ANNA, BO, NOON, appointment, report

PERIOD = Period(date(2026, 11, 20), date(2026, 12, 31))
ORDER = Order("region", Appointment, ANNA, PERIOD, "session-1")
LATER = NOON + timedelta(minutes=5)


def answer(items: int = 1) -> Answer:
    return Answer(tuple(appointment(str(n)) for n in range(items)), (report(),))


def shelf_with(*orders: Order, max_items: int = 1000, items: int = 1) -> Shelf:
    shelf = Shelf(max_items)
    for order in orders:
        shelf.put(order, Kept(answer(items), LATER), NOON)
    return shelf


def old(shelf: Shelf, order: Order) -> Answer | None:
    kept = shelf.landed(order)
    assert shelf.look([order]).kept.get(order) == kept
    return kept.answer if kept else None


def fresh(shelf: Shelf, order: Order, now: datetime) -> Answer | None:
    kept = shelf.landed(order)
    return kept.fresh(now) if kept else None


def test_what_is_fresh_is_an_answer_and_what_is_not_is_an_old_copy():
    shelf = shelf_with(ORDER)
    assert fresh(shelf, ORDER, LATER - timedelta(seconds=1)) == answer()
    assert fresh(shelf, ORDER, LATER) is None
    assert old(shelf, ORDER) == answer()


def test_nobody_else_reaches_it():
    shelf = shelf_with(ORDER)
    others = [
        Order("region", Appointment, ANNA, PERIOD, "session-2"),
        Order("region", Appointment, BO, PERIOD, "session-1"),
        Order("kommun", Appointment, ANNA, PERIOD, "session-1"),
        Order("region", CarePlan, ANNA, PERIOD, "session-1"),
        Order("region", Appointment, ANNA, Period(PERIOD.first, PERIOD.first), "session-1"),
    ]
    assert [fresh(shelf, order, NOON) for order in others] == [None] * len(others)
    assert [old(shelf, order) for order in others] == [None] * len(others)


def test_forget_erases_one_session_whole_and_no_other():
    mine = [ORDER, Order("kommun", CarePlan, BO, PERIOD, "session-1")]
    theirs = Order("region", Appointment, ANNA, PERIOD, "session-2")
    shelf = shelf_with(*mine, theirs)
    shelf.forget("session-1")
    shelf.forget("never-seen")
    assert [old(shelf, order) for order in mine] == [None, None]
    assert old(shelf, theirs) == answer()


def orders(count: int) -> list[Order]:
    return [Order("region", Appointment, ANNA, PERIOD, f"session-{n}") for n in range(count)]


def test_it_is_bounded_and_what_is_least_used_goes_first():
    many = orders(4)
    shelf = shelf_with(*many[:3], max_items=30, items=9)
    assert fresh(shelf, many[0], NOON) is not None
    shelf.put(many[3], Kept(answer(9), LATER), NOON)
    assert [old(shelf, order) is not None for order in many] == [True, False, True, True]


def test_an_answer_larger_than_the_shelf_is_not_kept():
    shelf = shelf_with(ORDER, max_items=10, items=10)
    assert old(shelf, ORDER) is None


def test_what_was_evicted_leaves_no_trace_of_its_session():
    shelf = shelf_with(*orders(50), max_items=20, items=9)
    assert set(shelf._orders) == {"session-48", "session-49"}


def test_a_session_that_pushes_out_its_own_entry_can_still_be_forgotten():
    first = Order("region", Appointment, ANNA, PERIOD, "session-1")
    second = Order("kommun", Appointment, ANNA, PERIOD, "session-1")
    shelf = shelf_with(first, second, max_items=10, items=9)
    assert old(shelf, first) is None
    assert old(shelf, second) is not None
    shelf.put(second, Kept(answer(2), LATER), NOON)
    shelf.forget("session-1")
    assert old(shelf, second) is None


def test_a_session_that_is_not_used_any_more_is_erased():
    shelf = shelf_with(ORDER)
    theirs = Order("region", Appointment, BO, PERIOD, "session-2")
    shelf.put(theirs, Kept(answer(), LATER), NOON + timedelta(minutes=59))
    assert old(shelf, ORDER) == answer()
    shelf.put(theirs, Kept(answer(), LATER), NOON + timedelta(minutes=60))
    assert old(shelf, ORDER) is None
    assert old(shelf, theirs) == answer()


def test_one_person_can_be_forgotten_in_every_session_and_no_other():
    mine = [
        Order("region", Appointment, ANNA, PERIOD, "session-1"),
        Order("region", CarePlan, ANNA, PERIOD, "session-2"),
    ]
    kept = [
        Order("kommun", Appointment, ANNA, PERIOD, "session-1"),
        Order("region", Appointment, BO, PERIOD, "session-1"),
    ]
    shelf = shelf_with(*mine, *kept)
    shelf.forget_about(Change(ANNA, "region"))
    assert [old(shelf, order) for order in mine] == [None, None]
    assert [old(shelf, order) for order in kept] == [answer(), answer()]
    assert set(shelf._orders) == {"session-1"}
    shelf.forget("session-1")
    assert not shelf._about
