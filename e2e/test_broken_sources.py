"""One source is broken, in every way the sandbox knows: the page stands, and says who failed."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from e2e.acting import begin_login, complete, events, log_in, reload_until, section, shown_text
from e2e.conftest import OpenPage
from e2e.places import PLACES
from e2e.running import LATE_SECONDS, TOO_LATE_SECONDS, World
from e2e.sentences import NONE
from sandbox.faults import TARGETS

BOOKED_IN_NORDMARK = "Återbesök efter operation"
BOOKED_IN_SYDKUST = "Utprovning av läshjälpmedel"
VISIT_IN_SJOVIK = "Såromläggning"

ALL_ANSWERED = re.compile(r"Klart. Uppgifter från (\d+) av \1 källor.")


@dataclass(frozen=True, slots=True)
class Target:
    """A target of the fault panel. `named` is what the page calls it; `rest` are rows of others.

    `unseen` are the kinds that nobody could tell from a good answer, `kinds` those that are tried
    when not all are: another target of the same nature is tried with them all.
    """

    named: str
    rest: tuple[str, ...]
    unseen: tuple[str, ...] = ()
    kinds: tuple[str, ...] | None = None


BROKEN = {
    "sydkust": Target(
        "Region Sydkust",
        (BOOKED_IN_NORDMARK, VISIT_IN_SJOVIK),
        # An empty list is an answer, the aggregator drops the words of an error result, and what
        # breaks the schema can be read all the same.
        unseen=("empty", "error-result", "invalid"),
    ),
    "nordmark": Target(
        "Region Nordmark",
        (BOOKED_IN_SYDKUST, VISIT_IN_SJOVIK),
        kinds=("http500", "wrong-person"),
    ),
    "sjovik-omsorg": Target(
        "Sjöviks kommun",
        (BOOKED_IN_NORDMARK, BOOKED_IN_SYDKUST, VISIT_IN_SJOVIK),
        kinds=("http500", "garbage"),
    ),
    "plattformen": Target("region", (VISIT_IN_SJOVIK,)),
    "tak": Target("region", (VISIT_IN_SJOVIK,)),
    "engagemangsindex": Target("regionerna", (VISIT_IN_SJOVIK,), unseen=("empty",)),
    "sjovik": Target(
        "Sjöviks kommun",
        (BOOKED_IN_NORDMARK, BOOKED_IN_SYDKUST),
        unseen=("empty",),
    ),
    "sjovik-token": Target("Sjöviks kommun", (BOOKED_IN_NORDMARK, BOOKED_IN_SYDKUST)),
    "fast-kontakt": Target(
        "Inera",
        (BOOKED_IN_NORDMARK, BOOKED_IN_SYDKUST, VISIT_IN_SJOVIK),
        kinds=("http500", "garbage"),
    ),
}
LOGIN_SERVICE = "bankid"
# Neither is asked for one's own overview.
ELSEWHERE = {
    *(LOGIN_SERVICE, "vardnadshavare"),
    *("sparr", "samtycke", "patientrelation", "logg", "hsa"),
}
# What is slow is looked at below, with what came before it.
CASES = [
    (target, kind)
    for target, kinds in TARGETS.items()
    if target not in ELSEWHERE
    for kind in BROKEN[target].kinds or kinds
    if kind != "slow"
]


@pytest.mark.parametrize(("target", "kind"), CASES)
def test_the_page_stands_and_names_who_failed(
    page: Page, world: World, target: str, kind: str
) -> None:
    world.fault(target, kind)
    log_in(page)
    complete(page)
    broken = BROKEN[target]
    for title in broken.rest:
        expect(events(page).get_by_role("heading", name=title)).to_have_count(1)
    status = section(page, "status")
    if kind in broken.unseen:
        expect(status).to_contain_text("har svarat")
        return
    expect(status).to_contain_text(re.compile(rf"(från|på svar från) .*{broken.named}"))
    expect(status).not_to_contain_text("vi frågade har svarat")
    expect(page.locator("main .avsnitt .laget")).not_to_have_count(0)
    assert _technical_words(page) == []
    # Every kind of row has someone broken behind it, so nothing may be said to be absent.
    text = shown_text(page)
    assert [sentence for sentence in NONE if sentence in text] == []


def test_the_notice_says_what_follows_and_what_to_do(page: Page, world: World) -> None:
    world.fault("sydkust", "http500")
    log_in(page)
    notice = section(page, "status").locator(".meddelande-varning")
    expect(notice).to_contain_text(re.compile("Vi kunde inte hämta tider.* från Region Sydkust"))
    expect(notice).to_contain_text(re.compile("Det kan finnas tider.* som inte syns här."))
    call = notice.get_by_role("link", name="Ring")
    expect(call).to_have_attribute("href", "tel:0980319240")
    expect(page.get_by_role("status")).not_to_have_text(ALL_ANSWERED)


def test_a_mended_source_is_there_when_one_tries_again(page: Page, world: World) -> None:
    world.fault("sydkust", "http500")
    log_in(page)
    complete(page)
    again = section(page, "status").get_by_role("link", name="Försök igen")
    expect(again).to_have_attribute("href", "/sv/mig/")
    world.mend()
    # A failing source is left in peace a few seconds before it is asked again.
    reload_until(page, section(page, "status").get_by_text("Alla vi frågade har svarat"))
    expect(events(page).get_by_role("heading", name=BOOKED_IN_SYDKUST)).to_have_count(1)
    expect(again).to_have_count(0)


def test_the_first_sections_are_on_screen_while_the_rest_is_waited_for(
    page: Page, world: World
) -> None:
    """What each section still waited for when it came, as the browser itself saw it."""
    world.fault("plattformen", "hang")
    page.add_init_script(_NOTE_ARRIVALS)
    begin_login(page)
    choose_without_waiting(page)
    expect(section(page, "next").get_by_text("Kommunen")).to_be_visible()
    complete(page)
    waited_for = dict(page.evaluate("window.arrivals"))
    assert {"status", "plans", "contacts"} <= set(waited_for["next"])
    assert {"status", "plans", "contacts"} <= set(waited_for["events"])
    expect(section(page, "status")).to_contain_text("Vi väntar fortfarande på svar från")


def test_what_comes_late_has_a_place_of_its_own(page: Page, world: World) -> None:
    world.fault("plattformen", "slow", seconds=LATE_SECONDS)
    log_in(page)
    complete(page)
    late = section(page, "late")
    expect(late.get_by_role("heading", name="Kom in efter hand")).to_be_visible()
    expect(late.get_by_role("heading", name=BOOKED_IN_NORDMARK)).to_be_visible()
    first = section(page, "events")
    expect(first.get_by_role("heading", name=VISIT_IN_SJOVIK)).to_be_visible()
    expect(first.get_by_role("heading", name=BOOKED_IN_NORDMARK)).to_have_count(0)
    said = "Fler uppgifter hämtades fortfarande när det här visades."
    expect(first.get_by_text(said)).to_be_visible()


def test_what_is_too_late_has_a_link_that_brings_it(page: Page, world: World) -> None:
    world.fault("plattformen", "slow", seconds=TOO_LATE_SECONDS)
    log_in(page)
    complete(page)
    first = section(page, "events")
    expect(first.get_by_role("heading", name=BOOKED_IN_NORDMARK)).to_have_count(0)
    first.get_by_role("link", name="Kommande händelser").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kommande händelser")
    expect(page.get_by_role("heading", name=BOOKED_IN_NORDMARK)).to_be_visible()
    # The population register is as slow, and the page waits for it each time: enough of that.
    world.mend()
    page.get_by_role("link", name="Tillbaka till hela sidan").click()
    complete(page)
    expect(section(page, "events").get_by_role("heading", name=BOOKED_IN_NORDMARK)).to_be_visible()


def test_without_answers_nobody_says_that_there_is_nothing(page: Page, world: World) -> None:
    """The same person as has nothing: now nobody knows."""
    for target in ("sydkust", "nordmark", "sjovik"):
        world.fault(target, "http500")
    log_in(page, "Tove Palm")
    complete(page)
    text = _of_others(page)
    assert [sentence for sentence in NONE if sentence in text] == []
    assert re.findall(r"\b[Ii]nga\b|\b[Ii]nget\b", text) == []
    for slot in ("next", "week", "events", "plans", "contacts"):
        expect(section(page, slot)).to_contain_text("Vi vet inte")


def test_with_every_source_broken_the_page_still_says_so_in_order(page: Page, world: World) -> None:
    for target in ("plattformen", "sjovik", "fast-kontakt"):
        world.fault(target, "refuse")
    log_in(page)
    complete(page)
    text = _of_others(page)
    assert [sentence for sentence in NONE if sentence in text] == []
    for slot in ("next", "week", "events", "plans", "contacts"):
        expect(section(page, slot)).to_contain_text("Vi vet inte")
    # The one is the portal's own inbox.
    expect(page.get_by_role("status")).to_have_text(re.compile(r"Uppgifter från 1 av \d"))


def test_an_old_copy_is_shown_as_old(page: Page, world: World) -> None:
    """A failing source costs nobody what was fetched before it failed, in the same session."""
    PLACES["oversikt-kopia"](page, world)
    notice = section(page, "status").locator(".meddelande-varning")
    expect(notice.first).to_contain_text("Du ser en äldre kopia av")
    expect(notice.first).to_contain_text("Uppgifterna kan ha ändrats.")
    row = events(page).locator("li.handelse").filter(has_text=VISIT_IN_SJOVIK)
    expect(row).to_contain_text(re.compile(r"Kopia från i dag kl\.\s\d\d\.\d\d\. Kan ha ändrats\."))
    fresh = events(page).locator("li.handelse").filter(has_text=BOOKED_IN_NORDMARK)
    expect(fresh).not_to_contain_text("Kopia från")


def test_a_partial_answer_is_shown_and_said_to_be_partial(page: Page, world: World) -> None:
    world.fault("sjovik", "partial")
    log_in(page)
    complete(page)
    expect(section(page, "status")).to_contain_text("Vi fick inte alla")
    expect(section(page, "contacts")).to_contain_text("Omar Said")


@pytest.mark.parametrize(
    "kind", [kind for kind in TARGETS[LOGIN_SERVICE] if kind not in ("slow", "hang")]
)
def test_a_broken_login_service_is_told_in_plain_words(page: Page, world: World, kind: str) -> None:
    world.fault(LOGIN_SERVICE, kind)
    page.goto("/sv/")
    page.get_by_role("link", name="Logga in med").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Du är inte inloggad")
    expect(page.get_by_role("link", name="Försök igen")).to_be_visible()
    assert _technical_words(page) == []


def test_two_people_never_share_a_broken_answer(open_page: OpenPage, world: World) -> None:
    """A fault for one person is that person's alone."""
    world.fault("sjovik", "http500", person="190001019801")
    ill, well = open_page(), open_page()
    log_in(ill)
    log_in(well, "Sara Holm")
    complete(ill)
    complete(well)
    expect(section(ill, "status")).to_contain_text("Sjöviks kommun")
    expect(section(well, "status")).to_contain_text("vi frågade har svarat")


def choose_without_waiting(page: Page) -> None:
    """Press the person's button; the page that follows is looked at while it still comes."""
    page.locator("button", has=page.locator("strong", has_text="Birgitta")).click(
        no_wait_after=True
    )


def _of_others(page: Page) -> str:
    """The page but for the messages, which the portal keeps itself: they are known all the same."""
    return shown_text(page).replace(section(page, "messages").inner_text(), "")


def _technical_words(page: Page) -> list[str]:
    """What belongs in a log: codes, exceptions, and the names of protocols."""
    words = r"HTTP|XML|SOAP|FHIR|JSON|VP\d{3}|[Ee]xception|[Ee]rror|Timeout|None"
    return re.findall(rf"\b(?:{words})\b|Ett fel uppstod", shown_text(page))


_NOTE_ARRIVALS = """
window.arrivals = [];
new MutationObserver(records => {
  for (const record of records) for (const node of record.addedNodes) {
    if (node.nodeName !== 'SECTION' || !node.slot) continue;
    const missing = [...node.parentNode.shadowRoot.querySelectorAll('slot')].map(s => s.name)
      .filter(name => !node.parentNode.querySelector(`:scope > [slot=${name}]`));
    window.arrivals.push([node.slot, missing]);
  }
}).observe(document, {childList: true, subtree: true});
"""
