"""The policy as it is written in configuration, and at the head of a file of cases."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from stodtjanster.access.engine import ADMINISTRATORS
from stodtjanster.access.policy import Policy

__all__ = ["PolicySettings", "is_role"]

_LEVELS = ("loa1", "loa2", "loa3", "loa4")

Loa = Literal["loa1", "loa2", "loa3", "loa4"]
Years = Annotated[int, Field(ge=0, le=150)]
Days = Annotated[int, Field(ge=0, le=3660)]


def is_role(word: str, policy: Policy) -> bool:
    """Whether staff may have such a role: all else reads nothing."""
    return word in ADMINISTRATORS or word in policy.role_types


class PolicySettings(BaseModel):
    """What an installation may change of `Policy`; what is left out stays as it is there.

    `required_loa` is the lowest level that is accepted. A mapping replaces the whole mapping.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    required_loa: Loa = "loa3"
    child_age: Years | None = None
    adult_access_age: Years | None = None
    window_days: dict[str, Days] | None = None
    role_types: dict[str, frozenset[str]] | None = None
    ombud_enabled_scopes: frozenset[str] | None = None
    timezone: Literal["Europe/Stockholm"] = "Europe/Stockholm"

    def policy(self) -> Policy:
        lowest = _LEVELS.index(self.required_loa)
        said = {
            "child_age": self.child_age,
            "adult_access_age": self.adult_access_age,
            "window_days": self.window_days,
            "role_types": self.role_types,
            "enabled_scopes": self.ombud_enabled_scopes,
        }
        changed = {name: value for name, value in said.items() if value is not None}
        return Policy(accepted_loa=frozenset(_LEVELS[lowest:]), **changed)  # type: ignore[arg-type]
