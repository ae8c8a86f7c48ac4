"""Whatever happens to an answer on its way, it opens no more than it did."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from stodtjanster.security.blocks import Row, check_blocks
from stodtjanster.security.consents import Assertion, check_consent
from stodtjanster.security.relations import check_relation
from stodtjanster.sources.kit.source import SourceFailed
from tests.mutated import rearranged, reworded
from tests.security_messages import (
    BIRGITTA,
    CLINIC,
    ELSEWHERE,
    NOW,
    OWN,
    READER,
    SETTINGS,
    checked,
    consented,
    ended,
    related,
)

ROWS = tuple(Row(owner, NOW - timedelta(days=1), NOW) for owner in (OWN, CLINIC, ELSEWHERE))
ANSWER = checked(("1", "OK"), ("2", "BLOCKED"), ("3", "OK"))
WORDS = st.sampled_from(["", " ", "2", "02", "x", "BLOCKED", "ERROR", "nej", "\ud800"])


def heard(talk, body):
    """None when nothing was said."""
    try:
        return ended(talk, body)
    except SourceFailed:
        return None


@given(st.data())
def test_a_moved_or_missing_part_opens_no_row(data):
    body = rearranged(data, ANSWER)
    opened = heard(check_blocks(SETTINGS, READER, BIRGITTA, ROWS, correlation="c"), body)
    assert (opened or frozenset()) <= {ROWS[0], ROWS[2]}


@given(st.data(), WORDS)
def test_another_word_opens_no_row(data, word):
    body = reworded(data, ANSWER, word)
    opened = heard(check_blocks(SETTINGS, READER, BIRGITTA, ROWS, correlation="c"), body)
    assert (opened or frozenset()) <= {ROWS[0], ROWS[2]}


@given(st.data(), WORDS)
def test_a_no_stays_a_no(data, word):
    for body in (rearranged(data, related("false")), reworded(data, related("false"), word)):
        assert not heard(check_relation(SETTINGS, READER, BIRGITTA, correlation="c"), body)
    no = consented("false", "Consent")
    for body in (rearranged(data, no), reworded(data, no, word)):
        assert not heard(check_consent(SETTINGS, READER, BIRGITTA, correlation="c"), body)


@given(st.data())
def test_an_emergency_never_becomes_a_consent(data):
    body = rearranged(data, consented(kind="Emergency"))
    said = heard(check_consent(SETTINGS, READER, BIRGITTA, correlation="c"), body)
    assert said is not Assertion.CONSENT


@given(st.binary())
def test_bytes_say_nothing(body):
    assert heard(check_relation(SETTINGS, READER, BIRGITTA, correlation="c"), body) is None
    assert heard(check_consent(SETTINGS, READER, BIRGITTA, correlation="c"), body) is None
