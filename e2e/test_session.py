"""A login belongs to one browser, and is over when it is over."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from e2e.acting import MAIN, begin_login, complete, log_in, log_out
from e2e.conftest import OpenPage
from e2e.places import plant

PERSONAL = re.compile("Birgitta|Såromläggning|Björkbacken|Sjöviks kommun")
SESSION = "__Host-session"


def test_the_cookie_is_for_this_host_and_not_for_scripts(page: Page) -> None:
    log_in(page)
    (kept,) = page.context.cookies()
    assert kept["name"] == SESSION
    assert kept["httpOnly"]
    assert kept["secure"]
    assert kept["sameSite"] == "Lax"
    assert kept["path"] == "/"
    assert kept["expires"] == -1
    assert page.evaluate("document.cookie") == ""


def test_a_planted_cookie_does_not_survive_the_login(page: Page) -> None:
    planted = "p" * 43
    plant(page, planted)
    log_in(page)
    assert _session(page.context) != planted


def test_a_second_login_ends_the_first(open_page: OpenPage) -> None:
    page = open_page()
    log_in(page)
    first = _session(page.context)
    page.goto("/sv/logga-in/test")
    page.locator("button", has=page.locator("strong", has_text="Sara Holm")).click()
    page.wait_for_url("**/sv/mig/")
    expect(page.get_by_text("Sara Holm").first).to_be_visible()
    assert _session(page.context) != first
    _assert_dead(open_page(), first)


def test_nothing_of_the_person_is_left_after_logout(page: Page) -> None:
    log_in(page)
    complete(page)
    old = _session(page.context)
    with page.expect_response("**/logga-ut") as answer:
        log_out(page)
    out = answer.value
    assert out.header_value("clear-site-data") == '"cache", "cookies", "storage"'
    assert page.context.cookies() == []
    expect(page.get_by_text(PERSONAL)).to_have_count(0)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text(PERSONAL)).to_have_count(0)
    _assert_dead(page, old)


def test_the_way_back_after_logout_leads_to_the_start_page(page: Page) -> None:
    log_in(page)
    complete(page)
    log_out(page)
    page.goto("/sv/mig/")
    expect(page).to_have_url(re.compile(r"/sv/\?till=/sv/mig/$"))
    expect(page.get_by_role("link", name="Logga in med")).to_be_visible()


def test_one_lands_where_one_wanted_to_go(page: Page) -> None:
    page.goto("/sv/mig/del/contacts")
    page.get_by_role("link", name="Logga in med").click()
    page.locator("button", has=page.locator("strong", has_text=MAIN)).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mottagningar och kontakter")


@pytest.mark.parametrize("till", ["https://example.org/", "//example.org/", "/\\example.org"])
def test_nobody_is_sent_elsewhere_after_login(page: Page, till: str) -> None:
    page.goto(f"/sv/?till={till}")
    page.get_by_role("link", name="Logga in med").click()
    page.locator("button", has=page.locator("strong", has_text=MAIN)).click()
    expect(page).to_have_url(re.compile(r"^http://localhost:\d+/sv/mig/$"))


def test_a_cancelled_login_is_no_session(page: Page) -> None:
    begin_login(page)
    page.get_by_role("button", name="Avbryt").click()
    expect(page.get_by_text("Du avbröt inloggningen.")).to_be_visible()
    assert SESSION not in {one["name"] for one in page.context.cookies()}


def test_a_login_on_a_low_level_is_refused_in_plain_words(page: Page) -> None:
    begin_login(page)
    page.get_by_label("Låg tillitsnivå").check()
    page.locator("button", has=page.locator("strong", has_text=MAIN)).click()
    expect(page.get_by_text("på en högre nivå")).to_be_visible()
    assert SESSION not in {one["name"] for one in page.context.cookies()}


def test_an_answer_that_is_used_twice_gives_nothing(page: Page) -> None:
    answers: list[str] = []
    page.on("request", lambda asked: answers.append(asked.url))
    log_in(page)
    (answer,) = [url for url in answers if "/logga-in/klar?" in url]
    log_out(page)
    page.goto(answer)
    expect(page.get_by_role("heading", level=1)).to_have_text("Du är inte inloggad")
    assert SESSION not in {one["name"] for one in page.context.cookies()}


def test_what_is_unknown_and_what_is_forbidden_look_the_same(page: Page) -> None:
    log_in(page)
    texts = set()
    for path in ("/sv/for/xyz/", "/sv/for/xyz/del/plans", "/sv/finns-inte", "/sv/mig/finns-inte"):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 404
        texts.add(page.locator("main").inner_text())
    assert len(texts) == 1
    assert "Sidan finns inte, eller så får du inte se den." in texts.pop()


def test_two_people_in_two_browsers_see_their_own(open_page: OpenPage) -> None:
    one, other = open_page(), open_page()
    log_in(one)
    log_in(other, "Sara Holm")
    complete(one)
    complete(other)
    expect(one.get_by_text("Vårdplan ms")).to_have_count(0)
    expect(other.get_by_text(re.compile("Birgitta|höftoperation"))).to_have_count(0)
    one.reload()
    complete(one)
    expect(one.get_by_text("Såromläggning").first).to_be_visible()


def _session(context: BrowserContext) -> str:
    return next(one["value"] for one in context.cookies() if one["name"] == SESSION)


def _assert_dead(page: Page, token: str) -> None:
    page.context.clear_cookies()
    plant(page, token)
    answer = page.goto("/sv/mig/")
    assert answer is not None
    assert answer.status == 401
    expect(page.get_by_role("heading", level=1)).to_have_text("Du har blivit utloggad")
    expect(page.get_by_text(PERSONAL)).to_have_count(0)
