"""What to ask whom: decided before anything runs, by a pure function."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from stodtjanster.access import NotPermitted, Permit
from stodtjanster.information import Item
from stodtjanster.model import Cause, Need, Outcome, Period, PersonId, Report
from stodtjanster.sources.kit.source import Giver

Needs = Mapping[str, Need[Any]]


@dataclass(frozen=True, slots=True)
class Order:
    """One source is to be asked for one kind of information.

    It is also the key of the flight and of the shelf: it holds everything that an answer varies on.
    """

    source: str
    information: type[Item]
    subject: PersonId
    period: Period
    reach: str


@dataclass(frozen=True, slots=True)
class Plan:
    """`orders` by kind of information, and the reports that are known without asking."""

    periods: Mapping[str, Period]
    kinds: Mapping[str, type[Item]]
    orders: Mapping[type[Item], tuple[Order, ...]]
    reports: Mapping[type[Item], tuple[Report, ...]]


def plan(permit: Permit, needs: Needs, sources: Iterable[Giver]) -> Plan:
    """Needs x sources x the person's numbers, once each, however many sections share a need.

    What is not granted is never asked for. Raises NotPermitted when the permit's log record is not
    committed.
    """
    if not permit.audit:
        raise NotPermitted("the permit is not logged")
    today = permit.situation.today
    periods = {name: need.period(today) for name, need in needs.items()}
    kinds = {name: need.information for name, need in needs.items()}
    sources = tuple(sources)
    orders: dict[type[Item], tuple[Order, ...]] = {}
    reports: dict[type[Item], tuple[Report, ...]] = {}
    for kind in dict.fromkeys(kinds.values()):
        span = _span(periods[name] for name in needs if kinds[name] is kind)
        givers = [source for source in sources if kind in source.gives]
        reports[kind] = tuple(_known(permit, kind, givers))
        orders[kind] = tuple(
            Order(source.settings.key, kind, number, span, permit.reach)
            for source in givers
            if kind in permit.granted and source.settings.enabled
            for number in permit.situation.subject.numbers
        )
    return Plan(periods, kinds, orders, reports)


def _span(periods: Iterable[Period]) -> Period:
    spans = tuple(periods)
    return Period(min(span.first for span in spans), max(span.last for span in spans))


def _known(permit: Permit, kind: type[Item], givers: list[Giver]) -> Iterable[Report]:
    """NotAsked reports. No source at all for a kind is a gap too: nobody is connected."""
    if kind not in permit.granted:
        yield _not_asked("", kind, Cause.NOT_PERMITTED)
        return
    if not givers:
        yield _not_asked("", kind, Cause.NOT_CONNECTED)
    for source in givers:
        if not source.settings.enabled:
            yield _not_asked(source.settings.key, kind, Cause.SWITCHED_OFF)


def _not_asked(source: str, kind: type[Item], cause: Cause) -> Report:
    return Report(source, source, kind.key, Outcome.NOT_ASKED, cause=cause)
