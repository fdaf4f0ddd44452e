"""One way to the city's own sign-in and back: begun in this browser, ended in it, once, in time.

What belongs to a way lies in a cookie, so that strangers who begin many fill nothing here. State,
nonce and PKCE verifier are made from it with the installation's secret: who sends the state back
shows that cookie and state were made by us for one another.
"""

import base64
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from survey_app.store.database import now as this_moment

COOKIE, PATH = "suara_kota", "/masuk/kota"
GOOD_FOR = timedelta(minutes=10)  # to type a password and a code at the provider


@dataclass(frozen=True, slots=True)
class Trip:
    """``wanted`` is the page to go to; ``joins`` marks the sign-in an identity is joined to."""

    cookie: str
    wanted: str
    joins: str
    state: str
    nonce: str
    verifier: str


def begin(secret: bytes, wanted: str, *, session: str = "", now: datetime | None = None) -> Trip:
    """A new way; with a ``session`` (its token) one that joins an identity to its account."""
    ends = int(((now or this_moment()) + GOOD_FOR).timestamp())
    joins = _made(secret, "session", session) if session else ""
    told = json.dumps([secrets.token_urlsafe(32), ends, wanted, joins])
    return _trip(secret, base64.urlsafe_b64encode(told.encode()).decode(), wanted, joins)


def end(secret: bytes, cookie: str, state: str, *, now: datetime | None = None) -> Trip | None:
    """The way this browser began; None where the state is not its own, or it took too long."""
    cookie, state = (text.encode("utf-8", "replace").decode() for text in (cookie, state))
    if not hmac.compare_digest(_made(secret, "state", cookie).encode(), state.encode()):
        return None
    _, ends, wanted, joins = json.loads(base64.urlsafe_b64decode(cookie))
    if ends <= (now or this_moment()).timestamp():
        return None
    return _trip(secret, cookie, wanted, joins)


def belongs_to(secret: bytes, trip: Trip, session: str) -> bool:
    """Whether it was begun by whoever is signed in with this token."""
    return bool(session) and hmac.compare_digest(trip.joins, _made(secret, "session", session))


def _trip(secret: bytes, cookie: str, wanted: str, joins: str) -> Trip:
    made = (_made(secret, part, cookie) for part in ("state", "nonce", "verifier"))
    return Trip(cookie, wanted, joins, *made)


def _made(secret: bytes, part: str, text: str) -> str:
    """43 characters, as a PKCE verifier needs at least (RFC 7636, 4.1)."""
    digest = hmac.new(secret, f"city {part} {text}".encode(), sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
