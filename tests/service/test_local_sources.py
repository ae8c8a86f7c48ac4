"""What the portal itself keeps, asked through the same service as any other source."""

import threading
from collections.abc import Callable, Iterator

import pytest

from stodtjanster.fetch import Call, FetchService, Shelf
from stodtjanster.information import Appointment
from stodtjanster.model import Cause, Outcome
from stodtjanster.sources import kinds
from stodtjanster.sources.kit.local import LocalSettings, LocalSource, remembered
from stodtjanster.sources.kit.source import Ask, Heard, Limits, SourceFailed
from tests.fetching import (
    ANNA,
    BO,
    BOOKED,
    PATIENCE,
    Clock,
    ScriptedDriver,
    ScriptedSource,
    appointment,
    causes,
    landed,
    outcomes,
    permit,
)


class Notebook:
    """A local source that does what the test says."""

    def __init__(self, recall: Callable[[Ask], Heard] | None = None, **limits: float) -> None:
        self.gives = frozenset({Appointment})
        self.settings = LocalSettings(
            key="notebook", kind="notebook", name="notebook", limits=Limits(**limits)
        )
        self.kept = [appointment(source="notebook", system="notebook")]
        self.threads: list[str] = []
        self._recall = recall

    def recall(self, ask: Ask) -> Heard:
        self.threads.append(threading.current_thread().name)
        if self._recall is not None:
            return self._recall(ask)
        return remembered(self.settings, ask, self.kept)


class Desk:
    def __init__(self, *sources: LocalSource | ScriptedSource) -> None:
        self.calls: list[Call] = []
        self.driver = ScriptedDriver()
        self.shelf = Shelf()
        self.service = FetchService(
            sources, self.driver, clock=Clock(), shelf=self.shelf, observe=self.calls.append
        )
        self.service.start()

    def begin(self, person=ANNA, reach="session-1"):
        return self.service.begin(permit(person, reach=reach), BOOKED)


Open = Callable[..., Desk]


@pytest.fixture
def desk() -> Iterator[Open]:
    opened: list[Desk] = []

    def open_desk(*sources: LocalSource | ScriptedSource) -> Desk:
        opened.append(Desk(*sources))
        return opened[-1]

    yield open_desk
    for each in opened:
        each.service.stop()


def records(answer) -> list[str]:
    return [item.origin.record for item in answer.items]


def raising(error: BaseException) -> Callable[[Ask], Heard]:
    def recall(_ask: Ask) -> Heard:
        raise error

    return recall


# -- a local source --------------------------------------------------------------------------------


def test_it_is_asked_in_a_thread_of_its_own_and_never_over_the_network(desk: Open) -> None:
    notebook = Notebook()
    here = desk(notebook)
    answer = landed(here.begin())
    assert records(answer) == ["1"]
    assert outcomes(answer) == [Outcome.DATA_FROM_SOURCE]
    assert answer.complete
    assert here.driver.count == 0
    assert all(name.startswith("recall") for name in notebook.threads)
    assert [(call.source, call.outcome) for call in here.calls] == [("notebook", "ok")]


def test_what_it_says_is_never_kept(desk: Open) -> None:
    notebook = Notebook()
    here = desk(notebook)
    landed(here.begin())
    notebook.kept.append(appointment("2", source="notebook", system="notebook"))
    answer = landed(here.begin())
    assert records(answer) == ["1", "2"]
    assert outcomes(answer) == [Outcome.DATA_FROM_SOURCE]
    assert not here.shelf._orders


def test_a_store_that_fails_is_a_report_and_never_an_old_copy(desk: Open) -> None:
    notebook = Notebook()
    here = desk(notebook)
    landed(here.begin())
    notebook._recall = raising(RuntimeError("with a number in it: 196408233234"))
    answer = landed(here.begin())
    assert answer.items == ()
    assert causes(answer) == [Cause.FAILED]
    assert outcomes(answer) == [Outcome.NO_DATA_SYNCH_FAILED]
    assert not answer.complete


def test_what_failed_says_no_more_than_its_kind(desk: Open, caplog) -> None:
    here = desk(Notebook(raising(RuntimeError("with a number in it: 196408233234"))))
    landed(here.begin())
    assert [record.detail for record in caplog.records] == ["RuntimeError"]
    assert "196408233234" not in repr([vars(record) for record in caplog.records])


def test_it_may_say_itself_why_it_failed(desk: Open) -> None:
    here = desk(Notebook(raising(SourceFailed(Cause.UNREADABLE))))
    assert causes(landed(here.begin())) == [Cause.UNREADABLE]


def test_it_is_asked_again_however_often_it_failed(desk: Open) -> None:
    notebook = Notebook(raising(OSError()), breaker_failures=1, breaker_seconds=1000)
    here = desk(notebook)
    for _ in range(5):
        landed(here.begin())
    assert len(notebook.threads) == 5
    assert here.service.status() == {"notebook": "ok"}
    notebook._recall = None
    assert landed(here.begin()).complete


def test_one_that_hangs_is_waited_for_no_longer_than_its_limit(desk: Open) -> None:
    may_end = threading.Event()

    def hang(_ask: Ask) -> Heard:
        may_end.wait(PATIENCE)
        return Heard()

    here = desk(Notebook(hang, answer_seconds=0.05), ScriptedSource())
    harvest = here.begin()
    here.driver.next().reply()
    answer = landed(harvest)
    may_end.set()
    assert records(answer) == ["1"]
    assert causes(answer) == [Cause.TIMEOUT, None]


def test_rows_about_another_person_do_not_pass(desk: Open) -> None:
    notebook = Notebook()
    notebook.kept = [appointment("1", person=BO, source="notebook", system="notebook")]
    answer = landed(desk(notebook).begin())
    assert answer.items == ()
    assert Cause.FOREIGN in causes(answer)


def test_it_can_say_that_it_has_more_than_it_gives(desk: Open) -> None:
    notebook = Notebook()
    notebook._recall = lambda ask: remembered(notebook.settings, ask, notebook.kept, more=True)
    answer = landed(desk(notebook).begin())
    assert records(answer) == ["1"]
    assert causes(answer) == [Cause.PARTIAL]
    assert not answer.complete


def test_a_source_of_what_nobody_keeps_is_told_of_at_the_start() -> None:
    with pytest.raises(ValueError, match="secret"):
        kinds()["inbox"].build({"key": "inbox", "kind": "inbox", "name": "Portalen"})


# -- something has changed -------------------------------------------------------------------------


def land(here: Desk, person=ANNA, reach="session-1") -> None:
    harvest = here.begin(person, reach)
    while not harvest.settled(["booked"]):
        if not here.driver.idle:
            here.driver.next().reply()
        harvest.wait(0.01)


def is_asked_again(here: Desk, person=ANNA, reach="session-1") -> int:
    before = here.driver.count
    land(here, person, reach)
    return here.driver.count - before


def test_a_change_empties_the_shelf_of_that_person_in_every_session(desk: Open) -> None:
    here = desk(ScriptedSource("region"), ScriptedSource("kommun"))
    who = [(ANNA, "session-1"), (ANNA, "session-2"), (BO, "session-3")]
    for person, reach in who:
        land(here, person, reach)
    here.service.changed(ANNA)
    assert [is_asked_again(here, *each) for each in who] == [2, 2, 0]


def test_a_change_may_be_of_one_source_or_of_some_kinds(desk: Open) -> None:
    here = desk(ScriptedSource("region"), ScriptedSource("kommun"))
    land(here)
    here.service.changed(ANNA, source="kommun")
    assert is_asked_again(here) == 1
    here.service.changed(ANNA, kinds=[])
    assert is_asked_again(here) == 0
    here.service.changed(ANNA, "region", [Appointment])
    assert is_asked_again(here) == 1


def test_what_was_in_the_air_at_the_change_lands_for_those_who_wait_and_is_not_kept(
    desk: Open,
) -> None:
    here = desk(ScriptedSource())
    waiting = here.begin()
    old = here.driver.next()
    here.service.changed(ANNA, source="region")
    later = here.begin()
    new = here.driver.next()
    new.reply()
    landed(later)
    old.reply()
    assert landed(waiting).complete
    assert outcomes(landed(here.begin())) == [Outcome.DATA_FROM_CACHE]
    assert here.driver.count == 2


def test_a_change_that_concerns_nobody_here_is_nothing(desk: Open) -> None:
    here = desk(ScriptedSource())
    land(here)
    here.service.changed(BO)
    here.service.changed(ANNA, source="unknown")
    assert is_asked_again(here) == 0
