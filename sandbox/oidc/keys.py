"""Keys that outlive a restart: private JWK files that only their owner may read."""

import json
import secrets
from collections.abc import Callable
from pathlib import Path

from joserfc.jwk import ECKey, JWKRegistry, Key, RSAKey

from sandbox.ca import write_private


def signing_keys(folder: Path) -> dict[str, Key]:
    """The provider's own keys by algorithm, made the first time."""
    return {
        "ES256": _load_or_make(folder / "op-es256.jwk.json", new_ec_key),
        "RS256": _load_or_make(folder / "op-rs256.jwk.json", _new_rsa_key),
    }


def client_key(folder: Path) -> tuple[Path, Key]:
    """The file with the portal's private key, and the key."""
    path = folder / "client.jwk.json"
    return path, _load_or_make(path, new_ec_key)


def pairwise_salt(folder: Path) -> bytes:
    """What makes a subject identifier impossible to compute from a person number."""
    path = folder / "pairwise.salt"
    if not path.exists():
        write_private(path, secrets.token_hex(32).encode())
    return path.read_bytes()


def new_ec_key() -> Key:
    return ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)


def _new_rsa_key() -> Key:
    return RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)


def _load_or_make(path: Path, make: Callable[[], Key]) -> Key:
    if path.exists():
        return JWKRegistry.import_key(json.loads(path.read_text("utf-8")))
    key = make()
    write_private(path, json.dumps(key.as_dict(private=True)).encode())
    return key
