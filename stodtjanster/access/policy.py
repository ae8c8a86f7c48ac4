"""The constants of the rules: what the customer may decide, apart from the rules themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from stodtjanster.model import Side

__all__ = ["CLINICAL_TYPES", "META_TYPES", "Policy"]

CLINICAL_TYPES: Final = frozenset(
    {
        "booked_visit",
        "care_contact",
        "care_plan",
        "implementation_plan",
        "contact_person",
        "medication",
        "diagnosis",
        "lab",
        "note",
        "decision",
    }
)
"""Kinds of information that may be needed for care. `message` and `access_log` are not."""

META_TYPES: Final = frozenset({"existence", "block_info"})
"""That something exists, or is blocked: knowledge about records, for staff systems only."""


def _windows() -> Mapping[str, int]:
    return MappingProxyType({"hemtjanst": 14, "fast_omsorgskontakt": 30, "bistandshandlaggare": 90})


def _roles() -> Mapping[str, frozenset[str]]:
    return MappingProxyType(
        {
            "lakare": CLINICAL_TYPES,
            "sjukskoterska": CLINICAL_TYPES,
            "rehab": CLINICAL_TYPES,
            "underskoterska_hsl": frozenset(
                {"booked_visit", "care_contact", "care_plan", "contact_person"}
            ),
            "hemtjanst": frozenset({"booked_visit"}),
            "fast_omsorgskontakt": frozenset({"booked_visit", "contact_person", "care_plan"}),
            "bistandshandlaggare": frozenset(
                {
                    "booked_visit",
                    "contact_person",
                    "care_plan",
                    "implementation_plan",
                    "decision",
                }
            ),
        }
    )


def _scopes() -> Mapping[str, str]:
    return MappingProxyType(
        {
            "booked_visit": "booking",
            "contact_person": "contact",
            "care_plan": "plan",
            "implementation_plan": "plan",
            "message": "message",
            "access_log": "log",
        }
    )


def _purposes() -> Mapping[Side, str]:
    return MappingProxyType({Side.VARD: "VARD_OCH_BEHANDLING", Side.OMSORG: "OMSORG_SOL_LSS"})


@dataclass(frozen=True, slots=True)
class Policy:
    """Constants of the decision rules; P1-P6 are theirs. Ages are whole years.

    `window_days` (P1): how many days ahead, today counted, a role may see booked visits; a role
    that is not named has no such limit. `role_types` (P2): what a role may read at all.
    `enabled_scopes` (P3): what a person may grant an ombud.
    """

    accepted_loa: frozenset[str] = frozenset({"loa3", "loa4"})

    child_age: int = 13
    adult_access_age: int = 16
    majority: int = 18

    readable_by_citizens: frozenset[str] = CLINICAL_TYPES | {"message", "access_log"}
    approval_not_needed: frozenset[str] = frozenset({"contact_person", "access_log"})
    access_log_fields: tuple[str, ...] = ("time", "provider", "unit", "purpose", "resource_type")
    internal_fields: tuple[str, ...] = ("internal_notes",)

    scope_of_type: Mapping[str, str] = field(default_factory=_scopes)
    other_scope: str = "journal"
    enabled_scopes: frozenset[str] = frozenset({"booking", "contact", "plan"})

    purpose_of_side: Mapping[Side, str] = field(default_factory=_purposes)
    window_days: Mapping[str, int] = field(default_factory=_windows)
    role_types: Mapping[str, frozenset[str]] = field(default_factory=_roles)
    svod_categories: frozenset[str] = frozenset({"aldre", "funktionsnedsattning"})
    existence_fields: tuple[str, ...] = ("exists",)
    visit_fields: tuple[str, ...] = ("start", "end", "status")
    visit_place_fields: tuple[str, ...] = ("location", "unit_name")
    plan_headline_fields: tuple[str, ...] = ("title", "status", "responsible_unit")
    whereabouts_fields: tuple[str, ...] = ("address", "phone", "location")
