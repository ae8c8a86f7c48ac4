"""What the access rules say of cases that lie in a file: for operators, lawyers and tests."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from stodtjanster.access import Decision, Policy, judge
from stodtjanster.access.cases import Expected, read_cases

__all__ = ["Decided", "decide_file", "differences"]


@dataclass(frozen=True, slots=True)
class Decided:
    """A decided case: its line of JSON, and how it differs from what the case expects."""

    line: str
    differences: tuple[str, ...]


def decide_file(body: bytes, policy: Policy) -> tuple[Decided, ...]:
    """Decide every case of a file, in its order.

    The file's own policy goes before `policy`: it says what the cases were written for. Raises
    UnreadableCases before anything is decided.
    """
    written = read_cases(body)
    policy = written.policy or policy
    return tuple(
        _decided(case.id, judge(case.read(), policy), case.expect) for case in written.cases
    )


def differences(decision: Decision, expected: Expected) -> Iterator[str]:
    """How a decision differs from what was expected of it, member by member."""
    told = _told(decision)
    for member, wanted in expected.model_dump().items():
        got = told[member]
        if _in_any_order(got) != _in_any_order(wanted):
            yield f"{member} is {_json(got)}, expected {_json(wanted)}"


def _decided(name: str, decision: Decision, expected: Expected | None) -> Decided:
    line = _json({"id": name, **_told(decision)})
    found = ("expects nothing",) if expected is None else differences(decision, expected)
    return Decided(line, tuple(f"{name}: {said}" for said in found))


def _told(decision: Decision) -> dict[str, Any]:
    mark = decision.log
    return {
        "decision": decision.verdict,
        "reason": decision.reason,
        "keep": decision.keep,
        "drop": decision.drop,
        "log": {
            "access_log": mark.access_log,
            "activity": mark.activity,
            "review": mark.review,
        },
    }


def _in_any_order(value: Any) -> Any:
    """Fields that are kept or dropped have no order."""
    return sorted(value) if isinstance(value, tuple) else value


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
