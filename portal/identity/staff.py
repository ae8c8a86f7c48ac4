"""What a login of staff must say, whichever protocol it came by: pure, without I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from portal.identity.refusal import LoginRefusal, LoginRefused
from portal.identity.settings import StaffNames
from stodtjanster.model import HsaId, PersonId

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class ProviderLogin:
    """What a SAML provider calls a login: in its logout request, and in ours."""

    name_id: str
    format: str | None = None
    qualifier: str | None = None
    index: str | None = None


@dataclass(frozen=True, slots=True)
class StaffIdentity:
    """An employee who has proved who they are. Never becomes a resident's session.

    `loa` is the last part of the level's URI ("loa3"). `commissions` is `allCommissions` as it
    came. `until` is when the provider wants the session to end, at the latest.
    """

    hsa_id: HsaId
    person: PersonId
    issuer: str
    loa: str
    name: str = field(repr=False)
    commissions: tuple[str, ...] = field(default=(), repr=False)
    system_roles: tuple[str, ...] = ()
    login: ProviderLogin | None = field(default=None, repr=False)
    until: datetime | None = None


def staff_identity(
    said: Mapping[str, Sequence[str]],
    names: StaffNames,
    *,
    issuer: str,
    level: str,
    login: ProviderLogin | None = None,
    until: datetime | None = None,
) -> StaffIdentity:
    """Read the attributes or claims of a login that has been checked.

    Raises LoginRefused unless there is exactly one HSA-id and one number that can be right. A name
    may be absent: employees with protected identity have none, and are called by their HSA-id.
    """
    hsa_id = _hsa_id(_the_one(said, names.hsa_id))
    given, family = (_name(said, name) for name in (names.given_name, names.family_name))
    return StaffIdentity(
        hsa_id=hsa_id,
        person=_person(_the_one(said, names.person)),
        issuer=issuer,
        loa=level.rpartition("/")[2],
        name=f"{given} {family}".strip() or hsa_id.value,
        commissions=tuple(said.get(names.commissions, ())),
        system_roles=tuple(said.get(names.system_roles, ())),
        login=login,
        until=until,
    )


def _the_one(said: Mapping[str, Sequence[str]], name: str) -> str:
    values = said.get(name, ())
    if len(values) != 1:
        raise LoginRefused(LoginRefusal.BAD_NUMBER)
    return values[0]


def _name(said: Mapping[str, Sequence[str]], name: str) -> str:
    value = " ".join(said.get(name, ()))
    return value if value.isprintable() and len(value) <= _LONGEST_NAME else ""


def _hsa_id(text: str) -> HsaId:
    try:
        return HsaId.parse(text)
    except ValueError:
        raise LoginRefused(LoginRefusal.BAD_NUMBER) from None


def _person(text: str) -> PersonId:
    try:
        return PersonId.parse(text)
    except ValueError:
        raise LoginRefused(LoginRefusal.BAD_NUMBER) from None
