"""Whatever happens to an answer of the index, nobody's booking but the person's is asked for."""

from hypothesis import given, settings
from hypothesis import strategies as st

from stodtjanster.information import Appointment
from stodtjanster.sources.kit.source import Response, SourceFailed
from tests.invitations import adapter, engagement, found, invited
from tests.mutated import rearranged, reworded
from tests.rivta_messages import OTHER, OTHER_UNIT, question

FOREIGN = "Annans-1"
ANSWER = found(
    engagement("b-1"),
    engagement(FOREIGN, OTHER_UNIT, registeredResidentIdentification=OTHER.value),
    engagement("b-2"),
)
unhurried = settings(deadline=None)


def followed(body: bytes) -> list[bytes]:
    """The questions that an answer of the index leads to. Raises nothing but SourceFailed."""
    talk = adapter().ask(question(Appointment))
    next(talk)
    sent: list[bytes] = []
    try:
        request = talk.send(Response(200, {}, body))
        while True:
            sent.append(request.body)
            request = talk.send(Response(200, {}, invited()))
    except (StopIteration, SourceFailed):
        return sent


def check(body: bytes) -> None:
    sent = followed(body)
    assert len(sent) <= 2
    assert not any(FOREIGN.encode() in each for each in sent)


def test_whole_it_leads_to_the_persons_own() -> None:
    assert len(followed(ANSWER)) == 2
    check(ANSWER)


@unhurried
@given(st.data())
def test_an_element_dropped_doubled_or_moved(data: st.DataObject) -> None:
    check(rearranged(data, ANSWER))


@unhurried
@given(st.data(), st.text(max_size=30))
def test_a_text_replaced(data: st.DataObject, word: str) -> None:
    check(reworded(data, ANSWER, word))


@unhurried
@given(st.integers(0, len(ANSWER) - 1), st.integers(1, 255))
def test_a_byte_flipped(place: int, mask: int) -> None:
    body = bytearray(ANSWER)
    body[place] ^= mask
    sent = followed(bytes(body))
    assert not any(FOREIGN.encode() in each for each in sent)


@unhurried
@given(st.integers(0, len(ANSWER)))
def test_a_message_cut_short(end: int) -> None:
    check(ANSWER[:end])
