"""Which assignments an employee may choose: what HSA says now, and what this installation allows.

HSA has no purpose for omsorg, so an assignment under SoL or LSS rests on a role in a system, which
HSA also keeps; configuration says what such a role gives.
"""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import uuid4

from portal.house import House
from portal.settings import AssignmentSettings, RoleAssignmentSettings
from stodtjanster.fetch import NotKnown
from stodtjanster.model import Cause, HsaId, Place
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
    purposes = {purpose.casefold() for purpose in settings.purposes}
    fit = [each for each in said.assignments if each.purpose.casefold() in purposes]
    reasons: Sequence[Unusable | str] = said.refused
    if len(fit) < len(said.assignments):
        reasons = (*reasons, OTHER_PURPOSE)
    by_role = [_of_role(each) for each in settings.by_role if each.role in said.system_roles]
    return Offer((*fit, *by_role), tuple(dict.fromkeys(str(reason) for reason in reasons)))


def _of_role(said: RoleAssignmentSettings) -> Assignment:
    return Assignment(
        id=HsaId.parse(said.id),
        name=said.name,
        purpose=said.purpose,
        rights=(),
        place=Place(HsaId.parse(said.provider), HsaId.parse(said.unit)),
        unit_name=said.unit_name,
        provider_name=said.provider_name,
    )
