"""The second thing one signs in with: six figures from a telephone, or a code kept on paper."""

import hmac
import re
from datetime import datetime
from hashlib import sha256

import pyotp

from survey_app.passwords import new_password

ISSUER = "Suara Anak"  # as the telephone's app lists it
SECONDS = 30  # a code's time, RFC 6238
_DRIFT = 1  # steps a clock may be off, either way; RFC 6238, 5.2 allows one for slow networks
_DIGITS = 6
RECOVERY_CODES = 10


def new_secret() -> str:
    """A fresh secret, 160 bits in base32: as RFC 4226 recommends."""
    return pyotp.random_base32()


def address(secret: str, account: str) -> str:
    """What the QR code says to the telephone's app."""
    return pyotp.TOTP(secret, interval=SECONDS).provisioning_uri(name=account, issuer_name=ISSUER)


def groups_of_four(text: str) -> str:
    """A secret as it can be read and typed."""
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The step of time this code belongs to, now or one off; None where it is wrong."""
    typed = re.sub(r"[\s.-]", "", code)
    if not (typed.isascii() and typed.isdecimal() and len(typed) == _DIGITS):
        return None
    clock, found = pyotp.TOTP(secret, interval=SECONDS), None
    present = int(now.timestamp()) // SECONDS
    for step in range(present - _DRIFT, present + _DRIFT + 1):
        if hmac.compare_digest(clock.generate_otp(step), typed):
            found = step
    return found


def new_recovery_codes() -> tuple[str, ...]:
    """Ten codes for a lost telephone, each of 79 bits: too many to be tried out from its hash."""
    return tuple(new_password() for _ in range(RECOVERY_CODES))


def recovery_hash(code: str) -> str:
    """A recovery code as it is stored, however it was typed."""
    typed = re.sub(r"[^a-z0-9]", "", code.casefold())
    return sha256(typed.encode()).hexdigest()
