"""What is personal is sealed before it is stored, with a key that is not in the database."""

import secrets
from hmac import digest
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


class Unsealable(Exception):  # noqa: N818 - a finding
    """It was not sealed with this key for this place, or it was changed. Says no more."""


class Sealing:
    """One key of `KEY_BYTES` for the whole store. Whoever has the database alone reads nothing.

    Raises ValueError for a key of another length.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError("the key of the store has another length")
        self._cipher = AESGCM(_derived(key, b"portal store seal 1"))
        self._index = _derived(key, b"portal store index 1")

    def seal(self, content: bytes, place: str) -> bytes:
        """`place` is where it is kept: moved elsewhere it cannot be opened."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, content, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """Raises Unsealable."""
        try:
            return self._cipher.decrypt(
                sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.encode()
            )
        except (InvalidTag, ValueError):
            raise Unsealable from None

    def index(self, *parts: str) -> str:
        """64 hex digits by which equal parts are found again, and from which nothing is read.

        The first part says what it is an index of, so that no two kinds share their digits.
        """
        written = b"".join(len(part.encode()).to_bytes(8) + part.encode() for part in parts)
        return digest(self._index, written, "sha256").hex()


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(key)
