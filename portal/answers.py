"""A view's answers as JSON, for whoever asks its address for `application/json`.

The same permit, log and gaps as on the page: `needs` holds for each need its records and a report
of every source that was asked, and `complete` says whether anyone may conclude that there is no
more. A field that has no value, or that must not leave, is not there.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any, Final

import orjson
from werkzeug.wrappers import Request, Response

from portal.stream import Answers, Page
from stodtjanster.information import CarePlan, Item
from stodtjanster.model import ActorKind, Answer, HsaId, PersonId, Report
from views.kit.view import Scene

MIME: Final = "application/json"

_OURS: Final = frozenset({"subject", "origin", "chosen", "version", "linked"})
"""What says nothing of a record that whoever asks does not know, or is for us."""
_NAMED: Final = frozenset(
    {
        *("keys", "parents", "children", "meetings", "plans", "names", "chain", "team_id"),
        *("plan", "plan_at", "meeting", "booking", "given", "reference", "requests", "goals"),
    }
)
"""By what systems name records: in answers a record has a name of ours, `id`. The goals of a plan
are told; those of a task or an agreement are names of them."""

_ALIKE: Final = ("information", "source", "system", "outcome", "cause")


def wanted(request: Request) -> bool:
    """Whether JSON is asked for, and pages are not as welcome."""
    best = request.accept_mimetypes.best_match(("text/html", MIME))
    return best == MIME


def as_json(page: Page, answers: Answers) -> Response:
    """Those answers of a page. `id` is what the record is called in addresses of ours."""
    scene = page.scene
    said = {
        "view": page.view.key,
        "at": scene.situation.now.isoformat(),
        "needs": {name: _answer(answer, scene) for name, answer in answers.items()},
    }
    response = Response(orjson.dumps(said, option=orjson.OPT_SORT_KEYS), mimetype=MIME)
    response.vary.add("Accept")
    return response


def _answer(answer: Answer[Any], scene: Scene) -> dict[str, Any]:
    return {
        "complete": answer.complete,
        "records": [_record(item, scene) for item in answer.items],
        "reports": _reports(answer.reports, scene),
    }


def _record(item: Item, scene: Scene) -> dict[str, Any]:
    """What a record says of its own kind is its `type`."""
    origin = item.origin
    # A provider of one clinic would tell which unit it is that the rules have left out.
    unnamed = origin.care_unit is None and scene.situation.actor.kind is ActorKind.STAFF
    known = {
        "kind": item.key,
        "id": scene.handle(origin),
        "contract": origin.contract,
        "fetched_at": origin.fetched_at,
        "care_provider": None if unnamed else origin.care_provider,
        "care_unit": origin.care_unit,
        "unit_name": origin.unit_name,
    }
    told = {"goals"} if isinstance(item, CarePlan) else set()
    own: dict[str, Any] = _plain(item, (_OURS | _NAMED) - told)
    if "kind" in own:
        own["type"] = own.pop("kind")
    return {**_members(known), **own}


def _reports(reports: Iterable[Report], scene: Scene) -> list[dict[str, Any]]:
    """To staff what is said alike is said once: how often would tell how many systems or records
    there are. The oldest word counts, and what could not be read is counted together."""
    told = [_report(report, scene) for report in reports]
    if scene.situation.actor.kind is not ActorKind.STAFF:
        return told
    alike: dict[tuple[Any, ...], dict[str, Any]] = {}
    for each in told:
        key = tuple(each.get(name) for name in _ALIKE)
        first = alike.setdefault(key, each)
        if first is not each:
            times = [one["as_of"] for one in (first, each) if "as_of" in one]
            first |= {"as_of": min(times)} if times else {}
            unreadable = first.get("unreadable", 0) + each.get("unreadable", 0)
            first |= {"unreadable": unreadable} if unreadable else {}
    return list(alike.values())


def _report(report: Report, scene: Scene) -> dict[str, Any]:
    """Without what is for operators. Who is behind a report of nobody in particular is not said,
    and staff are told no more of it than on the page: who did answer would tell whose records are
    blocked or wait for consent (SVOD 2 kap. 4-5 §§)."""
    system = report.system
    if scene.situation.actor.kind is ActorKind.STAFF:
        system = "" if report.answered else scene.directory.behind(report).key
    return _members(
        {
            "information": report.information,
            "source": report.source or None,
            "system": system or None,
            "outcome": report.outcome,
            "cause": report.cause,
            "as_of": report.as_of,
            "unreadable": report.rejected or None,
        }
    )


def _plain(value: Any, left_out: Collection[str] = _NAMED) -> Any:
    """What JSON has a word for. A person's number has none here."""
    match value:
        case PersonId():
            raise TypeError("nobody's number stands in an answer")
        case HsaId():
            return value.value
        case Enum():
            return value.value
        case date():
            return value.isoformat()
        case tuple() | list():
            return [_plain(each) for each in value]
        case _ if is_dataclass(value):
            named = {f.name: getattr(value, f.name) for f in fields(value)}
            return _members({k: v for k, v in named.items() if k not in left_out})
        case _:
            return value


def _members(named: Mapping[str, Any]) -> dict[str, Any]:
    """Without what has no value, or none that can be said."""
    said = {name: _plain(value) for name, value in named.items()}
    return {
        name: value
        for name, value in said.items()
        if value is not None and value != [] and not isinstance(value, bytes | frozenset)
    }
