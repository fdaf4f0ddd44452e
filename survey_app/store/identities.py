"""Accounts of the city's own sign-in, each joined to an account here by whoever owns both.

An identity is what the provider calls somebody for good (issuer and subject), never an e-mail
address, which can be given to somebody else. One that is joined to no account opens nothing.
"""

import hmac
from datetime import datetime, timedelta
from hashlib import sha256

import sqlalchemy as sa

from survey_app.errors import SignInError
from survey_app.people import Action, StaffMember, demand
from survey_app.store import people, sign_ins
from survey_app.store.audit import Event, note
from survey_app.store.database import Store, insert_for
from survey_app.store.database import now as this_moment
from survey_app.store.sign_ins import Outcome
from survey_app.store.tables import Identities, Staff

PERMIT_GOOD_FOR = timedelta(minutes=5)  # between the password on Akun and the next click


def sign_in(
    store: Store, issuer: str, subject: str, *, address: str = "", now: datetime | None = None
) -> str:
    """A fresh token for the cookie of the account this identity is joined to.

    Raises ``SignInError`` where it is joined to none, or the account is off, and
    ``CodeNeededError`` where a code must follow, as after a password.
    """
    now = now or this_moment()
    owner = (
        sa.select(Staff.name)
        .join_from(Identities, Staff)
        .where(Identities.issuer == issuer, Identities.subject == subject)
    )
    with store.reading() as connection:
        name = connection.scalar(owner)
    if name is None:
        with store.writing() as connection:
            sign_ins.note_refused(connection, None, Outcome.CITY_UNKNOWN, address, now)
        raise SignInError(
            "Akun kota ini belum terhubung dengan akun di sini.",
            remedy="Masuk dengan nama dan kata sandi, lalu hubungkan di halaman Akun.",
        )
    return people.let_in(store, people.known(store, name), address, now, by_city=True)


def permit(store: Store, token: str, password: str, *, now: datetime | None = None) -> str:
    """What begins joining an identity to the account of whoever holds this token.

    Raises ``SignInError`` where the password is wrong: else who sits down at a laptop somebody left
    would give himself a way in for good.
    """
    now = now or this_moment()
    people.confirm_password(store, token, password, now=now)
    until = int((now + PERMIT_GOOD_FOR).timestamp())
    return f"{until}.{_permit_mark(store, token, until)}"


def is_permitted(store: Store, token: str, permitted: str, *, now: datetime | None = None) -> bool:
    """Whether `permit` gave this to whoever holds this token, and not too long ago."""
    until, _, mark = permitted.partition(".")
    if not (until.isascii() and until.isdecimal() and len(until) < 12 and mark.isascii()):
        return False
    if int(until) <= (now or this_moment()).timestamp():
        return False
    return hmac.compare_digest(mark, _permit_mark(store, token, int(until)))


def join(
    store: Store, token: str, issuer: str, subject: str, *, now: datetime | None = None
) -> StaffMember:
    """Join this identity to the account of whoever holds this token.

    Raises ``SignInError`` where the token is over, or identity or account are joined already.
    """
    now = now or this_moment()
    member = people.holder(store, token, now=now)
    demand(member, Action.OWN_ACCOUNT)
    row = {"issuer": issuer, "subject": subject, "staff_id": member.id, "joined_at": now}
    with store.writing() as connection:
        insert = insert_for(connection)(Identities).values(row)
        joined = insert.on_conflict_do_nothing().returning(Identities.staff_id)
        if connection.scalar(joined) is None:
            raise SignInError(
                "Akun kota itu atau akun Anda di sini sudah terhubung.",
                remedy="Putuskan dahulu yang lama di halaman Akun.",
            )
        note(connection, member, Event.STAFF_CHANGED, change="city_joined", staff=member.id)
    return member


def joined_since(store: Store, member: StaffMember, issuer: str) -> datetime | None:
    """Since when an identity of this provider is joined to the account; None where none is."""
    mine = sa.and_(Identities.staff_id == member.id, Identities.issuer == issuer)
    with store.reading() as connection:
        return connection.scalar(sa.select(Identities.joined_at).where(mine))


def separate(store: Store, token: str, *, now: datetime | None = None) -> None:
    """From now on no identity opens the account of whoever holds this token."""
    member = people.holder(store, token, now=now or this_moment())
    with store.writing() as connection:
        if people.forget_identities(connection, member.id):
            note(connection, member, Event.STAFF_CHANGED, change="city_separated", staff=member.id)


def _permit_mark(store: Store, token: str, until: int) -> str:
    return hmac.new(store.secret, f"join {until} {token}".encode(), sha256).hexdigest()
