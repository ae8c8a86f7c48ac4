"""What has been shown (`views.kit.memory`), in the shapes that JSON has."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from portal.sealed import packed_time
from stodtjanster.model import Approximate, Dated, Open, Partial, Timed, When
from views.kit.memory import Snapshot
from views.kit.traces import Place, Trace


def snapshot_said(snapshot: Snapshot) -> dict[str, Any]:
    """For JSON. Places come again and again, so each trace names its own by number."""
    places = list(dict.fromkeys((*snapshot.heard, *(trace.place for trace in snapshot.traces))))
    number = {place: at for at, place in enumerate(places)}
    return {
        "at": packed_time(snapshot.at),
        "places": [(place.kind, place.source, place.system) for place in places],
        "heard": [(number[place], until.isoformat()) for place, until in snapshot.heard.items()],
        "traces": [
            (
                number[trace.place],
                trace.name,
                trace.facts,
                trace.where,
                _when_said(trace.when),
                trace.until.isoformat() if trace.until else None,
            )
            for trace in snapshot.traces
        ],
    }


def snapshot_read(said: Mapping[str, Any]) -> Snapshot:
    places = [Place(*place) for place in said["places"]]
    return Snapshot(
        at=datetime.fromisoformat(said["at"]),
        heard={places[number]: date.fromisoformat(until) for number, until in said["heard"]},
        traces=tuple(
            Trace(
                places[number],
                name,
                facts,
                where,
                _when_read(when),
                date.fromisoformat(until) if until else None,
            )
            for number, name, facts, where, when, until in said["traces"]
        ),
    )


def _when_said(when: When | None) -> list[Any] | None:
    match when:
        case Timed(start, end):
            return ["timed", packed_time(start), packed_time(end) if end else None]
        case Approximate(start, end):
            return ["approximate", packed_time(start), packed_time(end)]
        case Dated(day, last):
            return ["dated", day.isoformat(), last.isoformat() if last else None]
        case Partial(year, month):
            return ["partial", year, month]
        case Open():
            return ["open"]
        case None:
            return None


def _when_read(said: list[Any] | None) -> When | None:
    match said:
        case ["timed", start, end]:
            return Timed(
                datetime.fromisoformat(start), datetime.fromisoformat(end) if end else None
            )
        case ["approximate", start, end]:
            return Approximate(datetime.fromisoformat(start), datetime.fromisoformat(end))
        case ["dated", day, last]:
            return Dated(date.fromisoformat(day), date.fromisoformat(last) if last else None)
        case ["partial", year, month]:
            return Partial(year, month)
        case ["open"]:
            return Open()
        case _:
            return None
