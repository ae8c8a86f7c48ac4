"""What is said before and after: never more than is known."""

from __future__ import annotations

from typing import Any

import pytest

from stodtjanster.information import FreeTime
from stodtjanster.information.booking import (
    ActOutcome,
    BookingAct,
    CancelBooking,
    Done,
    MakeBooking,
    MoveBooking,
    Refused,
    ReportAbsence,
    Unknown,
    Unsent,
    Visitor,
)
from stodtjanster.model import Cause, Open, Told
from tests.viewing import BIRGITTA, NOW, REGION, at, booking, origin, scene
from views.kit.actions import PATHS
from views.kit.receipts import Receipt, cannot, question, receipt, silent

TIME = FreeTime(subject=BIRGITTA, origin=origin(REGION, "fri"), when=at(3))
SAID = {"cancel_allowed": True, "rebook_allowed": True, "absence_allowed": True}
VISITOR = Visitor(first_name="Birgitta", last_name="Lindqvist")
ACTS: tuple[BookingAct, ...] = (
    CancelBooking(booking=booking(at(1), **SAID)),
    MoveBooking(booking=booking(at(1), **SAID), to=TIME),
    MakeBooking(booking=booking(Open(), invitation=True), to=TIME, visitor=VISITOR),
    ReportAbsence(booking=booking(at(1), **SAID)),
)
OUTCOMES: tuple[ActOutcome | None, ...] = (
    *(None, Done(), Refused(), Unknown(Cause.TIMEOUT)),
    *(Unsent(cause) for cause in Cause),
)
EVERY = pytest.mark.parametrize("act", ACTS, ids=lambda act: act.key)


def told(act: BookingAct, outcome: ActOutcome | None) -> Receipt:
    return receipt(act, outcome, NOW, "Hemtjänsten", scene())


def words(said: Receipt) -> str:
    return " ".join((said.title, *said.sentences))


def test_there_are_words_for_every_act() -> None:
    assert {type(act) for act in ACTS} == PATHS.keys()


def test_a_cancelled_time() -> None:
    said = told(ACTS[0], Done(Told("Tack")))
    assert said == Receipt("good", "Tiden är avbokad", heard_at=NOW, told=Told("Tack"), gone=True)


@EVERY
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_only_a_yes_is_told_as_one(act: BookingAct, outcome: ActOutcome | None) -> None:
    said, done = told(act, outcome), told(act, Done())
    yes = isinstance(outcome, Done)
    assert (said.tone == "good") is yes
    assert (said.heard_at is not None) is yes
    assert (said.title == done.title) is yes


@EVERY
@pytest.mark.parametrize("cause", Cause)
def test_what_nobody_knows_is_said_so_and_can_only_be_asked(act: BookingAct, cause: Cause) -> None:
    said = told(act, Unknown(cause))
    assert said.title.startswith("Vi vet inte om ")
    assert (said.ring, said.again, said.gone) == (True, False, False)
    assert "kvar" not in words(said)


@EVERY
@pytest.mark.parametrize("cause", Cause)
def test_what_was_not_sent_has_changed_nothing_and_can_be_tried_again(
    act: BookingAct, cause: Cause
) -> None:
    said = told(act, Unsent(cause))
    assert (said.ring, said.again) == (True, True)
    assert "är kvar som d" in words(said)


@EVERY
def test_a_no_has_the_words_of_the_source(act: BookingAct) -> None:
    said = told(act, Refused(Told("Ring oss", "fi")))
    assert (said.told, said.ring, said.again) == (Told("Ring oss", "fi"), True, False)
    assert "är kvar som d" in words(said)


@EVERY
def test_what_is_waited_for_is_not_to_be_sent_again(act: BookingAct) -> None:
    said = told(act, None)
    assert (said.tone, said.icon, said.ring, said.again) == ("waiting", "clock", False, False)
    assert "Skicka inte en gång till." in words(said)


def test_whoever_was_to_come_home_is_named() -> None:
    assert told(ACTS[3], Done()).heard_by == "Hemtjänsten"
    assert told(ACTS[0], Done()).heard_by is None


def test_what_is_moved_or_declined_is_still_there() -> None:
    assert [told(act, Done()).gone for act in ACTS] == [True, False, True, False]


def test_the_question_to_oneself() -> None:
    asked = question(CancelBooking, scene())
    assert asked.title == "Vill du avboka?"
    assert asked.consequences == ("Du får ingen ny tid automatiskt.",)
    assert (asked.button, asked.keep) == ("Avboka tiden", "Behåll tiden")


def test_the_question_about_another_names_them() -> None:
    asked = question(CancelBooking, scene(name="Birgitta"))
    assert asked.consequences == ("Birgitta får ingen ny tid automatiskt.",)
    assert asked.button == "Avboka Birgittas tid"
    absence = question(ReportAbsence, scene(name="Lars"))
    assert absence.button == "Lars är inte hemma"
    assert absence.consequences[0] == "De som skulle komma får veta att Lars inte är hemma."


@pytest.mark.parametrize("name", [None, "Birgitta"])
@pytest.mark.parametrize("act", PATHS)
def test_no_place_is_left_open(act: type[BookingAct], name: str | None) -> None:
    asked: Any = question(act, scene(name=name))
    texts = (*asked.consequences, asked.title, asked.button, asked.keep)
    assert not any("{" in text for text in (*texts, cannot(act, scene()), silent(act, scene())))
    assert not (name and any("du " in text.lower() for text in texts[: len(asked.consequences)]))
