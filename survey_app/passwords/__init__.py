"""Passwords of adults: how they are kept, which are too easy to guess, and one-time ones.

``common.txt`` was written for this project: favourites of Indonesia and of the world, names, and
the words of this app and its city.
"""

import hashlib
import hmac
import re
import secrets
from base64 import b64decode, b64encode
from binascii import Error as BinasciiError
from functools import cache
from pathlib import Path

from survey_app.errors import SignInError

MIN_LENGTH = 12  # characters
# How much guessing a password must cost, in bits, when whoever guesses begins with the list: more
# than three of its 1,240 words alone, or two with any figures. zxcvbn (Wheeler, USENIX Security
# 2016) counts alike; 2^32 tries of 0.2 s and 32 MiB each are 27 years of one core.
_ENOUGH = 32.0
_WORD, _LETTER, _FIGURE = 10.3, 4.7, 3.3  # log2 of 1,240, of 26, of 10
_FIGURES_AT_MOST = 10.0  # years, birthdays, runs, telephone numbers: never as good as their length
# OWASP password storage cheat sheet, 2024: scrypt N=2^15, r=8, p=3 (32 MiB) as one of its equals.
_COST, _BLOCK, _PARALLEL = 2**15, 8, 3
_MEMORY = 64 * 1024 * 1024
_ONE_TIME_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # no i, l, o, 0, 1: they look alike
# Letters written as figures and signs, undone before the list is asked: "s4nd1" is "sandi".
_WRITTEN_AS = str.maketrans("013457@$!", "oieastasi")


def check(password: str, *, account: str = "") -> None:
    """Raise ``SignInError`` for a password that is too short or among the first to be tried."""
    if len(password) < MIN_LENGTH:
        raise SignInError(
            "Kata sandi terlalu pendek.", remedy=f"Pakai paling sedikit {MIN_LENGTH} huruf."
        )
    if is_common(password, account=account):
        raise SignInError(
            "Kata sandi ini mudah ditebak.",
            remedy="Pakai empat kata yang tidak berhubungan, tanpa nama, kota, atau tahun.",
        )


def is_common(password: str, *, account: str = "") -> bool:
    """Whether common words, the account's name, figures and repetition make up nearly all of it."""
    plain = password.casefold()
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain)
    figures = min(_FIGURE * sum(sign.isdigit() for sign in plain), _FIGURES_AT_MOST)
    words = _common_words() | _names(account)
    written = [_letters(one) for one in (core, core.translate(_WRITTEN_AS))]
    # "aaaa" is an "a", "cobacoba" a "coba"; but "password" has its two s.
    written += [re.sub(r"(.{1,20}?)\1+", r"\1", letters) for letters in written]
    bits = min(_bits(letters, words) for letters in written)
    return figures + bits < _ENOUGH


def hash_password(password: str) -> str:
    """A password as it is stored: ``scrypt$N$r$p$salt$hash``."""
    salt = secrets.token_bytes(16)
    digest = _scrypt(password, salt, _COST, _BLOCK, _PARALLEL)
    numbers = f"{_COST}${_BLOCK}${_PARALLEL}"
    return f"scrypt${numbers}${b64encode(salt).decode()}${b64encode(digest).decode()}"


def verify_password(password: str, stored: str) -> bool:
    """Whether the password belongs to the stored hash, compared in constant time."""
    try:
        kind, cost, block, parallel, salt, digest = stored.split("$")
        expected = b64decode(digest, validate=True)
        given = _scrypt(password, b64decode(salt), int(cost), int(block), int(parallel))
    except (ValueError, BinasciiError):
        return False
    return kind == "scrypt" and hmac.compare_digest(given, expected)


def new_password() -> str:
    """A one-time password that can be read out and typed: four groups of four, 79 bits."""
    while True:
        groups = ("".join(secrets.choice(_ONE_TIME_ALPHABET) for _ in range(4)) for _ in range(4))
        if not is_common(password := "-".join(groups)):  # one in 5,000 is nearly all figures
            return password


def _letters(text: str) -> str:
    return re.sub(r"[\W\d_]+", "", text)


def _bits(letters: str, words: frozenset[str]) -> float:
    """The cheapest way to put the letters together from listed words and single letters."""
    longest = max(map(len, words))
    best = [0.0]
    for end in range(1, len(letters) + 1):
        ways = [best[-1] + _LETTER]
        for start in range(max(0, end - longest), end):
            if letters[start:end] in words:
                ways.append(best[start] + _WORD)
        best.append(min(ways))
    return best[-1]


def _names(account: str) -> frozenset[str]:
    plain = account.casefold()
    return frozenset(_letters(part) for part in (plain, *plain.split())) - {""}


@cache
def _common_words() -> frozenset[str]:
    lines = (Path(__file__).parent / "common.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def _scrypt(password: str, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    typed = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(typed, salt=salt, n=cost, r=block, p=parallel, maxmem=_MEMORY, dklen=32)
