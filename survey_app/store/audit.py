"""Who saw or changed what: a log that only grows, each entry holding the hash of the one before.

Facts are short keys and numbers. Never a child's words, a code, a password or a token.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from survey_app.people import By, StaffMember
from survey_app.store.database import now as this_moment
from survey_app.store.tables import Audit

FIRST = "0" * 64  # what the first entry holds in the place of the hash before it
_LOCK = 5_283_003  # on PostgreSQL: entries are written one after the other


class Event(StrEnum):
    """What is worth an entry."""

    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGNED_OUT = "signed_out"
    STAFF_CHANGED = "staff_changed"
    GATHERING_CHANGED = "gathering_changed"
    QUESTIONNAIRE_PUBLISHED = "questionnaire_published"
    ANALYSIS_STARTED = "analysis_started"
    THEME_CHANGED = "theme_changed"
    ALERT_OPENED = "alert_opened"
    ALERT_STEP = "alert_step"
    SAMPLE_READ = "sample_read"
    EXPORTED = "exported"
    WITHDRAWN = "withdrawn"
    DELETED = "deleted"
    KEY_CHANGED = "key_changed"
    BACKED_UP = "backed_up"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log."""

    id: int
    at: datetime
    staff_id: int | None
    name: str
    event: str
    facts: dict[str, str | int]


def note(connection: Connection, by: By | str, event: Event, **facts: str | int) -> None:
    """Add an entry in the transaction of what it tells of; ``by`` is an adult or a program."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    last = connection.scalar(sa.select(Audit.hash).order_by(Audit.id.desc()).limit(1))
    entry = {
        "at": this_moment(),
        "staff_id": by.id if isinstance(by, StaffMember) else None,
        "name": by.name if isinstance(by, StaffMember) else str(by),
        "event": event.value,
        "facts": json.dumps(facts, sort_keys=True),
        "previous_hash": last or FIRST,
    }
    connection.execute(sa.insert(Audit).values(entry | {"hash": entry_hash(entry)}))


def entry_hash(entry: Mapping[str, object]) -> str:
    """SHA-256 over everything an entry says, and over the hash of the one before."""
    moment = entry["at"]
    assert isinstance(moment, datetime)  # noqa: S101
    told = [
        moment.astimezone(UTC).isoformat(),
        *(entry[name] for name in ("staff_id", "name", "event", "facts", "previous_hash")),
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
