"""Promises about the adults who sign in.

P001  A password is kept as a scrypt hash with its own salt and parameters, never in clear.
P002  Wrong name and wrong password are refused alike.
P003  A token is random, kept only as its SHA-256, and ends by signing out, time, or idleness.
P004  Each role opens its own pages; only the safeguarding officer reads alerts.
P005  The one-time password can be read out and typed.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from survey_app.errors import SignInError
from survey_app.people import (
    Page,
    Role,
    hash_password,
    new_password,
    pages_for,
    sees_alerts,
    verify_password,
)
from survey_app.store import Store, people
from survey_app.store.tables import Staff, StaffSessions

PASSWORD = "delima-biru-42"
NOW = datetime(2027, 3, 1, 5, tzinfo=UTC)


@pytest.fixture
def teacher(store: Store) -> Any:
    """Bu Guru, who facilitates."""
    return people.add_staff(store, "Bu  Guru", PASSWORD, Role.FACILITATOR)


def test_passwords_are_hashed(real_cost: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """P001: two hashes of one password differ, and both verify."""
    monkeypatch.setattr("survey_app.people._COST", real_cost)
    one, two = hash_password(PASSWORD), hash_password(PASSWORD)
    assert one != two
    assert PASSWORD not in one
    assert one.startswith("scrypt$32768$8$3$")
    assert verify_password(PASSWORD, one)
    assert not verify_password(PASSWORD + " ", one)


@pytest.mark.parametrize(
    "stored", ["", "scrypt$1$2", "scrypt$a$8$3$x$y", "md5$32768$8$3$YQ==$YQ=="]
)
def test_a_damaged_hash_opens_nothing(stored: str) -> None:
    """P001: no error, no entry."""
    assert not verify_password(PASSWORD, stored)


def test_short_passwords_are_refused() -> None:
    """P001: with the remedy."""
    with pytest.raises(SignInError, match="10"):
        hash_password("pendek")


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
    people.set_password(store, "Bu Guru", "sandi-yang-baru")
    assert people.staff_by_token(store, token) is None
    assert people.sign_in(store, "Bu Guru", "sandi-yang-baru")


def test_a_name_is_taken_once(store: Store, teacher: Any) -> None:
    """P002: two accounts of one name could not be told apart."""
    with pytest.raises(SignInError, match="sudah dipakai"):
        people.add_staff(store, "Bu Guru", PASSWORD, Role.OFFICE)
    assert people.all_staff(store) == (teacher,)
    assert people.staff_by_name(store, "Bu Guru") == teacher
    assert people.staff_by_name(store, "Pak Guru") is None


def test_roles_open_their_own_pages() -> None:
    """P004: everybody has a home; the officer has nothing else; the facilitator sees no themes."""
    assert all(pages_for(role)[0] is Page.HOME for role in Role)
    assert Page.THEMES not in pages_for(Role.FACILITATOR)
    assert pages_for(Role.SAFEGUARDING_OFFICER) == (Page.HOME,)
    assert [role for role in Role if sees_alerts(role)] == [Role.SAFEGUARDING_OFFICER]


def test_one_time_passwords_can_be_read_out() -> None:
    """P005: four groups of four without look-alikes, never the same."""
    made = {new_password() for _ in range(200)}
    assert len(made) == 200
    assert all([len(part) for part in one.split("-")] == [4, 4, 4, 4] for one in made)
    assert not set("".join(made)) & set("il1o0")
