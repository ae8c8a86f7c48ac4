"""AppointmentResponse: what people answer to their visits, and what becomes of it.

The municipality takes one kind of answer: that nobody will be at home for a visit there. The visit
stays as it is until somebody has looked at it; that the person has declined stands in it at once.
Everything is kept in memory only, and forgotten at `restore`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.raw import patient_id_of

Resource = dict[str, Any]
Find = Callable[[str], Resource | None]

_GONE = "Besöket finns inte längre."
_OVER = "Besöket har redan börjat eller varit."
_ELSEWHERE = "Det här är inte ett besök hemma."


class RefusedResponseError(Exception):
    """The answer is not taken: an HTTP status, a code of FHIR's, and why in plain Swedish."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status, self.code, self.text = status, code, text


@dataclass(slots=True)
class Responses:
    """The visits that people have declined, by id. `version` is another after every change."""

    version: int = 0
    _declined: set[str] = field(default_factory=set)

    def restore(self) -> None:
        """As the people files say."""
        self._declined.clear()
        self.version += 1

    def decline(self, appointment: Resource) -> None:
        self._declined.add(appointment["id"])
        self.version += 1

    def told(self, resource: Resource) -> Resource:
        """A resource with what has been answered to it."""
        if resource["resourceType"] != "Appointment" or resource["id"] not in self._declined:
            return resource
        return {
            **resource,
            "participant": [
                {**one, "status": "declined"} if _is_patient(one) else one
                for one in resource["participant"]
            ],
        }


def declined(response: Any, find: Find, refusals: Mapping[str, str], now: dt.datetime) -> Resource:
    """The appointment that an answer declines. `find` gives a resource by `Type/id`, `refusals`
    are the visits that take no answer, with what is said of them. Raises RefusedResponseError.
    """
    try:
        if response["resourceType"] != "AppointmentResponse":
            raise RefusedResponseError(400, "invalid", "Svaret går inte att tolka")
        reference = str(response["appointment"]["reference"])
        actor, status = response["actor"]["identifier"], response["participantStatus"]
        patient = patient_id_of(str(actor["value"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise RefusedResponseError(400, "required", "Svaret är inte fullständigt") from error
    if status != "declined":
        raise RefusedResponseError(422, "not-supported", "Bara återbud tas emot här")
    appointment = find(reference)
    if appointment is None or not _is_invited(appointment, patient):
        raise RefusedResponseError(404, "not-found", _GONE)
    _check(appointment, find, now)
    if appointment["id"] in refusals:
        raise RefusedResponseError(422, "business-rule", refusals[appointment["id"]])
    return appointment


def _check(appointment: Resource, find: Find, now: dt.datetime) -> None:
    if appointment["status"] != "booked":
        raise RefusedResponseError(422, "business-rule", _GONE)
    if dt.datetime.fromisoformat(appointment["start"]) <= now:
        raise RefusedResponseError(422, "business-rule", _OVER)
    places = (find(one["actor"].get("reference", "")) for one in appointment["participant"])
    kinds = (place["physicalType"] for place in places if place and "physicalType" in place)
    if not any(coding["code"] == "ho" for kind in kinds for coding in kind["coding"]):
        raise RefusedResponseError(422, "business-rule", _ELSEWHERE)


def _is_patient(participant: Resource) -> bool:
    return str(participant["actor"].get("reference", "")).startswith("Patient/")


def _is_invited(appointment: Resource, patient: str) -> bool:
    invited = (one["actor"].get("reference") for one in appointment.get("participant", ()))
    return f"Patient/{patient}" in invited
