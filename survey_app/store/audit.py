"""Who saw or changed what: a log that only grows, each entry holding the hash of the one before.

Facts are short keys and numbers. Never a child's words, a code, a password or a token.

The database refuses to change an entry or take one out (triggers of step 0003). Who gets past that,
with a program of their own, breaks the chain, and `verify` says where. Who also writes the whole
chain anew is found out only by a hash noted down outside: every backup prints one.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from survey_app.people import Action, By, StaffMember, demand
from survey_app.store import installation
from survey_app.store.database import Store
from survey_app.store.database import now as this_moment
from survey_app.store.tables import Audit

FIRST = "0" * 64  # what the first entry holds in the place of the hash before it
COMMAND_LINE = "command line"  # who did it, where nobody signs in
_CUT, _CUT_HASH = "audit_cut", "audit_cut_hash"  # the triggers know the first name too
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


class Fault(StrEnum):
    """How a log can be broken."""

    CHANGED = "changed"  # what the entry says is not what was written
    GAP = "gap"  # an entry before it was taken out or put in
    UNKNOWN = "unknown"  # the hash somebody noted down is not in the log


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `verify` found: how many entries hold, the hash of the last, and the first that broke.

    ``broken`` is None with the fault `Fault.UNKNOWN`: the log holds, but it is another one.
    """

    entries: int
    last: str
    fault: Fault | None = None
    broken: int | None = None

    @property
    def sentence(self) -> str:
        """The same for people."""
        if self.fault is Fault.CHANGED:
            return f"Catatan nomor {self.broken} diubah setelah ditulis."
        if self.fault is Fault.GAP:
            return f"Sebelum catatan nomor {self.broken} ada yang dihapus atau disisipkan."
        if self.fault is Fault.UNKNOWN:
            return "Tanda yang dulu dicatat tidak ada lagi: catatan ditulis ulang atau terpotong."
        return f"{self.entries} catatan utuh. Tanda terakhir: {self.last}"


# What to do about any fault.
REMEDY = (
    "Bandingkan dengan cadangan terakhir dan cari tahu siapa yang bisa membuka basis data "
    "(docs/backup.md)."
)


def note(connection: Connection, by: By | str, event: Event, **facts: str | int) -> None:
    """Add an entry in the transaction of what it tells of; ``by`` is an adult or a program."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    entry = {
        "at": this_moment(),
        "staff_id": by.id if isinstance(by, StaffMember) else None,
        "name": by.name if isinstance(by, StaffMember) else str(by),
        "event": event.value,
        "facts": json.dumps(facts, sort_keys=True),
        "previous_hash": last_hash(connection),
    }
    connection.execute(sa.insert(Audit).values(entry | {"hash": entry_hash(entry)}))


def last_hash(connection: Connection) -> str:
    """The hash of the newest entry: noted down outside, it shows that the log was not made anew."""
    last = connection.scalar(sa.select(Audit.hash).order_by(Audit.id.desc()).limit(1))
    return last or FIRST


def entries(
    store: Store,
    reader: StaffMember,
    *,
    event: Event | None = None,
    name: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    most: int = 200,
) -> tuple[Entry, ...]:
    """Entries of one kind, one person, from a moment to another (without it); the newest first."""
    demand(reader, Action.READ_AUDIT)
    wanted = [
        condition(value)
        for condition, value in (
            (Audit.event.__eq__, event),
            (Audit.name.__eq__, name),
            (Audit.at.__ge__, since),
            (Audit.at.__lt__, until),
        )
        if value is not None
    ]
    statement = sa.select(Audit.__table__).where(*wanted).order_by(Audit.id.desc()).limit(most)
    with store.reading() as connection:
        rows = connection.execute(statement).all()
    return tuple(
        Entry(row.id, row.at, row.staff_id, row.name, row.event, json.loads(row.facts))
        for row in rows
    )


def names(store: Store, reader: StaffMember) -> tuple[str, ...]:
    """Everybody the log tells of, by name."""
    demand(reader, Action.READ_AUDIT)
    with store.reading() as connection:
        return tuple(connection.scalars(sa.select(Audit.name).distinct().order_by(Audit.name)))


def export(store: Store, by: StaffMember | str) -> Iterator[str]:
    """The whole log as lines of JSON, oldest first, with the hashes; itself worth an entry."""
    if isinstance(by, StaffMember):
        demand(by, Action.READ_AUDIT)
    with store.writing() as connection:
        note(connection, by, Event.EXPORTED, what="audit")
    with store.reading() as connection, connection.execute(_oldest_first()) as rows:
        for row in rows.mappings():
            yield json.dumps(dict(row), ensure_ascii=True)


def verify(store: Store, *, noted: str | None = None) -> Verdict:
    """Follow the chain from its beginning to the first entry that does not fit.

    ``noted`` is the hash of an entry somebody kept elsewhere: a log that was written anew, or whose
    end was cut off, does not hold it. Where the oldest entries are gone, an entry has to say so.
    """
    count, found = 0, noted is None
    with store.reading() as connection:
        cut = installation.recall(connection, _CUT_HASH)
        before = start = cut.value if cut else FIRST
        found |= noted == before
        told, first = cut is None, None
        with connection.execute(_oldest_first()) as rows:
            for row in rows.mappings():
                first = first or row["id"]
                if not _is_as_written(dict(row)):
                    return Verdict(count, before, Fault.CHANGED, row["id"])
                if row["previous_hash"] != before:
                    return Verdict(count, before, Fault.GAP, row["id"])
                before = row["hash"]
                found |= noted == before
                told |= row["event"] == Event.DELETED and start in row["facts"]
                count += 1
    if not told:
        return Verdict(count, before, Fault.GAP, first)
    return Verdict(count, before, None if found else Fault.UNKNOWN)


_NEWEST = sa.select(sa.func.max(Audit.id)).correlate(None).scalar_subquery()


def older_than(connection: Connection, moment: datetime) -> int:
    """How many entries from before ``moment`` could go; the newest one always stays."""
    older = sa.select(sa.func.count(Audit.id)).where(Audit.at < moment, Audit.id < _NEWEST)
    return connection.scalar(older) or 0


def cut_before(
    connection: Connection,
    moment: datetime,
    *,
    by: By | str,
    most: int | None = None,
) -> int:
    """Take the entries before ``moment`` away, for good; the newest one always stays.

    What is left still holds: the hash it goes on from is remembered, and a new entry says it too.
    ``most`` limits how many go at once. Return how many went.
    """
    older = sa.select(Audit.id, Audit.hash).where(Audit.at < moment, Audit.id < _NEWEST)
    oldest = older.order_by(Audit.id).limit(most).subquery()
    last = connection.execute(
        sa.select(oldest.c.id, oldest.c.hash).order_by(oldest.c.id.desc()).limit(1)
    ).one_or_none()
    if last is None:
        return 0
    installation.remember(connection, _CUT, str(last.id))
    installation.remember(connection, _CUT_HASH, last.hash)
    went = connection.execute(sa.delete(Audit).where(Audit.id <= last.id)).rowcount
    note(connection, by, Event.DELETED, what="audit", number=went, last=last.hash)
    return went


def _oldest_first() -> sa.Select[*tuple[object, ...]]:
    """All entries a thousand at a time; the moment as text, for a broken one cannot be read."""
    columns = [
        sa.cast(column, sa.Text).label("at") if column.name == "at" else column
        for column in Audit.__table__.columns
    ]
    return sa.select(*columns).order_by(Audit.id).execution_options(yield_per=1000)


def _is_as_written(row: Mapping[str, object]) -> bool:
    try:
        moment = datetime.fromisoformat(str(row["at"]))
    except ValueError:
        return False
    in_utc = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return entry_hash({**row, "at": in_utc}) == row["hash"]


def entry_hash(entry: Mapping[str, object]) -> str:
    """SHA-256 over everything an entry says, and over the hash of the one before."""
    moment = entry["at"]
    assert isinstance(moment, datetime)  # noqa: S101
    told = [
        moment.astimezone(UTC).isoformat(),
        *(entry[name] for name in ("staff_id", "name", "event", "facts", "previous_hash")),
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
