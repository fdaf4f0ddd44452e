"""Sealing what children wrote, so that a stolen database alone tells nothing.

AES-256-GCM (NIST SP 800-38D) through ``cryptography``; a sealed text names the key it was made
with and is bound to its place, so that it cannot be moved to another row.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from survey_app.errors import StoreError

KEY_BYTES = 32
_MARK = "s1"  # the form of a sealed text: s1.<key>.<nonce and ciphertext, base64>
_NONCE = 12  # bytes


class Vault:
    """The keys of an installation; the newest seals, the older ones still open."""

    def __init__(self, keys: Mapping[str, bytes], current: str) -> None:
        self.current = current
        self._ciphers = {name: AESGCM(key) for name, key in keys.items()}

    def seal(self, text: str, place: str) -> str:
        """``text`` unreadable without the key; ``place`` says where it is kept."""
        nonce = secrets.token_bytes(_NONCE)
        cipher = self._ciphers[self.current].encrypt(
            nonce, text.encode("utf-8", "surrogatepass"), place.encode()
        )
        return f"{_MARK}.{self.current}.{urlsafe_b64encode(nonce + cipher).decode()}"

    def open(self, sealed: str, place: str) -> str:
        """The text again; raise ``StoreError`` where the key is missing or it was tampered with."""
        _, name, packed = sealed.split(".")
        if name not in self._ciphers:
            raise StoreError(
                f"Kunci '{name}' untuk membaca jawaban anak tidak ada.",
                remedy="Kembalikan berkas kunci dari cadangannya (docs/security.md).",
            )
        data = urlsafe_b64decode(packed)
        try:
            text = self._ciphers[name].decrypt(data[:_NONCE], data[_NONCE:], place.encode())
        except InvalidTag:
            raise StoreError(
                "Sebuah jawaban tersandi rusak atau dipindahkan.",
                remedy="Kembalikan basis data dari cadangan.",
            ) from None
        return text.decode("utf-8", "surrogatepass")

    def is_current(self, stored: str) -> bool:
        """Whether a stored text is sealed with the newest key."""
        return stored.startswith(f"{_MARK}.{self.current}.")


def is_sealed(stored: str) -> bool:
    """Whether a stored text was sealed at all; older versions kept words as they were."""
    return stored.startswith(f"{_MARK}.")


def new_key() -> bytes:
    """A fresh key."""
    return AESGCM.generate_key(bit_length=8 * KEY_BYTES)


def key_name(key: bytes) -> str:
    """A short name that tells nothing about the key."""
    return sha256(b"suara-anak key name" + key).hexdigest()[:8]
