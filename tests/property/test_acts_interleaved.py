"""However forms are made, posted and answered in between: one write for what one has seen."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from stodtjanster.fetch import FetchService, Overtaken
from stodtjanster.fetch.acts import Acted, Ledger
from stodtjanster.information import Appointment, FreeDay, FreeTime
from stodtjanster.information.booking import ActOutcome, CancelBooking, Done, Refused, Unknown
from stodtjanster.model import Cause
from stodtjanster.sources.bookings.requests import CANCEL
from stodtjanster.sources.kit.source import Response
from tests.bookings import adapter, booking, origin, outcome
from tests.fetching import NOON, PATIENCE, Clock, ScriptedDriver, permit
from tests.rivta_messages import TOLVAN

ACTS = tuple(CancelBooking(booking=booking(origin=origin(name))) for name in ("b-1", "b-2"))
OUTCOMES: tuple[ActOutcome, ...] = (Done(), Refused(), Unknown(Cause.TIMEOUT))

# A form is made, a form is posted, or an answer comes; each for one of two bookings.
LOOK, POST, END = "look", "post", "end"
STEPS = st.lists(
    st.tuples(
        st.sampled_from((LOOK, POST, POST, END)),
        st.integers(0, 1),
        st.integers(0, 9),
        st.sampled_from(("session-1", "session-2")),
    ),
    max_size=40,
)


@given(STEPS)
@settings(max_examples=400)
def test_nobody_sends_what_rests_on_less_than_all_that_has_happened(
    steps: list[tuple[str, int, int, str]],
) -> None:
    ledger = Ledger()
    # What has happened to each booking, and the forms with how much of it they have seen.
    happened = [0, 0]
    forms: list[list[tuple[str, str, int]]] = [[], []]
    flying: list[Acted | None] = [None, None]
    used: dict[tuple[str, str, int], Acted] = {}
    for number, (step, which, pick, reach) in enumerate(steps):
        act = ACTS[which]
        if step == LOOK:
            forms[which].append((f"form-{number}", ledger.moment(), happened[which]))
        elif step == POST and forms[which]:
            once, seen, saw = forms[which][pick % len(forms[which])]
            key = (reach, once, which)
            try:
                acted, first = ledger.open(reach, once, seen, act, NOON)
            except Overtaken:
                assert key not in used
                assert flying[which] is not None or saw < happened[which]
                continue
            assert first is (key not in used)
            if first:
                assert flying[which] is None
                assert saw == happened[which]
                used[key] = flying[which] = acted
                happened[which] += 1
            assert acted is used[key]
        elif step == END and flying[which] is not None:
            ledger.end(flying[which], OUTCOMES[pick % len(OUTCOMES)])
            flying[which] = None
            happened[which] += 1


@given(st.lists(st.sampled_from(("form-1", "form-2", "form-3")), min_size=2, max_size=6))
@settings(max_examples=15, deadline=None)
def test_of_all_that_press_at_once_one_is_sent(pressed: list[str]) -> None:
    driver = ScriptedDriver(lambda _request: Response(200, {}, outcome(CANCEL, "OK")))
    service = FetchService([adapter()], driver, clock=Clock())
    service.start()
    who = permit(TOLVAN, Appointment, FreeDay, FreeTime)
    seen, together = service.moment(), Barrier(len(pressed))
    logged: list[str] = []

    def press(once: str) -> Any:
        together.wait()
        try:
            acting = service.act(who, ACTS[0], once=once, seen=seen, before=logged.append)
        except Overtaken:
            return None
        return acting.result(PATIENCE)

    with ThreadPoolExecutor(len(pressed)) as threads:
        ended = list(threads.map(press, pressed))
    service.stop()
    assert driver.count == len(logged) == 1
    assert set(ended) <= {Done(), None}
    assert Done() in ended
