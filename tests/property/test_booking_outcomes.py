"""Whatever happens to a no on its way, it never becomes a yes."""

from hypothesis import given, settings
from hypothesis import strategies as st

from stodtjanster.information.booking import Done, Refused, Unknown, Unsent
from stodtjanster.sources.bookings.answers import WRITES, read_answer
from stodtjanster.sources.kit.act import carry_out
from stodtjanster.sources.kit.source import Request, Response
from tests.bookings import outcome
from tests.mutated import rearranged, reworded

REQUEST = Request("POST", "https://127.0.0.1:9/vp")
NO = [outcome(contract, "ERROR", "Ring oss", "b-1") for contract in WRITES]
YES = [outcome(contract, "INFO", "Kom fastande", "b-1") for contract in WRITES]
unhurried = settings(deadline=None)
noes = st.sampled_from(NO)


def ended(body: bytes, status: int = 200) -> Done | Refused | Unknown | Unsent:
    conversation = carry_out(REQUEST, read_answer)
    next(conversation)
    try:
        conversation.send(Response(status, {}, body))
    except StopIteration as end:
        return end.value
    raise AssertionError("it was sent again")


@unhurried
@given(noes, st.data())
def test_an_element_dropped_doubled_or_moved(body: bytes, data: st.DataObject) -> None:
    assert not isinstance(ended(rearranged(data, body)), Done)


@unhurried
@given(noes, st.data(), st.text(max_size=30))
def test_a_text_replaced(body: bytes, data: st.DataObject, word: str) -> None:
    if word.strip() not in ("OK", "INFO"):
        assert not isinstance(ended(reworded(data, body, word)), Done)


@unhurried
@given(noes, st.data())
def test_a_byte_flipped_or_a_message_cut(body: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(body) - 1))
    flipped = bytes([body[place] ^ data.draw(st.integers(1, 255))])
    assert not isinstance(ended(body[:place] + flipped + body[place + 1 :]), Done)
    assert isinstance(ended(body[:place]), Unknown)


@unhurried
@given(st.binary(max_size=300), st.integers(100, 599))
def test_bytes_of_any_kind_under_any_status(body: bytes, status: int) -> None:
    assert isinstance(ended(body, status), Unknown)


@unhurried
@given(st.sampled_from([*NO, *YES]), st.integers(100, 599).filter(lambda n: n != 200))
def test_only_an_answer_of_success_is_an_answer(body: bytes, status: int) -> None:
    assert isinstance(ended(body, status), Unknown)
