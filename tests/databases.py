"""A private PostgreSQL for one test run, started from the system's binaries."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

MISSING = (
    "PostgreSQL is not installed, so its half of the store's tests cannot run. "
    "Install it (Debian: apt-get install postgresql) and start again."
)
_OWNER = "suara"
_START_SECONDS = 30
# What tables, columns, constraints, triggers and rules there are: what a test may have changed.
_SHAPE = """
SELECT (SELECT sum(hashtext(oid::text || relname || relkind::text)::bigint) FROM pg_class
        WHERE relnamespace = 'public'::regnamespace),
       (SELECT sum(hashtext(attrelid::text || attname || atttypid::text || attnum::text)::bigint)
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE relnamespace = 'public'::regnamespace),
       (SELECT sum(hashtext(oid::text || tgname || tgenabled::text)::bigint) FROM pg_trigger
        WHERE NOT tgisinternal),
       (SELECT sum(hashtext(oid::text || conname)::bigint) FROM pg_constraint),
       (SELECT string_agg(version_num, ',') FROM alembic_version)
"""
# Triggers would keep the log from being emptied; every number begins at one again.
_EMPTY = """
DO $$ DECLARE one record; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR one IN SELECT oid::regclass AS name FROM pg_class WHERE relkind = 'r'
      AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version' LOOP
    EXECUTE format('DELETE FROM %s', one.name);
  END LOOP;
  FOR one IN SELECT format('%I.%I', schemaname, sequencename)::regclass AS name
      FROM pg_sequences WHERE last_value IS NOT NULL LOOP
    PERFORM setval(one.name, 1, false);
  END LOOP;
END $$
"""


def binaries() -> Path | None:
    """The folder with `initdb` and `postgres`: on the PATH, or where Debian puts them."""
    folders = [Path(found).parent for found in [shutil.which("initdb")] if found]
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((one for one in folders if (one / "postgres").exists()), None)


class PostgresServer:
    """A server on a Unix socket in its own folder: no port to collide with, nobody else gets in."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lent: dict[str, object] = {}
        self._free: list[str] = []

    def url(self, database: str) -> str:
        """The address of a database, as SUARA_DATABASE_URL would hold it."""
        return f"postgresql://{_OWNER}@/{database}?host={self._folder}"

    def create(self, name: str, *, template: str = "template0") -> str:
        """A new database as a copy of another; return its address."""
        # Since version 15 a copy goes page by page through the log unless told otherwise, which
        # takes twice as long.
        self._do(f'CREATE DATABASE "{name}" TEMPLATE "{template}"', since_15="STRATEGY FILE_COPY")
        return self.url(name)

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        self._do(f'DROP DATABASE "{name}" WITH (FORCE)')

    def lend(self, template: str) -> str:
        """The name of a database that is as ``template``, whose only rows are its version.

        A copy takes 0.2 s of processor, emptying one that was used a tenth of that.
        """
        if self._free:
            return self._free.pop()
        name = f"suara_{len(self._lent)}"
        self.create(name, template=template)
        with psycopg.connect(self.url(name)) as connection:
            self._lent[name] = connection.execute(_SHAPE).fetchone()
        return name

    def take_back(self, name: str) -> None:
        """Empty it for the next; one that a test has changed in its shape is dropped."""
        self.cut(name)
        with suppress(psycopg.Error), psycopg.connect(self.url(name)) as connection:
            if self._lent[name] == connection.execute(_SHAPE).fetchone():
                connection.execute(_EMPTY)
                connection.commit()
                self._free.append(name)
                return
        self.drop(name)

    def cut(self, name: str) -> None:
        """End every connection to a database, as a restart of the server would."""
        self._do(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname = '{name}' AND pid <> pg_backend_pid()"
        )

    def _do(self, statement: str, *, since_15: str = "") -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if connection.info.server_version >= 150_000:
                statement = f"{statement} {since_15}"
            connection.execute(statement)

    def answers(self) -> bool:
        """Whether it takes connections yet."""
        try:
            psycopg.connect(self.url("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def postgres_server(programs: Path, *, durable: bool = False) -> Iterator[PostgresServer]:
    """Start a server, and stop it and remove its folder at the end.

    Unless ``durable`` it syncs nothing to disk: the tests kill our own process, never the machine.
    """
    folder = Path(tempfile.mkdtemp(prefix="suara-pg-", dir="/tmp"))
    become = _another_user(folder)
    data = folder / "data"
    where = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    setup = ["--auth=trust", f"--username={_OWNER}", "--encoding=UTF8", "--locale=C", "--no-sync"]
    subprocess.run([*become, programs / "initdb", f"--pgdata={data}", *setup], check=True, **where)
    fast = ["fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=60"]
    chosen = fast[-1:] if durable else fast
    options = [part for one in chosen for part in ("-c", one)]
    listen = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}"]
    server = subprocess.Popen(
        [*become, programs / "postgres", "-D", data, *options, *listen], **where
    )
    try:
        yield _wait_for(PostgresServer(folder), server)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=_START_SECONDS)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(server: PostgresServer, process: subprocess.Popen[bytes]) -> PostgresServer:
    deadline = time.monotonic() + _START_SECONDS
    while not server.answers():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("the private PostgreSQL did not start")
        time.sleep(0.05)
    return server


def _another_user(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root: then `postgres` or `nobody` runs it and owns the folder.

    `--pdeathsig` ends it with the tests even when these are killed.
    """
    if os.geteuid() != 0:
        return []
    names = {one.pw_name: one for one in pwd.getpwall()}
    user = names.get("postgres") or names["nobody"]
    os.chown(folder, user.pw_uid, user.pw_gid)
    return [
        "setpriv",
        f"--reuid={user.pw_uid}",
        f"--regid={user.pw_gid}",
        "--clear-groups",
        "--pdeathsig=INT",
    ]
