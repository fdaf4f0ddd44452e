"""Opening the vault: which keys a database needs, and what happens where one is not there.

An empty database gets a key made for it; one that knows a key is never opened without it.
What an older version kept as it was typed is sealed before anything else happens.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from survey_app.errors import StoreError
from survey_app.store import audit, installation, sealing
from survey_app.store.audit import Event
from survey_app.store.database import INTAKE_LOCK, Store
from survey_app.store.keys import KeyPlace
from survey_app.store.ledger import content_mark
from survey_app.store.tables import Quarantine, Responses
from survey_app.store.vault import Vault, key_name, missing_key, new_key

_KNOWN = "key:"  # with its name: a text sealed with it, which only that key opens
_SEALED_WITH = "words_sealed_with"  # the key of every text, once a pass found no other
_BACKUP = "key_backup"  # the key whose sheet somebody has typed back
_HASHES = "content_hashes_keyed"
_BY = "command line"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """How the words are kept: ``stale`` texts wait for the newest key."""

    name: str
    backup_confirmed_at: datetime | None
    stale: int


def unlock(store: Store) -> Vault:
    """The vault of this database; raise ``StoreError`` where a key it needs is missing."""
    place = store.key_place
    with store.reading() as connection:
        known = installation.recall_all(connection, _KNOWN)
    if not known and not place.read():
        place.add(new_key())
    vault = _vault(place, known)
    if vault.current not in known:
        _make_known(store, vault)
    return vault


def seal_what_is_plain(store: Store) -> None:
    """Once, for a database of an older version: seal its words, and leave no plain copy behind."""
    with store.reading() as connection:
        if installation.recall(connection, _SEALED_WITH):
            return
        plain = sealing.count_stale(connection, store.vault)
    _key_the_hashes(store)
    if plain and sealing.seal_again(store, pause=False):
        _sweep_if_free(store)
    _settle(store)


def _key_the_hashes(store: Store) -> None:
    """Hashes of contents as they came would let anybody try out answers on them."""
    with store.writing(lock=INTAKE_LOCK) as connection:
        if installation.recall(connection, _HASHES):
            return
        for table in (Responses, Quarantine):
            rows = connection.execute(
                sa.select(table.id, table.content_hash).where(table.content_hash != "")
            ).all()
            if rows:
                connection.execute(
                    sa.update(table)
                    .where(table.id == sa.bindparam("row"))
                    .values(content_hash=sa.bindparam("mark")),
                    [{"row": one, "mark": content_mark(store.secret, said)} for one, said in rows],
                )
        installation.remember(connection, _HASHES, "yes")


def _sweep_if_free(store: Store) -> None:
    try:
        sealing.sweep(store)
    except StoreError as error:
        _log.warning("Older copies of what was sealed were not overwritten: %s", error)


def status(store: Store, *, count: bool = True) -> KeyStatus:
    """The key in use, whether its backup was confirmed, and (slow) what is not sealed with it."""
    name = store.vault.current
    with store.reading() as connection:
        backup = installation.recall(connection, _BACKUP)
        known_fresh = not count and _is_settled(connection, store.vault)
        stale = 0 if known_fresh else sealing.count_stale(connection, store.vault)
    confirmed = backup.changed_at if backup and backup.value == name else None
    return KeyStatus(name, confirmed, stale)


def rotate(store: Store, *, progress: Callable[[int], None] | None = None) -> int:
    """A new key, and everything sealed with it; return how many texts were.

    Where an earlier change was cut short it is finished and no further key is made. Children can
    go on answering. Afterwards the database needs the new key only; the old ones stay in the file
    for the backups made with them.
    """
    with store.writing(lock=INTAKE_LOCK) as connection:
        if _is_settled(connection, store.vault):
            _take_next_key(store)
            _know(connection, store.vault)
            audit.note(connection, _BY, Event.KEY_CHANGED, key=store.vault.current, step="made")
    sealed = sealing.seal_again(store, progress=progress)
    _settle(store)
    return sealed


def confirm_backup(store: Store) -> None:
    """Remember that somebody holds the sheet of the key in use."""
    with store.writing() as connection:
        installation.remember(connection, _BACKUP, store.vault.current)
        audit.note(connection, _BY, Event.KEY_CHANGED, key=store.vault.current, step="confirmed")


def show(store: Store) -> bytes:
    """The key in use, for its sheet; that it was shown is noted."""
    name = store.vault.current
    with store.writing() as connection:
        audit.note(connection, _BY, Event.KEY_CHANGED, key=name, step="shown")
    return store.key_place.read()[name]


def give_back(place: KeyPlace, key: bytes) -> str:
    """Put a key typed from its sheet where the app looks for it; return its name.

    It comes last only where there is none: another key would otherwise seal from now on.
    """
    keys = place.read()
    name = key_name(key)
    if name not in keys:
        place.add(key, first=True)
    return name


def _vault(place: KeyPlace, known: dict[str, str]) -> Vault:
    stamp = place.stamp()
    keys = place.read()
    for name in known:
        if name not in keys:
            raise missing_key(name)
    if not keys:
        raise StoreError(
            f"Berkas kunci {place.path} kosong.", remedy="Hapus berkas itu, lalu mulai lagi."
        )

    def newer() -> dict[str, bytes] | None:
        nonlocal stamp
        if (seen := place.stamp()) == stamp:
            return None
        stamp = seen
        return place.read()

    # A key that was put into the file and never used waits until `rotate`.
    current = [name for name in keys if name in known or not known][-1]
    vault = Vault(keys, current, newer=newer)
    for name, sealed in known.items():
        vault.open(sealed, f"{_KNOWN}{name}")
    return vault


def _make_known(store: Store, vault: Vault) -> None:
    """From now on the database is not opened without this key.

    Asked again under the lock: two machines that start together on one PostgreSQL, each with a key
    of its own, must not both win.
    """
    with store.writing(lock=INTAKE_LOCK) as connection:
        for name in installation.recall_all(connection, _KNOWN):
            if name not in vault.names:
                raise missing_key(name)
        _know(connection, vault)


def _know(connection: Connection, vault: Vault) -> None:
    place = f"{_KNOWN}{vault.current}"
    installation.remember(connection, place, vault.seal("", place))


def _is_settled(connection: Connection, vault: Vault) -> bool:
    done = installation.recall(connection, _SEALED_WITH)
    return done is not None and done.value == vault.current


def _take_next_key(store: Store) -> None:
    """One that waits in the file already, else a fresh one."""
    last = list(store.key_place.read())[-1]
    if last == store.vault.current:
        store.key_place.add(new_key())
        last = list(store.key_place.read())[-1]
    store.vault.refresh()
    store.vault.current = last


def _settle(store: Store) -> None:
    """Where everything is sealed with the newest key, the older ones are needed no more."""
    with store.writing(lock=INTAKE_LOCK) as connection:
        if sealing.count_stale(connection, store.vault):
            return
        installation.remember(connection, _SEALED_WITH, store.vault.current)
        for name in installation.recall_all(connection, _KNOWN):
            if name != store.vault.current:
                installation.forget(connection, f"{_KNOWN}{name}")
