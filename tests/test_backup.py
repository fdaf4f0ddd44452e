"""Promises of the backup.

B001  What is restored equals the source row by row, table by table, on and across both databases.
B002  It holds one state of the database, whatever is written meanwhile.
B003  A wrong passphrase and a file that was cut, changed, reordered or lengthened are refused in
      one sentence, and nothing of them reaches the database or the data folder.
B004  Without the passphrase nothing in the file can be read; it is for its owner only.
B005  It brings the key files along; those that stood in their place are put aside, never lost.
B006  Only an empty database is restored into; one that was merely started is empty.
B007  No file is overwritten, and what fails in the middle leaves none.
B008  A restored installation goes on: new rows have new numbers, its secret is the same.
B009  Backup and restore are entries of the log, which still holds; nobody stays signed in.
B010  A passphrase that can be guessed is refused; the same one typed on another keyboard fits.
B011  Demo answers alone are nothing to lose.
"""

import json
import os
import re
import secrets
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa
from databases import PostgresServer
from heard import SECRET_WORDS, hear

from survey_app.errors import StoreError
from survey_app.people import Role
from survey_app.store import Store, archive, audit, backup, installation, people, rounds
from survey_app.store.database import now
from survey_app.store.tables import (
    Alerts,
    AlertSteps,
    HalfSignIns,
    Identities,
    Invitations,
    Quarantine,
    RecoveryCodes,
    Responses,
    Rounds,
    SampledComments,
    SignIns,
    Table,
    ThemeEvents,
)

PASSPHRASE = "kuda batu lentera sungai"
KEY = b"k1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
_NUMBERS = count(1)


@pytest.fixture(autouse=True)
def _quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two seconds a key are for attackers; one test holds the real cost."""
    monkeypatch.setattr(archive, "_COST", 2**10)


@pytest.fixture
def full(store: Store, data_dir: Path) -> Store:
    """A city with at least one row in every table."""
    if not (data_dir / "words.key").exists():
        (data_dir / "words.key").write_bytes(KEY)
    heard = hear(store, data_dir, children=40)
    member = people.add_staff(store, "Bu Uji", PASSPHRASE, Role.ADMINISTRATOR)
    people.sign_in(store, "Bu Uji", PASSPHRASE)
    moment = now()
    with store.writing() as connection:
        one = connection.scalar(sa.select(Responses.id).order_by(Responses.id).limit(1))
        alert = connection.scalar(sa.select(Alerts.id))
        of_round = {"round_id": heard.round.id}
        for table, row in (
            (Quarantine, {"response_id": "r", "gathering_code": "UJI", "content_hash": "",
                          "reason": "older", "content": "{}", "talk_to_adult": True,
                          "received_at": moment}),
            (ThemeEvents, {**of_round, "change": "rename", "theme": "tema-1", "name": "Taman é 木",
                           "staff_id": member.id, "made_at": moment}),
            (AlertSteps, {"alert_id": alert, "step": "take", "staff_id": member.id,
                          "made_at": moment}),
            (SampledComments, {**of_round, "response_id": one, "question_key": "cerita",
                               "drawn_from": 20, "drawn_at": moment}),
            (Invitations, {"token_hash": "0" * 64, "name": "Pak Baru", "role": "office",
                           "created_at": moment, "expires_at": moment + timedelta(days=2)}),
            (SignIns, {"staff_id": member.id, "outcome": "good", "address": "192.0.2.1",
                       "tried_at": moment}),
            (RecoveryCodes, {"staff_id": member.id, "code_hash": "1" * 64, "used_at": moment}),
            (Identities, {"issuer": "https://masuk.kota.example", "subject": "1",
                          "staff_id": member.id, "joined_at": moment}),
            (HalfSignIns, {"token_hash": "2" * 64, "staff_id": member.id, "sign_in_id": 1,
                           "expires_at": moment}),
        ):  # fmt: skip
            connection.execute(sa.insert(table).values(row))
        audit.note(connection, member, audit.Event.THEME_CHANGED, theme=1)
        installation.remember(connection, "uji", "ya")
    return store


@pytest.fixture
def somewhere(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[[str], tuple[str, Path]]]:
    """Gives an empty place to restore to: an address and a data folder."""
    with ExitStack() as ends:

        def place(kind: str) -> tuple[str, Path]:
            folder = tmp_path / f"lain-{next(_NUMBERS)}"
            if kind == "sqlite":
                return f"sqlite:///{folder}/suara.db", folder
            server: PostgresServer = request.getfixturevalue("postgres")
            name = f"pulih_{next(_NUMBERS)}"
            ends.callback(server.drop, name)
            return server.create(name), folder

        yield place


def saved(store: Store, data_dir: Path, path: Path) -> backup.Contents:
    return backup.write(store, path, PASSPHRASE, keys=lambda: backup.keys_in(data_dir, {}))


def rows_of(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, by its primary key."""
    with store.reading() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(sa.select(table))), key=repr)
            for table in Table.metadata.sorted_tables
        }


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_row_by_row(
    full: Store, data_dir: Path, tmp_path: Path, somewhere: Callable[..., tuple[str, Path]],
    kind: str,
) -> None:  # fmt: skip
    """B001, B005, B008, B009: from each database into each, nothing changed or left out."""
    before = rows_of(full)
    assert [name for name, rows in before.items() if not rows] == []
    contents = saved(full, data_dir, tmp_path / "a.cadangan")
    url, folder = somewhere(kind)
    progress: list[float] = []
    backup.restore(
        tmp_path / "a.cadangan", PASSPHRASE, url=url, data_dir=folder,
        progress=lambda part, _: progress.append(part),
    )  # fmt: skip
    restored = Store.open(url, data_dir=folder)
    after = rows_of(restored)
    for name in ("staff_sessions", "half_sign_ins"):
        assert after.pop(name) == []
        assert before.pop(name) != []
    assert len(after["audit"]) == len(before["audit"]) + 1
    after["audit"] = [row for row in after["audit"] if "restored" not in row]
    assert after == before
    assert contents.rows == {name: len(rows) for name, rows in before.items()}
    assert progress == sorted(progress)
    for name in ("secret.key", "words.key"):
        assert (folder / name).read_bytes() == (data_dir / name).read_bytes()
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
    assert (audit.verify(restored).fault, audit.verify(full).fault) == (None, None)
    assert audit.verify(restored, noted=contents.last_entry).fault is None
    assert rounds.add(restored, "Putaran baru", 2028).id == 2
    assert people.add_staff(restored, "Bu Baru", PASSPHRASE, Role.OFFICE).id == 2
    restored.close()


def test_one_state_while_people_work(
    store: Store, data_dir: Path, tmp_path: Path, somewhere: Callable[..., tuple[str, Path]]
) -> None:
    """B002: rounds and their log entries are written together; the backup never holds one alone."""
    over = threading.Event()

    def work() -> None:
        while not over.is_set():
            with store.writing() as connection:
                row = {"name": "P", "year": 2027, "demo": False, "created_at": now()}
                connection.execute(sa.insert(Rounds).values(row))
                audit.note(connection, "server", audit.Event.DELETED)
            time.sleep(0.002)  # SQLite gives no turns: who never pauses is the only one to write

    worker = threading.Thread(target=work)
    worker.start()
    try:
        for number in range(5):
            contents = saved(store, data_dir, tmp_path / f"{number}.cadangan")
            done = contents.rows["audit"] - number  # each backup adds an entry of its own
            assert contents.rows["rounds"] == done
    finally:
        over.set()
        worker.join()


@pytest.fixture
def file(sqlite_store: Store, data_dir: Path, tmp_path: Path) -> Path:
    """A backup of several pieces: its words are random, so that they do not shrink."""
    with sqlite_store.writing() as connection:
        installation.remember(connection, "besar", secrets.token_hex(200_000))
    saved(sqlite_store, data_dir, tmp_path / "a.cadangan")
    return tmp_path / "a.cadangan"


def _pieces(whole: bytes) -> tuple[bytes, list[bytes]]:
    start, rest = whole.split(b"\n", 1)
    pieces = []
    while rest:
        size = 4 + int.from_bytes(rest[:4], "big")
        pieces.append(rest[:size])
        rest = rest[size:]
    return start + b"\n", pieces


def _broken_in_every_way(whole: bytes) -> Iterator[bytes]:
    start, pieces = _pieces(whole)
    assert len(pieces) > 3
    for place in (len(start), len(start) + 3, len(start) + 90, len(whole) // 2, len(whole) - 1):
        yield whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        yield whole[:place]
    for kept in range(len(pieces)):
        yield start + b"".join(pieces[:kept])
    yield start + b"".join([pieces[1], pieces[0], *pieces[2:]])
    yield start + b"".join([*pieces[:1], *pieces[2:]])
    yield start + b"".join([*pieces, pieces[-1]])
    yield whole + b"\0"
    yield re.sub(rb'"schema": "[^"]+"', b'"schema": "0002"', whole)
    yield whole.replace(b'"r": 8', b'"r": 9')
    yield whole.replace(b'"n": 1024', b'"n": 1099511627776')
    yield whole.replace(b'"n": 1024', b'"n": -1')
    yield b""
    yield b"\n"
    yield b"{}\n"
    yield b"[]\n"
    yield secrets.token_bytes(5000)


def test_a_file_that_is_not_whole(file: Path, tmp_path: Path) -> None:
    """B003: one changed bit, every cut, pieces in another order, another header: all refused."""
    whole = file.read_bytes()
    folder = tmp_path / "lain"
    for number, spoiled in enumerate(_broken_in_every_way(whole)):
        file.write_bytes(spoiled)
        assert spoiled != whole, number
        with pytest.raises(StoreError) as refused:
            backup.restore(file, PASSPHRASE, url=f"sqlite:///{folder}/suara.db", data_dir=folder)
        assert refused.value.remedy
        assert not folder.exists()
    file.write_bytes(whole)
    assert backup.examine(file, PASSPHRASE).rows["installation"] > 0


def test_another_passphrase(file: Path) -> None:
    """B003: the sentence says both what is likely and what is possible."""
    with pytest.raises(StoreError, match="Kata sandi cadangan salah, atau"):
        backup.examine(file, PASSPHRASE + "!")


def test_nothing_can_be_read(full: Store, data_dir: Path, tmp_path: Path) -> None:
    """B004: neither a child's words nor a name, key or table; mode 0600."""
    path = tmp_path / "a.cadangan"
    saved(full, data_dir, path)
    held = path.read_bytes()
    key = (data_dir / "words.key").read_bytes()
    for word in (SECRET_WORDS.encode(), b"Bu Uji", b"responses", key, full.secret):
        assert word not in held
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_real_cost(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """B004: scrypt as OWASP asks for it, with a salt of its own for every file."""
    monkeypatch.undo()
    salts = set()
    for name in ("a", "b"):
        with archive.created(tmp_path / name, PASSPHRASE, schema="0003", made_at=now()) as writer:
            writer.line(b"{}")
        held = (tmp_path / name).read_bytes()
        assert b'"n": 131072, "r": 8, "p": 1' in held
        salts.add(held.split(b'"salt": ')[1][:20])
    assert len(salts) == 2


def test_keys_that_stood_there_are_put_aside(file: Path, tmp_path: Path, data_dir: Path) -> None:
    """B005, B006: an installation that was merely started gives way; its key stays."""
    folder = tmp_path / "lain"
    url = f"sqlite:///{folder}/suara.db"
    started = Store.open(url, data_dir=folder)
    own = started.secret
    started.close()
    backup.restore(file, PASSPHRASE, url=url, data_dir=folder)
    assert (folder / "secret.key").read_bytes() == (data_dir / "secret.key").read_bytes()
    assert [old.read_bytes() for old in folder.glob("secret.key.*.old")] == [own]


def test_only_into_an_empty_database(file: Path, tmp_path: Path) -> None:
    """B006: one account is enough to be left alone, with its key."""
    folder = tmp_path / "lain"
    url = f"sqlite:///{folder}/suara.db"
    other = Store.open(url, data_dir=folder)
    people.add_staff(other, "Bu Lain", PASSPHRASE, Role.OFFICE)
    before = rows_of(other)
    with pytest.raises(StoreError, match="sudah berisi"):
        backup.restore(file, PASSPHRASE, url=url, data_dir=folder)
    assert rows_of(other) == before
    assert (folder / "secret.key").read_bytes() == other.secret
    assert list(folder.glob("*.old")) == []
    other.close()


def test_a_table_that_does_not_come_out_the_same(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B003: a database that stores something else than it was given keeps nothing of it."""
    folder = tmp_path / "lain"
    url = f"sqlite:///{folder}/suara.db"
    real = backup._values

    def other(*known: object) -> dict[str, object]:
        return {name: "lain" if name == "value" else v for name, v in real(*known).items()}

    monkeypatch.setattr(backup, "_values", other)
    with pytest.raises(StoreError, match="installation tidak tersimpan"):
        backup.restore(file, PASSPHRASE, url=url, data_dir=folder)
    assert list(folder.glob("*.key")) == []
    monkeypatch.undo()
    backup.restore(file, PASSPHRASE, url=url, data_dir=folder)


def test_no_file_is_overwritten(sqlite_store: Store, data_dir: Path, file: Path) -> None:
    """B007: the backup that stands there stays as it is."""
    before = file.read_bytes()
    with pytest.raises(StoreError, match="sudah ada"):
        saved(sqlite_store, data_dir, file)
    assert file.read_bytes() == before


def test_no_half_file_stays(
    sqlite_store: Store, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B007, B009: a disk that fills up leaves neither a file nor the belief that one was made."""

    def full_disk(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(StoreError, match="tidak bisa"):
        saved(sqlite_store, data_dir, tmp_path / "a.cadangan")
    assert list(tmp_path.glob("*cadangan*")) == []
    assert backup.last_backup(sqlite_store) is None
    with pytest.raises(StoreError, match="tidak ada"):
        saved(sqlite_store, data_dir, tmp_path / "tidak-ada" / "a.cadangan")


def test_it_is_remembered(sqlite_store: Store, file: Path) -> None:
    """B009: when, and how many rows; never where to."""
    moment = backup.last_backup(sqlite_store)
    assert moment is not None
    assert now() - moment < timedelta(minutes=1)
    with sqlite_store.reading() as connection:
        facts = connection.scalars(sa.select(audit.Audit.facts)).all()[-1]
    rows = backup.examine(file, PASSPHRASE).all_rows
    kept = set(Table.metadata.tables) - backup.LEFT_OUT
    assert json.loads(facts) == {"rows": rows, "tables": len(kept)}


def test_passphrases(sqlite_store: Store, tmp_path: Path) -> None:
    """B010: sixteen letters at least; an é is an é, however the keyboard makes it."""
    path = tmp_path / "a.cadangan"
    with pytest.raises(StoreError, match="16"):
        backup.write(sqlite_store, path, "kurang-panjang1", keys=dict)
    assert not path.exists()
    backup.write(sqlite_store, path, "kafé di tepi sungai", keys=dict)
    assert backup.examine(path, "kafe\u0301 di tepi sungai").rows


def test_the_key_kept_elsewhere(tmp_path: Path) -> None:
    """B005: a key that comes by the environment is in the backup all the same."""
    (tmp_path / "kunci").write_bytes(KEY)
    named = backup.keys_in(tmp_path, {"SUARA_KEY_FILE": str(tmp_path / "kunci")})
    given = backup.keys_in(tmp_path, {"SUARA_KEY": KEY.decode().strip() + ",k2 BBBB"})
    assert named == {"words.key": KEY}
    assert given == {"words.key": KEY + b"k2 BBBB\n"}
    with pytest.raises(StoreError, match="tidak akan utuh"):
        backup.keys_in(tmp_path, {"SUARA_KEY_FILE": str(tmp_path / "hilang")})


def test_a_newer_backup(tmp_path: Path) -> None:
    """B003: one of a program that knows more is refused, not guessed at."""
    path = tmp_path / "a.cadangan"
    with archive.created(path, PASSPHRASE, schema="0099", made_at=now()) as writer:
        writer.line(b'{"keys":{},"last_entry":""}')
        writer.line(b'{"whole":0}')
    with pytest.raises(StoreError, match="lebih baru"):
        backup.restore(path, PASSPHRASE, url=f"sqlite:///{tmp_path}/b.db", data_dir=tmp_path)


def test_something_to_lose(sqlite_store: Store, data_dir: Path) -> None:
    """B011: a demo round is made again in a minute; children's answers are not."""
    assert not backup.has_something_to_lose(sqlite_store)
    heard = hear(sqlite_store, data_dir, children=10)
    assert backup.has_something_to_lose(sqlite_store)
    with sqlite_store.writing() as connection:
        demo = sa.update(Rounds).where(Rounds.id == heard.round.id).values(demo=True)
        connection.execute(demo)
    assert not backup.has_something_to_lose(sqlite_store)
