"""Who is connected: the logical addresses at which a contract may be called, by the country's
catalogue of addresses (TAK). Nobody's personal data, and the same for everybody.

It may only ever say that somebody is known not to be connected. What it does not know, or knew too
long ago, is asked for as if it had no opinion.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol, runtime_checkable

TRUSTED: Final = timedelta(days=7)
"""How old a list may be and still be believed, when the catalogue has not answered since."""


@dataclass(frozen=True, slots=True)
class Connection:
    """What the catalogue is asked about: one contract, by its namespace, for one consumer."""

    consumer: str
    contract: str


@dataclass(frozen=True, slots=True)
class Expectation:
    """Addresses that a source is configured to be reached at, its own and those behind it.

    Only addresses with rows of their own in the catalogue belong here: the platform also finds
    units through what is above them in the HSA tree, and of those the list is silent.
    """

    connection: Connection
    own: str
    addresses: frozenset[str]


@runtime_checkable
class Expecting(Protocol):
    """A source that is configured with whom it should reach."""

    @property
    def expects(self) -> Expectation: ...


@dataclass(frozen=True, slots=True)
class _Listed:
    addresses: frozenset[str]
    at: datetime


class Coverage:
    """What is known now. Thread-safe: what is looked up is put in whole, and read once."""

    def __init__(self) -> None:
        self._listed: dict[Connection, _Listed] = {}

    def learn(self, connection: Connection, addresses: Iterable[str], at: datetime) -> None:
        """The catalogue's whole list, which replaces what was known. `at` is aware."""
        listed = frozenset(address.upper() for address in addresses)
        self._listed[connection] = _Listed(listed, at)

    def unconnected(self, expected: Expectation, now: datetime) -> frozenset[str]:
        """The expected addresses that are known not to be connected, in upper case."""
        listed = self._listed.get(expected.connection)
        if listed is None or now - listed.at > TRUSTED:
            return frozenset()
        return frozenset(a.upper() for a in expected.addresses) - listed.addresses
