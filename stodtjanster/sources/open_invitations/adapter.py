"""Open invitations (öppna kallelser): times that the person is to choose, and so have none yet.

They are in no list. The engagemangsindex (category Invitation) tells which unit has one and by
which id, and the unit's GetBookingDetails what it is about (TKB crm:scheduling; rivta.md 4, 7).
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce
from typing import ClassVar, Final

from stodtjanster.information import Appointment, Item
from stodtjanster.model import Cause, Open, Outcome, Report
from stodtjanster.sources.kit.booking_details import DETAILS, about, read_details
from stodtjanster.sources.kit.engagements import FIND, Category, Engagement, find, read_found
from stodtjanster.sources.kit.paging import joined
from stodtjanster.sources.kit.reading import Reading
from stodtjanster.sources.kit.rivta import (
    Contract,
    RivtaSource,
    known_to_the_index,
    post,
    unknowable,
)
from stodtjanster.sources.kit.soap import body_of
from stodtjanster.sources.kit.source import (
    Ask,
    Conversation,
    Heard,
    Request,
    Response,
    SourceFailed,
)
from stodtjanster.sources.open_invitations.settings import Settings

CONTRACT: Final = FIND
MOST: Final = 20
"""Units that are asked in one conversation, one after the other."""
_INVITATIONS: Final = Category("riv:crm:scheduling", "Invitation")
_NOT_CONNECTED: Final = frozenset({"VP004", "VP007"})
"""No route, no right. It is the index that names the unit and not configuration, so this is no
mistake of anybody's: it tells that the unit does not share its invitations with us."""


class Adapter(RivtaSource[Settings]):
    """The index at one address, and the units that it names."""

    gives: ClassVar[frozenset[type[Item]]] = frozenset({Appointment})
    contracts: ClassVar[tuple[Contract, ...]] = (CONTRACT,)

    def ask(self, ask: Ask) -> Conversation:
        """The index, then each unit for each invitation. Raises SourceFailed for the index only."""
        settings = self.settings
        if not known_to_the_index(ask.subject):
            return unknowable(settings, Appointment)
        response = yield find(settings, ask, _INVITATIONS)
        found = read_found(
            body_of(response),
            Appointment,
            self._reading(ask, settings.logical_address),
            _INVITATIONS,
        )
        answered, failed = [found.heard], list[Heard]()
        waiting = list(found.engagements)
        while waiting and len(answered) + len(failed) <= MOST:
            engagement = waiting.pop(0)
            try:
                response = yield self._details(engagement, ask)
            except SourceFailed as lost:
                failed.append(self._without(engagement, ask, lost))
                if lost.cause is Cause.TIMEOUT:
                    # The time of the whole conversation may be out: what has come is handed over.
                    break
                continue
            try:
                answered.append(self._read(response, engagement, ask))
            except SourceFailed as refused:
                failed.append(self._without(engagement, ask, refused))
        # A unit has one report: that it answered something, before what it did not.
        heard = reduce(joined, (*answered, *failed))
        return _partial(heard) if waiting else heard

    def _reading(self, ask: Ask, address: str) -> Reading:
        return Reading(self.settings.key, ask.at, ask.subject, ask.period, address)

    def _details(self, engagement: Engagement, ask: Ask) -> Request:
        return post(
            self.settings.url.replace("{operation}", DETAILS.operation),
            DETAILS,
            about(DETAILS, engagement.address, engagement.record),
            address=engagement.address,
            consumer=self.settings.consumer_hsa_id,
            correlation=ask.correlation,
            actor=ask.actor,
            agent=ask.agent is not None,
        )

    def _read(self, response: Response, engagement: Engagement, ask: Ask) -> Heard:
        reading = self._reading(ask, engagement.address)
        body = body_of(response)
        heard = read_details(body, engagement.address, engagement.record, reading)
        return replace(heard, items=tuple(_as_invitations(heard.items)))

    def _without(self, engagement: Engagement, ask: Ask, failed: SourceFailed) -> Heard:
        unconnected = failed.detail in _NOT_CONNECTED
        report = Report(
            self.settings.key,
            engagement.address.upper(),
            Appointment.key,
            Outcome.NOT_ASKED if unconnected else Outcome.NO_DATA_SYNCH_FAILED,
            ask.at,
            None,
            Cause.NOT_CONNECTED if unconnected else failed.cause,
            detail=failed.detail,
        )
        return Heard(reports=(report,))


def read(body: bytes, *, reading: Reading) -> Heard:
    """What one answer of the index comes to: reports, and no items. Raises SourceFailed."""
    return read_found(body, Appointment, reading, _INVITATIONS).heard


def read_places(body: bytes, *, reading: Reading) -> tuple[tuple[Engagement, ...], Heard]:
    """The same, with the places that the index names: for whoever reads a file."""
    found = read_found(body, Appointment, reading, _INVITATIONS)
    return found.engagements, found.heard


def _as_invitations(items: Iterable[Item]) -> Iterable[Item]:
    """A booking without a time is an open invitation, also where a unit leaves out isInvitation.

    One that has got its time meanwhile is a booking like any other.
    """
    for item in items:
        if isinstance(item, Appointment) and isinstance(item.when, Open):
            yield replace(item, invitation=True)
        else:
            yield item


def _partial(heard: Heard) -> Heard:
    index, *units = heard.reports
    return replace(heard, reports=(replace(index, cause=index.cause or Cause.PARTIAL), *units))
