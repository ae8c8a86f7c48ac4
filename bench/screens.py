"""What a page weighs on its way to a browser, and when it can be read there.

The portal with its whole sandbox, read by Chromium as by somebody who comes for the first time:
nothing is in the browser's cache. Bytes are those that came over the wire, headers too, as the
browser counted them. Times begin when the address is asked for.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bench.figures import Figure, figure

CHROMIUM: Final = Path("/usr/bin/chromium")
BUDGET: Final = 45_000
"""Bytes that the overview may cost who comes for the first time (performance.md)."""
ROUNDS: Final = 5
BARE: Final = "/sv/"
PAGES: Final = (
    "/sv/mig/",
    "/sv/mig/veckan/",
    "/sv/mig/planer/",
    "/sv/mig/overenskommelser/",
    "/sv/mig/insatser/",
    "/sv/mig/kontakter/",
    "/sv/mig/meddelanden/",
    "/sv/mig/lakemedel/",
    "/sv/mig/nytt/",
    "/sv/mig/kallor/",
    "/sv/mig/utskrift/",
)
PART: Final = "In the browser: everybody answers, nothing in the cache"


@dataclass(frozen=True, slots=True)
class Visit:
    """Bytes over the wire, whole and of the document alone; seconds; the sum of layout shifts."""

    transferred: int
    document: int
    unpacked: int
    script: int
    requests: int
    first_byte: float
    first_paint: float
    last_byte: float
    shift: float


def measure(folder: Path) -> list[Figure]:
    # Not at the top: the sandbox and the browser are for this part alone.
    from e2e.running import running

    with running(folder) as world, _browser() as browser:
        state = _logged_in(browser, world.url)
        figures: list[Figure] = []
        # Whoever comes first pays for what is made once.
        _visit(browser, state, world.url + PAGES[0])
        for path in PAGES:
            ours, floors = [], []
            for _ in range(ROUNDS):
                floors.append(_visit(browser, state, world.url + BARE))
                ours.append(_visit(browser, state, world.url + path))
            figures += _figures(path, ours, floors)
        return figures


def _figures(path: str, ours: list[Visit], floors: list[Visit]) -> Iterator[Figure]:
    last = ours[-1]
    yield figure(
        PART,
        f"{path}: bytes",
        f"the budget, {BUDGET:,} bytes",
        [one.transferred for one in ours],
        [BUDGET] * len(ours),
        transferred=last.transferred,
        document=last.document,
        unpacked=last.unpacked,
        script=last.script,
        requests=last.requests,
    )
    yield figure(
        PART,
        f"{path}: first contentful paint",
        "of the open start page",
        [one.first_paint for one in ours],
        [one.first_paint for one in floors],
        ms=1e3 * last.first_paint,
        first_byte_ms=1e3 * last.first_byte,
        last_section_ms=1e3 * last.last_byte,
        layout_shift=max(one.shift for one in ours),
    )


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = str(CHROMIUM) if CHROMIUM.exists() else None
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


def _logged_in(browser: Browser, url: str) -> Any:
    from e2e.acting import complete, log_in

    context = browser.new_context(base_url=url)
    page = context.new_page()
    log_in(page)
    complete(page)
    state = context.storage_state()
    context.close()
    return state


def _visit(browser: Browser, state: Any, url: str) -> Visit:
    context = browser.new_context(storage_state=state)
    try:
        return _look(context, context.new_page(), url)
    finally:
        context.close()


def _look(context: BrowserContext, page: Page, url: str) -> Visit:
    network = context.new_cdp_session(page)
    kinds: dict[str, str] = {}
    sizes: dict[str, int] = {}
    network.on("Network.responseReceived", lambda e: kinds.update({e["requestId"]: e["type"]}))
    network.on(
        "Network.loadingFinished",
        lambda e: sizes.update({e["requestId"]: int(e["encodedDataLength"])}),
    )
    network.send("Network.enable")
    page.goto(url, wait_until="networkidle")
    seen = page.evaluate(_SEEN)
    if seen["status"] != 200:
        print(f"{url}: answered {seen['status']}", file=sys.stderr)

    def of(kind: str) -> int:
        return sum(size for key, size in sizes.items() if kinds.get(key) == kind)

    return Visit(
        transferred=sum(sizes.values()),
        document=of("Document"),
        unpacked=seen["unpacked"],
        script=of("Script"),
        requests=len(sizes),
        first_byte=seen["first_byte"] / 1e3,
        first_paint=seen["first_paint"] / 1e3,
        last_byte=seen["last_byte"] / 1e3,
        shift=seen["shift"],
    )


_SEEN: Final = """
() => new Promise(resolve => {
  const [navigation] = performance.getEntriesByType('navigation');
  const paint = performance.getEntriesByName('first-contentful-paint')[0];
  let shift = 0;
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) shift += entry.value;
  }).observe({type: 'layout-shift', buffered: true});
  requestAnimationFrame(() => setTimeout(() => resolve({
    status: navigation.responseStatus,
    unpacked: navigation.decodedBodySize,
    first_byte: navigation.responseStart,
    first_paint: paint.startTime,
    last_byte: navigation.responseEnd,
    shift,
  })));
})
"""
