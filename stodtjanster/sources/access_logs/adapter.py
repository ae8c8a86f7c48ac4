"""Who has read in systems that log to the national log: GetAccessLogsForPatient 1.1.

A report that takes time is put in a queue, and the answer says under which name. It is asked for by
that name until it is there: without the name every question would order a new report (XSD). Read
are time, provider, unit, purpose and kind of information. Who of the staff it was comes in the same
answer and is left where it is (PDL 8 kap. 5 §).
"""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import date, time, timedelta
from threading import Lock
from typing import ClassVar, Final, TypeAlias

from cachetools import LRUCache
from lxml import etree

from stodtjanster.information import AccessLog, Item, Opener
from stodtjanster.model import Cause, Origin, Outcome, Period, PersonId, Report, Timed, Told
from stodtjanster.sources.access_logs.settings import Settings
from stodtjanster.sources.kit.reading import Reading
from stodtjanster.sources.kit.rivta import (
    BadRow,
    Contract,
    Page,
    RivtaSource,
    digest,
    known_to_the_index,
    once_texts,
    post,
    unknowable,
)
from stodtjanster.sources.kit.soap import body_of, open_message
from stodtjanster.sources.kit.source import (
    Ask,
    Conversation,
    Heard,
    Request,
    Response,
    SourceFailed,
)
from stodtjanster.sources.kit.times import moment
from stodtjanster.sources.kit.xml import children, text

CONTRACT: Final = Contract(
    "ehr:log:querying",
    "GetAccessLogsForPatient",
    1,
    "urn:riv:ehr:log:querying:1",
)
_REQUEST: Final = f"{CONTRACT.request}Request"
_NS: Final = f"{{{CONTRACT.types}}}"
_ANSWER: Final = f"{{{CONTRACT.namespace}}}AccessLogsResultType"
_RESULT: Final = f"{_NS}Result"
_CODE: Final = f"{_NS}ResultCode"
_QUEUED: Final = f"{_NS}QueuedReportId"
# The contract spells it so.
_LOGS: Final = f"{_NS}AccesssLogs"
_LOG: Final = f"{_NS}AccessLog"
_UNREAD: Final = (f"{_NS}UserName", f"{_NS}UserTitle")

_OK: Final = frozenset({"OK", "INFO"})
_IN_QUEUE: Final = frozenset({"REPORT_ON_QUEUE", "REPORT_IN_PROCESS"})
_NOT_FOUND: Final = "REPORT_NOT_FOUND"
_FAILURES: Final = {
    "ACCESSDENIED": Cause.DENIED,
    "MAX_QUERY_RESULT_EXCEEDED": Cause.TOO_LARGE,
}
_LONGEST_NAME: Final = 36
_EMERGENCY: Final = "nödöppning"
"""The log contract's word for the activity. This contract has no element for it: whoever writes it
at all writes it as the purpose or as the kind of information."""

KEPT_BACK: Final = timedelta(days=548)
"""Eighteen months are online (rivta.md 7)."""
_MOST_QUEUED: Final = 10_000

_Question: TypeAlias = tuple[PersonId, Period]


@dataclass(frozen=True, slots=True)
class Queued:
    """A report that is being made, and the name under which it is to be asked for; None when the
    answer did not say."""

    name: str | None


class Adapter(RivtaSource[Settings]):
    """The log service at one address. It remembers, for as long as the process lives, which reports
    it has ordered: of what, and under which name, and nothing that they say."""

    gives: ClassVar[frozenset[type[Item]]] = frozenset({AccessLog})
    contracts: ClassVar[tuple[Contract, ...]] = (CONTRACT,)

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._ordered: LRUCache[_Question, str] = LRUCache(_MOST_QUEUED)
        self._lock = Lock()

    def ask(self, ask: Ask) -> Conversation:
        if not known_to_the_index(ask.subject):
            return unknowable(self.settings, AccessLog)
        question = (ask.subject, ask.period)
        with self._lock:
            name = self._ordered.get(question)
        try:
            said = yield from self._turn(ask, name)
        except _ReportGone:
            self._remember(question, None)
            said = yield from self._turn(ask, None)
        if isinstance(said, Heard):
            self._remember(question, None)
            return said
        self._remember(question, said.name or name)
        return Heard(reports=(_report(self.settings.key, self._address, ask, Cause.ORDERED),))

    @property
    def _address(self) -> str:
        return self.settings.logical_address.upper()

    def _turn(self, ask: Ask, name: str | None) -> Generator[Request, Response, Heard | Queued]:
        response = yield post(
            self.settings.url,
            CONTRACT,
            _question(ask, name),
            address=self.settings.logical_address,
            consumer=self.settings.consumer_hsa_id,
            correlation=ask.correlation,
            actor=None,
        )
        reading = Reading(self.settings.key, ask.at, ask.subject, ask.period, self._address)
        return _hear(body_of(response), reading, ordered=name is not None)

    def _remember(self, question: _Question, name: str | None) -> None:
        with self._lock:
            if name is None:
                self._ordered.pop(question, None)
            else:
                self._ordered[question] = name


class _ReportGone(Exception):  # noqa: N818 - an outcome
    """Nobody knows the report any more."""


def read(body: bytes, *, reading: Reading) -> Heard:
    """Rows of one answer, enveloped or bare. Raises SourceFailed, also for a report in a queue."""
    said = _hear(body, reading, ordered=False)
    if isinstance(said, Queued):
        raise SourceFailed(Cause.ORDERED)
    return said


def _question(ask: Ask, name: str | None) -> etree._Element:
    oldest = ask.at.date() - KEPT_BACK
    first = max(ask.period.first, min(oldest, ask.period.last))
    content = etree.Element(_REQUEST, nsmap={"m": CONTRACT.namespace})
    said = (
        ("PatientId", ask.subject.value),
        ("FromDate", _written(first, time.min)),
        ("ToDate", _written(ask.period.last, time(23, 59, 59))),
        ("QueuedReportId", name),
    )
    for local, value in said:
        if value is not None:
            etree.SubElement(content, f"{{{CONTRACT.namespace}}}{local}").text = value
    return content


def _written(on: date, at: time) -> str:
    """Wall time without a zone, as RIV-TA's times are."""
    return f"{on.isoformat()}T{at.isoformat('seconds')}"


def _hear(body: bytes, reading: Reading, *, ordered: bool) -> Heard | Queued:
    content = open_message(body, CONTRACT.response).content
    answer = children(children(content).get(_ANSWER))
    result = children(answer.get(_RESULT))
    code = text(result.get(_CODE))
    if code in _IN_QUEUE:
        name = text(result.get(_QUEUED))
        return Queued(name if name and len(name) <= _LONGEST_NAME else None)
    if code == _NOT_FOUND and ordered:
        raise _ReportGone
    if code not in _OK:
        cause = _FAILURES.get(code or "", Cause.FAULT if code else Cause.UNREADABLE)
        raise SourceFailed(cause, "the result is not OK")
    return _rows(answer.get(_LOGS), reading)


def _rows(logs: etree._Element | None, reading: Reading) -> Heard:
    """Raises SourceFailed when there is no list: an empty one is an answer, none is not."""
    if logs is None:
        raise SourceFailed(Cause.UNREADABLE, "no list of rows")
    page = Page(reading, row="AccessLog")
    items: dict[tuple[str, str], AccessLog] = {}
    for row in logs.iterchildren(_LOG):
        page.number += 1
        try:
            item = _read(row, page)
        except BadRow as bad:
            page.reject(bad, page.asker)
        else:
            items[item.origin.identity] = item
    report = Report(
        source=reading.source,
        system=page.asker,
        information=AccessLog.key,
        outcome=Outcome.DATA_FROM_SOURCE,
        tried_at=reading.asked_at,
        as_of=reading.asked_at,
        rejected=len(page.rejected),
    )
    return Heard(tuple(items.values()), (report,), tuple(page.rejected))


def _read(row: etree._Element, page: Page) -> AccessLog:
    said = once_texts(row, "", _NS)
    at = moment(said.get(f"{_NS}AccessDate"))
    if at is None:
        raise BadRow("AccessDate", "missing or not a time")
    provider, unit = (
        page.hsa[said.get(f"{_NS}{name}")] for name in ("CareProviderId", "CareUnitId")
    )
    if provider is None:
        raise BadRow("CareProviderId", "missing or not an HSA-id")
    purpose, resource = (
        page.told[said.get(f"{_NS}{name}")] for name in ("Purpose", "ResourceType")
    )
    # Rows have no name. Two of the same moment are two when somebody else read or something else.
    record = digest(*(said.get(name) for name in sorted(said) if name not in _UNREAD))
    unit_name = page.told[said.get(f"{_NS}CareUnitName")]
    return AccessLog(
        subject=page.reading.subject,
        origin=Origin(
            page.reading.source,
            page.asker,
            record,
            CONTRACT.operation,
            page.reading.asked_at,
            care_provider=provider,
            care_unit=unit,
            unit_name=unit_name,
        ),
        when=Timed(at),
        opener=Opener.CARE,
        provider=page.told[said.get(f"{_NS}CareProviderName")],
        unit=unit_name,
        purpose=purpose,
        emergency=any(_is_emergency(one) for one in (purpose, resource)),
        resource=resource,
    )


def _is_emergency(said: Told | None) -> bool:
    return said is not None and said.text.casefold().startswith(_EMERGENCY)


def _report(source: str, system: str, ask: Ask, cause: Cause) -> Report:
    return Report(
        source=source,
        system=system,
        information=AccessLog.key,
        outcome=Outcome.NO_DATA_SYNCH_FAILED,
        tried_at=ask.at,
        cause=cause,
    )
