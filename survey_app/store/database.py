"""Opening the database: SQLite in the data folder, or PostgreSQL by one address."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.engine import URL, Connection, Engine

from survey_app.errors import StoreError
from survey_app.settings import Settings
from survey_app.store import schema
from survey_app.store.keys import KEY_FILE, KeyPlace
from survey_app.store.vault import Vault

SECRET_FILE = "secret.key"  # noqa: S105  a file name
BUSY_SECONDS = 5  # the tablets give up on a post after 5 s and try again (DESIGN.md section 3)
INTAKE_LOCK = 5_283_002  # held while responses are stored or withdrawn, see `intake`
_POSTGRES_NAMES = ("postgresql", "postgres")
# A line that went dead is noticed in seconds, and a server process that froze in the middle of a
# transaction does not hold up the others: nobody is acknowledged meanwhile, tablets try again.
_POSTGRES_LINE = {
    "connect_timeout": BUSY_SECONDS,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # milliseconds
    "options": f"-c lock_timeout={BUSY_SECONDS}s -c idle_in_transaction_session_timeout=30s"
    " -c timezone=UTC",
}


class RowRefusedError(StoreError):
    """The database is well but will not take this row."""


class Store:
    """The database of one installation, and the secret that makes its tickets and return words.

    Attributes: ``engine`` for reading and writing through ``reading`` and ``writing``; ``secret``,
    32 bytes that never leave ``data_dir``; ``key_place``, where the keys of the ``vault`` are;
    ``two_step_time``, how long an account that needs a second step may work without it.
    """

    def __init__(self, engine: Engine, secret: bytes, key_place: KeyPlace) -> None:
        self.engine = engine
        self.secret = secret
        self.key_place = key_place
        self.two_step_time = timedelta(days=Settings().two_step_days)
        self._vault: Vault | None = None
        self._writing_engine = engine.execution_options(suara_writing=True)

    @classmethod
    def of(cls, chosen: Settings) -> "Store":
        """Open the database of an installation."""
        store = cls.open(chosen.url, data_dir=chosen.data_dir, key_place=key_place(chosen))
        store.two_step_time = timedelta(days=chosen.two_step_days)
        return store

    @classmethod
    def open(cls, url: str, *, data_dir: Path, key_place: KeyPlace | None = None) -> "Store":
        """Open the database at ``url``, bring it to the newest shape, and unlock its words.

        Raises ``StoreError`` when it cannot be reached, is newer than this program, the folder
        cannot be written, or the key to what children wrote is not there.
        """
        from survey_app.store import unlocking  # which works on an open store

        secret = _secret(data_dir)
        store = cls(_engine(_address(url)), secret, key_place or KeyPlace(data_dir / KEY_FILE))
        try:
            with speaking_plainly(store.engine):
                schema.upgrade(store.engine)
            store._vault = unlocking.unlock(store)
            unlocking.seal_what_is_plain(store)
        except BaseException:
            store.close()
            raise
        return store

    @property
    def vault(self) -> Vault:
        """What seals and opens the words of children."""
        assert self._vault is not None, "the store has not been unlocked"  # noqa: S101
        return self._vault

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the database; nothing is changed."""
        with speaking_plainly(self.engine), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Like ``reading``, but what others write between two questions is not seen.

        SQLite reads so anyway; PostgreSQL only when it is told to.
        """
        engine = self.engine
        if engine.dialect.name == "postgresql":
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        with speaking_plainly(engine), engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, *, lock: int | None = None) -> Iterator[Connection]:
        """One transaction: everything in it happens, or nothing.

        SQLite has one writer at a time anyway and takes its turn at the start (BEGIN IMMEDIATE),
        so that two processes never meet in the middle. On PostgreSQL ``lock`` names what must not
        be done by two transactions at once.
        """
        with speaking_plainly(self.engine), self._writing_engine.begin() as connection:
            if lock is not None and connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(lock)))
            if self._vault:
                self._vault.refresh()  # here, where nobody else writes: see `unlocking.rotate`
            yield connection

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """A connection outside any transaction, for statements that refuse to be in one."""
        options: dict[str, Any] = {"suara_alone": True}
        if self.engine.dialect.name == "postgresql":
            options["isolation_level"] = "AUTOCOMMIT"
        with speaking_plainly(self.engine), self.engine.connect() as connection:
            yield connection.execution_options(**options)


def key_place(chosen: Settings) -> KeyPlace:
    """Where this installation is told to find its keys."""
    return KeyPlace(chosen.key_file or chosen.data_dir / KEY_FILE, chosen.key)


def engine_at(url: str) -> Engine:
    """The database as it stands, not brought to the newest shape: for restoring a backup."""
    return _engine(_address(url))


def insert_for(connection: Connection) -> Callable[..., Any]:
    """The dialect's own ``insert``: both know ``on_conflict_do_nothing`` and ``..._do_update``."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as insert_postgres

        return insert_postgres
    from sqlalchemy.dialects.sqlite import insert as insert_sqlite

    return insert_sqlite


def now() -> datetime:
    """This moment in UTC."""
    return datetime.now(UTC)


@contextmanager
def speaking_plainly(engine: Engine) -> Iterator[None]:
    """Turn what a database driver says into one sentence and a remedy.

    The driver's own words are cut off (``from None``): PostgreSQL repeats the row it refused, and
    a child's words must not reach a log.
    """
    try:
        yield
    except exc.DBAPIError as error:
        raise _plain(engine, error) from None
    except exc.TimeoutError:
        raise StoreError(
            "Basis data terlalu sibuk.", remedy="Tunggu sebentar, lalu coba lagi."
        ) from None


def _plain(engine: Engine, error: exc.DBAPIError) -> StoreError:
    said = str(error.orig).lower()
    place = engine.url.render_as_string(hide_password=True)
    for signs, sentence, remedy in (
        (
            ("disk is full", "no space left", "disk full"),
            "Penyimpanan penuh: basis data tidak bisa menulis.",
            "Kosongkan ruang di disk, lalu coba lagi. Jawaban anak tetap aman di tablet.",
        ),
        (
            ("readonly database", "read-only"),
            f"Basis data {place} hanya bisa dibaca.",
            "Beri izin tulis pada folder data untuk akun yang menjalankan Suara Anak.",
        ),
        (
            ("locked", "lock timeout", "deadlock", "could not serialize"),
            "Basis data sedang dipakai proses lain.",
            "Tunggu sebentar, lalu coba lagi.",
        ),
        (
            ("malformed", "not a database"),
            f"Berkas basis data {place} rusak.",
            "Pulihkan cadangan terakhir ke folder baru: suara restore (docs/backup.md).",
        ),
        (
            ("unable to open", "connection", "connect", "terminat", "server closed"),
            f"Basis data {place} tidak bisa dihubungi.",
            "Periksa SUARA_DATABASE_URL dan SUARA_DATA_DIR, dan apakah PostgreSQL berjalan.",
        ),
    ):
        if any(sign in said for sign in signs):
            return StoreError(sentence, remedy=remedy)
    kind = type(error.orig).__name__
    return RowRefusedError(
        f"Basis data menolak perubahan ({kind}).", remedy="Jalankan `suara check`, lalu coba lagi."
    )


def _address(url: str) -> URL:
    try:
        address = sa.make_url(url)
    except exc.ArgumentError:
        address = None
    if address is None or address.get_backend_name() not in ("sqlite", *_POSTGRES_NAMES):
        raise StoreError(
            "SUARA_DATABASE_URL bukan alamat basis data yang dikenal.",
            remedy="Pakai sqlite:////folder/suara.db atau postgresql://nama@server/suara.",
        )
    if address.get_backend_name() in _POSTGRES_NAMES:
        return address.set(drivername="postgresql+psycopg")
    if address.database in (None, "", ":memory:"):
        raise StoreError(
            "Basis data SQLite di memori hilang begitu aplikasi berhenti.",
            remedy="Sebut sebuah berkas: sqlite:////folder/suara.db.",
        )
    return address


def _engine(address: URL) -> Engine:
    # hide_parameters: a child's words must not reach a log through an error message.
    if address.get_backend_name() == "sqlite":
        engine = sa.create_engine(
            address,
            hide_parameters=True,
            pool_size=8,
            max_overflow=8,
            connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        return sa.create_engine(
            address,
            hide_parameters=True,
            pool_size=8,
            max_overflow=8,
            pool_pre_ping=True,
            connect_args=_POSTGRES_LINE,
        )
    except ModuleNotFoundError:
        raise StoreError(
            "Pendukung PostgreSQL belum terpasang.", remedy="Pasang: pip install psycopg[binary]."
        ) from None


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where we say, see _begin_sqlite
    cursor = connection.cursor()
    # In a new file before anything else. Not in one that is there: it would wait for every writer.
    if not cursor.execute("PRAGMA page_count").fetchone()[0]:
        cursor.execute("PRAGMA auto_vacuum=INCREMENTAL")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")  # an acknowledged answer survives a power cut
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")  # withdrawn words are overwritten, not only unlinked
    cursor.execute("PRAGMA cache_size=-65536")  # 64 MiB: the theme page reads 10,000 comments
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get("suara_alone"):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("suara_writing") else "BEGIN")


def _secret(data_dir: Path) -> bytes:
    """The installation's secret, made at the first start, readable by its owner only."""
    path = data_dir / SECRET_FILE
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)  # children's words live here
        if not path.exists():
            _write_secret(path)
        secret = path.read_bytes()
    except OSError as error:
        raise StoreError(
            f"Folder data {data_dir} tidak bisa dipakai ({type(error).__name__}).",
            remedy="Beri izin tulis pada folder itu, atau pilih folder lain dengan SUARA_DATA_DIR.",
        ) from None
    if len(secret) < 32:
        raise StoreError(
            f"Berkas {path} rusak.", remedy="Kembalikan dari cadangan; jangan membuat yang baru."
        )
    return secret


def _write_secret(path: Path) -> None:
    """Write whole or not at all, so that two processes starting together share one secret."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(32))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
