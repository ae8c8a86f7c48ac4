"""Messages: the unread first, the whole of one, and who has read it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from flask import Request
from werkzeug.test import EnvironBuilder

from portal.house import House
from portal.inbox import noted_as_read
from portal.store import StoreUnavailable
from stodtjanster.information import Message
from stodtjanster.model import Actor, ActorKind, Dated, Open, PersonId, Told, When
from tests.rendering import printed, words
from tests.viewing import (
    BIRGITTA,
    FAILED,
    NOW,
    REGION,
    answer,
    asked,
    booking,
    day,
    origin,
    report,
    scene,
)
from tests.viewing import at as when
from views.kit.messages import NO_MESSAGE, MessageList, inbox, latest
from views.kit.view import Shown
from views.message import view as message_view
from views.message.page import MessagePage, Opened, message
from views.messages import view as messages_view
from views.overview import view as overview_view

DAUGHTER = PersonId.parse("201111042386")
BOOKED = booking(when(4, "09.15"), "b", title="Återbesök")


def letter(record: str = "m", sent: When | None = None, **more: Any) -> Message:
    kept = {"title": Told(f"Rubrik {record}"), "body": Told("Rad ett\nRad två"), "read": False}
    return Message(
        subject=BIRGITTA,
        origin=origin(REGION, record),
        sent=sent or when(-1, "09.00"),
        **(kept | more),
    )


def listed(*items: Message) -> MessageList:
    made = inbox(answer(*items), scene())
    assert made is not None
    return made


def opened(item: Message, *others: Message, booked: Any = None, **more: Any) -> MessagePage | None:
    seen = scene(asked=asked(scene().handle(item.origin)))
    told = answer() if booked is None else booked
    return message(answer(*others, item), told, replace(seen, **more))


class TestTheList:
    def test_the_unread_first_and_of_each_the_newest(self) -> None:
        found = listed(
            letter("gammalt läst", when(-9), read=True),
            letter("gammalt", when(-8)),
            letter("nytt läst", when(-1), read=True),
            letter("nytt", Dated(day(-2))),
        )
        titles = [row.title.text.removeprefix("Rubrik ") for row in found.rows]
        assert titles == ["nytt", "gammalt", "nytt läst", "gammalt läst"]
        assert (found.count, found.unread) == (4, 2)

    def test_what_nobody_keeps_is_neither_read_nor_unread(self) -> None:
        (row,) = listed(letter(read=None)).rows
        assert not row.unread

    def test_a_day_has_no_clock(self) -> None:
        (row,) = listed(letter(sent=Dated(date(2026, 11, 18)))).rows
        assert (row.day, row.start) == (date(2026, 11, 18), None)

    def test_one_without_any_time_is_listed(self) -> None:
        found = listed(letter("a", Open()), letter("b", when(-3)))
        assert [row.title.text for row in found.rows] == ["Rubrik b", "Rubrik a"]

    def test_without_a_time_only_the_sender_is_said(self) -> None:
        said = words(printed(messages_view, "inbox", {"messages": answer(letter(sent=Open()))}))
        assert "Nordmarks sjukhus Regionen" in said

    def test_one_without_a_title_can_be_opened(self) -> None:
        (row,) = listed(letter(title=None)).rows
        assert row.title == Told("Meddelande")
        assert row.href.startswith("/sv/mig/meddelanden/")

    def test_it_leads_to_the_page_of_its_time(self) -> None:
        (row,) = listed(letter(booking=BOOKED.origin.identity)).rows
        assert row.event_href == f"/sv/mig/handelse/{scene().handle(BOOKED.origin)}"

    def test_the_overview_has_the_first_of_them_and_counts_all(self) -> None:
        found = latest(answer(*(letter(str(n), when(-n)) for n in range(1, 8))), scene())
        assert found is not None
        assert [len(found.rows), found.count, found.unread] == [3, 7, 7]

    def test_it_says_what_is_unread_in_words(self) -> None:
        said = words(printed(messages_view, "inbox", {"messages": answer(letter())}))
        assert "Oläst" in said
        assert "Avsändaren får inte veta det." in said
        read = words(printed(messages_view, "inbox", {"messages": answer(letter(read=True))}))
        assert "Oläst" not in read

    def test_none_only_when_everybody_answered(self) -> None:
        silent = {"messages": answer(reports=[report(), FAILED])}
        assert NO_MESSAGE in words(printed(messages_view, "inbox", {"messages": answer()}))
        said = words(printed(messages_view, "inbox", silent))
        assert NO_MESSAGE not in said
        assert "Vi vet inte: Region Sydkust svarade inte." in said

    def test_the_overview_counts_only_what_it_knows(self) -> None:
        known = {"messages": answer(letter("a"), letter("b"))}
        silent = {"messages": answer(letter("a"), reports=[report(), FAILED])}
        assert "(2 olästa)" in words(printed(overview_view, "messages", known))
        assert "oläst)" not in words(printed(overview_view, "messages", silent))


class TestTheMessage:
    def test_the_one_that_was_asked_for(self) -> None:
        made = opened(letter("b"), letter("a"))
        assert made is not None
        assert made.row.title == Told("Rubrik b")
        assert (made.sender.name, made.sender.phone) == (Told("Nordmarks sjukhus"), "0980-319 201")

    def test_a_handle_of_another_person_finds_nothing(self) -> None:
        assert opened(letter(), secret=b"another key") is None

    def test_gone_only_when_everybody_answered(self) -> None:
        gone = {"messages": answer(), "booked": answer()}
        silent = gone | {"messages": answer(reports=[report(), FAILED])}
        where = asked("0" * 24)
        said = "Meddelandet finns inte längre"
        assert said in words(printed(message_view, "message", gone, asked=where))
        assert said not in words(printed(message_view, "message", silent, asked=where))

    @pytest.mark.parametrize(
        ("booked", "about"),
        [
            (answer(BOOKED), "known"),
            (answer(), "gone"),
            (answer(reports=[report(), FAILED]), "unknown"),
        ],
    )
    def test_the_time_that_it_is_about(self, booked: Any, about: str) -> None:
        made = opened(letter(booking=BOOKED.origin.identity), booked=booked)
        assert made is not None
        assert made.about == about
        assert (made.time is not None) == (about == "known")

    @pytest.mark.parametrize("lang", ["sv", "en"])
    def test_its_text_keeps_its_lines_and_its_language(self, lang: str) -> None:
        where = asked(scene().handle(letter().origin))
        answers = {"messages": answer(letter()), "booked": answer()}
        html = printed(message_view, "message", answers, lang, asked=where)
        assert "Rad ett\nRad två" in html
        assert ('lang="sv"' in html) == (lang == "en")

    def test_it_cannot_be_answered_here_and_says_whom_to_ask(self) -> None:
        where = asked(scene().handle(letter().origin))
        answers = {"messages": answer(letter()), "booked": answer()}
        said = words(printed(message_view, "message", answers, asked=where))
        assert "Det går inte att svara här." in said
        assert "Ring 0980-319 201" in said


class TestWhoHasReadIt:
    def test_the_person_to_whom_it_is(self) -> None:
        made = opened(letter("m7"))
        assert made is not None
        assert made.opened == Opened(BIRGITTA, "m7")

    @pytest.mark.parametrize("read", [True, None])
    def test_once_and_only_where_it_is_kept(self, read: bool | None) -> None:
        made = opened(letter(read=read))
        assert made is not None
        assert made.opened is None

    def test_what_a_relative_reads_is_still_unread(self) -> None:
        mine = scene().situation
        theirs = replace(mine, actor=Actor(ActorKind.OMBUD, DAUGHTER, "loa3"))
        made = opened(letter(), situation=theirs)
        assert made is not None
        assert made.opened is None


class Rows:
    """An inbox that remembers what it was told, or does not answer."""

    def __init__(self, *, broken: bool = False) -> None:
        self.read: list[tuple[PersonId, str, datetime]] = []
        self._broken = broken

    def mark_read(self, person: PersonId, message: str, at: datetime) -> bool:
        if self._broken:
            raise StoreUnavailable("down")
        self.read.append((person, message, at))
        return True


def noted(rows: Rows | None, body: object, **headers: str) -> None:
    house = House(
        **(dict.fromkeys(House.__dataclass_fields__) | {"messages": rows, "clock": lambda: NOW})
    )
    asking = Request(EnvironBuilder(headers=headers).get_environ())
    noted_as_read(house, asking)(Shown("message", "", "full", body, "", (), 0))


class TestNoting:
    def test_it_is_read_when_it_is_printed(self) -> None:
        rows = Rows()
        noted(rows, opened(letter("m7")))
        assert rows.read == [(BIRGITTA, "m7", NOW)]

    def test_nothing_else_that_is_printed_is(self) -> None:
        rows = Rows()
        noted(rows, opened(letter(read=True)))
        noted(rows, None)
        noted(rows, listed(letter()))
        assert rows.read == []

    @pytest.mark.parametrize("purpose", ["prefetch", "prefetch;prerender"])
    def test_what_a_browser_fetched_ahead_nobody_has_read(self, purpose: str) -> None:
        rows = Rows()
        noted(rows, opened(letter()), **{"Sec-Purpose": purpose})
        assert rows.read == []

    def test_a_store_that_is_down_does_not_stand_in_the_way(self) -> None:
        noted(Rows(broken=True), opened(letter()))
        noted(None, opened(letter()))
