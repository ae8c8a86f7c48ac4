"""Each person of the demo, from login to the answer of each question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from e2e.acting import BANKID, FREJA, complete, log_in
from e2e.running import World

QUESTIONS = {
    "": "Översikt",
    "veckan/": "Vem kommer när?",
    "planer/": "Planer",
    "overenskommelser/": "Överenskommelser",
    "insatser/": "Vad har kommunen beslutat?",
    "kontakter/": "Vem ska jag kontakta?",
    "meddelanden/": "Meddelanden",
    "lakemedel/": "Vilka läkemedel är aktuella?",
    "nytt/": "Vad är ändrat sedan sist?",
    "kallor/": "Varifrån kommer uppgifterna, och vad saknas?",
    "utskrift/": "Vad kan jag sätta på kylskåpet?",
}
NO_PLAN = "Du har ingen plan hos dem som svarade."
NO_PROMISE = "Du har inte lovat något, enligt dem som svarade."
NO_DECISION = "Du har inga beslut om insatser från de kommuner som svarade."
NO_MESSAGE = "Det finns inga meddelanden från de senaste två åren hos dem som svarade."
NO_MEDICINE = "Det finns inga aktuella läkemedel hos dem som svarade."
NO_WEEK = "Inget är inbokat de här sju dagarna hos dem som svarade."
ALL_ANSWERED = "Alla vi frågade har svarat"


@dataclass(frozen=True, slots=True)
class Persona:
    """What each question is answered with."""

    name: str
    answers: Mapping[str, str]
    via: str = BANKID


PERSONAS = (
    Persona(
        "Birgitta Lindqvist",
        {
            "": "Återbesök efter operation",
            "veckan/": "Två saker krockar",
            "planer/": "En uppgift saknar ansvarig",
            "overenskommelser/": "Du tränar i trappan tre gånger i veckan",
            "insatser/": "14 timmar i veckan",
            "kontakter/": "Sara Nyström",
            "meddelanden/": "Svar på din fråga om läkemedel",
            "lakemedel/": "Björkbackens vårdcentral",
            "kallor/": "Region Sydkust",
            "utskrift/": "Hemsjukvård Sjövik",
        },
    ),
    Persona(
        "Sara Holm",
        {
            "": "Vårdplan ms",
            "veckan/": "Peter Åberg, läkare",
            "planer/": "Rehabiliteringsplan i kommunen",
            "overenskommelser/": "Rehab ringer dig varannan vecka",
            "insatser/": "lagen om stöd och service till vissa funktionshindrade (LSS)",
            "kontakter/": "Ingrid Falk, sjuksköterska",
            "meddelanden/": "Du är kallad till provtagning",
            "lakemedel/": "Infusion mot ms på mottagningen",
            "kallor/": "Region Nordmark",
        },
    ),
    Persona(
        "Elias Nyberg",
        {
            "": "Årskontroll astma",
            "veckan/": NO_WEEK,
            "planer/": NO_PLAN,
            "overenskommelser/": NO_PROMISE,
            "insatser/": NO_DECISION,
            "kontakter/": "Björkbackens vårdcentral",
            "meddelanden/": NO_MESSAGE,
            "lakemedel/": NO_MEDICINE,
        },
    ),
    Persona(
        "Samira Haddad",
        {"": "Läkarbesök", "veckan/": "Sara Nyström, läkare", "kontakter/": "Ring 0980-319 200"},
        via=FREJA,
    ),
    Persona(
        "Johan Alm",
        {"": "Boendestöd", "veckan/": "Vaccination", "insatser/": "4 timmar i veckan"},
    ),
    Persona(
        "Aina Fors",
        {"": "Kan krocka", "veckan/": "Besök hemma kan krocka med en sjukhusvistelse"},
    ),
    Persona(
        "Tove Palm",
        {
            "veckan/": NO_WEEK,
            "planer/": NO_PLAN,
            "overenskommelser/": NO_PROMISE,
            "insatser/": NO_DECISION,
            "meddelanden/": NO_MESSAGE,
            "lakemedel/": NO_MEDICINE,
        },
    ),
)


@pytest.mark.parametrize("persona", PERSONAS, ids=lambda one: one.name)
def test_each_question_has_its_answer(page: Page, world: World, persona: Persona) -> None:
    log_in(page, persona.name, persona.via)
    for path, question in QUESTIONS.items():
        page.goto(f"/sv/mig/{path}")
        complete(page)
        expect(page.get_by_role("heading", level=1)).to_have_text(question)
        main = page.locator("main")
        expect(main).to_contain_text(persona.answers.get(path, ""), use_inner_text=False)
        if path not in ("kallor/", "utskrift/"):
            expect(main).to_contain_text(ALL_ANSWERED)


def test_who_may_not_see_here_is_told_why_at_each_question(page: Page, world: World) -> None:
    log_in(page, "Tuva Berg")
    for path in QUESTIONS:
        page.goto(f"/sv/mig/{path}")
        expect(page.get_by_role("heading", level=1)).to_have_text(
            "Du kan inte se din planering här"
        )
        expect(page.locator("main")).to_contain_text("Det kan du när du har fyllt 16.")
