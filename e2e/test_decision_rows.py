"""The decision table, a row at a time, as somebody in a browser meets it.

Each row has who logs in, whose page is opened, what is seen there, what must not stand anywhere
in the page, and what the log has of it: the event with its ground, or its detail where it has
none. The rules themselves are tried in `tests/unit/test_access_rules.py`; here that the pages ask
them.

A guardian of a child under 13 stands in `test_acting.py`. Nobody in the sandbox can meet these
rows in a browser:

==========================================  ====================================================
row                                         why
==========================================  ====================================================
adult lacks capacity, child cannot consent  no page lets staff attest to it
omsorg, and healthcare in an emergency      omsorg has no page to declare one: it is told why
spärradministratör                          nobody in the sandbox has the assignment
legal representative                        no page lets anybody say that they are one
a guardian of a child of 13-15, and older   such a child is not among those to choose
LoA below 3, a lapsed assignment            refused at the login, or not among those to choose
==========================================  ====================================================
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from e2e import acting, representing
from e2e.running import World, running
from e2e.test_staff_gates import (
    AMINA,
    KARIN,
    LENA,
    OMAR,
    PETER,
    attest,
    declare,
    gate,
    heading,
    seek,
    work,
)
from stodtjanster.audit import AuditEvent, decode

BIRGITTA, GUNNAR = "190001019801", "194309802397"
CONTACT, OFFICER = ("Omar Said", "Fast omsorgskontakt"), ("Maria Lund", "Biståndshandläggare")
OPERATOR = ("Nils Björk", "Systemförvaltning")
WOUND, RETURN = "Såromläggning", "Återbesök efter operation"


@dataclass(frozen=True, slots=True)
class Row:
    """`opens` leads to the page; `logged` is an event and its ground or detail."""

    name: str
    opens: Callable[[Page, World], None]
    seen: str
    hidden: tuple[str, ...]
    logged: str
    staff: bool = True


def read(page: Page, who: tuple[str, str], number: str = BIRGITTA) -> None:
    work(page, who)
    seek(page, number)
    expect(page.get_by_text("Klart.")).to_be_visible()


def own(page: Page, _world: World) -> None:
    acting.log_in(page)
    acting.complete(page)


def young(page: Page, _world: World) -> None:
    acting.log_in(page, "Tuva Berg")


def stranger(page: Page, _world: World) -> None:
    """An address that was made for somebody else's login."""
    acting.log_in(page)
    page.goto(f"/sv/for/{'0' * 32}/")


def by_staff(who: tuple[str, str]) -> Callable[[Page, World], None]:
    return lambda page, _world: read(page, who)


def consented(page: Page, _world: World) -> None:
    read(page, KARIN)
    gate(page, "Samtycke")
    page.get_by_role("button", name="Ja, patienten samtycker").click()
    expect(page.get_by_text("Klart.")).to_be_visible()


def emergency(page: Page, _world: World) -> None:
    work(page, KARIN)
    seek(page, GUNNAR)
    if page.get_by_role("link", name="Intyga att du deltar i vården").count():
        attest(page)
    page.goto(f"{page.url}nodoppning")
    declare(page)
    expect(page.get_by_text("Klart.")).to_be_visible()


def operator(page: Page, _world: World) -> None:
    work(page, OPERATOR)
    page.goto("/sv/personal/sok")


def reviewer(page: Page, _world: World) -> None:
    work(page, PETER)
    page.get_by_role("link", name="Loggen", exact=True).click()
    heading(page, "Vem har läst hos oss?")


ROWS = (
    Row("citizen, self", own, RETURN, (), "Shown SELF", staff=False),
    Row(
        *("citizen, 13-15", young, "Det kan du när du har fyllt 16."),
        *((RETURN, WOUND), "Refused CHILD_13_15_NO_ACCESS", False),
    ),
    Row(
        *("citizen, another", stranger, "kan inte visas"),
        *((RETURN, WOUND), "SecurityEvent unknown-handle", False),
    ),
    Row("ombud, grant in force", representing.another, RETURN, (), "Shown OMBUD", False),
    Row(
        *("ombud, journal", representing.outside, "Lagen låter bara Birgitta själv läsa det."),
        *((RETURN, WOUND), "Refused OMBUD_NO_LEGAL_BASIS", False),
    ),
    Row("legitimerad, own unit", by_staff(AMINA), WOUND, (), "Shown OWN_UNIT"),
    Row("legitimerad, own provider", by_staff(LENA), RETURN, (WOUND,), "Shown OWN_PROVIDER"),
    Row(
        *("legitimerad, before consent", by_staff(KARIN), "behöver du patientens samtycke"),
        *((WOUND, RETURN), "Disclosure OWN_UNIT"),
    ),
    Row("legitimerad, consent", consented, WOUND, (), "Shown CONSENT"),
    Row("legitimerad, emergency", emergency, "Diabeteskontroll", (), "Shown EMERGENCY_ACCESS"),
    Row("hemtjänst", by_staff(OMAR), "kommer hem", (WOUND, RETURN), "Shown CONSENT"),
    Row(
        *("biståndshandläggare", by_staff(OFFICER), "Hemtjänst, 14 timmar i veckan"),
        *((), "Shown OWN_PROVIDER"),
    ),
    Row("fast omsorgskontakt", by_staff(CONTACT), "Din enhet", (), "Shown OWN_UNIT"),
    Row("it_admin", operator, "", (BIRGITTA, WOUND, RETURN), "Assignment chosen"),
    Row("loggadministratör", reviewer, "Vem har läst", (WOUND, RETURN), "Disclosure LOG_REVIEW"),
)


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A portal of these tests' own: what they consent to and open is nobody else's."""
    with running(tmp_path_factory.mktemp("rows")) as world:
        yield world


def written(world: World) -> tuple[AuditEvent, ...]:
    with closing(sqlite3.connect(world.database)) as store:
        rows = store.execute("SELECT body FROM audit ORDER BY seq").fetchall()
    return tuple(decode(body) for (body,) in rows)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_the_page_says_what_the_row_says(browser: Browser, apart: World, row: Row) -> None:
    if row.staff and shutil.which("xmlsec1") is None:
        pytest.skip("the program xmlsec1 is absent: the sandbox has no SITHS")
    before = len(written(apart))
    with closing(browser.new_context(base_url=apart.url)) as context:
        page = context.new_page()
        row.opens(page, apart)
        expect(page.locator("main")).to_contain_text(row.seen, use_inner_text=False)
        sent = page.content()
    assert [text for text in row.hidden if text in sent] == []
    news = written(apart)[before:]
    assert row.logged in {f"{event.event} {event.ground or event.detail}" for event in news}
