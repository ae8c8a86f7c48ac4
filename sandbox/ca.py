"""The sandbox's own certificate authority and keys.

Everything lands in the state folder and is used again until it is about to
expire, so that a portal that has been told about the files keeps working when
the sandbox restarts. Private keys are readable by their owner only.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import os
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from joserfc.jwk import ECKey

PORTAL_HSA = "TSTNMT2321000156-PORT"
UNAUTHORISED_HSA = "TSTNMT2321000156-OBEH"
PLATFORM_HSA = "TSTNMT2321000156-PLAT"
FHIR_CLIENT_ID = "sammanhallen-planering-portal"

_LIFETIME = dt.timedelta(days=365)
_RENEW_BEFORE = dt.timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Pair:
    """Paths to a certificate and its private key, both PEM."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Keys:
    """Everything cryptographic that the sandbox and its clients need.

    The portal is called too (AddMessage, ProcessNotification): it serves with `endpoint`, and the
    platform calls it with `platform`. `nameless` says nothing of who holds it.
    """

    ca: Path
    server: Pair
    portal: Pair
    unauthorised: Pair
    nameless: Pair
    platform: Pair
    endpoint: Pair
    fhir_client: Path

    def server_context(self, *, client_certificate: bool) -> ssl.SSLContext:
        """TLS for a listening port; with `client_certificate`, none gets in without one of ours."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.server.certificate, self.server.key)
        if client_certificate:
            context.load_verify_locations(self.ca)
            context.verify_mode = ssl.CERT_REQUIRED
        return context

    def client_context(self) -> ssl.SSLContext:
        """TLS as the platform uses it towards those that it calls."""
        context = ssl.create_default_context(cafile=str(self.ca))
        context.load_cert_chain(self.platform.certificate, self.platform.key)
        return context

    @property
    def pairs(self) -> tuple[Pair, ...]:
        clients = (self.portal, self.unauthorised, self.nameless, self.platform)
        return (self.server, *clients, self.endpoint)


def ensure_keys(state: Path) -> Keys:
    """Read the keys of the state folder, or make them anew where one is missing or near its end."""
    state.mkdir(parents=True, exist_ok=True)
    keys = Keys(
        ca=state / "ca.pem",
        server=Pair(state / "server.pem", state / "server.key"),
        portal=Pair(state / "portal.pem", state / "portal.key"),
        unauthorised=Pair(state / "obehorig.pem", state / "obehorig.key"),
        nameless=Pair(state / "namnlos.pem", state / "namnlos.key"),
        platform=Pair(state / "plattform.pem", state / "plattform.key"),
        endpoint=Pair(state / "portal-server.pem", state / "portal-server.key"),
        fhir_client=state / "fhir-client.jwk.json",
    )
    certificates = (keys.ca, *(pair.certificate for pair in keys.pairs))
    private = (pair.key for pair in keys.pairs)
    if not (all(_fresh(path) for path in certificates) and all(p.is_file() for p in private)):
        _make_certificates(keys)
    if not keys.fhir_client.is_file():
        key = ECKey.generate_key("P-384", {"use": "sig", "alg": "ES384", "kid": "portal-1"})
        write_private(keys.fhir_client, json.dumps(key.as_dict(private=True)).encode())
    return keys


def write_private(path: Path, data: bytes) -> None:
    """Write a secret that only its owner can read, from its first byte on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)


def _fresh(path: Path) -> bool:
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError):
        return False
    return certificate.not_valid_after_utc > dt.datetime.now(dt.UTC) + _RENEW_BEFORE


def _make_certificates(keys: Keys) -> None:
    # One authority for all of them: its key is used here and never stored.
    ca_key = ec.generate_private_key(ec.SECP256R1())
    ca_name = _name("Sandlådans test-CA")
    ca = (
        _builder(ca_name, ca_name, ca_key.public_key(), ca_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .sign(ca_key, hashes.SHA256())
    )
    keys.ca.write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    local = x509.SubjectAlternativeName(
        [x509.DNSName("localhost"), x509.IPAddress(ipaddress.IPv4Address("127.0.0.1"))]
    )
    leaves: Iterable[tuple[Pair, x509.Name, x509.ObjectIdentifier, x509.ExtensionType | None]] = (
        (keys.server, _name("localhost"), ExtendedKeyUsageOID.SERVER_AUTH, local),
        (keys.endpoint, _name("localhost"), ExtendedKeyUsageOID.SERVER_AUTH, local),
        *(
            (pair, _name(name, hsa_id), ExtendedKeyUsageOID.CLIENT_AUTH, None)
            for pair, name, hsa_id in (
                (keys.portal, "portalen", PORTAL_HSA),
                (keys.unauthorised, "obehorig", UNAUTHORISED_HSA),
                (keys.nameless, "namnlos", None),
                (keys.platform, "plattformen", PLATFORM_HSA),
            )
        ),
    )
    for pair, subject, usage, names in leaves:
        key = ec.generate_private_key(ec.SECP256R1())
        builder = (
            _builder(subject, ca_name, key.public_key(), ca_key.public_key())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        )
        if names is not None:
            builder = builder.add_extension(names, critical=False)
        certificate = builder.sign(ca_key, hashes.SHA256())
        pair.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        write_private(
            pair.key,
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            ),
        )


def _name(common: str, hsa_id: str | None = None) -> x509.Name:
    # RIV-TA Basic Profile: the caller is the subject's serialNumber, an HSA-id.
    parts = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "SE"),
        x509.NameAttribute(NameOID.COMMON_NAME, common),
    ]
    if hsa_id:
        parts.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, hsa_id))
    return x509.Name(parts)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    issuer_public: ec.EllipticCurvePublicKey,
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        # Clocks of containers and hosts differ by a little.
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + _LIFETIME)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_public), critical=False
        )
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
