"""The old copy that may stand in for a source that does not answer, and says that it is old."""

from dataclasses import replace

from stodtjanster.information import Item
from stodtjanster.model import Answer, Cause, Outcome, Report

HAS_DATA = frozenset(
    {Outcome.DATA_FROM_SOURCE, Outcome.DATA_FROM_CACHE, Outcome.DATA_FROM_CACHE_SYNCH_FAILED}
)
NO_COPY = frozenset({Cause.DENIED, Cause.FOREIGN})


def with_old_copy(new: Answer[Item], old: Answer[Item], source: str) -> Answer[Item]:
    """Fill what `new` lacks from `old`, system by system; the reports say that it is a copy.

    A system is a logical address behind `source`; a report whose system is `source` itself speaks
    for all of them that did not answer for themselves. A source that refuses us, or mixes up
    people, is not helped out.
    """
    failed = {
        report.system: report
        for report in new.reports
        if report.outcome is Outcome.NO_DATA_SYNCH_FAILED and report.cause not in NO_COPY
    }
    answered = {report.system for report in new.reports if report.outcome in HAS_DATA}
    stand_ins = tuple(
        _stand_in(report, failure)
        for report in old.reports
        if report.system not in answered
        and (failure := failed.get(report.system) or failed.get(source)) is not None
    )
    if not any(report.outcome in HAS_DATA for report in stand_ins):
        return new
    systems = {report.system for report in stand_ins}
    whole = source in failed
    items = tuple(
        item
        for item in old.items
        if item.origin.system in systems or (whole and item.origin.system not in answered)
    )
    covered = {source} | systems if whole else systems
    rest = tuple(
        report
        for report in new.reports
        if not (report.outcome is Outcome.NO_DATA_SYNCH_FAILED and report.system in covered)
    )
    return Answer(new.items + items, rest + stand_ins)


def _stand_in(report: Report, failure: Report) -> Report:
    """The old report under the new failure; a system that had no data still has none."""
    has_data = report.outcome in HAS_DATA
    return replace(
        report,
        outcome=Outcome.DATA_FROM_CACHE_SYNCH_FAILED if has_data else report.outcome,
        tried_at=failure.tried_at,
        cause=failure.cause,
    )
