"""Records for staff are screened as they land: what is blocked is asked before all is decided.

PDL 4 kap. 4 §, SVOD 2 kap. 3 §. The service for blocks is asked about each answer by itself, so
that no source waits for another.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from threading import Lock
from typing import TypeAlias, TypeVar

from stodtjanster.access import Screened
from stodtjanster.information import Item
from stodtjanster.model import Answer

T = TypeVar("T")
U = TypeVar("U")

Identity: TypeAlias = tuple[str, str]
ScreenedItems: TypeAlias = Mapping[Identity, Screened]
"""What was said of each record, by its identity. One that is not there was not screened."""

Screening: TypeAlias = Callable[[Sequence[Item]], Future[ScreenedItems]]
"""Begins to ask, and returns at once. A service that does not say leaves nothing said."""


def screened(answer: Future[Answer[Item]], screening: Screening) -> Future[ScreenedItems]:
    """What is said of the records of an answer, when it has landed. It never fails: an error of
    ours leaves nothing said."""
    future: Future[ScreenedItems] = Future()
    answer.add_done_callback(partial(_screen, screening, future))
    return future


def when_all(waited: Sequence[Future[T]], make: Callable[[Sequence[T]], U]) -> Future[U]:
    """What `make` makes of all results, in order, when the last has come. `waited` is not empty."""
    future: Future[U] = Future()
    left = [*waited]
    lock = Lock()

    def ended(one: Future[T]) -> None:
        with lock:
            left.remove(one)
            last = not left
        if last:
            _settle(future, lambda: make([each.result() for each in waited]))

    for each in waited:
        each.add_done_callback(ended)
    return future


def _screen(
    screening: Screening, future: Future[ScreenedItems], landed: Future[Answer[Item]]
) -> None:
    if landed.cancelled() or landed.exception() is not None or not landed.result().items:
        future.set_result({})
        return
    try:
        screening(landed.result().items).add_done_callback(partial(_hand_on, future))
    except Exception:  # noqa: BLE001 - told as not screened, and nothing is opened on that
        future.set_result({})


def _hand_on(future: Future[ScreenedItems], said: Future[ScreenedItems]) -> None:
    future.set_result({} if said.cancelled() or said.exception() is not None else said.result())


def _settle(future: Future[U], make: Callable[[], U]) -> None:
    try:
        future.set_result(make())
    except Exception as bug:  # noqa: BLE001 - raised where the result is taken
        future.set_exception(bug)
