"""What the contracts have in common: an operation, and the message that was delivered to it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from portal.inbound.schema import Shape


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that follows its contract.

    `caller` is the HSA-id of the certificate, `sender` that of the system which the caller says
    that it forwards for, else the caller's own. `at` is aware.
    """

    content: etree._Element
    caller: str
    sender: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Operation:
    """One contract that we serve.

    `take` returns the response element. It raises Fault, and AuditUnavailable or StoreUnavailable
    when nothing could be taken. `fault` makes the contract's own element of what was wrong.
    """

    request: str
    shape: Shape
    take: Callable[[Delivery], etree._Element]
    fault: Callable[[str], etree._Element | None] = lambda _told: None
