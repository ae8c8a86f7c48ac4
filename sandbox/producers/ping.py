"""itintegration:monitoring PingForConfiguration 1.0: whether a component is there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from lxml import etree

from sandbox.people.units import Unit
from sandbox.producers.kit import Asked, Contract, builder, stamp

_NS = "urn:riv:itintegration:monitoring:PingForConfigurationResponder:1"
_VERSION = "1.0"

_own = builder(_NS)


class PingForConfiguration(Contract):
    """A question to a component itself. It is about nobody, so the index has nothing to say."""

    name = "PingForConfiguration"
    namespace = _NS
    service_domain = "riv:itintegration:monitoring"
    item = "version"
    aggregated = False

    def patient(self, request: etree._Element) -> str:  # noqa: ARG002
        return ""

    def reaches(self, unit: Unit) -> bool:
        return bool(unit.system) or unit.role in ("persons", "catalogue", "log")

    def items(self, asked: Asked) -> Iterator[etree._Element]:
        yield from self.pong(asked.units[asked.address].name, asked.now)

    def pong(self, who: str, now: dt.datetime) -> Iterator[etree._Element]:
        """What a component says of itself."""
        yield _own("version", _VERSION)
        yield _own("pingDateTime", stamp(now))
        yield _own("configuration", _own("name", "component"), _own("value", who))


CONTRACT = PingForConfiguration()
