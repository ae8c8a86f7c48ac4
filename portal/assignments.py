"""Which assignments an employee may choose: what HSA says now, and what this installation allows.

HSA has no purpose for omsorg, so an assignment under SoL or LSS rests on a role in a system, which
HSA also keeps; configuration says what such a role gives. In which role of the decision rules one
works is also configured: by licence in care, by a role in a system in all else.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from typing import Final
from uuid import uuid4

from portal.house import House
from portal.settings import AssignmentSettings, RoleAssignmentSettings
from portal.staff_actor import OMSORG, purpose_code
from stodtjanster.fetch import NotKnown
from stodtjanster.model import Cause, HsaId, Place, Side
from stodtjanster.security.assignments import (
    Assignment,
    Credentials,
    Unusable,
    credentials_of,
)

OTHER_PURPOSE: Final = "other-purpose"
"""HSA has it, and this installation does not open anything for such a purpose."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be chosen, and why others may not: each reason once, in the order of HSA."""

    assignments: tuple[Assignment, ...]
    refused: tuple[str, ...] = ()

    def of(self, written: str) -> Assignment | None:
        """The one with an HSA-id, as a form has it."""
        return next((each for each in self.assignments if each.id.value == written), None)


def offered(h: House, employee: HsaId) -> Offer | NotKnown:
    """Ask HSA. Nobody waits longer than `register_seconds`."""
    settings = h.settings.assignments
    if settings.hsa is None:
        return NotKnown(Cause.NOT_CONNECTED)
    talk = partial(credentials_of, settings.hsa, employee, now=h.clock(), correlation=str(uuid4()))
    asked: Future[Credentials | NotKnown] = h.fetch.inquire(settings.hsa, talk)
    try:
        said = asked.result(h.settings.register_seconds)
    except TimeoutError:
        return NotKnown(Cause.TIMEOUT)
    return said if isinstance(said, NotKnown) else allowed(said, settings)


def allowed(said: Credentials, settings: AssignmentSettings) -> Offer:
    """Of what an employee has, what this installation lets them work in."""
    fit = [_at_work(each, said, settings) for each in said.assignments]
    usable = [each for each in fit if each is not None]
    reasons: Sequence[Unusable | str] = said.refused
    if len(usable) < len(fit):
        reasons = (*reasons, OTHER_PURPOSE)
    by_role = [_of_role(each) for each in settings.by_role if each.role in said.system_roles]
    return Offer((*usable, *by_role), tuple(dict.fromkeys(str(reason) for reason in reasons)))


def _at_work(
    assignment: Assignment, said: Credentials, settings: AssignmentSettings
) -> Assignment | None:
    """An assignment of HSA's with its side and role, or None when its purpose opens nothing.

    A duty counts before licences: an IT administrator who is also a nurse reads no records.
    """
    purpose = assignment.purpose.casefold()
    duties = (
        each.works_as
        for each in settings.duties
        if each.role in said.system_roles and each.purpose.casefold() == purpose
    )
    duty = next(duties, None)
    if duty is None and purpose not in {each.casefold() for each in settings.purposes}:
        return None
    omsorg = purpose_code(assignment.purpose, settings) == OMSORG
    return replace(
        assignment,
        side=Side.OMSORG if omsorg else Side.VARD,
        works_as=duty or _licensed(said.licences, settings),
    )


def _licensed(licences: Iterable[str], settings: AssignmentSettings) -> str:
    """The role of the first of the configured licences that somebody has; else none."""
    has = {licence.casefold() for licence in licences}
    return next((role for name, role in settings.licences.items() if name.casefold() in has), "")


def _of_role(said: RoleAssignmentSettings) -> Assignment:
    return Assignment(
        id=HsaId.parse(said.id),
        name=said.name,
        purpose=said.purpose,
        rights=(),
        place=Place(HsaId.parse(said.provider), HsaId.parse(said.unit)),
        unit_name=said.unit_name,
        provider_name=said.provider_name,
        side=said.side,
        works_as=said.works_as,
    )
