"""ProcessingStatus: what each source behind an aggregating service did (rivta.md 5).

No WSDL declares the header and real ones break its schema, so every element may be absent.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from lxml import etree

from stodtjanster.model import Cause, Outcome, Report
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
        synched = moment(text(fields.get(_SUCCESS)) or "")
        failed = moment(text(fields.get(_FAILURE)) or "")
        if outcome is Outcome.DATA_FROM_SOURCE:
            return Report(source, system, information, outcome, asked_at, synched or asked_at)
        if outcome is Outcome.DATA_FROM_CACHE:
            return Report(source, system, information, outcome, asked_at, synched)
        cause = _cause(fields.get(_ERROR))
        if outcome is Outcome.DATA_FROM_CACHE_SYNCH_FAILED:
            return Report(source, system, information, outcome, failed or asked_at, synched, cause)
        return Report(
            source,
            system,
            information,
            Outcome.NO_DATA_SYNCH_FAILED,
            failed or asked_at,
            None,
            cause if outcome is not None else Cause.FAULT,
        )

    rows = [report(row) for header in headers for row in header.iterchildren(_ROW)]
    if rows:
        return tuple(dict.fromkeys(rows))
    return (Report(source, aggregator, information, Outcome.DATA_FROM_SOURCE, asked_at, asked_at),)


def _cause(error: etree._Element | None) -> Cause:
    """504 is a socket that timed out; 43000 is anything else, but may say so in its text."""
    fields = children(error)
    told = (text(fields.get(_ERROR_TEXT)) or "").lower()
    if text(fields.get(_ERROR_CODE)) == "504" or "timed out" in told or "timeout" in told:
        return Cause.TIMEOUT
    return Cause.FAULT
