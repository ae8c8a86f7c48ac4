"""RSA keys with certificates that sign themselves: trust in SAML is in metadata, not in a CA."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from sandbox.ca import Pair, write_private

_BITS = 2048
_LIFETIME = dt.timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class SamlKeys:
    """The provider signs with `first`, or with `second` after a rollover; `federation` signs its
    metadata. `portal` is the portal's, and `portal_next` the one it will change to."""

    first: Pair
    second: Pair
    federation: Pair
    portal: Pair
    portal_next: Pair


def saml_keys(folder: Path) -> SamlKeys:
    """The keys of the folder, made the first time."""
    names = ("idp-1", "idp-2", "federation", "portal-1", "portal-2")
    return SamlKeys(*(_load_or_make(folder, name) for name in names))


def _load_or_make(folder: Path, name: str) -> Pair:
    pair = Pair(folder / f"{name}.pem", folder / f"{name}.key")
    if not (pair.certificate.is_file() and pair.key.is_file()):
        make_pair(pair, name)
    return pair


def make_pair(pair: Pair, name: str) -> None:
    """Write a new key, and a certificate for it that it signs itself."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + _LIFETIME)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    write_private(pair.key, private)
    pair.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
