"""A person's blocks and consents, from the national registers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from lxml import etree

from stodtjanster.information import Block, BlockLevel, Consent, ConsentKind, Lifting
from stodtjanster.model import STOCKHOLM, Cause, HsaId, Outcome, Told
from stodtjanster.sources.blocks import adapter as blocks
from stodtjanster.sources.blocks.settings import Settings as BlockSettings
from stodtjanster.sources.consents import adapter as consents
from stodtjanster.sources.consents.settings import Settings as ConsentSettings
from stodtjanster.sources.kit.source import Heard, SourceFailed
from tests.rivta_messages import (
    OTHER,
    PERSON,
    RESERVE,
    SETTINGS,
    TOLVAN,
    asked,
    element,
    identity,
    question,
    reading,
    told,
)
from tests.safeguards import (
    NURSE,
    OTHERS,
    PROVIDER,
    UNIT,
    assertion,
    block,
    blocked,
    consented,
    excluded,
    lifted,
)

FUTURE = "2027-01-01T00:00:00"
REGISTERS = {
    "blocks": (blocks, blocked, block, {"PatientId": OTHER.value}),
    "consents": (consents, consented, assertion, {"patient": OTHER.value}),
}
every = pytest.mark.parametrize(
    ("adapter", "answered", "row", "others"), REGISTERS.values(), ids=REGISTERS
)


def at(year: int, month: int, day: int, hour: int = 0) -> datetime:
    return datetime(year, month, day, hour, tzinfo=STOCKHOLM)


def one_block(*parts: str, **changes: str | None) -> Block:
    (item,) = blocks.read(blocked(block(*parts, **changes)), reading=reading()).items
    assert isinstance(item, Block)
    return item


def one_consent(**changes: Any) -> Consent:
    (item,) = consents.read(consented(assertion(**changes)), reading=reading()).items
    assert isinstance(item, Consent)
    return item


class TestABlock:
    def test_says_what_is_closed_and_since_when_and_for_whom_it_is_lifted(self) -> None:
        found = one_block(excluded(), lifted())
        assert found.level is BlockLevel.INNER
        assert (found.first, found.last) == (date(2024, 2, 1), None)
        assert (found.origin.care_provider, found.origin.care_unit) == (
            HsaId(PROVIDER),
            HsaId(UNIT),
        )
        assert found.liftings == (Lifting(HsaId(OTHERS), at(2026, 12, 24)),)
        assert found.excluded == (Told("Läkemedel - Ordination/förskrivning"),)
        assert found.subject == TOLVAN
        assert found.origin.record == "s-1"

    def test_may_be_for_a_whole_provider_and_for_days_that_are_over(self) -> None:
        found = one_block(
            BlockType="Outer",
            InformationCareUnitId=None,
            InformationStartDate=None,
            InformationEndDate="2025-06-30T23:59:59",
        )
        assert (found.level, found.origin.care_unit) == (BlockLevel.OUTER, None)
        assert (found.first, found.last) == (None, date(2025, 6, 30))

    def test_says_that_it_is_lifted_for_one_alone_and_not_for_whom(self) -> None:
        found = one_block(lifted(RevokedForEmployeeId=NURSE))
        assert found.liftings[0].personal
        assert NURSE not in repr(found)
        assert "FÅR EJ VISAS" not in repr(found)

    def test_does_not_say_what_was_lifted_once(self) -> None:
        ended = lifted(EndDate="2026-11-20T09:59:59")
        assert one_block(ended, lifted(TemporaryRevokeId="h-2")).liftings == (
            Lifting(HsaId(OTHERS), at(2026, 12, 24)),
        )

    @pytest.mark.parametrize(
        "part",
        [
            lifted(EndDate=None),
            lifted(EndDate="snart"),
            lifted(RevokedForCareUnitId=None),
            excluded(None),
            excluded("a</c:InfoTypeDescription><c:InfoTypeDescription>b"),
        ],
    )
    def test_stands_and_a_part_that_cannot_be_read_is_counted(self, part: str) -> None:
        heard = blocks.read(blocked(block(part)), reading=reading())
        assert len(heard.items) == 1
        assert heard.reports[0].rejected == 1

    @pytest.mark.parametrize(
        "changes",
        [
            {"BlockId": None},
            {"BlockType": None},
            {"BlockType": "Sideways"},
            {"PatientId": None},
            {"InformationCareProviderId": None},
            {"InformationCareUnitId": "å"},
            {"InformationStartDate": "i våras"},
            {"InformationEndDate": "2023-01-01T00:00:00"},
        ],
    )
    def test_that_cannot_be_read_is_counted(self, changes: dict[str, str | None]) -> None:
        assert_counted(blocks.read(blocked(block() + block(**changes)), reading=reading()))


class TestAConsent:
    def test_says_who_may_read_until_when_and_when_it_was_given(self) -> None:
        found = one_consent()
        assert (found.kind, found.personal, found.represented) == (
            ConsentKind.CONSENT,
            False,
            False,
        )
        assert (found.start, found.end) == (at(2026, 2, 1, 8), at(2027, 2, 1))
        assert found.given == at(2026, 1, 31, 15)
        assert (found.origin.care_provider, found.origin.care_unit) == (
            HsaId(PROVIDER),
            HsaId(UNIT),
        )
        assert found.subject == TOLVAN
        assert NURSE not in repr(found)
        assert "FÅR EJ VISAS" not in repr(found)

    def test_for_one_alone_does_not_say_for_whom(self) -> None:
        found = one_consent(employeeId=NURSE)
        assert found.personal
        assert NURSE not in repr(found)

    def test_of_somebody_else_does_not_say_of_whom(self) -> None:
        found = one_consent(rest=element("representedBy", identity(OTHER.value, PERSON)))
        assert found.represented
        assert OTHER.value not in repr(found)

    def test_of_an_emergency_is_no_consent(self) -> None:
        assert one_consent(assertionType="Emergency").kind is ConsentKind.EMERGENCY

    @pytest.mark.parametrize("end", [None, "9999-12-31T00:00:00", ""])
    def test_may_be_without_end(self, end: str | None) -> None:
        assert one_consent(endDate=end).end is None

    @pytest.mark.parametrize("info", [None, "", "<c:requestDate>nyss</c:requestDate>"])
    def test_stands_when_nobody_can_tell_when_it_was_given(self, info: str | None) -> None:
        assert one_consent(registrationInfo=info).given is None

    def test_may_lie_ahead(self) -> None:
        assert one_consent(startDate=FUTURE).start == at(2027, 1, 1)

    @pytest.mark.parametrize(
        "over",
        [
            {"endDate": "2026-11-20T10:00:00"},
            {"rest": "<c:cancellationInfo/>"},
            {"rest": "<c:deletionInfo/>"},
        ],
    )
    def test_that_is_over_is_left_out(self, over: dict[str, str]) -> None:
        heard = consents.read(consented(assertion(**over)), reading=reading())
        assert (heard.items, heard.reports[0].answered) == ((), True)

    @pytest.mark.parametrize(
        "changes",
        [
            {"assertionId": None},
            {"assertionType": None},
            {"assertionType": "Kanske"},
            {"patient": None},
            {"careProviderId": None},
            {"careUnitId": None},
            {"startDate": None},
            {"endDate": "snart"},
        ],
    )
    def test_that_cannot_be_read_is_counted(self, changes: dict[str, str | None]) -> None:
        rows = assertion() + assertion(**changes)
        assert_counted(consents.read(consented(rows), reading=reading()))


def assert_counted(heard: Heard) -> None:
    assert len(heard.items) == 1
    assert len(heard.rejected) == heard.reports[0].rejected == 1
    assert not heard.reports[0].answered


@every
class TestBoth:
    def test_nothing_is_an_answer(
        self, adapter: Any, answered: Callable[..., bytes], row: Any, others: Any
    ) -> None:
        heard = adapter.read(answered(), reading=reading())
        assert (heard.items, heard.reports[0].answered) == ((), True)

    def test_another_persons_row_is_stopped_and_told_of(
        self, adapter: Any, answered: Callable[..., bytes], row: Any, others: Any
    ) -> None:
        heard = adapter.read(answered(row() + row(**others)), reading=reading())
        assert [item.subject for item in heard.items] == [TOLVAN]
        assert heard.reports[0].cause is Cause.FOREIGN
        assert OTHER.value not in repr(heard)

    def test_a_row_in_another_namespace_is_counted(
        self, adapter: Any, answered: Callable[..., bytes], row: Any, others: Any
    ) -> None:
        stranger = etree.fromstring(f'<x xmlns:c="urn:x">{row()}</x>')[0]
        assert_counted(
            adapter.read(answered(row() + etree.tostring(stranger).decode()), reading=reading())
        )

    @pytest.mark.parametrize(
        ("code", "cause"),
        [
            ("ERROR", Cause.FAULT),
            ("VALIDATIONERROR", Cause.FAULT),
            ("ACCESSDENIED", Cause.DENIED),
            (None, Cause.UNREADABLE),
        ],
    )
    def test_a_result_that_is_not_ok_is_a_failure_whatever_stands_beside_it(
        self,
        adapter: Any,
        answered: Callable[..., bytes],
        row: Any,
        others: Any,
        code: str | None,
        cause: Cause,
    ) -> None:
        with pytest.raises(SourceFailed) as failed:
            adapter.read(answered(row(), code), reading=reading())
        assert failed.value.cause is cause

    def test_an_answer_without_or_with_two_results_is_none(
        self, adapter: Any, answered: Callable[..., bytes], row: Any, others: Any
    ) -> None:
        root = etree.fromstring(answered(row()))
        result = root.find("{*}Body")[0][0][0]
        result.addnext(etree.fromstring(etree.tostring(result)))
        twice = etree.tostring(root)
        parent = result.getparent()
        for found in parent.findall(result.tag):
            parent.remove(found)
        for body in (twice, etree.tostring(root)):
            with pytest.raises(SourceFailed) as failed:
                adapter.read(body, reading=reading())
            assert failed.value.cause is Cause.UNREADABLE


def test_a_reserve_number_is_not_asked_about() -> None:
    for adapter, kind in (
        (blocks.Adapter(BlockSettings(**SETTINGS)), Block),
        (consents.Adapter(ConsentSettings(**SETTINGS, logical_address=PROVIDER)), Consent),
    ):
        with pytest.raises(StopIteration) as done:
            next(adapter.ask(question(kind, subject=RESERVE)))
        (report,) = done.value.value.reports
        assert (report.outcome, report.information) == (Outcome.NOT_ASKED, kind.key)


def test_all_of_the_country_is_asked_for_blocks_and_one_provider_for_consents() -> None:
    everywhere = asked(blocks.Adapter(BlockSettings(**SETTINGS)), question(Block))
    assert etree.fromstring(everywhere.body).findtext(".//{*}LogicalAddress") == "5565594230"
    assert b"CareProviderId" not in everywhere.body
    one = consents.Adapter(ConsentSettings(**SETTINGS, logical_address=PROVIDER))
    root = etree.fromstring(asked(one, question(Consent)).body)
    assert root.findtext(".//{*}LogicalAddress") == PROVIDER
    assert root.findtext(".//{*}careProviderId") == PROVIDER
    assert root.findtext(".//{*}getCancelledFlag") == "false"
    heard = told(one, question(Consent), consented())
    assert heard.reports[0].system == PROVIDER
