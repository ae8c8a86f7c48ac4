"""The words of KV Status vårdbegäran, for the major that sends only numbers."""

from typing import Final

from stodtjanster.information import ReferralStep
from stodtjanster.model import Told

STEPS: Final = {
    ReferralStep.DECIDED: Told("beslutad"),
    ReferralStep.SENT: Told("skickad"),
    ReferralStep.RECEIVED: Told("mottagen"),
    ReferralStep.REJECTED: Told("avvisad"),
    ReferralStep.ACCEPTED_FOR_ASSESSMENT: Told("godtagen för bedömning"),
    ReferralStep.MORE_ASKED_FOR: Told("komplettering begärd"),
    ReferralStep.FORWARDED: Told("vidareskickad"),
    ReferralStep.NOT_ACCEPTED: Told("ej accepterad"),
    ReferralStep.ASSESSED: Told("bedömd"),
    ReferralStep.WAITING_LIST: Told("på väntelista"),
    ReferralStep.FIRST_CONTACT_BOOKED: Told("första kontakt bokad"),
    ReferralStep.STARTED: Told("påbörjad"),
    ReferralStep.PRELIMINARY_ANSWER_SENT: Told("preliminärt svar skickat"),
    ReferralStep.ANSWER_SENT: Told("svar skickat"),
    ReferralStep.PRELIMINARY_ANSWER_RECEIVED: Told("preliminärt svar mottaget"),
    ReferralStep.ANSWER_RECEIVED: Told("svar mottaget"),
    ReferralStep.ANSWER_ADDED_TO: Told("komplettering av svar"),
    ReferralStep.ANSWER_ACCEPTED: Told("svar accepterat"),
    ReferralStep.CLOSED: Told("avslutad"),
}
