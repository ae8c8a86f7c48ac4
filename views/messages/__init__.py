"""Har någon skrivit? Messages from units, the unread first."""

from views.kit.messages import MESSAGES, NO_MESSAGE, inbox
from views.kit.view import RESIDENTS, View
from views.kit.words import N_

view = View(
    key="messages",
    path="meddelanden",
    question=N_("Meddelanden"),
    menu=N_("Meddelanden"),
    rank=40,
    audience=RESIDENTS,
    needs={"messages": MESSAGES},
)

view.section("inbox", title=N_("Inkorg"), none=NO_MESSAGE, waiting=N_("Vi hämtar meddelandena."))(
    inbox
)
