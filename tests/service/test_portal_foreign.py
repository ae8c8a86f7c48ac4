"""What is another's is answered like what nobody has: refused in the same words, noted, and nothing
of theirs is asked for.

Handles of other people, grants and forms are tried in `test_portal_acting`, `test_portal_ombud`,
`test_portal_guardians` and `test_portal_actions`; addresses of calendars in `test_portal_calendar`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest

from stodtjanster.sources.inbox.kept import Letter
from tests.own_pages import hidden
from tests.service.conftest import Sandbox
from tests.service.portal_client import MY_PAGE, Browser, Portal, running_portal
from tests.service.test_portal_acting import granted, number, page_of
from tests.service.test_portal_people import markers

NOBODYS = "0" * 24
KINDS = {
    "time": "handelse/{}",
    "time's section": "handelse/{}/del/event",
    "time to cancel": "handelse/{}/avboka",
    "time to move": "handelse/{}/boka-om",
    "receipt": "handelse/{}/kvitto/aaaaaaaaaaaaaaaaaaaaaa",
    "plan": "planer/{}",
    "document": "planer/{}/bilaga/1",
    "message": "meddelanden/{}",
    "row of the log": "lasningar/{}",
    "own words": "eget/{}/andra",
    "own words to remove": "eget/{}/ta-bort",
}


@pytest.fixture(scope="module")
def portal(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    state = tmp_path_factory.mktemp("portal")
    with running_portal(sandbox, state, register_seconds=20, hard_seconds=20) as running:
        running.clock.pin()
        yield running


@pytest.fixture(scope="module")
def hers(portal: Portal) -> dict[str, str]:
    """A record of Birgitta's of each kind, by the first part of its address."""
    browser = portal.logged_in("birgitta")
    form = hidden(browser.get(f"{MY_PAGE}eget/ny?slag=ta-upp"))
    sent = {"slag": "ta-upp", "text": "Mitt eget.", "hor-till": "inget", "dela": "nej"}
    assert browser.post(f"{MY_PAGE}eget/ny", form | sent).status_code == 303
    assert portal.house.messages is not None
    letter = Letter(
        sender="TSTNMT2321000156-ORTO",
        record="brev",
        date="2026-11-19",
        time="10:00:00",
        title="Du är kallad",
        body=("Välkommen.",),
        unit="TSTNMT2321000156-ORTO",
        unit_name="Ortopedmottagningen",
        booking="NM-20431",
        invitation=True,
    )
    name = (letter.sender, letter.record)
    portal.house.messages.add(number("birgitta"), name, letter.encode(), received=portal.clock())
    found: dict[str, str] = {}
    for path in ("", "planer/", "meddelanden/", "lasningar/", "eget"):
        page = browser.get(MY_PAGE + path).text
        for kind, item in re.findall(rf'href="{MY_PAGE}([a-z]+)/([0-9a-f]{{24}})', page):
            found.setdefault(kind, item)
    return found


@pytest.fixture(scope="module")
def other(portal: Portal) -> Browser:
    return portal.logged_in("tom")


def words(answer_text: str, item: str) -> str:
    main = answer_text.replace(item, "").partition("<main")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


@pytest.mark.parametrize("kind", KINDS)
def test_another_persons_record_is_nobodys(
    portal: Portal, other: Browser, hers: dict[str, str], kind: str
) -> None:
    address = MY_PAGE + KINDS[kind]
    item = hers[KINDS[kind].partition("/")[0]]
    unknown = other.get(address.format(NOBODYS))
    noted = len(portal.events("SecurityEvent"))
    portal.sandbox.clear()
    foreign = other.get(address.format(item))
    assert foreign.status_code == unknown.status_code
    assert words(foreign.text, item) == words(unknown.text, NOBODYS)
    assert not {marker for marker in markers("birgitta") if marker in foreign.text}
    events = portal.events("SecurityEvent")[noted:]
    assert [event.actor for event in events] == [number("tom")]
    assert {event.detail for event in events} <= {"unknown-record", "unknown-receipt"}
    asked = [str(call) for call in portal.sandbox.calls()]
    assert not [call for call in asked if number("birgitta").value in call]


def test_a_record_of_ones_own_is_no_event(portal: Portal, hers: dict[str, str]) -> None:
    browser = portal.logged_in("birgitta")
    noted = len(portal.events("SecurityEvent"))
    for kind in ("time", "plan", "document", "message", "row of the log", "own words"):
        path = KINDS[kind].format(hers[KINDS[kind].partition("/")[0]])
        assert browser.get(MY_PAGE + path).status_code in (200, 404), path
    assert portal.events("SecurityEvent")[noted:] == []


def test_what_one_may_not_see_of_somebody_is_nobodys_there_too(
    portal: Portal, hers: dict[str, str]
) -> None:
    """A grant for contacts: her times and plans are outside it, whichever is named."""
    anders = portal.logged_in("anders")
    base = page_of(portal, anders, granted(portal, scopes=frozenset({"contact"})))
    portal.sandbox.clear()
    for path in ("handelse/{}", "planer/{}", "planer/{}/bilaga/1", "handelse/{}/avboka"):
        item = hers[path.partition("/")[0]]
        answers = [anders.get(base + path.format(each)) for each in (item, NOBODYS)]
        assert answers[0].status_code == answers[1].status_code
        assert words(answers[0].text, item) == words(answers[1].text, NOBODYS)
    opened = [e for e in portal.events("Disclosure") if e.actor_kind == "ombud"]
    assert not {"appointment", "care_plan"} & {kind for e in opened for kind in e.information}


def test_two_grants_of_one_person_do_not_add_up(portal: Portal) -> None:
    """Each has an address of its own, and opens what it says."""
    anders = portal.logged_in("anders")
    times, contacts = (
        granted(portal, scopes=frozenset({scope})) for scope in ("booking", "contact")
    )
    for mandate, its_own, the_others in (
        (times, "appointment", "care_manager"),
        (contacts, "care_manager", "appointment"),
    ):
        before = len(portal.events("Disclosure"))
        assert anders.get(page_of(portal, anders, mandate)).status_code == 200
        opened = {kind for e in portal.events("Disclosure")[before:] for kind in e.information}
        assert its_own in opened
        assert the_others not in opened
