"""What is said of a decided service."""

from datetime import UTC, datetime

import pytest

from portal.i18n import LANGUAGES, Speaker
from stodtjanster.catalogue import Directory
from stodtjanster.information import CareService
from stodtjanster.model import (
    Actor,
    ActorKind,
    Answer,
    Origin,
    PersonId,
    Situation,
    Subject,
    Told,
)
from views.kit.plans import planning
from views.kit.view import Scene

NOW = datetime(2026, 11, 20, 13, 10, tzinfo=UTC)
PERSON = PersonId.parse("190001019801")


def law_on_screen(law: str | None, language: str = "sv") -> str | None:
    service = CareService(
        subject=PERSON,
        origin=Origin("sjovik", "sjovik", "1", "ServiceRequest", NOW),
        name=Told("Hemtjänst"),
        law=law,
    )
    actor = Actor(ActorKind.CITIZEN, PERSON, "loa3")
    situation = Situation(actor=actor, subject=Subject(PERSON), language=language, now=NOW)
    scene = Scene(situation, Speaker(LANGUAGES[language]), Directory([]))
    (row,) = planning(Answer(), Answer(), Answer((service,)), scene).services.rows
    return row.law


@pytest.mark.parametrize(
    ("law", "swedish", "english"),
    [
        ("SoL", "socialtjänstlagen (SoL)", "Social Services Act (SoL)"),
        ("HSL", "hälso- och sjukvårdslagen (HSL)", "Health and Medical Services Act (HSL)"),
        ("LVM", "LVM", "LVM"),
        (None, None, None),
    ],
)
def test_a_law_is_called_by_its_name(law, swedish, english):
    assert law_on_screen(law) == swedish
    assert law_on_screen(law, "en") == english
