"""What to ask whom: decided before anything runs, by a pure function."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from stodtjanster.access import NotPermitted, Permit
from stodtjanster.catalogue import Coverage, Expecting
from stodtjanster.information import Item
from stodtjanster.model import Cause, HsaId, Need, Outcome, Period, PersonId, Report
from stodtjanster.sources.kit.source import Giver

Needs = Mapping[str, Need[Any]]


@dataclass(frozen=True, slots=True)
class Order:
    """One source is to be asked for one kind of information.

    It is also the key of the flight and of the shelf: it holds everything that an answer varies on.
    `agent` is the one who asks in the subject's place; None when it is the subject.
    """

    source: str
    information: type[Item]
    subject: PersonId
    period: Period
    reach: str
    agent: PersonId | HsaId | None = None


@dataclass(frozen=True, slots=True)
class _Gap:
    """Addresses that a source should reach and is known not to. `whole`: its own is one of them."""

    addresses: frozenset[str] = frozenset()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """`orders` by kind of information, and the reports that are known without asking."""

    periods: Mapping[str, Period]
    kinds: Mapping[str, type[Item]]
    orders: Mapping[type[Item], tuple[Order, ...]]
    reports: Mapping[type[Item], tuple[Report, ...]]


def plan(
    permit: Permit, needs: Needs, sources: Iterable[Giver], coverage: Coverage | None = None
) -> Plan:
    """Needs x sources x the person's numbers, once each, however many sections share a need.

    What is not granted is never asked for, and a source that is known not to be connected is not
    asked. Raises NotPermitted when the permit's log record is not committed.
    """
    if not permit.audit:
        raise NotPermitted("the permit is not logged")
    situation = permit.situation
    today = situation.today
    periods = {name: need.period(today) for name, need in needs.items()}
    kinds = {name: need.information for name, need in needs.items()}
    sources = tuple(sources)
    gaps = {source.settings.key: _gap(permit, source, coverage) for source in sources}
    orders: dict[type[Item], tuple[Order, ...]] = {}
    reports: dict[type[Item], tuple[Report, ...]] = {}
    for kind in dict.fromkeys(kinds.values()):
        span = _span(periods[name] for name in needs if kinds[name] is kind)
        givers = [source for source in sources if kind in source.gives]
        wanted = any(need.information is kind and not need.optional for need in needs.values())
        reports[kind] = tuple(_known(permit, kind, givers, gaps)) if givers or wanted else ()
        orders[kind] = tuple(
            Order(source.settings.key, kind, number, span, permit.reach, situation.agent)
            for source in givers
            if kind in permit.granted
            and source.settings.enabled
            and not gaps[source.settings.key].whole
            for number in situation.subject.numbers
        )
    return Plan(periods, kinds, orders, reports)


def _span(periods: Iterable[Period]) -> Period:
    spans = tuple(periods)
    return Period(min(span.first for span in spans), max(span.last for span in spans))


def _gap(permit: Permit, source: Giver, coverage: Coverage | None) -> _Gap:
    if coverage is None or not isinstance(source, Expecting):
        return _Gap()
    expected = source.expects
    lacking = coverage.unconnected(expected, permit.situation.now)
    return _Gap(lacking, expected.own.upper() in lacking)


def _known(
    permit: Permit, kind: type[Item], givers: list[Giver], gaps: Mapping[str, _Gap]
) -> Iterable[Report]:
    """NotAsked reports. No source at all for a kind is a gap too: nobody is connected."""
    if kind not in permit.granted:
        yield _not_asked("", kind, Cause.NOT_PERMITTED)
        return
    if not givers:
        yield _not_asked("", kind, Cause.NOT_CONNECTED)
    for source in givers:
        if not source.settings.enabled:
            yield _not_asked(source.settings.key, kind, Cause.SWITCHED_OFF)
            continue
        for address in sorted(gaps[source.settings.key].addresses):
            yield _not_asked(source.settings.key, kind, Cause.NOT_CONNECTED, address)


def _not_asked(source: str, kind: type[Item], cause: Cause, system: str | None = None) -> Report:
    return Report(source, system or source, kind.key, Outcome.NOT_ASKED, cause=cause)
