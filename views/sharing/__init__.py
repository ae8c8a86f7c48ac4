"""Vem kan se, och vad? Here what others say of it: consents that let somebody read, and blocks.

What one has given and can close oneself is on the same page, but is nobody's answer: the portal
prints it beside (`portal/sharing.py`).
"""

from stodtjanster.information import Block, Consent
from stodtjanster.model import ActorKind, Need
from views.kit.view import View
from views.kit.words import N_
from views.sharing.rows import block_rows, consent_rows

view = View(
    key="sharing",
    path="delning",
    question=N_("Vem kan se, och vad?"),
    frame="sharing/frame.html",
    audience=frozenset({ActorKind.CITIZEN}),
    needs={"consents": Need(Consent, days_ahead=0), "blocks": Need(Block, days_ahead=0)},
)

view.section(
    "consents",
    title=N_("Samtycken"),
    none=N_("Ingen har ditt samtycke, enligt dem som svarade."),
    waiting=N_("Vi hämtar dina samtycken."),
)(consent_rows)
view.section(
    "blocks",
    title=N_("Spärrar"),
    none=N_("Du har inga spärrar, enligt dem som svarade."),
    waiting=N_("Vi hämtar dina spärrar."),
)(block_rows)
