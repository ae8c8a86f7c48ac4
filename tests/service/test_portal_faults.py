"""Every way a source can be broken: the page stands, and never says that there is nothing."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.faults import TARGETS
from stodtjanster.fetch import FetchService, Harvest
from stodtjanster.sources.kit.source import Source
from tests.service.conftest import Sandbox
from tests.service.portal_client import MY_PAGE, Browser, Portal, running_portal

NORDMARK, SYDKUST, SJOVIK = "Region Nordmark", "Region Sydkust", "Sjöviks kommun"
# What the main person reads from each of them, and from nobody else.
ROWS = {
    NORDMARK: ("Återbesök efter operation", "Diabetes – årlig plan"),
    SYDKUST: ("Utprovning av läshjälpmedel",),
    SJOVIK: ("Träning hemma med fysioterapeut", "Genomförandeplan hemtjänst", "Trygghetslarm"),
}
# Whose answers a target stands in the way of.
STANDS_BEFORE = {
    "nordmark": {NORDMARK},
    "sydkust": {SYDKUST},
    "sjovik-omsorg": set(),  # the same services as over FHIR, by another way
    "plattformen": {NORDMARK, SYDKUST},
    "tak": {NORDMARK, SYDKUST},
    "engagemangsindex": {NORDMARK, SYDKUST},
    "sjovik": {SJOVIK},
    "sjovik-token": {SJOVIK},
    "fast-kontakt": set(),  # it knows nobody of the main person's contacts
}
# What the page may call the one that failed.
NAMES = {
    "nordmark": (NORDMARK,),
    "sydkust": (SYDKUST,),
    "sjovik-omsorg": (SJOVIK,),
    "plattformen": ("regionerna", "kommunerna"),
    "tak": ("regionerna", "kommunerna"),
    "engagemangsindex": ("regionerna", "kommunerna"),
    "sjovik": (SJOVIK,),
    "sjovik-token": (SJOVIK,),
    "fast-kontakt": ("Inera",),
}
# What nobody can see: an answer without rows is an answer, and the platform passes an ERROR on as
# one (its habit, and the reason for "hos dem som svarade").
HIDDEN = {
    (target, kind)
    for target in ("nordmark", "sydkust", "sjovik-omsorg")
    for kind in ("empty", "error-result")
} | {("engagemangsindex", "empty"), ("sjovik", "empty"), ("fast-kontakt", "empty")}
NEVER_ANSWERS = {
    (target, "hang") for target in ("plattformen", "sjovik", "sjovik-token", "fast-kontakt")
}

SENTENCES = {
    "booked": (
        "Du har inga tider de närmaste sex veckorna hos dem som svarade.",
        "Inget är inbokat de närmaste sju dagarna hos dem som svarade.",
    ),
    "managers": ("Du har varken vårdval eller fast kontakt",),
    "listings": ("Du har varken vårdval eller fast kontakt",),
    "plans": ("Du har ingen plan hos dem som svarade.",),
    "agreements": ("Du har inga överenskommelser hos dem som svarade.",),
    "services": ("Du har inga beslut om insatser från de kommuner som svarade.",),
}
# Neither is asked for one's own overview; who may read one's own is in `test_portal_sharing`.
ELSEWHERE = {"bankid", "vardnadshavare", "sparr", "samtycke", "patientrelation", "logg", "hsa"}
FAULTS = [
    (target, kind) for target, kinds in TARGETS.items() if target not in ELSEWHERE for kind in kinds
]
PATIENT = {"limits": {"breaker_failures": 1_000_000}}


@pytest.fixture(scope="module")
def standing(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """One portal for many faults: its breakers never open."""
    with running_portal(sandbox, tmp_path_factory.mktemp("portal")) as first:
        sources = tuple(source | PATIENT for source in first.settings.sources)
    state = tmp_path_factory.mktemp("portal")
    with running_portal(sandbox, state, sources=sources, hard_seconds=20.0) as running:
        yield running


@pytest.fixture
def impatient(sandbox: Sandbox, tmp_path: Path) -> Iterator[Portal]:
    """A portal that does not wait long; a test waits itself for what shall be there."""
    with running_portal(sandbox, tmp_path, soft_seconds=0.1, hard_seconds=0.3) as running:
        yield running


def words_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def status_of(page: str) -> str:
    return words_of(page.partition('id="status"')[2].partition("</section>")[0])


def read(browser: Browser) -> str:
    answer = browser.get(MY_PAGE)
    assert answer.status_code == 200
    assert answer.text.rstrip().endswith("</html>")
    return words_of(answer.text) + "\n" + status_of(answer.text)


def assert_honest(text: str, faults: Mapping[str, str]) -> None:
    """What holds for the main person, who has something of everything everywhere."""
    status = text.partition("\n")[2]
    hidden = HIDDEN & set(faults.items())
    broken = {owner for target in faults for owner in STANDS_BEFORE[target]}
    for owner, rows in ROWS.items():
        if owner not in broken:
            assert all(row in text for row in rows), f"{owner} answered, and is not on the page"
    for target, kind in faults.items():
        lost = [row for owner in STANDS_BEFORE[target] for row in ROWS[owner] if row not in text]
        if lost and (target, kind) not in HIDDEN:
            assert any(name in status for name in NAMES[target]), f"{target} is not named"
            assert "vi frågade har svarat" not in status
    for sentence in (sentence for sentences in SENTENCES.values() for sentence in sentences):
        assert hidden or sentence not in text
    assert "FÅR EJ VISAS" not in text
    assert "Felet ligger hos oss" not in text


def of_platform(source: Source) -> bool:
    return not source.settings.kind.startswith("fhir")


def of_fhir(source: Source) -> bool:
    return not of_platform(source)


def test_every_target_is_known_here() -> None:
    assert STANDS_BEFORE.keys() | ELSEWHERE == TARGETS.keys()


def test_a_good_day(standing: Portal) -> None:
    text = read(standing.logged_in("birgitta"))
    assert_honest(text, {})
    assert "vi frågade har svarat" in text
    assert "Vi vet inte" not in text
    assert "Det kan saknas något här" not in text


@pytest.mark.parametrize(
    ("target", "kind"),
    [fault for fault in FAULTS if fault not in NEVER_ANSWERS and not fault[0].endswith("-token")],
)
def test_one_broken_source(standing: Portal, target: str, kind: str) -> None:
    standing.sandbox.fault(target, kind, seconds=0.1)
    assert_honest(read(standing.logged_in("birgitta")), {target: kind})


@pytest.mark.parametrize(
    "kind", [kind for kind in TARGETS["sjovik-token"] if kind not in ("hang", "slow")]
)
def test_no_token(standing: Portal, tmp_path: Path, kind: str) -> None:
    """In a portal that has no token yet."""
    standing.sandbox.fault("sjovik-token", kind)
    with running_portal(standing.sandbox, tmp_path, hard_seconds=20.0) as fresh:
        text = read(fresh.logged_in("birgitta"))
    assert_honest(text, {"sjovik-token": kind})
    assert SJOVIK in text.partition("\n")[2]
    assert not any(row in text for row in ROWS[SJOVIK])


@pytest.mark.parametrize(("target", "kind"), sorted(NEVER_ANSWERS))
def test_a_source_that_never_answers(impatient: Portal, target: str, kind: str) -> None:
    impatient.sandbox.fault(target, kind)
    browser = impatient.logged_in("birgitta")
    others = of_fhir if target == "plattformen" else of_platform
    impatient.wait_for_landings(impatient.flights(of=others))
    impatient.clock.pin()
    text = read(browser)
    assert_honest(text, {target: kind})
    assert "Vi väntar fortfarande på svar från" in text.partition("\n")[2]
    for owner, rows in ROWS.items():
        assert all((row in text) == (owner not in STANDS_BEFORE[target]) for row in rows)


def test_everything_is_broken(standing: Portal) -> None:
    for target in ("nordmark", "sydkust", "sjovik", "plattformen", "engagemangsindex"):
        standing.sandbox.fault(target, "http500")
    text = read(standing.logged_in("birgitta"))
    assert not any(row in text for rows in ROWS.values() for row in rows)
    assert_honest(text, {"plattformen": "http500", "sjovik": "http500"})
    assert "Vi vet inte" in text


def test_the_next_page_at_another_host_is_never_asked_for(standing: Portal) -> None:
    """FHIR paging must not become a way to make us call anybody (SSRF)."""
    standing.sandbox.fault("sjovik", "next-elsewhere")
    browser = standing.logged_in("birgitta")
    asked: list[str] = []
    driver = standing.house.fetch._driver
    send = driver.send

    async def noted(source: Any, request: Any) -> Any:
        asked.append(request.url)
        return await send(source, request)

    driver.send = noted
    try:
        browser.log_in("sara")
        text = read(browser)
    finally:
        driver.send = send
    homes = (standing.sandbox.info["platform"], *standing.sandbox.info["fhir"].values())
    assert asked
    assert all(url.startswith(homes) for url in asked)
    assert SJOVIK in text.partition("\n")[2]


class Remembering:
    """A fetch service that keeps the harvests that it gave out."""

    def __init__(self, fetch: FetchService) -> None:
        self._fetch = fetch
        self.harvests: list[Harvest] = []

    def begin(self, *arguments: Any, **named: Any) -> Harvest:
        self.harvests.append(self._fetch.begin(*arguments, **named))
        return self.harvests[-1]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._fetch, name)


@pytest.fixture(scope="module")
def remembering(standing: Portal) -> Iterator[Callable[[], Harvest]]:
    fetch = standing.house.fetch
    watched = Remembering(fetch)
    standing.change(fetch=watched)
    yield lambda: watched.harvests[-1]
    standing.change(fetch=fetch)


BREAKABLE = {
    target: [k for k in kinds if (target, k) not in NEVER_ANSWERS and k not in ("hang", "huge")]
    for target, kinds in TARGETS.items()
    if target not in ELSEWHERE
}
COMBINATIONS = st.fixed_dictionaries(
    {}, optional={target: st.sampled_from(kinds) for target, kinds in BREAKABLE.items()}
)
PEOPLE = st.sampled_from(["birgitta", "sara", "elias", "anders", "samira", "tom", "skyddad"])


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(person=PEOPLE, faults=COMBINATIONS)
def test_nothing_is_said_to_be_nothing_unless_everybody_answered(
    standing: Portal,
    remembering: Callable[[], Harvest],
    person: str,
    faults: dict[str, str],
) -> None:
    """THE invariant: no sentence of emptiness for a need whose answers are not complete."""
    standing.sandbox.clear()
    for target, kind in faults.items():
        standing.sandbox.fault(target, kind, seconds=0.1)
    text = read(standing.logged_in(person))
    harvest = remembering()
    for need, sentences in SENTENCES.items():
        answer = harvest.answer(need)
        if any(sentence in text for sentence in sentences[:1]):
            assert answer.complete, (need, answer.gaps)
            assert not answer.items
        for gap in answer.gaps:
            assert gap.cause is not None
    assert "FÅR EJ VISAS" not in text
    assert "Felet ligger hos oss" not in text
