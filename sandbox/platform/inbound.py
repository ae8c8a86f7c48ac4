"""A call that VP has let in, on its way to whoever answers it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sandbox.platform import soap
from sandbox.producers.kit import Contract


@dataclass(frozen=True, slots=True)
class Inbound:
    """Who calls (`consumer`, an HSA-id), and with what.

    `path` is of the URL that was called. `impostor` makes the producer answer about somebody else
    than it is asked about.
    """

    contract: Contract
    envelope: soap.Envelope
    consumer: str
    correlation_id: str
    path: str
    impostor: bool

    def to(self, address: str) -> Inbound:
        """The same question as an aggregating service sends it to one source."""
        sent = self.envelope.addressed(address, self.contract.profile)
        body = self.contract.addressed(self.envelope.body, address)
        return replace(self, envelope=replace(sent, body=body))
