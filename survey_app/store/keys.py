"""Where the keys of the vault are kept: a file beside the database, or the environment.

And the sheet a person writes a key down on: eight rows of eight letters, each with its own check,
so that a slip of the pen is found in its row.
"""

import os
import re
import secrets
from base64 import b32decode, b32encode, b64decode, urlsafe_b64encode
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from survey_app.errors import StoreError
from survey_app.store.vault import KEY_BYTES, key_name

KEY_FILE = "words.key"
ROWS = 8  # of a sheet
_ROW_BYTES = KEY_BYTES // ROWS  # and one of check: five bytes are eight letters of base 32
_LOOKALIKES = str.maketrans("018", "OIB")  # digits that base 32 does not have, read by eye
_URLSAFE = str.maketrans("-_", "+/")


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """Where the keys are: ``given`` in the environment, else the file at ``path``."""

    path: Path
    given: str = ""

    def read(self) -> dict[str, bytes]:
        """The keys by name, oldest first; none where there is no file yet."""
        if self.given:
            return _parsed(self.given.replace(",", "\n"), "SUARA_KEY")
        try:
            return _parsed(self.path.read_text("ascii"), str(self.path))
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError) as error:
            raise _unusable(self.path, error) from None

    def stamp(self) -> tuple[int, ...]:
        """Something that is different once the file was changed."""
        if self.given:
            return ()
        try:
            found = self.path.stat()
        except OSError:
            return ()
        return (found.st_ino, found.st_mtime_ns, found.st_size)

    def add(self, key: bytes, *, first: bool = False) -> None:
        """Keep a key behind those that are there, or before them, where it is not to seal."""
        if self.given:
            raise StoreError(
                "Kunci diberikan lewat SUARA_KEY, jadi aplikasi tidak bisa menggantinya.",
                remedy="Tambahkan kunci baru di akhir SUARA_KEY, atau pakai SUARA_KEY_FILE.",
            )
        before, added = self.read(), {key_name(key): key}
        keys = added | before if first else before | added
        text = "".join(f"{name} {_encoded(one)}\n" for name, one in keys.items())
        try:
            self._replace(text, anew=len(keys) == 1)
        except OSError as error:
            raise _unusable(self.path, error) from None

    def _replace(self, text: str, *, anew: bool) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self.path.with_name(f"{self.path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            if anew:
                _link(draft, self.path)
            else:
                draft.replace(self.path)
        finally:
            draft.unlink(missing_ok=True)
        _sync_folder(self.path.parent)


def sheet(key: bytes) -> list[str]:
    """The rows to write down, such as ``K7QW-2RTA``."""
    rows = []
    for number in range(ROWS):
        part = key[number * _ROW_BYTES : (number + 1) * _ROW_BYTES]
        letters = b32encode(part + _check(number, part)).decode()
        rows.append(f"{letters[:4]}-{letters[4:]}")
    return rows


def read_row(number: int, typed: str) -> bytes | None:
    """Four bytes of the key from a row as somebody typed it, or None where it is no such row.

    ``number`` counts from 0. A wrong letter goes unseen once in 256 times.
    """
    letters = re.sub(r"[\s-]", "", typed).upper().translate(_LOOKALIKES)
    try:
        data = b32decode(letters)
    except ValueError:
        return None
    part, check = data[:_ROW_BYTES], data[_ROW_BYTES:]
    return part if check == _check(number, part) else None


def read_sheet(rows: list[str]) -> bytes:
    """The key from all rows of its sheet; raise ``StoreError`` naming the row that is wrong."""
    if len(rows) != ROWS:
        raise StoreError(
            f"Lembar kunci punya {ROWS} baris, yang diketik {len(rows)}.",
            remedy="Ketik semua baris, satu per satu, dari atas.",
        )
    parts = [read_row(number, typed) for number, typed in enumerate(rows)]
    if None in parts:
        raise StoreError(
            f"Baris {parts.index(None) + 1} lembar kunci salah ketik.",
            remedy="Bandingkan huruf demi huruf dengan lembarnya, lalu ulangi.",
        )
    return b"".join(part for part in parts if part)


def _check(number: int, part: bytes) -> bytes:
    return sha256(b"suara-anak key row" + bytes([number]) + part).digest()[:1]


def _parsed(text: str, where: str) -> dict[str, bytes]:
    keys: dict[str, bytes] = {}
    for number, line in enumerate(filter(None, map(str.strip, text.splitlines())), 1):
        *names, packed = line.split()
        key = _decoded(packed)
        if key is None or names not in ([], [key_name(key)]):
            raise StoreError(
                f"{where}: baris {number} bukan kunci.",
                remedy="Kembalikan dari cadangan kunci; jangan membuat yang baru.",
            )
        keys[key_name(key)] = key
    return keys


def _decoded(packed: str) -> bytes | None:
    try:
        key = b64decode(packed.translate(_URLSAFE), validate=True)
    except ValueError:
        return None
    return key if len(key) == KEY_BYTES else None


def _encoded(key: bytes) -> str:
    return urlsafe_b64encode(key).decode()


def _link(draft: Path, path: Path) -> None:
    """The first of two processes that start together makes the key of both."""
    with suppress(FileExistsError):
        os.link(draft, path)


def _sync_folder(folder: Path) -> None:
    """A key must not be lost to a power cut after words were sealed with it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unusable(path: Path, error: Exception) -> StoreError:
    return StoreError(
        f"Berkas kunci {path} tidak bisa dipakai ({type(error).__name__}).",
        remedy="Beri izin baca dan tulis pada berkas dan foldernya, atau pilih SUARA_KEY_FILE.",
    )
