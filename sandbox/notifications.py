"""ProcessNotification: the index tells its subscriber of what has changed, over mutual TLS.

As from the real one, a notification comes some time after the change, and again until it is
accepted or given up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lxml import etree

from sandbox.ca import PLATFORM_HSA
from sandbox.index import Transaction
from sandbox.platform import soap
from sandbox.platform.national import engagement_transaction
from sandbox.producers.kit import builder
from sandbox.sending import Errand, Sender

_NS = "urn:riv:itintegration:engagementindex:ProcessNotificationResponder:1"
_OK = 200
_PAUSES = (0.5, 2.0, 8.0, 30.0)

_own = builder(_NS)
_registry = builder(soap.REGISTRY)


def teller(sender: Sender, hsa_id: str) -> Callable[[Sequence[Transaction]], None]:
    """`hsa_id` is the subscriber's: the logical address of what it is told."""

    def tell(transactions: Sequence[Transaction]) -> None:
        content = _own(
            "ProcessNotification", *(engagement_transaction(_own, each) for each in transactions)
        )
        sender.send(
            Errand(
                contract="ProcessNotification",
                body=soap.envelope(content, _registry("LogicalAddress", hsa_id)),
                sender=PLATFORM_HSA,
                person_id=transactions[0].entry.resident,
                logical_address=hsa_id,
                is_done=_is_accepted,
                pauses=lambda: _PAUSES,
            )
        )

    return tell


def _is_accepted(status: int, data: bytes) -> bool:
    try:
        said: etree._Element = soap.parse(data).body
    except soap.UnreadableError:
        return False
    return status == _OK and said.findtext(f"{{{_NS}}}ResultCode") in ("OK", "INFO")
