"""The simulation keeps to what queues must obey, and the arithmetic to what it says."""

from __future__ import annotations

from dataclasses import replace
from statistics import mean

import pytest

from bench import costs as costing
from bench.capacity import scenarios
from bench.costs import Costs
from bench.demand import SCALES, municipality, need, population
from bench.simulate import HARD_SECONDS, Load, Plant, Seen, Simulation

COSTS = Costs(
    at="2026-11-20T12:00+00:00",
    python="3.11",
    machine="none",
    database="sqlite",
    page_ms=[8.0, 10.0, 12.0],
    fetch_ms=[10.0, 12.0, 14.0],
    warm_ms=[6.0, 8.0],
    floor_ms=0.8,
    rows_a_page=2.0,
    rest_mb=150.0,
    kept_kb=400.0,
    sealed_kb=60.0,
    answers_kb=250.0,
    html_kb=230.0,
    row_bytes=1400.0,
    commit_ms=1.0,
    row_ms=0.2,
)


def run(plant: Plant, load: Load, costs: Costs = COSTS) -> Seen:
    return Simulation(plant, load, costs).run()


def test_the_same_question_has_the_same_answer() -> None:
    load = Load(40.0, 0.25, 5.0)
    assert run(Plant(2), load) == run(Plant(2), load)


def test_a_page_alone_waits_for_nothing_but_its_own_work() -> None:
    seen = run(Plant(1), Load(0.2, 1.0, 200.0))
    own = (max(COSTS.page_ms) + max(COSTS.fetch_ms) + 2 * (COSTS.commit_ms + COSTS.row_ms)) / 1000
    assert len(seen.added) > 20
    assert seen.p(seen.added, 50) <= own
    assert mean(seen.thread_waits) == 0


def test_the_interpreter_is_as_busy_as_the_work_that_came() -> None:
    """Utilisation is arrivals times work, whatever the queues do."""
    seen = run(Plant(2), Load(60.0, 0.0, 60.0))
    assert seen.cpu == pytest.approx(60 * mean(COSTS.warm_ms) / 1000 / 2, rel=0.1)


def test_more_pages_than_the_interpreter_can_make_wait_for_it() -> None:
    calm, full = (run(Plant(1), Load(pace, 0.0, 10.0)) for pace in (40.0, 200.0))
    assert calm.cpu < full.cpu
    assert full.cpu == pytest.approx(1.0, abs=0.05)
    assert full.p(full.done, 95) > 5 * calm.p(calm.done, 95)


def test_pages_of_a_source_that_hangs_are_let_go_at_the_hard_limit() -> None:
    seen = run(Plant(2), Load(10.0, 1.0, 25.0, slow_share=0.5))
    assert seen.held
    assert all(HARD_SECONDS <= seconds < HARD_SECONDS + 1 for seconds in seen.held)
    assert seen.p(seen.done, 95) < HARD_SECONDS


def test_the_breaker_spares_later_pages_the_wait() -> None:
    seen = run(Plant(1), Load(10.0, 1.0, 60.0, slow_share=1.0))
    assert seen.refused > 0
    assert min(seen.held) < 1.5 < max(seen.held)


def test_a_slow_chain_is_what_breaks_and_several_are_what_helps() -> None:
    slow = replace(COSTS, commit_ms=20.0)
    load = Load(100.0, 0.0, 10.0)
    one, eight = (run(Plant(8, chains=chains), load, slow) for chains in (1, 8))
    assert one.worst() == "log"
    assert one.chain > eight.chain
    assert one.p(one.first_byte, 95) > 2 * eight.p(eight.first_byte, 95)


def test_what_is_written_grows_with_the_people() -> None:
    one, two = (need(population("x", people, 10.0), COSTS) for people in (1_000_000, 2_000_000))
    assert two.gb_a_year == pytest.approx(2 * one.gb_a_year)
    assert two.cores == one.cores


def test_what_the_peak_takes_grows_with_the_peak() -> None:
    one, two = (need(population("x", 1_000_000, pace), COSTS) for pace in (100.0, 200.0))
    for name in ("cores", "threads", "calls_at_once", "rows_a_second", "redis_gb", "megabit_out"):
        assert getattr(two, name) == pytest.approx(2 * getattr(one, name)), name
    assert one.cores < one.cores_all_cold


def test_the_smallest_has_two_processes_too() -> None:
    assert need(municipality(200), COSTS).processes == 2


def test_a_quicker_machine_has_the_same_disk() -> None:
    quick = costing.on_machine(COSTS, COSTS.floor_ms / 2)
    assert quick.warm_ms == [ms / 2 for ms in COSTS.warm_ms]
    assert quick.commit_ms == COSTS.commit_ms
    assert need(SCALES[-1], quick).cores < need(SCALES[-1], COSTS).cores


def test_the_costs_that_were_measured_can_be_reckoned_with() -> None:
    costs = costing.read()
    assert len(costs.page_ms) == len(costs.fetch_ms)
    assert all(need(scale, costs).cores > 0 for scale in SCALES)
    names = [one.name for asked in scenarios(costs).values() for one in asked]
    assert len(names) == len(set(names))
