"""What a municipality, a region and the country ask for, and what that takes: arithmetic only.

Everything that is not measured is an assumption, and stands here by name.
"""

from dataclasses import dataclass
from math import ceil
from statistics import mean

from bench.costs import Costs

SOURCES = 12
SOURCE_SECONDS = 0.24
"""Mean of the distribution that `simulate` draws answers from."""
WEB_MS = 1.0
"""The web server and the proxy's side of a request, which the bench does not count."""
HEADROOM = 1.5
BURST = 3.0
"""The busiest second over the mean of the busiest hour."""
LOGIN_ROWS = 2
"""Login and LookedUp, beside the rows that every page writes."""
KEPT_SECONDS = 3600
"""What is fetched is kept for an hour after it last was added to (`stodtjanster.fetch.shelf`)."""
SHELF_LOGINS = 500_000 / 204
"""What a process keeps at most, in logins of the measured page; then the least used goes first."""
REDIS_OVERHEAD = 1.3
"""Keys, expiry, sealing and the allocator, over the values themselves."""
POOL = 32
"""The most connections that a process opens to the database (`portal.store.database`)."""
MONTHS_OF_FIVE_YEARS = 60


@dataclass(frozen=True, slots=True)
class Scale:
    """`peak` is pages a second in the busiest second, `logins` are logins a year."""

    name: str
    peak: float
    logins: float
    pages_a_login: float = 4.0

    @property
    def cold(self) -> float:
        """The share of pages that ask all sources: the first of each login."""
        return 1 / self.pages_a_login


@dataclass(frozen=True, slots=True)
class Need:
    """What a scale takes in its busiest second, and what it writes in a year. `cores` have the
    headroom, `cores_all_cold` are those where every page asks all sources. `chain` is the share of
    its time that the log's one chain is written.
    """

    scale: Scale
    cores: float
    cores_all_cold: float
    processes: int
    threads: float
    calls_a_second: float
    calls_at_once: float
    database_connections: int
    logins_kept: float
    memory_gb: float
    redis_gb: float
    rows_a_second: float
    chain: float
    gb_a_year: float
    megabit_out: float


def municipality(served: int) -> Scale:
    """Each person served is read about three times a day: by themselves, kin and staff."""
    logins_a_day = 3 * served
    peak = BURST * logins_a_day * 4.0 * 0.15 / 3600
    return Scale(f"kommun, {served:,} brukare", peak, 365 * logins_a_day)


def population(name: str, people: int, peak: float) -> Scale:
    """Twenty logins a year each, as people use 1177's services in all."""
    return Scale(name, peak, 20 * people)


NATION = population("the nation, 10 M", 10_000_000, 1500)
REGION = population("region, 1.4 M", 1_400_000, 210)
SCALES = (municipality(200), municipality(10_000), REGION, NATION)


def need(scale: Scale, costs: Costs) -> Need:
    cold_ms = mean(costs.page_ms) + mean(costs.fetch_ms) + WEB_MS
    warm_ms = mean(costs.warm_ms) + WEB_MS
    busy = scale.peak * (scale.cold * cold_ms + (1 - scale.cold) * warm_ms) / 1000
    cores = HEADROOM * busy
    processes = max(2, ceil(cores))
    cold_pages = scale.peak * scale.cold
    rows = costs.rows_a_page + scale.cold * LOGIN_ROWS
    kept = scale.peak / BURST * scale.cold * KEPT_SECONDS
    lying = min(kept, processes * SHELF_LOGINS)
    # A cold page is held by its slowest source; of twelve that is about twice the median one.
    held = scale.cold * 2.2 * SOURCE_SECONDS + (cold_ms + warm_ms) / 1000
    return Need(
        scale=scale,
        cores=cores,
        cores_all_cold=HEADROOM * scale.peak * cold_ms / 1000,
        processes=processes,
        threads=HEADROOM * scale.peak * held,
        calls_a_second=cold_pages * SOURCES,
        calls_at_once=cold_pages * SOURCES * SOURCE_SECONDS,
        database_connections=processes * POOL,
        logins_kept=kept,
        memory_gb=(processes * costs.rest_mb + lying * costs.kept_kb / 1000) / 1000,
        redis_gb=kept * costs.sealed_kb * REDIS_OVERHEAD / 1e6,
        rows_a_second=scale.peak * rows,
        chain=scale.peak * rows * costs.row_ms / 1000,
        gb_a_year=scale.logins * scale.pages_a_login * rows * costs.row_bytes / 1e9,
        megabit_out=scale.peak * costs.html_kb * 8 / 1000,
    )
