"""Whatever happens to HSA's answer on its way, nobody gets what it did not say."""

from hypothesis import given
from hypothesis import strategies as st

from stodtjanster.security.assignments import CREDENTIALS, credentials_of
from stodtjanster.sources.kit.source import SourceFailed
from tests.mutated import rearranged, reworded
from tests.security_messages import EMPLOYEE, NOW, answer, ended
from tests.unit.test_assignments import ROLE, SETTINGS, commission, person

GOOD, ENDED = "TSTNMT2321000156-C001", "TSTNMT2321000156-C002"
ANSWER = answer(
    CREDENTIALS,
    person(
        ROLE,
        commission(commissionHsaId=GOOD),
        commission(
            commissionHsaId=ENDED,
            healthCareUnitEndDate="2020-01-01T00:00:00",
            healthCareProviderEndDate="2020-01-01T00:00:00",
        ),
    ),
)
WORDS = st.sampled_from(["", " ", "true", "1", "i går", "x" * 300, "\ud800"])


def heard(body):
    """The ids that may be chosen, and the roles; nothing when HSA said nothing."""
    try:
        said = ended(credentials_of(SETTINGS, EMPLOYEE, now=NOW, correlation="c"), body)
    except SourceFailed:
        return set(), set()
    return {each.id.value for each in said.assignments}, set(said.system_roles)


@given(st.data(), WORDS)
def test_another_word_brings_no_ended_assignment_to_life(data, word):
    assignments, _ = heard(reworded(data, ANSWER, word))
    assert ENDED not in assignments


@given(st.data())
def test_a_moved_or_missing_part_makes_no_other_role(data):
    _, roles = heard(rearranged(data, ANSWER))
    assert roles <= {"System;Roll"}


@given(st.binary())
def test_bytes_say_nothing(body):
    assert heard(body) == (set(), set())
