"""What an audit event may hold, and how it is written down."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import orjson
import pytest

from stodtjanster.audit import AuditEvent, EventKind, decode, encode
from stodtjanster.model import ActorKind, PersonId

NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
ANNA = PersonId.parse("199001012385")
OMAR = PersonId.parse("194001612383")
DISCLOSURE = {
    "event": EventKind.DISCLOSURE,
    "at": NOW,
    "actor": ANNA,
    "actor_kind": ActorKind.CITIZEN,
    "loa": "loa3",
    "subject": OMAR,
    "information": ("booked_visit", "care_plan"),
    "sources": ("region",),
    "systems": ("TSTNMT2321000156-1077",),
    "ground": "SELF",
    "law": "patientdatalagen (2008:355) 5 kap. 5 §",
    "purpose": "Vård och behandling",
    "session": "0f" * 32,
    "reference": UUID("6a1f3c58-6f0e-4b8a-9d55-0a3b1c2d4e5f"),
}


def test_what_is_written_can_be_read_back():
    event = AuditEvent(**DISCLOSURE)
    assert decode(encode(event)) == event


def test_a_bare_event_can_be_read_back():
    event = AuditEvent(event=EventKind.SECURITY_EVENT, at=NOW, detail="unknown-handle")
    assert decode(encode(event)) == event


def test_equal_events_have_equal_bytes_whatever_zone_they_were_told_in():
    swedish = NOW.astimezone(timezone(timedelta(hours=1)))
    assert encode(AuditEvent(**DISCLOSURE)) == encode(AuditEvent(**{**DISCLOSURE, "at": swedish}))


def test_the_canonical_form_is_sorted_and_holds_every_field():
    said = orjson.loads(encode(AuditEvent(**DISCLOSURE)))
    assert list(said) == sorted(said)
    assert set(said) == {"v", *AuditEvent.__dataclass_fields__}
    assert said["at"] == "2026-11-20T12:30:00.000000+00:00"
    assert (said["actor"], said["subject"]) == ("199001012385", "194001612383")


def test_each_event_gets_a_reference_of_its_own():
    first, second = (AuditEvent(event=EventKind.LOGOUT, at=NOW, actor=ANNA) for _ in range(2))
    assert first.reference != second.reference


def test_its_repr_holds_no_person_number():
    assert "9001012385" not in repr(AuditEvent(**DISCLOSURE))


@pytest.mark.parametrize(
    "missing", ["actor", "actor_kind", "subject", "information", "ground", "purpose"]
)
@pytest.mark.parametrize("kind", [EventKind.DISCLOSURE, EventKind.SHOWN])
def test_a_disclosure_says_who_whose_what_and_why(kind, missing):
    absent = () if missing == "information" else None
    with pytest.raises(ValueError, match="disclosure"):
        AuditEvent(**{**DISCLOSURE, "event": kind, missing: absent})


@pytest.mark.parametrize(
    "wrong",
    [
        {"at": datetime(2026, 11, 20, 12, 30)},  # noqa: DTZ001 - that it has no zone is the point
        {"detail": "199001012385"},
        {"detail": "two words"},
        {"detail": ""},
        {"session": "a token that is no hash"},
        {"law": "two\nlines"},
        {"purpose": "\x1b[31mred"},
        {"ground": "\u202eSELF"},
        {"systems": ("x" * 201,)},
        {"sources": ("",)},
        {"information": ("\ud800",)},
    ],
)
def test_a_field_that_is_not_plain_is_refused_without_being_repeated(wrong):
    with pytest.raises(ValueError, match=r"^an audit event|^the .* of an audit event") as refused:
        AuditEvent(**{**DISCLOSURE, **wrong})
    assert "199001012385" not in str(refused.value)


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"event": "Nonsense"},
        {"actor": "199001012386"},
        {"actor": None},
        {"at": "yesterday"},
        {"reference": 7},
        {"note": "a field that is not declared"},
    ],
)
def test_what_was_not_written_by_encode_is_not_read(change):
    said = orjson.loads(encode(AuditEvent(**DISCLOSURE)))
    with pytest.raises(ValueError, match=r"^(not )?an audit event"):
        decode(orjson.dumps({**said, **change}))


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"null", b"\xff", b'"v"'])
def test_garbage_is_not_read(body):
    with pytest.raises(ValueError, match="not an audit event"):
        decode(body)
