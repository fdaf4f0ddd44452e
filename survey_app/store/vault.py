"""Sealing what children wrote, so that a stolen database alone tells nothing.

AES-256-GCM (NIST SP 800-38D) through ``cryptography``; a sealed text names the key it was made
with and is bound to its place, so that it cannot be moved to another row. It is filled up to a
multiple of 32 bytes: the length of "ya" or "mungkin" would tell which of them it was.
"""

import secrets
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from survey_app.errors import StoreError

KEY_BYTES = 32
_MARK = "s1"  # the form of a sealed text: s1.<key>.<nonce and ciphertext, base64>
_NONCE = 12  # bytes by chance; SP 800-38D allows 2^32 texts under one key, a city has some 10^6
_FILLED_TO = 32  # bytes; longer than any choice's key, so every closed answer looks the same
_END = b"\x80"  # then zeros, as in ISO/IEC 7816-4


class DamagedError(StoreError):
    """A sealed text was changed, or stands in a row it was not sealed for."""


class Vault:
    """The keys of an installation, oldest first: the last one seals, all of them open.

    ``newer`` says which keys there are by now where that has changed, else None: another process
    may have changed the key.
    """

    def __init__(
        self,
        keys: Mapping[str, bytes],
        current: str,
        *,
        newer: Callable[[], Mapping[str, bytes] | None] = lambda: None,
    ) -> None:
        self.current = current
        self._ciphers = {name: AESGCM(key) for name, key in keys.items()}
        self._newer = newer

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the keys, oldest first."""
        return tuple(self._ciphers)

    def refresh(self) -> None:
        """Take up keys that were added meanwhile; one that stands last seals from now on."""
        if keys := self._newer():
            last, before = list(keys)[-1], self._ciphers
            self._ciphers = {name: AESGCM(key) for name, key in keys.items()}
            if last not in before or self.current not in keys:
                self.current = last

    def seal(self, text: str, place: str) -> str:
        """``text`` unreadable without the key; ``place`` says where it is kept."""
        return self.seal_all([(text, place)])[0]

    def seal_all(self, texts: Sequence[tuple[str, str]]) -> list[str]:
        """Several texts, each with its place.

        Chance is asked for once: the system's answer lets every other thread run first.
        """
        name = self.current
        encrypt = self._ciphers[name].encrypt
        chance = secrets.token_bytes(_NONCE * len(texts))
        sealed = []
        for number, (text, place) in enumerate(texts):
            nonce = chance[number * _NONCE : (number + 1) * _NONCE]
            plain = text.encode("utf-8", "surrogatepass") + _END
            plain += bytes(-len(plain) % _FILLED_TO)
            packed = b2a_base64(nonce + encrypt(nonce, plain, place.encode()), newline=False)
            sealed.append(f"{_MARK}.{name}.{packed.decode()}")
        return sealed

    def open(self, sealed: str, place: str) -> str:
        """The text again.

        Raises ``DamagedError`` where it was tampered with, ``StoreError`` where the key is missing.
        """
        mark, _, rest = sealed.partition(".")
        name, _, packed = rest.partition(".")
        if mark != _MARK:
            raise _damaged()
        if name not in self._ciphers:
            self.refresh()
        if name not in self._ciphers:
            raise missing_key(name)
        try:
            data = a2b_base64(packed)
            plain = self._ciphers[name].decrypt(data[:_NONCE], data[_NONCE:], place.encode())
        except (InvalidTag, ValueError):
            raise _damaged() from None
        return plain.rstrip(b"\0")[: -len(_END)].decode("utf-8", "surrogatepass")

    def is_current(self, stored: str) -> bool:
        """Whether a stored text is sealed with the newest key."""
        return stored.startswith(sealed_with(self.current))


def sealed_with(name: str) -> str:
    """How every text sealed with this key begins."""
    return f"{_MARK}.{name}."


def is_sealed(stored: str) -> bool:
    """Whether a stored text was sealed at all; older versions kept words as they were."""
    return stored.startswith(f"{_MARK}.")


def new_key() -> bytes:
    """A fresh key."""
    return AESGCM.generate_key(bit_length=8 * KEY_BYTES)


def key_name(key: bytes) -> str:
    """A short name that tells nothing about the key."""
    return sha256(b"suara-anak key name" + key).hexdigest()[:8]


def missing_key(name: str) -> StoreError:
    """What to say where a key that is needed is not there."""
    return StoreError(
        f"Kunci '{name}' untuk membaca jawaban anak tidak ada.",
        remedy="Kembalikan berkas words.key dari cadangannya, atau ketik lembar kuncinya: "
        "`suara key restore` (docs/keys.md).",
    )


def _damaged() -> DamagedError:
    return DamagedError(
        "Sebuah jawaban tersandi rusak atau dipindahkan.",
        remedy="Kembalikan basis data dari cadangan.",
    )
