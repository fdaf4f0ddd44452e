"""The adults who sign in: their roles, what each role sees, and how passwords are kept."""

import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode
from binascii import Error as BinasciiError
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from survey_app.errors import SignInError

StaffId = NewType("StaffId", int)

MIN_PASSWORD = (
    10  # characters; NIST SP 800-63B asks for at least 8 with a second guard, we have none
)
# OWASP password storage cheat sheet, 2024: scrypt N=2^15, r=8, p=3 (32 MiB) as one of its equals.
_COST, _BLOCK, _PARALLEL = 2**15, 8, 3
_MEMORY = 64 * 1024 * 1024
_PASSWORD_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # noqa: S105  no i, l, o, 0, 1: they look alike


class Role(StrEnum):
    """What an adult is here for."""

    ADMINISTRATOR = "administrator"
    TASK_FORCE = "task_force"
    OFFICE = "office"
    FACILITATOR = "facilitator"
    SAFEGUARDING_OFFICER = "safeguarding_officer"


class Page(StrEnum):
    """A staff page, by the last part of its address."""

    HOME = "beranda"
    GATHERINGS = "pertemuan"
    THEMES = "tema"
    QUESTIONNAIRES = "kuesioner"
    PREVIEW = "pratinjau"


_PAGES = {
    Role.ADMINISTRATOR: tuple(Page),
    Role.TASK_FORCE: tuple(Page),
    Role.OFFICE: (Page.HOME, Page.THEMES, Page.QUESTIONNAIRES, Page.PREVIEW),
    Role.FACILITATOR: (Page.HOME, Page.GATHERINGS, Page.QUESTIONNAIRES, Page.PREVIEW),
    Role.SAFEGUARDING_OFFICER: (Page.HOME,),
}


@dataclass(frozen=True, slots=True)
class StaffMember:
    """An adult with an account."""

    id: StaffId
    name: str
    role: Role


def pages_for(role: Role) -> tuple[Page, ...]:
    """The pages this role may open, in the order of the menu."""
    return _PAGES[role]


def sees_alerts(role: Role) -> bool:
    """Only the safeguarding officer reads what may disclose harm (DESIGN.md section 1)."""
    return role is Role.SAFEGUARDING_OFFICER


def hash_password(password: str) -> str:
    """A password as it is stored: ``scrypt$N$r$p$salt$hash``.

    Raises ``SignInError`` for one shorter than ``MIN_PASSWORD``.
    """
    if len(password) < MIN_PASSWORD:
        raise SignInError(
            "Kata sandi terlalu pendek.", remedy=f"Pakai paling sedikit {MIN_PASSWORD} huruf."
        )
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
    groups = ("".join(secrets.choice(_PASSWORD_ALPHABET) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def _scrypt(password: str, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    typed = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(typed, salt=salt, n=cost, r=block, p=parallel, maxmem=_MEMORY, dklen=32)
