"""The SOAP endpoint put together from the house's parts."""

from collections.abc import Iterator

from portal.house import House
from portal.inbound import add_message, ping, process_notification
from portal.inbound.delivery import Operation
from portal.inbound.desk import Desk
from portal.inbound.listener import Listener
from portal.inbound.settings import InboundSettings


def build_listener(house: House, settings: InboundSettings) -> Listener:
    """Nothing listens yet. Messages are served where there is an inbox to put them in."""
    return Listener(settings, Desk(operations(house), settings.callers, house.clock))


def operations(house: House) -> Iterator[Operation]:
    """The contracts that this house can serve."""
    fetch = house.fetch
    yield ping.OPERATION
    known = process_notification.listeners(source.settings for source in fetch.sources)
    yield process_notification.operation(known, fetch.changed)
    inbox = next((s.settings for s in fetch.sources if s.settings.kind == "inbox"), None)
    if inbox is not None and inbox.enabled and house.messages is not None:
        yield add_message.operation(
            house.messages, house.audit, lambda person: fetch.changed(person, inbox.key), inbox.key
        )
