"""What the rules came to, and what they say on the way there."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from stodtjanster.access.case import Case
from stodtjanster.access.policy import Policy
from stodtjanster.access.reasons import EMERGENCY_OPENINGS, LAW, TO_REVIEW, Law, Reason

__all__ = ["Activity", "Decision", "End", "Ground", "LogMark", "Path", "Rule", "Verdict"]


class Verdict(StrEnum):
    PERMIT = "permit"
    DENY = "deny"
    REDACT = "redact"


class Activity(StrEnum):
    """The word of the log contract (ehr:log, auditing:log 2.0)."""

    READ = "Läsa"
    EMERGENCY_OPENING = "Nödöppning"


@dataclass(frozen=True, slots=True)
class LogMark:
    """What the logs are to hold of a decision. Every decision goes to the security log besides.

    `access_log`: it belongs in the patient's log (HSLF-FS 2016:40 4 kap. 9 §), as `activity`.
    `review`: somebody is to look at it.
    """

    access_log: bool
    activity: Activity | None
    review: bool


@dataclass(frozen=True, slots=True)
class Ground:
    """Why something is opened, and how far: only the fields of `keep`, or all but those of `drop`.

    Field names are those of the decision rules. At most one of the two is set.
    """

    reason: Reason
    keep: tuple[str, ...] | None = None
    drop: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict, the first reason, and every reason that stands against it.

    `keep` and `drop` are as in `Ground`; one of them is set exactly when the verdict is redact.
    """

    verdict: Verdict
    reason: Reason
    keep: tuple[str, ...] | None = None
    drop: tuple[str, ...] | None = None
    against: tuple[tuple[Reason, Law], ...] = ()

    @property
    def permitted(self) -> bool:
        """True when all of it may be shown as it is: a redacted record is not that."""
        return self.verdict is Verdict.PERMIT

    @property
    def denied(self) -> bool:
        return self.verdict is Verdict.DENY

    @property
    def law(self) -> Law:
        return LAW[self.reason]

    @property
    def log(self) -> LogMark:
        review = self.reason in TO_REVIEW
        if self.denied:
            return LogMark(access_log=False, activity=None, review=review)
        emergency = self.reason in EMERGENCY_OPENINGS
        activity = Activity.EMERGENCY_OPENING if emergency else Activity.READ
        return LogMark(access_log=True, activity=activity, review=review)


Rule: TypeAlias = Callable[[Case, Policy], Reason | None]
"""Says why not, or None when it has no objection. It never raises, whatever facts are missing."""

End: TypeAlias = Callable[[Case, Policy], Ground | Reason]
"""Says what is opened when no rule objected, or why nothing is. It never raises either."""


@dataclass(frozen=True, slots=True)
class Path:
    """The rules that one kind of question has to pass, in order, and where it leads."""

    rules: tuple[Rule, ...]
    end: End
