"""The file of a backup: a line in plain sight, then compressed pieces sealed in their order.

The first line is JSON: which form and schema this is, when it was made, and how the key comes from
the passphrase (scrypt, RFC 7914). Each piece after it is four bytes of length and AES-256-GCM of up
to 64 KiB. Its nonce is its number and whether it is the last, and the first line is bound to it
(the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizar, 2015), so that no piece can be
left out, put elsewhere or cut off without being noticed. No nonce comes twice: every file has a
salt of its own, and so its own key.
"""

import hashlib
import json
import os
import secrets
import unicodedata
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from survey_app.errors import StoreError

MIN_PASSPHRASE = 16  # characters: unlike a sign-in it can be tried for years, on any machine
_FORM = "suara-anak-backup-1"
# OWASP password storage cheat sheet, 2024: N=2^17, r=8, p=1 (128 MiB).
_COST, _BLOCK, _PARALLEL = 2**17, 8, 1
_MOST_MEMORY = 512 * 1024 * 1024  # bytes; what a file may ask for before it is trusted
_PIECE = 64 * 1024
_TAG = 16  # bytes of AES-GCM beside the text
_LONGEST_HEADER = 4096


@dataclass(frozen=True, slots=True)
class Header:
    """What anybody may read of a backup; ``line`` is exactly what stands in the file."""

    schema: str
    made_at: datetime
    line: bytes = field(repr=False)

    @property
    def size(self) -> int:
        """Where the pieces begin."""
        return len(self.line)


class Archive:
    """A backup whose passphrase is known; it can be read more than once."""

    def __init__(self, path: Path, header: Header, key: bytes) -> None:
        self.path = path
        self.header = header
        self._cipher = AESGCM(key)

    def lines(self) -> Iterator[bytes]:
        """What was written, line by line; raise ``StoreError`` where the file is not whole."""
        unpacked, rest = zlib.decompressobj(), b""
        with _speaking(self.path), self.path.open("rb") as file:
            file.seek(self.header.size)
            for piece in self._pieces(file):
                *whole, rest = (rest + unpacked.decompress(piece)).split(b"\n")
                yield from whole

    def _pieces(self, file: BinaryIO) -> Iterator[bytes]:
        number, last = 0, False
        while not last:
            sealed, last = _next_piece(file)
            if not sealed:
                raise _broken(self.path, "terpotong")
            try:
                piece = self._cipher.decrypt(_nonce(number, last), sealed, self.header.line)
            except InvalidTag:
                raise _refused(self.path, number) from None
            yield piece
            number += 1


def unlock(path: Path, passphrase: str) -> Archive:
    """Open a backup; whether the passphrase is right shows with the first line that is read."""
    with _speaking(path), path.open("rb") as file:
        line = file.readline(_LONGEST_HEADER)
    try:
        told = json.loads(line)
        if told["form"] != _FORM:
            raise ValueError
        cost, block, parallel = (int(told[name]) for name in ("n", "r", "p"))
        if not 0 < 128 * cost * block * parallel <= _MOST_MEMORY:
            raise ValueError
        header = Header(str(told["schema"]), datetime.fromisoformat(told["made_at"]), line)
        key = _key(passphrase, b64decode(told["salt"], validate=True), cost, block, parallel)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise StoreError(
            f"Berkas {path} bukan cadangan Suara Anak.",
            remedy="Periksa nama berkasnya, atau pakai cadangan lain.",
        ) from None
    return Archive(path, header, key)


@contextmanager
def created(path: Path, passphrase: str, *, schema: str, made_at: datetime) -> Iterator["Writer"]:
    """A new backup, for its owner's eyes only; what fails in the middle leaves no file."""
    if len(passphrase) < MIN_PASSPHRASE:
        raise StoreError(
            "Kata sandi cadangan terlalu pendek.",
            remedy=f"Pakai paling sedikit {MIN_PASSPHRASE} huruf, misalnya empat kata.",
        )
    salt = secrets.token_bytes(16)
    told = {
        "form": _FORM,
        "schema": schema,
        "made_at": made_at.isoformat(),
        "salt": b64encode(salt).decode(),
        "n": _COST,
        "r": _BLOCK,
        "p": _PARALLEL,
    }
    header = Header(schema, made_at, json.dumps(told).encode() + b"\n")
    key = _key(passphrase, salt, _COST, _BLOCK, _PARALLEL)
    with _speaking(path):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                writer = Writer(path, file, header, key)
                yield writer
                writer.finish()
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise


class Writer:
    """Packs and seals lines as they come."""

    def __init__(self, path: Path, file: BinaryIO, header: Header, key: bytes) -> None:
        self._file = file
        self._header = header
        self._cipher = AESGCM(key)
        self._packed = zlib.compressobj()
        self._waiting = bytearray()
        self._number = 0
        self.archive = Archive(path, header, key)
        file.write(header.line)

    def line(self, text: bytes) -> None:
        """Add a line; it holds no line break."""
        self._waiting += self._packed.compress(text + b"\n")
        while len(self._waiting) > _PIECE:  # never all of it: the last piece is told as such
            self._seal(self._waiting[:_PIECE], last=False)
            del self._waiting[:_PIECE]

    def finish(self) -> None:
        """Write what waits, and the mark of the end."""
        self._waiting += self._packed.flush()
        while len(self._waiting) > _PIECE:
            self._seal(self._waiting[:_PIECE], last=False)
            del self._waiting[:_PIECE]
        self._seal(self._waiting, last=True)

    def _seal(self, piece: bytes | bytearray, *, last: bool) -> None:
        nonce = _nonce(self._number, last)
        sealed = self._cipher.encrypt(nonce, bytes(piece), self._header.line)
        self._file.write(len(sealed).to_bytes(4, "big") + sealed)
        self._number += 1


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _next_piece(file: BinaryIO) -> tuple[bytes, bool]:
    """A piece and whether the file ends with it; nothing where it was cut."""
    size = int.from_bytes(file.read(4), "big")
    if not _TAG <= size <= _PIECE + _TAG:
        return b"", False
    sealed = file.read(size)
    ends = not file.read(1)
    if not ends:
        file.seek(-1, os.SEEK_CUR)
    return (sealed, ends) if len(sealed) == size else (b"", False)


def _key(passphrase: str, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    typed = unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogatepass")
    return hashlib.scrypt(
        typed, salt=salt, n=cost, r=block, p=parallel, maxmem=2 * _MOST_MEMORY, dklen=32
    )


def _refused(path: Path, number: int) -> StoreError:
    if number == 0:
        return StoreError(
            f"Kata sandi cadangan salah, atau berkas {path} rusak.",
            remedy="Ketik lagi kata sandinya; bila yakin benar, pakai cadangan lain.",
        )
    return _broken(path, "rusak atau terpotong")


def _broken(path: Path, how: str) -> StoreError:
    return StoreError(f"Berkas cadangan {path} {how}.", remedy="Pakai cadangan lain.")


@contextmanager
def _speaking(path: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise StoreError(f"Berkas {path} sudah ada.", remedy="Pilih nama lain.") from None
    except FileNotFoundError:
        raise StoreError(
            f"Berkas atau folder {path} tidak ada.", remedy="Periksa namanya."
        ) from None
    except OSError as error:
        raise StoreError(
            f"Berkas {path} tidak bisa dibaca atau ditulis ({type(error).__name__}).",
            remedy="Periksa izin dan ruang kosong di disk itu.",
        ) from None
