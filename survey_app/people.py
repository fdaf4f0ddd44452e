"""The adults who sign in: their roles, what each role sees, and how passwords are kept."""

import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode
from binascii import Error as BinasciiError
from collections.abc import Mapping
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


class Action(StrEnum):
    """Something an adult may do here; what no role is given nobody may do."""

    OWN_ACCOUNT = "own_account"  # see Beranda, change the own password, sign out everywhere
    RUN_GATHERINGS = "run_gatherings"  # open, pause and close the own ones
    RUN_EVERY_GATHERING = "run_every_gathering"  # also those that others opened
    READ_QUESTIONNAIRES = "read_questionnaires"
    FILL_IN = "fill_in"  # a preview, or together with a group
    READ_THEMES = "read_themes"
    CHANGE_THEMES = "change_themes"
    START_ANALYSIS = "start_analysis"
    COUNT_ALERTS = "count_alerts"  # how many wait, never which
    HANDLE_ALERTS = "handle_alerts"  # read the words, take, note, refer, release, close
    READ_INVENTORY = "read_inventory"  # what is kept, why, for how long
    MANAGE_STAFF = "manage_staff"  # invite, change a role, switch an account off
    READ_AUDIT = "read_audit"


# The one table of rights (role x action): menus, pages, functions and docs/rights.md come from it.
# An office sees only commitments given to it; there are none yet.
_EVERYBODY = {Action.OWN_ACCOUNT}
_AT_SCHOOL = {Action.RUN_GATHERINGS, Action.READ_QUESTIONNAIRES, Action.FILL_IN}
_TASK_FORCE = {
    *_AT_SCHOOL,
    Action.RUN_EVERY_GATHERING,
    Action.READ_THEMES,
    Action.CHANGE_THEMES,
    Action.START_ANALYSIS,
    Action.COUNT_ALERTS,
    Action.READ_INVENTORY,
}
RIGHTS: Mapping[Role, frozenset[Action]] = {
    Role.ADMINISTRATOR: frozenset(
        _EVERYBODY | _TASK_FORCE | {Action.MANAGE_STAFF, Action.READ_AUDIT}
    ),
    Role.TASK_FORCE: frozenset(_EVERYBODY | _TASK_FORCE),
    Role.OFFICE: frozenset(_EVERYBODY),
    Role.FACILITATOR: frozenset(_EVERYBODY | _AT_SCHOOL),
    Role.SAFEGUARDING_OFFICER: frozenset(
        _EVERYBODY | {Action.COUNT_ALERTS, Action.HANDLE_ALERTS, Action.READ_INVENTORY}
    ),
}


class Page(StrEnum):
    """A staff page, by the last part of its address."""

    HOME = "beranda"
    PROTECTION = "perlindungan"
    GATHERINGS = "pertemuan"
    THEMES = "tema"
    QUESTIONNAIRES = "kuesioner"
    PREVIEW = "pratinjau"


# What one must be allowed to do to open a page; in the order of the menu.
PAGE_NEEDS: Mapping[Page, Action] = {
    Page.HOME: Action.OWN_ACCOUNT,
    Page.PROTECTION: Action.HANDLE_ALERTS,
    Page.GATHERINGS: Action.RUN_GATHERINGS,
    Page.THEMES: Action.READ_THEMES,
    Page.QUESTIONNAIRES: Action.READ_QUESTIONNAIRES,
    Page.PREVIEW: Action.FILL_IN,
}


@dataclass(frozen=True, slots=True)
class StaffMember:
    """An adult with an account."""

    id: StaffId
    name: str
    role: Role


def may(role: Role, action: Action) -> bool:
    """Whether this role may do this."""
    return action in RIGHTS[role]


def demand(member: StaffMember, action: Action) -> None:
    """Raise ``SignInError`` unless this adult may do this."""
    if not may(member.role, action):
        raise SignInError(
            "Peran akun Anda tidak boleh melakukan ini.",
            remedy="Masuk dengan akun yang berhak, atau tanyakan administrator.",
        )


def pages_for(role: Role) -> tuple[Page, ...]:
    """The pages this role may open, in the order of the menu."""
    return tuple(page for page, action in PAGE_NEEDS.items() if may(role, action))


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
