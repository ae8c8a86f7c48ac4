"""What the portal itself keeps is a source like any other, but for the wire (ADR 11)."""

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

from stodtjanster.information import Item
from stodtjanster.model import Cause, Outcome, Report
from stodtjanster.sources.kit.source import (
    Ask,
    Giver,
    Heard,
    Limits,
    Rejection,
    SourceSettings,
)


class LocalSettings(SourceSettings):
    """Of the limits, `concurrent`, `queue` and `answer_seconds` mean something here."""

    limits: Limits = Limits(concurrent=8, answer_seconds=5.0)


@runtime_checkable
class LocalSource(Giver, Protocol):
    """One that remembers instead of asking.

    The fetch service calls it in a thread and never keeps what it says on the shelf: the store is
    as near, is never out of date, and what was removed from it must be gone.
    """

    def recall(self, ask: Ask) -> Heard:
        """What is kept of the person. May block; called from several threads at once.

        Whatever it raises becomes a failure report, as for any source.
        """
        ...


def remembered(
    settings: SourceSettings,
    ask: Ask,
    items: Iterable[Item],
    *,
    rejected: Iterable[Rejection] = (),
    more: bool = False,
) -> Heard:
    """What a local source found, with its report. `more`: it has more than it gives."""
    lost = tuple(rejected)
    report = Report(
        source=settings.key,
        system=settings.key,
        information=ask.information.key,
        outcome=Outcome.DATA_FROM_SOURCE,
        tried_at=ask.at,
        as_of=ask.at,
        cause=Cause.PARTIAL if more else None,
        rejected=len(lost),
    )
    return Heard(tuple(items), (report,), lost)
