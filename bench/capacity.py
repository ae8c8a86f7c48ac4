"""`python -m bench.capacity`: what a municipality, a region and the nation take; what breaks first.

Reckons with the costs in bench/costs.json; `--measure` measures them anew (`--database` says in
which empty PostgreSQL database the log is written, else a SQLite file). Writes
artifacts/capacity.json.
"""

import argparse
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import orjson

from bench import costs as costing
from bench.costs import Costs
from bench.demand import MONTHS_OF_FIVE_YEARS, NATION, REGION, SCALES, Need, Scale, need
from bench.simulate import Load, Plant, Seen, Simulation

RESULT = Path(__file__).parents[1] / "artifacts" / "capacity.json"
FLOOR_MS = 0.76
"""On the machine of docs/performance.md, when nobody else used it."""
SECONDS = 20.0
ENOUGH_PAGES = 200
LONG = 75.0
"""Long enough for a source that hangs to be given up and for the breaker to close and open."""
ONE_IN_SEVEN = 0.14
EVERYBODY = 1.0
TOO_LATE = 1.0
"""Seconds to the first byte, at the 95th percentile, when we say that it has broken."""
STEPS = (0.5, 1.0, 1.25, 1.5, 2.0, 3.0)


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    plant: Plant
    load: Load


def scenarios(costs: Costs) -> dict[str, list[Scenario]]:
    """By the question that they answer."""
    return {
        "At the peak that each is made for": [
            Scenario(scale.name, _plant(scale, costs), Load(scale.peak, scale.cold, SECONDS))
            for scale in SCALES
            if scale.peak * SECONDS > ENOUGH_PAGES
        ],
        "For one person in seven a source is slow, on the region's processes": [
            Scenario(said, _plant(REGION, costs), Load(REGION.peak, REGION.cold, LONG, share, slow))
            for said, share, slow in (
                ("nobody is", 0.0, None),
                ("it takes 3 s", ONE_IN_SEVEN, 3.0),
                ("it never answers", ONE_IN_SEVEN, None),
                ("it never answers anybody", EVERYBODY, None),
            )
        ],
        "More than the nation's peak, on what it was made for": [
            Scenario(
                f"{step:g} x {NATION.peak:.0f} pages/s",
                _plant(NATION, costs),
                Load(step * NATION.peak, NATION.cold, SECONDS / 2),
            )
            for step in STEPS
        ],
        "What would move the limit": [
            Scenario("all pages cold, cores for it", *_all_cold(costs)),
            Scenario(
                "2 x the peak, twice the processes",
                _plant(NATION, costs, times=2),
                Load(2 * NATION.peak, NATION.cold, SECONDS / 2),
            ),
            Scenario(
                "2 x the peak, twice the processes, eight chains",
                _plant(NATION, costs, times=2, chains=8),
                Load(2 * NATION.peak, NATION.cold, SECONDS / 2),
            ),
        ],
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.capacity", description=__doc__)
    parser.add_argument("--measure", action="store_true", help="measure the costs anew")
    parser.add_argument("--database", help="SQLAlchemy address of an empty database")
    parser.add_argument(
        "--floor",
        type=float,
        default=FLOOR_MS,
        metavar="MS",
        help="reckon for a machine that prints a page's rows with f-strings in so long",
    )
    asked = parser.parse_args()
    if asked.measure:
        logging.disable(logging.WARNING)
        with TemporaryDirectory() as folder:
            costing.write(costing.measure(Path(folder), asked.database))
    measured = costing.read()
    costs = costing.on_machine(measured, asked.floor)
    needs = [need(scale, costs) for scale in SCALES]
    print(_about(measured), _on(costs), _needs_table(needs), sep="\n\n")
    seen: dict[str, list[tuple[Scenario, Seen]]] = {}
    for question, asked_for in scenarios(costs).items():
        runs = [(one, Simulation(one.plant, one.load, costs).run()) for one in asked_for]
        seen[question] = runs
        print(f"\n### {question}\n\n{_seen_table(runs)}")
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_bytes(orjson.dumps(_as_json(costs, needs, seen), option=orjson.OPT_INDENT_2))


def _plant(scale: Scale, costs: Costs, times: int = 1, chains: int = 1) -> Plant:
    return Plant(times * need(scale, costs).processes, chains=chains)


def _all_cold(costs: Costs) -> tuple[Plant, Load]:
    cores = need(NATION, costs).cores_all_cold
    return Plant(round(cores)), Load(NATION.peak, 1.0, SECONDS / 4)


def _about(costs: Costs) -> str:
    return (
        f"Costs measured {costs.at}, CPython {costs.python}, {costs.machine}, the log in "
        f"{costs.database}: a cold page {median(costs.page_ms):.1f} + "
        f"{median(costs.fetch_ms):.1f} ms of processor (page, fetching), a warm one "
        f"{median(costs.warm_ms):.1f}, its rows in f-strings {costs.floor_ms:.2f}; a commit of the "
        f"log {costs.commit_ms:.2f} ms and {costs.row_ms:.3f} for each row, "
        f"{costs.rows_a_page:.1f} rows a page of {costs.row_bytes:.0f} bytes; a process "
        f"{costs.rest_mb:.0f} MB and {costs.kept_kb:.0f} KB for each login kept, "
        f"{costs.sealed_kb:.0f} KB of it sealed."
    )


def _on(costs: Costs) -> str:
    return (
        f"Reckoned for a machine where the f-strings take {costs.floor_ms:.2f} ms: a cold page "
        f"{median(costs.page_ms):.1f} + {median(costs.fetch_ms):.1f} ms, a warm one "
        f"{median(costs.warm_ms):.1f}."
    )


def _needs_table(needs: Sequence[Need]) -> str:
    rows = [
        "| | " + " | ".join(one.scale.name for one in needs) + " |",
        "|---|" + "--:|" * len(needs),
    ]
    told: dict[str, Callable[[Need], float]] = {
        "pages a second, at the peak": lambda one: one.scale.peak,
        "pages a year, million": lambda one: one.scale.logins * one.scale.pages_a_login / 1e6,
        "cores, with half as much again": lambda one: one.cores,
        "cores where every page is cold": lambda one: one.cores_all_cold,
        "processes": lambda one: one.processes,
        "threads": lambda one: one.threads,
        "calls to sources a second": lambda one: one.calls_a_second,
        "calls at once, each a connection": lambda one: one.calls_at_once,
        "connections to the database, at most": lambda one: one.database_connections,
        "logins kept": lambda one: one.logins_kept,
        "memory of the processes, GB": lambda one: one.memory_gb,
        "Redis, if all that is kept lay there, GB": lambda one: one.redis_gb,
        "rows of the log a second": lambda one: one.rows_a_second,
        "of what one chain can take, %": lambda one: 100 * one.chain,
        "the log, GB a year": lambda one: one.gb_a_year,
        "the log, GB in five years": lambda one: one.gb_a_year * MONTHS_OF_FIVE_YEARS / 12,
        "to browsers, Mbit/s, not packed": lambda one: one.megabit_out,
    }
    rows += [
        f"| {what} | " + " | ".join(_short(number(one)) for one in needs) + " |"
        for what, number in told.items()
    ]
    return "\n".join(rows)


def _seen_table(runs: Iterable[tuple[Scenario, Seen]]) -> str:
    head = (
        "| | processes | first byte p50, p95, ms | done p50, p95, ms "
        "| late after the slowest, p95, ms | threads in use, most | interpreter, % | chain, % "
        "| waits most for | held by the slow one |"
    )
    rows = [head, "|---|--:|--:|--:|--:|--:|--:|--:|---|---|"]
    for one, seen in runs:
        broken = seen.p(seen.first_byte, 95) > TOO_LATE
        held = f"{len(seen.held)} pages, p50 {seen.p(seen.held, 50):.1f} s, {seen.refused} spared"
        cells = (
            f"**{one.name}: broken**" if broken else one.name,
            str(one.plant.processes),
            _pair(seen, seen.first_byte),
            _pair(seen, seen.done),
            f"{1000 * seen.p(seen.added, 95):.0f}",
            f"{seen.most_threads} of {one.plant.threads}",
            f"{100 * seen.cpu:.0f}",
            f"{100 * seen.chain:.0f}",
            seen.worst(),
            held if seen.held else "",
        )
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _pair(seen: Seen, what: list[float]) -> str:
    return f"{1000 * seen.p(what, 50):.0f}, {1000 * seen.p(what, 95):.0f}"


def _short(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.2g}" if value < 1 else f"{value:.3g}"


def _as_json(
    costs: Costs, needs: Iterable[Need], seen: dict[str, list[tuple[Scenario, Seen]]]
) -> dict[str, object]:
    return {
        "costs": {name: value for name, value in asdict(costs).items() if not name.endswith("_ms")}
        | {"commit_ms": costs.commit_ms, "row_ms": costs.row_ms},
        "needs": [asdict(one) for one in needs],
        "simulated": {
            question: [
                {
                    "name": scenario.name,
                    "plant": asdict(scenario.plant),
                    "load": asdict(scenario.load),
                    "first_byte_p95": run.p(run.first_byte, 95),
                    "done_p95": run.p(run.done, 95),
                    "added_p95": run.p(run.added, 95),
                    "held": len(run.held),
                    "interpreter": run.cpu,
                    "chain": run.chain,
                    "most_threads": run.most_threads,
                    "waits_most_for": run.worst(),
                }
                for scenario, run in runs
            ]
            for question, runs in seen.items()
        },
    }


if __name__ == "__main__":
    main()
