"""One file that holds everything, made while people work, and an installation made anew from it.

The rows come as lines of JSON from one state of the database, the same from SQLite and PostgreSQL,
after the key files of the installation. Each table ends with its number of rows and their digest;
both are compared in the new database before anything of it counts. Who is signed in is left out.
"""

import json
import os
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

from survey_app.errors import StoreError
from survey_app.store import archive, audit, installation, schema
from survey_app.store.archive import Archive, Writer
from survey_app.store.columns import UtcDateTime
from survey_app.store.database import SECRET_FILE, Store, engine_at, now, speaking_plainly
from survey_app.store.tables import Gatherings, Responses, Rounds

KEY_FILES = (SECRET_FILE, "words.key")
LEFT_OUT = frozenset({"alembic_version", "staff_sessions"})
# An installation that was only started holds no more than these.
_OF_EVERY_START = frozenset({"audit", "installation"})
_LAST = "last_backup"
_BATCH = 500
Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup holds: rows by table, key files, and the last hash of the log."""

    schema: str
    made_at: datetime
    rows: Mapping[str, int]
    keys: Mapping[str, bytes]
    last_entry: str

    @property
    def all_rows(self) -> int:
        """The rows of all tables together."""
        return sum(self.rows.values())


class _Digest:
    """How many rows, and the sum of their hashes: the same in whatever order they come."""

    def __init__(self) -> None:
        self.rows, self._sum = 0, 0

    def add(self, line: bytes) -> None:
        self.rows += 1
        self._sum += int.from_bytes(sha256(line).digest(), "big")

    def told(self) -> dict[str, int | str]:
        return {"rows": self.rows, "digest": f"{self._sum % 2**256:064x}"}


def keys_in(data_dir: Path, environment: Mapping[str, str]) -> dict[str, bytes]:
    """The key files of an installation, also where the key of words is kept elsewhere."""
    files = {name: data_dir / name for name in KEY_FILES if (data_dir / name).exists()}
    if elsewhere := environment.get("SUARA_KEY_FILE"):
        files["words.key"] = Path(elsewhere)
    try:
        found = {name: path.read_bytes() for name, path in files.items()}
    except OSError as error:
        raise StoreError(
            f"Berkas kunci tidak bisa dibaca ({type(error).__name__}): cadangan tidak akan utuh.",
            remedy="Jalankan sebagai akun yang menjalankan Suara Anak; periksa SUARA_KEY_FILE.",
        ) from None
    if given := environment.get("SUARA_KEY"):
        found["words.key"] = given.replace(",", "\n").strip().encode() + b"\n"
    return found


def write(
    store: Store,
    path: Path,
    passphrase: str,
    *,
    keys: Callable[[], Mapping[str, bytes]],
    progress: Progress = lambda fraction, step: None,
) -> Contents:
    """Write a backup and read it back; only then it has its name, and counts as one.

    ``keys`` reads the key files once it is settled which rows go in: a key that is made meanwhile
    comes first, and then what it seals. Raises ``StoreError`` where ``path`` exists, cannot be
    written, or the passphrase is too short.
    """
    if path.exists():
        raise StoreError(f"Berkas {path} sudah ada.", remedy="Pilih nama lain.")
    if not path.absolute().parent.is_dir():
        raise StoreError(f"Folder {path.parent} tidak ada.", remedy="Periksa namanya.")
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with store.snapshot() as connection:
            made_at, shape = now(), schema.current(connection) or ""
            with archive.created(draft, passphrase, schema=shape, made_at=made_at) as writer:
                _write_all(connection, writer, keys(), progress)
        contents = _examined(writer.archive)
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    with store.writing() as connection:
        installation.remember(connection, _LAST, made_at.isoformat())
        facts = {"tables": len(contents.rows), "rows": contents.all_rows}
        audit.note(connection, audit.COMMAND_LINE, audit.Event.BACKED_UP, **facts)
    return contents


def examine(path: Path, passphrase: str) -> Contents:
    """Read a backup to its end; raise ``StoreError`` where it is not whole."""
    return _examined(archive.unlock(path, passphrase))


def restore(
    path: Path,
    passphrase: str,
    *,
    url: str,
    data_dir: Path,
    progress: Progress = lambda fraction, step: None,
) -> Contents:
    """Make an empty database and its key files from a backup: all of it, or nothing.

    Key files that stand in ``data_dir`` are put aside, not overwritten. Raises ``StoreError`` where
    the file is not whole, or the database holds anything.
    """
    opened = archive.unlock(path, passphrase)
    contents = _examined(opened)
    engine = engine_at(url)
    try:
        with speaking_plainly(engine), _placed(data_dir, contents.keys):
            _shape(engine, contents.schema)
            with engine.execution_options(suara_writing=True).begin() as connection:
                _fill(connection, opened, progress)
            schema.upgrade(engine)
    finally:
        engine.dispose()
    _note_restored(url, data_dir, contents)
    return contents


def last_backup(store: Store) -> datetime | None:
    """When the last backup was made, or None."""
    with store.reading() as connection:
        found = installation.recall(connection, _LAST)
    return datetime.fromisoformat(found.value) if found else None


def has_something_to_lose(store: Store) -> bool:
    """Whether any child has answered, in a round that is no demo."""
    real = (
        sa.select(Responses.id)
        .join(Gatherings, Gatherings.id == Responses.gathering_id)
        .join(Rounds, Rounds.id == Gatherings.round_id)
        .where(sa.not_(Rounds.demo))
    )
    with store.reading() as connection:
        return bool(connection.scalar(sa.select(real.exists())))


def _write_all(
    connection: Connection, writer: Writer, keys: Mapping[str, bytes], progress: Progress
) -> None:
    tables = _tables(connection)
    packed = {name: b64encode(key).decode() for name, key in keys.items()}
    writer.line(_json({"keys": packed, "last_entry": audit.last_hash(connection)}))
    for number, table in enumerate(tables):
        progress(number / len(tables), table.name)
        columns = table.columns.keys()
        writer.line(_json({"table": table.name, "columns": columns}))
        digest = _Digest()
        for line in _rows(connection, table, columns):
            digest.add(line)
            writer.line(line)
        writer.line(_json({"end": table.name, **digest.told()}))
    writer.line(_json({"whole": len(tables)}))


def _examined(opened: Archive) -> Contents:
    """Everything checked that can be without a database."""
    lines = opened.lines()
    start = json.loads(next(lines))
    rows = {name: sum(1 for _ in found) for name, _, found in _tables_told(lines)}
    return Contents(
        opened.header.schema,
        opened.header.made_at,
        rows,
        {name: b64decode(start["keys"][name]) for name in KEY_FILES if name in start["keys"]},
        start["last_entry"],
    )


def _tables_told(lines: Iterator[bytes]) -> Iterator[tuple[str, list[str], Iterator[bytes]]]:
    """Each table of a backup: name, columns, rows. The rows are to be read to their end."""
    for number, line in enumerate(lines):
        told = json.loads(line)
        if "whole" in told:
            if told["whole"] == number and next(lines, None) is None:
                return
            break
        yield told["table"], told["columns"], _rows_told(lines, told["table"])
    raise _unlike()


def _rows_told(lines: Iterator[bytes], table: str) -> Iterator[bytes]:
    digest = _Digest()
    for line in lines:
        if line.startswith(b"{"):
            if json.loads(line) != {"end": table, **digest.told()}:
                break
            return
        digest.add(line)
        yield line
    raise _unlike()


def _shape(engine: Engine, wanted: str) -> None:
    """Give an empty database the shape the backup has; it is brought to the newest afterwards."""
    with engine.connect() as connection:
        standing = schema.current(connection)
        for revision in (standing, wanted):
            schema.refuse_unknown(revision)
        if any(_holds_rows(connection, table) for table in _tables(connection)):
            raise StoreError(
                "Basis data tujuan sudah berisi.",
                remedy="Pulihkan ke basis data kosong: folder SUARA_DATA_DIR atau "
                "SUARA_DATABASE_URL yang baru.",
            )
    if standing is not None:
        schema.downgrade(engine, "base")
    schema.upgrade(engine, wanted)


def _holds_rows(connection: Connection, table: sa.Table) -> bool:
    if table.name in _OF_EVERY_START:
        return False
    return bool(connection.scalar(sa.select(sa.select(sa.literal(1)).select_from(table).exists())))


def _fill(connection: Connection, opened: Archive, progress: Progress) -> None:
    tables = {table.name: table for table in _tables(connection)}
    lines = opened.lines()
    next(lines)  # the keys have their place already
    for number, (name, columns, rows) in enumerate(_tables_told(lines)):
        progress(number / len(tables), name)
        table, given, stored = tables[name], _Digest(), _Digest()
        while batch := list(islice(rows, _BATCH)):
            for line in batch:
                given.add(line)
            connection.execute(sa.insert(table), [_values(table, columns, line) for line in batch])
        for line in _rows(connection, table, columns):
            stored.add(line)
        if stored.told() != given.told():
            raise StoreError(
                f"Tabel {name} tidak tersimpan seperti di cadangan.",
                remedy="Tidak ada yang dipulihkan. Laporkan kepada pembuat aplikasi.",
            )
        _go_on_counting(connection, table)


def _go_on_counting(connection: Connection, table: sa.Table) -> None:
    """PostgreSQL numbers new rows by a counter of its own, which knows nothing of these."""
    if connection.dialect.name != "postgresql" or "id" not in table.columns:
        return
    counter = connection.scalar(sa.select(sa.func.pg_get_serial_sequence(table.name, "id")))
    highest = connection.scalar(sa.select(sa.func.max(table.c.id)))
    if counter and highest:
        connection.execute(sa.select(sa.func.setval(counter, highest)))


def _tables(connection: Connection) -> list[sa.Table]:
    """The tables as they stand, in the order in which rows can be put in."""
    found = sa.MetaData()
    event.listen(found, "column_reflect", _moments_in_utc)
    found.reflect(connection, only=lambda name, _: name not in LEFT_OUT)
    return found.sorted_tables


def _moments_in_utc(_inspector: object, _table: object, column: Any) -> None:
    if isinstance(column["type"], sa.DateTime):
        column["type"] = UtcDateTime()


def _rows(connection: Connection, table: sa.Table, columns: Sequence[str]) -> Iterator[bytes]:
    wanted = sa.select(*(table.c[name] for name in columns)).execution_options(yield_per=_BATCH)
    with connection.execute(wanted) as found:
        for row in found:
            yield _json([one.isoformat() if isinstance(one, datetime) else one for one in row])


def _values(table: sa.Table, columns: Sequence[str], line: bytes) -> dict[str, Any]:
    row = dict(zip(columns, json.loads(line), strict=True))
    for name, value in row.items():
        if value is not None and isinstance(table.c[name].type, UtcDateTime):
            row[name] = datetime.fromisoformat(value)
    return row


@contextmanager
def _placed(data_dir: Path, keys: Mapping[str, bytes]) -> Iterator[None]:
    """The key files in their place; where what follows fails, all is as it was."""
    made: list[Path] = []
    aside: list[tuple[Path, Path]] = []
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name, key in keys.items():
            path = data_dir / name
            if path.exists() and path.read_bytes() == key:
                continue
            if path.exists():
                old = path.with_name(f"{name}.{now():%Y%m%d%H%M%S}.old")
                path.rename(old)
                aside.append((old, path))
            made.append(path)
            with os.fdopen(
                os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
            ) as file:
                file.write(key)
        yield
    except BaseException as error:
        for path in made:
            path.unlink(missing_ok=True)
        for old, path in aside:
            old.rename(path)
        if isinstance(error, OSError):
            raise StoreError(
                f"Folder data {data_dir} tidak bisa dipakai ({type(error).__name__}).",
                remedy="Beri izin tulis pada folder itu, atau pilih yang lain: SUARA_DATA_DIR.",
            ) from None
        raise


def _note_restored(url: str, data_dir: Path, contents: Contents) -> None:
    store = Store.open(url, data_dir=data_dir)
    try:
        with store.writing() as connection:
            facts = {"tables": len(contents.rows), "rows": contents.all_rows}
            audit.note(connection, audit.COMMAND_LINE, audit.Event.RESTORED, **facts)
    finally:
        store.close()


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _unlike() -> StoreError:
    return StoreError("Isi cadangan tidak cocok dengan daftarnya.", remedy="Pakai cadangan lain.")
