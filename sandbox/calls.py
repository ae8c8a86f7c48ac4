"""What was called lately: for the panel and for tests. Kept in memory only."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from sandbox.clock import Clock
from sandbox.people import masked

_KEPT = 2000
_BODIES_KEPT = 200


@dataclass(frozen=True, slots=True)
class Call:
    """One call to a target. The person's number is masked."""

    target: str
    contract: str
    at: str
    logical_address: str
    correlation_id: str
    person: str


@dataclass(frozen=True, slots=True)
class RawRequest:
    """One request as it came, for conformance tests."""

    target: str
    path: str
    headers: Mapping[str, str]
    body: str


class CallLog:
    """The last calls and the last requests, oldest first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._calls: deque[Call] = deque(maxlen=_KEPT)
        self._requests: deque[RawRequest] = deque(maxlen=_BODIES_KEPT)

    def note(
        self,
        target: str,
        contract: str,
        *,
        person_id: str = "",
        logical_address: str = "",
        correlation_id: str = "",
    ) -> None:
        """Remember that a target was called."""
        at = self._clock.now().isoformat(timespec="milliseconds")
        self._calls.append(
            Call(target, contract, at, logical_address, correlation_id, masked(person_id))
        )

    def keep(self, target: str, path: str, headers: Mapping[str, str], body: str) -> None:
        """Remember a request as it came."""
        self._requests.append(RawRequest(target, path, dict(headers), body))

    def calls(self) -> list[dict[str, str]]:
        return [asdict(call) for call in self._calls]

    def requests(self, target: str) -> list[dict[str, object]]:
        return [asdict(request) for request in self._requests if request.target == target]

    def clear(self) -> None:
        self._calls.clear()
        self._requests.clear()
