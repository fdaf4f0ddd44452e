"""Promises of the log of who saw or changed what.

L001  Every entry holds the hash of the one before; a log that holds says how many and which hash.
L002  One changed letter anywhere, an entry taken out or put in, is found and named.
L003  A log that was written anew, or lost its end, is found out by a hash noted down before.
L004  The database itself refuses to change an entry or to take one out.
L005  Only the oldest may go, never the newest; what is left still holds, and has to say so.
L006  Entries written at the same moment by several programs stand one after the other.
L007  The log is read by who may read it; reading it whole is an entry itself.
L008  An entry is there only when what it tells of happened.
"""

import json
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from survey_app.errors import SignInError, StoreError
from survey_app.people import Role, StaffId, StaffMember
from survey_app.store import Store, audit, installation
from survey_app.store.audit import Event, Fault, note
from survey_app.store.database import now
from survey_app.store.tables import Audit

ADMINISTRATOR = StaffMember(StaffId(1), "Bu Uji", Role.ADMINISTRATOR)
_OFF = {
    "sqlite": "DROP TRIGGER IF EXISTS audit_no_{}",
    "postgresql": "ALTER TABLE audit DISABLE TRIGGER ALL",
}


@pytest.fixture
def log(store: Store) -> Store:
    """Five entries by two adults and a program."""
    for number in range(5):
        by = (ADMINISTRATOR, "server")[number % 2]
        with store.writing() as connection:
            note(connection, by, list(Event)[number], theme=number, klaster="keluarga")
    return store


def past_the_triggers(store: Store, statement: sa.Executable) -> None:
    """What somebody with the database in their hands can do."""
    with store.writing() as connection:
        for kind in ("update", "delete"):
            off = _OFF[connection.dialect.name].format(kind)
            connection.execute(sa.text(off))
        connection.execute(statement)


def test_a_log_that_holds(log: Store) -> None:
    """L001: five entries, and the last hash is the one in the table."""
    verdict = audit.verify(log)
    assert (verdict.entries, verdict.fault, verdict.broken) == (5, None, None)
    with log.reading() as connection:
        assert verdict.last == connection.scalar(sa.select(Audit.hash).where(Audit.id == 5))
    assert audit.verify(log, noted=verdict.last).fault is None


def test_an_empty_log_holds(store: Store) -> None:
    """L001: nothing was written yet."""
    assert audit.verify(store) == audit.Verdict(0, audit.FIRST)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", now() - timedelta(microseconds=1)),
        ("staff_id", 2),
        ("staff_id", None),
        ("name", "Bu Uju"),
        ("event", "signed_ix"),
        ("facts", '{"klaster": "keluarga", "theme": 3}'),
        ("facts", '{"klaster":"keluarga", "theme": 2}'),
        ("previous_hash", "1" * 64),
        ("hash", "1" * 64),
    ],
)
def test_one_changed_letter(log: Store, column: str, value: object) -> None:
    """L002: the entry that was changed is named, and how many before it hold."""
    change = sa.update(Audit).where(Audit.id == 3).values({column: value})
    past_the_triggers(log, change)
    verdict = audit.verify(log)
    assert (verdict.entries, verdict.fault, verdict.broken) == (2, Fault.CHANGED, 3)


def test_a_moment_that_is_none(sqlite_store: Store) -> None:
    """L002: a byte that makes a moment unreadable is a broken entry, not a broken program."""
    with sqlite_store.writing() as connection:
        note(connection, "server", Event.EXPORTED)
    past_the_triggers(sqlite_store, sa.text("UPDATE audit SET at = replace(at, '-', 'x')"))
    assert audit.verify(sqlite_store).broken == 1


def test_an_entry_taken_out(log: Store) -> None:
    """L002: the first entry after the gap is named."""
    past_the_triggers(log, sa.delete(Audit).where(Audit.id == 3))
    verdict = audit.verify(log)
    assert (verdict.entries, verdict.fault, verdict.broken) == (2, Fault.GAP, 4)


def test_an_entry_put_in(log: Store) -> None:
    """L002: one that holds by itself breaks the chain all the same."""
    with log.reading() as connection:
        row = dict(connection.execute(sa.select(Audit).where(Audit.id == 2)).mappings().one())
    changed = row | {"name": "Orang lain"}
    changed |= {"hash": audit.entry_hash(changed)}
    past_the_triggers(log, sa.update(Audit).where(Audit.id == 2).values(changed))
    assert audit.verify(log).fault is Fault.GAP
    assert audit.verify(log).broken == 3


def test_a_log_written_anew(log: Store) -> None:
    """L003: a chain that lost its end holds by itself, but not the hash noted down."""
    noted = audit.verify(log).last
    past_the_triggers(log, sa.delete(Audit).where(Audit.id == 5))
    assert audit.verify(log).fault is None
    verdict = audit.verify(log, noted=noted)
    assert (verdict.entries, verdict.fault) == (4, Fault.UNKNOWN)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET name = 'x'",
        "UPDATE audit SET facts = '{}' WHERE id = 3",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE id = 1",
        "TRUNCATE audit",
    ],
)
def test_the_database_refuses(log: Store, statement: str) -> None:
    """L004: by the app's own connection no entry changes. (SQLite knows no TRUNCATE.)"""

    def change() -> None:
        with log.writing() as connection:
            connection.execute(sa.text(statement))

    with pytest.raises(StoreError):
        change()
    assert audit.verify(log).entries == 5


def test_only_the_oldest_go(log: Store) -> None:
    """L005: entries before a moment go, the newest stays, the rest holds and goes on."""
    with log.writing() as connection:
        moment = connection.scalar(sa.select(Audit.at).where(Audit.id == 4))
        assert moment is not None
        assert audit.older_than(connection, moment) == 3
        assert audit.cut_before(connection, moment, by="server", most=2) == 2
        assert audit.cut_before(connection, moment, by="server") == 1
        assert audit.cut_before(connection, moment, by="server") == 0
    assert (audit.verify(log).entries, audit.verify(log).fault) == (4, None)
    with log.writing() as connection:
        assert audit.cut_before(connection, now() + timedelta(days=1), by="server") == 3
    assert (audit.verify(log).entries, audit.verify(log).fault) == (2, None)
    past_the_triggers(log, sa.delete(Audit).where(Audit.id == 7))
    assert audit.verify(log).fault is Fault.GAP


def test_a_cut_nobody_tells_of(log: Store) -> None:
    """L005: who moves the beginning without an entry that says so is found."""
    with log.writing() as connection:
        kept = connection.scalar(sa.select(Audit.hash).where(Audit.id == 2))
        installation.remember(connection, "audit_cut", "2")
        installation.remember(connection, "audit_cut_hash", str(kept))
        connection.execute(sa.delete(Audit).where(Audit.id <= 2))
    verdict = audit.verify(log)
    assert (verdict.fault, verdict.broken) == (Fault.GAP, 3)


def test_many_write_at_once(store: Store) -> None:
    """L006: four writers with ten entries each make one chain of forty."""

    def write() -> None:
        for number in range(10):
            with store.writing() as connection:
                note(connection, "server", Event.EXPORTED, number=number)

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    verdict = audit.verify(store)
    assert (verdict.entries, verdict.fault) == (40, None)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_not_for_everybody(log: Store, role: Role) -> None:
    """L007: other roles are refused by the function itself."""
    other = StaffMember(StaffId(2), "Pak Lain", role)
    for read in (audit.entries, audit.names, lambda *known: next(audit.export(*known))):
        with pytest.raises(SignInError):
            read(log, other)


def test_found_by_kind_person_and_moment(log: Store) -> None:
    """L007: the newest first; each condition leaves out the others."""
    found = audit.entries(log, ADMINISTRATOR)
    assert [one.id for one in found] == [5, 4, 3, 2, 1]
    assert found[0].facts == {"klaster": "keluarga", "theme": 4}
    assert audit.names(log, ADMINISTRATOR) == ("Bu Uji", "server")
    of_one = audit.entries(log, ADMINISTRATOR, name="Bu Uji", most=2)
    assert [one.id for one in of_one] == [5, 3]
    assert [one.id for one in audit.entries(log, ADMINISTRATOR, event=Event.SIGNED_OUT)] == [3]
    middle = found[2].at
    assert [one.id for one in audit.entries(log, ADMINISTRATOR, since=middle)] == [5, 4, 3]
    assert [one.id for one in audit.entries(log, ADMINISTRATOR, until=middle)] == [2, 1]


def test_the_whole_log_as_lines(log: Store) -> None:
    """L007: each line can be checked elsewhere, and the last one tells of the export."""
    lines = [json.loads(line) for line in audit.export(log, "command line")]
    assert [line["id"] for line in lines] == [1, 2, 3, 4, 5, 6]
    assert [one["hash"] for one in lines[:-1]] == [one["previous_hash"] for one in lines[1:]]
    assert (lines[-1]["event"], lines[-1]["name"]) == ("exported", "command line")


def test_no_entry_of_what_did_not_happen(log: Store) -> None:
    """L008: the transaction that fails takes its entry along."""

    def fail() -> None:
        with log.writing() as connection:
            note(connection, "server", Event.EXPORTED)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert audit.verify(log).entries == 5
