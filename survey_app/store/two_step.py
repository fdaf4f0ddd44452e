"""The second step of signing in: a code from a telephone, or one of ten kept on paper.

A code is good once: the last step of time that was used is kept, a recovery code is crossed out.
Wrong ones are counted in the database, where a restart does not forget them: who gets here knows
the password already.
"""

from datetime import datetime, timedelta
from enum import Enum, auto

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from survey_app.errors import SignInError
from survey_app.passwords import codes
from survey_app.people import Action, By, StaffMember, demand, needs_two_steps
from survey_app.store import people, sign_ins
from survey_app.store.audit import Event, note
from survey_app.store.database import Store
from survey_app.store.database import now as this_moment
from survey_app.store.sealing import TOTP_SECRET
from survey_app.store.sign_ins import Outcome
from survey_app.store.tables import HalfSignIns, RecoveryCodes, SignIns, Staff

# Three of a million codes are right at any moment. Five wrong ones are free, then each costs a wait
# that doubles up to a day: who knows the password hits within a year with 0.1 %.
FREE_CODES = 5
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=30), timedelta(days=1)


class _Found(Enum):
    """What a typed code turned out to be."""

    CODE = auto()
    RECOVERY = auto()
    WRONG = auto()
    TOO_SOON = auto()


def due(store: Store, member: StaffMember) -> datetime | None:
    """Until when this account may work without it; None where it needs none or has it."""
    if member.two_step or not needs_two_steps(member.role):
        return None
    with store.reading() as connection:
        since = connection.scalar(sa.select(Staff.role_since).where(Staff.id == member.id))
    return since + store.two_step_time if since else None


def set_up(
    store: Store, token: str, secret: str, code: str, *, now: datetime | None = None
) -> tuple[str, ...]:
    """Begin to ask whoever holds this token for codes; return ten recovery codes, kept as hashes.

    All other sign-ins of the account end. Raises ``SignInError`` where the code does not belong to
    the secret, or the account asks for codes already.
    """
    now = now or this_moment()
    step = codes.step_of(secret, code, now)
    if step is None:
        raise SignInError(
            "Kode itu salah.",
            remedy="Periksa jam telepon dan komputer ini, tunggu kode berikutnya, lalu coba lagi.",
        )
    member = people.holder(store, token, now=now)
    with store.writing() as connection:
        values = {
            "totp_secret": TOTP_SECRET.seal(store.vault, secret, member.id),
            "totp_step": step,
            "wrong_codes": 0,
            "codes_wait_until": None,
        }
        unset = sa.and_(Staff.id == member.id, Staff.totp_secret.is_(None))
        if not connection.execute(sa.update(Staff).where(unset).values(values)).rowcount:
            raise SignInError("Verifikasi dua langkah sudah aktif.", remedy="Muat ulang halaman.")
        fresh = _new_recovery_codes(connection, member)
        people.end_sign_ins(connection, member.id, but=token)
        note(connection, member, Event.STAFF_CHANGED, change="two_step_on", staff=member.id)
    return fresh


def renew_recovery_codes(
    store: Store, token: str, code: str, *, now: datetime | None = None
) -> tuple[str, ...]:
    """Ten new recovery codes for whoever holds this token and has a valid one; the old are void."""
    now = now or this_moment()
    member = people.holder(store, token, now=now)
    _demand_code(store, member, code, now)
    with store.writing() as connection:
        fresh = _new_recovery_codes(connection, member)
        note(connection, member, Event.STAFF_CHANGED, change="recovery_codes", staff=member.id)
    return fresh


def switch_off(store: Store, token: str, code: str, *, now: datetime | None = None) -> None:
    """Ask whoever holds this token for codes no more; needs a valid one, and a role that may."""
    now = now or this_moment()
    member = people.holder(store, token, now=now)
    if needs_two_steps(member.role):
        raise SignInError(
            "Peran Anda wajib memakai verifikasi dua langkah.",
            remedy="Telepon ganti? Minta administrator lain mengaturnya ulang.",
        )
    _demand_code(store, member, code, now)
    with store.writing() as connection:
        _forget(connection, member)
        note(connection, member, Event.STAFF_CHANGED, change="two_step_off", staff=member.id)


def reset(store: Store, name: str, *, by: By) -> StaffMember:
    """Forget the second step of an account whose telephone is lost; its sign-ins end.

    Raises ``SignInError`` for the own account: whoever sits down at a laptop somebody left would
    otherwise get rid of it without a code.
    """
    demand(by, Action.MANAGE_STAFF)
    with store.writing() as connection:
        member = people.staff_named(connection, name)
        if isinstance(by, StaffMember) and by.id == member.id:
            raise SignInError(
                "Verifikasi dua langkah akun sendiri tidak bisa diatur ulang di sini.",
                remedy="Minta administrator lain, atau jalankan: suara user two-step NAMA --off",
            )
        _forget(connection, member)
        people.end_sign_ins(connection, member.id)
        note(connection, by, Event.STAFF_CHANGED, change="two_step_reset", staff=member.id)
        return people.staff_named(connection, name)


def recovery_codes_left(store: Store, member: StaffMember) -> int:
    """How many recovery codes of this account were not used yet."""
    unused = sa.select(sa.func.count()).where(
        RecoveryCodes.staff_id == member.id, RecoveryCodes.used_at.is_(None)
    )
    with store.reading() as connection:
        return connection.scalar(unused) or 0


def who_waits(store: Store, half: str, *, now: datetime | None = None) -> StaffMember | None:
    """Whose password was right and whose code is awaited; None once that is over."""
    waiting = (
        sa.select(Staff.name)
        .join_from(HalfSignIns, Staff)
        .where(
            HalfSignIns.token_hash == people.token_digest(half),
            HalfSignIns.expires_at > (now or this_moment()),
            Staff.active,
        )
    )
    with store.reading() as connection:
        name = connection.scalar(waiting)
        return people.staff_named(connection, name) if name is not None else None


def give_up(store: Store, half: str) -> None:
    """Forget that a password was right: somebody else wants to sign in."""
    with store.writing() as connection:
        connection.execute(sa.delete(HalfSignIns).where(_is(half)))


def complete(
    store: Store, half: str, code: str, *, address: str = "", now: datetime | None = None
) -> str:
    """A fresh token for the cookie, for the second half of a sign-in; the half is used up.

    Raises ``SignInError`` where the code is wrong, was used, or too many were wrong, and
    ``HalfOverError`` where the password must be given again.
    """
    now = now or this_moment()
    member = who_waits(store, half, now=now)
    if member is None:
        raise HalfOverError()
    with store.writing() as connection:
        found = _spend(store, connection, member, code, now)
        if found in (_Found.CODE, _Found.RECOVERY):
            begun = sa.delete(HalfSignIns).where(_is(half)).returning(HalfSignIns.sign_in_id)
            line = connection.scalar(begun)
            if line is None:
                raise HalfOverError()
            by_city = SignIns.outcome == Outcome.CITY_AWAITED.value
            way = sa.case((by_city, Outcome.BY_CITY.value), else_=Outcome.SIGNED_IN.value)
            whole = way if found is _Found.CODE else Outcome.BY_RECOVERY.value
            made_whole = sa.update(SignIns).where(SignIns.id == line)
            connection.execute(made_whole.values(outcome=whole))
            return people.begin_session(connection, member, now)
        _note_wrong(connection, member, found, address, now)
    raise _refusal(store, member, found, now)


class HalfOverError(SignInError):
    """The five minutes for the second step are over, or it was taken already."""

    def __init__(self) -> None:
        super().__init__("Waktu untuk kode sudah habis.", remedy="Masuk lagi dengan kata sandi.")


def _demand_code(store: Store, member: StaffMember, code: str, now: datetime) -> None:
    with store.writing() as connection:
        found = _spend(store, connection, member, code, now)
        _note_wrong(connection, member, found, "", now)
    if found not in (_Found.CODE, _Found.RECOVERY):
        raise _refusal(store, member, found, now)


def _spend(
    store: Store, connection: Connection, member: StaffMember, code: str, now: datetime
) -> _Found:
    """Use a code up; whoever else types one for this account waits until this is done."""
    row = connection.execute(
        sa.select(Staff.totp_secret, Staff.totp_step, Staff.wrong_codes, Staff.codes_wait_until)
        .where(Staff.id == member.id)
        .with_for_update()
    ).one()
    if row.totp_secret is None or (row.codes_wait_until and now < row.codes_wait_until):
        return _Found.TOO_SOON if row.totp_secret else _Found.WRONG
    secret = TOTP_SECRET.open(store.vault, row.totp_secret, member.id)
    step = codes.step_of(secret, code, now)
    values: dict[str, int | datetime | None] = {"wrong_codes": 0, "codes_wait_until": None}
    if step is not None and step > (row.totp_step or 0):
        found = _Found.CODE
        values["totp_step"] = step
    elif _cross_out(connection, member, code, now):
        found = _Found.RECOVERY
    else:
        found = _Found.WRONG
        values = {"wrong_codes": row.wrong_codes + 1}
        if (beyond := row.wrong_codes + 1 - FREE_CODES) >= 0:
            values["codes_wait_until"] = now + min(
                _FIRST_WAIT * 2 ** min(beyond, 20), _LONGEST_WAIT
            )
    connection.execute(sa.update(Staff).where(Staff.id == member.id).values(values))
    return found


def _cross_out(connection: Connection, member: StaffMember, code: str, now: datetime) -> bool:
    unused = sa.and_(
        RecoveryCodes.staff_id == member.id,
        RecoveryCodes.code_hash == codes.recovery_hash(code),
        RecoveryCodes.used_at.is_(None),
    )
    return (
        connection.execute(sa.update(RecoveryCodes).where(unused).values(used_at=now)).rowcount > 0
    )


def _note_wrong(
    connection: Connection, member: StaffMember, found: _Found, address: str, now: datetime
) -> None:
    if found is _Found.WRONG:
        sign_ins.note_refused(connection, member.id, Outcome.WRONG_CODE, address, now)


def _refusal(store: Store, member: StaffMember, found: _Found, now: datetime) -> SignInError:
    if found is _Found.WRONG:
        return SignInError(
            "Kode itu salah atau sudah dipakai.", remedy="Tunggu kode berikutnya, lalu ketik itu."
        )
    with store.reading() as connection:
        until = connection.scalar(sa.select(Staff.codes_wait_until).where(Staff.id == member.id))
    minutes = int((until - now).total_seconds() // 60) + 1 if until else 1
    return SignInError(
        f"Kode sudah terlalu sering salah. Tunggu {minutes} menit.",
        remedy="Bukan Anda yang mencoba? Ganti kata sandi dan beri tahu administrator.",
    )


def _new_recovery_codes(connection: Connection, member: StaffMember) -> tuple[str, ...]:
    fresh = codes.new_recovery_codes()
    connection.execute(sa.delete(RecoveryCodes).where(RecoveryCodes.staff_id == member.id))
    connection.execute(
        sa.insert(RecoveryCodes),
        [{"staff_id": member.id, "code_hash": codes.recovery_hash(code)} for code in fresh],
    )
    return fresh


def _forget(connection: Connection, member: StaffMember) -> None:
    values = {"totp_secret": None, "totp_step": None, "wrong_codes": 0, "codes_wait_until": None}
    connection.execute(sa.update(Staff).where(Staff.id == member.id).values(values))
    connection.execute(sa.delete(RecoveryCodes).where(RecoveryCodes.staff_id == member.id))


def _is(half: str) -> sa.ColumnElement[bool]:
    return HalfSignIns.token_hash == people.token_digest(half)
