"""An answer that comes in pages: GetCareDocumentation 3.0 and its hasMore (rivta.md 7).

More is asked for directly at the address that has it, since no aggregating service passes the
question on.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from lxml import etree

from stodtjanster.model import Cause, Outcome, Report
from stodtjanster.sources.kit.source import Heard
from stodtjanster.sources.kit.xml import children, text

MAX_PAGES: Final = 40
"""Pages that are followed in one conversation, over all addresses: a source decides how many it
makes, and must not keep us for ever."""
_ADDRESS: Final = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)
_LONGEST_REFERENCE: Final = 4_096


@dataclass(frozen=True, slots=True)
class More:
    """Where more is, and what to ask for there."""

    address: str
    reference: str

    @classmethod
    def of(cls, element: etree._Element, namespace: str) -> "More":
        """From a hasMore; a part that cannot be used is ""."""
        fields = children(element)
        where = text(fields.get(f"{{{namespace}}}logicalAddress")) or ""
        what = text(fields.get(f"{{{namespace}}}reference")) or ""
        return cls(
            where if _ADDRESS.fullmatch(where) else "",
            what if len(what) <= _LONGEST_REFERENCE else "",
        )

    def __bool__(self) -> bool:
        return bool(self.address and self.reference)


def joined(first: Heard, page: Heard) -> Heard:
    """What two pages tell. A system of both has one report, which is no better than the worse."""
    reports = list(first.reports)
    for report in page.reports:
        place = _place(reports, report.system)
        if place is None:
            reports.append(report)
        else:
            reports[place] = _worse(reports[place], report)
    return Heard(first.items + page.items, tuple(reports), first.rejected + page.rejected)


def without(heard: Heard, lost: Iterable[More]) -> Heard:
    """The same, when more is known to exist at these addresses and did not come."""
    lost = tuple(lost)
    if not lost:
        return heard
    reports = list(heard.reports)
    for more in lost:
        system = more.address.upper() or reports[0].system
        place = _place(reports, system)
        if place is None:
            # Whoever said so answered for this system too, as far as its first page.
            place = len(reports)
            answered = replace(reports[0], outcome=Outcome.DATA_FROM_SOURCE, rejected=0)
            reports.append(replace(answered, system=system, cause=None))
        reports[place] = replace(reports[place], cause=reports[place].cause or Cause.PARTIAL)
    return replace(heard, reports=tuple(reports))


def _place(reports: Sequence[Report], system: str) -> int | None:
    return next((place for place, each in enumerate(reports) if each.system == system), None)


def _worse(first: Report, page: Report) -> Report:
    causes = (first.cause, page.cause)
    if Cause.FOREIGN in causes:
        cause: Cause | None = Cause.FOREIGN
    elif page.outcome is Outcome.NO_DATA_SYNCH_FAILED:
        cause = Cause.PARTIAL
    else:
        cause = first.cause or page.cause
    return replace(first, cause=cause, rejected=first.rejected + page.rejected)
