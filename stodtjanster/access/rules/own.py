"""Rule 10 of the staff channel: inside the own provider, on the own side."""

from stodtjanster.access.case import Block, Case, Level, LiftedBy
from stodtjanster.access.decision import Ground, Path
from stodtjanster.access.policy import Policy
from stodtjanster.access.reasons import Reason
from stodtjanster.access.rules.minimised import hide_whereabouts
from stodtjanster.access.rules.rights import PROVIDER, UNIT, may_read
from stodtjanster.access.rules.staff import CARE
from stodtjanster.model import Side


def is_own(case: Case) -> bool:
    """Provider and side are the actor's. Two sides of one municipality are not.

    An actor without place or side has been stopped by rules 4-6.
    """
    same_provider = case.resource.provider == case.actor.provider
    return same_provider and case.resource.side is case.actor.side


def omsorg_subject_lives(case: Case, _: Policy) -> Reason | None:
    """10. Healthcare's own records are also about the dead (PDL 1 kap. 1 §)."""
    if case.actor.side is Side.OMSORG and case.subject.deceased:
        return Reason.SUBJECT_DECEASED
    return None


def omsorg_keeps_to_unit(case: Case, _: Policy) -> Reason | None:
    """10. A biståndshandläggare decides for every unit."""
    if case.actor.side is not Side.OMSORG or case.actor.role == "bistandshandlaggare":
        return None
    return Reason.OTHER_UNIT if _is_other_unit(case) else None


def right_reaches_unit(case: Case, _: Policy) -> Reason | None:
    """10. HSA's rights are given for healthcare."""
    if case.actor.side is Side.OMSORG:
        return None
    scopes = PROVIDER if _is_other_unit(case) else UNIT
    return None if may_read(case, scopes) else Reason.COMMISSION_RIGHT


def blocks_are_known(case: Case, _: Policy) -> Reason | None:
    """10. What cannot be asked about may be blocked."""
    if _is_other_unit(case) and not case.facts.dependencies.blocking_up:
        return Reason.DEPENDENCY_UNAVAILABLE
    return None


def inner_blocks_are_lifted(case: Case, _: Policy) -> Reason | None:
    """10. PDL 4 kap. 4-5 §§: every one of them, for this unit and still."""
    if all(_is_lifted(block, case) for block in _inner_blocks(case)):
        return None
    return Reason.BLOCKED_INNER


def own_ground(case: Case, policy: Policy) -> Ground:
    """10 and 13. One emergency among several liftings makes it an emergency."""
    lifted_by = {block.lifted.kind for block in _inner_blocks(case) if block.lifted}
    if LiftedBy.EMERGENCY in lifted_by:
        basis = Reason.BLOCK_LIFTED_EMERGENCY
    elif LiftedBy.CONSENT in lifted_by:
        basis = Reason.BLOCK_LIFTED_CONSENT
    else:
        basis = Reason.OWN_PROVIDER if _is_other_unit(case) else Reason.OWN_UNIT
    return hide_whereabouts(case, policy, Ground(basis))


def _is_other_unit(case: Case) -> bool:
    return case.resource.unit != case.actor.unit


def _inner_blocks(case: Case) -> tuple[Block, ...]:
    """A unit's own block does not stop the unit itself."""
    if not _is_other_unit(case):
        return ()
    return tuple(b for b in case.resource.matching_blocks() if b.level is Level.INNER)


def _is_lifted(block: Block, case: Case) -> bool:
    lifted = block.lifted
    return lifted is not None and lifted.unit == case.actor.unit and case.now < lifted.valid_to


OWN = Path(
    (
        *CARE,
        omsorg_subject_lives,
        omsorg_keeps_to_unit,
        right_reaches_unit,
        blocks_are_known,
        inner_blocks_are_lifted,
    ),
    own_ground,
)
