"""The steps of a referral: their codes, their words for whoever sends only numbers, and the name of
a step, for the contracts and the FHIR resources that tell of them."""

from datetime import datetime
from typing import Final

from stodtjanster.information import ReferralStep
from stodtjanster.model import STOCKHOLM, Told
from stodtjanster.sources.kit.rivta import digest

CODES: Final = "1.2.752.129.2.2.2.43"
"""KV Status vårdbegäran."""
KINDS: Final = "1.2.752.129.2.2.2.24"
"""KV Framställantyp."""

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


def step_name(referral: str, step: str, at: datetime) -> str:
    """The record's name of a step, which has no id of its own in any source: the referral's id as
    it is written, the code or words of the step, and when it was taken."""
    return digest(referral, step, at.astimezone(STOCKHOLM).isoformat())
