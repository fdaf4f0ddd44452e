"""Promises about the adults who sign in.

P002  Wrong name and wrong password are refused alike.
P003  A token is random, kept only as its SHA-256, and ends by signing out, time, or idleness.
P004  Each role opens its own pages; only the safeguarding officer reads alerts.
P005  Every try to sign in is in the account's history; the log names no password and no wrong name.
P006  A role counts from the next click on; an account switched off is out at once, and stays out.
P007  The last administrator can neither be switched off nor given another role.
P008  The own password is changed with the old one; other devices are out, this one stays.
P009  Signing out everywhere ends every sign-in of this account, and of no other.
P010  Nobody but an administrator changes accounts; every change is in the log.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from survey_app.errors import SignInError
from survey_app.people import (
    Action,
    Page,
    Role,
    may,
    pages_for,
)
from survey_app.store import Store, people, sign_ins
from survey_app.store.sign_ins import Outcome
from survey_app.store.tables import Audit, Staff, StaffSessions

PASSWORD = "delima-biru-42"
NOW = datetime(2027, 3, 1, 5, tzinfo=UTC)


@pytest.fixture
def teacher(store: Store) -> Any:
    """Bu Guru, who facilitates."""
    return people.add_staff(store, "Bu  Guru", PASSWORD, Role.FACILITATOR)


def test_signing_in_and_out(store: Store, teacher: Any) -> None:
    """P003: the token finds the account until it is signed out; the database has only its hash."""
    token = people.sign_in(store, "Bu Guru", PASSWORD)
    assert people.staff_by_token(store, token) == teacher
    with store.reading() as connection:
        stored = connection.scalar(sa.select(StaffSessions.token_hash))
        assert connection.scalar(sa.select(Staff.password_hash)) != PASSWORD
    assert stored is not None
    assert token not in stored
    people.sign_out(store, token)
    assert people.staff_by_token(store, token) is None


@pytest.mark.parametrize(
    ("name", "password"),
    [("Bu Guru", "salah-sekali"), ("Pak Guru", PASSWORD), ("", ""), ("Bu Guru\x00", PASSWORD)],
)
def test_wrong_name_and_password_sound_alike(
    store: Store, teacher: Any, name: str, password: str
) -> None:
    """P002: the sentence does not tell which of the two was wrong."""
    with pytest.raises(SignInError, match="Nama atau kata sandi salah"):
        people.sign_in(store, name, password)


def test_a_token_ends_by_idleness(store: Store, teacher: Any) -> None:
    """P003: use keeps it alive, two hours without use end it."""
    token = people.sign_in(store, "Bu Guru", PASSWORD, now=NOW)
    for hours in (1.5, 3.0, 4.5):
        assert people.staff_by_token(store, token, now=NOW + timedelta(hours=hours)) == teacher
    assert people.staff_by_token(store, token, now=NOW + timedelta(hours=7)) is None


def test_a_token_ends_after_a_working_day(store: Store, teacher: Any) -> None:
    """P003: also one that is used all the time."""
    token = people.sign_in(store, "Bu Guru", PASSWORD, now=NOW)
    for hour in range(1, 12):
        assert people.staff_by_token(store, token, now=NOW + timedelta(hours=hour)) == teacher
    assert people.staff_by_token(store, token, now=NOW + timedelta(hours=12)) is None


@pytest.mark.parametrize("token", ["", "x", "\x00", "\ud800", "a" * 10_000])
def test_forged_tokens_open_nothing(store: Store, teacher: Any, token: str) -> None:
    """P003: no error, nobody."""
    assert people.staff_by_token(store, token) is None


def test_a_new_password_ends_every_sign_in(store: Store, teacher: Any) -> None:
    """P003: whoever had the old one is out."""
    token = people.sign_in(store, "Bu Guru", PASSWORD)
    people.set_password(store, "Bu Guru", "genteng-lumut-payung")
    assert people.staff_by_token(store, token) is None
    assert people.sign_in(store, "Bu Guru", "genteng-lumut-payung")


def test_a_name_is_taken_once(store: Store, teacher: Any) -> None:
    """P002: two accounts of one name could not be told apart."""
    with pytest.raises(SignInError, match="sudah dipakai"):
        people.add_staff(store, "Bu Guru", PASSWORD, Role.OFFICE)
    assert people.all_staff(store) == (teacher,)
    assert people.staff_by_name(store, "Bu Guru") == teacher
    assert people.staff_by_name(store, "Pak Guru") is None


def test_roles_open_their_own_pages() -> None:
    """P004: home and account for all, cases for the officer, no themes for the facilitator."""
    assert all(pages_for(role)[0] is Page.HOME for role in Role)
    assert all(Page.ACCOUNT in pages_for(role) for role in Role)
    assert pages_for(Role.OFFICE) == (Page.HOME, Page.ACCOUNT)
    assert Page.THEMES not in pages_for(Role.FACILITATOR)
    officer = (Page.HOME, Page.PROTECTION, Page.DATA, Page.ACCOUNT)
    assert pages_for(Role.SAFEGUARDING_OFFICER) == officer
    assert [role for role in Role if may(role, Action.HANDLE_ALERTS)] == [Role.SAFEGUARDING_OFFICER]


def test_history(store: Store, teacher: Any) -> None:
    """P005: newest first, with the address; what was typed is nowhere in the log."""
    for name, password in (("Bu Guru", "salah-sekali"), ("Nama Salah", PASSWORD)):
        with pytest.raises(SignInError):
            people.sign_in(store, name, password, address="10.0.0.9", now=NOW)
    people.sign_in(store, "Bu Guru", PASSWORD, address="10.0.0.7", now=NOW)
    first, second = sign_ins.of_account(store, teacher.id)
    assert (first.outcome, first.address, first.tried_at) == (Outcome.SIGNED_IN, "10.0.0.7", NOW)
    assert (second.outcome, second.address) == (Outcome.WRONG_PASSWORD, "10.0.0.9")
    assert events(store) == [
        ("command line", "staff_changed"),
        ("server", "sign_in_refused"),
        ("server", "sign_in_refused"),
        ("Bu Guru", "signed_in"),
    ]
    with store.reading() as connection:
        log = " ".join(connection.scalars(sa.select(Audit.facts)))
    assert "Nama Salah" not in log
    assert PASSWORD not in log


def test_a_new_role(store: Store, teacher: Any) -> None:
    """P006: the same token, the new role."""
    token = people.sign_in(store, "Bu Guru", PASSWORD)
    people.set_role(store, "Bu Guru", Role.TASK_FORCE)
    found = people.staff_by_token(store, token)
    assert found is not None
    assert found.role is Role.TASK_FORCE


def test_switched_off(store: Store, teacher: Any) -> None:
    """P006: out at once, refused with a remedy, and in again after being switched on."""
    token = people.sign_in(store, "Bu Guru", PASSWORD)
    assert not people.set_active(store, "Bu Guru", active=False).active
    assert people.staff_by_token(store, token) is None
    with pytest.raises(SignInError, match=r"dinonaktifkan\. Tanyakan administrator"):
        people.sign_in(store, "Bu Guru", PASSWORD)
    with pytest.raises(SignInError, match="Nama atau kata sandi salah"):
        people.sign_in(store, "Bu Guru", "salah-sekali")
    assert people.set_active(store, "Bu Guru", active=True) == teacher
    assert people.staff_by_token(store, token) is None
    assert people.sign_in(store, "Bu Guru", PASSWORD)


def test_the_last_administrator_stays(store: Store, teacher: Any) -> None:
    """P007: not even by mistake; one who is switched off does not count."""
    for name in ("Bu Admin", "Pak Admin"):
        people.add_staff(store, name, PASSWORD, Role.ADMINISTRATOR)
    people.set_active(store, "Pak Admin", active=False)
    with pytest.raises(SignInError, match="administrator terakhir"):
        people.set_active(store, "Bu Admin", active=False)
    with pytest.raises(SignInError, match="administrator terakhir"):
        people.set_role(store, "Bu Admin", Role.OFFICE)
    people.set_active(store, "Pak Admin", active=True)
    assert people.set_role(store, "Bu Admin", Role.OFFICE).role is Role.OFFICE


def test_the_own_password(store: Store, teacher: Any) -> None:
    """P008: wrong old, different new and easy new ones are refused; then other devices are out."""
    here, there = (people.sign_in(store, "Bu Guru", PASSWORD) for _ in range(2))
    new = "genteng-lumut-payung"
    for old, typed, again, said in (
        ("salah-sekali", new, new, "lama salah"),
        (PASSWORD, new, new + "x", "tidak sama"),
        (PASSWORD, "bu-guru-2026", "bu-guru-2026", "mudah ditebak"),
    ):
        with pytest.raises(SignInError, match=said):
            people.change_own_password(store, here, old, typed, again=again)
    people.change_own_password(store, here, PASSWORD, new, again=new)
    assert people.staff_by_token(store, here) == teacher
    assert people.staff_by_token(store, there) is None
    assert people.sign_in(store, "Bu Guru", new)
    with pytest.raises(SignInError, match="sudah keluar"):
        people.change_own_password(store, there, new, PASSWORD, again=PASSWORD)


def test_the_old_password_is_not_guessed(store: Store, teacher: Any) -> None:
    """P008: after five wrong ones even the right one waits, also after a restart of the app."""
    token = people.sign_in(store, "Bu Guru", PASSWORD, now=NOW)
    for _ in range(5):
        with pytest.raises(SignInError, match="lama salah"):
            people.change_own_password(store, token, "salah", "x", again="x", now=NOW)
    new = "genteng-lumut-payung"
    with pytest.raises(SignInError, match="Tunggu 15 menit"):
        people.change_own_password(store, token, PASSWORD, new, again=new, now=NOW)
    later = NOW + timedelta(minutes=16)
    people.change_own_password(store, token, PASSWORD, new, again=new, now=later)


def test_out_everywhere(store: Store, teacher: Any) -> None:
    """P009: three devices of one adult; the colleague stays in."""
    people.add_staff(store, "Pak Guru", PASSWORD, Role.FACILITATOR)
    colleague = people.sign_in(store, "Pak Guru", PASSWORD)
    tokens = [people.sign_in(store, "Bu Guru", PASSWORD) for _ in range(3)]
    assert people.sign_out_everywhere(store, teacher) == 3
    assert all(people.staff_by_token(store, token) is None for token in tokens)
    assert people.staff_by_token(store, colleague)


@pytest.mark.parametrize("role", list(Role))
def test_only_administrators_change_accounts(store: Store, role: Role) -> None:
    """P010: whatever page or command asks for it."""
    people.add_staff(store, "Bu Admin", PASSWORD, Role.ADMINISTRATOR)
    member = people.add_staff(store, "Pak Uji", PASSWORD, role)
    before = len(events(store))
    changes: tuple[Callable[[], object], ...] = (
        lambda: people.add_staff(store, "Baru", PASSWORD, Role.OFFICE, by=member),
        lambda: people.set_password(store, "Pak Uji", "genteng-lumut-payung", by=member),
        lambda: people.set_role(store, "Pak Uji", Role.OFFICE, by=member),
        lambda: people.set_active(store, "Pak Uji", active=True, by=member),
    )
    for change in changes:
        if role is Role.ADMINISTRATOR:
            change()
        else:
            with pytest.raises(SignInError, match="tidak boleh"):
                change()
    changed = events(store)[before:]
    assert changed == [("Pak Uji", "staff_changed")] * (4 if role is Role.ADMINISTRATOR else 0)


def events(store: Store) -> list[tuple[str, str]]:
    """Who did what, as the log has it."""
    with store.reading() as connection:
        rows = connection.execute(sa.select(Audit.name, Audit.event).order_by(Audit.id)).all()
    return [(row.name, row.event) for row in rows]
