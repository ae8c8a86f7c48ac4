"""The hash chain finds what was changed, and where."""

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stodtjanster.audit import (
    GENESIS,
    AuditEvent,
    Entry,
    EventKind,
    Head,
    Verdict,
    encode,
    seal,
    verify,
)

NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)


def chain(length, detail="unknown-handle"):
    """Entries of a whole chain, and its head."""
    entries, last = [], GENESIS
    for seq in range(1, length + 1):
        event = AuditEvent(event=EventKind.SECURITY_EVENT, at=NOW, detail=detail)
        sealed = seal(last, event)
        entries.append(Entry(seq, sealed))
        last = sealed.hash
    return entries, Head(length, last)


def test_a_seal_is_the_hash_of_what_was_before_and_the_canonical_bytes():
    event = AuditEvent(event=EventKind.LOGOUT, at=NOW)
    sealed = seal(GENESIS, event)
    assert sealed.body == encode(event)
    assert sealed.hash == sha256(bytes(32) + sealed.body).digest()


@pytest.mark.parametrize("length", [0, 1, 5])
def test_an_untouched_chain_holds(length):
    entries, head = chain(length)
    assert verify(entries, head=head, anchor=head) == Verdict(True, length, None, head)


@given(
    length=st.integers(1, 12),
    part=st.sampled_from(["previous", "body", "hash"]),
    data=st.data(),
)
def test_one_changed_byte_is_found_where_it_is(length, part, data):
    entries, head = chain(length)
    at = data.draw(st.integers(0, length - 1))
    old = getattr(entries[at].sealed, part)
    byte = data.draw(st.integers(0, len(old) - 1))
    new = old[:byte] + bytes([old[byte] ^ data.draw(st.integers(1, 255))]) + old[byte + 1 :]
    entries[at] = replace(entries[at], sealed=replace(entries[at].sealed, **{part: new}))
    verdict = verify(entries, head=head)
    assert (verdict.ok, verdict.count, verdict.first_bad_seq) == (False, at, at + 1)


def test_a_row_taken_out_of_the_middle_is_found():
    entries, head = chain(5)
    verdict = verify(entries[:2] + entries[3:], head=head)
    assert (verdict.ok, verdict.first_bad_seq) == (False, 3)


def test_rows_that_changed_places_are_found():
    entries, head = chain(4)
    entries[1], entries[2] = replace(entries[2], seq=2), replace(entries[1], seq=3)
    assert verify(entries, head=head).first_bad_seq == 2


def test_a_lost_end_is_found_by_the_head():
    entries, head = chain(5)
    verdict = verify(entries[:4], head=head)
    assert (verdict.ok, verdict.count, verdict.first_bad_seq) == (False, 4, 5)


def test_a_row_beyond_the_head_is_found():
    entries, _ = chain(5)
    verdict = verify(entries, head=Head(4, entries[3].sealed.hash))
    assert (verdict.ok, verdict.count, verdict.first_bad_seq) == (False, 4, 5)


def test_another_last_row_than_the_heads_is_found():
    _, head = chain(5)
    others, _ = chain(5, detail="another")
    verdict = verify(others, head=head)
    assert (verdict.ok, verdict.count, verdict.first_bad_seq) == (False, 4, 5)


def test_a_chain_that_was_written_anew_is_found_by_an_anchor_from_before():
    noted, _ = chain(3)
    others, head = chain(5, detail="another")
    assert verify(others, head=head).ok
    verdict = verify(others, head=head, anchor=Head(3, noted[2].sealed.hash))
    assert (verdict.ok, verdict.first_bad_seq) == (False, 3)


def test_a_chain_that_was_cut_short_with_its_head_is_found_by_an_anchor():
    entries, anchor = chain(5)
    verdict = verify(entries[:2], head=Head(2, entries[1].sealed.hash), anchor=anchor)
    assert (verdict.ok, verdict.first_bad_seq) == (False, 3)


def test_a_row_whose_columns_say_otherwise_is_found():
    entries, head = chain(3)
    entries[1] = replace(entries[1], agrees=False)
    assert verify(entries, head=head).first_bad_seq == 2


class TestAfterDisposal:
    """The beginning is gone (gallring), and the rest is walked from the last that went."""

    @pytest.fixture
    def cut(self):
        entries, head = chain(5)
        return entries[2:], head, Head(2, entries[1].sealed.hash)

    def test_the_rest_holds(self, cut):
        rest, head, start = cut
        assert verify(rest, head=head, start=start) == Verdict(True, 3, None, head, start)
        assert verify([], head=start, start=start) == Verdict(True, 0, None, start, start)

    def test_more_than_was_disposed_of_is_found(self, cut):
        rest, head, start = cut
        verdict = verify(rest[1:], head=head, start=start)
        assert (verdict.ok, verdict.count, verdict.first_bad_seq) == (False, 0, 3)

    def test_a_beginning_that_is_not_the_chains_is_found(self, cut):
        rest, head, _ = cut
        assert verify(rest, head=head, start=Head(2, GENESIS)).first_bad_seq == 3

    def test_a_bad_row_in_the_rest_is_found_where_it_is(self, cut):
        rest, head, start = cut
        verdict = verify([rest[0], *rest[2:]], head=head, start=start)
        assert (verdict.ok, verdict.count, verdict.first_bad_seq) == (False, 1, 4)

    def test_an_anchor_in_the_rest_or_at_the_cut_holds(self, cut):
        rest, head, start = cut
        for anchor in (start, Head(4, rest[1].sealed.hash), head):
            assert verify(rest, head=head, start=start, anchor=anchor).ok

    @pytest.mark.parametrize("anchor", [Head(1, bytes(32)), Head(2, bytes(32))])
    def test_an_anchor_that_the_rest_does_not_prove_does_not_hold(self, cut, anchor):
        rest, head, start = cut
        verdict = verify(rest, head=head, start=start, anchor=anchor)
        assert (verdict.ok, verdict.first_bad_seq) == (False, anchor.seq)
