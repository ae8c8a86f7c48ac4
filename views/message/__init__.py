"""Vad står det? One message, whole, with the time that it is about."""

from views.kit import agenda
from views.kit.messages import MESSAGES
from views.kit.view import RESIDENTS, View
from views.kit.words import N_
from views.message.page import message

view = View(
    key="message",
    path="meddelanden/*",
    question=N_("Meddelande"),
    audience=RESIDENTS,
    needs={"messages": MESSAGES, "booked": agenda.BOOKED},
)

view.section(
    "message",
    title=N_("Meddelandet"),
    none=N_("Meddelandet finns inte längre hos dem som svarade."),
    waiting=N_("Vi hämtar meddelandet."),
    aside=frozenset({"booked"}),
    eager=True,
)(message)
