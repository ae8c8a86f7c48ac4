"""The log as log administrators search it, and the samples that they draw."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from portal.store import CheckedEntry, Judged, LogCheck, Sealing, Store, Wanted
from portal.store.sealing import Unsealable
from stodtjanster.audit import EventKind
from stodtjanster.model import HsaId, PersonId
from tests.security_messages import BIRGITTA, ELSEWHERE, EMPLOYEE, NOW, OWN, disclosure

KEY = bytes(range(32))
DAY = timedelta(days=1)
ANNA = PersonId.parse("199001012385")
COLLEAGUE = HsaId("TSTNMT2321000156-AMYU")
EMERGENCY = {"ground": "EMERGENCY_ACCESS", "activity": "Nödöppning"}
WANTED = Wanted(
    provider=OWN.provider,
    since=NOW - DAY,
    until=NOW + DAY,
    first=("EMERGENCY_ACCESS", "STAFF_OWN_RECORD"),
)


@pytest.fixture
def store(backend):
    with closing(Store(backend.url)) as store:
        yield store


def found(store, wanted=WANTED, *, after=0, most=50, **changes):
    page = store.log_review.page(replace(wanted, **changes), after=after, most=most)
    return [read.seq for read in page]


class TestReadings:
    def test_a_provider_finds_what_its_own_opened_and_what_others_saw_of_its(self, store):
        theirs = disclosure(place=ELSEWHERE)
        events = [
            disclosure(),
            theirs,
            replace(theirs, event=EventKind.SHOWN, owners=(OWN.provider, ELSEWHERE.provider)),
            disclosure(event=EventKind.LOOKED_UP),
            disclosure(employee=None, place=None),
            disclosure(event=EventKind.SHOWN),
        ]
        store.audit.record_all(events)
        assert found(store) == [3, 1]
        assert found(store, provider=ELSEWHERE.provider) == [2]
        assert found(store, provider=HsaId("TSTNMT2321000156-SJVG")) == []

    def test_what_it_came_to_is_told_with_it(self, store):
        opened = disclosure()
        shown = replace(opened, event=EventKind.SHOWN, owners=(ELSEWHERE.provider,))
        store.audit.record_all([opened, disclosure(), shown])
        newest, oldest = store.log_review.page(WANTED, after=0, most=9)
        assert (oldest.event, oldest.shown) == (opened, (shown,))
        assert newest.shown == ()

    def test_what_is_to_be_reviewed_comes_first_and_then_the_newest(self, store):
        store.audit.record_all(
            [
                disclosure(at=NOW - timedelta(hours=2), **EMERGENCY),
                disclosure(at=NOW - timedelta(hours=1)),
                disclosure(at=NOW),
                disclosure(at=NOW),
            ]
        )
        assert found(store) == [1, 4, 3, 2]
        assert found(store, after=1, most=2) == [4, 3]

    def test_of_what_was_refused_only_what_is_to_be_reviewed_is_there(self, store):
        for ground in ("STAFF_OWN_RECORD", "NO_CARE_RELATION"):
            store.audit.record(disclosure(event=EventKind.REFUSED, ground=ground))
        assert found(store) == [1]
        assert store.log_review.readings(WANTED) == ()

    def test_a_period_begins_with_its_first_moment_and_ends_before_its_last(self, store):
        for at in (NOW - DAY, NOW, NOW + DAY):
            store.audit.record(disclosure(at=at))
        assert found(store) == [2, 1]

    @pytest.mark.parametrize(
        "choice", [{"employee": COLLEAGUE}, {"patient": ANNA}, {"without": ("OWN_UNIT",)}]
    )
    def test_it_can_be_narrowed(self, store, choice):
        store.audit.record(disclosure())
        store.audit.record(disclosure(employee=COLLEAGUE, subject=ANNA, ground="CONSENT"))
        assert found(store, **choice) == [2]

    def test_single_entries_are_found_by_the_provider_that_is_to_check_them(self, store):
        store.audit.record_all([disclosure(), disclosure(place=ELSEWHERE), disclosure()])
        assert [read.seq for read in store.log_review.of(OWN.provider, (3, 2, 1, 9))] == [1, 3]

    def test_a_sample_is_drawn_from_what_was_opened(self, store):
        store.audit.record_all([disclosure(), disclosure(**EMERGENCY)])
        first, second = store.log_review.readings(WANTED)
        assert (first.seq, first.ground) == (1, "OWN_UNIT")
        assert (second.seq, second.hash) == (2, store.audit.head().hash)


def check(**changes):
    return LogCheck(
        **{
            "id": str(uuid4()),
            "provider": OWN.provider,
            "since": NOW - 7 * DAY,
            "until": NOW,
            "drawn": NOW,
            "by": EMPLOYEE,
            "share": 0.05,
            "least": 10,
            "always": ("EMERGENCY_ACCESS",),
            "of": 200,
            **changes,
        }
    )


class TestChecks:
    @pytest.fixture
    def rows(self, store):
        return store.log_checks(Sealing(KEY))

    def test_a_check_is_kept_as_it_was_drawn(self, rows):
        mine, earlier = check(), check(since=NOW - 14 * DAY, until=NOW - 7 * DAY)
        other = check(provider=ELSEWHERE.provider)
        for each in (earlier, mine, other):
            assert rows.draw(each, (3, 1))
        assert rows.of(OWN.provider) == (mine, earlier)
        assert rows.entries(mine) == tuple(CheckedEntry(seq, 1, Judged.NOT_YET) for seq in (1, 3))
        assert rows.of(HsaId("TSTNMT2321000156-SJVG")) == ()

    def test_a_check_of_nothing_is_a_check(self, rows):
        assert rows.draw(check(of=0), ())
        assert rows.entries(rows.of(OWN.provider)[0]) == ()

    def test_a_period_is_drawn_once_however_many_try(self, rows):
        with ThreadPoolExecutor(8) as pool:
            drawn = list(pool.map(lambda _n: rows.draw(check(), (1,)), range(16)))
        assert drawn.count(True) == 1
        assert len(rows.of(OWN.provider)) == 1

    def test_a_judgement_holds_against_the_version_it_was_made_from(self, rows):
        mine = check()
        rows.draw(mine, (1, 2))
        seen = rows.entries(mine)[0]
        said = replace(seen, judged=Judged.FOLLOWED_UP, by=EMPLOYEE, at=NOW.astimezone(UTC))
        assert rows.judge(mine, said)
        assert not rows.judge(mine, replace(said, judged=Judged.REVIEWED))
        assert not rows.judge(mine, replace(said, seq=9))
        first, second = rows.entries(mine)
        assert first == replace(said, version=2)
        assert second.judged is Judged.NOT_YET

    def test_the_database_alone_tells_nothing(self, rows, store, backend):
        mine = check()
        rows.draw(mine, (1,))
        rows.judge(mine, replace(rows.entries(mine)[0], judged=Judged.FOLLOWED_UP, by=COLLEAGUE))
        store.close()
        written = backend.written()
        for text in (OWN.provider, EMPLOYEE, COLLEAGUE, "followed-up", "EMERGENCY_ACCESS"):
            assert str(text).encode() not in written

    def test_another_key_finds_none(self, rows, store):
        rows.draw(check(), (1,))
        assert store.log_checks(Sealing(bytes(32))).of(OWN.provider) == ()

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE log_check_entries SET seq = 7 WHERE seq = 1",
            "UPDATE log_check_entries SET version = 2 WHERE seq = 1",
            (
                "UPDATE log_check_entries SET sealed = "
                "(SELECT sealed FROM log_check_entries WHERE seq = 2) WHERE seq = 1"
            ),
        ],
    )
    def test_what_was_moved_is_not_believed(self, rows, backend, statement):
        mine = check()
        rows.draw(mine, (1, 2))
        backend.sql(statement)
        with pytest.raises(Unsealable):
            rows.entries(mine)

    def test_a_period_that_was_moved_is_not_believed(self, rows, backend):
        rows.draw(check(), ())
        backend.sql("UPDATE log_checks SET since = '2026-01-01 00:00:00.000000'")
        with pytest.raises(Unsealable):
            rows.of(OWN.provider)

    def test_it_goes_with_what_it_is_about(self, rows, store):
        old = datetime(2016, 10, 1, tzinfo=UTC)
        store.audit.record_all([disclosure(at=old + DAY), disclosure()])
        mine = check()
        rows.draw(check(since=old, until=old + 7 * DAY), (1,))
        rows.draw(mine, (2,))
        store.disposal.remove(store.disposal.due(NOW - 365 * 6 * DAY))
        assert rows.of(OWN.provider) == (mine,)
        assert [entry.seq for entry in rows.entries(mine)] == [2]


def test_who_reads_of_whom_is_in_the_log_and_nowhere_else(store, backend):
    """The table to search by names the employee and never the patient."""
    store.audit.record(disclosure())
    (columns,) = {tuple(row) for row in backend.sql("SELECT * FROM audit_readings")}
    assert BIRGITTA.value not in map(str, columns)
