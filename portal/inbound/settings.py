"""Who may call the portal's own SOAP endpoint, and where it listens."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, FilePath, model_validator

from stodtjanster.model import HsaId


def _upper(callers: Iterable[str]) -> frozenset[str]:
    return frozenset(HsaId.parse(caller).value for caller in callers)


class _Edge(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TlsSettings(_Edge):
    """PEM files. Nobody gets in without a certificate that `ca` has signed."""

    ca: FilePath
    certificate: FilePath
    key: FilePath


class ProxySettings(_Edge):
    """A proxy that has done the handshake and asked for the client's certificate.

    `header` holds the certificate as percent-encoded PEM (nginx: `$ssl_client_escaped_cert`). The
    proxy must set it anew on every request; it is believed from `addresses` only.
    """

    header: str = Field(default="x-client-certificate", pattern=r"^[A-Za-z0-9-]+$")
    addresses: tuple[IPv4Network | IPv6Network, ...] = Field(min_length=1)


class InboundSettings(_Edge):
    """`callers` are the HSA-ids of the certificates that may call: as a rule the platform's.

    Exactly one of `tls` and `proxy` says how a caller is known.
    """

    host: str = "127.0.0.1"
    port: int = Field(ge=0, le=65535)
    callers: Annotated[frozenset[str], AfterValidator(_upper)] = Field(min_length=1)
    tls: TlsSettings | None = None
    proxy: ProxySettings | None = None
    max_bytes: int = Field(default=2 * 2**20, gt=0, description="one request")
    seconds: float = Field(default=20.0, gt=0, description="a whole request")

    @model_validator(mode="after")
    def _known_one_way(self) -> Self:
        if (self.tls is None) == (self.proxy is None):
            raise ValueError("one of tls and proxy is needed")
        return self
