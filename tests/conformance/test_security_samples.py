"""Real messages of the security services, read in place."""

from pathlib import Path

import pytest
from lxml import etree

from stodtjanster.audit import Entry, seal
from stodtjanster.security.log import PURPOSES, Stored, store_log
from tests.security_messages import SETTINGS, SYSTEM, disclosure, ended

SAMPLES = "rivta/samples/informationsecurity.auditing.log.StoreLog.2"


@pytest.fixture
def samples(shared: Path) -> Path:
    return shared / SAMPLES


def test_every_answer_of_the_log_is_understood(samples: Path) -> None:
    """One has its result in the namespace of the types, against the schema. Read as no answer, it
    would be asked for until the end of time."""
    answers = sorted(samples.glob("response-*.xml"))
    assert answers
    for path in answers:
        talk = store_log(
            SETTINGS, SYSTEM, (Entry(1, seal(bytes(32), disclosure())),), correlation="c"
        )
        assert ended(talk, path.read_bytes()) is Stored.STORED, path.name


def test_a_message_may_follow_the_schema_and_be_wrong(samples: Path) -> None:
    """Which is why we hold our own words to the TKB's before we send them."""
    said = {
        found.text
        for path in samples.glob("request-*.xml")
        for found in etree.parse(path).iter("{*}purpose")
    }
    assert said
    assert not said <= PURPOSES
