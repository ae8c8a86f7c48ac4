"""Who calls: the HSA-id in the subject of a function certificate (RIV-TA Basic Profile)."""

from ipaddress import ip_address
from urllib.parse import unquote_to_bytes

from aiohttp import web
from cryptography import x509
from cryptography.x509.oid import NameOID

from portal.inbound.settings import InboundSettings, ProxySettings
from stodtjanster.model import HsaId

_SENDER = "x-rivta-original-serviceconsumer-hsaid"


def caller_of(request: web.Request, settings: InboundSettings) -> str | None:
    """The HSA-id of the certificate that the caller, or the proxy for it, has shown.

    None when there is no certificate, or none that names one.
    """
    if settings.proxy is not None:
        return _through(request, settings.proxy)
    tls = request.transport and request.transport.get_extra_info("ssl_object")
    shown = tls and tls.getpeercert(binary_form=True)
    return _named(x509.load_der_x509_certificate(shown)) if shown else None


def sender_of(request: web.Request) -> str | None:
    """For whom the platform says that it forwards; None when it does not."""
    return _hsa_id(request.headers.get(_SENDER, ""))


def _through(request: web.Request, proxy: ProxySettings) -> str | None:
    shown = request.headers.getall(proxy.header, [])
    try:
        address = ip_address(request.remote or "")
        if len(shown) != 1 or not any(address in network for network in proxy.addresses):
            return None
        return _named(x509.load_pem_x509_certificate(unquote_to_bytes(shown[0])))
    except ValueError:
        return None


def _named(certificate: x509.Certificate) -> str | None:
    named = certificate.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
    return _hsa_id(str(named[0].value)) if len(named) == 1 else None


def _hsa_id(written: str) -> str | None:
    try:
        return HsaId.parse(written).value
    except ValueError:
        return None
