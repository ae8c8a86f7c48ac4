"""What may be asked for cannot be made unless the unit has said so."""

from dataclasses import replace

import pytest

from stodtjanster.information.booking import (
    MAX_MESSAGE,
    CancelBooking,
    MakeBooking,
    MoveBooking,
    completed,
    uncertain,
)
from stodtjanster.model import Open, Told
from tests.bookings import VISITOR, booking, free_time, invitation, origin
from tests.rivta_messages import OTHER, OTHER_UNIT


@pytest.mark.parametrize("said", [False, None])
def test_what_the_unit_has_not_allowed_cannot_be_done(said: bool | None) -> None:
    with pytest.raises(ValueError, match="cancelled"):
        CancelBooking(booking=booking(cancel_allowed=said))
    with pytest.raises(ValueError, match="moved"):
        MoveBooking(booking=booking(rebook_allowed=said), to=free_time())
    with pytest.raises(ValueError, match="message"):
        CancelBooking(booking=booking(message_allowed=said), message="Jag är sjuk")


def test_a_message_is_bounded() -> None:
    assert CancelBooking(booking=booking(), message="x" * MAX_MESSAGE).message
    with pytest.raises(ValueError, match="too long"):
        CancelBooking(booking=booking(), message="x" * (MAX_MESSAGE + 1))


@pytest.mark.parametrize(
    "time",
    [
        free_time(origin=origin("f-1", system=OTHER_UNIT)),
        free_time(subject=OTHER),
    ],
)
def test_a_time_of_another_unit_or_for_another_person_is_not_taken(time) -> None:
    with pytest.raises(ValueError, match="another"):
        MoveBooking(booking=booking(), to=time)
    with pytest.raises(ValueError, match="another"):
        MakeBooking(booking=invitation(), to=time, visitor=VISITOR)


@pytest.mark.parametrize("known", [booking(), booking(when=Open()), booking(invitation=True)])
def test_only_an_open_invitation_is_booked(known) -> None:
    with pytest.raises(ValueError, match="open invitation"):
        MakeBooking(booking=known, to=free_time(), visitor=VISITOR)


def test_an_act_rests_on_every_record_in_it() -> None:
    assert CancelBooking(booking=booking()).rests_on == (booking(),)
    assert MoveBooking(booking=booking(), to=free_time()).rests_on == (booking(), free_time())
    made = MakeBooking(booking=invitation(), to=free_time(), visitor=VISITOR)
    assert made.rests_on == (invitation(), free_time())


def test_neither_words_nor_names_stand_in_a_repr() -> None:
    act = CancelBooking(booking=booking(), message="Jag är sjuk")
    made = MakeBooking(booking=invitation(), to=free_time(), visitor=VISITOR)
    assert "sjuk" not in repr(act)
    assert "Tolvansson" not in repr(made)


UNSAID = {"cancel_allowed": None, "rebook_allowed": None, "message_allowed": None}


def test_what_the_list_left_open_is_said_by_the_details() -> None:
    known = booking(**UNSAID)
    details = booking(
        cancel_allowed=True, rebook_allowed=False, title=Told("Annat"), reason=Told("Ont")
    )
    assert uncertain(known)
    whole = completed(known, details)
    assert (whole.cancel_allowed, whole.rebook_allowed, whole.message_allowed) == (
        True,
        False,
        True,
    )
    assert (whole.title, whole.reason) == (Told("Återbesök"), Told("Ont"))
    assert whole.origin == known.origin
    assert not uncertain(whole)


def test_details_go_before_the_list_and_silence_before_nothing() -> None:
    known = booking(cancel_allowed=True, rebook_allowed=False)
    assert completed(known, booking(cancel_allowed=False)).cancel_allowed is False
    assert completed(known, booking(**UNSAID)).cancel_allowed is True


@pytest.mark.parametrize(
    "details",
    [booking(origin=origin("b-2")), replace(booking(), subject=OTHER)],
)
def test_the_details_of_another_booking_complete_nothing(details) -> None:
    with pytest.raises(ValueError, match="another booking"):
        completed(booking(), details)
