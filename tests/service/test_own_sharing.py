"""What somebody writes to their plan: whom they share it with sees it, and nobody else does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from stodtjanster.sources.own.kept import Entry, Note, decode
from tests.own_pages import hidden
from tests.service.conftest import Sandbox
from tests.service.portal_client import MY_PAGE, Browser, Portal, running_portal
from tests.service.test_portal_acting import granted, number, page_of

MINE = f"{MY_PAGE}eget"
SIP = "Trygg hemma efter höftoperationen"
SECRET, SHARED = "Det här är bara mitt.", "Samma person på morgonen, tack."
DENTIST = "Tandläkare Rosén"
UNITS = ("Björkbackens vårdcentral", "Ortopedmottagningen", "Hemtjänsten Sjövik Norr")


@pytest.fixture
def portal(sandbox: Sandbox, tmp_path: Path) -> Iterator[Portal]:
    with running_portal(sandbox, tmp_path, register_seconds=20) as running:
        yield running


@pytest.fixture
def birgitta(portal: Portal) -> Browser:
    return portal.logged_in("birgitta")


def plan_page(browser: Browser, base: str = MY_PAGE, title: str = SIP) -> str:
    """The address of a plan on the page of plans."""
    page = browser.get(f"{base}planer/").text
    found = re.search(rf'href="({base}planer/[0-9a-f]{{24}})"[^>]*>\s*{title}', page)
    assert found is not None
    return found[1]


def write(browser: Browser, text: str, *, share: bool, about: str = "plan") -> None:
    page = browser.get(plan_page(browser)).text
    (ways, *_) = re.findall(r'href="([^"]*/eget/ny\?slag=ta-upp[^"]*)"', page)
    address = ways.replace("&amp;", "&")
    form = browser.get(address)
    chosen = address.partition("hor-till=")[2] if about == "plan" else "inget"
    sent = {"slag": "ta-upp", "text": text, "hor-till": chosen, "dela": "ja" if share else "nej"}
    answer = browser.post(f"{MINE}/ny", hidden(form) | sent)
    assert answer.status_code == 303, answer.text


def kept(portal: Portal, person: str = "birgitta") -> list[Entry | Note]:
    rows = portal.house.own_words
    assert rows is not None
    return [decode(row.content or b"") for row in rows.of(number(person))]


def test_the_form_knows_the_plan_that_one_came_from(birgitta: Browser) -> None:
    page = birgitta.get(plan_page(birgitta)).text
    assert page.count("Lägg till det jag vill ta upp") == 2
    (way, *_) = re.findall(r'href="([^"]*/eget/ny\?slag=ta-upp[^"]*)"', page)
    form = birgitta.get(way.replace("&amp;", "&")).text
    chosen = re.search(r'value="plan-[0-9a-f]{24}"\s*checked>\s*<label[^>]*>([^<]*)', form)
    assert chosen is not None
    assert chosen[1] == f"{SIP}, Region Nordmark"
    nobody = re.search(r'name="dela"\s*type="radio"\s*value="nej"\s*checked', form)
    assert nobody is not None, "nothing is shared by default"


def test_who_sees_it_is_said_by_name_before_and_after(portal: Portal, birgitta: Browser) -> None:
    write(birgitta, SHARED, share=True)
    (note,) = kept(portal)
    assert isinstance(note, Note)
    assert note.sharing.shared
    assert len(note.sharing.units) >= len(UNITS)
    for path in (MINE, plan_page(birgitta)):
        page = birgitta.get(path).text
        assert SHARED in page
        for unit in UNITS:
            assert unit in page.partition("Delas med")[2].partition("</p>")[0]
    assert f"{SIP}, Region Nordmark" in birgitta.get(MINE).text


def test_a_relative_sees_what_is_shared_and_nothing_else(portal: Portal, birgitta: Browser) -> None:
    write(birgitta, SHARED, share=True)
    write(birgitta, SECRET, share=False)
    form = hidden(birgitta.get(f"{MINE}/ny?slag=tid"))
    tomorrow = portal.clock().date().isoformat()
    time = {"slag": "tid", "vad": DENTIST, "dag": tomorrow, "hur": "dit"}
    assert birgitta.post(f"{MINE}/ny", form | time).status_code == 303
    mandate = granted(portal)
    anders = portal.logged_in("anders")
    base = page_of(portal, anders, mandate)
    page = anders.get(plan_page(anders, base)).text
    assert SHARED in page
    assert SECRET not in page
    assert "/eget/" not in page
    assert "Den som planeringen gäller" in page
    for path in ("", "veckan", "planer/"):
        seen = anders.get(base + path).text
        for hidden_text in (SECRET, DENTIST, "Inlagt av dig"):
            assert hidden_text not in seen, path
    assert anders.get(f"{base}eget").status_code == 404
    assert anders.get(f"{base}eget/ny?slag=tid").status_code == 404
    # On her own page all three are there.
    assert all(text in birgitta.get(MINE).text for text in (SHARED, SECRET, DENTIST))


def test_a_grant_without_plans_opens_no_notes(portal: Portal, birgitta: Browser) -> None:
    write(birgitta, SHARED, share=True)
    mandate = granted(portal, scopes=frozenset({"booking"}))
    anders = portal.logged_in("anders")
    base = page_of(portal, anders, mandate)
    for path in ("", "veckan", "planer/"):
        assert SHARED not in anders.get(base + path).text


def test_what_is_shared_no_more_is_gone_at_the_next_look(portal: Portal, birgitta: Browser) -> None:
    write(birgitta, SHARED, share=True)
    mandate = granted(portal)
    anders = portal.logged_in("anders")
    there = plan_page(anders, page_of(portal, anders, mandate))
    assert SHARED in anders.get(there).text
    (handle,) = set(re.findall(r"/eget/([0-9a-f]{24})/andra", birgitta.get(MINE).text))
    form = birgitta.get(f"{MINE}/{handle}/andra")
    sent = {"slag": "ta-upp", "text": SHARED, "hor-till": "samma", "dela": "nej"}
    assert birgitta.post(f"{MINE}/{handle}/andra", hidden(form) | sent).status_code == 303
    assert SHARED not in anders.get(there).text
    (note,) = kept(portal)
    assert isinstance(note, Note)
    assert not note.sharing.shared
    assert note.plan


def test_while_the_plans_are_silent_a_note_keeps_what_it_belongs_to(
    portal: Portal, birgitta: Browser, sandbox: Sandbox
) -> None:
    write(birgitta, SHARED, share=True)
    (before,) = kept(portal)
    portal.house.fetch.changed(number("birgitta"))
    for target in ("plattformen", "sjovik"):
        sandbox.fault(target, "http500")
    (handle,) = set(re.findall(r"/eget/([0-9a-f]{24})/andra", birgitta.get(MINE).text))
    form = birgitta.get(f"{MINE}/{handle}/andra")
    assert f"{SIP}, Region Nordmark" in form.text
    assert "Vi vet inte" in form.text
    sent = {"slag": "ta-upp", "text": "Nytt", "hor-till": "samma", "dela": "ja"}
    assert birgitta.post(f"{MINE}/{handle}/andra", hidden(form) | sent).status_code == 303
    (after,) = kept(portal)
    assert isinstance(before, Note)
    assert isinstance(after, Note)
    assert (after.text, after.plan, after.sharing) == ("Nytt", before.plan, before.sharing)


def test_a_note_may_belong_to_a_time(portal: Portal, birgitta: Browser) -> None:
    page = birgitta.get(MY_PAGE).text
    found = re.search(r'href="(/sv/mig/handelse/[0-9a-f]{24})">Återbesök efter operation', page)
    assert found is not None
    there = birgitta.get(found[1]).text
    (way, *_) = re.findall(r'href="([^"]*/eget/ny\?slag=fraga[^"]*)"', there)
    address = way.replace("&amp;", "&")
    form = birgitta.get(address)
    about = address.partition("hor-till=")[2]
    assert about.startswith("tid-")
    sent = {"slag": "fraga", "text": "Får jag duscha?", "hor-till": about, "dela": "nej"}
    assert birgitta.post(f"{MINE}/ny", hidden(form) | sent).status_code == 303
    assert "Får jag duscha?" in birgitta.get(found[1]).text
    (note,) = kept(portal)
    assert isinstance(note, Note)
    assert note.meeting is not None
    assert "Återbesök efter operation, " in (note.belongs or "")
    assert found[1] in birgitta.get(MINE).text


def test_nobody_else_has_it(portal: Portal, birgitta: Browser) -> None:
    write(birgitta, SHARED, share=True)
    for person in ("sara", "anders"):
        browser = portal.logged_in(person)
        for path in (MINE, MY_PAGE):
            assert SHARED not in browser.get(path).text


def test_writing_is_logged_with_what_it_is_and_not_what_it_says(
    portal: Portal, birgitta: Browser
) -> None:
    write(birgitta, SHARED, share=True)
    (event,) = portal.events("Written")
    assert (event.actor, event.subject) == (number("birgitta"), number("birgitta"))
    assert (event.information, event.detail) == (("own_note",), "own-added")
    disclosed = [e for e in portal.events("Disclosure") if "own_note" in e.information]
    assert disclosed
    assert SHARED not in portal.log.getvalue()
