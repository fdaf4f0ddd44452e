"""Links that make one account, once, within two days; a token is only kept as its SHA-256.

An invitation counts as long as whoever made it may invite: it goes with the account that is
switched off or is administrator no more.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from survey_app import passwords
from survey_app.errors import SignInError
from survey_app.people import Action, By, Program, Role, StaffMember, demand, may
from survey_app.store import people, sign_ins
from survey_app.store.audit import Event, note
from survey_app.store.database import Store
from survey_app.store.database import now as this_moment
from survey_app.store.sign_ins import Outcome
from survey_app.store.tables import Invitations, Staff

GOOD_FOR = timedelta(hours=48)
_MARK = 8  # signs of the hash, enough to tell invitations apart in the log


@dataclass(frozen=True, slots=True)
class Invitation:
    """An open invitation; ``key`` names it without opening it."""

    key: str
    name: str
    role: Role
    expires_at: datetime


class InvitationOverError(SignInError):
    """A link that was used, withdrawn, is too old, or never was one: nobody is told which."""

    def __init__(self) -> None:
        super().__init__(
            "Undangan ini tidak berlaku: sudah dipakai, ditarik, atau lewat 48 jam.",
            remedy="Minta undangan baru kepada administrator.",
        )


def invite(
    store: Store,
    name: str,
    role: Role,
    *,
    by: By = Program.COMMAND_LINE,
    now: datetime | None = None,
) -> tuple[str, Invitation]:
    """A new token and its invitation; an earlier one for this name is void.

    Raises ``SignInError`` where the name will not do or somebody has it.
    """
    demand(by, Action.MANAGE_STAFF)
    now, name, token = now or this_moment(), people.name_as_kept(name), secrets.token_urlsafe(32)
    made = Invitation(people.token_digest(token), name, role, now + GOOD_FOR)
    row = {
        "token_hash": made.key,
        "name": name,
        "role": role.value,
        "invited_by": by.id if isinstance(by, StaffMember) else None,
        "created_at": now,
        "expires_at": made.expires_at,
    }
    unused = sa.and_(Invitations.name == name, Invitations.used_at.is_(None))
    with store.writing() as connection:
        if connection.scalar(sa.select(Staff.id).where(Staff.name == name)) is not None:
            raise SignInError(f"Nama akun '{name}' sudah dipakai.", remedy="Pilih nama lain.")
        connection.execute(sa.delete(Invitations).where(unused))
        connection.execute(sa.insert(Invitations).values(row))
        note(
            connection, by, Event.STAFF_CHANGED,
            change="invited", invitation=made.key[:_MARK], role=role.value,
        )  # fmt: skip
    return token, made


def open_invitations(
    store: Store, *, by: By, now: datetime | None = None
) -> tuple[Invitation, ...]:
    """Invitations nobody used yet, by name."""
    demand(by, Action.MANAGE_STAFF)
    statement = _open(now or this_moment()).order_by(Invitations.name)
    with store.reading() as connection:
        return tuple(_invitation(row) for row in connection.execute(statement))


def withdraw(store: Store, key: str, *, by: By) -> None:
    """Make an invitation void; one that was used or is gone already is left alone."""
    demand(by, Action.MANAGE_STAFF)
    unused = sa.and_(Invitations.token_hash == key, Invitations.used_at.is_(None))
    with store.writing() as connection:
        if connection.execute(sa.delete(Invitations).where(unused)).rowcount:
            note(
                connection, by, Event.STAFF_CHANGED,
                change="invitation_withdrawn", invitation=key[:_MARK],
            )  # fmt: skip


def by_token(store: Store, token: str, *, now: datetime | None = None) -> Invitation | None:
    """The invitation a link belongs to, or None once it is not good any more."""
    with store.reading() as connection:
        return _by_token(connection, token, now or this_moment())


def accept(
    store: Store,
    token: str,
    password: str,
    *,
    again: str,
    address: str = "",
    now: datetime | None = None,
) -> str:
    """Make the account with this password, and sign it in; return the token for the cookie.

    Raises ``InvitationOverError``, and ``SignInError`` where the password will not do, was typed
    differently ``again``, or somebody has the name by now.
    """
    now = now or this_moment()
    found = by_token(store, token, now=now)
    if found is None:
        raise InvitationOverError()
    if password != again:
        raise SignInError("Kedua kata sandi tidak sama.", remedy="Ketik dua kali dengan sama.")
    passwords.check(password, account=found.name)
    digest = passwords.hash_password(password)
    unused = sa.and_(Invitations.token_hash == found.key, Invitations.used_at.is_(None))
    with store.writing() as connection:
        used = sa.update(Invitations).where(unused).values(used_at=now)
        if _by_token(connection, token, now) is None or not connection.execute(used).rowcount:
            raise InvitationOverError()
        member = people.insert_staff(connection, found.name, digest, found.role)
        note(
            connection, member, Event.STAFF_CHANGED,
            change="joined", staff=member.id, invitation=found.key[:_MARK], role=found.role.value,
        )  # fmt: skip
        sign_ins.remember(connection, member.id, Outcome.SIGNED_IN, address, now)
        return people.begin_session(connection, member, now)


def _by_token(connection: Connection, token: str, now: datetime) -> Invitation | None:
    statement = _open(now).where(Invitations.token_hash == people.token_digest(token))
    row = connection.execute(statement).one_or_none()
    return _invitation(row) if row else None


def _open(now: datetime) -> sa.Select[str, str, str, datetime]:
    """Invitations that are good: unused, in time, and by somebody who may still invite."""
    inviting = [role.value for role in Role if may(role, Action.MANAGE_STAFF)]
    may_invite = sa.and_(Staff.active, Staff.role.in_(inviting))
    return (
        sa.select(
            Invitations.token_hash, Invitations.name, Invitations.role, Invitations.expires_at
        )
        .outerjoin(Staff, Staff.id == Invitations.invited_by)
        .where(
            Invitations.used_at.is_(None),
            Invitations.expires_at > now,
            sa.or_(Invitations.invited_by.is_(None), may_invite),
        )
    )


def _invitation(row: "sa.Row[str, str, str, datetime]") -> Invitation:
    return Invitation(row.token_hash, row.name, Role(row.role), row.expires_at)
