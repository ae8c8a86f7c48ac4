"""Vad som har hänt med en remiss (GetRequestActivities, FHIR Task)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from stodtjanster.information.item import Item
from stodtjanster.model import Told


class ReferralStep(StrEnum):
    """KV Status vårdbegäran, OID 1.2.752.129.2.2.2.43. New codes come without a new version."""

    DECIDED = "10"
    SENT = "20"
    RECEIVED = "30"
    REJECTED = "40"
    ACCEPTED_FOR_ASSESSMENT = "50"
    MORE_ASKED_FOR = "60"
    FORWARDED = "70"
    NOT_ACCEPTED = "80"
    ASSESSED = "90"
    WAITING_LIST = "100"
    FIRST_CONTACT_BOOKED = "110"
    STARTED = "120"
    PRELIMINARY_ANSWER_SENT = "126"
    ANSWER_SENT = "130"
    PRELIMINARY_ANSWER_RECEIVED = "136"
    ANSWER_RECEIVED = "140"
    ANSWER_ADDED_TO = "150"
    ANSWER_ACCEPTED = "160"
    CLOSED = "170"
    UNKNOWN = "unknown"


class ReferralKind(StrEnum):
    """KV Framställantyp, OID 1.2.752.129.2.2.2.24."""

    X_RAY = "1"
    LABORATORY = "2"
    GENERAL = "4"
    PHYSIOLOGY = "10"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralStatus(Item):
    """One step that a referral has taken. `text` says which, in words of the code system.

    `names` are all names under which the referral is known, so that its steps are found again,
    whoever tells of them. `sender` and `receiver` are units, `sent_by` is a person. `plans` are the
    names of the plans that the referral is a part of.
    """

    key: ClassVar[str] = "referral_status"
    info_type: ClassVar[str] = "care_contact"

    step: ReferralStep
    text: Told
    at: datetime
    kind: ReferralKind
    kind_text: Told | None = None
    names: frozenset[str]
    sender: Told | None = None
    sent_by: Told | None = None
    receiver: Told | None = None
    plans: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Referral:
    """One referral; `steps` has at least one, the latest first."""

    steps: tuple[ReferralStatus, ...]

    @property
    def latest(self) -> ReferralStatus:
        return self.steps[0]


def by_referral(steps: Iterable[ReferralStatus]) -> tuple[Referral, ...]:
    """Every step under its referral, the referral with the latest step first.

    Steps that share a name are of the same referral. Its sender and its receiver each tell of it,
    so the same step may stand there twice, from two sources.
    """
    steps = tuple(steps)
    same = _Same()
    for step in steps:
        same.join(step.names)
    groups: dict[str, list[ReferralStatus]] = {}
    for step in steps:
        groups.setdefault(same.first(min(step.names)), []).append(step)
    referrals = (
        Referral(tuple(sorted(group, key=_age, reverse=True))) for group in groups.values()
    )
    return tuple(sorted(referrals, key=lambda referral: _age(referral.latest), reverse=True))


class _Same:
    """Which names mean the same thing: each leads, by jumps, to one that stands for them all."""

    def __init__(self) -> None:
        self._to: dict[str, str] = {}

    def join(self, names: Iterable[str]) -> None:
        firsts = [self.first(name) for name in sorted(names)]
        for other in firsts[1:]:
            self._to[self.first(other)] = self.first(firsts[0])

    def first(self, name: str) -> str:
        while (further := self._to.setdefault(name, name)) != name:
            # Halving the way keeps it short for whoever asks next.
            self._to[name] = name = self._to[further]
        return name


def _age(step: ReferralStatus) -> tuple[datetime, int]:
    """Steps of the same moment stand in the order of their codes."""
    return step.at, 0 if step.step is ReferralStep.UNKNOWN else int(step.step)
