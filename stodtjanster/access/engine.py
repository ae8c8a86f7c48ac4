"""One question in, one decision out."""

from collections.abc import Mapping
from typing import Final

from stodtjanster.access.case import Case
from stodtjanster.access.decision import Decision, Ground, Path, Verdict
from stodtjanster.access.policy import Policy
from stodtjanster.access.reasons import LAW, Reason
from stodtjanster.access.rules.administration import (
    BLOCK_ADMINISTRATOR,
    LOG_ADMINISTRATOR,
    OPERATOR,
)
from stodtjanster.access.rules.cross import CROSS, CROSS_BLOCKS, CROSS_EXISTENCE
from stodtjanster.access.rules.guardian import GUARDIAN
from stodtjanster.access.rules.login import STRANGER
from stodtjanster.access.rules.ombud import LEGAL_REPRESENTATIVE, OMBUD
from stodtjanster.access.rules.own import OWN, is_own
from stodtjanster.access.rules.person import PERSON
from stodtjanster.access.rules.shared import SHARED, is_own_words
from stodtjanster.model import ActorKind

__all__ = ["ADMINISTRATORS", "judge", "path_of"]

_CITIZENS: Final[Mapping[ActorKind | None, Path]] = {
    ActorKind.CITIZEN: PERSON,
    ActorKind.GUARDIAN: GUARDIAN,
    ActorKind.OMBUD: OMBUD,
    ActorKind.LEGAL_REPRESENTATIVE: LEGAL_REPRESENTATIVE,
}
ADMINISTRATORS: Final[Mapping[str, Path]] = {
    "it_admin": OPERATOR,
    "support": OPERATOR,
    "loggadministrator": LOG_ADMINISTRATOR,
    "sparradministrator": BLOCK_ADMINISTRATOR,
}
_CROSS_META: Final[Mapping[str, Path]] = {
    "existence": CROSS_EXISTENCE,
    "block_info": CROSS_BLOCKS,
}


def judge(case: Case, policy: Policy) -> Decision:
    """Run every rule of the path. The first that objects gives the reason; all are kept.

    It is total: whatever the facts are, there is a decision, and doubt is a denial.
    """
    path = path_of(case)
    against = [said for rule in path.rules if (said := rule(case, policy)) is not None]
    end = path.end(case, policy)
    if isinstance(end, Reason):
        against.append(end)
    elif not against:
        return _opened(end)
    return _denied(against)


def path_of(case: Case) -> Path:
    """What this actor's question about this resource has to pass."""
    if case.actor.kind != ActorKind.STAFF:
        return _CITIZENS.get(case.actor.kind, STRANGER)
    administrator = ADMINISTRATORS.get(case.actor.role)
    if administrator is not None:
        return administrator
    if is_own_words(case):
        return SHARED
    return OWN if is_own(case) else _CROSS_META.get(case.resource.info_type, CROSS)


def _opened(ground: Ground) -> Decision:
    whole = ground.keep is None and ground.drop is None
    verdict = Verdict.PERMIT if whole else Verdict.REDACT
    return Decision(verdict, ground.reason, ground.keep, ground.drop)


def _denied(against: list[Reason]) -> Decision:
    return Decision(
        Verdict.DENY, against[0], against=tuple((reason, LAW[reason]) for reason in against)
    )
