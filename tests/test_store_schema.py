"""Promises of the database's shape and of opening it.

S001  The steps lead from an empty database to the newest shape and back, on both databases.
S002  The tables in the code are the tables in the database.
S003  A database newer than the program is left alone, with a sentence that says so.
S004  What cannot be opened is said in one sentence with the remedy, never as a traceback.
S005  The secret is made once, for its owner only; two servers that start together share it.
S006  SQLite commits durably, checks foreign keys and overwrites what is deleted.
S007  No word of a row reaches an error.
"""

import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from databases import PostgresServer
from reading import read_round
from tablet import Tablet

from survey_app.errors import StoreError
from survey_app.gathering import Gathering
from survey_app.people import Role
from survey_app.store import Store, database, people, schema, standing, themes
from survey_app.store.database import now
from survey_app.store.responses import Intake
from survey_app.store.tables import Answers, Gatherings, Responses, Staff, Table


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without a single table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/kosong.db"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    yield server.create("kosong")
    server.drop("kosong")


def _tables(store: Store) -> set[str]:
    with store.reading() as connection:
        return set(sa.inspect(connection).get_table_names()) - {"alembic_version"}


def test_empty_to_head_and_back(empty_url: str, tmp_path: Path) -> None:
    """S001: every step up, every step down, and up again."""
    store = Store.open(empty_url, data_dir=tmp_path)
    assert _tables(store) == set(Table.metadata.tables)
    schema.downgrade(store.engine, "base")
    assert _tables(store) == set()
    schema.upgrade(store.engine)
    assert _tables(store) == set(Table.metadata.tables)
    store.close()


def test_themes_of_before_last(store: Store, intake: Intake, gathering: Gathering) -> None:
    """S001: themes found by an older version keep their address and are shown as they were."""
    intake.submit([Tablet(store, gathering).envelope()]).result(timeout=20)
    read_round(store, gathering.round_id)
    before = themes.all_themes(store, gathering.round_id)
    schema.downgrade(store.engine, "0001")
    schema.upgrade(store.engine)
    assert themes.all_themes(store, gathering.round_id) == before
    assert len(standing.standing_themes(store, gathering.round_id)) == len(before) == 2


def test_what_children_wrote_outlives_the_steps(
    store: Store, intake: Intake, gathering: Gathering
) -> None:
    """S001: taking the shape back and forth loses no answer, response, gathering or account."""
    people.add_staff(store, "Petugas", "payung-lumut-genteng", Role.TASK_FORCE)
    intake.submit([Tablet(store, gathering).envelope()]).result(timeout=20)
    before = _rows(store)
    schema.downgrade(store.engine, "0002")
    schema.upgrade(store.engine)
    assert _rows(store) == before
    assert all(before.values())


def _rows(store: Store) -> dict[str, int]:
    with store.reading() as connection:
        return {
            table.__tablename__: connection.scalar(sa.select(sa.func.count()).select_from(table))
            for table in (Answers, Responses, Gatherings, Staff)
        }


def test_code_and_database_agree(store: Store) -> None:
    """S002: alembic finds nothing to change."""
    with store.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, Table.metadata) == []


def test_two_servers_start_on_an_empty_database(empty_url: str, tmp_path: Path) -> None:
    """S001, S005: both open it, the steps run once, and both hold the same secret."""
    opened: list[Store] = []
    failed: list[BaseException] = []
    together = threading.Barrier(4)

    def start() -> None:
        together.wait()
        try:
            opened.append(Store.open(empty_url, data_dir=tmp_path / "data"))
        except BaseException as error:
            failed.append(error)

    servers = [threading.Thread(target=start) for _ in range(4)]
    for server in servers:
        server.start()
    for server in servers:
        server.join()
    assert failed == []
    assert len({store.secret for store in opened}) == 1
    for store in opened:
        store.close()


def test_a_newer_database_is_left_alone(store: Store, database_url: str, data_dir: Path) -> None:
    """S003: the sentence names the schema, and nothing is changed."""
    with store.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="lebih baru"):
        Store.open(database_url, data_dir=data_dir)
    with store.reading() as connection:
        assert schema.current(connection) == "9999"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "bukan alamat"),
        ("mysql://x/y", "bukan alamat"),
        ("omong kosong", "bukan alamat"),
        ("sqlite://", "memori"),
        ("sqlite:////tidak/ada/folder/suara.db", "tidak bisa dihubungi"),
        ("postgresql://a:rahasia@127.0.0.1:1/x", "tidak bisa dihubungi"),
    ],
)
def test_what_cannot_be_opened_is_said_plainly(tmp_path: Path, url: str, says: str) -> None:
    """S004: an address that is none, a folder or a server that is not there; no password shown."""
    with pytest.raises(StoreError, match=says) as refused:
        Store.open(url, data_dir=tmp_path)
    assert "rahasia" not in str(refused.value)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    """S004: a damaged file asks for the backup."""
    (tmp_path / "suara.db").write_bytes(b"bukan basis data" * 4096)
    with pytest.raises(StoreError, match="rusak"):
        Store.open(f"sqlite:///{tmp_path}/suara.db", data_dir=tmp_path)


def test_a_data_folder_that_cannot_be_used(tmp_path: Path) -> None:
    """S004: a file stands where the folder should be."""
    (tmp_path / "data").write_text("")
    with pytest.raises(StoreError, match="SUARA_DATA_DIR"):
        Store.open(f"sqlite:///{tmp_path}/suara.db", data_dir=tmp_path / "data")


def _write(store: Store, *statements: str) -> None:
    with store.writing(lock=1) as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


def test_a_read_only_database(sqlite_store: Store) -> None:
    """S004: writing to it names the remedy. (`query_only`: root may write to any file.)"""
    with pytest.raises(StoreError, match="hanya bisa dibaca"):
        _write(sqlite_store, "PRAGMA query_only=ON", "DELETE FROM rounds")
    sqlite_store.engine.dispose()


def test_a_full_disk(sqlite_store: Store) -> None:
    """S004: SQLite's own limit of pages stands for the end of the disk."""
    large = "CREATE TABLE large AS SELECT randomblob(1000000)"
    with pytest.raises(StoreError, match="penuh"):
        _write(sqlite_store, "PRAGMA max_page_count=1", large)
    sqlite_store.engine.dispose()


def test_a_locked_database(
    store: Store, database_url: str, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S004: somebody else holds it for longer than a tablet waits."""
    monkeypatch.setattr("survey_app.store.database.BUSY_SECONDS", 1)
    monkeypatch.setitem(database._POSTGRES_LINE, "options", "-c lock_timeout=1s")
    impatient = Store.open(database_url, data_dir=data_dir)
    with store.writing(lock=1), pytest.raises(StoreError, match="dipakai"):
        _write(impatient)
    impatient.close()


def test_the_secret_is_for_its_owner(store: Store, data_dir: Path) -> None:
    """S005: mode 0600, 32 bytes, the same after a restart."""
    file = data_dir / "secret.key"
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600
    assert file.read_bytes() == store.secret
    assert len(store.secret) == 32
    assert sorted(one.name for one in data_dir.iterdir()) == ["secret.key", "words.key"]


def test_a_damaged_secret_is_not_replaced(store: Store, database_url: str, data_dir: Path) -> None:
    """S005: a new one would lock every child out of their answers."""
    (data_dir / "secret.key").write_bytes(b"pendek")
    with pytest.raises(StoreError, match="cadangan"):
        Store.open(database_url, data_dir=data_dir)


def test_sqlite_is_durable(sqlite_store: Store) -> None:
    """S006: WAL, synchronous FULL (2), foreign keys and secure delete on."""
    with sqlite_store.reading() as connection:
        values = {
            name: connection.scalar(sa.text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
    assert values == expected


def test_a_row_stays_out_of_errors(store: Store) -> None:
    """S007: the refused row is in no sentence and no cause of the error."""
    row = {"id": "r", "gathering_id": 99, "content": "kata anak", "language": "id", "mode": "child"}
    flags = dict.fromkeys(("finished", "assent", "complete", "talk_to_adult", "needs_help"), False)
    moments = {"first_heard_at": now(), "heard_at": now()}
    values = {"content_hash": "", "revision": 1, **row, **flags, **moments}

    def write() -> None:
        with store.writing() as connection:
            connection.execute(sa.insert(Responses).values(values))

    with pytest.raises(StoreError) as refused:
        write()
    assert "kata anak" not in repr(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__
