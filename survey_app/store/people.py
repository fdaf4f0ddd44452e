"""Accounts of adults and their sign-ins; a token is only kept as its SHA-256."""

import hashlib
import secrets
from datetime import datetime, timedelta
from functools import cache

import sqlalchemy as sa

from survey_app.answers import storable
from survey_app.errors import SignInError
from survey_app.people import Role, StaffId, StaffMember, hash_password, verify_password
from survey_app.store.database import Store, insert_for
from survey_app.store.database import now as this_moment
from survey_app.store.tables import Staff, StaffSessions

SESSION_ENDS_AFTER = timedelta(hours=12)  # a working day; nobody stays signed in overnight
IDLE_ENDS_AFTER = timedelta(hours=2)  # a laptop left on the teacher's desk
_NOTE_USE_EVERY = timedelta(minutes=1)  # each page run checks the token; not each one writes


def add_staff(store: Store, name: str, password: str, role: Role) -> StaffMember:
    """A new account; raise ``SignInError`` where the name is taken or the password too short."""
    name = _as_kept(name)
    if not 1 <= len(name) <= 80:
        raise SignInError("Nama akun kosong atau terlalu panjang.", remedy="Isi 1-80 huruf.")
    row = {
        "name": name,
        "password_hash": hash_password(password),
        "role": role.value,
        "created_at": this_moment(),
    }
    with store.writing() as connection:
        insert = insert_for(connection)(Staff).values(row)
        added = insert.on_conflict_do_nothing(index_elements=["name"]).returning(Staff.id)
        number = connection.scalar(added)
    if number is None:
        raise SignInError(f"Nama akun '{name}' sudah dipakai.", remedy="Pilih nama lain.")
    return StaffMember(StaffId(number), name, role)


def set_password(store: Store, name: str, password: str) -> None:
    """Give an account a new password and end all its sign-ins."""
    digest = hash_password(password)
    with store.writing() as connection:
        change = sa.update(Staff).where(Staff.name == _as_kept(name)).values(password_hash=digest)
        number = connection.scalar(change.returning(Staff.id))
        if number is None:
            raise SignInError(f"Akun '{name}' tidak ada.", remedy="Periksa ejaan namanya.")
        connection.execute(sa.delete(StaffSessions).where(StaffSessions.staff_id == number))


def all_staff(store: Store) -> tuple[StaffMember, ...]:
    """Every account, by name."""
    with store.reading() as connection:
        rows = connection.execute(
            sa.select(Staff.id, Staff.name, Staff.role).order_by(Staff.name)
        ).all()
    return tuple(_member(*row) for row in rows)


def staff_by_name(store: Store, name: str) -> StaffMember | None:
    """The account with this name, or None."""
    statement = sa.select(Staff.id, Staff.name, Staff.role).where(Staff.name == _as_kept(name))
    with store.reading() as connection:
        row = connection.execute(statement).one_or_none()
    return _member(*row) if row else None


def sign_in(store: Store, name: str, password: str, *, now: datetime | None = None) -> str:
    """A fresh token for the cookie; raise ``SignInError`` alike for a wrong name or password.

    An unknown name costs the same time as a wrong password, so that names cannot be guessed.
    """
    now = now or this_moment()
    name = _as_kept(name)
    statement = sa.select(Staff.id, Staff.password_hash).where(Staff.name == name)
    with store.reading() as connection:
        row = connection.execute(statement).one_or_none()
    right = verify_password(password, row.password_hash if row else _hash_of_nobody())
    if row is None or not right:
        raise SignInError("Nama atau kata sandi salah.", remedy="Periksa keduanya, lalu coba lagi.")
    return _new_session(store, row.id, now)


def staff_by_token(store: Store, token: str, *, now: datetime | None = None) -> StaffMember | None:
    """Who holds this token, or None once it is signed out, too old, or unused for too long."""
    now = now or this_moment()
    digest = _digest(token)
    alive = sa.and_(
        StaffSessions.token_hash == digest,
        StaffSessions.expires_at > now,
        StaffSessions.used_at > now - IDLE_ENDS_AFTER,
    )
    statement = (
        sa.select(Staff.id, Staff.name, Staff.role, StaffSessions.used_at)
        .join_from(StaffSessions, Staff)
        .where(alive)
    )
    with store.reading() as connection:
        row = connection.execute(statement).one_or_none()
    if row is None:
        return None
    if now - row.used_at > _NOTE_USE_EVERY:
        _note_use(store, digest, now)
    return _member(row.id, row.name, row.role)


def sign_out(store: Store, token: str) -> None:
    """End the sign-in of this token, if there is one."""
    with store.writing() as connection:
        connection.execute(
            sa.delete(StaffSessions).where(StaffSessions.token_hash == _digest(token))
        )


def _as_kept(name: str) -> str:
    """A name as it is stored: one space between words, nothing a database cannot hold."""
    return storable(" ".join(name.split()))


def _new_session(store: Store, staff_id: int, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    session = {
        "token_hash": _digest(token),
        "staff_id": staff_id,
        "created_at": now,
        "used_at": now,
        "expires_at": now + SESSION_ENDS_AFTER,
    }
    with store.writing() as connection:
        connection.execute(sa.delete(StaffSessions).where(StaffSessions.expires_at <= now))
        connection.execute(sa.insert(StaffSessions).values(session))
    return token


def _note_use(store: Store, digest: str, now: datetime) -> None:
    with store.writing() as connection:
        connection.execute(
            sa.update(StaffSessions).where(StaffSessions.token_hash == digest).values(used_at=now)
        )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


@cache
def _hash_of_nobody() -> str:
    return hash_password(secrets.token_urlsafe(16))


def _member(number: int, name: str, role: str) -> StaffMember:
    return StaffMember(StaffId(number), name, Role(role))
