"""ProcessingStatus: what each source behind an aggregating service did (rivta.md 5).

No WSDL declares the header and real ones break its schema, so every element may be absent.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from lxml import etree

from stodtjanster.model import Cause, Outcome, Report
from stodtjanster.sources.kit.platform_faults import platform_fault
from stodtjanster.sources.kit.times import moment
from stodtjanster.sources.kit.xml import children, text

_NS: Final = "{urn:riv:interoperability:headers:1}"
_ROW: Final = f"{_NS}ProcessingStatusList"
_ADDRESS: Final = f"{_NS}logicalAddress"
_CODE: Final = f"{_NS}statusCode"
_SUCCESS: Final = f"{_NS}lastSuccessfulSynch"
_FAILURE: Final = f"{_NS}lastUnsuccessfulSynch"
_ERROR: Final = f"{_NS}lastUnsuccessfulSynchError"
_ERROR_CODE: Final = f"{_NS}code"
_ERROR_TEXT: Final = f"{_NS}text"

_OUTCOMES: Final = {
    outcome.value: outcome
    for outcome in (
        Outcome.DATA_FROM_SOURCE,
        Outcome.DATA_FROM_CACHE,
        Outcome.DATA_FROM_CACHE_SYNCH_FAILED,
        Outcome.NO_DATA_SYNCH_FAILED,
    )
}
_LONGEST_ADDRESS: Final = 128
_NUMBER: Final = re.compile(r"\d{1,5}\b", re.ASCII)


def address(written: str | None) -> str | None:
    """A logical address or HSA-id as we compare them: upper case, None when absent or absurd.

    What cannot be printed is absurd: the audit log takes it in no name of a system.
    """
    stripped = written.strip().upper() if written else ""
    sound = 0 < len(stripped) <= _LONGEST_ADDRESS and stripped.isprintable()
    return stripped if sound else None


def read_statuses(
    headers: Iterable[etree._Element],
    *,
    source: str,
    information: str,
    aggregator: str,
    asked_at: datetime,
) -> tuple[Report, ...]:
    """One report for each status row.

    A header without rows means that the index knew of nobody who holds anything: the aggregating
    service itself (`aggregator`) answered. A row without address is laid on it too.
    """

    def report(row: etree._Element) -> Report:
        fields = children(row)
        system = address(text(fields.get(_ADDRESS))) or aggregator
        outcome = _OUTCOMES.get(text(fields.get(_CODE)) or "")
        synched = moment(text(fields.get(_SUCCESS)))
        failed = moment(text(fields.get(_FAILURE)))
        if outcome is Outcome.DATA_FROM_SOURCE:
            return Report(source, system, information, outcome, asked_at, synched or asked_at)
        if outcome is Outcome.DATA_FROM_CACHE:
            return Report(source, system, information, outcome, asked_at, synched)
        cause, detail = _cause(fields.get(_ERROR))
        if outcome is None:
            outcome, cause = Outcome.NO_DATA_SYNCH_FAILED, Cause.FAULT
        as_of = synched if outcome is Outcome.DATA_FROM_CACHE_SYNCH_FAILED else None
        tried = failed or asked_at
        return Report(source, system, information, outcome, tried, as_of, cause, detail=detail)

    rows = [report(row) for header in headers for row in header if row.tag == _ROW]
    if rows:
        return tuple(dict.fromkeys(rows))
    return (Report(source, aggregator, information, Outcome.DATA_FROM_SOURCE, asked_at, asked_at),)


def _cause(error: etree._Element | None) -> tuple[Cause, str]:
    """Why, and what the operator may know of it.

    504 is a socket that timed out; 43000 is anything else, but may say so in its text. The fault of
    a platform on the way comes as text, and tells of a message that was not ours.
    """
    fields = children(error)
    told = text(fields.get(_ERROR_TEXT)) or ""
    number = _NUMBER.match(text(fields.get(_ERROR_CODE)) or "")
    code = number[0] if number else ""
    cause, fault = platform_fault(told) or (Cause.FAULT, "")
    if code == "504" or "timed out" in told.lower() or "timeout" in told.lower():
        cause = Cause.TIMEOUT
    elif cause is Cause.FAILED:
        cause = Cause.FAULT
    return cause, f"{code} {fault}".strip()
