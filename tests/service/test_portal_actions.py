"""What people do about their times, page by page over the sandbox's real wire."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import httpx
import pytest

from portal import actions
from portal.journal import Journal
from stodtjanster.audit import AuditEvent, AuditUnavailable
from stodtjanster.grants import Party
from tests.service.conftest import Sandbox
from tests.service.portal_client import MY_PAGE, Browser, Portal, running_portal, until
from tests.service.test_portal_acting import granted
from tests.service.test_portal_acting import page_of as hers

PATIENT = {"breaker_failures": 1_000_000}
VISIT, CALL = "Återbesök efter operation", "Telefontid med din fasta läkare"
DRESSING, TRAINING = "Såromläggning", "Träning hemma med fysioterapeut"
INVITED = "Genomgång av dina läkemedel"
ORTO, VARD = "0980-319 210", "0980-319 200"
FIELDS = ("csrf_token", "once", "seen")


@pytest.fixture(scope="module")
def portal(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """One whose sources are never given rest, and that waits for them."""
    with running_portal(sandbox, tmp_path_factory.mktemp("portal")) as first:
        sources = tuple(source | {"limits": PATIENT} for source in first.settings.sources)
    state = tmp_path_factory.mktemp("portal")
    with running_portal(sandbox, state, sources=sources, hard_seconds=20.0) as running:
        yield running


@pytest.fixture(autouse=True)
def _restored(sandbox: Sandbox) -> Iterator[None]:
    yield
    sandbox.panel.delete("/api/bookings").raise_for_status()


def said(answer: httpx.Response) -> str:
    """What can be read in the middle of a page."""
    whole = answer.text.partition("<main")[2].partition(">")[2].partition("</main>")[0]
    text = re.sub(r"<[^>]+>", " ", whole).replace("\u00ad", "").replace("\u00a0", " ")
    return " ".join(html.unescape(text).split()).replace(" .", ".").replace(" ,", ",")


def page_of(browser: Browser, title: str) -> str:
    """The address of the page of a time: a busy machine may need more than one look."""
    found: list[str] = []

    def seen() -> bool:
        overview = browser.get(MY_PAGE).text
        found[:] = re.findall(rf'<a href="([^"]+)">{title}</a>', overview)
        return bool(found)

    until(seen, f"a link to {title}")
    return found[0]


def form_of(answer: httpx.Response, **more: str) -> dict[str, str]:
    """The form of a page, as the browser would send it."""
    assert answer.status_code == 200, said(answer)
    main = answer.text.partition("<main")[2]
    found = dict(re.findall(r'name="(\w+)" value="([^"]*)"', main))
    assert set(FIELDS) <= found.keys(), said(answer)
    return found | more


def link(answer: httpx.Response, ending: str) -> str:
    found = re.search(rf'href="([^"]*/{ending})"', answer.text)
    assert found, f"no link to {ending} in: {said(answer)}"
    return found[1]


def press(browser: Browser, address: str, **more: str) -> httpx.Response:
    """Open the page that asks, say yes, and read the receipt."""
    return receipt(browser, browser.post(address, form_of(browser.get(address), **more)))


def receipt(browser: Browser, sent: httpx.Response) -> httpx.Response:
    assert sent.status_code == 303, said(sent)
    return browser.get(sent.headers["location"])


def choose(browser: Browser, begin: str) -> str:
    """The first free time of the first free day: the address of the page that asks."""
    days = browser.get(begin)
    times = browser.get(link(days, r"\d{4}-\d\d-\d\d"))
    return link(times, r"\d{4}-\d\d-\d\d/[0-9a-f]{24}")


def writes(sandbox: Sandbox, contract: str = "CancelBooking") -> int:
    """How many have reached the platform."""
    return sum(f"/{contract}/" in str(r["path"]) for r in sandbox.requests("plattformen"))


def told(sandbox: Sandbox) -> int:
    """How many have been told of an absence."""
    paths = (str(request["path"]) for request in sandbox.requests("sjovik"))
    return sum(path.endswith("/AppointmentResponse") for path in paths)


# The four of them


def test_a_time_is_cancelled_and_gone(portal: Portal) -> None:
    browser = portal.logged_in()
    page = page_of(browser, VISIT)
    asked = browser.get(f"{page}/avboka")
    assert "Vill du avboka?" in said(asked)
    assert re.search(rf"{VISIT}, \w+ \d+ \w+ kl. 09.15\.", said(asked))
    assert "Du får ingen ny tid automatiskt." in said(asked)
    for words in ("Avboka tiden", "Behåll tiden"):
        assert words in said(asked)
    answer = receipt(browser, browser.post(f"{page}/avboka", form_of(asked)))
    assert said(answer).startswith("Tiden är avbokad Mottagningen har fått besked kl. ")
    assert VISIT in said(answer)
    assert VISIT not in browser.get(MY_PAGE).text
    gone = browser.get(f"{page}/avboka")
    assert gone.status_code == 404
    assert "Tiden finns inte längre" in said(gone)


def test_a_time_is_moved_to_a_free_one(portal: Portal) -> None:
    browser = portal.logged_in()
    page = page_of(browser, VISIT)
    address = choose(browser, f"{page}/boka-om")
    asked = said(browser.get(address))
    assert "Vill du boka om?" in asked
    new = re.search(r"Ny tid ([\w ]+ kl. [\d.]+)", asked)
    assert new is not None
    answer = said(press(browser, address))
    assert answer.startswith("Tiden är ombokad Mottagningen har fått besked kl. ")
    assert f"Ny tid {new[1]}" in answer
    assert new[1].split("kl. ")[1] in said(browser.get(page))


def test_an_open_invitation_is_booked_with_the_units_words(portal: Portal) -> None:
    browser = portal.logged_in()
    page = page_of(browser, INVITED)
    assert "Boka tid" in said(browser.get(page))
    answer = said(press(browser, choose(browser, f"{page}/boka")))
    assert answer.startswith("Tiden är bokad Mottagningen har fått besked kl. ")
    assert "Ta med dig alla läkemedel som du använder." in answer
    assert browser.get(f"{page}/boka").status_code == 404
    assert "Dagen är inte bestämd" not in said(browser.get(page_of(browser, INVITED)))


def test_word_is_left_that_nobody_is_at_home(portal: Portal, sandbox: Sandbox) -> None:
    browser = portal.logged_in()
    page = page_of(browser, DRESSING)
    asked = said(browser.get(f"{page}/inte-hemma"))
    assert "De som skulle komma får veta att du inte är hemma." in asked
    assert "Jag är inte hemma" in asked
    answer = said(press(browser, f"{page}/inte-hemma"))
    assert answer.startswith("Beskedet är lämnat Hemsjukvård Sjövik har fått besked kl. ")
    assert told(sandbox) == 1
    assert "Besked lämnat: inte hemma" in said(browser.get(page))
    again = browser.get(f"{page}/inte-hemma")
    assert "Det är redan sagt att ingen är hemma då." in said(again)
    assert "<form" not in again.text.partition("<main")[2]


def test_a_message_goes_along_where_the_unit_takes_it(portal: Portal, sandbox: Sandbox) -> None:
    browser = portal.logged_in()
    address = f"{page_of(browser, VISIT)}/avboka"
    press(browser, address, message="  Jag har feber.\r\nHälsningar  ")
    (sent,) = (r for r in sandbox.requests("plattformen") if "/CancelBooking/" in str(r["path"]))
    assert "message>Jag har feber.\nHälsningar</" in str(sent["body"])


def test_a_message_that_is_too_long_is_not_lost(portal: Portal, sandbox: Sandbox) -> None:
    browser = portal.logged_in()
    address = f"{page_of(browser, VISIT)}/avboka"
    long = "å" * 1001
    answer = browser.post(address, form_of(browser.get(address), message=long))
    assert answer.status_code == 422
    assert "Meddelandet får ha högst 1 000 tecken." in said(answer)
    assert f">{long}</textarea>" in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert writes(sandbox) == 0


def test_a_unit_that_takes_no_message_has_no_field_for_one(portal: Portal) -> None:
    browser = portal.logged_in()
    address = f"{page_of(browser, CALL)}/avboka"
    asked = browser.get(address)
    assert "<textarea" not in asked.text
    answer = browser.post(address, form_of(asked, message="Hej"))
    assert answer.status_code == 409
    assert "Mottagningen kan inte ta emot meddelandet just nu." in said(answer)


# What may be done


def test_what_the_list_left_unsaid_is_asked_for_before_there_is_a_button(portal: Portal) -> None:
    browser = portal.logged_in("samira")
    assert "/avboka" not in browser.get(MY_PAGE).text
    page = page_of(browser, "Läkarbesök")
    first = browser.get(page)
    assert "Se om tiden kan ändras" in said(first)
    assert "/avboka" not in first.text
    answer = browser.get(f"{page}/andra")
    assert link(answer, "avboka") == f"{page}/avboka"
    assert "/boka-om" not in answer.text
    asked = browser.get(f"{page}/avboka")
    assert "<textarea" in asked.text
    assert "Tiden är avbokad" in said(
        receipt(browser, browser.post(asked.url.path, form_of(asked)))
    )


def test_what_the_unit_then_says_no_to_has_no_button_either(portal: Portal) -> None:
    browser = portal.logged_in("trad")
    page = page_of(browser, "Samtal hos barnmorskan")
    answer = browser.get(f"{page}/andra")
    assert "Tiden går inte att avboka eller boka om här." in said(answer)
    refused = browser.get(f"{page}/avboka")
    assert "Tiden går inte att avboka här." in said(refused)
    assert "<form" not in refused.text.partition("<main")[2]


def test_what_the_source_does_not_allow_has_no_button_but_a_number(portal: Portal) -> None:
    browser = portal.logged_in()
    page = page_of(browser, "Utprovning av läshjälpmedel")
    assert "Avboka" in said(browser.get(page))
    assert "Boka om" not in said(browser.get(page))
    refused = browser.get(f"{page}/boka-om")
    assert "Tiden går inte att boka om här." in said(refused)
    assert "Ring Syncentralen" in said(refused)


def test_a_visit_of_the_municipality_cannot_be_cancelled_through_a_region(portal: Portal) -> None:
    browser = portal.logged_in()
    page = page_of(browser, DRESSING)
    refused = browser.get(f"{page}/avboka")
    assert "Tiden går inte att avboka här." in said(refused)


def test_a_unit_that_does_not_say_leaves_it_unknown(portal: Portal, sandbox: Sandbox) -> None:
    browser = portal.logged_in("samira")
    page = page_of(browser, "Läkarbesök")
    browser.get(page)
    sandbox.fault("plattformen", "http500")
    for path in ("andra", "avboka"):
        answer = browser.get(f"{page}/{path}")
        assert answer.status_code == 503
        assert "Vi kunde inte ta reda på om tiden går att avboka här." in said(answer)


def test_free_times_that_nobody_tells_of_are_not_said_to_be_none(
    portal: Portal, sandbox: Sandbox
) -> None:
    browser = portal.logged_in()
    page = page_of(browser, VISIT)
    address = choose(browser, f"{page}/boka-om")
    sandbox.fault("plattformen", "http500")
    for path in (f"{page}/boka-om", address.rpartition("/")[0], address):
        answer = browser.get(path)
        assert "Vi vet inte vilka tider som är lediga: mottagningen svarade inte." in said(answer)
        assert "inga lediga tider" not in said(answer)


def test_later_days_are_a_link_away_and_earlier_ones_again(portal: Portal) -> None:
    browser = portal.logged_in()
    begin = f"{page_of(browser, VISIT)}/boka-om"
    first = browser.get(begin)
    assert "Tidigare dagar" not in said(first)
    later = browser.get(link(first, r"boka-om\?fran=[\d-]+"))
    assert "Tidigare dagar" in said(later)
    for nonsense in ("nonsens", "1900-01-01", "9999-12-31"):
        assert browser.get(f"{begin}?fran={nonsense}").status_code == 200


def test_an_address_that_nobody_gave_out_leads_nowhere(portal: Portal) -> None:
    browser = portal.logged_in()
    page = page_of(browser, VISIT)
    assert browser.get(f"{page}/boka-om/nonsens").status_code == 404
    assert browser.get(f"{MY_PAGE}handelse/{'0' * 24}/avboka").status_code == 404
    assert browser.get(f"{page}/kvitto/{'x' * 22}").status_code == 404
    other = portal.logged_in("tom")
    assert other.get(f"{page}/avboka").status_code == 404


def test_a_time_whose_source_is_silent_may_still_be_there(portal: Portal, sandbox: Sandbox) -> None:
    page = page_of(portal.logged_in(), VISIT)
    sandbox.fault("plattformen", "http500")
    answer = portal.logged_in().get(f"{page}/avboka")
    assert answer.status_code == 503
    assert "Vi vet inte om tiden finns kvar" in said(answer)


# Sent once


def test_the_same_form_again_gives_the_first_outcome(portal: Portal, sandbox: Sandbox) -> None:
    browser = portal.logged_in()
    address = f"{page_of(browser, VISIT)}/avboka"
    form = form_of(browser.get(address))
    first = browser.post(address, form)
    again = browser.post(address, form)
    assert first.headers["location"] == again.headers["location"]
    assert said(receipt(browser, first)) == said(receipt(browser, again))
    assert writes(sandbox) == 1


def test_the_receipt_survives_a_reload_and_sends_nothing(portal: Portal, sandbox: Sandbox) -> None:
    browser = portal.logged_in()
    page = page_of(browser, DRESSING)
    sent = browser.post(f"{page}/inte-hemma", form_of(browser.get(f"{page}/inte-hemma")))
    pages = {said(receipt(browser, sent)) for _ in range(3)}
    assert len(pages) == 1
    assert told(sandbox) == 1


def test_two_windows_cannot_both_send(portal: Portal, sandbox: Sandbox) -> None:
    browser = portal.logged_in()
    page = page_of(browser, VISIT)
    address = choose(browser, f"{page}/boka-om")
    one, other = form_of(browser.get(f"{page}/avboka")), form_of(browser.get(address))
    receipt(browser, browser.post(address, other))
    late = browser.post(f"{page}/avboka", one)
    assert late.status_code == 409
    assert "Tiden har ändrats sedan du öppnade sidan" in said(late)
    assert writes(sandbox) == 0
    assert writes(sandbox, "UpdateBooking") == 1


@pytest.mark.parametrize("same", [True, False])
def test_pressing_in_parallel_sends_once(portal: Portal, sandbox: Sandbox, same: bool) -> None:
    browser = portal.logged_in()
    address = f"{page_of(browser, VISIT)}/avboka"
    first = form_of(browser.get(address))
    forms = [first, first if same else form_of(browser.get(address)), first]
    together = Barrier(len(forms))

    def send(form: dict[str, str]) -> int:
        together.wait()
        return browser.post(address, form).status_code

    with ThreadPoolExecutor(len(forms)) as threads:
        answers = list(threads.map(send, forms))
    assert 303 in answers
    # The time may be gone when the form of another window comes.
    assert set(answers) <= {303, 404, 409}
    assert writes(sandbox) == 1
    assert [event.detail for event in portal.events("Act")][-1] == "cancel_booking"


def test_a_form_that_is_not_ours_is_refused(portal: Portal, sandbox: Sandbox) -> None:
    browser = portal.logged_in()
    address = f"{page_of(browser, VISIT)}/avboka"
    form = form_of(browser.get(address))
    for changes, status in (
        ({"csrf_token": "x"}, 403),
        ({"once": ""}, 404),
        ({"once": "../../x"}, 404),
        ({"seen": ""}, 409),
        ({"seen": "x.0"}, 409),
    ):
        assert browser.post(address, form | changes).status_code == status
    assert writes(sandbox) == 0


def test_a_form_cannot_be_turned_to_another_time(portal: Portal, sandbox: Sandbox) -> None:
    browser = portal.logged_in()
    address = f"{page_of(browser, VISIT)}/avboka"
    form = form_of(browser.get(address))
    browser.post(address, form)
    other = browser.post(f"{page_of(browser, CALL)}/avboka", form)
    assert other.status_code == 404
    assert writes(sandbox) == 1


def test_a_form_of_a_login_that_is_over_sends_nothing(portal: Portal, sandbox: Sandbox) -> None:
    browser = portal.logged_in()
    address = f"{page_of(browser, VISIT)}/avboka"
    form = form_of(browser.get(address), message="Jag har <feber>")
    browser.log_out()
    answers = [browser.post(address, form)]
    browser.log_in()
    answers.append(browser.post(address, form))
    assert [answer.status_code for answer in answers] == [401, 403]
    for answer in answers:
        assert said(answer).startswith("Vi har inte skickat något nu Du har blivit utloggad")
        assert "Jag har <feber>" in said(answer)
    assert writes(sandbox) == 0


def test_a_receipt_is_only_for_the_login_that_sent(portal: Portal) -> None:
    browser = portal.logged_in()
    page = page_of(browser, VISIT)
    sent = browser.post(f"{page}/avboka", form_of(browser.get(f"{page}/avboka")))
    address = sent.headers["location"]
    assert portal.logged_in().get(address).status_code == 404
    assert portal.logged_in("tom").get(address).status_code == 404
    browser.log_out()
    browser.log_in()
    gone = browser.get(address)
    assert gone.status_code == 404
    assert "Kvittot finns inte kvar" in said(gone)


# For another


def test_who_acts_for_another_sees_whose_time_it_is(portal: Portal, sandbox: Sandbox) -> None:
    mandate = granted(portal)
    browser = portal.logged_in("anders")
    base = hers(portal, browser, mandate)
    overview = browser.get(base)
    assert "Avboka Birgittas tid" in said(overview)
    assert "Birgitta är inte hemma" in said(overview)
    address = link(overview, "avboka")
    asked = browser.get(address)
    assert "Birgitta får ingen ny tid automatiskt." in said(asked)
    assert "Avboka Birgittas tid" in said(asked)
    answer = receipt(browser, browser.post(address, form_of(asked)))
    assert "Tiden är avbokad" in said(answer)
    act = portal.events("Act")[-1]
    assert (act.actor, act.subject) == (mandate.grantee, mandate.grantor)
    assert act.actor_kind == "ombud"


def test_a_form_about_one_person_does_nothing_about_another(
    portal: Portal, sandbox: Sandbox
) -> None:
    browser = portal.logged_in("anders")
    base = hers(portal, browser, granted(portal))
    address = link(browser.get(base), "avboka")
    form = form_of(browser.get(address))
    sent = browser.post(address, form)
    own = address.replace(base, MY_PAGE)
    assert browser.post(own, form).status_code == 404
    elsewhere = sent.headers["location"].replace(base, MY_PAGE)
    assert browser.get(elsewhere).status_code == 404
    assert writes(sandbox) == 1


def test_a_grant_that_ends_between_the_page_and_its_button(
    portal: Portal, sandbox: Sandbox
) -> None:
    mandate = granted(portal)
    browser = portal.logged_in("anders")
    address = link(browser.get(hers(portal, browser, mandate)), "avboka")
    form = form_of(browser.get(address))
    assert portal.house.grants is not None
    assert portal.house.grants.change(mandate.end(Party.GRANTOR, portal.clock()))
    assert browser.post(address, form).status_code == 404
    assert writes(sandbox) == 0


# What came of it


@pytest.mark.parametrize("target", ["nordmark", "plattformen"])
def test_a_lost_answer_is_said_to_be_lost(portal: Portal, sandbox: Sandbox, target: str) -> None:
    browser = portal.logged_in()
    page = page_of(browser, VISIT)
    form = form_of(browser.get(f"{page}/avboka"))
    sandbox.clear()
    # The index is asked every time as well, so the fault lasts until the form has come.
    sandbox.fault(target, "lost-answer")
    answer = receipt(browser, browser.post(f"{page}/avboka", form))
    assert said(answer).startswith("Vi vet inte om avbokningen kom fram")
    assert f"Ring Ortopedmottagningen {ORTO}" in said(answer)
    assert "Försök igen" not in said(answer)
    assert "Tiden är avbokad" not in said(answer)
    assert said(receipt(browser, browser.post(f"{page}/avboka", form))) == said(answer)
    assert writes(sandbox) == 1
    assert portal.events("ActEnded")[-1].detail == "unknown"


def test_a_lost_answer_of_the_municipality_is_too(portal: Portal, sandbox: Sandbox) -> None:
    browser = portal.logged_in()
    page = page_of(browser, DRESSING)
    form = form_of(browser.get(f"{page}/inte-hemma"))
    sandbox.clear()
    sandbox.fault("sjovik", "lost-answer")
    answer = said(receipt(browser, browser.post(f"{page}/inte-hemma", form)))
    assert answer.startswith("Vi vet inte om beskedet kom fram")
    assert "Ring Hemsjukvård Sjövik 0980-319 225" in answer
    assert told(sandbox) == 1


def test_a_no_is_told_in_the_words_of_the_source(portal: Portal) -> None:
    browser = portal.logged_in()
    answer = said(press(browser, f"{page_of(browser, TRAINING)}/inte-hemma"))
    assert answer.startswith("Beskedet togs inte emot Besöket är kvar som det var.")
    assert "Ring rehab i stället, så hittar vi en ny tid tillsammans." in answer


def test_what_never_left_is_said_to_be_unsent(portal: Portal, sandbox: Sandbox) -> None:
    browser = portal.logged_in()
    page = page_of(browser, VISIT)
    form = form_of(browser.get(f"{page}/avboka"))
    sandbox.fault("plattformen", "vpfault", code="VP007")
    answer = receipt(browser, browser.post(f"{page}/avboka", form))
    sandbox.panel.delete("/api/faults").raise_for_status()
    assert said(answer).startswith("Tiden är inte avbokad Det gick inte att skicka just nu.")
    assert "Tiden är kvar som den var." in said(answer)
    assert link(answer, "avboka") == f"{page}/avboka"
    assert portal.events("ActEnded")[-1].detail == "unsent"
    assert "Tiden är avbokad" in said(press(browser, f"{page}/avboka"))


def test_a_time_that_somebody_took_meanwhile_is_not_booked(
    portal: Portal, sandbox: Sandbox
) -> None:
    hers, theirs = portal.logged_in(), portal.logged_in("anders")
    page = page_of(hers, CALL)
    address = choose(hers, f"{page}/boka-om")
    form = form_of(hers.get(address))
    press(theirs, choose(theirs, f"{page_of(theirs, 'Blodtryckskontroll')}/boka-om"))
    late = hers.post(address, form)
    assert late.status_code == 409
    assert "Tiden har hunnit bli upptagen." in said(late)
    assert link(late, "boka-om") == f"{page}/boka-om"


def test_what_waits_for_its_answer_says_so_and_then_has_it(
    portal: Portal, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = portal.logged_in()
    page = page_of(browser, VISIT)
    form = form_of(browser.get(f"{page}/avboka"))
    sandbox.clear()
    sandbox.fault("plattformen", "slow", seconds=3.0)
    with monkeypatch.context() as nobody_waits:
        nobody_waits.setattr(actions, "wait", lambda *_: None)
        sent = browser.post(f"{page}/avboka", form)
        waiting = said(receipt(browser, sent))
        assert waiting.startswith("Vi väntar på svar Avbokningen är skickad.")
        assert "Se om svaret har kommit" in waiting
        assert "Tiden är avbokad" not in waiting
        overtaken = browser.post(f"{page}/avboka", form | {"once": "A" * 22})
        assert overtaken.status_code in (404, 409)
    assert said(receipt(browser, sent)).startswith("Tiden är avbokad")
    assert writes(sandbox) == 1
    until(lambda: portal.events("ActEnded")[-1].detail == "done", "the end in the log")


# The log


class Refusing:
    """A log that cannot be written when it is told what is to be changed."""

    def __init__(self, log: Any, *kinds: str) -> None:
        self._log, self._kinds = log, kinds

    def record(self, event: AuditEvent) -> str:
        if event.event in self._kinds:
            raise AuditUnavailable("no disk")
        reference: str = self._log.record(event)
        return reference


def test_it_is_in_the_log_before_it_is_sent_and_its_end_after(
    portal: Portal, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = portal.logged_in()
    address = f"{page_of(browser, VISIT)}/avboka"
    form = form_of(browser.get(address))
    sandbox.clear()
    seen: list[tuple[str, int]] = []
    record = Journal._record

    def watched(self: Journal, event: Any, source: str, detail: str) -> None:
        record(self, event, source, detail)
        seen.append((detail, writes(sandbox)))

    monkeypatch.setattr(Journal, "_record", watched)
    receipt(browser, browser.post(address, form))
    assert seen == [("cancel_booking", 0), ("done", 1)]
    began, ended = portal.events("Act", "ActEnded")[-2:]
    assert (began.event, ended.event) == ("Act", "ActEnded")
    assert began.reference == ended.reference
    for event in (began, ended):
        assert event.actor == event.subject
        assert event.information == ("appointment",)
        assert event.sources == ("ntjp-bookings",)
        assert event.systems == ("TSTNMT2321000156-ORTO",)
        assert event.ground
        assert event.purpose


def test_without_the_log_nothing_is_sent(portal: Portal, sandbox: Sandbox) -> None:
    browser = portal.logged_in()
    address = f"{page_of(browser, VISIT)}/avboka"
    form = form_of(browser.get(address))
    whole = portal.house.audit
    sandbox.clear()
    try:
        portal.change(audit=Refusing(whole, "Act"))
        answer = browser.post(address, form)
    finally:
        portal.change(audit=whole)
    assert answer.status_code == 503
    assert said(answer).startswith("Vi har inte skickat något nu Innan vi skickar något måste")
    assert writes(sandbox) == 0
    # The form is used, and did nothing.
    assert said(receipt(browser, browser.post(address, form))).startswith("Tiden är inte avbokad")
    assert "Tiden är avbokad" in said(press(browser, address))
    assert writes(sandbox) == 1


def test_what_was_done_is_told_also_when_its_end_cannot_be_logged(portal: Portal) -> None:
    browser = portal.logged_in()
    address = f"{page_of(browser, VISIT)}/avboka"
    form = form_of(browser.get(address))
    whole = portal.house.audit
    try:
        portal.change(audit=Refusing(whole, "ActEnded"))
        sent = browser.post(address, form)
    finally:
        portal.change(audit=whole)
    assert "Tiden är avbokad" in said(receipt(browser, sent))
    assert any("not recorded" in str(row["event"]) for row in portal.operations())


def test_no_number_stands_in_an_address_or_in_the_log_of_operation(portal: Portal) -> None:
    browser = portal.logged_in()
    press(browser, f"{page_of(browser, VISIT)}/avboka")
    assert "190001019801" not in portal.log.getvalue()
