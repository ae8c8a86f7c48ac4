"""Every source and what came of it: nothing is hidden, and no silence is called an answer."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from portal.i18n import LANGUAGES, Speaker, at
from portal.pages import Pages
from stodtjanster.information import (
    Appointment,
    CareManager,
    CarePlan,
    Item,
    Message,
    ReferralStatus,
)
from stodtjanster.model import Answer, Cause, Outcome, Report
from tests.viewing import NOW, OTHER_REGION, REGION, TOWN, answer, booking, report, scene
from tests.viewing import at as when
from views import all_views
from views.kit.view import show
from views.sources import view
from views.sources.table import Kinds, Source, Sources

ASKED = view.find("asked")
assert ASKED is not None
NEEDS = {name: need.information for name, need in view.needs.items()}
# What the person has put in, and what the portal itself has written down: no source was asked.
OF_THE_PORTAL = {"AccessLog", "OwnEntry", "OwnNote"}
SILENT = Outcome.NO_DATA_SYNCH_FAILED
OLD_COPY = Outcome.DATA_FROM_CACHE_SYNCH_FAILED
NOT_ASKED = Outcome.NOT_ASKED
PAGES = Pages()


def asked(*reports: Report, items: tuple[Item, ...] = (), words: Any = None) -> Sources:
    told = answers(reports, items)
    seen = scene() if words is None else replace(scene(), words=words)
    shown = show(ASKED, told, seen)
    assert isinstance(shown.body, Sources)
    return shown.body


def answers(reports: tuple[Report, ...], items: tuple[Item, ...]) -> dict[str, Answer[Any]]:
    return {
        name: answer(
            *(item for item in items if isinstance(item, kind)),
            reports=[r for r in reports if r.information == kind.key],
        )
        for name, kind in NEEDS.items()
    }


def only(sources: Sources) -> Source:
    (source,) = sources.sources
    return source


def row(sources: Sources) -> Kinds:
    (only_row,) = only(sources).rows
    return only_row


def told(kind: type[Item] = Appointment, **more: Any) -> Report:
    return report(information=kind, **{"as_of": NOW, "source": "test"} | more)


def test_every_kind_that_a_page_asks_of_a_source_is_asked_for() -> None:
    pages = (each for each in all_views() if each.audience >= view.audience)
    kinds = {kind.__name__ for page in pages for kind in page.kinds}
    assert kinds - OF_THE_PORTAL <= {kind.__name__ for kind in NEEDS.values()}


def test_what_was_told_is_counted_and_has_its_age() -> None:
    said = row(asked(told(), items=(booking(when(1), "a"), booking(when(2), "b"))))
    assert (said.what, said.tag.text, said.as_of) == ("Tider (2)", "Svarade", NOW)
    assert said.see_to_it is None


def test_kinds_of_which_the_same_came_share_a_row() -> None:
    older = told(CarePlan, as_of=NOW - timedelta(minutes=3))
    rows = only(asked(told(), told(CareManager), older)).rows
    assert [each.what for each in rows] == ["Tider och fasta kontakter", "Planer"]


@pytest.mark.parametrize(
    ("outcome", "cause", "tag"),
    [
        (SILENT, Cause.TIMEOUT, "Svarar inte"),
        (SILENT, Cause.BUSY, "Felet ligger hos oss"),
        (OLD_COPY, Cause.FAULT, "Bara en äldre kopia"),
        (Outcome.DATA_FROM_SOURCE, Cause.PARTIAL, "Svarade bara delvis"),
        (Outcome.PENDING, None, "Har inte svarat än"),
        (NOT_ASKED, Cause.SWITCHED_OFF, "Hämtas inte just nu"),
        (NOT_ASKED, Cause.NOT_CONNECTED, "Inte ansluten"),
    ],
)
def test_why_something_is_missing_and_what_to_do(
    outcome: Outcome, cause: Cause | None, tag: str
) -> None:
    sources = asked(told(outcome=outcome, cause=cause, as_of=None))
    assert row(sources).tag.text == tag
    assert row(sources).see_to_it
    assert only(sources).phone == "0980-319 201"
    assert sources.whole == 0


def test_not_connected_silent_and_nothing_are_three_things() -> None:
    sources = asked(
        told(CarePlan, system=REGION, outcome=NOT_ASKED, cause=Cause.NOT_CONNECTED),
        told(CareManager, system=OTHER_REGION, outcome=SILENT, cause=Cause.TIMEOUT, as_of=None),
        told(Appointment, system=TOWN),
    )
    assert [(each.name, each.rows[0].tag.text) for each in sources.sources] == [
        ("Region Sydkust", "Svarar inte"),
        ("Nordmarks sjukhus", "Inte ansluten"),
        ("Sjöviks kommun", "Svarade: inget att visa härifrån"),
    ]


def test_rows_that_could_not_be_read() -> None:
    assert row(asked(told(rejected=2))).tag.text == "En del gick inte att läsa"


def test_an_organisation_of_which_one_system_is_silent_answered_in_part() -> None:
    silent = told(outcome=SILENT, cause=Cause.TIMEOUT, source="other")
    assert row(asked(told(), silent)).tag.text == "Svarade bara delvis"


def test_what_came_in_part_is_not_silence() -> None:
    silent = told(outcome=SILENT, cause=Cause.TIMEOUT, source="other")
    partly = told(outcome=Outcome.DATA_FROM_SOURCE, cause=Cause.PARTIAL)
    found = row(asked(partly, silent, items=(booking(when(1)),)))
    assert (found.what, found.tag.text) == ("Tider (1)", "Svarade bara delvis")


def test_who_is_both_waited_for_and_silent_is_silent() -> None:
    silent = told(outcome=SILENT, cause=Cause.TIMEOUT, source="other", as_of=None)
    waited = told(outcome=Outcome.PENDING, as_of=None)
    assert row(asked(silent, waited)).tag.text == "Svarar inte"


def test_who_shares_it_in_one_way_is_connected() -> None:
    lacking = told(system="ntjp", source="ntjp", outcome=NOT_ASKED, cause=Cause.NOT_CONNECTED)
    assert row(asked(told(system="ntjp", source="ntjp"), lacking)).tag.tone == "good"


def test_what_is_passed_on_from_elsewhere_belongs_to_who_passed_it_on() -> None:
    passed_on = booking(when(1), system="SE-ANNAN")
    assert row(asked(told(system=TOWN), items=(passed_on,))).what == "Tider (1)"


def test_what_nobody_shares_and_what_the_rules_refuse_is_said() -> None:
    sources = asked(
        told(ReferralStatus, source="", system="", outcome=NOT_ASKED, cause=Cause.NOT_CONNECTED),
        told(Message, source="", system="", outcome=NOT_ASKED, cause=Cause.NOT_PERMITTED),
    )
    assert (sources.nobody, sources.refused) == ("uppgifter om remisser", "meddelanden")
    assert sources.sources == ()


def test_nobody_to_ask_is_not_said_to_be_nothing() -> None:
    shown = show(ASKED, answers((), ()), scene())
    assert (shown.body, shown.state) == (None, "unknown")


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_the_page_says_it_for_eyes_and_ears(lang: str) -> None:
    silent = told(CareManager, system=OTHER_REGION, outcome=SILENT, cause=Cause.TIMEOUT, as_of=None)
    body = asked(told(), silent, words=Speaker(LANGUAGES[lang]))
    with at(NOW):
        html = PAGES.render(
            lang, "sources/asked.html", body=body, title="Källor", anchor="asked", state="partial"
        )
    said = " ".join(re.sub(r"<[^>]*>", " ", html).split())
    assert html.count('<th scope="col"') == 4
    assert html.count('<th scope="rowgroup"') == 2
    assert "Region Sydkust" in said
    assert ("Svarar inte" if lang == "sv" else "Does not answer") in said
