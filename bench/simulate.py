"""Pages, processes, sources and the log as a discrete-event simulation (SimPy), in seconds.

A page takes a thread of one process, its interpreter for as long as a measured page took it, and
the log's chain for as long as a measured commit did. What foreign systems take is drawn from a
distribution that is assumed. Not modelled: the proxy, the network, and what the database reads.
"""

from collections.abc import Generator
from dataclasses import dataclass, field
from random import Random
from statistics import mean
from typing import Any

import simpy

from bench.costs import Costs
from bench.figures import percentile

MEDIAN_SECONDS = 0.2
SIGMA = 0.6
"""Of the logarithm: 95 of 100 answers come within 0.54 s, 99 within 0.81."""
HARD_SECONDS = 4.0
ANSWER_SECONDS = 30.0
CONCURRENT = 64
QUEUE = 256
BREAKER_FAILURES = 5
BREAKER_SECONDS = 20.0
FRONT = 0.25
"""The share of a page's own work that comes before the log and the first byte."""

Steps = Generator[simpy.Event, Any, Any]


@dataclass(frozen=True, slots=True)
class Plant:
    """`chains` is how many logs of their own the processes share between them: one is built."""

    processes: int
    threads: int = 64
    sources: int = 12
    chains: int = 1


@dataclass(frozen=True, slots=True)
class Load:
    """`slow_share` of the people have a source that answers after `slow_seconds`, from the start;
    None never answers."""

    pages_a_second: float
    cold: float
    seconds: float
    slow_share: float = 0.0
    slow_seconds: float | None = None


@dataclass(slots=True)
class Seen:
    """What the pages met, in seconds, and how busy what they share was, as shares of its time.

    `added` is how much later than its slowest source a cold page was done; pages that waited for a
    slow region are told of in `held`, and in nothing else but `first_byte`.
    """

    first_byte: list[float] = field(default_factory=list)
    done: list[float] = field(default_factory=list)
    added: list[float] = field(default_factory=list)
    held: list[float] = field(default_factory=list)
    thread_waits: list[float] = field(default_factory=list)
    cpu_waits: list[float] = field(default_factory=list)
    log_waits: list[float] = field(default_factory=list)
    most_threads: int = 0
    cpu: float = 0.0
    chain: float = 0.0
    unfinished: int = 0
    refused: int = 0

    def worst(self) -> str:
        """What the pages waited for most."""
        waits = {
            "threads": self.thread_waits,
            "interpreter": self.cpu_waits,
            "log": self.log_waits,
        }
        return max(waits, key=lambda name: sum(waits[name]))

    def p(self, what: list[float], percent: float) -> float:
        return percentile(what, percent) if what else 0.0


class _Process:
    """One portal: its threads, its interpreter, its queue to the log and its guard of the source
    that may be slow."""

    def __init__(self, env: simpy.Environment, threads: int, chain: simpy.Resource) -> None:
        self.threads = simpy.Resource(env, threads)
        self.interpreter = simpy.Resource(env, 1)
        self.calls = simpy.Resource(env, CONCURRENT)
        self.chain = chain
        self.waiting: list[simpy.Event] = []
        self.writing = False
        self.failures = 0
        self.closed_until = 0.0
        self.worked = 0.0


class Simulation:
    """`run` once."""

    def __init__(self, plant: Plant, load: Load, costs: Costs, seed: int = 1) -> None:
        self._plant, self._load, self._costs = plant, load, costs
        self._random = Random(seed)
        self._env = simpy.Environment()
        self._chains = [simpy.Resource(self._env, 1) for _ in range(plant.chains)]
        self._written = 0.0
        self._open = 0
        self._processes = [
            _Process(self._env, plant.threads, self._chains[number % plant.chains])
            for number in range(plant.processes)
        ]
        self._seen = Seen()

    def run(self) -> Seen:
        self._env.process(self._arrivals())
        self._env.run(until=self._load.seconds)
        seen, seconds = self._seen, self._load.seconds
        seen.cpu = mean(one.worked for one in self._processes) / seconds
        seen.chain = self._written / seconds / self._plant.chains
        seen.unfinished = self._open
        return seen

    def _arrivals(self) -> Steps:
        while True:
            yield self._env.timeout(self._random.expovariate(self._load.pages_a_second))
            self._env.process(self._page(self._random.choice(self._processes)))

    def _page(self, process: _Process) -> Steps:
        env, seen, costs = self._env, self._seen, self._costs
        began = env.now
        self._open += 1
        with process.threads.request() as thread:
            yield thread
            seen.thread_waits.append(env.now - began)
            seen.most_threads = max(seen.most_threads, process.threads.count)
            cold = self._random.random() < self._load.cold
            place = self._random.randrange(len(costs.page_ms))
            own = (costs.page_ms[place] if cold else self._random.choice(costs.warm_ms)) / 1000
            yield from self._work(process, FRONT * own)
            yield from self._record(process)
            seen.first_byte.append(env.now - began)
            slow = cold and self._random.random() < self._load.slow_share
            asked = env.now
            slowest = 0.0
            if cold:
                slowest = yield from self._gather(process, costs.fetch_ms[place] / 1000)
            if slow:
                yield from self._wait_for_slow(process, asked)
            yield from self._work(process, (1 - FRONT) * own)
            yield from self._record(process)
        self._open -= 1
        if slow:
            seen.held.append(env.now - began)
        else:
            seen.done.append(env.now - began)
            if cold:
                seen.added.append(env.now - began - slowest)

    def _gather(self, process: _Process, fetch: float) -> Generator[simpy.Event, Any, float]:
        """Read the answers as they come; says what the slowest took."""
        sources = self._plant.sources
        comes = sorted(
            MEDIAN_SECONDS * self._random.lognormvariate(0, SIGMA) for _ in range(sources)
        )
        asked = self._env.now
        for seconds in comes:
            if (left := asked + min(seconds, HARD_SECONDS) - self._env.now) > 0:
                yield self._env.timeout(left)
            yield from self._work(process, fetch / sources)
        return min(comes[-1], HARD_SECONDS)

    def _wait_for_slow(self, process: _Process, asked: float) -> Steps:
        """Until the slow source has answered, is refused by the guards, or the page gives up."""
        busy = len(process.calls.queue) >= QUEUE
        if busy or self._env.now < process.closed_until:
            self._seen.refused += 1
            return
        flight = self._env.process(self._flight(process))
        patience = self._env.timeout(max(0.0, asked + HARD_SECONDS - self._env.now))
        yield flight | patience

    def _flight(self, process: _Process) -> Steps:
        """It belongs to the service: a page that gives up cancels nothing."""
        with process.calls.request() as call:
            yield call
            takes = self._load.slow_seconds
            yield self._env.timeout(min(takes or ANSWER_SECONDS, ANSWER_SECONDS))
        if takes is not None and takes < ANSWER_SECONDS:
            process.failures = 0
            return
        process.failures += 1
        if process.failures >= BREAKER_FAILURES:
            process.closed_until = self._env.now + BREAKER_SECONDS

    def _work(self, process: _Process, seconds: float) -> Steps:
        began = self._env.now
        with process.interpreter.request() as turn:
            yield turn
            self._seen.cpu_waits.append(self._env.now - began)
            yield self._env.timeout(seconds)
            process.worked += seconds

    def _record(self, process: _Process) -> Steps:
        """What waits when the writer comes by is committed together, as `StoredAudit` does it."""
        began = self._env.now
        done = self._env.event()
        process.waiting.append(done)
        if not process.writing:
            process.writing = True
            self._env.process(self._write(process))
        yield done
        self._seen.log_waits.append(self._env.now - began)

    def _write(self, process: _Process) -> Steps:
        while process.waiting:
            batch, process.waiting = process.waiting, []
            with process.chain.request() as turn:
                yield turn
                takes = (self._costs.commit_ms + self._costs.row_ms * len(batch)) / 1000
                yield self._env.timeout(takes)
                self._written += takes
            for one in batch:
                one.succeed()
        process.writing = False
