"""Vad har jag lovat, och vad har vården lovat? Agreements by who has promised."""

from collections.abc import Callable
from datetime import date

from stodtjanster.information import Agreement, CarePlan, Party
from stodtjanster.model import Answer
from views.kit.plan_cards import AgreementRow
from views.kit.plans import AGREEMENTS, PLANS, agreement_row, by_name
from views.kit.rows import Explainer
from views.kit.view import RESIDENTS, Scene, View
from views.kit.words import N_

view = View(
    key="agreements",
    path="overenskommelser",
    question=N_("Överenskommelser"),
    audience=RESIDENTS,
    needs={"agreements": AGREEMENTS, "plans": PLANS},
)

# Plans only say what an agreement belongs to: without them no agreement is missing.
_ASIDE = frozenset({"plans"})


def _promised_by(
    party: Party,
) -> Callable[[Answer[Agreement], Answer[CarePlan], Scene], tuple[AgreementRow, ...] | None]:
    def rows(
        agreements: Answer[Agreement], plans: Answer[CarePlan], scene: Scene
    ) -> tuple[AgreementRow, ...] | None:
        explain = Explainer.of(scene, agreements)
        known = by_name(plans.items)
        found = (item for item in agreements.items if item.party is party)
        return tuple(agreement_row(i, explain, known) for i in sorted(found, key=_place)) or None

    return rows


def _place(item: Agreement) -> tuple[bool, date]:
    """What is left to do first, by when it is to be done."""
    return item.done, item.until or date.max


view.section(
    "mine",
    title=N_("Vad har jag lovat?"),
    none=N_("Du har inte lovat något, enligt dem som svarade."),
    waiting=N_("Vi hämtar överenskommelserna."),
    aside=_ASIDE,
)(_promised_by(Party.PERSON))
view.section(
    "theirs",
    title=N_("Vad har vården och omsorgen lovat?"),
    none=N_("Vården och omsorgen har inte lovat något, enligt dem som svarade."),
    aside=_ASIDE,
)(_promised_by(Party.CARE))
view.section(
    "unsaid",
    title=N_("Vem som har lovat framgår inte"),
    none=N_("Det finns inga andra överenskommelser hos dem som svarade."),
    aside=_ASIDE,
)(_promised_by(Party.UNKNOWN))
