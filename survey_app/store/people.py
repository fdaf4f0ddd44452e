"""Accounts of adults, their sign-ins and who tried; a token is only kept as its SHA-256.

The second step of a sign-in is in `two_step`, invitations in `invitations`, what became of each try
in `sign_ins`.
"""

import hashlib
import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from survey_app import passwords
from survey_app.answers import storable
from survey_app.errors import SignInError
from survey_app.people import (
    Action,
    By,
    Program,
    Role,
    StaffId,
    StaffMember,
    demand,
    needs_two_steps,
)
from survey_app.store import sign_ins
from survey_app.store.audit import Event, note
from survey_app.store.database import Store, insert_for
from survey_app.store.database import now as this_moment
from survey_app.store.sign_ins import Outcome
from survey_app.store.tables import HalfSignIns, Identities, SignIns, Staff, StaffSessions

SESSION_ENDS_AFTER = timedelta(hours=12)  # a working day; nobody stays signed in overnight
IDLE_ENDS_AFTER = timedelta(hours=2)  # a laptop left on the teacher's desk
HALF_ENDS_AFTER = timedelta(minutes=5)  # to find the telephone and type six figures
_NOTE_USE_EVERY = timedelta(minutes=1)  # each page run checks the token; not each one writes
_LOCK = 5_283_005  # on PostgreSQL: who is administrator is changed by one at a time
# Whoever sits down at a laptop somebody left may not guess the old password for long.
_OLD_PASSWORD_TRIES, _OLD_PASSWORD_WITHIN = 5, timedelta(minutes=15)


class CodeNeededError(SignInError):
    """Nobody is signed in yet: ``half`` is good for the second step only."""

    def __init__(self, half: str) -> None:
        super().__init__(
            "Akun ini memakai verifikasi dua langkah.", remedy="Masuk lewat halaman /masuk."
        )
        self.half = half


def add_staff(
    store: Store, name: str, password: str, role: Role, *, by: By = Program.COMMAND_LINE
) -> StaffMember:
    """A new account; raise ``SignInError`` where name or password will not do."""
    demand(by, Action.MANAGE_STAFF)
    name = name_as_kept(name)
    passwords.check(password, account=name)
    digest = passwords.hash_password(password)
    with store.writing() as connection:
        member = insert_staff(connection, name, digest, role)
        note(connection, by, Event.STAFF_CHANGED, change="added", staff=member.id, role=role.value)
    return member


def insert_staff(connection: Connection, name: str, digest: str, role: Role) -> StaffMember:
    """A new account in this transaction; raise ``SignInError`` where the name is taken."""
    now = this_moment()
    row = {
        "name": name,
        "password_hash": digest,
        "role": role.value,
        "created_at": now,
        "role_since": now,
    }
    insert = insert_for(connection)(Staff).values(row)
    added = insert.on_conflict_do_nothing(index_elements=["name"]).returning(Staff.id)
    number = connection.scalar(added)
    if number is None:
        raise SignInError(f"Nama akun '{name}' sudah dipakai.", remedy="Pilih nama lain.")
    return StaffMember(StaffId(number), name, role)


def set_password(
    store: Store, name: str, password: str, *, by: By = Program.COMMAND_LINE
) -> StaffMember:
    """Give an account a new password; its sign-ins, and other ways to sign in, end."""
    demand(by, Action.MANAGE_STAFF)
    passwords.check(password, account=_as_kept(name))
    digest = passwords.hash_password(password)
    with store.writing(lock=_LOCK) as connection:
        member = staff_named(connection, name)
        _keep_password(connection, member, digest)
        forget_identities(connection, member.id)  # perhaps joined by whoever knew the old one
        end_sign_ins(connection, member.id)
        note(connection, by, Event.STAFF_CHANGED, change="password", staff=member.id)
    return member


def set_role(store: Store, name: str, role: Role, *, by: By = Program.COMMAND_LINE) -> StaffMember:
    """Give an account another role, from its next click on; the last administrator stays one."""
    demand(by, Action.MANAGE_STAFF)
    with store.writing(lock=_LOCK) as connection:
        member = staff_named(connection, name)
        if role is not Role.ADMINISTRATOR:
            _keep_an_administrator(connection, member)
        values = {"role": role.value, "role_since": this_moment()}
        changed = sa.and_(Staff.id == member.id, Staff.role != role.value)
        connection.execute(sa.update(Staff).where(changed).values(values))
        note(connection, by, Event.STAFF_CHANGED, change="role", staff=member.id, role=role.value)
        return staff_named(connection, name)


def set_active(
    store: Store, name: str, *, active: bool, by: By = Program.COMMAND_LINE
) -> StaffMember:
    """Switch an account on or off; off ends its sign-ins. The last administrator stays on."""
    demand(by, Action.MANAGE_STAFF)
    with store.writing(lock=_LOCK) as connection:
        member = staff_named(connection, name)
        if not active:
            _keep_an_administrator(connection, member)
            end_sign_ins(connection, member.id)
        change = sa.update(Staff).where(Staff.id == member.id).values(active=active)
        connection.execute(change)
        word = "on" if active else "off"
        note(connection, by, Event.STAFF_CHANGED, change=word, staff=member.id)
        return staff_named(connection, name)


def change_own_password(
    store: Store, token: str, old: str, new: str, *, again: str, now: datetime | None = None
) -> None:
    """Change the password of whoever holds this token; all other sign-ins of the account end.

    Raises ``SignInError`` where the token is over, the old password is wrong or was tried too
    often, or the new one will not do or was typed differently ``again``.
    """
    now, called = now or this_moment(), "Kata sandi lama"
    member = confirm_password(store, token, old, called=called, now=now)
    if new != again:
        raise SignInError("Kata sandi baru tidak sama.", remedy="Ketik dua kali dengan sama.")
    passwords.check(new, account=member.name)
    digest = passwords.hash_password(new)
    with store.writing() as connection:
        _keep_password(connection, member, digest)
        end_sign_ins(connection, member.id, but=token)
        note(connection, member, Event.STAFF_CHANGED, change="own_password", staff=member.id)


def confirm_password(
    store: Store, token: str, password: str, *, called: str = "Kata sandi", now: datetime
) -> StaffMember:
    """Whoever holds this token and knows the account's password, as a laptop's finder does not.

    Raises ``SignInError`` where the token is over, or the password wrong or tried too often; it is
    ``called`` so on the page.
    """
    member = holder(store, token, now=now)
    demand(member, Action.OWN_ACCOUNT)
    _refuse_guessing(store, member, called, now)
    with store.reading() as connection:
        stored = connection.scalar(sa.select(Staff.password_hash).where(Staff.id == member.id))
    if not passwords.verify_password(password, stored or ""):
        with store.writing() as connection:
            sign_ins.remember(connection, member.id, Outcome.WRONG_OLD, "", now)
        raise SignInError(f"{called} salah.", remedy=f"Ketik lagi {called.casefold()}.")
    return member


def all_staff(store: Store) -> tuple[StaffMember, ...]:
    """Every account, by name."""
    with store.reading() as connection:
        rows = connection.execute(_staff().order_by(Staff.name)).all()
    return tuple(_member(row) for row in rows)


def staff_by_name(store: Store, name: str) -> StaffMember | None:
    """The account with this name, or None."""
    statement = _staff().where(Staff.name == _as_kept(name))
    with store.reading() as connection:
        row = connection.execute(statement).one_or_none()
    return _member(row) if row else None


def known(store: Store, name: str) -> StaffMember:
    """The account with this name; raise ``SignInError`` where there is none."""
    with store.reading() as connection:
        return staff_named(connection, name)


def sign_in(
    store: Store, name: str, password: str, *, address: str = "", now: datetime | None = None
) -> str:
    """A fresh token for the cookie; raise ``SignInError`` alike for a wrong name or password.

    Raises ``CodeNeededError`` where a code must follow (`two_step.complete`): no token without it.

    An unknown name costs the same time as a wrong password, so that names cannot be guessed: the
    same hash, and one entry in the log. The log never holds what was typed as a name, which may
    be a password.
    """
    now = now or this_moment()
    statement = _staff().add_columns(Staff.password_hash).where(Staff.name == _as_kept(name))
    with store.reading() as connection:
        row = connection.execute(statement).one_or_none()
    stored = row.password_hash if row else _hash_of_nobody()
    right = passwords.verify_password(password, stored)
    if row is None or not right:
        _refused(store, row.id if row else None, Outcome.WRONG_PASSWORD, address, now)
        raise SignInError("Nama atau kata sandi salah.", remedy="Periksa keduanya, lalu coba lagi.")
    return let_in(store, _member(row), address, now)


def let_in(
    store: Store, member: StaffMember, address: str, now: datetime, *, by_city: bool = False
) -> str:
    """A fresh token for the cookie, for who has shown to be this adult.

    Raises ``SignInError`` where the account is off, ``CodeNeededError`` where a code must follow.
    """
    if not member.active:
        _refused(store, member.id, Outcome.SWITCHED_OFF, address, now)
        raise SignInError("Akun ini dinonaktifkan.", remedy="Tanyakan administrator.")
    if member.two_step:
        awaited = Outcome.CITY_AWAITED if by_city else Outcome.CODE_AWAITED
        raise CodeNeededError(_half_way(store, member.id, awaited, address, now))
    with store.writing() as connection:
        way = Outcome.BY_CITY if by_city else Outcome.SIGNED_IN
        sign_ins.remember(connection, member.id, way, address, now)
        return begin_session(connection, member, now)


def holder(store: Store, token: str, *, now: datetime) -> StaffMember:
    """Who holds this token; raise ``SignInError`` once it is over."""
    member = staff_by_token(store, token, now=now)
    if member is None:
        raise SignInError("Anda sudah keluar.", remedy="Masuk lagi, lalu coba lagi.")
    return member


def staff_by_token(store: Store, token: str, *, now: datetime | None = None) -> StaffMember | None:
    """Who holds this token, or None once it is signed out, too old, or unused for too long."""
    now = now or this_moment()
    digest = token_digest(token)
    alive = sa.and_(
        StaffSessions.token_hash == digest,
        Staff.active,
        StaffSessions.expires_at > now,
        StaffSessions.used_at > now - IDLE_ENDS_AFTER,
    )
    statement = (
        _staff().add_columns(StaffSessions.used_at).join_from(StaffSessions, Staff).where(alive)
    )
    with store.reading() as connection:
        row = connection.execute(statement).one_or_none()
    if row is None:
        return None
    if now - row.used_at > _NOTE_USE_EVERY:
        _note_use(store, digest, now)
    member, begun = _member(row), row.role_since + store.two_step_time
    late = needs_two_steps(member.role) and not member.two_step and now >= begun
    return replace(member, held_back=late)


def sign_out(store: Store, token: str) -> None:
    """End the sign-in of this token, if there is one."""
    ended = sa.delete(StaffSessions).where(StaffSessions.token_hash == token_digest(token))
    with store.writing() as connection:
        number = connection.scalar(ended.returning(StaffSessions.staff_id))
        if number is not None:
            member = _member(connection.execute(_staff().where(Staff.id == number)).one())
            note(connection, member, Event.SIGNED_OUT)


def sign_out_everywhere(store: Store, member: StaffMember) -> int:
    """End every sign-in of this adult; return how many there were."""
    with store.writing() as connection:
        ended = end_sign_ins(connection, member.id)
        note(connection, member, Event.SIGNED_OUT, everywhere=ended)
    return ended


def name_as_kept(name: str) -> str:
    """A name as it is stored: one space between words, nothing a database cannot hold.

    Raises ``SignInError`` where it is empty or too long.
    """
    kept = _as_kept(name)
    if not 1 <= len(kept) <= 80:
        raise SignInError("Nama akun kosong atau terlalu panjang.", remedy="Isi 1-80 huruf.")
    return kept


def _as_kept(name: str) -> str:
    return storable(" ".join(name.split()))


def staff_named(connection: Connection, name: str) -> StaffMember:
    """The account with this name; raise ``SignInError`` where there is none."""
    row = connection.execute(_staff().where(Staff.name == _as_kept(name))).one_or_none()
    if row is None:
        raise SignInError(f"Akun '{name}' tidak ada.", remedy="Periksa ejaan namanya.")
    return _member(row)


def _keep_password(connection: Connection, member: StaffMember, digest: str) -> None:
    # Who guessed codes knew the old password: the owner need not wait any longer.
    values = {"password_hash": digest, "wrong_codes": 0, "codes_wait_until": None}
    connection.execute(sa.update(Staff).where(Staff.id == member.id).values(values))


def _keep_an_administrator(connection: Connection, member: StaffMember) -> None:
    others = sa.select(sa.func.count()).where(
        Staff.role == Role.ADMINISTRATOR.value, Staff.active, Staff.id != member.id
    )
    if member.role is Role.ADMINISTRATOR and not connection.scalar(others):
        raise SignInError(
            f"'{member.name}' administrator terakhir.",
            remedy="Beri peran administrator kepada orang lain dahulu.",
        )


def end_sign_ins(connection: Connection, number: StaffId, *, but: str = "") -> int:
    """End the sign-ins of an account, also those half done; return how many whole ones ended."""
    connection.execute(sa.delete(HalfSignIns).where(HalfSignIns.staff_id == number))
    others = sa.and_(
        StaffSessions.staff_id == number, StaffSessions.token_hash != token_digest(but)
    )
    return connection.execute(sa.delete(StaffSessions).where(others)).rowcount


def forget_identities(connection: Connection, number: StaffId) -> int:
    """Let the city's own sign-in open this account no more; return how many identities did."""
    ended = sa.delete(Identities).where(Identities.staff_id == number)
    return connection.execute(ended).rowcount


def _refuse_guessing(store: Store, member: StaffMember, called: str, now: datetime) -> None:
    tries = sa.select(sa.func.count()).where(
        SignIns.staff_id == member.id,
        SignIns.outcome == Outcome.WRONG_OLD.value,
        SignIns.tried_at > now - _OLD_PASSWORD_WITHIN,
    )
    with store.reading() as connection:
        if (connection.scalar(tries) or 0) >= _OLD_PASSWORD_TRIES:
            raise SignInError(f"{called} sudah terlalu sering salah.", remedy="Tunggu 15 menit.")


def _refused(
    store: Store, number: int | None, outcome: Outcome, address: str, now: datetime
) -> None:
    with store.writing() as connection:
        sign_ins.note_refused(connection, number, outcome, address, now)


def _half_way(store: Store, number: int, awaited: Outcome, address: str, now: datetime) -> str:
    """A token for the second step, and a line of the history that the code will make whole."""
    token = secrets.token_urlsafe(32)
    with store.writing() as connection:
        connection.execute(sa.delete(HalfSignIns).where(HalfSignIns.expires_at <= now))
        half = {
            "token_hash": token_digest(token),
            "staff_id": number,
            "sign_in_id": sign_ins.remember(connection, number, awaited, address, now),
            "expires_at": now + HALF_ENDS_AFTER,
        }
        connection.execute(sa.insert(HalfSignIns).values(half))
    return token


def begin_session(connection: Connection, member: StaffMember, now: datetime) -> str:
    """The token of a new sign-in, noted in the log."""
    token = secrets.token_urlsafe(32)
    session = {
        "token_hash": token_digest(token),
        "staff_id": member.id,
        "created_at": now,
        "used_at": now,
        "expires_at": now + SESSION_ENDS_AFTER,
    }
    connection.execute(sa.delete(StaffSessions).where(StaffSessions.expires_at <= now))
    connection.execute(sa.insert(StaffSessions).values(session))
    note(connection, member, Event.SIGNED_IN)
    return token


def _note_use(store: Store, digest: str, now: datetime) -> None:
    with store.writing() as connection:
        connection.execute(
            sa.update(StaffSessions).where(StaffSessions.token_hash == digest).values(used_at=now)
        )


def token_digest(token: str) -> str:
    """A token as it is stored."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


@cache
def _hash_of_nobody() -> str:
    return passwords.hash_password(secrets.token_urlsafe(16))


def _staff() -> sa.Select[*tuple[Any, ...]]:
    has_secret = Staff.totp_secret.is_not(None).label("two_step")
    return sa.select(Staff.id, Staff.name, Staff.role, Staff.active, has_secret, Staff.role_since)


def _member(row: "Row[*tuple[Any, ...]]") -> StaffMember:
    return StaffMember(StaffId(row.id), row.name, Role(row.role), row.active, row.two_step)
