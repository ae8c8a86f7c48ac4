"""Egen anteckning: a goal, a question, or what the person wants to bring up at a meeting."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from stodtjanster.information.item import Item
from stodtjanster.model import PRIVATE, Sharing, Told


class OwnNoteKind(StrEnum):
    GOAL = "goal"
    QUESTION = "question"
    TOPIC = "topic"
    """Det jag vill ta upp."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnNote(Item):
    """What the person has written for themself, or for those who take part in a plan.

    `plan` holds the names (`CarePlan.keys`) of the plan that it belongs to and `plan_at` the
    identity of that plan, `meeting` the identity of an appointment (`Origin.identity`), `belongs`
    what either was called when the person chose it. It may be gone by now. `version` and `changed`
    are as in `OwnEntry`.

    For the access rules it is a part of the plan, which nobody else sees unless it is shared.
    """

    key: ClassVar[str] = "own_note"
    info_type: ClassVar[str] = "care_plan"

    kind: OwnNoteKind
    text: Told
    plan: frozenset[str] = frozenset()
    plan_at: tuple[str, str] | None = None
    meeting: tuple[str, str] | None = None
    belongs: Told | None = None
    chosen: Sharing = PRIVATE
    version: int
    changed: datetime

    @property
    def sharing(self) -> Sharing:
        return self.chosen
