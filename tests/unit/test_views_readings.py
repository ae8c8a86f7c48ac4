"""Who has read: words for each row, a page at a time, and whom to ask."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from stodtjanster.information import AccessLog, Opener
from stodtjanster.model import Cause, HsaId, Outcome, Told
from tests.rendering import printed
from tests.viewing import BIRGITTA, DIRECTORY, answer, asked, origin, report, scene
from tests.viewing import at as when
from views.kit.view import show
from views.reading import view as reading_view
from views.reading.page import ReadingPage, reading
from views.readings import view as readings_view
from views.readings.table import ROWS, Log, choose, rows

PROVIDER, UNIT = HsaId("TSTNMT2321000156-RNVG"), HsaId("TSTNMT2321000156-ORTO")
ORDERED = report(
    Outcome.NO_DATA_SYNCH_FAILED, Cause.ORDERED, information=AccessLog, system="log", source="log"
)


def opened(record: str = "1", days: int = -1, **more: Any) -> AccessLog:
    known = replace(origin("log", record), care_provider=PROVIDER, care_unit=UNIT)
    said: dict[str, Any] = {
        "when": when(days, "09.00", minutes=None),
        "opener": Opener.CARE,
        "provider": Told("Region Nordmark"),
        "unit": Told("Ortopedmottagningen"),
        "purpose": Told("Vård och behandling"),
        "resource": Told("Journal"),
    }
    return AccessLog(subject=BIRGITTA, origin=known, **(said | more))


def here(opener: Opener, record: str = "1", **more: Any) -> AccessLog:
    """Opened in the portal: no unit answers for it."""
    bare = {"provider": None, "unit": None, "purpose": None, "resource": None}
    item = opened(record, opener=opener, **(bare | more))
    return replace(item, origin=origin("portal-log", record))


def log(*items: AccessLog, **choices: str) -> Log | None:
    return rows(answer(*items), scene(asked=asked(**choices)))


def the_log(*items: AccessLog, **choices: str) -> Log:
    found = log(*items, **choices)
    assert found is not None
    return found


def test_staff_are_a_unit_and_who_answers_for_it() -> None:
    (row,) = the_log(opened()).rows
    assert (row.who.text, row.role) == ("Ortopedmottagningen", Told("Region Nordmark"))
    assert (row.why.text, row.what.text, row.emergency) == ("Vård och behandling", "Journal", False)
    assert row.ask_href is not None
    assert row.ask_href.startswith("/sv/mig/lasningar/")


def test_an_ombud_reads_for_the_person() -> None:
    item = here(Opener.OMBUD, opener_name=Told("Karin Lindqvist"), information=("appointment",))
    (row,) = the_log(item).rows
    assert (row.who.text, row.role and row.role.text) == ("Karin Lindqvist för dig", "Ditt ombud")
    assert (row.why.text, row.what.text, row.ask_href) == ("Ombud", "Tider", None)


@pytest.mark.parametrize(
    ("opener", "who"), [(Opener.SELF, "Du själv"), (Opener.GUARDIAN, "Vårdnadshavare")]
)
def test_others_have_words_of_their_own(opener: Opener, who: str) -> None:
    (row,) = the_log(here(opener)).rows
    assert (row.who.text, row.ask_href) == (who, None)


def test_what_was_done_is_not_only_read() -> None:
    (row,) = the_log(here(Opener.OMBUD, changed=True, information=("appointment",))).rows
    assert row.what.text == "Gjorde ett ärende"


def test_an_emergency_is_marked() -> None:
    (row,) = the_log(opened(emergency=True)).rows
    assert (row.emergency, row.why.text) == (True, "Nödöppning")
    page = printed(readings_view, "rows", {"log": answer(opened(emergency=True))})
    assert "tagg-warning" in page


def test_the_newest_comes_first_a_page_at_a_time() -> None:
    items = [opened(str(n), -n) for n in range(1, ROWS + 3)]
    first = the_log(*items)
    assert (len(first.rows), first.count, first.pages) == (ROWS, ROWS + 2, 2)
    assert first.newer is None
    assert first.older == "/sv/mig/lasningar/?period=30&vem=alla&sida=2"
    assert first.rows[0].start > first.rows[1].start
    second = the_log(*items, sida="2")
    assert (len(second.rows), second.older) == (2, None)


@pytest.mark.parametrize("page", ["0", "-1", "99", "99999", "²", "x", ""])
def test_a_page_that_is_not_there_is_the_nearest(page: str) -> None:
    assert the_log(opened(), sida=page).page == 1


def test_one_may_choose_whose_readings() -> None:
    items = (opened("1"), here(Opener.SELF, "2"), here(Opener.OMBUD, "3"))
    assert the_log(*items, vem="vard").count == 1
    assert the_log(*items, vem="ombud").count == 1
    assert the_log(*items, vem="finns-inte").count == 3
    assert log(opened(), vem="egna") is None


@pytest.mark.parametrize(("said", "days"), [("90", 90), ("540", 540), ("9999", 30), ("", 30)])
def test_the_period_is_one_of_those_that_can_be_chosen(said: str, days: int) -> None:
    choices = asked(period=said)
    need = readings_view.needs_for(choices, scene().situation.today)["log"]
    assert (need.days_back, need.days_ahead) == (days, 0)
    assert [one.chosen for one in choose(scene(asked=choices)).periods].count(True) == 1


def test_a_log_that_is_being_made_is_never_an_empty_one() -> None:
    section = readings_view.find("rows")
    assert section is not None
    shown = show(section, {"log": answer(reports=[report(), ORDERED])}, scene())
    assert shown.state == "unknown"
    page = printed(readings_view, "rows", {"log": answer(reports=[report(), ORDERED])})
    assert "Svaret är beställt. Kom tillbaka om en stund." in page
    assert "Se om svaret har kommit" in page
    assert "Ingen har läst" not in page


def test_one_row_has_the_units_contact_and_words_to_ask_with() -> None:
    item = opened()
    this = scene(directory=DIRECTORY)
    this = replace(this, asked=asked(this.handle(item.origin)))
    found = reading(answer(item), this)
    assert isinstance(found, ReadingPage)
    assert found.about is None
    page = printed(reading_view, "reading", {"log": answer(item)}, asked=this.asked)
    assert "Text att kopiera" in page
    assert BIRGITTA.value not in page
    assert "mailto:" not in page
    assert "<form" not in page


def test_what_nobody_in_care_answers_for_cannot_be_asked_about() -> None:
    item = here(Opener.OMBUD)
    this = scene()
    assert reading(answer(item), replace(this, asked=asked(this.handle(item.origin)))) is None
    assert reading(answer(item), replace(this, asked=asked("okänd"))) is None
