"""Messages in the store: once each, sealed, and nobody's but the person's."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import pytest

from portal.store import Added, MessageRows, Sealing, Store, StoreUnavailable
from stodtjanster.information import Message
from stodtjanster.model import Cause, Dated, Outcome, Period, Timed, local_day
from stodtjanster.sources.inbox import adapter
from stodtjanster.sources.inbox.adapter import Adapter
from stodtjanster.sources.inbox.kept import Letter
from stodtjanster.sources.inbox.settings import Settings
from stodtjanster.sources.kit.source import Ask
from tests.backends import Backend
from tests.fetching import ANNA, BO, NOON

KEY = bytes(range(32))
NAME = ("TSTNMT2321000156-NMVG", "brev-1")
LETTER = Letter(
    sender=NAME[0],
    record=NAME[1],
    date="2026-11-19",
    time="08:15:00",
    category="Kallelse",
    title="Du är kallad till återbesök",
    body=("Ta med din läkemedelslista.",),
    unit="tstnmt2321000156-orto",
    unit_name="Ortopedmottagningen",
    booking="NM-20431",
    invitation=True,
)
DAY = timedelta(days=1)


@pytest.fixture
def store(backend: Backend) -> Iterator[Store]:
    with closing(Store(backend.url)) as store:
        yield store


@pytest.fixture
def rows(store: Store) -> MessageRows:
    return store.messages(Sealing(KEY))


def add(rows: MessageRows, letter: Letter = LETTER, person=ANNA, name=NAME, **more) -> Added:
    return rows.add(person, name, letter.encode(), **{"received": NOON, **more})


def changed(**fields: object) -> Letter:
    said = {name: getattr(LETTER, name) for name in Letter.__dataclass_fields__}
    return Letter(**said | fields)


def recall(rows: MessageRows, person=ANNA, days: int = 400):
    today = local_day(NOON)
    period = Period(today - days * DAY, today + DAY)
    inbox = Adapter(Settings(key="inbox", kind="inbox", name="Portalen"), rows)
    return inbox.recall(Ask(Message, person, period, NOON, "c"))


# -- once each -------------------------------------------------------------------------------------


def test_the_same_message_again_is_the_same_message(rows: MessageRows) -> None:
    assert add(rows) is Added.NEW
    assert add(rows, received=NOON + DAY) is Added.AGAIN
    (kept,) = rows.of(ANNA, 10)
    assert kept.received == NOON


def test_another_message_under_a_name_that_is_taken_is_not_kept(rows: MessageRows) -> None:
    add(rows)
    assert add(rows, changed(body=("Något annat",))) is Added.ANOTHER
    assert add(rows, person=BO) is Added.ANOTHER
    assert rows.of(BO, 10) == ()
    assert [Letter.decode(each.content or b"") for each in rows.of(ANNA, 10)] == [LETTER]


def test_two_senders_may_use_the_same_name(rows: MessageRows) -> None:
    add(rows)
    assert add(rows, name=("TSTNMT2321000156-SKVG", NAME[1])) is Added.NEW
    # Not even where one's end is the other's beginning.
    assert add(rows, name=(NAME[0] + "b", NAME[1][1:])) is Added.NEW
    assert len(rows.of(ANNA, 10)) == 3


def test_of_many_who_bring_it_at_once_one_finds_it_new(rows: MessageRows) -> None:
    with ThreadPoolExecutor(20) as pool:
        said = list(pool.map(lambda _number: add(rows), range(200)))
    assert said.count(Added.NEW) == 1
    assert said.count(Added.AGAIN) == 199
    assert len(rows.of(ANNA, 10)) == 1


# -- whose -----------------------------------------------------------------------------------------


def test_the_newest_come_first_and_no_more_than_asked_for(rows: MessageRows) -> None:
    for number in range(5):
        add(rows, name=(NAME[0], str(number)), received=NOON + number * DAY)
    assert [row.received for row in rows.of(ANNA, 3)] == [NOON + n * DAY for n in (4, 3, 2)]
    assert rows.of(BO, 3) == ()


def test_reading_is_noted_once_and_by_nobody_else(rows: MessageRows) -> None:
    add(rows)
    (message,) = rows.of(ANNA, 1)
    assert message.read is None
    assert not rows.mark_read(BO, message.id, NOON + DAY)
    assert not rows.mark_read(ANNA, "0" * 64, NOON + DAY)
    assert rows.of(ANNA, 1)[0].read is None
    assert rows.mark_read(ANNA, message.id, NOON + DAY)
    assert rows.mark_read(ANNA, message.id, NOON + 2 * DAY)
    assert rows.of(ANNA, 1)[0].read == NOON + DAY


def test_it_may_have_been_read_before_it_came(rows: MessageRows) -> None:
    add(rows, read=True)
    assert rows.of(ANNA, 1)[0].read == NOON


# -- sealed ----------------------------------------------------------------------------------------


def test_the_database_alone_tells_nothing(
    rows: MessageRows, backend: Backend, store: Store
) -> None:
    add(rows)
    store.close()
    kept = backend.written()
    for said in (ANNA.value, *LETTER.body, LETTER.title, LETTER.booking, *NAME, "ORTO", "orto"):
        assert said is not None
        assert said.encode() not in kept


def test_another_key_finds_nobody(rows: MessageRows, store: Store) -> None:
    add(rows)
    assert store.messages(Sealing(bytes(32))).of(ANNA, 10) == ()


def test_a_row_that_was_moved_or_changed_is_counted_and_not_shown(
    rows: MessageRows, backend: Backend
) -> None:
    add(rows)
    add(rows, person=BO, name=(NAME[0], "brev-2"))
    mine = rows.of(ANNA, 1)[0].id
    backend.sql(
        "UPDATE messages SET person = (SELECT person FROM messages WHERE id = :mine)", mine=mine
    )
    heard = recall(rows)
    assert [item.origin.identity for item in heard.items] == [NAME]
    assert [report.rejected for report in heard.reports] == [1]
    assert BO.value not in repr(heard)


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="length"):
        Sealing(bytes(31))


# -- as items --------------------------------------------------------------------------------------


def test_a_message_is_what_its_sender_wrote(rows: MessageRows) -> None:
    add(rows)
    (message,) = recall(rows).items
    assert isinstance(message, Message)
    assert message.subject == ANNA
    assert message.title is not None
    assert message.title.text == LETTER.title
    assert message.body is not None
    assert message.body.text == LETTER.body[0]
    assert message.sender is not None
    assert message.sender.text == "Ortopedmottagningen"
    assert isinstance(message.sent, Timed)
    assert message.sent.start.isoformat() == "2026-11-19T08:15:00+01:00"
    assert message.received == NOON
    assert message.read is False
    assert message.booking == ("TSTNMT2321000156-ORTO", "NM-20431")
    assert message.invitation
    assert message.origin.approved_for_patient
    assert message.origin.identity == NAME


@pytest.mark.parametrize(
    ("date", "time", "sent"),
    [
        ("2026-11-19", None, Dated(local_day(NOON - DAY))),
        ("2026-11-19Z", None, Dated(local_day(NOON - DAY))),
        (None, "08:15:00", Timed(NOON)),
        (None, None, Timed(NOON)),
        ("0044-03-15", "08:15:00", Timed(NOON)),
    ],
)
def test_when_it_was_written_is_no_more_exact_than_was_said(
    rows: MessageRows, date: str | None, time: str | None, sent: object
) -> None:
    add(rows, changed(date=date, time=time))
    (message,) = recall(rows).items
    assert message.during == sent


def test_markup_in_a_message_is_never_markup_here(rows: MessageRows) -> None:
    marked = "&lt;article>&lt;para>Ett&lt;/para>&lt;para>Två&lt;/para>&lt;/article>"
    add(rows, changed(body=(marked, "Tre")))
    (message,) = recall(rows).items
    assert isinstance(message, Message)
    assert message.body is not None
    assert message.body.text == "Ett\nTvå\nTre"


def test_the_inbox_answers_whole_also_when_it_is_empty(rows: MessageRows) -> None:
    heard = recall(rows)
    assert heard.items == ()
    assert [(r.outcome, r.cause) for r in heard.reports] == [(Outcome.DATA_FROM_SOURCE, None)]


def test_messages_of_other_times_are_left_out(rows: MessageRows) -> None:
    add(rows, changed(date="2025-11-19"))
    assert recall(rows, days=30).items == ()
    assert len(recall(rows).items) == 1


def test_more_messages_than_are_shown_are_told_of(
    rows: MessageRows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "MOST", 2)
    for number in range(3):
        add(rows, name=(NAME[0], str(number)))
    heard = recall(rows)
    assert len(heard.items) == 2
    assert [report.cause for report in heard.reports] == [Cause.PARTIAL]


def test_a_store_that_does_not_answer_says_so(rows: MessageRows, backend: Backend) -> None:
    backend.sql("DROP TABLE messages")
    with pytest.raises(StoreUnavailable):
        recall(rows)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"v":2}', LETTER.encode()[:-1]])
def test_what_is_no_letter_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="letter"):
        Letter.decode(content)
