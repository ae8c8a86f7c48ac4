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
    for all of them. A source that refuses us, or mixes up people, is not helped out.
    """
    failed = {
        report.system: report
        for report in new.reports
        if report.outcome is Outcome.NO_DATA_SYNCH_FAILED and report.cause not in NO_COPY
    }
    kept = [report for report in old.reports if report.outcome in HAS_DATA]
    stand_ins = [
        _as_copy(report, failure)
        for report in kept
        if (failure := failed.get(report.system) or failed.get(source)) is not None
    ]
    if not stand_ins:
        return new
    systems = {report.system for report in stand_ins}
    whole = source in failed
    items = tuple(item for item in old.items if whole or item.origin.system in systems)
    covered = {source} | systems if whole else systems
    rest = tuple(
        report
        for report in new.reports
        if not (report.outcome is Outcome.NO_DATA_SYNCH_FAILED and report.system in covered)
    )
    return Answer(new.items + items, rest + tuple(stand_ins))


def _as_copy(report: Report, failure: Report) -> Report:
    return replace(
        report,
        outcome=Outcome.DATA_FROM_CACHE_SYNCH_FAILED,
        tried_at=failure.tried_at,
        cause=failure.cause,
    )
