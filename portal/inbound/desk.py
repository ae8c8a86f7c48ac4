"""Where messages are delivered: opened, checked, handed to their contract, and answered."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from lxml import etree

from portal.inbound.delivery import Delivery, Operation
from portal.inbound.schema import Unfit, check
from portal.inbound.soap import Fault, Reply, answer, content_of, refusal

log = logging.getLogger(__name__)


class Desk:
    """Thread-safe. `clock` gives aware times."""

    def __init__(
        self,
        operations: Iterable[Operation],
        callers: frozenset[str],
        clock: Callable[[], datetime],
    ) -> None:
        self._operations = {each.request: each for each in operations}
        self._callers = callers
        self._clock = clock

    def take(self, body: bytes, *, caller: str | None, sender: str | None) -> Reply:
        """Always a reply: an answer, or a fault that says whether to send it again.

        `caller` is the HSA-id of the certificate, `sender` of the system that it forwards for.
        """
        try:
            return answer(self._take(body, caller, sender))
        except Fault as fault:
            log.warning("message refused", extra={"caller": caller, "why": fault.told})
            return refusal(fault)
        except Exception:
            # Most likely the store: AuditUnavailable, StoreUnavailable. It must not look as taken.
            log.exception("message not taken")
            return refusal(Fault("Server", "not taken; send it again later"))

    def _take(self, body: bytes, caller: str | None, sender: str | None) -> etree._Element:
        if caller is None or caller not in self._callers:
            raise Fault("Client", "the caller may not call this")
        content = content_of(body)
        operation = self._operations.get(content.tag)
        if operation is None:
            raise Fault("Client", "a contract that is not served here")
        try:
            check(content, operation.shape)
        except Unfit as unfit:
            raise Fault("Client", str(unfit), operation.fault(str(unfit))) from None
        return operation.take(Delivery(content, caller, sender or caller, self._clock()))
